"""Every write to money. Whatever a domain calls is here, by one name."""

from linli.foundation.money.operations.holding import (
    HoldClosed,
    HoldTooSmall,
    capture,
    hold,
    release,
)
from linli.foundation.money.operations.ordering import (
    NumberUsed,
    OrderClosed,
    open_order,
    pay_from_wallet,
    take_cash,
    void,
)
from linli.foundation.money.operations.paying import begin_payment, provider_told
from linli.foundation.money.operations.posting import KeyUsed, NotEnough, lock, post
from linli.foundation.money.operations.refunding import (
    NotPaid,
    Returned,
    TooMuch,
    carry_refund,
    refund,
)

__all__ = [
    "HoldClosed",
    "HoldTooSmall",
    "KeyUsed",
    "NotEnough",
    "NotPaid",
    "NumberUsed",
    "OrderClosed",
    "Returned",
    "TooMuch",
    "begin_payment",
    "capture",
    "carry_refund",
    "hold",
    "lock",
    "open_order",
    "pay_from_wallet",
    "post",
    "provider_told",
    "refund",
    "release",
    "take_cash",
    "void",
]
