"""Secrets of devices, kept as `sha256$<salt>$<hex>`.

A device's secret is made by us from 24 random octets, so one round of SHA-256 with a salt is
enough: there is no short password to guess, and the acceptor checks one at each connect.
"""

from hashlib import sha256
from hmac import compare_digest

_KIND = "sha256"


def make(secret: str, salt: str) -> str:
    """Return what to keep of a secret. The salt is any text without `$`."""
    return f"{_KIND}${salt}${_digest(secret, salt)}"


def verify(secret: str, kept: str) -> bool:
    """Tell whether this is the secret; never where none, or something else, was kept."""
    kind, _, rest = kept.partition("$")
    salt, _, digest = rest.partition("$")
    if kind != _KIND or not digest:
        return False
    return compare_digest(digest.encode(), _digest(secret, salt).encode())


def _digest(secret: str, salt: str) -> str:
    return sha256(f"{salt}${secret}".encode()).hexdigest()
