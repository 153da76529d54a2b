"""Who is on a line: charge points by their id, and the connectors below them."""

import re
from collections.abc import Mapping, Sequence

import msgspec

from linli.drivers.line import Wired

_CONNECTOR = re.compile(r"[1-9]\d{0,3}(\.[1-9]\d{0,3})?")

WHOLE = "0"
"""The connector (1.6), or EVSE (2.0.1), that is the charge point as a whole."""


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """A charge point of the register with the connectors that are devices of their own."""

    wired: Wired
    connectors: Mapping[str, Wired] = {}

    def device(self, connector: str) -> Wired | None:
        """Return the device that shows a connector: its own, or the charge point's; None if none.

        `connector` is its number (1.6), or `evse.connector` (2.0.1), for which a device of the
        whole EVSE will do.
        """
        evse = connector.partition(".")[0]
        own = self.connectors.get(connector) or self.connectors.get(evse)
        if own is not None or self.connectors:
            return self.wired if connector == WHOLE else own
        shown = str(self.wired.options.connector)
        return self.wired if evse == shown else None

    def connector_of(self, device: str) -> str | None:
        """Return which connector a device shows; None for a charge point that has several."""
        for address, wired in self.connectors.items():
            if wired.code == device:
                return address
        return None if self.connectors else str(self.wired.options.connector)

    def devices(self) -> tuple[Wired, ...]:
        return (self.wired, *self.connectors.values())


def posts(line: Wired, members: Sequence[Wired]) -> dict[str, Post]:
    """Return the charge points by id. A member below another one, or whose address is
    `<charge point>/<connector>`, is a connector; one whose number is none is left out.
    """
    by_code = {member.code: member for member in members}
    points: dict[str, Wired] = {}
    below: dict[str, dict[str, Wired]] = {}
    for member in members:
        above = by_code.get(member.gateway or "") if member.gateway != line.code else None
        point, slash, connector = member.address.rpartition("/")
        if above is not None and above.code != member.code:
            point, slash = above.address, "/"
        if slash and _CONNECTOR.fullmatch(connector):
            below.setdefault(point, {})[connector] = member
        elif not slash:
            points[member.address] = member
    return {
        name: Post(wired=wired, connectors=below.get(name, {})) for name, wired in points.items()
    }
