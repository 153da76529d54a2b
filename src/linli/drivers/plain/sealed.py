"""Payloads sealed on their way between a device and us, beside what the line itself does: SM4 in
Galois counter mode (GB/T 32907-2016, RFC 8998) under a key of the device's own.

    version (1 byte, 1) · number (8, big-endian) · nonce (12) · sealed · tag (16)

Version, number and the topic are bound: a payload is of no use on another topic, or as another
message. Numbers rise with each message of a sender; what is heard again is known by them.
"""

import secrets

import msgspec

from linli.drivers.reading import BadPayload
from linli.foundation.vault import logic as sm4

KEY_BYTES = sm4.KEY_BYTES
WINDOW = 64
"""So many messages of a sender may be under way; a number further below the highest is refused."""
ALL = (1 << WINDOW) - 1
"""All of those just below the highest were heard."""
_VERSION = 1
_HEAD_BYTES = 9
_LEAST_BYTES = _HEAD_BYTES + sm4.NONCE_BYTES + sm4.TAG_BYTES


class Opened(msgspec.Struct, frozen=True):
    """What was sealed, and its number."""

    number: int
    plain: bytes


def seal(*, key: bytes, topic: bytes, number: int, plain: bytes) -> bytes:
    """Return a payload sealed for a topic."""
    head = bytes((_VERSION,)) + number.to_bytes(_HEAD_BYTES - 1, "big")
    nonce = secrets.token_bytes(sm4.NONCE_BYTES)
    return head + nonce + sm4.seal_bytes(key=key, nonce=nonce, plain=plain, bound=head + topic)


def unseal(*, key: bytes, topic: bytes, payload: bytes) -> Opened:
    """Return what was sealed for a topic.

    :raises BadPayload: `not_sealed` if it has not the form, `seal_broken` if it was changed, was
        sealed for another topic or under another key
    """
    if len(payload) < _LEAST_BYTES or payload[0] != _VERSION:
        raise BadPayload("not_sealed")
    head, rest = payload[:_HEAD_BYTES], payload[_HEAD_BYTES:]
    nonce, body = rest[: sm4.NONCE_BYTES], rest[sm4.NONCE_BYTES :]
    try:
        plain = sm4.unseal_bytes(key=key, nonce=nonce, sealed=body, bound=head + topic)
    except sm4.Broken as broken:
        raise BadPayload("seal_broken") from broken
    return Opened(int.from_bytes(head[1:], "big"), plain)


class Heard:
    """The numbers that were heard of one sender: the highest, and which of those just below it
    (modelled on the window of IPsec and DTLS, RFC 6347 section 4.1.2.6).
    """

    __slots__ = ("below", "highest")

    def __init__(self, highest: int = 0, below: int = ALL) -> None:
        """Begin at a number: it was heard, and of those just below it the bits of `below`, the
        next one first.
        """
        self.highest = highest
        self.below = below

    def is_news(self, number: int) -> bool:
        """Note a number; tell whether it is heard for the first time.

        :raises BadPayload: `number_too_old` if it is too far below the highest to be known
        """
        if number - self.highest < -WINDOW:
            raise BadPayload("number_too_old")
        return self.note(number)

    def note(self, number: int) -> bool:
        """Note a number, however old; tell whether it is known to be heard for the first time."""
        ahead = number - self.highest
        if ahead > 0:
            self.below = ((self.below << 1 | 1) << ahead - 1) & ALL if ahead <= WINDOW else 0
            self.highest = number
            return True
        bit = 1 << -ahead >> 1 if ahead >= -WINDOW else 0
        if not bit or self.below & bit:
            return False
        self.below |= bit
        return True
