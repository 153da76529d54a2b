"""The devices whose payloads are sealed, with their keys and what was heard of each."""

import logging
import secrets
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from hashlib import sha256

import msgspec

from linli.contracts import readings, signals
from linli.contracts.directory import LINK_KEY_USE, DeviceEntry
from linli.drivers.mqtt import topics
from linli.drivers.plain import sealed
from linli.drivers.reading import BadPayload
from linli.foundation import sealing

_log = logging.getLogger(__name__)
IN_THE_CLEAR = frozenset({"status"})
"""What a sealed device says in the clear: a last will is written long before it is spoken."""
Window = int | tuple[int, int]
"""The highest number that is stored of a link, and which of those just below it are; alone, all."""


class Link:
    """One device whose payloads are sealed. Without a key none of them is opened."""

    def __init__(self, *, community: str, device: str, kept: str, key: bytes | None) -> None:
        self.kept = kept
        self.former = sha256(kept.encode()).hexdigest()[:32]
        """By what it was known before it was known by its key."""
        known = self.former if key is None else sha256(b"linli.link/" + key).hexdigest()[:32]
        self.mark = known
        """What tells one key of one device from any other, however it lies sealed; it tells nothing
        of the key.
        """
        self._topic = partial(topics.topic, community=community, device=device)
        self._key = key
        self._heard, self._stored = sealed.Heard(), sealed.Heard()
        self._said = 0

    def begin(self, window: Window) -> None:
        """Go on from what was stored before a restart."""
        highest, below = (window, sealed.ALL) if isinstance(window, int) else window
        self._heard = sealed.Heard(highest, below)
        self._stored = sealed.Heard(highest, below)

    def stored(self, numbers: Iterable[int]) -> None:
        """Note numbers that are on disk. Those that were heard and are not may be said again after
        a crash, for what they brought was lost with them.
        """
        for number in numbers:
            self._stored.note(number)
            self._heard.note(number)

    @property
    def window(self) -> tuple[int, int]:
        """The highest number that is on disk, and which of those just below it are."""
        return self._stored.highest, self._stored.below

    def unseal(self, what: str, payload: bytes) -> sealed.Opened | None:
        """Return what a payload says, and its number; None where it was heard before.

        :raises BadPayload: if it is not sealed, not for us, or too old to be known
        """
        if self._key is None:
            raise BadPayload("no_link_key")
        found = sealed.unseal(key=self._key, topic=self._topic(what=what), payload=payload)
        return found if self._heard.is_news(found.number) else None

    def seal(self, what: str, plain: bytes, *, now: float) -> bytes:
        """Return a message sealed for the device; where its key cannot be read, nobody opens it."""
        self._said = max(self._said + 1, int(now * 1_000_000))
        key = self._key or secrets.token_bytes(sealed.KEY_BYTES)
        topic = self._topic(what=what)
        return sealed.seal(key=key, topic=topic, number=self._said, plain=plain)


class Links:
    """The sealed devices of one community, by code."""

    def __init__(self, community: str) -> None:
        self._community = community
        self._links: dict[str, Link] = {}
        self._by_mark: dict[str, Link] = {}

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._links)

    def get(self, device: str) -> Link | None:
        """Return the link of a device; None where it speaks in the clear."""
        return self._links.get(device)

    def learn(self, devices: Iterable[DeviceEntry]) -> None:
        """Take the devices as the register has them; one with a new key begins anew."""
        found = {}
        for entry in devices:
            if entry.link_key:
                found[entry.code] = self._known(entry) or self._link(entry)
        self._links = found
        self._by_mark = {link.former: link for link in found.values()}
        self._by_mark |= {link.mark: link for link in found.values()}

    def windows(self) -> dict[str, Window]:
        """Return what is stored of each link, for a restart."""
        return {link.mark: link.window for link in self._links.values() if link.window[0]}

    def restore(self, windows: Mapping[str, Window]) -> None:
        """Go on after a restart. One that has another key since begins anew."""
        for mark, window in windows.items():
            if mark in self._by_mark:
                self._by_mark[mark].begin(window)

    def stored(self, numbers: Mapping[str, Iterable[int]]) -> None:
        """Note numbers that are on disk, by the marks of their links."""
        for mark, found in numbers.items():
            if mark in self._by_mark:
                self._by_mark[mark].stored(found)

    def _known(self, entry: DeviceEntry) -> Link | None:
        """Return the link of a device that has the key it had, though it may lie sealed anew."""
        known = self._links.get(entry.code)
        if known is None or known.kept == entry.link_key:
            return known
        fresh = self._link(entry)
        if fresh.mark != known.mark:
            return fresh
        known.kept = entry.link_key
        return known

    def _link(self, entry: DeviceEntry) -> Link:
        key = None
        try:
            key = sealing.open_sealed(
                bytes.fromhex(entry.link_key), use=LINK_KEY_USE.format(self._community, entry.code)
            )
        except (sealing.Unreadable, ValueError):
            _log.error("%s: the key of the sealed device %s cannot be read; give it a new one",
                       self._community, entry.code)  # fmt: skip
        return Link(community=self._community, device=entry.code, kept=entry.link_key, key=key)


def numbers_in(message: bytes) -> Mapping[str, Sequence[int]]:
    """Return the numbers of sealed payloads that a message of INPUT holds, by the marks of their
    links; none of one that cannot be read, which is counted where it is dealt with.
    """
    if readings.is_batch(message):
        try:
            return readings.decode(message).numbers
        except readings.BadBatch:
            return {}
    try:
        return numbers_of(signals.decode(message))
    except msgspec.DecodeError:
        return {}


def numbers_of(heard: Iterable[signals.AnySignal]) -> Mapping[str, Sequence[int]]:
    """Return the numbers of sealed payloads that signals tell of, by the marks of their links."""
    found: dict[str, list[int]] = {}
    for signal in heard:
        if isinstance(signal, signals.NumbersHeard):
            for mark, numbers in signal.numbers.items():
                found.setdefault(mark, []).extend(numbers)
    return found
