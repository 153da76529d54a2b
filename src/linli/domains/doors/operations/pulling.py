"""Controllers fetch who may pass, and are told that there is something to fetch."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import F, Q

from linli.contracts.doors import Way
from linli.domains.doors.models import Credential, Door, FaceCopy, RightsVersion
from linli.domains.doors.operations import signing
from linli.domains.doors.queries import finding
from linli.domains.doors.queries import pulling as queries
from linli.foundation.scope.models import ScopedRows
from linli.registry.devices import operations as devices
from linli.registry.devices.catalogue import models as thing_models

PULL = "rights.pull"
_PATIENCE = tuple(timedelta(seconds=s) for s in (5, 15, 60, 300))
"""So long a door is waited for before it is called again: the last of them each time after that."""
_FOR_RECEIPTS = (timedelta(hours=1), timedelta(days=1))
"""So long one that owes nothing but receipts: there are devices that know of no `wipe`."""
_CALLED_AT_ONCE = 200
"""So many are called again in one turn at most; the others a turn later."""


_OWED = Q(drop_at__isnull=False, gone_at=None)
"""Which templates are to be deleted, with no word yet from the device that they are."""
_DEAD = Q(gone_at=None) & ~Q(credential__state__in=finding.LIVING)
"""Which were of faces that have ended. One that fetches all anew is told nothing of those, and may
have forgotten that it was to delete them, yet hold them.
"""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What a controller knows: up to which version, its own time, and of faces, by the numbers of
    their credentials, which templates it holds now and which it has deleted. While it fetches all
    from the beginning, `upto` is what it was told with the first part.
    """

    since: int = 0
    upto: int = 0
    clock: float | None = None
    held: Sequence[int] = ()
    gone: Sequence[int] = ()


@transaction.atomic
def pull(*, community: str, device: str, known: Known, now: datetime) -> Mapping[str, Any]:
    """Return what changed since a version, a part at a time (`more`), and remember up to where the
    controller knows it. One that knows nothing is told of those alone who may pass here, as of the
    version that it is to say again with each part (`upto`); what changed meanwhile comes after. One
    that knows more than there is (the records were restored from a copy) knows nothing. `anew`:
    what it held before is to be forgotten. `wipe`, with the last part, are the credentials of which
    it is to hold no template: told again until it says that it holds none, for it may have started
    anew and remember none. Locked are, in this order, the door, the faces that it is told of or
    holds, and its copies of them.

    :raises finding.DoorNotFound: if the device is no door
    """
    door = _locked(finding.door(community=community, code=device))
    signing.ready(community=community, now=now)
    newest = _version(community)
    since = known.since if known.since <= newest else 0
    upto = min(known.upto, newest) if since else newest
    found = queries.after(door=door, version=since, upto=upto)
    cut = len(found) > queries.AT_ONCE
    part = found[: queries.AT_ONCE]
    may, may_not = queries.entries(door=door, rows=part, now=now)
    states = _states(door, may, known)
    told, dropped = _still(may, may_not, states)
    _faces(door, known, told, dropped, states, anew=since == 0, now=now)
    last = part[-1].version if part else since
    version = last if cut else max(last, upto or newest)
    more = cut or version < newest
    _remember(door, told=since if more else version, known=known, held=since, now=now)
    return {
        "version": version,
        "upto": upto if cut else 0,
        "more": more,
        "anew": since == 0,
        "now": now.timestamp(),
        "set": told,
        "drop": _dead(part, dropped, now) if upto else dropped,
        "wipe": [] if more else _unconfirmed(door),
        "door": queries.about(door=door, now=now),
    } | ({"inside": queries.inside(door=door)} if door.area and not more else {})


def _locked(door: Door) -> Door:
    """Return a door, locked, as it now is in what `_remember` writes."""
    rows = Door.rows.of(door.community).select_for_update(of=("self",), no_key=True)
    door.refresh_from_db(fields=["told_version", "held_version", "calls"], from_queryset=rows)
    return door


def _remember(door: Door, *, told: int, held: int, known: Known, now: datetime) -> None:
    """Write down what a door was told, and what it said that it holds. One that gets any further is
    called again soon, should it stand still.
    """
    if held > (door.held_version or 0) or told > (door.told_version or 0):
        door.calls = 0
    door.told_version, door.told_at, door.held_version = told, now, held
    if known.clock is not None:
        door.clock_off_s = round(now.timestamp() - known.clock, 3)
    door.save(update_fields=["told_version", "told_at", "held_version", "clock_off_s", "calls"])


def _dead(rows: Sequence[Credential], dropped: Sequence[int], now: datetime) -> list[int]:
    """Return of what may nothing the guests whose QR codes still say otherwise."""
    numbers = set(dropped)
    return [
        row.pk
        for row in rows
        if row.pk in numbers and row.guest and (row.until is None or now < row.until)
    ]


