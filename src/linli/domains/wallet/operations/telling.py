"""What finance is told, and what a payer is told of what went back."""

from linli.contracts.effects import Severity
from linli.contracts.money import DayGivenUp, DayReconciled, OrderRefunded, PaymentAstray
from linli.contracts.notices import OF_ACCOUNT, REFUND, Posting, post
from linli.domains.wallet import logic
from linli.foundation.money import queries as money
from linli.foundation.outbox import operations as outbox
from linli.kernel.money import in_yuan
from linli.kernel.words import Words
from linli.registry.people import holdings

_WHY = {
    "amount": Words(zh="金额与订单不符", en="not the sum of its order"),
    "paid": Words(zh="订单已付过", en="its order was paid before"),
    "closed": Words(zh="订单已作废", en="its order was void"),
    "unknown": Words(zh="没有这张订单", en="there is no such order"),
}


def astray(*, fact: PaymentAstray) -> None:
    """Tell finance that money came that pays nothing."""
    why, yuan = _WHY[fact.reason], in_yuan(fact.fen)
    _tell(
        fact,
        Words(
            zh=f"收到 {yuan} 元，{why.zh}，请查看或退回",
            en=f"{yuan} yuan came, {why.en}: look at it or send it back",
        ),
    )


def reconciled(*, fact: DayReconciled) -> None:
    """Tell finance of a day on which the provider's list differs from ours."""
    if fact.differences:
        _tell(
            fact,
            Words(
                zh=f"{fact.day} 对账有 {fact.differences} 条差异",
                en=f"{fact.differences} lines of {fact.day} differ from the provider's list",
            ),
        )


def given_up(*, fact: DayGivenUp) -> None:
    """Tell finance of a day whose list a provider did not tell."""
    _tell(
        fact,
        Words(
            zh=f"{fact.day} 的对账单一天都没有取到（{fact.provider}），请联系渠道后重新索取",
            en=f"{fact.provider} did not tell its list of {fact.day}: ask it again",
        ),
    )


def refunded(*, fact: OrderRefunded) -> None:
    """Tell whoever paid an order that somebody gave him back a part of it, or all: on his own page
    and his telephone, once. What a rule gives back is told with what it settles; who paid without a
    wallet, or has no account, is told nothing.
    """
    if fact.by is not None:
        outbox.once(consumer="wallet.refund", fact=fact.id, deal=lambda: _tell_payer(fact))


def _tell_payer(fact: OrderRefunded) -> None:
    order = money.order(community=fact.community, id=fact.order)
    family, _, subject = order.payer.partition(":")
    account = holdings.account_of(fact.community, subject) if family == "wallet" else None
    if account is None:
        return
    way = money.refund(community=fact.community, id=fact.refund).way
    post(
        Posting(
            community=fact.community,
            to=f"{OF_ACCOUNT}{account}",
            place=fact.community,
            text=logic.went_back(title=order.title, fen=fact.fen, way=way),
            severity=Severity.INFO,
            source=fact.id,
            link=f"/my/wallet/orders/{order.number}",
            now=fact.at,
            rings=REFUND,
        )
    )


def _tell(fact: PaymentAstray | DayReconciled | DayGivenUp, text: Words) -> None:
    post(
        Posting(
            community=fact.community,
            to="finance",
            place=fact.community,
            text=text,
            severity=Severity.MINOR,
            source=fact.id,
            link="/finance",
            now=fact.at,
        )
    )
