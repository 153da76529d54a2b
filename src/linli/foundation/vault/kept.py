"""Digests under keys that follow from the installation's secret. What is printed, or told once and
not kept, cannot be made anew when that is turned over: the key under which it was made is kept.
"""

import hmac
from collections.abc import Collection, Mapping
from datetime import datetime
from hashlib import sha256

from django.conf import settings

from linli.foundation import sealing
from linli.foundation.vault.models import KeptKey

_LEAKED = "linli.leaked"
"""For this is kept what tells of a secret that it leaked, and nothing of the secret itself."""


def keys(*, use: str) -> list[bytes]:
    """Return the keys under which a digest of a use may have been made: the one that follows from
    the secret in use, those from secrets that open beside it (another machine may use one already,
    or still) and did not leak, then those that were kept, the newest first.
    """
    beside = [one for one in settings.SECRET_KEY_FALLBACKS if not has_leaked(secret=one)]
    found = [key_of(use=use, secret=one) for one in (settings.SECRET_KEY, *beside)]
    rows = KeptKey.objects.filter(use=use).order_by("-pk")
    return list(dict.fromkeys((*found, *(_opened(row) for row in rows))))


def passing(*, use: str) -> list[bytes]:
    """Return the keys that follow from the secrets that open now, that in use first: for what is
    good for minutes or days, and needs no key kept.
    """
    found = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return [key_of(use=use, secret=one) for one in found]


def digests(*, use: str, value: str) -> list[bytes]:
    """Return what a digest of a value may be, that of today first."""
    return [under(key, value) for key in keys(use=use)]


def under(key: bytes, value: str) -> bytes:
    """Return the digest of a value under a key."""
    return hmac.new(key, value.encode(), sha256).digest()


def key_of(*, use: str, secret: str) -> bytes:
    """Return the key of a use that follows from a secret, as `salted_hmac` of Django makes it."""
    return sha256(f"{use}{secret}".encode()).digest()


def keep(*, found: Mapping[str, bytes], now: datetime) -> None:
    """Keep keys by their uses; one that is kept already is not kept twice."""
    for use, key in found.items():
        rows = KeptKey.objects.filter(use=use)
        if key not in [_opened(row) for row in rows]:
            KeptKey.objects.create(use=use, key=sealing.seal(key, use=use), kept_at=now)


def drop(*, besides: Collection[str]) -> int:
    """Believe none of the kept keys any more but those of some uses; return how many that were."""
    return KeptKey.objects.exclude(use__in={*besides, _LEAKED}).delete()[0]


def drop_of(*, use: str) -> None:
    """Believe no older key of a use: what was made under one is void, or was made anew. One that
    follows from a secret that opens now stays: another machine may be making digests under it.
    """
    needed = passing(use=use)
    rows = KeptKey.objects.filter(use=use)
    KeptKey.objects.filter(pk__in=[row.pk for row in rows if _key_in(row) not in needed]).delete()


def note_leak(*, secret: str, now: datetime) -> None:
    """Believe no key any more that follows from a secret, in whichever process it still opens."""
    keep(found={_LEAKED: key_of(use=_LEAKED, secret=secret)}, now=now)


def has_leaked(*, secret: str) -> bool:
    """Tell whether it was noted of a secret that it leaked."""
    rows = KeptKey.objects.filter(use=_LEAKED)
    return key_of(use=_LEAKED, secret=secret) in [_key_in(row) for row in rows]


def oldest(*, use: str) -> bytes | None:
    """Return the key of a use that was kept first; None where none was."""
    row = KeptKey.objects.filter(use=use).order_by("pk").first()
    return _opened(row) if row else None


def _key_in(row: KeptKey) -> bytes | None:
    """Return the key of a row; None where no secret opens it."""
    try:
        return _opened(row)
    except sealing.Unreadable:
        return None


def _opened(row: KeptKey) -> bytes:
    return sealing.open_sealed(bytes(row.key), use=row.use)