def _version(community: str) -> int:
    row = RightsVersion.rows.of(community).first()
    return row.version if row else 0


def _states(door: Door, told: Sequence[Mapping[str, Any]], known: Known) -> Mapping[int, str]:
    """Return how the faces stand that are to be told, and those that a device holds though nothing
    on record says that it may; locked, by their numbers, until its copies of them are written: who
    withdraws his consent meanwhile finds every copy there is.
    """
    numbers = {*_of_faces(told), *_unasked(door, known)}
    if not numbers:
        return {}
    rows = Credential.rows.of(door.community).filter(pk__in=numbers, way=Way.FACE.value)
    rows = rows.select_for_update(of=("self",), no_key=True).order_by("pk")
    return dict(rows.values_list("pk", "state"))


def _unasked(door: Door, known: Known) -> set[int]:
    """Return what a device holds of which it has no copy that it may keep."""
    if not known.held:
        return set()
    rows = FaceCopy.rows.of(door.community).filter(door=door, credential__in=list(known.held))
    may = rows.filter(credential__state__in=finding.LIVING, drop_at=None, gone_at=None)
    return set(known.held) - set(may.values_list("credential", flat=True))


def _of_faces(told: Sequence[Mapping[str, Any]]) -> list[int]:
    return sorted(int(one["c"]) for one in told if one["way"] == Way.FACE)


def _still(
    told: Sequence[Mapping[str, Any]], dropped: Sequence[int], states: Mapping[int, str]
) -> tuple[list[Mapping[str, Any]], list[int]]:
    """Return what is to be told and dropped, less the faces that ended meanwhile."""
    ended = {one for one in _of_faces(told) if states.get(one) != "open"}
    return [one for one in told if one["c"] not in ended], [*dropped, *sorted(ended)]


def _faces(
    door: Door,
    known: Known,
    told: Sequence[Mapping[str, Any]],
    dropped: Sequence[int],
    states: Mapping[int, str],
    *,
    anew: bool,
    now: datetime,
) -> None:
    """Write down which templates a device says it holds and has deleted, which it is to hold from
    now on, and which to delete. Its copies are locked first, by their numbers.
    """
    faces = _of_faces(told)
    rows = FaceCopy.rows.of(door.community).filter(door=door)
    those = Q(credential__in=[*known.held, *known.gone, *faces, *dropped])
    those |= _DEAD if anew else Q()
    list(rows.filter(those).select_for_update(of=("self",)).order_by("pk").values_list("pk"))
    _held_unasked(door, known, states, now)
    _receipts(rows, known, states, now)
    _want(door, faces, now)
    over = Q(credential__in=list(dropped)) | (_DEAD if anew else Q())
    rows.filter(over, drop_at=None).update(drop_at=now)


def _held_unasked(door: Door, known: Known, states: Mapping[int, str], now: datetime) -> None:
    """Write down the templates that a device holds of which it has no copy on record, as where it
    took one by a command when he had withdrawn.
    """
    held = sorted(set(known.held) & states.keys())
    made = [
        FaceCopy(community=door.community, door=door, credential_id=one, wanted_at=now)
        for one in held
    ]
    FaceCopy.rows.bulk_create(made, ignore_conflicts=True)


def _receipts(
    rows: ScopedRows[FaceCopy], known: Known, states: Mapping[int, str], now: datetime
) -> None:
    """Believe a device what it says of templates of faces. One that it holds though it said that it
    was deleted, as where it was taken after all by a late command, is to be deleted again; so is
    one whose face has ended.
    """
    if known.held:
        ended = [one for one in known.held if states.get(one, "open") not in finding.LIVING]
        rows.filter(credential__in=ended, drop_at=None).update(drop_at=now)
        rows.filter(credential__in=list(known.held), held_at=None).update(held_at=now)
        back = rows.filter(credential__in=set(known.held) - set(known.gone))
        back.filter(drop_at__isnull=False).update(gone_at=None)
    if known.gone:
        rows.filter(credential__in=list(known.gone), gone_at=None).update(gone_at=now)


def _want(door: Door, faces: Sequence[int], now: datetime) -> None:
    """Remember which templates a device is to hold now. One that is wanted again is a new one: what
    the device said of the old one says nothing of it.
    """
    rows = FaceCopy.rows.of(door.community).filter(door=door, credential__in=faces)
    over = rows.filter(Q(drop_at__isnull=False) | Q(gone_at__isnull=False))
    over.update(wanted_at=now, held_at=None, drop_at=None, gone_at=None)
    there = set(rows.values_list("credential", flat=True))
    made = [
        FaceCopy(community=door.community, door=door, credential_id=one, wanted_at=now)
        for one in faces
        if one not in there
    ]
    FaceCopy.rows.bulk_create(made, ignore_conflicts=True)


