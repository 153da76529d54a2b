"""QR codes of doors: signed by the community's own key (Ed25519, RFC 8032), so that a controller
without a line can tell that one is ours by the public key alone, and a stolen controller can make
none. Text is base32 in capitals: scanners that act as keyboards spell it rightly, and a QR code
holds it in its compact mode.
"""

from base64 import b32decode, b32encode
from binascii import Error as BadText
from collections.abc import Sequence
from struct import Struct
from struct import error as TooShort  # noqa: N812 - an exception under its right name

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from linli.contracts.doors import CODE_LASTS

WINDOW_S = int(CODE_LASTS.total_seconds())
"""A code is made anew every half minute: a resident's and a guest's."""
GRACE_S = 30
"""So much longer it is taken: for the walk to the door, and a clock that is a little off."""
MOST_DOORS = 30

_PREFIX = "LL1."
_HEAD = Struct(">BBQIIIB")
_SIGNATURE_BYTES = 64
_PURPOSE = b"linli door 1\n"
_RESIDENT, _GUEST, _PICTURE = range(3)
"""The first byte of a code."""


class NoToken(ValueError):
    """It is not a code of ours: another text, cut, or signed by somebody else."""


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """What a QR code says: by which `key` it is signed, whose `credential` it is, its `serial` (of
    each there is one use), from when until when it is good (epoch seconds), and the numbers of the
    doors of a guest; none for a resident, whose rights the controller knows. `picture`: it was
    made to be sent to a guest as a picture, and is good for as long as its pass.
    """

    key: int
    credential: int
    serial: int
    since: int
    until: int
    doors: Sequence[int] = ()
    guest: bool = False
    picture: bool = False

    @property
    def changes(self) -> bool:
        """Tell whether it is the code of a half minute, after which there is another."""
        return not self.picture


def write(token: Token, *, community: str, private: bytes) -> str:
    """Return a token as the text of a QR code."""
    body = _HEAD.pack(
        _kind(token),
        token.key,
        token.credential,
        token.serial,
        token.since,
        token.until,
        len(token.doors),
    ) + b"".join(number.to_bytes(4, "big") for number in token.doors)
    signature = Ed25519PrivateKey.from_private_bytes(private).sign(_signed(community, body))
    return _PREFIX + _spelt(body + signature)


def read(text: str) -> tuple[Token, bytes, bytes]:
    """Return what a code says, and its body and signature, that `check` must still believe.

    :raises NoToken: if it says nothing
    """
    raw = _raw(text)
    body, signature = raw[:-_SIGNATURE_BYTES], raw[-_SIGNATURE_BYTES:]
    try:
        kind, key, credential, serial, since, until, count = _HEAD.unpack_from(body)
    except TooShort as error:
        raise NoToken("cut") from error
    if len(body) != _HEAD.size + 4 * count or kind > _PICTURE:
        raise NoToken("cut")
    doors = [int.from_bytes(body[at : at + 4], "big") for at in range(_HEAD.size, len(body), 4)]
    token = Token(
        key=key,
        credential=credential,
        serial=serial,
        since=since,
        until=until,
        doors=doors,
        guest=kind != _RESIDENT,
        picture=kind == _PICTURE,
    )
    return token, body, signature


def check(*, community: str, body: bytes, signature: bytes, public: bytes) -> None:
    """Make sure that a code was signed by the key.

    :raises NoToken: if it was not
    """
    try:
        key = Ed25519PublicKey.from_public_bytes(public)
        key.verify(signature, _signed(community, body))
    except (InvalidSignature, ValueError) as error:
        raise NoToken("forged") from error


def fresh(*, token: Token, at: float) -> bool:
    """Tell whether a code is good at a time (epoch seconds), as far as it says so itself. One that
    changes is no code of a half minute if it says to live longer: guests' codes once did.
    """
    if token.changes and token.until - token.since > WINDOW_S:
        return False
    return token.since - GRACE_S <= at < token.until + GRACE_S


def window(at: float) -> tuple[int, int]:
    """Return the serial of the half minute that holds a time, and when it ends (epoch seconds)."""
    serial = int(at) // WINDOW_S
    return serial, (serial + 1) * WINDOW_S


def _kind(token: Token) -> int:
    if not token.guest:
        return _RESIDENT
    return _PICTURE if token.picture else _GUEST


def _signed(community: str, body: bytes) -> bytes:
    return _PURPOSE + community.encode() + b"\n" + body


def _raw(text: str) -> bytes:
    bare = text.strip().upper()
    if not bare.startswith(_PREFIX):
        raise NoToken("another text")
    bare = bare[len(_PREFIX) :]
    try:
        raw = b32decode(bare + "=" * (-len(bare) % 8))
    except (BadText, ValueError) as error:
        raise NoToken("another text") from error
    if _spelt(raw) != bare:
        raise NoToken("another spelling")
    return raw


def _spelt(raw: bytes) -> str:
    """Return the one text of some bytes: base32 has more, by its padding and by bits to spare."""
    return b32encode(raw).decode().rstrip("=")
