"""The keys under which anchors are sealed: one seals, and those before it are kept to prove by.

The newest is `<stem>.key`; older ones lie beside it as `<stem>-<name>.key`, the very first as
`<stem>-first.key`. The next lies there as `<stem>-next.key` while it is being put in place. A name
tells keys apart, and nothing of them; the first has none, for lines that it sealed say none.
"""

import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from linli.foundation import durable
from linli.foundation.audit import logic

_KEY_BYTES = 32
_NAME_DIGITS = 16
_FIRST, _NEXT = "first", "next"
_TRIES = 3


class Ring(msgspec.Struct, frozen=True, kw_only=True):
    """The keys by their names; `newest` is the name of the one that seals, `coming` of the one that
    is being put in its place.
    """

    keys: Mapping[str, bytes]
    newest: str
    coming: str | None = None

    @property
    def key(self) -> bytes:
        """The key that seals."""
        return self.keys[self.newest]


def drawn() -> bytes:
    """Return a new key."""
    return secrets.token_bytes(_KEY_BYTES)


def name_of(key: bytes) -> str:
    """Return by which name lines say that a key sealed them."""
    return logic.seal(key=key, words=("linli anchor key",))[:_NAME_DIGITS]


def alone(key: bytes) -> Ring:
    """Return the first key."""
    return Ring(keys={"": key}, newest="")


def read(key_file: Path) -> Ring:
    """Return the keys.

    :raises OSError: if one cannot be read, or is none
    """
    for _ in range(_TRIES):
        with suppress(FileNotFoundError):  # put in place, between being listed and being read
            return _read(key_file)
    return _read(key_file)


def _read(key_file: Path) -> Ring:
    key = _key(key_file)
    older = {file: _key(file) for file in key_file.parent.glob(f"{key_file.stem}-*.key")}
    first = older.pop(_beside(key_file, _FIRST), key)
    coming = older.pop(_beside(key_file, _NEXT), None)
    keys = {"": first} | {name_of(one): one for one in [*older.values(), key] if one != first}
    if coming is not None:
        keys[name_of(coming)] = coming
    return Ring(
        keys=keys,
        newest="" if key == first else name_of(key),
        coming=None if coming is None else name_of(coming),
    )


def announce(key_file: Path, *, ring: Ring, key: bytes) -> Ring:
    """Put the next key beside the one that seals, and that among the older ones; return the keys as
    they then are.
    """
    durable.put(file=_beside(key_file, _NEXT), parts=[key])
    durable.put(file=_beside(key_file, ring.newest or _FIRST), parts=[ring.key])
    return msgspec.structs.replace(ring, keys={**ring.keys, name_of(key): key}, coming=name_of(key))


def put_in_place(key_file: Path) -> None:
    """Let the next key be the one that seals."""
    _beside(key_file, _NEXT).replace(key_file)
    durable.settle(key_file.parent)


def take_back(key_file: Path) -> None:
    """Forget the next key, which sealed nothing yet."""
    _beside(key_file, _NEXT).unlink()


def all_files(key_file: Path) -> list[Path]:
    """Return the files of the keys that there are."""
    return [key_file, *sorted(key_file.parent.glob(f"{key_file.stem}-*.key"))]


def _beside(key_file: Path, name: str) -> Path:
    return key_file.with_name(f"{key_file.stem}-{name}.key")


def _key(file: Path) -> bytes:
    key = file.read_bytes()
    if len(key) != _KEY_BYTES:
        raise OSError(f"{file.name} is no key: {len(key)} bytes")
    return key
