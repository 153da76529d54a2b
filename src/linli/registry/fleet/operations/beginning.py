"""Something is to be done to many devices: asked for, confirmed, paused, cancelled."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import IntegrityError, transaction

from linli.contracts import approvals as contract
from linli.contracts.devices import BulkMoved
from linli.devices import validate
from linli.foundation import ids
from linli.foundation.approvals import operations as approvals
from linli.foundation.identity.queries import NotAllowed
from linli.foundation.outbox import operations as outbox
from linli.kernel.fault import Fault
from linli.kernel.words import Words
from linli.registry.devices import logic as device_logic
from linli.registry.devices import queries as devices
from linli.registry.devices.models import Device
from linli.registry.fleet import bulk, queries
from linli.registry.fleet.models import Bulk, BulkItem
from linli.registry.places import queries as places


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done to which devices. `said` as in `Bulk`; `codes`, or words of a filter, say
    to which; `key` tells a wish repeated from a second one.
    """

    key: str
    action: str
    said: Mapping[str, Any] = {}
    codes: Sequence[str] = ()
    sought: Mapping[str, Any] = {}


def begin(*, community: str, wish: Wish, by: int, seen: Sequence[str] = (), now: datetime) -> Bulk:
    """Note what is to be done; the worker does it in parts. Asked again with the same key, return
    the same. A command that is dangerous for one of the devices is `unconfirmed` until the same
    person confirms it, for more than one until a second person lets it pass.

    :raises bulk.NothingSelected, bulk.NobodySelected, bulk.TooManySelected: the selection is wrong
    :raises devices.DeviceNotFound: if a code is unknown, or not where this person may look
    :raises bulk.BadAction, validate.UnknownService, validate.BadArgument: what is to be done is
    :raises bulk.BulkKeyUsed: if the key was used for something else
    """
    device_logic.check_key(wish.key)
    before = queries.bulk_by_key(community=community, account=by, key=wish.key)
    if before is None:
        try:
            return _begin(community, wish, by, seen, now)
        except IntegrityError:
            before = queries.bulk_by_key(community=community, account=by, key=wish.key)
            if before is None:
                raise
    return _same(before, wish)


def _same(before: Bulk, wish: Wish) -> Bulk:
    row = _row(before.community, wish)
    if (before.action, before.said, before.selected) != (row.action, row.said, row.selected):
        raise bulk.BulkKeyUsed(key=wish.key, bulk=before.pk)
    return before


def _row(community: str, wish: Wish) -> Bulk:
    return Bulk(
        community=community,
        key=wish.key,
        action=wish.action,
        said=msgspec.to_builtins(dict(wish.said)),
        selected={"codes": list(wish.codes), "sought": dict(wish.sought)},
    )


@transaction.atomic
def _begin(community: str, wish: Wish, by: int, seen: Sequence[str], now: datetime) -> Bulk:
    rows = _selected(community, wish, seen)
    dangerous = _check(community, wish, rows, seen, now)
    row = _row(community, wish)
    row.account_id, row.seen, row.total, row.created_at = by, list(seen), len(rows), now
    row.state = bulk.UNCONFIRMED if dangerous else bulk.RUNNING
    row.confirm_before = now + _time_to_confirm(len(rows)) if dangerous else None
    row.nonce = secrets.token_urlsafe(32) if wish.action == bulk.CREDENTIAL else ""
    row.save(force_insert=True)
    BulkItem.rows.bulk_create(
        [
            BulkItem(community=community, bulk=row, number=number, device=code)
            for number, code in enumerate(rows, start=1)
        ],
        batch_size=2_000,
    )
    tell(row, by=by, now=now)
    if dangerous and _takes_two(row):
        _ask(row, by, now)
    return row


def _takes_two(row: Bulk) -> bool:
    """Tell whether a dangerous one needs a second person: many doors are opened by two."""
    return row.total > 1


def _time_to_confirm(total: int) -> timedelta:
    if total > 1:
        return timedelta(hours=contract.KINDS[contract.BULK_COMMAND].hours)
    return bulk.TIME_TO_CONFIRM


def _ask(row: Bulk, by: int, now: datetime) -> None:
    service = row.said["service"]
    approvals.ask(
        kind=contract.BULK_COMMAND,
        community=row.community,
        about=f"bulk:{row.pk}",
        words=Words(
            zh=f"对 {row.total} 台设备执行危险指令 {service}",
            en=f"dangerous command {service} to {row.total} devices",
        ),
        request={"bulk": row.pk, "service": service, "args": row.said["args"], "n": row.total},
        by=by,
        now=now,
    )


def carry(passed: contract.LetPass) -> None:
    """Begin the command to many devices that a second person let pass.

    :raises bulk.WrongStep: if it was cancelled, or has expired
    """
    row = Bulk.rows.of(passed.community).select_for_update().get(pk=passed.request["bulk"])
    if row.state != bulk.UNCONFIRMED or passed.now >= (row.confirm_before or passed.now):
        raise bulk.WrongStep(step="confirm", state=row.state)
    row.state = bulk.RUNNING
    row.save(update_fields=["state"])
    tell(row, by=passed.approved_by, now=passed.now)


