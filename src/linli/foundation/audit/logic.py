"""The chain of the trail: pure. SM3 is GB/T 32905-2016."""

from collections.abc import Sequence

import msgspec
from cryptography.hazmat.primitives import hashes, hmac

COLUMNS = (
    "id",
    "number",
    "at_us",
    "community",
    "account",
    "who",
    "act",
    "what",
    "purpose",
    "place",
    "cause",
    "words",
    "program",
)
"""The columns that a digest covers, in its order: all but the digest."""
BEGINNING = "0" * 64
"""In the place of the digest before the first line."""


def digest(*, before: str, values: Sequence[object]) -> str:
    """Return the digest (SM3, hexadecimal) of a line, given that of the line before it.

    `values` are those of `COLUMNS`. A line of no program is digested without that column, as lines
    were before there was one.
    """
    said = list(values if values[-1] else values[:-1])
    sm3 = hashes.Hash(hashes.SM3())
    sm3.update(before.encode())
    sm3.update(msgspec.json.encode(said))
    return sm3.finalize().hex()


def seal(*, key: bytes, words: Sequence[object]) -> str:
    """Return the keyed digest (HMAC-SM3, hexadecimal) of what an anchor says."""
    mac = hmac.HMAC(key, hashes.SM3())
    mac.update(msgspec.json.encode(list(words)))
    return mac.finalize().hex()
