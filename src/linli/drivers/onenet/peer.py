"""What OneNET posts, for tests and the demo: signed with a token."""

from collections.abc import Mapping
from typing import Any

import msgspec

from linli.drivers.onenet.codec import sign

_HEADERS = {"content-type": "application/json"}


def point(
    imei: str, stream: str, value: object, *, at_ms: int = 1_780_000_000_000
) -> dict[str, Any]:
    """Return a value of a data stream."""
    return {"type": 1, "imei": imei, "dev_id": 5123, "ds_id": stream, "at": at_ms, "value": value}


def presence(imei: str, *, online: bool, at_ms: int = 1_780_000_000_000) -> dict[str, Any]:
    """Return that a device came, or went."""
    return {
        "type": 2, "imei": imei, "dev_id": 5123, "status": int(online), "login_type": 10,
        "at": at_ms,
    }  # fmt: skip


def pushed(
    said: object, *, token: str, nonce: str = "Qd9aWLhx", as_text: bool = False
) -> tuple[dict[str, str], dict[str, str], bytes]:
    """Return query, headers and body of a push; `as_text` puts the message into a string."""
    message = msgspec.json.encode(said)
    signature = sign(token=token, nonce=nonce, message=message)
    body: Mapping[str, Any] = {
        "msg": message.decode() if as_text else msgspec.Raw(message),
        "msg_signature": signature,
        "nonce": nonce,
    }
    return {}, dict(_HEADERS), msgspec.json.encode(body)


def check(*, token: str, message: str = "hello", nonce: str = "Qd9aWLhx") -> dict[str, str]:
    """Return the query by which OneNET checks our address."""
    signature = sign(token=token, nonce=nonce, message=message.encode())
    return {"msg": message, "nonce": nonce, "signature": signature}
