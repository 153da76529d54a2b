"""What the rest of the system may know of places."""

from collections.abc import Mapping, Sequence

import msgspec

from linli.kernel.event import Event
from linli.kernel.port import Port
from linli.kernel.words import Words


class DeviceBrief(msgspec.Struct, frozen=True, kw_only=True):
    """A device, as the page of a place shows it."""

    code: str
    model: str
    name: Words
    place: str
    online: bool


devices_below: Port[[str, str], Sequence[DeviceBrief]] = Port("places.devices_below")
"""Asked with a community and a path: the devices there and below. Answered by their register."""

estates: Port[[], Mapping[str, Words]] = Port("places.estates")
"""The communities of this installation: code and name of each estate. Answered by the register."""

names: Port[[str, Sequence[str]], Mapping[str, Words]] = Port("places.names")
"""Asked with a community and paths: the full name of each that there is. Answered by the register.
"""


class PlacesChanged(Event, frozen=True, kw_only=True):
    """Places were added, altered or taken away: `count` of them."""

    count: int


class PlaceMoved(Event, frozen=True, kw_only=True):
    """A place, and all below it, is found under another path from now on; its number stays."""

    place: int
    before: str
    after: str
