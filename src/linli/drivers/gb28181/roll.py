"""The members of a line, who of them is here, and whose channel a code is."""

from collections.abc import Iterator, Sequence

from linli.drivers.gb28181 import codes
from linli.drivers.gb28181.manscdp import Item
from linli.drivers.gb28181.partner import Partner
from linli.drivers.line import Station, Wired

MOST_CHANNELS = 20_000
_GONE = {"OFF": "reported_off", "DEFECT": "defect", "DEL": "removed"}
"""What a notice says of a thing that is there no more, as a reason. One whose picture is lost is
there still."""


class Roll:
    """Members by code and address, partners by address; it tells the station who came and went."""

    def __init__(self, *, line: Wired, station: Station) -> None:
        self._line = line
        self._station = station
        self._by_address: dict[str, Wired] = {}
        self._by_code: dict[str, Wired] = {}
        self.partners: dict[str, Partner] = {}

    def rewire(self, members: Sequence[Wired]) -> None:
        """Take the members as they are now; who is none any more is let go."""
        self._by_address = {member.address: member for member in members}
        self._by_code = {member.code: member for member in members}
        for partner in list(self.partners.values()):
            member = self._by_address.get(partner.id)
            if member is None:
                self.leave(partner, "removed")
            else:
                partner.member = member

    def member(self, address: str) -> Wired | None:
        """Return the member with an address."""
        return self._by_address.get(address)

    def coded(self, code: str) -> Wired | None:
        """Return the member with a code of the register."""
        return self._by_code.get(code)

    def serving(self, member: Wired) -> Partner | None:
        """Return the partner by whom a member is reached, if he is here."""
        own = self.partners.get(member.address)
        if own is not None:
            return own if own.online else None
        above = self._by_code.get(member.gateway or "")
        for partner in self.partners.values():
            if partner.online and (
                partner.has(member.address) or (above is not None and partner.id == above.address)
            ):
                return partner
        return None

    def speaks_for(self, partner: Partner, address: str) -> Wired | None:
        """Return the member that a partner speaks of; None where it is not his to speak of.

        A code that is no member (an alarm input, say) counts as the partner himself. Until his
        catalogue came whole, whatever may be a channel of his is taken for one: an alarm must not
        be lost to a catalogue that is slow.
        """
        member = self._by_address.get(address)
        if member is None or member.code == partner.member.code:
            return partner.member
        if partner.has(address) or member.gateway == partner.member.code:
            return member
        return member if not partner.listed and self._may_list(partner, address) else None

    def below(self, partner: Partner) -> Iterator[Wired]:
        """Yield the members that are channels of a partner."""
        for member in self._by_code.values():
            if member.address == partner.id or member.address in self.partners:
                continue
            if partner.has(member.address) or member.gateway == partner.member.code:
                yield member

    def enter(self, partner: Partner) -> None:
        """A partner is here."""
        partner.online = True
        self.partners[partner.id] = partner
        self._station.came(partner.member.code)

    def leave(self, partner: Partner, reason: str) -> None:
        """A partner is gone for good, and his channels with him; he must sign in again."""
        self.sleep(partner, reason)
        if self.partners.get(partner.id) is partner:
            del self.partners[partner.id]

    def sleep(self, partner: Partner, reason: str) -> None:
        """A partner is not heard; he may come back by speaking."""
        if partner.greeting is not None:
            partner.greeting.cancel()
            partner.greeting = None
        if not partner.online:
            return
        partner.online = False
        for member in self.below(partner):
            self._station.went(member.code, reason)
        self._station.went(partner.member.code, reason)

    def list(self, partner: Partner, items: Sequence[Item], *, whole: bool) -> None:
        """Take a catalogue: who of it is there, who is not, who is a stranger.

        Who was in the one before, and is not in a whole one, is gone.
        """
        before = partner.channels
        partner.channels = {} if whole else dict(before)
        for item in items:
            self.change(partner, item)
        for address in before.keys() - partner.channels.keys():
            member = self._by_address.get(address)
            if member is not None and address not in self.partners:
                self._station.went(member.code, "removed")

    def change(self, partner: Partner, item: Item) -> Wired | None:
        """Take a line of a catalogue, or of a notice of changes; return the member that it is of.

        None where it is no member, no thing, the partner himself, or not his to list.
        """
        if not item.is_thing or item.device == partner.id:
            return None
        if not self._may_list(partner, item.device):
            self._station.refused(partner.member.code, "not_its_channel", item.device.encode())
            return None
        member = self._by_address.get(item.device)
        if item.event == "DEL":
            partner.channels.pop(item.device, None)
        elif item.device in partner.channels or len(partner.channels) < MOST_CHANNELS:
            partner.channels[item.device] = item
        if member is None:
            self._stranger(partner, item)
        elif item.event in _GONE or not (item.on or item.event):
            self._station.went(member.code, _GONE.get(item.event, "reported_off"))
        else:
            self._station.came(member.code)
        return member

    def _may_list(self, partner: Partner, address: str) -> bool:
        """Whether a code may be a channel of his: nobody else's, by the register or by presence."""
        member = self._by_address.get(address)
        if member is None:
            return True
        if address in self.partners:
            return False
        above = self._by_code.get(member.gateway or "")
        if above is not None:
            return above.address == partner.id
        return not any(
            address in other.channels for other in self.partners.values() if other is not partner
        )

    def _stranger(self, partner: Partner, item: Item) -> None:
        if item.event in _GONE:
            return
        about = {
            "name": item.name,
            "vendor": item.vendor,
            "serial": item.model,
            "gateway": partner.member.code,
            "model": codes.parse(item.device).model or "",
        }
        self._station.stranger(item.device, about={k: v for k, v in about.items() if v})
