"""What a controller decided by itself, told afterwards: in runs, each passage once, its times put
right by how far the controller's own clock is off.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import msgspec
from django.db import transaction

from linli.contracts.doors import PassagesTold, Way
from linli.domains.doors.logic.life import Step
from linli.domains.doors.logic.reasons import REASONS
from linli.domains.doors.logic.values import BadValue
from linli.domains.doors.models import Credential, CredentialStep, Door, Passage, Use
from linli.domains.doors.operations import deciding, doubting
from linli.domains.doors.operations.crossing import crossed
from linli.domains.doors.queries import finding, situation
from linli.domains.doors.queries.standing import Bearing
from linli.foundation import ids
from linli.foundation.outbox import operations as outbox
from linli.kernel.fault import Fault

MOST = 200
_NUMBERLESS = frozenset({Way.QR, Way.FACE, Way.PHONE, Way.INTERCOM, Way.VOICE, Way.STAFF})
_LONGEST_VALUE = 64
_GUESSED = frozenset({Way.PIN.value, Way.CODE.value})
_LIVENS = frozenset({Step.OPENED, Step.HANDED_OVER, Step.FOUND})


class TooMany(Fault):
    """A run is so long at most."""

    key = "doors.too_many"
    status = 422


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """One passage as the controller kept it: its own number, its own time (epoch seconds), the
    number of the credential if it knew it, and what it did. One that holds no credentials of ours
    says the `value` that was shown instead, as at `door.presented`; it is not kept.
    `heard`: scenes heard of it already, by an event of the device's own.
    """

    id: str
    at: float
    way: Way
    opened: bool
    reason: str = ""
    reader: str = "in"
    credential: int | None = None
    value: str = ""
    floor: str = ""
    heard: bool = False


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A run of passages; `clock` is the controller's own time as it tells them."""

    clock: float
    items: Sequence[Seen]


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """How many passages were taken. `guessed`: with them too many wrong codes were tried lately;
    `not_alive`: a false face was, just now.
    """

    count: int = 0
    guessed: bool = False
    not_alive: bool = False


@transaction.atomic
def tell(*, community: str, device: str, run: Run, now: datetime) -> Taken:
    """Write down what a controller decided; return what of it is on record now that was not.
    Whoever called for help: the guards are called now, whatever the controller says of it, unless
    they were when he did. Of false faces that were tried again and again there is a case.

    :raises finding.DoorNotFound: if the device is no door
    :raises TooMany: if there are more than `MOST`
    """
    if len(run.items) > MOST:
        raise TooMany(most=MOST)
    door = finding.door(community=community, code=device)
    _keep_clock(door, run.clock, now)
    before = _before(door, run.items)
    called = {ask for ask, row in before.items() if row.duress}
    fresh = _fresh(run.items, before)
    if not fresh:
        return Taken()
    known = _credentials(door, fresh)
    sides = {one.code: one.direction for one in finding.readers(door)}
    off_s = door.clock_off_s or 0.0
    rows = [_passage(door, one, known.get(one.id), sides, off_s, now) for one in fresh]
    _used(door, rows)
    _dead(door, rows)
    _inside(door, rows)
    _write(rows, before)
    told = _announce(door, rows, now)
    for row in rows:
        if row.duress and row.ask not in called:
            deciding.alarm(door=door, row=row, cause=told.id, now=now)
    heard = {one.id[:64] for one in fresh if one.heard}
    not_alive = doubting.look_into(door=door, rows=rows, heard=heard, told=told, now=now)
    wrong = any(row.way in _GUESSED and not row.opened for row in rows)
    guessed = wrong and situation.is_locked(door=door, now=now)
    return Taken(count=len(rows), guessed=guessed, not_alive=not_alive)


def _keep_clock(door: Door, clock: float, now: datetime) -> None:
    """Remember how far the controller's clock is off. The row is locked: of two runs that tell the
    same, the second finds what the first wrote.
    """
    Door.rows.of(door.community).select_for_update(of=("self",)).get(pk=door.pk)
    door.clock_off_s = round(now.timestamp() - clock, 3)
    door.save(update_fields=["clock_off_s"])


def _before(door: Door, items: Sequence[Seen]) -> dict[str, Passage]:
    """Return what is on record of these already, by the controller's numbers."""
    asks = {one.id[:64] for one in items}
    rows = Passage.rows.of(door.community).filter(device=door.device.code, ask__in=sorted(asks))
    return {row.ask: row for row in rows}


def _fresh(items: Sequence[Seen], before: Mapping[str, Passage]) -> list[Seen]:
    """Return what is not on record yet as it was, in the order in which it happened. Where we
    answered and the controller did not hear it in time, it is as the controller did.
    """
    found = {
        ask: one
        for one in items
        if (row := before.get(ask := one.id[:64])) is None
        or (not row.late and row.opened is not one.opened)
    }
    return sorted(found.values(), key=lambda one: one.at)


