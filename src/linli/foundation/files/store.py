"""The folder in which files lie, each under the SHA-256 of its bytes."""

import os
import secrets
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from django.conf import settings


class Damaged(RuntimeError):
    """A file in the store is not what its name says."""


def put(content: bytes) -> str:
    """Keep bytes; return their digest. Kept twice, they lie there once; a crash leaves no half."""
    digest = sha256(content).hexdigest()
    file = _file(digest)
    if file.exists():
        return digest
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = file.with_name(f"{digest}.{secrets.token_hex(6)}")
    try:
        with fresh.open("xb") as out:
            fresh.chmod(0o600)
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(file)
    finally:
        fresh.unlink(missing_ok=True)
    return digest


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


def drop(digest: str) -> None:
    """Delete the bytes with this digest, if they are there."""
    _file(digest).unlink(missing_ok=True)


def _file(digest: str) -> Path:
    return Path(settings.MEDIA_ROOT) / digest[:2] / digest
