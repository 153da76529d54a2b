"""What staff do: money paid in at the desk, what is given back, who takes the card, a list."""

import csv
import io
from datetime import date, datetime, timedelta

import msgspec
from django.db import transaction

from linli.contracts.wallet import MerchantSet, TerminalSet, TerminalTaken
from linli.domains.wallet import logic, queries
from linli.domains.wallet.models import Merchant, Terminal, Trade
from linli.foundation import ids
from linli.foundation.copies import operations as copies
from linli.foundation.copies.logic import marked
from linli.foundation.identity.queries import Actor
from linli.foundation.money import operations as money
from linli.foundation.money.models import Order
from linli.foundation.outbox import operations as outbox
from linli.kernel.fault import Fault
from linli.kernel.money import in_yuan
from linli.kernel.words import Words
from linli.registry.devices import queries as devices
from linli.registry.people import holdings

_LASTS = timedelta(minutes=5)
_INCOME = Words(zh="收入日报", en="income by day")
_HEAD = Words(
    zh="日期,账户,名称,金额（元）,笔数,金额（分）", en="day,account,name,amount (yuan),lines,fen"
)


class NobodyThere(Fault):
    """Nobody of this number is in the register."""

    key = "wallet.nobody"
    status = 404


class NoSuchDevice(Fault):
    key = "wallet.no_such_device"
    status = 404


class NoSuchTerminal(Fault):
    """The card is not taken at this device."""

    key = "wallet.no_such_terminal"
    status = 404


class MerchantSaid(msgspec.Struct, frozen=True, kw_only=True):
    """A merchant as somebody says that he is."""

    code: str
    name: Words
    trade: str
    share_permille: int
    open: bool = True


@transaction.atomic
def pay_in(*, actor: Actor, subject: str, fen: int, key: str, now: datetime) -> Order:
    """Take cash at the desk into somebody's wallet; with the same key once only.

    :param subject: `person:12` or `staff:3`
    :raises NobodyThere: if nobody of this number is in the register
    :raises BadTopUp: if it is too little or too much at once
    """
    if holdings.row_of(actor.community, subject) is None:
        raise NobodyThere(subject=subject[:32])
    order = money.open_order(
        community=actor.community,
        kind=logic.TOP_UP,
        about=f"{subject}:{key}"[:128],
        title=Words(zh="现金充值", en="Paid in at the desk"),
        payer=logic.wallet_of(subject),
        payee=logic.wallet_of(subject),
        fen=logic.top_up(fen),
        expires_at=now + _LASTS,
        number=f"desk-{key}"[:64],
        now=now,
    )
    return money.take_cash(community=actor.community, order=order.pk, by=actor.account, now=now)


@transaction.atomic
def set_merchant(*, actor: Actor, merchant: MerchantSaid, now: datetime) -> Merchant:
    """Say who takes the card, and what part is his; said of one that is there, it is changed.

    :raises BadShare: if his part is none
    """
    logic.shares(merchant=merchant.code, fen=1, share_permille=merchant.share_permille)
    row, _ = Merchant.rows.of(actor.community).update_or_create(
        code=merchant.code,
        defaults={
            "name_zh": merchant.name.zh,
            "name_en": merchant.name.en,
            "trade": Trade(merchant.trade),
            "share_permille": merchant.share_permille,
            "open": merchant.open,
            "set_at": now,
            "set_by_id": actor.account,
        },
    )
    outbox.record(
        MerchantSet(
            id=ids.new(),
            at=now,
            community=actor.community,
            merchant=row.code,
            share_permille=row.share_permille,
            open=row.open,
            by=actor.account,
        )
    )
    return row


@transaction.atomic
def set_terminal(
    *,
    actor: Actor,
    device: str,
    merchant: str,
    most_fen: int,
    credits_fen: int,
    now: datetime,
) -> Terminal:
    """Say that a device takes the card for a merchant; said again, it is changed.

    :raises NoSuchMerchant, NoSuchDevice: if there is none
    """
    to = queries.merchant(community=actor.community, code=merchant)
    if device not in devices.by_code(community=actor.community, codes=[device]):
        raise NoSuchDevice(device=device[:64])
    row, _ = Terminal.rows.of(actor.community).update_or_create(
        device=device,
        defaults={"merchant": to, "most_fen": most_fen, "credits_fen": credits_fen},
    )
    outbox.record(
        TerminalSet(
            id=ids.new(),
            at=now,
            community=actor.community,
            device=device,
            merchant=to.code,
            most_fen=most_fen,
            credits_fen=credits_fen,
            by=actor.account,
        )
    )
    return row


@transaction.atomic
def take_terminal(*, actor: Actor, device: str, now: datetime) -> None:
    """Take the card away from a device: from now on it pays and rewards nothing. What was paid
    there is as it was, and is given back at the desk.

    :raises NoSuchTerminal: if the card is not taken there
    """
    rows = Terminal.rows.of(actor.community).select_related("merchant")
    row = rows.select_for_update(of=("self",)).filter(device=device).first()
    if row is None:
        raise NoSuchTerminal(device=device[:64])
    merchant = row.merchant.code
    row.delete()
    outbox.record(
        TerminalTaken(
            id=ids.new(), at=now, community=actor.community, device=device, merchant=merchant,
            by=actor.account,
        )
    )  # fmt: skip


@transaction.atomic
def income_list(*, actor: Actor, start: date, end: date, language: str, now: datetime) -> bytes:
    """Return the income of some days as csv, marked as the copy of who takes it out.

    :raises TooManyDays: if these are more than three months
    """
    found = queries.income(community=actor.community, start=start, end=end)
    taken = copies.take(
        community=actor.community,
        account=actor.account,
        what="income",
        name=_INCOME,
        form="csv",
        purpose="",
        why=Words(zh="财务对账", en="accounting"),
        now=now,
    )
    plain = [
        [
            one.day.isoformat(),
            one.account,
            logic.called(one.account.partition(":")[2]).in_(language),
            in_yuan(one.fen),
            str(one.count),
            str(one.fen),
        ]
        for one in found
    ]
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([taken.banner.in_(language)])
    writer.writerow(_HEAD.in_(language).split(","))
    writer.writerows(marked(plain, mark=taken.mark, by=0, into=(2,)))
    return out.getvalue().encode("utf-8-sig")
