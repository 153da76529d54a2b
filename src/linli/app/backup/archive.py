"""The body of a backup: a tar of files under gzip, sealed; its last member says what it holds."""

import gzip
import hashlib
import io
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, cast

import msgspec

from linli.app.backup import sealed

CONTENTS = "contents.json"
_BLOCK_BYTES = 256 * 1024
_GZIP_LEVEL = 1


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup holds: of each file its bytes and SHA-256; and what made it."""

    files: dict[str, tuple[int, str]]
    made_by: str


class Incomplete(sealed.Damaged):
    """What the backup says it holds is not what it holds."""

    key = "app.backup_incomplete"


class _Hashed(io.RawIOBase):
    """Reads so many bytes of a file, and hashes them on the way."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__()
        self._file = file
        self.sha256 = hashlib.sha256()
        self.size = 0

    def readable(self) -> bool:
        """Tell that it gives bytes."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """Read, and remember what was read."""
        part = self._file.read(size)
        self.sha256.update(part)
        self.size += len(part)
        return part

    @property
    def told(self) -> tuple[int, str]:
        """How many bytes were read, and their digest."""
        return self.size, self.sha256.hexdigest()


def write(*, folder: Path, target: BinaryIO, key: bytes, beside: bytes, made_by: str) -> Contents:
    """Write all files of a folder, sealed; return what they are.

    :raises OSError: if one cannot be read, or the target not written
    """
    writer = sealed.Writer(target, key=key, beside=beside)
    files: dict[str, tuple[int, str]] = {}
    with (
        gzip.GzipFile(
            fileobj=cast(BinaryIO, writer), mode="wb", compresslevel=_GZIP_LEVEL
        ) as zipped,
        tarfile.open(mode="w|", fileobj=zipped, bufsize=_BLOCK_BYTES) as tar,
    ):
        for file in sorted(one for one in folder.rglob("*") if one.is_file()):
            files[file.relative_to(folder).as_posix()] = _add(tar, file, folder)
        contents = Contents(files=files, made_by=made_by)
        body = msgspec.json.encode(contents)
        last = tarfile.TarInfo(CONTENTS)
        last.size = len(body)
        tar.addfile(last, io.BytesIO(body))
    writer.finish()
    return contents


def _add(tar: tarfile.TarFile, file: Path, folder: Path) -> tuple[int, str]:
    """Add a file as long as it was when it was opened: one that grows meanwhile is cut there."""
    with file.open("rb") as opened:
        told = tar.gettarinfo(arcname=file.relative_to(folder).as_posix(), fileobj=opened)
        told.uid = told.gid = 0
        told.uname = told.gname = ""
        told.type, told.linkname = tarfile.REGTYPE, ""
        told.size = file.stat().st_size
        hashed = _Hashed(opened)
        tar.addfile(told, cast(IO[bytes], hashed))
    return hashed.told


@contextmanager
def _opened(source: BinaryIO, opener: sealed.Opener) -> Iterator[tarfile.TarFile]:
    header, line = sealed.read_header(source)
    key = sealed.open_key(found=header, opener=opener)
    reader = io.BufferedReader(sealed.Reader(source, key=key, beside=line), _BLOCK_BYTES)
    with gzip.GzipFile(fileobj=reader) as zipped, tarfile.open(mode="r|", fileobj=zipped) as tar:
        yield tar
        while zipped.read(_BLOCK_BYTES):
            """To the very end: only there is it known that nothing is missing."""


def read(
    *, source: BinaryIO, opener: sealed.Opener, take: Callable[[str, IO[bytes]], None]
) -> Contents:
    """Hand each file to `take` with its name, and hold all against what the backup says of itself.

    :raises sealed.NotABackup, sealed.WrongKey: nothing was handed out
    :raises sealed.Damaged: at the first thing that is not as it was written
    """
    found: dict[str, tuple[int, str]] = {}
    contents: Contents | None = None
    with _opened(source, opener) as tar:
        for member in tar:
            file = tar.extractfile(member)
            if file is None:
                raise Incomplete(part=member.name)
            if member.name == CONTENTS:
                contents = msgspec.json.decode(file.read(), type=Contents)
                continue
            hashed = _Hashed(file)
            take(member.name, cast(IO[bytes], hashed))
            found[member.name] = hashed.told
    if contents is None or contents.files != found:
        raise Incomplete(part=CONTENTS)
    return contents


def skim(_name: str, file: IO[bytes]) -> None:
    """Read a file to its end and keep nothing: to check, this is enough."""
    while file.read(_BLOCK_BYTES):
        pass
