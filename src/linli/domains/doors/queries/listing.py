"""What the desk of doors shows: doors with what they do now, who may, who is barred, faces."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
from django.db.models import Count, Q

from linli.contracts.doors import Way
from linli.domains.doors.logic.deciding import BackRule
from linli.domains.doors.models import (
    Barred,
    Credential,
    CredentialStep,
    Door,
    DoorGroup,
    FaceCopy,
    GroupedDoor,
    Passage,
    Reader,
    Right,
    RightsVersion,
)
from linli.domains.doors.queries import finding, passages, rights, situation, standing
from linli.domains.doors.queries.standing import Bearing
from linli.foundation.consent import queries as consents
from linli.foundation.identity.queries import Actor
from linli.foundation.scope.paging import CodePage, NumberPage, by_code, by_number

FACES_TO_FILE, FACES_TO_WARN = 100_000, 90_000
"""So many persons' faces, and the provincial office is told within 30 working days (as quoted)."""


MOST_UNHEARD = 100
"""So many are named; more are said to be more."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A door in a list: its last passage, and whether its controller knows all rights. `unseen` are
    the other doors of its area that are off the line, and for which its hard rule of once in is
    soft now.
    """

    door: Door
    mode: str
    last: Passage | None
    current: bool
    unseen: Sequence[Door] = ()


class Detail(msgspec.Struct, frozen=True, kw_only=True):
    """A door, its readers, groups, the rights to it and the last passages; `unseen` as of its line,
    those where the reader may look. `locked`: it takes no digits now. `decided` is how somebody set
    it, free hours apart.
    """

    line: Line
    decided: str
    unseen: Sequence[Door]
    readers: Sequence[Reader]
    groups: Sequence[str]
    rights: Sequence[Right]
    passages: Sequence[Passage]
    homes: Mapping[str, tuple[str, str]]
    locked: bool


class Unheard(msgspec.Struct, frozen=True, kw_only=True):
    """A door that has not said that it holds a change, and whether it was told it."""

    door: Door
    told: bool


class Faces(msgspec.Struct, frozen=True, kw_only=True):
    """How many persons' faces devices know, and which deletions no device has confirmed yet."""

    persons: int
    templates: int
    waiting: Sequence[FaceCopy]


def lines(*, community: str, rows: Sequence[Door], now: datetime) -> list[Line]:
    """Return doors as they are listed."""
    last = passages.last(community=community, doors=[row.pk for row in rows])
    version, unseen = _version(community), _unseen(community, rows)
    return [
        Line(
            door=row,
            mode=situation.mode_of(row, now).value,
            last=last.get(row.pk),
            current=row.told_version is not None and row.told_version >= version,
            unseen=unseen.get(row.pk, ()),
        )
        for row in rows
    ]


def _unseen(community: str, rows: Sequence[Door]) -> Mapping[int, Sequence[Door]]:
    """Return, by the numbers of doors with a hard rule of once in, for which it is soft now."""
    hard = [row for row in rows if row.area and row.back_rule == BackRule.HARD]
    if not hard:
        return {}
    away = situation.unseen(community=community, areas=[row.area for row in hard])
    found = list(away.select_related("device__place").order_by("device__code"))
    return {
        row.pk: [one for one in found if one.area == row.area and one.pk != row.pk] for row in hard
    }


def _version(community: str) -> int:
    row = RightsVersion.rows.of(community).first()
    return row.version if row else 0


def page(
    *, actor: Actor, sought: finding.Sought, after: str, limit: int, now: datetime
) -> tuple[list[Line], str | None]:
    """Return a page of doors where the reader may look, and the cursor of the next."""
    where = msgspec.structs.replace(sought, seen=actor.places)
    rows, more = finding.doors(community=actor.community, sought=where, after=after, limit=limit)
    return lines(community=actor.community, rows=rows, now=now), more


