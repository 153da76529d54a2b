"""What the ledger holds on a person, as he may read it himself; and what stands in the way of
erasing him. What is booked stays booked, under a number: whose it was is known to the register
alone, and is gone from there.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from linli.contracts.privacy import Held
from linli.domains.wallet.logic import REASONS, wallet_of
from linli.domains.wallet.models import CardAsk
from linli.foundation.money import queries as money
from linli.foundation.money.models import Hold, LedgerAccount, PostingLine
from linli.foundation.money.queries import OrdersWanted, Page
from linli.foundation.privacy.classes import declared
from linli.foundation.privacy.telling import after, moment, row_told, span, told, yuan
from linli.kernel.words import Words, alike

_KEPT = Words(
    zh="会计档案依法保存 30 年；抹除本人后只剩编号",
    en="kept for 30 years as accounts must be; once you are erased only a number is left",
)
_SUMS = ("fen", "taken_fen", "back_fen")


def held(community: str, subject: str, most: int) -> Sequence[Held]:
    """Return the balance of somebody's wallet, his orders, what is set aside, each movement, and
    what his card was shown for: of each the newest, `most` at most.
    """
    wallet = wallet_of(subject)
    account = LedgerAccount.rows.of(community).filter(code=wallet).first()
    if account is None:
        return list(_asked(community, subject, most))
    rows, _ = money.orders(
        community=community, wanted=OrdersWanted(payer=wallet), page=Page(limit=most)
    )
    return [
        _record(Words(zh="钱包", en="wallet"), alike(wallet), account.fen),
        *(_record(Words(zh="订单", en="order"), row.title, row.fen) for row in rows),
        *_set_aside(community, wallet, most),
        *_moved(community, account, most),
        *_asked(community, subject, most),
    ]


def _set_aside(community: str, wallet: str, most: int) -> Iterator[Held]:
    for row in Hold.rows.of(community).filter(wallet=wallet).order_by("-pk")[:most]:
        yield row_told(
            row, kind=Words(zh="冻结", en="set aside"), record=span(row.at, row.closed_at),
            kept=_KEPT, said={name: yuan(getattr(row, name)) for name in _SUMS},
        )  # fmt: skip


def _moved(community: str, account: LedgerAccount, most: int) -> Iterator[Held]:
    lines = PostingLine.rows.of(community).filter(account=account).select_related("posting")
    for row in lines.order_by("-number")[:most]:
        reason = row.posting.reason
        yield row_told(
            row, kind=Words(zh="钱包流水", en="movement of the wallet"), kept=_KEPT,
            record=after(REASONS.get(reason, alike(reason)), moment(row.posting.at)),
            said={"fen": yuan(row.fen), "after": yuan(row.after)},
        )  # fmt: skip


def _asked(community: str, subject: str, most: int) -> Iterator[Held]:
    asks = CardAsk.rows.of(community).filter(subject=subject).select_related("merchant")
    for row in asks.order_by("-pk")[:most]:
        left = None if row.left_fen is None else yuan(row.left_fen)
        yield row_told(
            row, kind=Words(zh="刷卡", en="card shown"), kept=_KEPT,
            record=after(row.merchant.name, moment(row.at)),
            said={"fen": yuan(row.fen), "what": row.what, "left_fen": left},
        )  # fmt: skip


def _record(kind: Words, record: Words, fen: int) -> Held:
    datum = declared(LedgerAccount)["fen"]
    return Held(
        kind=kind, record=record, kept=_KEPT, fields=[told(datum, yuan(fen))],
        purposes=datum.purposes,
    )  # fmt: skip


def obstacles(community: str, subject: str, today: date) -> Sequence[Words]:
    """Return what is left in somebody's wallet: it is his, and is paid out first."""
    wallet = wallet_of(subject)
    left = money.balance(community=community, account=wallet)
    held = sum(one.left_fen for one in money.holds(community=community, wallet=wallet))
    if not left and not held:
        return []
    said = yuan(left + held)
    return [Words(zh=f"钱包还有 {said.zh}未退", en=f"{said.en} are left in the wallet")]
