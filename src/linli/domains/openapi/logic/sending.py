"""How a webhook is signed and how often it is tried; modelled on Standard Webhooks."""

import hmac
from base64 import b64encode
from datetime import datetime, timedelta
from hashlib import sha256

TOLERANCE_S = 300
"""A receiver should refuse what was signed longer ago."""
GIVEN_UP_AFTER = timedelta(hours=24)
_PAUSES_S = (5, 30, 120, 300, 900, 1800, 3600)


def headers(*, secret: bytes, id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the headers of a message: its id, when it is sent, and its signature."""
    stamp = str(int(at.timestamp()))
    return {
        "content-type": "application/json",
        "user-agent": "Linli-Webhooks/1",
        "webhook-id": id,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{signature(secret=secret, id=id, stamp=stamp, body=body)}",
    }


def signature(*, secret: bytes, id: str, stamp: str, body: bytes) -> str:
    """Return HMAC-SHA256 of `<id>.<timestamp>.<body>` in base64."""
    said = f"{id}.{stamp}.".encode() + body
    return b64encode(hmac.new(secret, said, sha256).digest()).decode()


def next_try(*, tries: int, first_at: datetime, now: datetime) -> datetime | None:
    """Return when to try again after so many tries; None if it is a day since the first."""
    if now - first_at >= GIVEN_UP_AFTER:
        return None
    return now + timedelta(seconds=_PAUSES_S[min(tries, len(_PAUSES_S)) - 1])