def detail(*, actor: Actor, code: str, now: datetime) -> Detail:
    """Return a door with what belongs to it.

    :raises finding.DoorNotFound: if there is none where the reader may look
    """
    row = finding.door(community=actor.community, code=code, seen=actor.places)
    groups = GroupedDoor.rows.of(actor.community).filter(door=row).select_related("group")
    named = {one.group_id: one.group.code for one in groups}
    valid = Right.rows.of(actor.community).filter(ended_at=None)
    mine = valid.filter(Q(door=row) | Q(group__in=list(named)))
    wanted = passages.Wanted(door=code, limit=20)
    shown = rights.newest(mine, community=actor.community, most=_SHOWN)
    line = lines(community=actor.community, rows=[row], now=now)[0]
    return Detail(
        line=line,
        decided=situation.decided_mode(row, now).value,
        unseen=[one for one in line.unseen if actor.sees(one.device.place.path)],
        readers=finding.readers(row),
        groups=sorted(named.values()),
        rights=shown,
        passages=passages.passages(community=actor.community, wanted=wanted)[0],
        homes=rights.homes(community=actor.community, rows=shown),
        locked=situation.is_locked(door=row, now=now),
    )


_SHOWN = 100


def grouped(*, community: str, groups: Iterable[int]) -> Mapping[int, list[str]]:
    """Return the codes of the doors of each of these groups."""
    found: dict[int, list[str]] = {}
    rows = GroupedDoor.rows.of(community).filter(group__in=list(groups))
    rows = rows.select_related("door__device")
    for row in rows.order_by("door__device__code"):
        found.setdefault(row.group_id, []).append(row.door.device.code)
    return found


def steps(
    *, community: str, credential: int, wanted: NumberPage
) -> tuple[list[CredentialStep], int | None]:
    """Return a page of the life of a credential, from its beginning, and the cursor after it."""
    rows = CredentialStep.rows.of(community).filter(credential=credential).select_related("by")
    return by_number(rows, wanted=wanted, oldest_first=True)


def unheard(*, community: str, credential: int) -> list[Unheard]:
    """Return the doors in service that keep rights themselves and have not said that they hold the
    last change of a credential; those that were not told it come first: there it opens as it did
    before.
    """
    row = Credential.rows.of(community).filter(pk=credential).first()
    version = row.version if row else 0
    rows = Door.rows.of(community).filter(device__enabled=True, held_version__lt=version)
    first = rows.select_related("device").order_by("told_version", "device__code")
    return [
        Unheard(door=door, told=(door.told_version or 0) >= version)
        for door in first[: MOST_UNHEARD + 1]
    ]


def barred(*, community: str, wanted: NumberPage) -> tuple[list[Barred], int | None]:
    """Return a page of who is barred, the newest first, and the cursor after it."""
    rows = Barred.rows.of(community).filter(lifted_at=None).select_related("person", "by")
    return by_number(rows, wanted=wanted)


def faces(*, community: str) -> Faces:
    """Return what devices know of faces."""
    held = FaceCopy.rows.of(community).filter(gone_at=None)
    persons = held.aggregate(n=Count("credential__person", distinct=True))["n"]
    waiting = held.filter(drop_at__isnull=False).select_related("door__device")
    return Faces(
        persons=persons, templates=held.count(), waiting=list(waiting.order_by("drop_at")[:100])
    )


class Mine(msgspec.Struct, frozen=True, kw_only=True):
    """A door of a resident's own, and whether it can be opened by a tap."""

    door: Door
    mode: str
    tap: bool


class OnDuty(msgspec.Struct, frozen=True, kw_only=True):
    """The doors of somebody at work; `now`: his shift runs, so that rights by shift hold."""

    doors: Sequence[Mine]
    now: bool


class Ways(msgspec.Struct, frozen=True, kw_only=True):
    """What a resident opens doors with: his credentials, those among them (`kept_lost`) of which
    who asks in his place does not say that they are found, and whether he agreed to faces.
    """

    credentials: Sequence[Credential]
    kept_lost: frozenset[int]
    face: bool
    faces_at: Sequence[str]
    others: Sequence[Way]


