"""What finance is told."""

from linli.contracts.effects import Severity
from linli.contracts.money import DayGivenUp, DayReconciled, PaymentAstray
from linli.contracts.notices import Posting, post
from linli.kernel.words import Words

_WHY = {
    "amount": Words(zh="金额与订单不符", en="not the sum of its order"),
    "paid": Words(zh="订单已付过", en="its order was paid before"),
    "closed": Words(zh="订单已作废", en="its order was void"),
    "unknown": Words(zh="没有这张订单", en="there is no such order"),
}


def astray(*, fact: PaymentAstray) -> None:
    """Tell finance that money came that pays nothing."""
    why, yuan = _WHY[fact.reason], f"{fact.fen // 100}.{fact.fen % 100:02d}"
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
