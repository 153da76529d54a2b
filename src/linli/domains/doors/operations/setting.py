"""How doors are kept: what they are, readers, groups, hours."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
from django.db import IntegrityError, transaction

from linli.contracts.changes import Change
from linli.contracts.doors import Hours, Way
from linli.domains.doors.models import (
    LONGEST_LANDING,
    Door,
    DoorGroup,
    GroupedDoor,
    Reader,
    Right,
)
from linli.domains.doors.operations import granting, keeping, versions
from linli.domains.doors.queries import finding
from linli.domains.doors.queries import kept as told
from linli.domains.doors.queries.standing import hours_out
from linli.foundation.identity.queries import Actor
from linli.kernel.fault import Fault
from linli.registry.devices import queries as devices
from linli.registry.places import queries as places

KINDS = ("door", "gate", "barrier", "lift")
RINGS = {"gate": "estate", "barrier": "estate", "door": "building", "lift": "lift"}
USUAL_WAYS = (
    "card",
    "sim",
    "qr",
    "pin",
    "code",
    "phone",
    "intercom",
    "voice",
    "staff",
)
"""A face takes consent; a Bluetooth key says the same each time, so that whoever heard it once may
say it too: both are added by who wants them.
"""
_FACELESS = frozenset({Way.CARD, Way.QR, Way.PIN, Way.PHONE})
"""What everybody who lives here has or gets for the asking: a guest's code, a chip in some
telephones, a call that somebody answers are no way of his own.
"""


class OnlyFaces(Fault):
    """A door that takes faces takes another way too, that everybody has (the rules on faces of
    2025, as quoted: a face is never the only way).
    """

    key = "doors.only_faces"
    status = 422


class NoDoorModel(Fault):
    """The device is no door."""

    key = "doors.no_door_model"
    status = 422


class LongLanding(Fault):
    """What a landing is called is longer than a lift, and the record of a passage, take it."""

    key = "doors.long_landing"
    status = 422


class DoorThere(Fault):
    key = "doors.door_there"


class GroupInUse(Fault):
    """Rights in force are to the group; they are taken back first, or given to doors."""

    key = "doors.group_in_use"


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """A reader and the way in which one passes who uses it."""

    code: str
    direction: str = "in"


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """How a door is to be kept; what is None stays as it is, or as it usually is."""

    kind: str | None = None
    place: str | None = None
    area: str | None = None
    back_rule: str | None = None
    interlock: str | None = None
    escape: bool | None = None
    fails: str | None = None
    link_down: str | None = None
    ways: Sequence[Way] | None = None
    floors: Mapping[str, str] | None = None
    camera: str | None = None
    release_s: int | None = None
    free_hours: Sequence[Hours] | None = None
    readers: Sequence[Side] | None = None


_PLAIN = (
    "area", "back_rule", "interlock", "escape", "fails", "link_down", "camera", "release_s",
)  # fmt: skip
_MODELS = {
    "access_door": "door", "face_terminal": "door", "lift": "lift", "parking_barrier": "barrier",
}  # fmt: skip


class Said(NamedTuple):
    """A door as it is kept now, and the number of what waits for a second person, if anything."""

    door: Door
    waits: int | None


def add(*, community: str, device: str, kept: Kept, by: int | None, now: datetime) -> Said:
    """Let a device of the register be a door. A door on a way out fails open. Free hours for which
    a second person is needed (`keeping.ask_hours`) wait for him.

    :raises devices.DeviceNotFound: if there is no such device, or no such camera
    :raises places.PlaceNotFound: if it leads nowhere, or a landing of it does
    :raises NoDoorModel, OnlyFaces: if it can be none, or would take faces only
    :raises LongLanding: if one of its landings is called by a name too long
    :raises DoorThere: if it is one already
    """
    found = devices.device(community=community, code=device)
    kind = kept.kind or _MODELS.get(found.model, "")
    if kind not in KINDS or found.model not in _MODELS:
        raise NoDoorModel(device=device)
    row = Door(
        community=community,
        device=found,
        kind=kind,
        place=found.place,
        ring=RINGS[kind],
        ways=list(USUAL_WAYS),
        set_at=now,
        set_by_id=by,
    )
    try:
        with transaction.atomic():
            doors = [] if kept.free_hours is None else keeping.locked(community=community)
            waits = _fill_but_hours(row, kept, doors, by, now)
            row.save(force_insert=True)
            _readers(row, kept.readers or (Side(code="in"),))
            _say(row, {}, by, now)
    except IntegrityError as error:
        raise DoorThere(door=device) from error
    return Said(row, waits)


@transaction.atomic
def change(
    *,
    community: str,
    code: str,
    kept: Kept,
    seen: Sequence[str] = (),
    by: int | None,
    now: datetime,
) -> Said:
    """Say anew how a door is kept. Free hours for which a second person is needed wait for him.

    :raises finding.DoorNotFound: if there is none
    :raises OnlyFaces, LongLanding, devices.DeviceNotFound, places.PlaceNotFound: as when it is
        added
    """
    row = finding.door(community=community, code=code, seen=seen, lock=kept.free_hours is None)
    doors = [] if kept.free_hours is None else keeping.locked(community=community)
    row = next((one for one in doors if one.pk == row.pk), row)
    before = told.said(row)
    waits = _fill_but_hours(row, kept, doors, by, now)
    row.set_at, row.set_by_id = now, by
    row.save()
    if kept.readers is not None:
        _readers(row, kept.readers)
    _say(row, before, by, now)
    versions.kept_anew(community=community, now=now)
    return Said(row, waits)


def _fill_but_hours(
    row: Door, kept: Kept, doors: Sequence[Door], by: int | None, now: datetime
) -> int | None:
    """Fill a row, but for free hours for which a second person is asked; by whom the estate is
    founded nobody is.

    :param doors: all of the community, locked, where free hours are said
    """
    waits, hours = None, kept.free_hours
    if hours is not None and by is not None:
        others = [one for one in doors if one.pk != row.pk]
        waits = keeping.ask_hours(row=row, hours=hours, others=others, by=by, now=now)
    _fill(row, msgspec.structs.replace(kept, free_hours=None) if waits else kept)
    return waits


def _fill(row: Door, kept: Kept) -> None:
    if kept.camera:
        devices.device(community=row.community, code=kept.camera)
    _check_floors(row, kept.floors or {})
    for name, value in _plainly(row, kept).items():
        if value is not None:
            setattr(row, name, value)
    if row.escape:
        row.fails = "safe"
    if Way.FACE in row.ways and not _FACELESS & set(row.ways):
        raise OnlyFaces(door=row.device.code)


def _check_floors(row: Door, floors: Mapping[str, str]) -> None:
    long = max(floors, key=len, default="")
    if len(long) > LONGEST_LANDING:
        raise LongLanding(landing=long[:48], most=LONGEST_LANDING)
    for path in {path for path in floors.values() if path}:
        places.place(community=row.community, path=path)


def _plainly(row: Door, kept: Kept) -> dict[str, object]:
    """Return what is to stand in the columns of a door; None leaves one as it is."""
    said: dict[str, object] = {name: getattr(kept, name) for name in _PLAIN}
    where, ways, free = kept.place, kept.ways, kept.free_hours
    return said | {
        "kind": kept.kind,
        "ring": RINGS[kept.kind] if kept.kind else None,
        "place": places.place(community=row.community, path=where) if where else None,
        "floors": dict(kept.floors) if kept.floors is not None else None,
        "free_hours": hours_out(free) if free is not None else None,
        "ways": [one.value for one in dict.fromkeys(ways)] if ways is not None else None,
    }


def _readers(row: Door, readers: Sequence[Side]) -> None:
    Reader.rows.of(row.community).filter(door=row).delete()
    Reader.rows.bulk_create(
        Reader(community=row.community, door=row, code=one.code[:16], direction=one.direction)
        for one in readers
    )


def _say(row: Door, before: Mapping[str, str], by: int | None, now: datetime) -> None:
    """Tell what somebody changed; of a new door, all that is said of it."""
    if by is None:
        return
    after = told.said(row)
    keeping.tell(row, told.changed({**dict.fromkeys(after, ""), **before}, after), by=by, now=now)


@transaction.atomic
def take_digits(*, actor: Actor, door: str, reason: str, now: datetime) -> Door:
    """Let a door take digits again: wrong ones count from now on. Controllers are told; who did it,
    and why, is on the trail.

    :raises finding.DoorNotFound: if there is none where he may act
    """
    row = finding.door(community=actor.community, code=door, seen=actor.places, lock=True)
    before, row.tries_since = told.moment(row.tries_since), now
    row.save(update_fields=["tries_since"])
    change = Change(what="tries_since", before=before, after=told.moment(now))
    keeping.tell(row, [change], reason=reason, by=actor.account, now=now)
    versions.kept_anew(community=row.community, now=now)
    return row


class NewGroup(msgspec.Struct, frozen=True, kw_only=True):
    """A group of doors, by the codes of its doors."""

    code: str
    name_zh: str
    name_en: str = ""
    doors: Sequence[str] = ()


@transaction.atomic
def put_group(*, community: str, group: NewGroup, now: datetime) -> DoorGroup:
    """Make a group of doors, or say anew what it is called and which doors are in it. Controllers
    fetch what that changes of who may pass.

    :raises finding.DoorNotFound: if one of the doors is none
    """
    doors = finding.all_doors(community=community, codes=group.doors)
    missing = sorted(set(group.doors) - {door.device.code for door in doors})
    if missing:
        raise finding.DoorNotFound(door=missing[0][:48])
    row, _ = DoorGroup.rows.of(community).update_or_create(
        {"name_zh": group.name_zh, "name_en": group.name_en}, code=group.code, ended_at=None
    )
    held = GroupedDoor.rows.of(community).filter(group=row)
    before = set(held.values_list("door", flat=True))
    held.delete()
    GroupedDoor.rows.bulk_create(
        GroupedDoor(community=community, group=row, door=door) for door in doors
    )
    if before != {door.pk for door in doors}:
        rights = list(Right.rows.of(community).filter(group=row, ended_at=None))
        versions.changed(rows=granting.concerned(community=community, rights=rights), now=now)
    return row


@transaction.atomic
def end_group(*, community: str, code: str, now: datetime) -> None:
    """Delete a group of doors to which nobody has a right. Its code is free for another.

    :raises finding.GroupNotFound: if there is none
    :raises GroupInUse: if there are rights to it that were not ended
    """
    row = finding.group(community=community, code=code, lock=True)
    used = Right.rows.of(community).filter(group=row, ended_at=None).count()
    if used:
        raise GroupInUse(group=row.name.zh, rights=used)
    GroupedDoor.rows.of(community).filter(group=row).delete()
    row.ended_at = now
    row.save(update_fields=["ended_at"])
