"""Anchors: how far the trail had come, noted outside of the database under a key that is not in it.

A file of lines, only ever added to: `LINLI_AUDIT_ANCHORS` puts it elsewhere, on a disk, a share or
a machine of the auditor. Each line is sealed together with the seal of the line before it. Beside
the key lies the end: the newest anchor, younger than any line, sealed together with the newest
line. So neither a line nor the end can be changed, and no line can be taken off the end.

Another key may take the place of the one that seals (`turn`): a line says so, sealed by the new one
and vouched for by the one before, which from then on proves what it sealed and seals no more.
"""

import os
import secrets
from collections.abc import Callable, Iterator
from io import BufferedReader
from pathlib import Path
from typing import TypeVar

import msgspec

from linli.foundation import durable
from linli.foundation.audit import anchor_keys, logic
from linli.foundation.audit.anchor_keys import Ring

T = TypeVar("T")
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


class _Link(msgspec.Struct, frozen=True, omit_defaults=True):
    """An anchor as it is written: `after` is the seal of the line before it, `key` the name of the
    key that sealed it. Of the first line under a key, `by` is the word of the key before it.
    """

    anchor: Anchor
    after: str
    mac: str
    key: str = ""
    by: str = ""


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
        end, line = self._told(self._ends)
        return _newer(end, line)

    def begin(self, first: Anchor) -> None:
        """Note the first anchor. The key is made last, so that it never lies there without anchors.
        Begun twice it is begun once.
        """
        with durable.alone(lock=self._lock):
            if self.newest() is None:
                self._begin(first, None)

    def begin_anew(self, first: Anchor) -> None:
        """Begin with another anchor, whatever was noted before; that is kept beside it, under a
        name with the time.
        """
        with durable.alone(lock=self._lock):
            for file in (self.file, self._end_file):
                if file.exists():
                    file.replace(file.with_name(f"{file.name}.until-{first.at:.0f}"))
            ring = self._ring() if self._key_file.exists() else None
            if ring is not None and ring.coming is not None:
                anchor_keys.put_in_place(self._key_file)
                ring = self._ring()
            self._begin(first, ring)

    def _begin(self, first: Anchor, ring: Ring | None) -> None:
        fresh = anchor_keys.drawn()
        known = ring or anchor_keys.alone(fresh)
        line = _sealed("line", first, "", known)
        durable.put(file=self.file, parts=[msgspec.json.encode(line), b"\n"])
        self._put_end(first, line.mac, known)
        if ring is None:
            durable.make(file=self._key_file, body=fresh)

    def turn(self, *, at: float) -> Anchor:
        """Let another key seal from now on; return the anchor with which it begins. Cut off it was
        turned, or it was not: whoever writes next sees to that.

        :param at: the time, epoch seconds
        :raises FileNotFoundError: if nothing was begun
        """
        with durable.alone(lock=self._lock):
            self._see_to_turn()
            ring = self._ring()
            end, line = self._ends(ring)
            if end.after != line.mac:
                self._put_end(_newer(end, line), line.mac, ring)
            anchor = msgspec.structs.replace(_newer(end, line), at=at)
            fresh = anchor_keys.drawn()
            ring = anchor_keys.announce(self._key_file, ring=ring, key=fresh)
            first = _turned(anchor, line.mac, ring)
            durable.add(file=self.file, line=msgspec.json.encode(first))
            self._see_to_turn()
        return anchor

    def _see_to_turn(self) -> None:
        """Finish a turn whose line was written; take one back whose line was not."""
        ring = self._ring()
        if ring.coming is None:
            return
        end, line = self._ends(ring)
        if line.key != ring.coming:
            anchor_keys.take_back(self._key_file)
            return
        if end.key != ring.coming:
            newest = msgspec.structs.replace(ring, newest=ring.coming)
            self._put_end(_newer(end, line), line.mac, newest)
        anchor_keys.put_in_place(self._key_file)

    def turns(self) -> list[int]:
        """Return after which lines of the trail another key began to seal, as far as anchors reach
        back.
        """
        return [link.anchor.number for link in self._links() if link.by]

    def note(self, anchor: Anchor) -> None:
        """Note how far the trail has come, and be sure that it is on disk. The end is written at
        once, a line once in `every_s`, and whenever the trail has another base.

        :raises FileNotFoundError: if nothing was begun
        """
        with durable.alone(lock=self._lock):
            self._see_to_turn()
            key = self._ring()
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
        for link in self._links():
            yield link.anchor

    def _links(self) -> Iterator[_Link]:
        """Yield the lines, and the end where that is newer than the last of them."""
        if self.newest() is None:
            return
        end, ring = self._told(self._end), self._ring()
        with self.file.open("rb") as lines:
            last, met = None, False
            for at, line in _whole_lines(lines):
                name = f"line {at} of the anchors"
                link, ring = self._link(line, ring, name)
                _follows(last, link, ring, name)
                met = met or link.mac == end.after
                last = link
                yield link
            if last is None or not met:
                raise Forged("lines are missing at the end of the anchors")
            if _place(end.anchor) > _place(last.anchor):
                yield end

    def _link(self, line: bytes, ring: Ring, name: str) -> tuple[_Link, Ring]:
        """Return a line, and the keys by which it was opened: one may be put in place meanwhile."""
        try:
            return _opened("line", line, ring, name), ring
        except Forged:
            fresh = self._ring()
            return _opened("line", line, fresh, name), fresh

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

    def _told(self, asked: Callable[[Ring], T]) -> T:
        """Return what is answered with the keys; asked again if they were turned meanwhile."""
        while True:
            ring = self._ring()
            try:
                return asked(ring)
            except Forged:
                if self._ring() == ring:
                    raise

    def _ends(self, key: Ring) -> tuple[_Link, _Link]:
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
        if line.key not in {key.newest, key.coming}:
            raise Forged("the last line of the anchors is under an older key")
        if end.after not in {line.mac, line.after}:
            raise Forged("lines are missing at the end of the anchors")
        return end, line

    def _end(self, key: Ring) -> _Link:
        try:
            body = self._end_file.read_bytes()
        except FileNotFoundError as error:
            raise Forged(f"{self._end_file.name} is gone") from error
        end = _opened("end", body, key, self._end_file.name)
        if end.key not in {key.newest, key.coming}:
            raise Forged(f"{self._end_file.name} is under an older key")
        return end

    def _put_end(self, anchor: Anchor, after: str, key: Ring) -> None:
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

    def _ring(self) -> Ring:
        return anchor_keys.read(self._key_file)


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


