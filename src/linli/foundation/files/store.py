"""The folder in which files lie, each under the SHA-256 of its bytes."""

import os
import secrets
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


def get(digest: str) -> bytes:
    """Return the bytes with this digest.

    :raises FileNotFoundError: if they are not there
    :raises Damaged: if they are not those that were kept
    """
    content = _file(digest).read_bytes()
    if sha256(content).hexdigest() != digest:
        raise Damaged(digest)
    return content


def _file(digest: str) -> Path:
    return Path(settings.MEDIA_ROOT) / digest[:2] / digest
