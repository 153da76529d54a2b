"""What charging does when something happened elsewhere."""

from linli.contracts.money import OrderPaid, OrderRefunded
from linli.domains.charging.operations import packages, paying


def order_paid(fact: OrderPaid) -> None:
    """An order was paid: perhaps what was due of a charging."""
    paying.paid(community=fact.community, number=fact.about, order=fact.order)


def order_refunded(fact: OrderRefunded) -> None:
    """An order went back: perhaps that of a package, which is then good for so much less."""
    packages.refunded(fact)
