"""A person tells a device to do something."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from linli.contracts.devices import CommandRequested
from linli.devices import validate
from linli.foundation import ids
from linli.foundation.causes import operations as causes
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
    seen: Sequence[str] = (),
    now: datetime,
) -> Command:
    """Have a device told to do something; asked again with the same key, return the same command.

    `by` is the account of whoever asks; None where the platform itself does, because of `cause`.

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
    )
    before = queries.command_by_key(community=community, account=by, key=key)
    if before is None:
        if not row.enabled:
            raise logic.Disabled(device=device)
        try:
            return _ask(wanted, row, now)
        except IntegrityError:
            before = queries.command_by_key(community=community, account=by, key=key)
            if before is None:
                raise
    return _same(before, wanted)


def _same(before: Command, wanted: Command) -> Command:
    if (before.device, before.service, before.args) != (wanted.device, wanted.service, wanted.args):
        raise logic.KeyUsed(key=wanted.key, command=before.pk)
    return before


@transaction.atomic
def _ask(row: Command, device: Device, now: datetime) -> Command:
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
        by=row.account_id or 0,
    )
    row.cause = fact.id
    row.save(force_insert=True)
    causes.note(
        id=fact.id,
        cause=fact.cause,
        community=row.community,
        kind="CommandRequested",
        at=now,
        about=about(row, device),
    )
    outbox.record(fact)
    return row
