"""Digests by SM3 (GB/T 32905-2016), and those that only a key makes (HMAC, RFC 2104)."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, hmac


def digest(words: bytes) -> str:
    """Return the digest of words, in hexadecimal."""
    sm3 = hashes.Hash(hashes.SM3())
    sm3.update(words)
    return sm3.finalize().hex()


def mac(key: bytes, words: bytes) -> bytes:
    """Return the digest of words that only this key makes."""
    made = hmac.HMAC(key, hashes.SM3())
    made.update(words)
    return made.finalize()


def is_mac(key: bytes, words: bytes, shown: bytes) -> bool:
    """Tell whether what is shown is the digest that the key makes; it takes as long for any."""
    made = hmac.HMAC(key, hashes.SM3())
    made.update(words)
    try:
        made.verify(shown)
    except InvalidSignature:
        return False
    return True
