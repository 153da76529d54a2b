"""What OneNET posts: a message, a nonce and a signature (its HTTP push guide; modelled on).

signature = base64(md5(token + nonce + message)), the message as it stands in the body.
"""

import hmac
from base64 import b64encode
from hashlib import md5
from typing import Any

import msgspec

from linli.drivers.plain.codec import time
from linli.drivers.reading import BadPayload

POINT, PRESENCE, ANSWER = 1, 2, 7
_CONFIRMED = 2
_MOST = 1000


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What a push is made of. `msg` is JSON, or text that holds JSON."""

    msg: msgspec.Raw = msgspec.Raw(b"")
    enc_msg: str = ""
    msg_signature: str = ""
    signature: str = ""
    nonce: str = ""

    @property
    def signed(self) -> str:
        """The signature, under either name."""
        return self.msg_signature or self.signature


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One thing said of one device. `value` is that of data stream `stream`.

    `answer`: (command, ok, reason).
    """

    imei: str
    device_id: str
    at: float | None
    stream: str = ""
    value: object = None
    online: bool | None = None
    answer: tuple[str, bool, str] | None = None


class _Message(msgspec.Struct, frozen=True, kw_only=True):
    type: int
    imei: str | int = ""
    dev_id: str | int = ""
    ds_id: str = ""
    at: float | str | None = None
    value: Any = None
    status: int | None = None
    cmd_type: int = 0
    cmd_id: str | int = ""


_envelopes = msgspec.json.Decoder(Envelope)
_texts = msgspec.json.Decoder(str)
_messages = msgspec.json.Decoder(list[_Message] | _Message)


def envelope(body: bytes) -> Envelope:
    """Read what surrounds a message.

    :raises BadPayload: if it is none, or the message is encrypted
    """
    try:
        found = _envelopes.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadPayload("not_onenet") from error
    if found.enc_msg:
        raise BadPayload("encrypted")
    if not bytes(found.msg):
        raise BadPayload("not_onenet")
    return found


def texts(found: Envelope) -> list[bytes]:
    """Return the message as it may have been signed: the text in a string, or the JSON as it
    stands, or the same without blanks.
    """
    raw = bytes(found.msg)
    if raw[:1] == b'"':
        return [_texts.decode(raw).encode()]
    return [raw, msgspec.json.encode(msgspec.json.decode(raw))]


def sign(*, token: str, nonce: str, message: bytes) -> str:
    """Return the signature of a message."""
    said = token.encode() + nonce.encode() + message
    return b64encode(md5(said, usedforsecurity=False).digest()).decode()


def is_signed(*, token: str, nonce: str, message: bytes, signature: str) -> bool:
    """Tell whether a signature is right; without a token none is. It takes the same time always.

    In a query a `+` may have become a blank on its way.
    """
    right = sign(token=token, nonce=nonce, message=message).encode()
    said = signature.replace(" ", "+").encode()
    return bool(token and nonce) and hmac.compare_digest(right, said)


def items(message: bytes) -> list[Item]:
    """Return what a message says.

    :raises BadPayload: if it is none
    """
    try:
        found = _messages.decode(message)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadPayload("not_onenet") from error
    entries = found if isinstance(found, list) else [found]
    if len(entries) > _MOST:
        raise BadPayload("too_large")
    return [_item(entry) for entry in entries]


def _item(found: _Message) -> Item:
    imei, device = str(found.imei), str(found.dev_id)
    if not imei and not device:
        raise BadPayload("not_onenet")
    plain = Item(imei=imei, device_id=device, at=time(found.at))
    if found.type == POINT and found.ds_id:
        return msgspec.structs.replace(plain, stream=found.ds_id, value=found.value)
    if found.type == PRESENCE and found.status in (0, 1):
        return msgspec.structs.replace(plain, online=found.status == 1)
    if found.type != ANSWER:
        raise BadPayload("not_onenet")
    if found.cmd_type != _CONFIRMED or not found.cmd_id:
        return plain
    return msgspec.structs.replace(plain, answer=(str(found.cmd_id), True, ""))
