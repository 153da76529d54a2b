"""How a webhook is signed; modelled on Standard Webhooks."""

import hmac
from base64 import b64encode
from datetime import datetime
from hashlib import sha256

TOLERANCE_S = 300
"""A receiver should refuse what was signed longer ago."""


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
