"""What the rest of the system may know of the card and who takes it. No purse is in a fact."""

from linli.kernel.event import Event


class MerchantSet(Event, frozen=True, kw_only=True):
    """Somebody (`by`) said who takes the card, and what part of each sum is his (thousandths)."""

    merchant: str
    share_permille: int
    open: bool
    by: int


class TerminalSet(Event, frozen=True, kw_only=True):
    """Somebody (`by`) said that a device takes the card for a merchant: how much at once, and how
    much it may reward a day.
    """

    device: str
    merchant: str
    most_fen: int
    credits_fen: int
    by: int


class TerminalTaken(Event, frozen=True, kw_only=True):
    """Somebody (`by`) took the card away from a device: it pays and rewards nothing any more."""

    device: str
    merchant: str
    by: int
