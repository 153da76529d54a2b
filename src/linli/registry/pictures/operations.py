"""Every write to pictures."""

import hashlib
import logging
from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import transaction

from linli.contracts.pictures import Spooled
from linli.contracts.scanning import ScannerAway
from linli.foundation.files import images
from linli.foundation.files import operations as files
from linli.foundation.identity import operations as identity
from linli.kernel.fault import Fault
from linli.registry.devices import queries as devices
from linli.registry.pictures import logic, queries
from linli.registry.pictures.models import Picture

_log = logging.getLogger(__name__)


def take(*, community: str, spool: str, given: Spooled, now: datetime) -> Picture | None:
    """Keep a picture that came by the spool, drawn anew; the same twice is one. What is no picture
    is kept as such, without its bytes. None where its device is gone from the register.

    :raises ScannerAway: if nobody could look for a virus in it: later, perhaps
    """
    if not devices.by_code(community=community, codes=[given.device]):
        _log.info("a picture of %s is let go: it is not in the register", given.device)
        return None
    drawn, refused = _drawn(given.content)
    with transaction.atomic():
        kept = None
        if drawn is not None:
            kept = files.keep(community=community, kind="camera", picture=drawn, now=now)
        row, _ = Picture.rows.of(community).get_or_create(
            spool=spool,
            defaults={
                "device": given.device,
                "event": given.event[:64],
                "told": hashlib.sha256(given.content).hexdigest(),
                "taken_at": datetime.fromtimestamp(given.at, UTC),
                "came_at": now,
                "file": kept,
                "refused": refused,
            },
        )
    return row


def _drawn(content: bytes) -> tuple[images.Picture | None, str]:
    """Return a picture drawn anew, or why it is none."""
    try:
        return images.cleaned(content), ""
    except ScannerAway:
        raise
    except Fault as fault:
        return None, fault.key.removeprefix("files.")


def look(
    *,
    community: str,
    id: int,
    purpose: str,
    account: int,
    seen: Sequence[str],
    now: datetime,
) -> queries.Image:
    """Return a picture, and remember who looked at it and why.

    :raises logic.UnknownPurpose: if it is not said what for
    :raises queries.PictureNotFound: if there is none, or not where the reader may look
    """
    wanted = logic.purpose(purpose)
    row = queries.picture(community=community, id=id, seen=seen)
    found = queries.image(community=community, row=row)
    identity.look(
        community=community, account=account, subject=f"picture:{id}", purpose=wanted, now=now
    )
    return found


def forget(*, community: str, before: datetime, most: int) -> int:
    """Drop pictures that came before a time, so many at most, bytes and all; return how many."""
    with transaction.atomic():
        old = Picture.rows.of(community).filter(came_at__lt=before).order_by("came_at")
        rows = list(old.values_list("pk", "file_id")[:most])
        Picture.rows.of(community).filter(pk__in=[pk for pk, _ in rows]).delete()
        wanted = {file for _, file in rows if file is not None}
        shared = Picture.rows.of(community).filter(file_id__in=wanted)
        for file in wanted - set(shared.values_list("file_id", flat=True)):
            files.forget(community=community, id=str(file))
    return len(rows)
