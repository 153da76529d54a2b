"""Who is on a line: transmission devices by source address, and below each its fire parts.

A transmission device's address is its source address as decimal number. A part's is
`sys_type.sys_addr.part_type.part_addr`, its gateway the transmission device; or, where no gateway
is entered, `<source>/sys_type.sys_addr.part_type.part_addr`, as strangers are shown. For the part
type `*` may stand: some panels tell another type with values than with states.
"""

import re
from collections.abc import Sequence

from linli.drivers.gb26875.objects import Part
from linli.drivers.gb26875.options import NO_MAP, Map
from linli.drivers.line import Wired

_SOURCE = re.compile(r"[0-9]{1,15}")
_PART = re.compile(r"(?:([0-9]{1,15})/)?([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3}|\*)\.([0-9]{1,10})")
_ANY = -1

_Place = tuple[int, int, int, int]


class Units:
    """The members of a line. `odd` are those whose address or gateway says nothing here."""

    def __init__(self, line: Wired, members: Sequence[Wired]) -> None:
        self.devices: dict[int, Wired] = {}
        self.odd: list[str] = []
        self._parts: dict[str, dict[_Place, Wired]] = {}
        self._owners: dict[str, tuple[int, Part | None]] = {}
        if _SOURCE.fullmatch(line.address):
            self._add_device(line)
        for member in members:
            if _SOURCE.fullmatch(member.address):
                self._add_device(member)
        for member in members:
            if not _SOURCE.fullmatch(member.address) and not self._add_part(member):
                self.odd.append(member.code)

    def _add_device(self, wired: Wired) -> None:
        source = int(wired.address)
        self.devices[source] = wired
        self._owners[wired.code] = (source, None)
        self._parts.setdefault(wired.code, {})

    def _add_part(self, wired: Wired) -> bool:
        found = _PART.fullmatch(wired.address)
        if found is None:
            return False
        owner = wired.gateway or ""
        if found[1] is not None:
            device = self.devices.get(int(found[1]))
            owner = device.code if device is not None else ""
        if owner not in self._parts:
            return False
        kind = _ANY if found[4] == "*" else int(found[4])
        place = (int(found[2]), int(found[3]), kind, int(found[5]))
        self._parts[owner][place] = wired
        self._owners[wired.code] = (self._owners[owner][0], Part(*place))
        return True

    def part(self, device: str, part: Part) -> Wired | None:
        """Return the part of a transmission device at a place."""
        parts = self._parts.get(device, {})
        exact = (part.sys_type, part.sys_addr, part.part_type, part.part_addr)
        return parts.get(exact) or parts.get((*exact[:2], _ANY, exact[3]))

    def parts(self, device: str) -> list[Wired]:
        """Return all parts of a transmission device."""
        return list(self._parts.get(device, {}).values())

    def parts_of(self, device: str, sys_type: int, sys_addr: int) -> list[Wired]:
        """Return the parts of one fire system of a transmission device."""
        parts = self._parts.get(device, {})
        return [part for place, part in parts.items() if place[:2] == (sys_type, sys_addr)]

    def owner(self, code: str) -> tuple[int, Part | None] | None:
        """Return the source address that speaks for a device, and which of its parts it is."""
        return self._owners.get(code)


def map_of(wired: Wired) -> Map:
    """Return how a device stands on this wire; nothing where the catalogue has no table."""
    return wired.map if isinstance(wired.map, Map) else NO_MAP
