"""A file that only the holder of its key reads, and in which no byte can be changed, moved or cut.

One line of JSON, the header; then parts of a megabyte, each under SM4-GCM (GB/T 32907). A part's
nonce holds its place and whether it is the last; the header is authenticated with each. The key of
a file is its own. It lies in the header, wrapped by the installation's backup key, and by a
passphrase (scrypt, RFC 7914) where one was given.
"""

import hashlib
import io
import secrets
from typing import BinaryIO

import msgspec

from linli.foundation.vault.logic import (
    KEY_BYTES,
    NONCE_BYTES,
    TAG_BYTES,
    Broken,
    seal_bytes,
    unseal_bytes,
)
from linli.kernel.fault import Fault

_PART_BYTES = 1024 * 1024
_MOST_HEADER_BYTES = 4096
_BOUND = b"linli backup"
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 2**15, 8, 1
_SCRYPT_MEMORY_BYTES = 64 * 1024 * 1024


class NotABackup(Fault):
    """The file does not begin as a backup of ours, or as one of a later version."""

    key = "app.not_a_backup"
    status = 422


class WrongKey(Fault):
    """The key or the passphrase does not open this backup; `wanted` is the mark of the key."""

    key = "app.backup_wrong_key"
    status = 403


class Damaged(Fault):
    """A part is not as it was written, or the end is missing; `part` counts from 0."""

    key = "app.backup_damaged"
    status = 422


class Wrapped(msgspec.Struct, frozen=True):
    """A key under another; `salt` where that one came of a passphrase."""

    nonce: bytes
    body: bytes
    salt: bytes = b""


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """What is said in the clear. `mark` tells which backup key opens it, and not what that is;
    `masters` by their names the master keys of which its records may need one.
    """

    linli_backup: int = 1
    made_at: str
    mark: str
    masters: tuple[str, ...] = ()
    key: Wrapped
    passphrase: Wrapped | None = None


class Opener(msgspec.Struct, frozen=True, kw_only=True):
    """What opens a backup: the backup key, or a passphrase."""

    key: bytes = b""
    passphrase: str = ""


def mark(key: bytes) -> str:
    """Return the mark of a key: enough to tell keys apart."""
    return hashlib.sha256(b"linli backup key" + key).hexdigest()[:12]


def header(
    *, key: bytes, passphrase: str, made_at: str, masters: tuple[str, ...] = ()
) -> tuple[Header, bytes]:
    """Return the header of a new file, and the file's own key."""
    own = secrets.token_bytes(KEY_BYTES)
    by_words = None
    if passphrase:
        salt = secrets.token_bytes(16)
        by_words = _wrap(own, _stretched(passphrase, salt), salt)
    made = Header(
        made_at=made_at, mark=mark(key), masters=masters, key=_wrap(own, key), passphrase=by_words
    )
    return made, own


def read_header(source: BinaryIO) -> tuple[Header, bytes]:
    """Return the header of a file, and its bytes as they stand there.

    :raises NotABackup: if there is none
    """
    line = source.readline(_MOST_HEADER_BYTES)
    try:
        found = msgspec.json.decode(line, type=Header)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise NotABackup from error
    if found.linli_backup != 1 or not line.endswith(b"\n"):
        raise NotABackup
    return found, line


def open_key(*, found: Header, opener: Opener) -> bytes:
    """Return the file's own key.

    :raises WrongKey: if the opener does not fit
    """
    try:
        if opener.key:
            return _unwrap(found.key, opener.key)
        if opener.passphrase and found.passphrase:
            stretched = _stretched(opener.passphrase, found.passphrase.salt)
            return _unwrap(found.passphrase, stretched)
    except Broken as error:
        raise WrongKey(wanted=found.mark) from error
    raise WrongKey(wanted=found.mark)


def _stretched(passphrase: str, salt: bytes) -> bytes:
    return hashlib.scrypt(
        passphrase.encode(), salt=salt, n=_SCRYPT_N, r=_SCRYPT_R, p=_SCRYPT_P,
        maxmem=_SCRYPT_MEMORY_BYTES, dklen=KEY_BYTES,
    )  # fmt: skip


def _wrap(own: bytes, key: bytes, salt: bytes = b"") -> Wrapped:
    nonce = secrets.token_bytes(NONCE_BYTES)
    body = seal_bytes(key=key, nonce=nonce, plain=own, bound=_BOUND)
    return Wrapped(nonce, body, salt)


def _unwrap(wrapped: Wrapped, key: bytes) -> bytes:
    return unseal_bytes(key=key, nonce=wrapped.nonce, sealed=wrapped.body, bound=_BOUND)


def _nonce(part: int, last: bool) -> bytes:
    return part.to_bytes(NONCE_BYTES - 1, "big") + bytes([last])


class Writer(io.RawIOBase):
    """Seals what is written to it. Without `close` the file has no end, and does not open."""

    def __init__(self, target: BinaryIO, *, key: bytes, beside: bytes) -> None:
        super().__init__()
        self._target, self._key = target, key
        self._beside = hashlib.sha256(beside).digest()
        self._waiting = bytearray()
        self._part = 0

    def writable(self) -> bool:
        """Tell that it takes bytes."""
        return True

    def write(self, body: object, /) -> int:
        """Take bytes; write each part that is full."""
        given = memoryview(body)  # type: ignore[arg-type]
        self._waiting += given
        while len(self._waiting) > _PART_BYTES:
            self._put(bytes(self._waiting[:_PART_BYTES]), last=False)
            del self._waiting[:_PART_BYTES]
        return given.nbytes

    def finish(self) -> None:
        """Write the last part."""
        self._put(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _put(self, body: bytes, *, last: bool) -> None:
        nonce = _nonce(self._part, last)
        self._target.write(seal_bytes(key=self._key, nonce=nonce, plain=body, bound=self._beside))
        self._part += 1


class Reader(io.RawIOBase):
    """Gives back what was sealed, part by part; nothing of a part that is not as it was."""

    def __init__(self, source: BinaryIO, *, key: bytes, beside: bytes) -> None:
        super().__init__()
        self._source, self._key = source, key
        self._beside = hashlib.sha256(beside).digest()
        self._part = 0
        self._ahead = source.read(_PART_BYTES + TAG_BYTES)
        self._open = b""
        self._done = False

    def readable(self) -> bool:
        """Tell that it gives bytes."""
        return True

    def readinto(self, room: object, /) -> int:
        """Fill a buffer as far as the part at hand goes; 0 at the end.

        :raises Damaged: if the next part is not as it was written
        """
        view = memoryview(room).cast("B")  # type: ignore[arg-type]
        while not self._open and not self._done:
            self._next()
        taken = min(len(view), len(self._open))
        view[:taken] = self._open[:taken]
        self._open = self._open[taken:]
        return taken

    def _next(self) -> None:
        sealed, self._ahead = self._ahead, self._source.read(_PART_BYTES + TAG_BYTES)
        self._done = not self._ahead
        try:
            nonce = _nonce(self._part, self._done)
            self._open = unseal_bytes(key=self._key, nonce=nonce, sealed=sealed, bound=self._beside)
        except Broken as error:
            raise Damaged(part=self._part) from error
        self._part += 1