def mine(*, actor: Actor, at_work: bool = False, now: datetime) -> list[Mine]:
    """Return the doors that a resident may pass, or somebody at work.

    :raises standing.NotHere: if the account is nobody's in the register
    """
    bearing = standing.himself(actor=actor, at_work=at_work)
    rows = standing.doors_of(community=actor.community, bearing=bearing, now=now)
    return [
        Mine(
            door=row,
            mode=situation.mode_of(row, now).value,
            tap=_by_tap(row, bearing, now),
        )
        for row in rows
    ]


def _by_tap(row: Door, bearing: Bearing, now: datetime) -> bool:
    """Tell whether a tap opens a door; a lift takes whose right names his floor, where it can be
    told to from afar.
    """
    if Way.PHONE not in row.ways or row.kind != standing.LIFT:
        return Way.PHONE in row.ways
    able = standing.frees_floors(row)
    return able and bool(standing.landings(door=row, bearing=bearing, now=now))


def my_ways(*, actor: Actor, now: datetime) -> Ways:
    """Return with what a resident opens doors; the ways that need no face stand beside.

    :raises standing.NotHere: if the account is nobody's in the register
    """
    community, person = actor.community, standing.person_of(actor)
    rows = finding.of_person(community=community, person=person)
    doors = standing.doors_of(community=community, bearing=Bearing(person=person), now=now)
    agreed = consents.agreed(community=community, purpose="face", subject=f"person:{person}")
    taken = {way for door in doors for way in door.ways}
    return Ways(
        credentials=[row for row in rows if row.way not in {Way.FACE, Way.QR}],
        kept_lost=_kept_lost(actor, rows),
        face=agreed,
        faces_at=[door.device.code for door in doors if Way.FACE in door.ways],
        others=[way for way in Way if way in taken and way not in {Way.FACE, Way.STAFF, Way.CODE}],
    )


def _kept_lost(actor: Actor, rows: Sequence[Credential]) -> frozenset[int]:
    """Return the cards of his ward of which a guardian may not say that they are found: another
    reported them lost.
    """
    lost = [row.pk for row in rows if row.state == "lost"] if actor.ward else []
    by = finding.losers(community=actor.community, credentials=lost) if lost else {}
    return frozenset(one for one in lost if by.get(one) != actor.account)


def groups(
    *, community: str, wanted: CodePage
) -> tuple[list[tuple[DoorGroup, list[str]]], str | None]:
    """Return a page of the groups of doors by code, the codes of the doors of each, and the cursor
    after it.
    """
    rows, after = by_code(DoorGroup.rows.of(community).filter(ended_at=None), wanted=wanted)
    doors = grouped(community=community, groups=[row.pk for row in rows])
    return [(row, doors.get(row.pk, [])) for row in rows], after


def on_duty(*, actor: Actor, now: datetime) -> OnDuty:
    """Return the doors that somebody at work may pass, and whether his shift runs now.

    :raises standing.NotHere: if the account is no staff member's
    """
    bearing = standing.himself(actor=actor, at_work=True)
    return OnDuty(
        doors=mine(actor=actor, at_work=True, now=now),
        now=standing.is_on_shift(community=actor.community, bearing=bearing, now=now),
    )


def duty_ways(*, actor: Actor) -> list[Credential]:
    """Return what somebody at work opens doors with.

    :raises standing.NotHere: if the account is no staff member's
    """
    bearing = standing.himself(actor=actor, at_work=True)
    rows = finding.of_staff(community=actor.community, staff=bearing.staff or 0)
    return [row for row in rows if row.way != Way.QR]


def my_passages(
    *, actor: Actor, at_work: bool = False, wanted: passages.Wanted
) -> tuple[list[Passage], str | None]:
    """Return a page of a resident's own passages, or of somebody's at work.

    :raises standing.NotHere: if the account is nobody's in the register
    """
    bearing = standing.himself(actor=actor, at_work=at_work)
    own = msgspec.structs.replace(wanted, person=bearing.person, staff=bearing.staff)
    return passages.passages(community=actor.community, wanted=own)
