"""Every write to the register of people."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from django.db import IntegrityError, transaction
from msgspec import UNSET

from linli.foundation import ids
from linli.foundation.consent import queries as consents
from linli.foundation.identity import queries as identity_queries
from linli.foundation.identity.queries import Actor
from linli.foundation.vault import sealed
from linli.kernel.checks import check
from linli.kernel.fault import Fault
from linli.registry.people import health, planning, queries, tables
from linli.registry.people.entries import (
    Entry,
    GroupEntry,
    PersonEntry,
    StaffEntry,
    VehicleEntry,
)
from linli.registry.people.models import CellDuty, Shift, Staff, Vehicle
from linli.registry.people.planning import Plan, Planned
from linli.registry.people.tables import TABLES

_BATCH = 400
_KNOWN_AGAIN = (PersonEntry, StaffEntry)
"""Each of these has a name in the vault, also where nothing sensitive is held on him: by that he is
known again who was erased and came back with an older copy (`erasing.name_all`).
"""


class Refused(Fault):
    """Something is wrong with what was entered: `problems` says what, field by field, in words."""

    key = "people.refused"
    status = 422


class AlreadyThere(Fault):
    key = "people.already_there"


class ChangedMeanwhile(Fault):
    key = "people.changed_meanwhile"


class NoSuchPosition(Fault):
    key = "people.no_such_position"
    status = 422


class AccountElsewhere(Fault):
    """Who is linked to somebody of a community reads as him there: he must have a role there."""

    key = "people.account_elsewhere"
    status = 422


class OwnAccount(Fault):
    """Who links his own account to somebody would read that person's data as if they were his."""

    key = "people.own_account"
    status = 403


class NotOnDuty(Fault):
    key = "people.not_on_duty"


class PositionNotAgreed(Fault):
    """Whoever has not agreed to it, or does no longer, is not followed."""

    key = "people.position_not_agreed"


