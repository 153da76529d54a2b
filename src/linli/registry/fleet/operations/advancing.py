"""The worker does a part of what is to be done to many, and hears what became of commands.

What a part does and that it was done are one commit: a worker that dies in the middle of a part
does it again as if it had never begun.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from django.db import InterfaceError, OperationalError, transaction

from linli.foundation.scope.writing import update_all
from linli.kernel.fault import Fault
from linli.registry.devices import logic as device_logic
from linli.registry.devices import operations as devices
from linli.registry.devices import queries as device_queries
from linli.registry.fleet import bulk, queries
from linli.registry.fleet.models import Bulk, BulkItem
from linli.registry.fleet.operations import collecting
from linli.registry.fleet.operations.beginning import leave_out, tell

log = logging.getLogger("linli.fleet")

Refused = Mapping[str, Fault]
_FOR_NOW = (OperationalError, InterfaceError)
"""What the database refuses for now; the whole part is done again."""

_FIELDS = ["state", "reason", "values", "command", "at"]


def advance(*, community: str, now: datetime) -> int:
    """Do a part of all that is open in a community, the oldest first; return how many devices were
    dealt with. Together they command no more than `bulk.COMMANDS_AT_ONCE` devices, and change no
    more than `bulk.CHANGES_AT_ONCE`. One that breaks is told in the log and holds up no other.
    """
    room = {True: bulk.COMMANDS_AT_ONCE, False: bulk.CHANGES_AT_ONCE}
    dealt = 0
    for number in queries.open_bulks(community=community):
        try:
            commands, took = _advance_one(community, number, room, now)
        except _FOR_NOW:
            raise
        except Exception:  # whatever is wrong with one must not stop the next
            log.exception("%s: bulk %s broke; it is tried again", community, number)
            continue
        room[commands] -= took
        dealt += took
    return dealt


@transaction.atomic
def _advance_one(
    community: str, number: int, room: Mapping[bool, int], now: datetime
) -> tuple[bool, int]:
    """Return whether it commands, and how many devices were dealt with."""
    row = queries.bulk_of(community=community, id=number, by=0, lock=True)
    commands, state, took = row.action == bulk.COMMAND, row.state, 0
    if state == bulk.UNCONFIRMED:
        _expire(row, now)
    if commands:
        _settle(row, now)
    if state == bulk.RUNNING:
        took = _part(row, room[commands], now)
    _finish(row, now)
    row.save()
    if row.state != state:
        tell(row, by=0, now=now)
    return commands, took


def _expire(row: Bulk, now: datetime) -> None:
    if row.confirm_before is not None and now >= row.confirm_before:
        row.state = bulk.EXPIRED
        leave_out(row, now=now)


def _part(row: Bulk, room: int, now: datetime) -> int:
    items = queries.items_in(bulk=row, state=bulk.WAITING, most=room)
    if not items:
        return 0
    if row.action == bulk.COMMAND:
        _command(row, items, now)
    else:
        refused = _refused(row, [item.device for item in items], now)
        for item in items:
            _note(row, item, refused.get(item.device), now)
    update_all(items, _FIELDS)
    return len(items)


def _refused(row: Bulk, codes: Sequence[str], now: datetime) -> Refused:
    """Do it to these devices; return why some were not.

    What is refused, or breaks, for all of them is done in halves, down to the one that is to blame:
    it alone has failed, and holds up no other.
    """
    try:
        with transaction.atomic():
            return _ACTS[row.action](row, codes, now)
    except _FOR_NOW:
        raise
    except Exception as error:  # whatever is wrong with one device must not stop the next
        if len(codes) == 1:
            return {codes[0]: _why(row, codes[0], error)}
    half = len(codes) // 2
    return {**_refused(row, codes[:half], now), **_refused(row, codes[half:], now)}


def _why(row: Bulk, device: str, error: Exception) -> Fault:
    """Return an error as a refusal; what nobody expected is told in the log."""
    if isinstance(error, Fault):
        return error
    log.error("%s: bulk %s broke at %s", row.community, row.pk, device, exc_info=error)
    return bulk.DeviceBroke(device=device)


def _note(row: Bulk, item: BulkItem, fault: Fault | None, now: datetime) -> None:
    item.at = now
    if fault is None:
        item.state, row.done = bulk.DONE, row.done + 1
        return
    item.state, row.failed = bulk.FAILED, row.failed + 1
    item.reason = fault.key
    item.values = {name: str(value)[:200] for name, value in fault.values.items()}


def _change(row: Bulk, codes: Sequence[str], changes: devices.Changes, now: datetime) -> Refused:
    return devices.change_each(
        community=row.community, changes=dict.fromkeys(codes, changes), seen=row.seen, now=now
    )


def _maintain(row: Bulk, codes: Sequence[str], now: datetime) -> Refused:
    return devices.maintain_each(
        community=row.community,
        codes=codes,
        until=datetime.fromisoformat(row.said["until"]),
        reason=row.said["reason"],
        by=row.account_id,
        seen=row.seen,
        now=now,
    )


def _release(row: Bulk, codes: Sequence[str], now: datetime) -> Refused:
    return devices.release_each(
        community=row.community, codes=codes, by=row.account_id, seen=row.seen, now=now
    )


def _rotate(row: Bulk, codes: Sequence[str], now: datetime) -> Refused:
    made = {code: collecting.secret_of(nonce=row.nonce, device=code) for code in codes}
    return devices.rotate_each(
        community=row.community, secrets_by_code=made, seen=row.seen, now=now
    )


_ACTS: dict[str, Callable[[Bulk, Sequence[str], datetime], Refused]] = {
    "enable": lambda row, codes, now: _change(row, codes, devices.Changes(enabled=True), now),
    "disable": lambda row, codes, now: _change(row, codes, devices.Changes(enabled=False), now),
    "move": lambda row, codes, now: _change(
        row, codes, devices.Changes(place=row.said["place"]), now
    ),
    "maintain": _maintain,
    "release": _release,
    bulk.CREDENTIAL: _rotate,
}


def _command(row: Bulk, items: Sequence[BulkItem], now: datetime) -> None:
    """Ask each device; the person confirmed it for all of them."""
    for item in items:
        try:
            with transaction.atomic():
                asked = devices.request_command(
                    community=row.community,
                    device=item.device,
                    service=row.said["service"],
                    args=row.said["args"],
                    key=f"bulk.{row.pk}.{item.number}",
                    by=row.account_id,
                    confirmed=True,
                    seen=row.seen,
                    now=now,
                )
        except _FOR_NOW:
            raise
        except Exception as error:  # whatever is wrong with one device must not stop the next
            _note(row, item, _why(row, item.device, error), now)
        else:
            item.state, item.command, item.at = bulk.ASKED, asked.pk, now


def _settle(row: Bulk, now: datetime) -> None:
    """Take over what became of the commands that were given."""
    items = queries.items_in(bulk=row, state=bulk.ASKED, most=bulk.MOST_DEVICES)
    told = device_queries.commands_by_id(
        community=row.community, ids=[item.command for item in items]
    )
    settled = []
    for item in items:
        command = told.get(item.command)
        if command is None or command.state not in device_logic.FINAL:
            late = command is None or (
                command.expires_at is not None and now > command.expires_at + bulk.PATIENCE
            )
            if not late:
                continue
            item.state, item.reason = bulk.FAILED, "fleet.not_heard_of"
        elif command.state == "acknowledged":
            item.state = bulk.DONE
        else:
            item.state = bulk.FAILED
            item.reason = (command.reason or f"fleet.command_{command.state}")[:200]
        item.at = now
        row.done += item.state == bulk.DONE
        row.failed += item.state == bulk.FAILED
        settled.append(item)
    update_all(settled, _FIELDS)


def _finish(row: Bulk, now: datetime) -> None:
    """Say that it is finished when no device waits and none was asked."""
    if row.finished_at is not None or row.state in {bulk.UNCONFIRMED, bulk.PAUSED}:
        return
    if queries.left(bulk=row):
        return
    row.finished_at = now
    if row.state == bulk.RUNNING:
        row.state = bulk.DONE


@transaction.atomic
def forget_bulks(*, community: str, before: datetime, most: int) -> int:
    """Drop what was finished before a time, so many devices' results at most; return how many."""
    old = Bulk.rows.of(community).filter(finished_at__lt=before)
    items = BulkItem.rows.of(community).filter(bulk__in=old).order_by("pk")
    numbers = list(items.values_list("pk", flat=True)[:most])
    gone = sum(
        BulkItem.rows.of(community).filter(pk__in=part).delete()[0]
        for part in device_logic.parts(numbers, 500)
    )
    return gone or old.filter(items__isnull=True).delete()[0]
