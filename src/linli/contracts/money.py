"""What the rest of the system may know of money: lines of the ledger, and what became of orders.
Amounts are int fen. A credit is positive: what the estate owes, or has earned; what it has, or is
owed, is negative (`foundation/money/logic.py`).
"""

import msgspec

from linli.kernel.event import Event


class Line(msgspec.Struct, frozen=True):
    """So many fen onto an account (positive) or off it (negative); `account` is its code."""

    account: str
    fen: int


class OrderPaid(Event, frozen=True, kw_only=True):
    """An order was paid in full. `kind` and `about` are its domain's own words; `way` is `wallet`,
    `cash` or the code of a provider.
    """

    order: int
    kind: str
    about: str
    fen: int
    way: str


class OrderRefunded(Event, frozen=True, kw_only=True):
    """So much of an order went back (`fen`), of so much in all (`refunded_fen`). `by` is who said
    so, where a person did.
    """

    order: int
    kind: str
    about: str
    fen: int
    refunded_fen: int
    refund: int
    by: int | None = None


class PaymentAstray(Event, frozen=True, kw_only=True):
    """Money came that pays no order: `reason` is `amount`, `paid`, `closed` or `unknown`. It is
    kept for whom it belongs to, until somebody of finance sends it back.
    """

    payment: int
    provider: str
    fen: int
    reason: str


class PaymentReturned(Event, frozen=True, kw_only=True):
    """Somebody (`by`) sent back what had come astray."""

    payment: int
    fen: int
    by: int


class ProviderSet(Event, frozen=True, kw_only=True):
    """Somebody (`by`) said how a provider of payments is reached, at which `host`."""

    provider: str
    host: str
    open: bool
    by: int


class DayReconciled(Event, frozen=True, kw_only=True):
    """What a provider says of a day was held against the ledger: so many lines differ."""

    provider: str
    day: str
    differences: int


class DifferenceSettled(Event, frozen=True, kw_only=True):
    """Somebody (`by`) looked into a difference and says that it is dealt with."""

    difference: int
    by: int


class DayGivenUp(Event, frozen=True, kw_only=True):
    """For a day a provider did not tell its list of a day: somebody asks it again."""

    provider: str
    day: str


class PaidOut(Event, frozen=True, kw_only=True):
    """What was owed to a wallet or a merchant was paid out (`to` cash or bank). `by` said so."""

    posting: int
    fen: int
    to: str
    by: int
