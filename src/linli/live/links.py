"""The devices whose payloads are sealed, with their keys and what was heard of each."""

import logging
import secrets
from collections.abc import Iterable, Mapping
from functools import partial
from hashlib import sha256

from linli.contracts.directory import LINK_KEY_USE, DeviceEntry
from linli.drivers.mqtt import topics
from linli.drivers.plain import sealed
from linli.drivers.reading import BadPayload
from linli.foundation import sealing

_log = logging.getLogger(__name__)
IN_THE_CLEAR = frozenset({"status"})
"""What a sealed device says in the clear: a last will is written long before it is spoken."""


class Link:
    """One device whose payloads are sealed. Without a key none of them is opened."""

    def __init__(self, *, community: str, device: str, kept: str, key: bytes | None) -> None:
        self.kept = kept
        self._topic = partial(topics.topic, community=community, device=device)
        self._key = key
        self._heard = sealed.Heard()
        self._said = 0

    def begin(self, number: int) -> None:
        """Take what is above a number, and nothing else."""
        self._heard = sealed.Heard(number)

    @property
    def highest(self) -> int:
        """The highest number that was heard."""
        return self._heard.highest

    def unseal(self, what: str, payload: bytes) -> bytes | None:
        """Return what a payload says; None where it was heard before.

        :raises BadPayload: if it is not sealed, not for us, or too old to be known
        """
        if self._key is None:
            raise BadPayload("no_link_key")
        found = sealed.unseal(key=self._key, topic=self._topic(what=what), payload=payload)
        return found.plain if self._heard.is_news(found.number) else None

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

    def get(self, device: str) -> Link | None:
        """Return the link of a device; None where it speaks in the clear."""
        return self._links.get(device)

    def learn(self, devices: Iterable[DeviceEntry]) -> None:
        """Take the devices as the register has them; one with a new key begins anew."""
        found = {}
        for entry in devices:
            if entry.link_key:
                known = self._links.get(entry.code)
                same = known is not None and known.kept == entry.link_key
                found[entry.code] = known if known and same else self._link(entry)
        self._links = found

    def heard(self) -> dict[str, int]:
        """Return the highest number heard under each key, for a restart."""
        return {_mark(link): link.highest for link in self._links.values() if link.highest}

    def restore(self, heard: Mapping[str, int]) -> None:
        """Go on after a restart. What is no further below the highest than the window may be a
        message that was never stored, and is taken. One that has another key since begins anew.
        """
        for link in self._links.values():
            highest = heard.get(_mark(link), 0)
            if highest > link.highest:
                link.begin(max(0, highest - sealed.WINDOW))

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


def _mark(link: Link) -> str:
    """Return what tells one key of one device from any other; it tells nothing of the key."""
    return sha256(link.kept.encode()).hexdigest()[:32]
