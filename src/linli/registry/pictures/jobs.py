"""What time does to pictures: they are fetched from the spool, and they go when they are old."""

import logging
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from linli.contracts import directory, pictures
from linli.contracts.scanning import ScannerAway
from linli.foundation import sealing
from linli.registry.pictures import operations

_log = logging.getLogger(__name__)
_AT_ONCE = 8
_FORGET_AT_ONCE = 500


def take(now: datetime) -> int:
    """Take pictures of every community from the spool, the oldest first; return how many. To be
    called again until nothing is left. They stay there while nobody can look for a virus in them.
    """
    return sum(_take(community, now) for community in directory.communities())


def _take(community: str, now: datetime) -> int:
    folder = Path(settings.HOME) / pictures.FOLDER / community
    if not folder.is_dir():
        return 0
    found = sorted(folder.glob(f"*{pictures.SUFFIX}"))[:_AT_ONCE]
    return sum(_take_one(community, file, now) for file in found)


def _take_one(community: str, file: Path, now: datetime) -> bool:
    """Take a picture; tell whether it is gone from the spool."""
    try:
        given = pictures.decode(_opened(file.read_bytes()))
    except FileNotFoundError:  # the spool was full, and dropped it meanwhile
        return True
    except ValueError as error:
        _log.warning("%s: %s is no picture of the spool: %s", community, file.name, error)
    else:
        try:
            operations.take(community=community, spool=file.stem, given=given, now=now)
        except ScannerAway:  # its adapter has said why
            return False
    file.unlink(missing_ok=True)
    return True


def _opened(body: bytes) -> bytes:
    """Return a file of the spool, opened; one from before they were sealed as it is."""
    try:
        return sealing.open_sealed(body, use=pictures.USE)
    except sealing.Unreadable:
        return body


def forget(now: datetime) -> int:
    """Drop a part of what is past its retention; return how much. To be called again until nothing
    is left.
    """
    before = now - timedelta(days=settings.PICTURE_DAYS)
    return sum(
        operations.forget(community=community, before=before, most=_FORGET_AT_ONCE)
        for community in directory.communities()
    )
