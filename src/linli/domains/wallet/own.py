"""What the ledger holds on a person, as he may read it himself; and what stands in the way of
erasing him. What is booked stays booked, under a number: whose it was is known to the register
alone, and is gone from there.
"""

from collections.abc import Sequence
from datetime import date

from linli.contracts.privacy import Held
from linli.domains.wallet.logic import wallet_of
from linli.foundation.money import queries as money
from linli.foundation.money.models import LedgerAccount
from linli.foundation.money.queries import OrdersWanted, Page
from linli.foundation.privacy.classes import declared
from linli.foundation.privacy.telling import told
from linli.kernel.words import Words

_KEPT = Words(
    zh="会计档案依法保存 30 年；抹除本人后只剩编号",
    en="kept for 30 years as accounts must be; once you are erased only a number is left",
)
_MOST = 100


def held(community: str, subject: str) -> Sequence[Held]:
    """Return the balance of somebody's wallet and his newest orders."""
    wallet = wallet_of(subject)
    account = LedgerAccount.rows.of(community).filter(code=wallet).first()
    if account is None:
        return []
    rows, _ = money.orders(
        community=community, wanted=OrdersWanted(payer=wallet), page=Page(limit=_MOST)
    )
    return [
        _record(Words(zh="钱包", en="wallet"), wallet, account.fen),
        *(_record(Words(zh="订单", en="order"), row.title.zh, row.fen) for row in rows),
    ]


def _record(kind: Words, record: str, fen: int) -> Held:
    datum = declared(LedgerAccount)["fen"]
    yuan = f"{fen // 100}.{fen % 100:02d}"
    field = told(datum, Words(zh=f"{yuan} 元", en=f"{yuan} yuan"))
    return Held(kind=kind, record=record, kept=_KEPT, fields=[field], purposes=datum.purposes)


def obstacles(community: str, subject: str, today: date) -> Sequence[Words]:
    """Return what is left in somebody's wallet: it is his, and is paid out first."""
    wallet = wallet_of(subject)
    left = money.balance(community=community, account=wallet)
    held = sum(one.left_fen for one in money.holds(community=community, wallet=wallet))
    if not left and not held:
        return []
    yuan = f"{(left + held) // 100}.{(left + held) % 100:02d}"
    return [Words(zh=f"钱包还有 {yuan} 元未退", en=f"{yuan} yuan are left in the wallet")]
