"""Who may charge with a card or a vehicle: the accounts of a line, one charging each at a time."""

from collections.abc import Sequence
from typing import NamedTuple

from linli.drivers.ykc.messages import CardStart
from linli.drivers.ykc.options import Account

NO_ACCOUNT, FROZEN, NO_BALANCE, UNSETTLED = 1, 2, 3, 4
PILE_STOPPED, WRONG_PASSWORD, NO_VIN = 5, 7, 9
_BY_CARD, _BY_VIN = 1, 3


class Verdict(NamedTuple):
    """`reason` 0: he may."""

    reason: int
    account: Account | None


class Accounts:
    """The accounts, and which of them has a charging that is not settled yet."""

    def __init__(self, accounts: Sequence[Account]) -> None:
        self._cards = {account.card.upper().zfill(16): account for account in accounts}
        self._vins = {account.vin.upper(): account for account in accounts if account.vin}
        self._open: dict[Account, str] = {}

    def ask(self, body: CardStart, *, enabled: bool) -> Verdict:
        """Decide about a start at a pile. Nobody has a password here, so none is right."""
        if body.by == _BY_CARD:
            account, unknown = self._cards.get(body.card), NO_ACCOUNT
        elif body.by == _BY_VIN:
            account, unknown = self._vins.get(body.vin.upper()), NO_VIN
        else:
            account, unknown = None, NO_ACCOUNT
        if account is None:
            return Verdict(unknown, None)
        return Verdict(self._objection(account, body, enabled=enabled), account)

    def _objection(self, account: Account, body: CardStart, *, enabled: bool) -> int:
        objections = {
            PILE_STOPPED: not enabled,
            FROZEN: account.frozen,
            WRONG_PASSWORD: body.password_needed == 1,
            NO_BALANCE: account.balance_fen <= 0,
            UNSETTLED: account in self._open,
        }
        return next((reason for reason, holds in objections.items() if holds), 0)

    def opened(self, account: Account, order: str) -> None:
        """A charging may begin."""
        self._open[account] = order

    def settled(self, order: str) -> None:
        """The bill of a charging is in."""
        self._open = {account: open_ for account, open_ in self._open.items() if open_ != order}
