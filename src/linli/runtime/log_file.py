"""The one log of an installation, written by every process of it and kept small while they run.

Each writes at its end (O_APPEND), so it is copied to `<name>.1` and cut to nothing under their
hands. A line written between the copy's end and the cut is lost; the copy is read on until nothing
comes, so that this is a matter of microseconds.
"""

import os
import shutil
from pathlib import Path
from typing import IO

_LARGEST_BYTES = 20 * 2**20


class LogFile:
    """A log and the one before it. `open` it for its writers, and call `keep_small` often."""

    def __init__(self, path: Path, *, largest_bytes: int = _LARGEST_BYTES) -> None:
        self._path = path
        self._largest_bytes = largest_bytes

    @property
    def before(self) -> Path:
        """Where the log before this one is."""
        return self._path.with_name(self._path.name + ".1")

    def open(self) -> IO[bytes]:
        """Return it open for appending, for this user's eyes only."""
        self._path.touch(mode=0o600)
        return self._path.open("ab")

    def keep_small(self) -> bool:
        """Begin it anew if it has grown too large; tell whether it was.

        :raises OSError: if there is no room for a copy; the log stands as it was
        """
        if not self._path.is_file() or self._path.stat().st_size <= self._largest_bytes:
            return False
        copy = self._path.with_name(self._path.name + ".new")
        try:
            with self._path.open("rb") as log, copy.open("wb") as kept:
                copy.chmod(0o600)
                shutil.copyfileobj(log, kept, 2**20)
                kept.flush()
                shutil.copyfileobj(log, kept)
                kept.flush()
                copy.replace(self.before)
                os.truncate(self._path, 0)
        except OSError:
            copy.unlink(missing_ok=True)
            raise
        return True
