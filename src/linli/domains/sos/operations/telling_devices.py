"""What devices are told for a call: a siren, a camera. None of them may stand in its way."""

import hashlib
import logging
from datetime import datetime

from django.db import transaction

from linli.domains.sos.models import Call
from linli.kernel.fault import Fault
from linli.registry.devices import operations as devices

_log = logging.getLogger("linli.sos")
_LONGEST_KEY = 64


def tell_device(*, row: Call, device: str, service: str, cause: str | None, now: datetime) -> None:
    """Have a device do something, once for each time that a call began to ring. One that cannot is
    written to the log: without it the call goes on.
    """
    try:
        with transaction.atomic():
            devices.request_command(
                community=row.community,
                device=device,
                service=service,
                args={},
                key=_key(row, device, service),
                by=None,
                cause=cause,
                now=now,
            )
    except Fault as refusal:
        _log.warning("call %s: %s is not told %s: %s", row.pk, device, service, refusal.key)


def _key(row: Call, device: str, service: str) -> str:
    key = f"sos-{row.pk}-{row.started_at.timestamp():.0f}-{service}-{device}"
    if len(key) <= _LONGEST_KEY:
        return key
    return f"sos-{hashlib.sha256(key.encode()).hexdigest()[:48]}"
