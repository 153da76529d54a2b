"""Bytes of any length sealed under a key of their own: files, spreadsheets that wait.

Parts of a megabyte, each under SM4-GCM (GB/T 32907-2016). A part's nonce holds its place and
whether it is the last, for a key seals one thing and once; where it belongs is authenticated with
each. So no byte can be changed, no part moved or cut off, and nothing is read under another name.
"""

import secrets
from collections.abc import Iterable, Iterator
from datetime import date

from linli.foundation.vault import logic, operations, queries

USE = "files"
"""The class of data that they are."""
_PART_BYTES = 1024 * 1024


class Destroyed(LookupError):
    """The key of what was to be opened is not there any more."""


def begin(*, community: str, today: date) -> tuple[str, bytes]:
    """Make a key for something that is to be sealed, in the caller's transaction; return its name
    in the vault, and the key.

    :raises MasterKeyGone: as `operations.grow`
    """
    name = secrets.token_hex(16)
    keys = operations.grow(community=community, use=USE, subjects=[name], today=today)
    return name, keys[name]


def sealed(chunks: Iterable[bytes], *, key: bytes, bound: str) -> Iterator[bytes]:
    """Yield what comes in pieces of any length, sealed.

    :param key: one that never sealed anything
    :param bound: where it belongs; it must be told again to open it
    """
    for number, part, last in _parts(chunks, _PART_BYTES):
        nonce = _nonce(number, last=last)
        yield logic.seal_bytes(key=key, nonce=nonce, plain=part, bound=bound.encode())


def opened(chunks: Iterable[bytes], *, key: bytes, bound: str) -> Iterator[bytes]:
    """Yield what was sealed; nothing of a part that is not as it was.

    :raises logic.Broken: if something was changed, moved or cut off, or belongs elsewhere
    """
    for number, part, last in _parts(chunks, _PART_BYTES + logic.TAG_BYTES):
        nonce = _nonce(number, last=last)
        yield logic.unseal_bytes(key=key, nonce=nonce, sealed=part, bound=bound.encode())


def key_of(*, community: str, name: str) -> bytes:
    """Return the key of something that was sealed.

    :raises Destroyed: if it is not there any more
    """
    found = queries.data_keys(community=community, use=USE, subjects=[name])
    if name not in found:
        raise Destroyed(name)
    return found[name]


def _parts(chunks: Iterable[bytes], size: int) -> Iterator[tuple[int, bytes, bool]]:
    """Yield what comes in pieces of any length, in parts of one size, each with its place and
    whether it is the last, which may be shorter, or empty where nothing came.
    """
    waiting, number = bytearray(), 0
    for chunk in chunks:
        waiting += chunk
        while len(waiting) > size:
            yield number, bytes(waiting[:size]), False
            del waiting[:size]
            number += 1
    yield number, bytes(waiting), True


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(logic.NONCE_BYTES - 1, "big") + bytes([last])
