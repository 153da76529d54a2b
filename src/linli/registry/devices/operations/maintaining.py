"""Somebody works on a device: scenes do not see it until he has done, or until the time is up."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from linli.contracts.devices import DeviceMaintenanceBegan, DeviceMaintenanceEnded
from linli.foundation import ids
from linli.foundation.outbox import operations as outbox
from linli.foundation.scope.writing import update_all
from linli.kernel.fault import Fault
from linli.registry.devices import logic, queries
from linli.registry.devices.models import Device
from linli.registry.devices.operations.directory import bump

_FIELDS = ["maintenance_until", "maintenance_reason"]
_AT_ONCE = 2_000


@transaction.atomic
def maintain(
    *,
    community: str,
    code: str,
    until: datetime,
    reason: str,
    by: int,
    seen: Sequence[str] = (),
    now: datetime,
) -> Device:
    """Take a device from the sight of scenes until a time. Said again, the time and reason change.

    :raises queries.DeviceNotFound: if it is unknown
    :raises logic.BadUntil, logic.ReasonNeeded: if the time or the reason will not do
    """
    refused = maintain_each(
        community=community, codes=[code], until=until, reason=reason, by=by, seen=seen, now=now
    )
    _raise_first(refused)
    return queries.device(community=community, code=code, seen=seen)


@transaction.atomic
def maintain_each(
    *,
    community: str,
    codes: Sequence[str],
    until: datetime,
    reason: str,
    by: int,
    seen: Sequence[str] = (),
    now: datetime,
) -> dict[str, Fault]:
    """Take many devices from the sight of scenes; return why some were not, by code.

    :raises logic.BadUntil, logic.ReasonNeeded: if the time or the reason will not do
    """
    logic.check_until(until=until, now=now)
    said = logic.check_reason(reason)
    rows, refused = _rows(community, codes, seen)
    changed = [
        row
        for row in rows.values()
        if (row.maintenance_until, row.maintenance_reason) != (until, said)
    ]
    for row in changed:
        row.maintenance_until, row.maintenance_reason = until, said
    update_all(changed, _FIELDS)
    facts = [
        DeviceMaintenanceBegan(
            id=ids.new(), at=now, community=community, device=row.code, until=until, by=by
        )
        for row in changed
    ]
    outbox.record_all(facts)
    if changed:
        bump(community=community, now=now, cause=facts[0].id)
    return refused


@transaction.atomic
def release(
    *, community: str, code: str, by: int, seen: Sequence[str] = (), now: datetime
) -> Device:
    """Let scenes see a device again. One that they see already stays as it is.

    :raises queries.DeviceNotFound: if it is unknown
    """
    refused = release_each(community=community, codes=[code], by=by, seen=seen, now=now)
    _raise_first(refused)
    return queries.device(community=community, code=code, seen=seen)


@transaction.atomic
def release_each(
    *, community: str, codes: Sequence[str], by: int, seen: Sequence[str] = (), now: datetime
) -> dict[str, Fault]:
    """Let scenes see many devices again; return why some were not, by code."""
    rows, refused = _rows(community, codes, seen)
    _release([row for row in rows.values() if row.maintenance_until is not None], by, now)
    return refused


@transaction.atomic
def release_due(*, community: str, now: datetime) -> int:
    """Let scenes see the devices again whose time is up; return how many.

    The live half ends it by its own clock as well: it does not wait for this.
    """
    due = Device.rows.of(community).filter(maintenance_until__lte=now).order_by("code")
    rows = list(due.select_for_update(of=("self",))[:_AT_ONCE])
    _release(rows, 0, now)
    return len(rows)


def _release(rows: Sequence[Device], by: int, now: datetime) -> None:
    for row in rows:
        row.maintenance_until, row.maintenance_reason = None, ""
    update_all(rows, _FIELDS)
    facts = [
        DeviceMaintenanceEnded(
            id=ids.new(), at=now, community=row.community, device=row.code, by=by
        )
        for row in rows
    ]
    outbox.record_all(facts)
    if rows:
        bump(community=rows[0].community, now=now, cause=facts[0].id)


def _rows(
    community: str, codes: Sequence[str], seen: Sequence[str]
) -> tuple[dict[str, Device], dict[str, Fault]]:
    """Return the devices, and of those that this person cannot see why not."""
    found = queries.by_code(community=community, codes=codes, lock=True)
    mine = {code: row for code, row in found.items() if queries.visible(row, seen)}
    return mine, {code: queries.DeviceNotFound(device=code) for code in codes if code not in mine}


def _raise_first(refused: Mapping[str, Fault]) -> None:
    for fault in refused.values():
        raise fault