def _write(rows: Sequence[Passage], before: Mapping[str, Passage]) -> None:
    """Write passages; what was on record otherwise is put right."""
    for row in rows:
        if row.ask in before:
            row.pk = before[row.ask].pk
            row.save(force_update=True)
    Passage.rows.bulk_create([row for row in rows if row.pk is None])


def _credentials(door: Door, items: Sequence[Seen]) -> dict[str, Credential]:
    """Return the credentials that were shown, by the controller's numbers of the passages."""
    numbers = {one.credential for one in items if one.credential is not None}
    known = Credential.rows.of(door.community).in_bulk(sorted(numbers))
    found = {
        one.id: known.get(one.credential) if one.credential is not None else _shown(door, one)
        for one in items
    }
    return {ask: row for ask, row in found.items() if row is not None}


def _shown(door: Door, seen: Seen) -> Credential | None:
    """Return the credential of a value that was shown; None where it is nobody's, or says none."""
    if not seen.value or seen.way in _NUMBERLESS:
        return None
    try:
        shape = finding.shape(seen.way, seen.value[:_LONGEST_VALUE])
    except BadValue:
        return None
    return finding.by_shape(community=door.community, shape=shape)


def _passage(  # noqa: PLR0917
    door: Door,
    seen: Seen,
    row: Credential | None,
    sides: dict[str, str],
    off_s: float,
    now: datetime,
) -> Passage:
    at = min(datetime.fromtimestamp(seen.at + off_s, UTC), now)
    return Passage(
        community=door.community,
        door=door,
        device=door.device.code,
        ask=seen.id[:64],
        reader=seen.reader[:16],
        way=(row.way if row is not None and seen.way is not Way.QR else seen.way.value),
        credential=row,
        person_id=row.person_id if row else None,
        staff_id=row.staff_id if row else None,
        guest=row.guest if row else "",
        direction=sides.get(seen.reader, "in"),
        floor=seen.floor[:16],
        opened=seen.opened,
        reason=seen.reason if seen.reason in REASONS else _usual(seen),
        duress=row is not None and row.duress,
        at=at,
        came_at=now,
        late=True,
        fact=ids.new(),
    )


def _usual(seen: Seen) -> str:
    return "right" if seen.opened else "unknown"


def _used(door: Door, rows: Sequence[Passage]) -> None:
    """Take the entries of guests whom the door let in by itself; one too many is marked so."""
    for row in rows:
        given = row.credential
        if given is None or not given.uses or given.ring != door.ring:
            continue
        if not row.opened or row.direction == "out":
            continue
        living = finding.of_guest(community=door.community, guest=row.guest, lock=True)
        first = living[0] if living else given
        spent = Use.rows.of(door.community).filter(credential=first, ring=door.ring).count()
        if spent >= given.uses:
            row.reason = "over_used"
            continue
        Use.rows.create(
            community=door.community,
            credential=first,
            ring=door.ring,
            number=spent + 1,
            door=door,
            at=row.at,
        )


def _dead(door: Door, rows: Sequence[Passage]) -> None:
    """Mark what a door opened for that had died already, and of which it had not heard."""
    opened = [(row, row.credential) for row in rows if row.opened and row.credential is not None]
    dead = [one.pk for _, one in opened if one.state not in {"open", "waiting"}]
    died_at = _died_at(door.community, dead)
    for row, credential in opened:
        if credential.pk in died_at and died_at[credential.pk] <= row.at:
            row.reason = credential.state


def _died_at(community: str, credentials: Sequence[int]) -> dict[int, datetime]:
    """Return since when each of these opens nothing any more."""
    steps = CredentialStep.rows.of(community).filter(credential__in=sorted(set(credentials)))
    found: dict[int, datetime] = {}
    for credential, step, at in steps.order_by("pk").values_list("credential", "step", "at"):
        if step in _LIVENS:
            found.pop(credential, None)
        else:
            found.setdefault(credential, at)
    return found


def _inside(door: Door, rows: Sequence[Passage]) -> None:
    """Bring up to date who is inside, by what each did last."""
    last = {_name(row): row for row in rows if row.opened}
    for holder, row in last.items():
        crossed(door=door, holder=holder, direction=row.direction, at=row.at)


def _name(row: Passage) -> str:
    return Bearing(person=row.person_id, staff=row.staff_id, guest=row.guest).name


def _announce(door: Door, rows: Sequence[Passage], now: datetime) -> PassagesTold:
    """Say that a run was told, and of each guest that he came: others wait for him. Return the
    fact of the run.
    """
    told = PassagesTold(
        id=ids.new(),
        at=now,
        community=door.community,
        door=door.device.code,
        count=len(rows),
        opened=sum(row.opened for row in rows),
        first_at=rows[0].at.timestamp(),
        last_at=rows[-1].at.timestamp(),
    )
    guests = [row for row in rows if row.guest]
    facts = [deciding.decided(door=door, row=row, at=now, cause=told.id) for row in guests]
    outbox.record_all([told, *facts])
    return told
