"""What parking does when money moves."""

from linli.contracts.money import OrderPaid, OrderRefunded
from linli.domains.parking.operations import paying, rights


def stay_paid(fact: OrderPaid) -> None:
    """Write down that a stay was paid for; told again, nothing."""
    paying.paid(fact)


def stay_refunded(fact: OrderRefunded) -> None:
    """Take from a stay what went back; told again, nothing."""
    paying.refunded(fact)


def permit_refunded(fact: OrderRefunded) -> None:
    """Take the months from a permit that were given back; told again, nothing."""
    rights.unrenewed(fact)


def permit_paid(fact: OrderPaid) -> None:
    """Let a permit last longer; told again, nothing."""
    rights.renewed(fact)
