"""A message that Linli sent: is it ours, and new? (modelled on Standard Webhooks)"""

import hmac
import json
import re
import time
from base64 import b64decode, b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

TOLERANCE_S = 300
_STAMP = re.compile("[0-9]{1,15}")


class Forged(ValueError):
    """It was not signed with this secret, or so long ago that somebody may be playing it again."""


def opened(
    *, secret: str, headers: Mapping[str, str], body: bytes, now_s: float | None = None
) -> dict[str, Any]:
    """Return what a message says: `type`, `timestamp`, `place`, `data`.

    :param headers: by any case of their names
    :raises Forged: if it is not from who knows the secret, or older than five minutes; of a secret
        that is none, nothing is
    """
    key = _key(secret)
    told = {name.lower(): value for name, value in headers.items()}
    stamp = told.get("webhook-timestamp", "")
    now_s = time.time() if now_s is None else now_s
    if not _STAMP.fullmatch(stamp) or abs(now_s - int(stamp)) > TOLERANCE_S:
        raise Forged("timestamp")
    said = f"{told.get('webhook-id', '')}.{stamp}.".encode() + body
    wanted = b"v1," + b64encode(hmac.new(key, said, sha256).digest())
    shown = told.get("webhook-signature", "").encode().split()
    if not any(hmac.compare_digest(wanted, one) for one in shown):
        raise Forged("signature")
    message: dict[str, Any] = json.loads(body)
    return message


def _key(secret: str) -> bytes:
    try:
        key = b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError as error:
        raise Forged("secret") from error
    if not key:
        raise Forged("secret")
    return key
