"""The ledger, and what moves it: holds, orders, payments, refunds."""

from linli.foundation.money.models.days import Difference, Reconciliation
from linli.foundation.money.models.ledger import LedgerAccount, Posting, PostingLine
from linli.foundation.money.models.orders import Hold, Order, OrderState
from linli.foundation.money.models.providers import (
    Payment,
    PaymentState,
    Provider,
    Refund,
    RefundState,
)

__all__ = [
    "Difference",
    "Hold",
    "LedgerAccount",
    "Order",
    "OrderState",
    "Payment",
    "PaymentState",
    "Posting",
    "PostingLine",
    "Provider",
    "Reconciliation",
    "Refund",
    "RefundState",
]