def _unconfirmed(door: Door) -> list[int]:
    """Return the credentials whose templates a device was to delete and has not said it did."""
    rows = FaceCopy.rows.of(door.community).filter(_OWED, door=door).order_by("drop_at", "pk")
    return list(rows.values_list("credential", flat=True)[: queries.AT_ONCE])


@transaction.atomic
def nudge(*, community: str, version: int, cause: str, now: datetime) -> int:
    """Tell every door that keeps rights and does not know this version to fetch; return how many.
    What the ledger carries is the call alone.
    """
    rows = Door.rows.of(community).select_related("device").filter(nudged_version__lt=version)
    rows = rows.filter(told_version__lt=version, device__enabled=True)
    rows = rows.filter(device__model__in=_able())
    told = list(rows.select_for_update(of=("self",), no_key=True).order_by("pk"))
    for door in told:
        _call(door, f"rights:{version}:{door.pk}", cause=cause, now=now)
    rows = Door.rows.of(community).filter(pk__in=[door.pk for door in told])
    rows.update(nudged_version=version, called_at=now)
    return len(told)


@transaction.atomic
def remind(*, community: str, now: datetime) -> int:
    """Tell doors that are on the line, and have not said that they hold the newest rights, to fetch
    them: a call that nobody heard is made again, and so is one whose answer was lost; soon at
    first, and seldom where a door gets no further; and, after an hour and then each day, those that
    held the template of a face and have not said that it is gone. Return how many.
    """
    newest = _version(community)
    owing = FaceCopy.rows.of(community).filter(_OWED, held_at__isnull=False).values("door")
    late = Q(held_version__lt=newest) & _waited(now, _PATIENCE)
    late |= Q(pk__in=owing) & _waited(now, _FOR_RECEIPTS)
    those = _called(community).filter(late, device__online=True)
    due = list(those.order_by("called_at", "pk").values_list("pk", flat=True)[:_CALLED_AT_ONCE])
    due_still = those.filter(pk__in=due).select_for_update(of=("self",), no_key=True)
    called = list(due_still.order_by("pk"))
    for door in called:
        key = f"rights:{newest}:{door.pk}:{now.timestamp():.0f}"
        _call(door, key, cause=None, now=now)
    rows = Door.rows.of(community).filter(pk__in=[door.pk for door in called])
    rows.update(called_at=now, calls=F("calls") + 1)
    return len(called)


def _waited(now: datetime, turns: Sequence[timedelta]) -> Q:
    """Return which doors have been waited for as long as their turn is, since they were called and
    since they were told anything; the last of the `turns` is that of every later call.
    """
    due = Q()
    for calls, patience in enumerate(turns):
        last = calls == len(turns) - 1
        quiet = Q(called_at=None) | Q(called_at__lte=now - patience)
        turn = Q(calls__gte=calls) if last else Q(calls=calls)
        due |= turn & quiet & Q(told_at__lte=now - patience)
    return due


@transaction.atomic
def back(*, community: str, causes: Mapping[str, str], now: datetime) -> int:
    """Tell doors that are back on the line, by their codes each with what told of it, to fetch what
    changed meanwhile; return how many there is anything for. Told again, none is called twice.
    """
    newest = _version(community)
    late = behind(community, newest).filter(device__code__in=list(causes))
    called = list(late.select_for_update(of=("self",), no_key=True).order_by("pk"))
    for door in called:
        cause = causes[door.device.code]
        _call(door, f"rights:{newest}:{door.pk}:{cause}", cause=cause, now=now)
    rows = Door.rows.of(community).filter(pk__in=[door.pk for door in called])
    rows.update(called_at=now, calls=0)
    return len(called)


def behind(community: str, newest: int) -> ScopedRows[Door]:
    """Return the doors that are called to fetch rights, and have not said that they hold those up
    to a version.
    """
    return _called(community).filter(held_version__lt=newest)


def _called(community: str) -> ScopedRows[Door]:
    """Return the doors that are called to fetch rights."""
    rows = Door.rows.of(community).select_related("device")
    return rows.filter(device__model__in=_able(), device__enabled=True)


def _call(door: Door, key: str, *, cause: str | None, now: datetime) -> None:
    devices.request_command(
        community=door.community,
        device=door.device.code,
        service=PULL,
        args={},
        key=key,
        by=None,
        cause=cause,
        now=now,
    )


def _able() -> list[str]:
    """Return the models of doors that can be told to fetch rights."""
    return sorted(one.id for one in thing_models().values() if PULL in one.services)