class Put(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows were made, changed, and found to be so already."""

    created: int = 0
    changed: int = 0
    same: int = 0


@transaction.atomic
def put_many(*, community: str, entries: Sequence[Entry], today: date) -> Put:
    """Enter or alter everything, or nothing: rows are known again by their keys, so that the same
    entries a second time change nothing. Kinds may be mixed; one may name what another makes.

    :raises Refused: if anything is wrong with any of them
    :raises ChangedMeanwhile: if somebody else entered the same at the same time
    """
    found = planning.plan(community=community, entries=entries, today=today)
    if found.problems:
        raise Refused(count=len(found.problems), problems=_said(found))
    return write(community=community, plan=found)


def write(*, community: str, plan: Plan) -> Put:
    """Carry out a plan that has no problems; see `put_many`."""
    _carry_out(community, plan)
    states = [step.state for step in plan.steps]
    return Put(
        created=states.count("new"), changed=states.count("changed"), same=states.count("same")
    )


def add(*, community: str, entry: Entry, today: date, by: int | None = None) -> int:
    """Enter one new thing; return its number.

    :param by: the account that enters it
    :raises OwnAccount: if it links itself to a person
    :raises AlreadyThere: if its key is taken
    :raises Refused: if anything is wrong with it
    """
    _check_link(community, entry, by)
    return _put_one(community, entry, today, new=True)


def change(*, community: str, entry: Entry, today: date) -> int:
    """Alter one thing, known by its key; return its number.

    :raises queries.NotFound: if it is not there
    :raises Refused: if anything is wrong with it
    """
    return _put_one(community, entry, today, new=False)


@transaction.atomic
def change_plate(*, community: str, plate: str, to: str) -> int:
    """Let a vehicle bear another plate; whose it is, and where it stands, stay; return its number.

    :raises queries.NotFound: if the register knows no such plate
    :raises AlreadyThere: if it knows the new one
    """
    rows = Vehicle.rows.of(community)
    row = rows.select_for_update().filter(plate=plate).first()
    if row is None:
        raise queries.NotFound(id=plate)
    if rows.filter(plate=to).exists():
        raise AlreadyThere(key=to)
    row.plate, row.colour = to, check("plate", to).colour or row.colour
    row.words = tables.words(row, TABLES[VehicleEntry])
    row.save(update_fields=["plate", "colour", "words"])
    return int(row.pk)


def change_by_id(
    *, community: str, kind: type, id: int, said: dict[str, Any], actor: Actor, today: date
) -> int:
    """Alter the thing with this number, as far as it was said; return its number.

    :raises queries.NotFound: if it is not there, or not where the actor may act
    :raises OwnAccount: if the actor links himself to a person
    """
    now = queries.entry(community=community, kind=kind, id=id, seen=actor.places)
    keys = {f: getattr(now, f) for f in TABLES[kind].key}
    entry: Any = msgspec.convert({**said, **keys}, kind)
    _check_link(community, entry, actor.account)
    return change(community=community, entry=entry, today=today)


def _check_link(community: str, entry: Any, by: int | None) -> None:
    account = getattr(entry, "account", None)
    if by is None or not isinstance(entry, PersonEntry) or not isinstance(account, int):
        return
    if account == by:
        raise OwnAccount
    if not identity_queries.lives(account=account, community=community):
        raise AccountElsewhere(account=account)


@transaction.atomic
def report_position(
    *, community: str, account: int, longitude_deg: float, latitude_deg: float, now: datetime
) -> None:
    """Remember where a staff member on duty is. Off duty nobody is followed.

    :raises NotOnDuty: if the account is no staff member on duty
    :raises PositionNotAgreed: if he has not agreed to it
    :raises NoSuchPosition: if the place is not on Earth
    """
    if not (abs(longitude_deg) <= 180 and abs(latitude_deg) <= 90):  # noqa: PLR2004 - degrees
        raise NoSuchPosition(longitude_deg=longitude_deg, latitude_deg=latitude_deg)
    on_duty = queries.staff_on_duty(community=community, account=account, at=now)
    staff = next((one.staff for one in on_duty), None)
    if staff is None:
        raise NotOnDuty
    if not consents.agreed(community=community, purpose="dispatch", subject=f"staff:{staff}"):
        raise PositionNotAgreed
    row = Staff.rows.of(community).select_for_update().get(pk=staff)
    row.position, row.position_at = f"{longitude_deg:.6f},{latitude_deg:.6f}", now
    sealed.seal_all([row], community=community, today=now.date())
    row.save(update_fields=["vault_key", "position_sealed", "position_at"])


@transaction.atomic
def _put_one(community: str, entry: Entry, today: date, *, new: bool) -> int:
    found = planning.plan(community=community, entries=[entry], today=today)
    step = found.steps[0]
    if new and step.state != "new":
        raise AlreadyThere(key=str(tables.key_of(entry)[0]))
    if not new and step.state == "new":
        raise queries.NotFound(id=str(tables.key_of(entry)[0]))
    if found.problems:
        raise Refused(count=len(found.problems), problems=_said(found))
    written = _carry_out(community, found)
    row = step.row or written[0]
    return int(row.pk)


@transaction.atomic
def _carry_out(community: str, plan: Plan) -> list[Any]:
    """Write what is new or changed; return those rows."""
    refs, rows = dict(plan.refs), list[Any]()
    try:
        with transaction.atomic():
            for kind in TABLES:
                steps = [s for s in plan.steps if type(s.entry) is kind]
                rows += _write_kind(community, kind, steps, refs, plan.today)
    except IntegrityError:
        raise ChangedMeanwhile from None
    return rows


def _write_kind(
    community: str,
    kind: type,
    every: list[Planned],
    refs: dict[tuple[str, str], int],
    today: date,
) -> list[Any]:
    table, steps = TABLES[kind], [step for step in every if step.state != "same"]
    rows = [step.row or table.model(community=community) for step in steps]
    for step, row in zip(steps, rows, strict=True):
        tables.fill(row, step.entry, refs)
        if hasattr(row, "code") and not row.code:
            row.code = f"x{ids.new()[:12]}"
    here = rows
    if kind is GroupEntry:
        health.put_away(rows, community=community, today=today)  # type: ignore[arg-type]
        here = [row for row in rows if not row.token]  # type: ignore[union-attr]
    sealed.seal_all(here, community=community, today=today)
    if kind in _KNOWN_AGAIN:
        sealed.name_all(rows, community=community, today=today)
    manager = table.model.rows  # type: ignore[attr-defined]
    manager.bulk_create([row for row in rows if row.pk is None], batch_size=_BATCH)
    old = [step.row for step in steps if step.row is not None]
    if old:
        manager.of(community).bulk_update(old, tables.columns(kind), batch_size=_BATCH)
    _number(kind, steps, rows, refs)
    if kind is StaffEntry:
        _write_duties(community, steps, rows, refs)
    return rows


def _number(
    kind: type,
    steps: list[Planned],
    rows: list[Any],
    refs: dict[tuple[str, str], int],
) -> None:
    """Remember the numbers of new rows for those that name them."""
    target = planning.MAKES.get(kind)
    if target:
        for step, row in zip(steps, rows, strict=True):
            refs[target, tables.key_of(step.entry)[0] or row.code] = row.pk


def _write_duties(
    community: str, steps: list[Planned], rows: list[Any], refs: dict[tuple[str, str], int]
) -> None:
    cells, shifts = [], []
    for step, row in zip(steps, rows, strict=True):
        if step.entry.cells is not UNSET:
            CellDuty.rows.of(community).filter(staff=row).delete()
            cells += [
                CellDuty(community=community, staff=row, cell_id=refs["cell", path])
                for path in dict.fromkeys(step.entry.cells)
            ]
        if step.entry.shifts is not UNSET:
            Shift.rows.of(community).filter(staff=row).delete()
            shifts += [
                Shift(community=community, staff=row, **msgspec.structs.asdict(hours))
                for hours in step.entry.shifts
            ]
    CellDuty.rows.bulk_create(cells)
    Shift.rows.bulk_create(shifts)


def _said(plan: Plan) -> list[dict[str, Any]]:
    """Return the problems as plain values, a hundred at most."""
    return [
        {
            "index": index,
            "field": problem.field,
            "value": problem.value,
            "message": {"zh": problem.message.zh, "en": problem.message.en},
        }
        for index, problem in plan.problems[:100]
    ]
