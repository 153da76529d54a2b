"""The master key: a file beside the data, for its owner only; and the list of what was destroyed.

`LINLI_KEYS` puts both elsewhere: on a disk or a share apart from the records and their backups. The
store apart has a master key of its own, `apart.key` in `LINLI_APART_KEYS`; the list is one.

A new one may be prepared (`master-next.key`), so that whoever has a folder of keys of his own is
given it before it is used. When it is, the one before is kept beside it (`master-<name>.key`) until
it is retired: both open. A name tells which key it is, and not what.
"""

import secrets
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import msgspec

from linli.foundation import durable
from linli.foundation.sm3 import mac
from linli.foundation.vault.logic import KEY_BYTES
from linli.kernel.fault import Fault

APART_KEY = "apart.key"
_OVERWRITES = 3
_NAME_DIGITS = 16


class MasterKeyGone(Fault):
    """There are keys in the records, and the master key that opens them is not here."""

    key = "vault.master_key_gone"
    status = 503


class Destroyed(msgspec.Struct, frozen=True):
    """That somebody's keys were destroyed: done again wherever an older backup brings them back."""

    community: str
    subject: str
    at: float


_destroyed = msgspec.json.Decoder(Destroyed)


class Master:
    """A master key of an installation, and the list of the destroyed beside it."""

    def __init__(self, folder: Path, *, name: str = "master.key") -> None:
        self.file = folder / name
        self._list = folder / "destroyed.jsonl"
        self._lock = folder / "keys.lock"

    def key(self) -> bytes:
        """Return the key in use.

        :raises MasterKeyGone: if it is not there, or is none
        """
        return _read(self.file)

    def name(self) -> str:
        """Return the name of the key in use.

        :raises MasterKeyGone: as `key`
        """
        return name_of(self.key())

    def opening(self, name: str) -> Sequence[bytes]:
        """Return the key of a name; all there are, the one in use first, where none is said.

        :raises MasterKeyGone: if it is not there
        """
        key = self.key()
        if name == name_of(key):
            return [key]
        others = [_read(file) for file in self._others()]
        found = [one for one in [key, *others] if name in {"", name_of(one)}]
        if not found:
            raise MasterKeyGone(file=self._of(name).name)
        return found

    def names(self) -> list[str]:
        """Return the names of all keys that may have wrapped something, that in use first; none
        where there is no key yet.

        :raises MasterKeyGone: if one of them is none
        """
        return [self.name(), *self.kept()] if self.file.exists() else []

    def kept(self) -> list[str]:
        """Return the names of older keys that still open.

        :raises MasterKeyGone: as `names`
        """
        found = {name_of(_read(file)) for file in self._others() if file != self._next}
        return sorted(found - {self.name()})

    def make(self) -> None:
        """Make the key if there is none; two processes that start at once get the same one."""
        if self.file.exists():
            return
        with durable.alone(lock=self._lock):
            if not self.file.exists():
                durable.put(file=self.file, parts=[_drawn()])

    def prepare(self) -> str:
        """Draw the next key if none waits; return its name. It opens nothing yet.

        :raises MasterKeyGone: if there is none in use
        """
        with durable.alone(lock=self._lock):
            return self._prepared()

    def _prepared(self) -> str:
        if self._next.exists() and _read(self._next) == self.key():
            self._next.unlink()
        if not self._next.exists():
            durable.put(file=self._next, parts=[_drawn()])
        return name_of(_read(self._next))

    def turn(self) -> str:
        """Use the next key, and keep the one in use beside it; return the name of the one in use.
        As long as an older one is kept nothing is turned: whoever was cut off goes on.

        :raises MasterKeyGone: if there is none in use
        """
        with durable.alone(lock=self._lock):
            if self.kept():
                return self.name()
            self._prepared()
            body = self.file.read_bytes()
            durable.put(file=self._of(self.name()), parts=[body])
            durable.put(file=self.file, parts=[self._next.read_bytes()])
            self._next.unlink()
            return self.name()

    def retire(self) -> list[str]:
        """Overwrite and delete the older keys; return their names. What they wrapped, in a backup
        too, opens with them alone.
        """
        with durable.alone(lock=self._lock):
            gone = self.kept()
            for file in [self._of(name) for name in [*gone, self.name()]]:
                if file.exists():
                    for _ in range(_OVERWRITES):
                        with file.open("r+b") as out:
                            out.write(_drawn())
                        durable.settle(file)
                    file.unlink()
            durable.settle(self.file.parent)
        return gone

    @property
    def _next(self) -> Path:
        return self._of("next")

    def _of(self, name: str) -> Path:
        return self.file.with_name(f"{self.file.stem}-{name}.key")

    def _others(self) -> list[Path]:
        return sorted(self.file.parent.glob(f"{self.file.stem}-*.key"))

    def note(self, gone: Destroyed) -> None:
        """Remember that somebody's keys are destroyed, and be sure that it is on disk."""
        with durable.alone(lock=self._lock):
            self._list.touch(mode=0o600)
            durable.add(file=self._list, line=msgspec.json.encode(gone))

    def destroyed(self) -> list[Destroyed]:
        """Return all that were destroyed; a last line that was cut off does not count."""
        if not self._list.exists():
            return []
        return [_destroyed.decode(line) for line in self._list.read_bytes().split(b"\n")[:-1]]


def _read(file: Path) -> bytes:
    try:
        found = bytes.fromhex(file.read_text("ascii"))
    except (OSError, ValueError) as error:
        raise MasterKeyGone(file=file.name) from error
    if len(found) != KEY_BYTES:
        raise MasterKeyGone(file=file.name)
    return found


def _drawn() -> bytes:
    return secrets.token_hex(KEY_BYTES).encode("ascii")


@lru_cache(maxsize=16)
def name_of(key: bytes) -> str:
    """Return the name of a master key: it tells keys apart, and nothing of them."""
    return mac(key, b"linli master key").hex()[:_NAME_DIGITS]
