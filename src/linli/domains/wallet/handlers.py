"""What finance is told when money goes astray, or a day does not agree; and a payer, when somebody
gives him money back.
"""

from linli.contracts.money import DayGivenUp, DayReconciled, OrderRefunded, PaymentAstray
from linli.domains.wallet.operations import telling


def payment_astray(fact: PaymentAstray) -> None:
    """Tell finance; told again, nothing."""
    telling.astray(fact=fact)


def day_reconciled(fact: DayReconciled) -> None:
    """Tell finance of a day that differs; told again, nothing."""
    telling.reconciled(fact=fact)


def day_given_up(fact: DayGivenUp) -> None:
    """Tell finance of a day whose list a provider did not tell; told again, nothing."""
    telling.given_up(fact=fact)


def order_refunded(fact: OrderRefunded) -> None:
    """Tell whoever paid that somebody gave money back; told again, nothing."""
    telling.refunded(fact=fact)
