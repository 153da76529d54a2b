"""What doors ask of the outside: how a card's number is spelled, who recognises faces."""

from datetime import datetime

import msgspec

from linli.kernel.port import Port


class CardNumber(msgspec.Struct, frozen=True, kw_only=True):
    """A card's number, however it was printed or read: `whole` in hexadecimal, empty where only 24
    bits are known; `short` are these 24.
    """

    whole: str
    short: str


card_of_bits: Port[[str], CardNumber | None] = Port("doors.card_of_bits")
"""Asked with the bits of a reader: the card; None where they are none."""

card_of_print: Port[[str], CardNumber | None] = Port("doors.card_of_print")
"""Asked with a number as it is printed: the card; None where it is none."""


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """A face is to be taken at a device, which keeps the template itself and under this number
    only; no picture of it comes here.
    """

    community: str
    device: str
    credential: int
    account: int | None
    now: datetime


enrol: Port[[Enrolment], None] = Port("doors.enrol")
"""Have the recogniser of a device take a face."""
