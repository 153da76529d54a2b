"""The master key: a file beside the data, for its owner only; and the list of what was destroyed.

`LINLI_KEYS` puts both elsewhere: on a disk or a share apart from the records and their backups. The
store apart has a master key of its own, `apart.key` in `LINLI_APART_KEYS`; the list is one.
"""

import secrets
from pathlib import Path

import msgspec

from linli.foundation import durable
from linli.foundation.vault.logic import KEY_BYTES
from linli.kernel.fault import Fault


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
        """Return the key.

        :raises MasterKeyGone: if it is not there, or is none
        """
        try:
            found = bytes.fromhex(self.file.read_text("ascii"))
        except (OSError, ValueError) as error:
            raise MasterKeyGone(file=self.file.name) from error
        if len(found) != KEY_BYTES:
            raise MasterKeyGone(file=self.file.name)
        return found

    def make(self) -> None:
        """Make the key if there is none; two processes that start at once get the same one."""
        if self.file.exists():
            return
        with durable.alone(lock=self._lock):
            if not self.file.exists():
                key = secrets.token_hex(KEY_BYTES)
                durable.put(file=self.file, parts=[key.encode("ascii")])

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
