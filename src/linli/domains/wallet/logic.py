"""What movements are called, whose a wallet is, what a merchant keeps. Pure."""

from collections.abc import Mapping

from linli.contracts.money import Line
from linli.kernel.fault import Fault
from linli.kernel.money import in_yuan
from linli.kernel.words import Words

LEAST_TOP_UP_FEN, MOST_TOP_UP_FEN = 100, 500_000
"""One yuan to five thousand at a time."""
TOP_UP, SPEND, CREDIT = "wallet.top_up", "card.spend", "card.credit"
PER_MILLE = 1000

REASONS: Mapping[str, Words] = {
    TOP_UP: Words(zh="充值", en="top-up"),
    SPEND: Words(zh="刷卡消费", en="spent by card"),
    CREDIT: Words(zh="回收奖励", en="reward for recycling"),
    "parking": Words(zh="停车费", en="parking"),
    "charging": Words(zh="充电费", en="charging"),
    "canteen": Words(zh="食堂", en="canteen"),
    "shop": Words(zh="商店", en="shops"),
    "fitness": Words(zh="健身", en="fitness"),
    "recycling": Words(zh="回收", en="recycling"),
    "third_party": Words(zh="第三方服务", en="third parties"),
    "other": Words(zh="其他", en="other"),
    "payment.unmatched": Words(zh="收到待查款", en="money that pays nothing yet"),
    "payment.returned": Words(zh="退回待查款", en="sent back"),
    "paid_out": Words(zh="支付", en="paid out"),
    "refund.done": Words(zh="退款已到账", en="refund arrived"),
}
"""What the reason of a movement is called; others by their first word."""
_HELD, _BACK, _REFUND = (
    Words(zh="预付冻结", en="set aside"),
    Words(zh="预付退回", en="given back"),
    Words(zh="退款", en="refund"),
)

_WENT_BACK: Mapping[str, Words] = {
    "wallet": Words(zh="已到钱包", en="they are in your wallet"),
    "cash": Words(zh="现金，请到收银台领取", en="in cash, at the desk"),
}
_BY_PROVIDER = Words(zh="正按原支付方式退回", en="on the way they were paid")


class BadTopUp(Fault):
    """A top-up is one yuan at least and five thousand at most."""

    key = "wallet.bad_top_up"
    status = 422


class BadShare(Fault):
    """A merchant's part is from none to all, in thousandths."""

    key = "wallet.bad_share"
    status = 422


def called(reason: str) -> Words:
    """Return what a movement is called."""
    if reason in REASONS:
        return REASONS[reason]
    word, _, step = reason.rpartition(".")
    base = REASONS.get(word) or REASONS.get(word.partition(".")[0]) or Words(zh=word, en=word)
    ends = {"hold": _HELD, "release": _BACK, "refund": _REFUND}
    if step in ends and word:
        end = ends[step]
        return Words(zh=f"{base.zh}{end.zh}", en=f"{base.en}: {end.en}")
    first = REASONS.get(reason.partition(".")[0])
    return first or Words(zh=reason, en=reason)


def rest_of_hold(*, reason: str, cost_fen: int) -> Words:
    """Say that what was set aside and not used came back, and what was used of it."""
    base, yuan = called(reason), in_yuan(cost_fen)
    return Words(
        zh=f"{base.zh}预付余款退回（实收 {yuan} 元）",
        en=f"{base.en}: rest of what was set aside ({yuan} yuan were used)",
    )


def went_back(*, title: Words, fen: int, way: str) -> Words:
    """Say that a part of what somebody paid, or all, was given back, and which way."""
    yuan, how = in_yuan(fen), _WENT_BACK.get(way, _BY_PROVIDER)
    return Words(
        zh=f"退款 {yuan} 元（{title.zh}）：{how.zh}",
        en=f"{yuan} yuan were given back ({title.en}): {how.en}",
    )


def wallet_of(subject: str) -> str:
    """Return the wallet of somebody named as in the audit trail: `person:12`, `staff:3`."""
    return f"wallet:{subject}"


def top_up(fen: int) -> int:
    """Return what may be paid in at once.

    :raises BadTopUp: if it is less or more
    """
    if not LEAST_TOP_UP_FEN <= fen <= MOST_TOP_UP_FEN:
        raise BadTopUp(least_fen=LEAST_TOP_UP_FEN, most_fen=MOST_TOP_UP_FEN)
    return fen


def shares(*, merchant: str, fen: int, share_permille: int) -> list[Line]:
    """Return what a merchant gets of a sum, rounded down; the rest is the community's.

    :raises BadShare: if his part is none
    """
    if not 0 <= share_permille <= PER_MILLE:
        raise BadShare(share=share_permille)
    part = fen * share_permille // PER_MILLE
    return [Line(f"share:merchant:{merchant}", part)] if part else []
