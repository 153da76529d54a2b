"""Small files that must be there after a power cut: whole, or as they were before.

Every function raises OSError where the disk refuses.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path


def put(*, file: Path, parts: Iterable[bytes]) -> None:
    """Write a file for its owner only, in the place of the one that was there."""
    fresh = _fresh(file, parts)
    fresh.replace(file)
    settle(file.parent)


def make(*, file: Path, body: bytes) -> None:
    """Write a file for its owner only where none may be yet: never seen by halves.

    :raises FileExistsError: if there is one
    """
    fresh = _fresh(file, [body])
    try:
        os.link(fresh, file)
    finally:
        fresh.unlink()
    settle(file.parent)


def add(*, file: Path, line: bytes) -> None:
    """Add a line to a file; what a crash left of a line before it is taken off first. Only one may
    write at a time (`alone`).
    """
    handle = os.open(file, os.O_RDWR | os.O_APPEND)
    try:
        whole = _whole(handle)
        if whole < os.fstat(handle).st_size:
            os.truncate(handle, whole)
        _write(handle, line + b"\n")
        os.fsync(handle)
    finally:
        os.close(handle)


def settle(path: Path) -> None:
    """Ask the disk to hold a file, or the names in a folder, for good."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def alone(*, lock: Path) -> Iterator[None]:
    """Keep every other process that asks for the same lock waiting for the length of the block."""
    lock.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


_BLOCK = 4096


def _whole(handle: int) -> int:
    """Return how many bytes are whole lines."""
    end = os.fstat(handle).st_size
    while end > 0:
        start = max(0, end - _BLOCK)
        found = os.pread(handle, end - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


def _fresh(file: Path, parts: Iterable[bytes]) -> Path:
    """Write it beside the file, and be sure that it is on disk."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = file.with_name(file.name + ".new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        for part in parts:
            _write(handle, part)
        os.fsync(handle)
    finally:
        os.close(handle)
    return fresh


def _write(handle: int, body: bytes) -> None:
    written = 0
    while written < len(body):
        written += os.write(handle, body[written:])
