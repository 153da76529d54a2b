"""The folder in which files lie: sealed ones under the names of their keys; firmware, and what is
from before files were sealed, under the SHA-256 of its bytes.
"""

import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from django.conf import settings

_SEALED = "sealed"
_PIECE_BYTES = 1024 * 1024


class Damaged(RuntimeError):
    """A file in the store is not what its name says."""


def put_sealed(name: str, parts: Iterable[bytes]) -> None:
    """Keep what is sealed, under the name of its key; a crash leaves no half."""
    file = _sealed(name)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = file.with_name(f"{name}.{secrets.token_hex(6)}")
    try:
        with fresh.open("xb") as out:
            fresh.chmod(0o600)
            for part in parts:
                out.write(part)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(file)
    finally:
        fresh.unlink(missing_ok=True)


def get_sealed(name: str) -> Iterator[bytes]:
    """Yield what is sealed, in pieces.

    :raises FileNotFoundError: if it is not there
    """
    with _sealed(name).open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            yield piece


def holds_sealed(name: str) -> bool:
    """Tell whether what is sealed under a key is there."""
    return _sealed(name).exists()


def drop_sealed(name: str) -> None:
    """Delete what is sealed, if it is there."""
    _sealed(name).unlink(missing_ok=True)


def put_stream(chunks: Iterable[bytes]) -> tuple[str, int]:
    """Keep bytes that come piece by piece, never all of them in memory; return digest and size.

    What `chunks` raises is passed on, and nothing stays.
    """
    folder = Path(settings.MEDIA_ROOT)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = folder / f"fresh.{secrets.token_hex(12)}"
    found, size = sha256(), 0
    try:
        with fresh.open("xb") as out:
            fresh.chmod(0o600)
            for chunk in chunks:
                found.update(chunk)
                size += out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        file = _file(found.hexdigest())
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh.replace(file)
    finally:
        fresh.unlink(missing_ok=True)
    return found.hexdigest(), size


def path(digest: str) -> Path:
    """Return where the bytes with this digest lie, for a door that sends them in pieces.

    :raises FileNotFoundError: if they are not there
    """
    file = _file(digest)
    file.stat()
    return file


def get(digest: str) -> bytes:
    """Return the bytes with this digest.

    :raises FileNotFoundError: if they are not there
    :raises Damaged: if they are not those that were kept
    """
    content = _file(digest).read_bytes()
    if sha256(content).hexdigest() != digest:
        raise Damaged(digest)
    return content


def leave_for_a_while(digest: str) -> None:
    """Let the bytes with this digest count as fresh: they are sealed elsewhere now, and a backup
    that is being made may still say that they are here.
    """
    with suppress(FileNotFoundError):
        os.utime(_file(digest))


def left_since(before: float) -> Iterator[str]:
    """Yield the digests of what was put there as it came, before a time (epoch seconds)."""
    for folder in sorted(Path(settings.MEDIA_ROOT).glob("*")):
        if folder.name != _SEALED:
            yield from (one.name for one in sorted(folder.glob("*")) if _is_older(one, before))


def sealed_since(before: float) -> Iterator[str]:
    """Yield the names of what was sealed before a time (epoch seconds)."""
    for folder in sorted((Path(settings.MEDIA_ROOT) / _SEALED).glob("*")):
        yield from (one.name for one in sorted(folder.glob("*")) if _is_older(one, before))


def _is_older(file: Path, before: float) -> bool:
    try:
        return file.is_file() and file.stat().st_mtime < before
    except FileNotFoundError:
        return False


def drop(digest: str) -> None:
    """Delete the bytes with this digest, if they are there."""
    _file(digest).unlink(missing_ok=True)


def _file(digest: str) -> Path:
    return Path(settings.MEDIA_ROOT) / digest[:2] / digest


def _sealed(name: str) -> Path:
    return Path(settings.MEDIA_ROOT) / _SEALED / name[:2] / name