def _sealed(kind: str, anchor: Anchor, after: str, ring: Ring) -> _Link:
    link = _Link(anchor=anchor, after=after, mac="", key=ring.newest)
    return msgspec.structs.replace(link, mac=_mac(kind, link, ring.key))


def _turned(anchor: Anchor, after: str, ring: Ring) -> _Link:
    """Return the first line under the key that is coming."""
    name = ring.coming or ""
    by = logic.seal(key=ring.key, words=_turn(after, anchor, name))
    link = _Link(anchor=anchor, after=after, mac="", key=name, by=by)
    return msgspec.structs.replace(link, mac=_mac("line", link, ring.keys[name]))


def _turn(after: str, anchor: Anchor, name: str) -> tuple[object, ...]:
    return "turn", after, anchor, name


def _mac(kind: str, link: _Link, key: bytes) -> str:
    """Return how a line is sealed; under the first key as lines were before there were others."""
    more = (link.key, link.by) if link.key else ()
    return logic.seal(key=key, words=(kind, link.after, link.anchor, *more))


def _follows(before: _Link | None, link: _Link, ring: Ring, name: str) -> None:
    """Refuse a line that does not follow the one before it, or under a key that it had not.

    :raises Forged: if it does not
    """
    if before is None:
        return
    if link.after != before.mac:
        raise Forged(f"{name} does not follow the one before it")
    if link.key != before.key:
        own = logic.seal(key=ring.keys[before.key], words=_turn(link.after, link.anchor, link.key))
        if not secrets.compare_digest(link.by.encode(errors="replace"), own.encode()):
            raise Forged(f"{name} is under a key for which the one before does not vouch")


def _opened(kind: str, body: bytes, ring: Ring, name: str) -> _Link:
    try:
        link = _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Forged(f"{name} cannot be read") from error
    key = ring.keys.get(link.key)
    own = "" if key is None else _mac(kind, link, key)
    if not own or not secrets.compare_digest(link.mac.encode(errors="replace"), own.encode()):
        raise Forged(f"{name} is not ours")
    return link
