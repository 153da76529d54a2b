"""Anchors: how far the trail had come, noted outside of the database under a key that is not in it.

A file of lines, only ever added to. Whoever changes or cuts the trail must forge them too.
`LINLI_AUDIT_ANCHORS` puts the file elsewhere: on a disk, a share or a machine of the auditor.
"""

import os
import secrets
from pathlib import Path

import msgspec

from linli.foundation.audit import logic


class Anchor(msgspec.Struct, frozen=True, kw_only=True):
    """The trail had this many lines, and this was the digest of the last.

    `base` says that the lines up to here were dropped after their time; the chain goes on from its
    digest.
    """

    number: int
    digest: str
    at: float
    base: bool = False


class _Sealed(msgspec.Struct, frozen=True):
    anchor: Anchor
    mac: str


class Forged(ValueError):
    """A line of the anchors is not ours; its place is told."""


_decoder = msgspec.json.Decoder(_Sealed)


class Anchors:
    """The anchors of an installation: a file, and the key beside its other secrets."""

    def __init__(self, *, file: Path, key_file: Path) -> None:
        self.file = file
        self._key_file = key_file

    def add(self, anchor: Anchor) -> None:
        """Note an anchor, and be sure that it is on disk.

        :raises OSError: if it is not
        """
        words = msgspec.json.encode(anchor)
        line = msgspec.json.encode(_Sealed(anchor, logic.seal(key=self._key(), words=words)))
        self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self.file.open("ab") as out:
            out.write(line + b"\n")
            out.flush()
            os.fsync(out.fileno())

    def all(self) -> list[Anchor]:
        """Return the anchors, the oldest first; none where none was noted yet.

        A last line that was cut off while it was written does not count.

        :raises OSError: if they cannot be read
        :raises Forged: if a line is not ours
        """
        if not self.file.exists():
            return []
        body = self.file.read_bytes()
        lines = body.split(b"\n")
        key = self._key()
        return [self._read(line, at, key) for at, line in enumerate(lines[:-1], 1)]

    def last(self) -> Anchor | None:
        """Return the newest anchor, if there is one.

        :raises OSError, Forged: as `all`
        """
        found = self.all()
        return found[-1] if found else None

    @staticmethod
    def _read(line: bytes, at: int, key: bytes) -> Anchor:
        try:
            sealed = _decoder.decode(line)
        except msgspec.DecodeError as error:
            raise Forged(f"line {at} of the anchors cannot be read") from error
        words = msgspec.json.encode(sealed.anchor)
        if not secrets.compare_digest(sealed.mac, logic.seal(key=key, words=words)):
            raise Forged(f"line {at} of the anchors is not ours")
        return sealed.anchor

    def _key(self) -> bytes:
        """Return the key; made at the first anchor, for its owner only.

        :raises OSError: if it cannot be read, or is gone while there are anchors
        """
        if not self._key_file.exists():
            if self.file.exists():
                raise FileNotFoundError(f"{self._key_file.name} is gone")
            self._key_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._key_file.touch(mode=0o600)
            self._key_file.write_bytes(secrets.token_bytes(32))
        return self._key_file.read_bytes()
