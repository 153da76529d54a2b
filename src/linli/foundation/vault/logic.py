"""Sealing and blind indices: pure. SM4 is GB/T 32907-2016, SM3 GB/T 32905-2016; SM4 in Galois
counter mode as in RFC 8998.
"""

from base64 import b64decode, b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from linli.foundation.sm3 import mac

KEY_BYTES, NONCE_BYTES, TAG_BYTES = 16, 12, 16
_INDEX_DIGITS = 32


class Broken(ValueError):
    """What is sealed was changed, stands where it does not belong, or is under another key."""


def seal(*, key: bytes, nonce: bytes, plain: bytes, bound: str) -> str:
    """Return what only the key opens, and only where it belongs, as text.

    :param nonce: twelve bytes that this key has never seen
    :param bound: where it belongs; it is not in the result, and must be told again to open it
    """
    body = seal_bytes(key=key, nonce=nonce, plain=plain, bound=bound.encode())
    return b64encode(nonce + body).decode()


def unseal(*, key: bytes, sealed: str, bound: str) -> bytes:
    """Return what was sealed.

    :raises Broken: if it is not exactly what was sealed, with this key and for this place
    """
    try:
        raw = b64decode(sealed, validate=True)
    except ValueError as error:
        raise Broken(bound) from error
    nonce, body = raw[:NONCE_BYTES], raw[NONCE_BYTES:]
    return unseal_bytes(key=key, nonce=nonce, sealed=body, bound=bound.encode())


def seal_bytes(*, key: bytes, nonce: bytes, plain: bytes, bound: bytes) -> bytes:
    """Return what only the key, with the same nonce and bound, opens; its tag stands last."""
    cipher = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    cipher.authenticate_additional_data(bound)
    return cipher.update(plain) + cipher.finalize() + cipher.tag


def unseal_bytes(*, key: bytes, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
    """Return what `seal_bytes` was given.

    :raises Broken: if it is not exactly what was sealed
    """
    try:
        body, tag = sealed[:-TAG_BYTES], sealed[-TAG_BYTES:]
        cipher = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag)).decryptor()
        cipher.authenticate_additional_data(bound)
        return cipher.update(body) + cipher.finalize()
    except (InvalidTag, ValueError) as error:
        raise Broken(bound) from error


def index(*, key: bytes, field: str, value: str) -> str:
    """Return by what a value is found again without being opened: 128 bits of HMAC-SM3, the key
    made for the field from the community's. Nothing is found by nothing.
    """
    if not value:
        return ""
    return mac(mac(key, field.encode()), value.encode()).hex()[:_INDEX_DIGITS]
