"""Web Push: what a browser's push service carries without reading it (RFC 8291, RFC 8188), and how
we say who we are to it (VAPID, RFC 8292).
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import msgspec
from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

AUTH_BYTES, SALT_BYTES, POINT_BYTES = 16, 16, 65
PADDED_BYTES = 512
"""Every message is padded to so much, so that its length tells nothing."""
_RECORD_BYTES = 4096
_TOKEN_LASTS = timedelta(hours=12)
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the group P-256 (FIPS 186-4, D.1.2.3)."""

Key = ec.EllipticCurvePrivateKey


class Browser(msgspec.Struct, frozen=True, kw_only=True):
    """Where a browser is reached, and for whom it alone can read: the point of its key on P-256,
    uncompressed, and its secret.
    """

    endpoint: str
    point: bytes
    auth: bytes


def unpacked(text: str) -> bytes:
    """Return the bytes of base64url, with its padding or without; none where it is none."""
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return b""


def packed(body: bytes) -> str:
    """Return base64url without padding."""
    return urlsafe_b64encode(body).rstrip(b"=").decode()


def is_key(*, point: bytes, auth: bytes) -> bool:
    """Tell whether a browser can have these: a point on the curve, a secret of 16 bytes."""
    if len(point) != POINT_BYTES or len(auth) != AUTH_BYTES:
        return False
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except (ValueError, InvalidKey):
        return False
    return True


def word_of(secret: str) -> bytes:
    """Return 32 bytes from which the key follows by which this installation is known to push
    services: always the same of the same secret, which they do not tell.
    """
    return _hmac(b"linli.webpush.vapid", secret.encode())


def key_of(word: bytes) -> Key:
    """Return the key that follows from these bytes."""
    return ec.derive_private_key(int.from_bytes(word, "big") % (_ORDER - 1) + 1, ec.SECP256R1())


def point_of(key: Key) -> bytes:
    """Return the public half of a key, uncompressed."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def encrypted(
    body: bytes, *, to: Browser, key: Key, salt: bytes, padded_bytes: int = PADDED_BYTES
) -> bytes:
    """Return a message that only this browser can read (RFC 8291, section 3.4; one record of RFC
    8188, section 2).

    :param key: made for this message alone; `salt`: 16 bytes, likewise
    """
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), to.point)
    ours = point_of(key)
    shared = key.exchange(ec.ECDH(), theirs)
    both = b"WebPush: info\0" + to.point + ours
    material = _expanded(_hmac(to.auth, shared), both, 32)
    start = _hmac(salt, material)
    secret = _expanded(start, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _expanded(start, b"Content-Encoding: nonce\0", 12)
    plain = body + b"\2" + b"\0" * max(0, padded_bytes - len(body) - 1)
    head = salt + _RECORD_BYTES.to_bytes(4, "big") + bytes([len(ours)]) + ours
    return head + AESGCM(secret).encrypt(nonce, plain, None)


def authorization(*, endpoint: str, key: Key, contact: str, now: datetime) -> str:
    """Return who we are to the push service of an address (RFC 8292, section 3). `contact` is a
    `mailto:` or an address by which its operator reaches ours; empty is not said.
    """
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((now + _TOKEN_LASTS).timestamp()),
        **({"sub": contact} if contact else {}),
    }
    head = packed(b'{"typ":"JWT","alg":"ES256"}')
    said = f"{head}.{packed(msgspec.json.encode(claims))}"
    one, two = decode_dss_signature(key.sign(said.encode(), ec.ECDSA(hashes.SHA256())))
    sign = packed(one.to_bytes(32, "big") + two.to_bytes(32, "big"))
    return f"vapid t={said}.{sign}, k={packed(point_of(key))}"


def _hmac(key: bytes, words: bytes) -> bytes:
    made = hmac.HMAC(key, hashes.SHA256())
    made.update(words)
    return made.finalize()


def _expanded(key: bytes, info: bytes, length: int) -> bytes:
    """Return the first block of HKDF-Expand (RFC 5869, section 2.3): no more is ever wanted."""
    return _hmac(key, info + b"\1")[:length]
