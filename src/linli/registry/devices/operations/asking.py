"""A person tells a device to do something."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from linli.contracts.devices import CommandRequested
from linli.devices import validate
from linli.foundation import ids
from linli.foundation.outbox import operations as outbox
from linli.kernel.period import seconds
from linli.registry.devices import logic, queries
from linli.registry.devices.models import Command, Device
from linli.registry.devices.operations.telling import about


def request_command(
    *,
    community: str,
    device: str,
    service: str,
    args: Mapping[str, float | str | bool],
    key: str,
    by: int | None,
    cause: str | None = None,
    override: str = "",
    confirmed: bool = False,
    seen: Sequence[str] = (),
    now: datetime,
) -> Command:
    """Have a device told to do something; asked again with the same key, return the same command.

    `by` is the account of whoever asks; None where the platform itself does, because of `cause`.
    What is dangerous a person must confirm: it is `unconfirmed` until then. `override` is why it
    is to be done even against a safety scene that acts now; else such a scene wins. `confirmed`: he
    did so already, for many devices at once.

    :raises queries.DeviceNotFound: if it is unknown, or not where this person may look
    :raises logic.Disabled: if the device is out of use
    :raises validate.UnknownService, validate.BadArgument: if its model cannot do that
    :raises logic.KeyUsed: if the key was used for something else
    """
    row = queries.device(community=community, code=device, seen=seen)
    logic.check_key(key)
    validate.command(model=queries.model(id=row.model), service=service, args=args)
    wanted = Command(
        id=ids.new(),
        community=community,
        device=device,
        service=service,
        args=dict(args),
        state="queued",
        account_id=by,
        key=key,
        cause=cause or "",
        override=override[:200],
    )
    before = queries.command_by_key(community=community, account=by, key=key)
    if before is None:
        if not row.enabled:
            raise logic.Disabled(device=device)
        try:
            return _ask_or_wait(wanted, row, now, confirmed=confirmed)
        except IntegrityError:
            before = queries.command_by_key(community=community, account=by, key=key)
            if before is None:
                raise
    return _same(before, wanted)


def _ask_or_wait(row: Command, device: Device, now: datetime, *, confirmed: bool) -> Command:
    """Have it done, or note it until it is confirmed."""
    service = queries.model(id=device.model).services[row.service]
    if service.danger is None or row.account_id is None or confirmed:
        return _ask(row, device, now, new=True)
    row.state, row.safety, row.issued_at = logic.UNCONFIRMED, service.safety, now
    row.expires_at = now + logic.TIME_TO_CONFIRM
    row.save(force_insert=True)
    return row


@transaction.atomic
def confirm_command(
    *, community: str, id: str, by: int, seen: Sequence[str] = (), now: datetime
) -> Command:
    """Have a dangerous thing done that the same person asked for a moment ago. Twice is once.

    :raises queries.CommandNotFound: if there is none, or not his
    :raises logic.TooLateToConfirm: if it was asked for too long ago
    :raises logic.Disabled: if the device was put out of use meanwhile
    """
    row = queries.commands_by_id(community=community, ids=[id], lock=True).get(id)
    if row is None or row.account_id != by:
        raise queries.CommandNotFound(command=id)
    device = queries.device(community=community, code=row.device, seen=seen)
    if row.state != logic.UNCONFIRMED:
        return row
    if row.expires_at is not None and now >= row.expires_at:
        raise logic.TooLateToConfirm(seconds=int(logic.TIME_TO_CONFIRM.total_seconds()))
    if not device.enabled:
        raise logic.Disabled(device=row.device)
    row.state = "queued"
    return _ask(row, device, now, new=False)


@transaction.atomic
def give_up_unconfirmed(*, community: str, now: datetime) -> int:
    """Let what nobody confirmed in time expire; return how many."""
    rows = Command.rows.of(community).filter(state=logic.UNCONFIRMED, expires_at__lte=now)
    return rows.update(state="expired", reason="devices.not_confirmed", finished_at=now)


def _same(before: Command, wanted: Command) -> Command:
    if (before.device, before.service, before.args) != (wanted.device, wanted.service, wanted.args):
        raise logic.KeyUsed(key=wanted.key, command=before.pk)
    return before


@transaction.atomic
def _ask(row: Command, device: Device, now: datetime, *, new: bool) -> Command:
    service = queries.model(id=device.model).services[row.service]
    row.safety, row.issued_at = service.safety, now
    row.expires_at = now + timedelta(seconds=seconds(service.expires))
    fact = CommandRequested(
        id=ids.new(),
        at=now,
        community=row.community,
        cause=row.cause or None,
        command=row.pk,
        device=row.device,
        service=row.service,
        args=row.args,
        expires_at=row.expires_at.timestamp(),
        by=row.account_id,
        override=bool(row.override),
        reason=row.override,
    )
    row.cause = fact.id
    row.save(force_insert=new)
    outbox.record_all([fact], about={fact.id: about(row, device)})
    return row
