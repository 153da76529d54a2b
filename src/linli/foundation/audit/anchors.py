"""Anchors: how far the trail had come, noted outside of the database under a key that is not in it.

A file of lines, only ever added to: `LINLI_AUDIT_ANCHORS` puts it elsewhere, on a disk, a share or
a machine of the auditor. Each line is sealed together with the seal of the line before it. Beside
the key lies the end: the newest anchor, younger than any line, sealed together with the newest
line. So neither a line nor the end can be changed, and no line can be taken off the end.
"""

import os
import secrets
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path

import msgspec

from linli.foundation import durable
from linli.foundation.audit import logic

_KEY_BYTES = 32
_LONGEST_LINE = 1024
_PART_BYTES = 1024 * 1024


class Anchor(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The trail had this many lines, and this was the digest of the last.

    The lines up to `base` were dropped after their time; the chain goes on from its digest.
    """

    number: int
    digest: str
    at: float
    base: int = 0
    base_digest: str = logic.BEGINNING


class _Link(msgspec.Struct, frozen=True):
    """An anchor as it is written: `after` is the seal of the line before it."""

    anchor: Anchor
    after: str
    mac: str


class Forged(ValueError):
    """The anchors are not what we wrote, or the trail is not what they say."""


_decoder = msgspec.json.Decoder(_Link)


class Anchors:
    """The anchors of an installation: a file, its end, and the key beside other secrets.

    Every function raises OSError where they cannot be read, `Forged` where they are not ours.
    """

    def __init__(self, *, file: Path, key_file: Path, every_s: float = 60.0) -> None:
        self.file = file
        self._key_file = key_file
        self._end_file = key_file.with_suffix(".end")
        self._lock = key_file.with_suffix(".lock")
        self._every_s = every_s

    def newest(self) -> Anchor | None:
        """Return the newest anchor; None where nothing was ever noted.

        :raises FileNotFoundError: if the key is gone while there are anchors
        """
        if not self._key_file.exists():
            if self._was_used():
                raise FileNotFoundError(f"{self._key_file.name} is gone")
            return None
        end, line = self._ends(self._key())
        return _newer(end, line)

    def begin(self, first: Anchor) -> None:
        """Note the first anchor. The key is made last, so that it never lies there without anchors.
        Begun twice it is begun once.
        """
        with durable.alone(lock=self._lock):
            if self.newest() is None:
                self._begin(first, secrets.token_bytes(_KEY_BYTES))

    def begin_anew(self, first: Anchor) -> None:
        """Begin with another anchor, whatever was noted before; that is kept beside it, under a
        name with the time.
        """
        with durable.alone(lock=self._lock):
            for file in (self.file, self._end_file):
                if file.exists():
                    file.replace(file.with_name(f"{file.name}.until-{first.at:.0f}"))
            key = self._key() if self._key_file.exists() else secrets.token_bytes(_KEY_BYTES)
            self._begin(first, key)

    def _begin(self, first: Anchor, key: bytes) -> None:
        line = _sealed("line", first, "", key)
        durable.put(file=self.file, parts=[msgspec.json.encode(line), b"\n"])
        self._put_end(first, line.mac, key)
        if not self._key_file.exists():
            durable.make(file=self._key_file, body=key)

    def note(self, anchor: Anchor) -> None:
        """Note how far the trail has come, and be sure that it is on disk. The end is written at
        once, a line once in `every_s`, and whenever the trail has another base.

        :raises FileNotFoundError: if nothing was begun
        """
        with durable.alone(lock=self._lock):
            key = self._key()
            end, line = self._ends(key)
            if self._line_is_due(anchor, line.anchor):
                if end.after != line.mac:
                    self._put_end(_newer(end, line), line.mac, key)
                line = _sealed("line", anchor, line.mac, key)
                durable.add(file=self.file, line=msgspec.json.encode(line))
            if (*_place(anchor), line.mac) != (*_place(end.anchor), end.after):
                self._put_end(anchor, line.mac, key)

    def _line_is_due(self, anchor: Anchor, before: Anchor) -> bool:
        waited = not 0 <= anchor.at - before.at < self._every_s
        return _place(anchor) != _place(before) and (waited or anchor.base != before.base)

    def each(self) -> Iterator[Anchor]:
        """Yield the anchors as they now are, the oldest first. What a crash left of a last line
        does not count.
        """
        if self.newest() is None:
            return
        key = self._key()
        end = self._end(key)
        with self.file.open("rb") as lines:
            last, met = None, False
            for at, line in _whole_lines(lines):
                link = _opened("line", line, key, f"line {at} of the anchors")
                if last is not None and link.after != last.mac:
                    raise Forged(f"line {at} of the anchors does not follow the one before it")
                met = met or link.mac == end.after
                last = link
                yield link.anchor
            if last is None or not met:
                raise Forged("lines are missing at the end of the anchors")
            if _place(end.anchor) > _place(last.anchor):
                yield end.anchor

    def drop_old(self) -> None:
        """Take the lines off the beginning that no line of the trail needs any more, once they are
        half of the file: those up to the base before the present one.

        :raises PermissionError: where the file lies on what can only be added to
        """
        with durable.alone(lock=self._lock):
            spare = self._spare_bytes()
            if spare and spare * 2 >= self.file.stat().st_size:
                with self.file.open("rb") as lines:
                    lines.seek(spare)
                    durable.put(file=self.file, parts=iter(lambda: lines.read(_PART_BYTES), b""))

    def _spare_bytes(self) -> int:
        """Return how long the beginning is that is not needed."""
        base = before = spare = 0
        with self.file.open("rb") as lines:
            for _, line in _whole_lines(lines):
                found = _decoder.decode(line).anchor.base
                if found != base:
                    base, before = found, base
            lines.seek(0)
            for _, line in _whole_lines(lines):
                if not before or _decoder.decode(line).anchor.number >= before:
                    break
                spare += len(line)
        return spare

    def _ends(self, key: bytes) -> tuple[_Link, _Link]:
        """Return the end and the newest line. A crash may have let a line be written, and not the
        end after it.
        """
        end = self._end(key)
        try:
            with self.file.open("rb") as lines:
                lines.seek(max(0, self.file.stat().st_size - 3 * _LONGEST_LINE))
                whole = lines.read().split(b"\n")[:-1]
        except FileNotFoundError as error:
            raise Forged("the anchors are gone") from error
        if not whole:
            raise Forged("the anchors are empty")
        line = _opened("line", whole[-1], key, "the last line of the anchors")
        if end.after not in {line.mac, line.after}:
            raise Forged("lines are missing at the end of the anchors")
        return end, line

    def _end(self, key: bytes) -> _Link:
        try:
            body = self._end_file.read_bytes()
        except FileNotFoundError as error:
            raise Forged(f"{self._end_file.name} is gone") from error
        return _opened("end", body, key, self._end_file.name)

    def _put_end(self, anchor: Anchor, after: str, key: bytes) -> None:
        end = _sealed("end", anchor, after, key)
        durable.put(file=self._end_file, parts=[msgspec.json.encode(end)])

    def _was_used(self) -> bool:
        """Tell whether anything was ever anchored: a beginning that a crash cut short is none."""
        for file in (self._end_file, self.file):
            if file.exists():
                with file.open("rb") as lines:
                    body = lines.read(3 * _LONGEST_LINE)
                try:
                    if _decoder.decode(body).anchor.number:
                        return True
                except (msgspec.DecodeError, UnicodeDecodeError):
                    return True
        return False

    def _key(self) -> bytes:
        """Return the key.

        :raises OSError: if it cannot be read, or is none
        """
        key = self._key_file.read_bytes()
        if len(key) != _KEY_BYTES:
            raise OSError(f"{self._key_file.name} is no key: {len(key)} bytes")
        return key


def _place(anchor: Anchor) -> tuple[int, int]:
    return anchor.number, anchor.base


def _newer(end: _Link, line: _Link) -> Anchor:
    return line.anchor if _place(line.anchor) > _place(end.anchor) else end.anchor


def _whole_lines(lines: BufferedReader) -> Iterator[tuple[int, bytes]]:
    """Yield number and bytes of each line, up to where the file ended when it was asked for."""
    left = os.fstat(lines.fileno()).st_size
    for at, line in enumerate(lines, 1):
        left -= len(line)
        if left < 0 or not line.endswith(b"\n"):
            return
        yield at, line


def _sealed(kind: str, anchor: Anchor, after: str, key: bytes) -> _Link:
    mac = logic.seal(key=key, words=(kind, after, anchor))
    return _Link(anchor=anchor, after=after, mac=mac)


def _opened(kind: str, body: bytes, key: bytes, name: str) -> _Link:
    try:
        link = _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Forged(f"{name} cannot be read") from error
    own = _sealed(kind, link.anchor, link.after, key).mac
    if not secrets.compare_digest(link.mac.encode(errors="replace"), own.encode()):
        raise Forged(f"{name} is not ours")
    return link
