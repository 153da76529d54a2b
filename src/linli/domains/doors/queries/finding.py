"""Doors, groups and credentials, found."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import msgspec
from django.db.models import Exists, F, Max, OuterRef, Q

from linli.contracts.doors import DoorBrief, Way
from linli.domains.doors import ports
from linli.domains.doors.logic import values
from linli.domains.doors.logic.life import Step
from linli.domains.doors.logic.values import BadValue, Shape
from linli.domains.doors.models import Credential, CredentialStep, Door, DoorGroup, Reader
from linli.foundation.scope.built_once import built_once
from linli.foundation.scope.models import ScopedRows
from linli.foundation.vault import logic as vault_logic
from linli.foundation.vault import queries as vault
from linli.kernel.fault import Fault
from linli.kernel.place import lineage
from linli.registry.places import queries as places

MARK = "doors.mark"
"""For this the key of blind indices makes the key by which credentials are found."""
LIVING = ("waiting", "open", "lost")
"""States in which a value stays taken."""


BY_GUARDIAN = "监护人代办 by his guardian"
"""The note of the first step of what a guardian made for his ward."""


class DoorNotFound(Fault):
    key = "doors.door_not_found"
    status = 404


class GroupNotFound(Fault):
    key = "doors.group_not_found"
    status = 404


class CredentialNotFound(Fault):
    key = "doors.credential_not_found"
    status = 404


class Sought(msgspec.Struct, frozen=True, kw_only=True):
    """Which doors: every word narrows; `seen` are the places below which the reader may look."""

    text: str = ""
    kind: str = ""
    place: str = ""
    group: str = ""
    seen: Sequence[str] = ()


def door(*, community: str, code: str, seen: Sequence[str] = (), lock: bool = False) -> Door:
    """Return the door of a device.

    :raises DoorNotFound: if there is none, or not where the reader may look
    """
    if seen or lock:
        rows = Door.rows.of(community).select_related("device__place", "place")
        rows = rows.filter(places.within(seen, "device__place__path"), device__code=code)
        row = (rows.select_for_update(of=("self",)) if lock else rows).first()
    else:
        row = _door.first(community=community, code=code)
    if row is None:
        raise DoorNotFound(door=code[:48])
    return row


def camera_of(*, community: str, code: str) -> str:
    """Return the code of the camera that sees the door of a device; nothing if there is none."""
    found = Door.rows.of(community).filter(device__code=code).values_list("camera", flat=True)
    return found.first() or ""


def seen_by(*, community: str, cameras: Iterable[str]) -> dict[str, list[str]]:
    """Return the codes of the devices of the doors that each of these cameras sees."""
    rows = Door.rows.of(community).filter(camera__in=sorted(set(cameras))).order_by("pk")
    found: dict[str, list[str]] = {}
    for camera, device in rows.values_list("camera", "device__code"):
        found.setdefault(camera, []).append(device)
    return found


@built_once
def _door(*, community: str, code: str) -> ScopedRows[Door]:
    rows = Door.rows.of(community).select_related("device__place", "place")
    return rows.filter(device__code=code)


def doors(
    *, community: str, sought: Sought, after: str = "", limit: int = 100
) -> tuple[list[Door], str | None]:
    """Return doors in the order of their codes, and the code after which the next page begins."""
    rows = _sought(community, sought).filter(device__code__gt=after)
    page = list(rows.order_by("device__code")[: limit + 1])
    return page[:limit], page[limit - 1].device.code if len(page) > limit else None


def _sought(community: str, sought: Sought) -> ScopedRows[Door]:
    rows = Door.rows.of(community).select_related("device__place", "place")
    rows = rows.filter(places.within(sought.seen, "device__place__path"))
    if sought.text:
        text = Q(device__code__icontains=sought.text)
        text |= Q(device__name_zh__icontains=sought.text)
        text |= Q(device__name_en__icontains=sought.text)
        rows = rows.filter(text)
    if sought.kind:
        rows = rows.filter(kind=sought.kind)
    if sought.place:
        rows = rows.filter(places.below(sought.place, "place__path"))
    if sought.group:
        rows = rows.filter(groups__group__code=sought.group)
    return rows


def all_doors(*, community: str, codes: Sequence[str] | None = None) -> list[Door]:
    """Return all doors, or those of these codes, in the order of their codes."""
    rows = Door.rows.of(community).select_related("device__place", "place")
    if codes is not None:
        rows = rows.filter(device__code__in=list(codes))
    return list(rows.order_by("device__code"))


def readers(row: Door) -> list[Reader]:
    """Return the readers of a door, in the order of their codes."""
    return list(Reader.rows.of(row.community).filter(door=row).order_by("code"))


def direction(row: Door, reader: str) -> str:
    """Return which way one passes who shows something at a reader."""
    return _direction.first(community=row.community, door=row.pk, code=reader) or "in"


@built_once
def _direction(*, community: str, door: int, code: str) -> Iterable[str]:
    rows = Reader.rows.of(community).filter(door=door, code=code)
    return rows.values_list("direction", flat=True)


def way_to(*, community: str, place: str) -> list[Door]:
    """Return the doors on the way from outside to a place: those that lead to what it lies in."""
    rows = Door.rows.of(community).filter(place__path__in=lineage(place))
    return list(rows.select_related("device__place", "place").order_by("device__code"))


def brief(row: Door) -> DoorBrief:
    """Return a door as others may show it."""
    return DoorBrief(
        code=row.device.code, name=row.device.name, kind=row.kind, place=row.place.path
    )


def group(*, community: str, code: str, lock: bool = False) -> DoorGroup:
    """Return a group of doors.

    :raises GroupNotFound: if there is none
    """
    rows = DoorGroup.rows.of(community).filter(code=code, ended_at=None)
    row = (rows.select_for_update() if lock else rows).first()
    if row is None:
        raise GroupNotFound(group=code[:32])
    return row


def shape(way: Way, text: str) -> Shape:
    """Return what was shown or entered, in its one spelling.

    :raises BadValue: if it is none of its kind
    """
    if way in {Way.PIN, Way.CODE}:
        return values.digits(way, text)
    if way in {Way.CARD, Way.SIM}:
        return _card(way, text)
    return values.chip(way, text)


def _card(way: Way, text: str) -> Shape:
    found = ports.card_of_print(text)
    if found is None:
        raise BadValue(way=way.value)
    return Shape(space=values.space(way), value=found.whole or found.short, short=found.short)


def bits(text: str) -> Shape:
    """Return the card that a reader sent as bits; one of 26 is known by its last 24 only.

    :raises BadValue: if they are none
    """
    found = ports.card_of_bits(text)
    if found is None:
        raise BadValue(way=Way.CARD.value)
    return Shape(space=values.space(Way.CARD), value=found.whole, short=found.short)


def marks(*, key: bytes, shape: Shape) -> tuple[str, str]:
    """Return the marks of a value, whole and short."""
    return mark(key=key, text=shape.whole if shape.value else ""), mark(key=key, text=shape.part)


def all_marks(*, community: str, shape: Shape) -> list[str]:
    """Return the marks of a whole value: while they are made anew it has two."""
    return [marks(key=key, shape=shape)[0] for key in vault.index_keys(community=community)]


def mark(*, key: bytes, text: str) -> str:
    """Return the mark of a text under the index key of a community."""
    return vault_logic.index(key=key, field=MARK, value=text)


def by_shape(*, community: str, shape: Shape) -> Credential | None:
    """Return the credential of what was shown; None where it is nobody's, or of two. A card that
    was shown in full length is a card that was entered so, or one of which 24 bits were entered:
    that another ends in the same 24 bits makes it nobody's. While marks are made anew it is looked
    for by the older first: one that is made anew meanwhile is found by one of them.
    """
    keys = vault.index_keys(community=community)[::-1]
    shown = [marks(key=key, shape=shape) for key in keys]
    for whole, _ in shown:
        found = _marked.first(community=community, mark=whole) if whole else None
        if found is not None:
            return found
    several: dict[int, Credential] = {}
    for key, (_, short) in zip(keys, shown, strict=True):
        if short:
            several |= {row.pk: row for row in _by_end(community, key, shape, short)}
    return next(iter(several.values())) if len(several) == 1 else None


def _by_end(community: str, key: bytes, shape: Shape, short: str) -> list[Credential]:
    if shape.value in {"", shape.short}:
        return _ending(community=community, short=short)
    entered = msgspec.structs.replace(shape, value=shape.short)
    of_bits = mark(key=key, text=entered.whole)
    return _entered_so(community=community, short=short, mark=of_bits)


@built_once
def _marked(*, community: str, mark: str) -> ScopedRows[Credential]:
    return Credential.rows.of(community).filter(mark=mark).order_by("-pk")[:1]


@built_once
def _ending(*, community: str, short: str) -> ScopedRows[Credential]:
    return Credential.rows.of(community).filter(short=short, state__in=LIVING)[:2]


@built_once
def _entered_so(*, community: str, short: str, mark: str) -> ScopedRows[Credential]:
    return Credential.rows.of(community).filter(short=short, state__in=LIVING, mark=mark)[:2]


def credential(*, community: str, id: int, lock: bool = False) -> Credential:
    """Return a credential.

    :raises CredentialNotFound: if there is none of this number
    """
    rows = Credential.rows.of(community).filter(pk=id)
    row = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if row is None:
        raise CredentialNotFound(credential=id)
    return row


def lost_by(row: Credential) -> int | None:
    """Return who reported a credential lost last."""
    return losers(community=row.community, credentials=[row.pk]).get(row.pk)


def losers(*, community: str, credentials: Collection[int]) -> dict[int, int | None]:
    """Return who reported each of these credentials lost last, of those of which somebody did."""
    rows = CredentialStep.rows.of(community).filter(
        credential__in=credentials, step=Step.LOST.value
    )
    last = rows.order_by().values("credential").annotate(last=Max("pk")).values("last")
    return dict(rows.filter(pk__in=last).values_list("credential", "by"))


def of_guest(*, community: str, guest: str, lock: bool = False) -> list[Credential]:
    """Return what a guest was given and still has."""
    rows = Credential.rows.of(community).filter(guest=guest, state__in=LIVING)
    return list((rows.select_for_update(of=("self",)) if lock else rows).order_by("pk"))


def of_person(*, community: str, person: int, way: str = "") -> list[Credential]:
    """Return what a person holds or held, the newest first."""
    rows = Credential.rows.of(community).select_related("person").filter(person=person)
    rows = rows.filter(way=way) if way else rows
    return list(rows.order_by("-pk")[:100])


def living_of(*, community: str, person: int, way: str = "") -> list[Credential]:
    """Return what a person still has, locked in the order of the numbers."""
    rows = Credential.rows.of(community).filter(person=person, state__in=LIVING)
    rows = rows.filter(way=way) if way else rows
    return list(rows.select_for_update(of=("self",)).order_by("pk"))


def cards_of(*, community: str, persons: Collection[int]) -> dict[int, list[Credential]]:
    """Return the cards of each of these people that are not gone, the newest first."""
    found: dict[int, list[Credential]] = {}
    rows = Credential.rows.of(community).filter(
        person__in=persons, way=Way.CARD.value, state__in=LIVING
    )
    for row in rows.select_related("person").order_by("-pk"):
        found.setdefault(row.person_id or 0, []).append(row)
    return found


def of_guardians(*, community: str) -> list[Credential]:
    """Return what guardians made for their wards and is not ended, locked."""
    rows = Credential.rows.of(community).filter(state__in=LIVING, way=Way.PIN.value)
    others = rows.filter(Q(person__account=None) | ~Q(by=F("person__account")))
    made = CredentialStep.rows.of(community).filter(
        credential=OuterRef("pk"), step=Step.OPENED, note=BY_GUARDIAN
    )
    return list(others.filter(Exists(made)).select_for_update(of=("self",)).order_by("pk"))


def of_staff(*, community: str, staff: int, way: str = "") -> list[Credential]:
    """Return what a staff member holds or held, the newest first."""
    rows = Credential.rows.of(community).select_related("staff").filter(staff=staff)
    rows = rows.filter(way=way) if way else rows
    return list(rows.order_by("-pk")[:100])


class CredentialsWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which credentials; what is left empty does not narrow. `number` is a whole number."""

    person: int | None = None
    staff: int | None = None
    way: str = ""
    state: str = ""
    number: str = ""
    before: int | None = None
    limit: int = 50


def credentials(
    *, community: str, wanted: CredentialsWanted
) -> tuple[list[Credential], int | None]:
    """Return a page of credentials, the newest first."""
    rows = Credential.rows.of(community).select_related("person", "staff")
    exact = {
        "person": wanted.person,
        "staff": wanted.staff,
        "way": wanted.way,
        "state": wanted.state,
    }
    rows = rows.filter(**{name: one for name, one in exact.items() if one not in {None, ""}})
    if wanted.number:
        found = by_shape(community=community, shape=shape(Way.CARD, wanted.number))
        rows = rows.filter(pk=found.pk if found else 0)
    if wanted.before is not None:
        rows = rows.filter(pk__lt=wanted.before)
    page = list(rows.order_by("-pk")[: wanted.limit + 1])
    shown = page[: wanted.limit]
    return shown, shown[-1].pk if len(page) > wanted.limit else None


def open_at(row: Credential, now: datetime) -> bool:
    """Tell whether a credential is good at a time."""
    begun = row.since is None or row.since <= now
    return row.state == "open" and begun and (row.until is None or now < row.until)
