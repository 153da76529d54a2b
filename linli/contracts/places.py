"""What the rest of the system may know of places."""

from collections.abc import Mapping

from linli.kernel.event import Event
from linli.kernel.port import Port
from linli.kernel.words import Words

estates: Port[[], Mapping[str, Words]] = Port("places.estates")
"""The communities of this installation: code and name of each estate. Answered by the register."""


class PlacesChanged(Event, frozen=True, kw_only=True):
    """Places were added, altered or taken away: `count` of them."""

    count: int


class PlaceMoved(Event, frozen=True, kw_only=True):
    """A place, and all below it, is found under another path from now on; its number stays."""

    place: int
    before: str
    after: str
