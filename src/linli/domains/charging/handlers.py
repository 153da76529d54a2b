"""What charging does when something happened elsewhere."""

from collections.abc import Sequence
from datetime import UTC, datetime

from linli.contracts.devices import CommandMoved
from linli.contracts.money import OrderPaid, OrderRefunded
from linli.domains.charging.operations import limiting, packages, paying


def order_paid(fact: OrderPaid) -> None:
    """An order was paid: perhaps what was due of a charging."""
    paying.paid(community=fact.community, number=fact.about, order=fact.order)


def order_refunded(fact: OrderRefunded) -> None:
    """An order went back: perhaps that of a package, which is then good for so much less."""
    packages.refunded(fact)


def commands_moved(facts: Sequence[CommandMoved]) -> None:
    """Commands moved: perhaps such as limit chargers, given by us, by a scene, or by somebody."""
    orders = {fact.command for fact in facts if fact.service in limiting.SERVICES}
    if orders:
        limiting.moved(community=facts[0].community, orders=orders, now=datetime.now(UTC))
