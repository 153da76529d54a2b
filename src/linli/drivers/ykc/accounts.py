"""Who may charge with a card or a vehicle: the accounts of a line, one charging each at a time."""

from collections.abc import Sequence
from math import inf

from linli.drivers.ykc.messages import CardStart
from linli.drivers.ykc.options import Account

NO_ACCOUNT, FROZEN, NO_BALANCE, UNSETTLED = 1, 2, 3, 4
PILE_STOPPED, NOT_HERE, WRONG_PASSWORD, NO_VIN, PILE_UNSETTLED = 5, 6, 7, 9, 10
"""Why a start is refused (V1.6, 8.2)."""
BY_CARD, BY_VIN = 1, 3


class Accounts:
    """The accounts, and which of them has a charging that is not settled yet."""

    def __init__(self, accounts: Sequence[Account]) -> None:
        self._cards = {account.card.upper().zfill(16): account for account in accounts}
        self._vins = {account.vin.upper(): account for account in accounts if account.vin}
        self._open: dict[Account, tuple[str, float]] = {}

    def find(self, body: CardStart) -> Account | None:
        """Return the account that wants to start; None if it is none of the line's."""
        if body.by == BY_CARD:
            return self._cards.get(body.card)
        return self._vins.get(body.vin.upper()) if body.by == BY_VIN else None

    def objection(self, account: Account, body: CardStart, *, now: float) -> int:
        """Return why an account may not start, 0 where it may. Nobody has a password here, so none
        is right.
        """
        objections = {
            FROZEN: account.frozen,
            WRONG_PASSWORD: body.password_needed == 1,
            NO_BALANCE: account.balance_fen <= 0,
            UNSETTLED: self._open.get(account, ("", 0.0))[1] > now,
        }
        return next((reason for reason, holds in objections.items() if holds), 0)

    def opened(self, account: Account, order: str, *, until: float) -> None:
        """A charging may begin, until a moment."""
        self._open[account] = order, until

    def begun(self, order: str) -> None:
        """A charging began: it is open until its bill is in."""
        for account, (number, _) in self._open.items():
            if number == order:
                self._open[account] = order, inf

    def settled(self, order: str) -> None:
        """The bill of a charging is in."""
        self._open = {account: open_ for account, open_ in self._open.items() if open_[0] != order}
