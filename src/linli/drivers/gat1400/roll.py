"""The cameras of a line, who of them is here, and whose a car is."""

import asyncio
from collections.abc import Sequence

from linli.drivers.gat1400.objects import Car
from linli.drivers.gat1400.options import Map
from linli.drivers.gb28181 import codes
from linli.drivers.line import Station, Wired


class Partner:
    """One that signed in, from `host`. `member` is its row of the register; `below` are the codes
    of devices that it spoke of.
    """

    def __init__(self, *, member: Wired, host: str, now: float) -> None:
        self.member = member
        self.host = host
        self.heard_at = now
        self.below: set[str] = set()
        self.turn = asyncio.Semaphore(1)
        """Its lists are taken one after another: no camera holds up the others."""


class Roll:
    """Members by address, partners by theirs; it tells the station who came and went."""

    def __init__(self, *, station: Station) -> None:
        self._station = station
        self._members: dict[str, Wired] = {}
        self._above: set[str] = set()
        self.partners: dict[str, Partner] = {}

    def rewire(self, members: Sequence[Wired]) -> None:
        """Take the members as they are now; who is none any more is let go."""
        self._members = {member.address: member for member in members}
        self._above = {member.gateway for member in members if member.gateway}
        for address, partner in list(self.partners.items()):
            member = self._members.get(address)
            if member is None:
                self.leave(address, "removed")
            else:
                partner.member = member

    def member(self, address: str) -> Wired | None:
        """Return the member with an address."""
        return self._members.get(address)

    def enter(self, member: Wired, *, host: str, now: float) -> None:
        """Somebody signed in; from now on he is heard from this host alone."""
        known = self.partners.setdefault(member.address, Partner(member=member, host=host, now=now))
        known.host, known.heard_at = host, now
        self._station.came(member.code)

    def heard(self, address: str, *, host: str, now: float) -> Partner | None:
        """Return who speaks: one that signed in from this host; None where nobody did."""
        partner = self.partners.get(address)
        if partner is None or partner.host != host:
            return None
        partner.heard_at = now
        return partner

    def leave(self, address: str, reason: str) -> None:
        """Somebody is gone, and those that he speaks for; he must sign in again."""
        partner = self.partners.pop(address, None)
        if partner is None:
            return
        for code in sorted(partner.below):
            self._station.went(code, reason)
        self._station.went(partner.member.code, reason)

    def silent(self, *, now: float, after_s: float) -> None:
        """Let go of everybody who was not heard for so long."""
        for address, partner in list(self.partners.items()):
            if now - partner.heard_at > after_s:
                self.leave(address, "silent")

    def whose(self, partner: Partner, car: Car) -> Wired | None:
        """Return the device that saw a car; None where it is not the partner's to speak of.

        A lane of a camera that watches several has the address `<code>/<LaneNo>`. A code that is no
        member is the partner himself, where he is a camera with none below him; else a stranger.
        """
        for device in (one for one in (car.device, car.tollgate) if one):
            for address in (f"{device}/{car.lane}", device):
                member = self._members.get(address)
                if member is not None:
                    return self._spoken_for(partner, member)
        own = partner.member
        lane = self._members.get(f"{own.address}/{car.lane}")
        if lane is not None:
            return self._spoken_for(partner, lane)
        if (own.code in self._above or not asks(own)) and codes.is_code(car.device):
            self.stranger(car.device)
            return None
        return own

    def stranger(self, address: str) -> None:
        """Show somebody unknown to the operator."""
        model = codes.parse(address).model
        self._station.stranger(address, about={"model": model} if model else {})

    def _spoken_for(self, partner: Partner, member: Wired) -> Wired | None:
        if member.code == partner.member.code:
            return member
        if member.gateway != partner.member.code or member.address in self.partners:
            self._station.refused(
                partner.member.code, "not_its_channel", member.address.encode()[:40]
            )
            return None
        partner.below.add(member.code)
        return member


def asks(member: Wired) -> bool:
    """Whether a device's table makes a question of a motor vehicle."""
    return isinstance(member.map, Map) and "motorvehicle" in member.map.asks
