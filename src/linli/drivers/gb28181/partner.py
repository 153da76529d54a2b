"""Who signed in: a camera, an NVR, a platform, with the channels that its catalogue told."""

import asyncio

import msgspec

from linli.drivers.gb28181.doors import Path
from linli.drivers.gb28181.manscdp import CatalogPart, Item
from linli.drivers.line import Wired


class Gathering:
    """A catalogue as its parts come, in any order, some of them twice; whole at SumNum."""

    def __init__(self, *, sn: str) -> None:
        self.sn = sn
        self.items: dict[str, Item] = {}
        self.heard = asyncio.Event()
        self._total: int | None = None

    def add(self, part: CatalogPart) -> None:
        """Take a part. No more is kept than was promised first."""
        if self._total is None:
            self._total = part.total
        for item in part.items:
            if item.device in self.items or len(self.items) < self._total:
                self.items[item.device] = item
        self.heard.set()

    @property
    def whole(self) -> bool:
        return self._total is not None and len(self.items) >= self._total


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What a partner said of itself in its DeviceInfo."""

    name: str = ""
    vendor: str = ""
    model: str = ""
    firmware: str = ""
    channels: int = 0


class Partner:
    """One that signed in. `member` is its row of the register."""

    def __init__(self, *, member: Wired, path: Path, expires_at: float, now: float) -> None:
        self.member = member
        self.path = path
        self.expires_at = expires_at
        self.heard_at = now
        self.online = False
        self.channels: dict[str, Item] = {}
        self.listed = False
        """Whether its catalogue came whole once."""
        self.about = About()
        self.gathering: Gathering | None = None
        self.greeting: asyncio.Task[None] | None = None

    @property
    def id(self) -> str:
        return self.member.address

    def is_from(self, path: Path) -> bool:
        """Whether a message may be his: it comes from the host that signed in."""
        return path.source[0] == self.path.source[0]

    def lost(self, *, now: float, silent_after_s: float) -> str:
        """Return why he is gone; empty while he is there."""
        if now >= self.expires_at:
            return "expired"
        return "silent" if now - self.heard_at > silent_after_s else ""

    def has(self, address: str) -> bool:
        """Whether a code is his own, or a channel of his."""
        return address == self.id or address in self.channels