def _selected(community: str, wish: Wish, seen: Sequence[str]) -> dict[str, Device]:
    """Return the devices meant, by code in the order of codes."""
    codes = list(dict.fromkeys(wish.codes))
    bulk.check_selection(codes=codes, narrows=bool(wish.sought))
    if not codes:
        sought = msgspec.convert({**wish.sought, "seen": list(seen)}, devices.Sought)
        codes = devices.codes(community=community, sought=sought)
        bulk.check_count(len(codes))
    found = devices.by_code(community=community, codes=codes)
    for code in codes:
        if code not in found or not devices.visible(found[code], seen):
            raise devices.DeviceNotFound(device=code)
    if not found:
        raise bulk.NobodySelected
    return dict(sorted(found.items()))


def _check(
    community: str, wish: Wish, rows: Mapping[str, Device], seen: Sequence[str], now: datetime
) -> bool:
    """Refuse what no device could do; tell whether it must be confirmed."""
    if wish.action == bulk.COMMAND:
        return _check_service(wish, {row.model for row in rows.values()}, many=len(rows) > 1)
    bulk.check_action(action=wish.action, said=wish.said)
    if wish.action == "move":
        _check_place(community, str(wish.said["place"]), seen)
    if wish.action == "maintain":
        device_logic.check_until(until=wish.said["until"], now=now)
        device_logic.check_reason(wish.said["reason"])
    return False


def _check_place(community: str, path: str, seen: Sequence[str]) -> None:
    known = places.by_path(community=community, paths=[path])
    if path not in known or not devices.in_sight(path=path, seen=seen):
        raise places.PlaceNotFound(path=path)


def _check_service(wish: Wish, models: set[str], *, many: bool) -> bool:
    """Refuse a service that none of the models has; tell whether one of them calls it dangerous, or
    dangerous where many are told.
    """
    service, args = wish.said["service"], wish.said["args"]
    found, refused = [], list[Fault]()
    for model in sorted(models):
        try:
            known = devices.model(id=model)
            found.append(validate.command(model=known, service=service, args=args))
        except Fault as fault:
            refused.append(fault)
    if not found:
        raise next((one for one in refused if isinstance(one, validate.BadArgument)), refused[0])
    dangers = {one.danger for one in found} | {one.danger_to_many for one in found if many}
    return bool(dangers - {None})


def steer(
    *,
    community: str,
    id: int,
    step: str,
    by: int,
    holds: Callable[[str], bool],
    seen: Sequence[str] = (),
    now: datetime,
) -> Bulk:
    """Pause, resume, cancel or confirm. What is done stays done; taken twice it is taken once.

    :raises bulk.BulkNotFound: if there is none, or it is none of this person's
    :raises NotAllowed: if he could not have asked for it himself
    :raises bulk.NotItsMaker, bulk.TooLateToConfirm: of a confirmation
    :raises approvals.ApprovalWanted: of one that a second person must let pass
    :raises bulk.WrongStep: if it cannot be taken any more
    """
    with transaction.atomic():
        row = queries.bulk_of(community=community, id=id, by=by, seen=seen, lock=True)
        if not holds(bulk.permission(row.action)):
            raise NotAllowed(permission=bulk.permission(row.action), community=community)
        if not bulk.check_step(step=step, state=row.state):
            return row
        if step == "confirm":
            _check_confirmation(row, by, now)
        row.state = bulk.STEPS[step][0]
        if step == "cancel":
            leave_out(row, now=now)
        row.save()
        tell(row, by=by, now=now)
    return row


def _check_confirmation(row: Bulk, by: int, now: datetime) -> None:
    if row.account_id != by:
        raise bulk.NotItsMaker(bulk=row.pk)
    if _takes_two(row):
        raise approvals.ApprovalWanted(kind=contract.BULK_COMMAND)
    if row.confirm_before is not None and now >= row.confirm_before:
        raise bulk.TooLateToConfirm(seconds=int(bulk.TIME_TO_CONFIRM.total_seconds()))


def leave_out(row: Bulk, *, now: datetime) -> None:
    """Leave out the devices that still wait; those that were asked are still heard of."""
    items = BulkItem.rows.of(row.community).filter(bulk=row)
    items.filter(state=bulk.WAITING).update(state=bulk.LEFT_OUT, at=now)
    if not items.filter(state=bulk.ASKED).exists():
        row.finished_at = now


def tell(row: Bulk, *, by: int, now: datetime) -> None:
    """Record that a bulk changed state."""
    outbox.record(
        BulkMoved(
            id=ids.new(),
            at=now,
            community=row.community,
            bulk=row.pk,
            action=row.action,
            state=row.state,
            total=row.total,
            done=row.done,
            failed=row.failed,
            by=by,
        )
    )
