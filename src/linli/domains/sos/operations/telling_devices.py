"""What devices are told for a call: a siren, a camera. None of them may stand in its way."""

import hashlib
import logging
from datetime import datetime

from django.db import transaction

from linli.domains.sos import queries
from linli.domains.sos.models import Call
from linli.kernel.fault import Fault
from linli.registry.devices import operations as devices

_log = logging.getLogger("linli.sos")
_LONGEST_KEY = 64


def tell_device(*, row: Call, device: str, service: str, cause: str | None, now: datetime) -> None:
    """Have a device do something, once for each `cause` since the call began to ring. One that
    cannot is written to the log: without it the call goes on.
    """
    try:
        with transaction.atomic():
            devices.request_command(
                community=row.community,
                device=device,
                service=service,
                args={},
                key=_key(row, device, service, cause),
                by=None,
                cause=cause,
                now=now,
            )
    except Fault as refusal:
        _log.warning("call %s: %s is not told %s: %s", row.pk, device, service, refusal.key)


def sound(*, row: Call, cause: str | None, now: datetime) -> None:
    """Let the sirens near a call sound, where its call tree wants them. The row is not saved."""
    _, siren = queries.tree(community=row.community, place=row.place.path)
    if siren:
        row.sirens = queries.sirens(community=row.community, place=row.place.path)
        for code in row.sirens:
            tell_device(row=row, device=code, service="siren.on", cause=cause, now=now)


def silence(*, row: Call, cause: str | None, now: datetime) -> None:
    """Let the sirens fall silent that a call set off. The row is not saved."""
    for code in row.sirens:
        tell_device(row=row, device=code, service="siren.off", cause=cause, now=now)
    row.sirens = []


def photograph(*, row: Call, cause: str | None, now: datetime) -> None:
    """Have the camera of a call take a picture, if it has one."""
    if row.camera:
        tell_device(row=row, device=row.camera, service="camera.snapshot", cause=cause, now=now)


def _key(row: Call, device: str, service: str, cause: str | None) -> str:
    key = f"sos-{row.pk}-{row.started_at.timestamp():.0f}-{service}-{device}-{cause or ''}"
    if len(key) <= _LONGEST_KEY:
        return key
    return f"sos-{hashlib.sha256(key.encode()).hexdigest()[:48]}"
