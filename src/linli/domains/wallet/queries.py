"""Every read of wallets, and of what finance looks at beside the ledger."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings
from django.db.models import Count, Sum
from django.db.models.functions import TruncDate

from linli.contracts.privacy import whom
from linli.domains.wallet.logic import wallet_of
from linli.domains.wallet.models import CardAsk, Merchant, Terminal
from linli.foundation.identity.queries import Actor
from linli.foundation.money import queries as money
from linli.foundation.money.models import (
    Hold,
    LedgerAccount,
    Order,
    Payment,
    Posting,
    PostingLine,
    Provider,
)
from linli.foundation.money.queries import OrdersWanted, Page
from linli.foundation.scope.paging import CodePage, by_code
from linli.kernel.fault import Fault
from linli.kernel.words import Words
from linli.registry.people import search
from linli.registry.places import queries as places

_MOST_DAYS = 92
_HOLDERS = ("person", "staff")
_MOST_FOUND = 8


class NoWallet(Fault):
    """The account is nobody's in the register of this community."""

    key = "wallet.none"
    status = 404


class NoSuchMerchant(Fault):
    key = "wallet.no_such_merchant"
    status = 404


class TooManyDays(Fault):
    key = "wallet.too_many_days"
    status = 422


class Purse(msgspec.Struct, frozen=True, kw_only=True):
    """A wallet as its owner sees it: what he can spend, what is set aside, by whom he can pay."""

    code: str
    fen: int
    held_fen: int
    holds: Sequence[Hold]
    providers: Sequence[Provider]


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a statement; `title` is what its order was for, or what the terminal said it was,
    where either is known. `cost_fen`: it is the rest of what was set aside, of which so much was
    used; None of others.
    """

    line: PostingLine
    title: Words | None
    order: str
    cost_fen: int | None


class Finance(msgspec.Struct, frozen=True, kw_only=True):
    """What finance sees first: the trial balance by family, and how much waits for it."""

    trial: dict[str, int]
    waiting: dict[str, int]


class Income(msgspec.Struct, frozen=True, kw_only=True):
    """What an account of income came to on a day, refunds taken off."""

    day: date
    account: str
    fen: int
    count: int


def subject(*, actor: Actor, now: datetime) -> str:
    """Return whose the wallet of an account is, or of its ward: `person:12`.

    :raises NoWallet: if it is nobody's here
    """
    if actor.ward:
        return f"person:{actor.ward}"
    own = whom(actor.community, actor.account, now)
    found = next((one.subject for one in own if not one.guardian), None)
    if found is None:
        raise NoWallet
    return found


def wallet(*, actor: Actor, now: datetime) -> str:
    """Return the account of somebody's own wallet.

    :raises NoWallet: if he is nobody here
    """
    return wallet_of(subject(actor=actor, now=now))


def purse(*, actor: Actor, now: datetime) -> Purse:
    """Return somebody's own wallet."""
    code = wallet(actor=actor, now=now)
    held = money.holds(community=actor.community, wallet=code)
    return Purse(
        code=code,
        fen=money.balance(community=actor.community, account=code),
        held_fen=sum(one.left_fen for one in held),
        holds=held,
        providers=money.providers(community=actor.community),
    )


def moves(*, actor: Actor, page: Page, now: datetime) -> tuple[list[Move], int | None]:
    """Return a page of the lines of somebody's own wallet, the newest first, and the cursor."""
    return moves_of(community=actor.community, account=wallet(actor=actor, now=now), page=page)


def moves_of(*, community: str, account: str, page: Page) -> tuple[list[Move], int | None]:
    """Return a page of the lines of an account with what each was for, and the cursor."""
    rows, after = money.statement(community=community, account=account, page=page)
    orders = Order.rows.of(community).in_bulk(_about(rows, "order"))
    asks = CardAsk.rows.of(community).in_bulk(_about(rows, "card"))
    return [_move(account, row, orders, asks) for row in rows], after


def _about(rows: Sequence[PostingLine], kind: str) -> list[int]:
    """Return the numbers of what of a kind these lines are about."""
    return sorted({number for row in rows if (number := _number(row, kind)) is not None})


def _number(row: PostingLine, kind: str) -> int | None:
    of, _, number = row.posting.about.partition(":")
    return int(number) if of == kind and number.isdecimal() else None


def _move(
    account: str, row: PostingLine, orders: Mapping[int, Order], asks: Mapping[int, CardAsk]
) -> Move:
    order, ask = orders.get(_number(row, "order") or 0), asks.get(_number(row, "card") or 0)
    said = Words(zh=ask.what, en=ask.what) if ask and ask.what else None
    return Move(
        line=row,
        title=order.title if order else said,
        order=order.number if order else "",
        cost_fen=order.fen if order and _gives_back(account, row, order) else None,
    )


def _gives_back(account: str, row: PostingLine, order: Order) -> bool:
    """Tell whether a line is what came back to who paid an order out of what he had set aside."""
    paid_by = order.payer if order.way == "wallet" else ""
    return row.fen > 0 and account == paid_by and row.posting.reason == order.kind


def own_orders(
    *, actor: Actor, state: str, page: Page, now: datetime
) -> tuple[list[Order], int | None]:
    """Return a page of what somebody is asked to pay or has paid, the newest first."""
    wanted = OrdersWanted(payer=wallet(actor=actor, now=now), state=state)
    return money.orders(community=actor.community, wanted=wanted, page=page)


def own_order(*, actor: Actor, number: str, now: datetime) -> Order:
    """Return an order that somebody may see: his own, or one that is anybody's who knows it.

    :raises OrderNotFound: if it is another's, or there is none
    """
    row = money.order_numbered(community=actor.community, number=number)
    if row.payer and row.payer != wallet(actor=actor, now=now):
        raise money.OrderNotFound(order=number[:64])
    return row


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """An order for whoever knows its number, who asks for it, and by whom it can be paid."""

    order: Order
    estate: Words
    providers: Sequence[Provider]


def open_to_all(*, community: str, number: str) -> Known:
    """Return an order for whoever knows its number.

    :raises OrderNotFound: if there is none
    """
    row = money.order_numbered(community=community, number=number)
    estate = places.estate(community=community)
    return Known(
        order=row,
        estate=estate.name if estate else Words(zh="", en=""),
        providers=money.providers(community=community),
    )


def finance(*, actor: Actor) -> Finance:
    """Return what finance sees first."""
    return Finance(
        trial=money.trial_balance(community=actor.community),
        waiting=money.counts(community=actor.community),
    )


def accounts(
    *, actor: Actor, family: str, after: str, limit: int
) -> tuple[list[LedgerAccount], str | None]:
    """Return a page of the accounts of a family, and the cursor after it."""
    return money.accounts(community=actor.community, family=family, after=after, limit=limit)


def account_lines(*, actor: Actor, account: str, page: Page) -> tuple[list[Move], int | None]:
    """Return a page of the lines of any account."""
    return moves_of(community=actor.community, account=account, page=page)


def posting(*, actor: Actor, id: int) -> tuple[Posting, list[tuple[str, int]]] | None:
    """Return a posting with its lines, if there is one."""
    row = Posting.rows.of(actor.community).filter(pk=id).first()
    if row is None:
        return None
    lines = money.lines_of(community=actor.community, postings=[row])[row.pk]
    return row, [(line.account, line.fen) for line in lines]


def orders(*, actor: Actor, wanted: OrdersWanted, page: Page) -> tuple[list[Order], int | None]:
    """Return a page of orders."""
    return money.orders(community=actor.community, wanted=wanted, page=page)


def astray(*, actor: Actor, page: Page) -> tuple[list[Payment], int | None]:
    """Return a page of payments that wait for an order or for finance."""
    return money.astray(community=actor.community, page=page)


def income(*, community: str, start: date, end: date) -> list[Income]:
    """Return income by day and account, from a day until another (that day too), in its order.

    :raises TooManyDays: if these are more than three months
    """
    if not 0 <= (end - start).days < _MOST_DAYS:
        raise TooManyDays(most=_MOST_DAYS)
    zone = ZoneInfo(settings.TIME_ZONE)
    since = datetime.combine(start, time(), zone)
    until = datetime.combine(end + timedelta(days=1), time(), zone)
    rows = PostingLine.rows.of(community).filter(
        account__family="income", posting__at__gte=since, posting__at__lt=until
    )
    days = rows.annotate(day=TruncDate("posting__at", tzinfo=zone)).values("day", "account__code")
    found = days.annotate(all=Sum("fen"), lines=Count("id")).order_by("day", "account__code")
    return [
        Income(day=row["day"], account=row["account__code"], fen=row["all"], count=row["lines"])
        for row in found
    ]


class WalletOf(msgspec.Struct, frozen=True, kw_only=True):
    """Whose a wallet is (`about`: his home and his number, masked), what is left in it, and what
    of his is set aside.
    """

    subject: str
    account: str
    name: str
    about: Words
    fen: int
    held_fen: int


def wallets(*, actor: Actor, text: str) -> list[WalletOf]:
    """Return whose wallets fit a part of a name or a telephone, the best first, a few at most."""
    hits = search.search(community=actor.community, text=text, people=True)
    found = [hit for hit in hits if hit.kind in _HOLDERS][:_MOST_FOUND]
    return [_wallet_of(actor.community, hit) for hit in found]


def _wallet_of(community: str, hit: search.Hit) -> WalletOf:
    subject = f"{hit.kind}:{hit.id}"
    account = wallet_of(subject)
    held = money.holds(community=community, wallet=account)
    return WalletOf(
        subject=subject,
        account=account,
        name=hit.title[0],
        about=Words(zh=hit.subtitle[0], en=hit.subtitle[1]),
        fen=money.balance(community=community, account=account),
        held_fen=sum(one.left_fen for one in held),
    )


def providers_page(*, community: str, wanted: CodePage) -> tuple[list[Provider], str | None]:
    """Return a page of the providers by code, closed ones too, and the cursor after it."""
    return by_code(Provider.rows.of(community), wanted=wanted)


class Takers(msgspec.Struct, frozen=True, kw_only=True):
    """A page of who takes the card, what is owed to each by his code, and at which devices; and the
    cursor after it.
    """

    merchants: Sequence[Merchant]
    after: str | None
    owed: dict[str, int]
    terminals: Sequence[Terminal]


def takers(*, actor: Actor, wanted: CodePage) -> Takers:
    """Return a page of who takes the card by code."""
    found, after = by_code(Merchant.rows.of(actor.community), wanted=wanted)
    accounts = [f"share:merchant:{row.code}" for row in found]
    owed = LedgerAccount.rows.of(actor.community).filter(code__in=accounts)
    at = Terminal.rows.of(actor.community).filter(merchant__in=found)
    at = at.select_related("merchant").order_by("device")
    return Takers(
        merchants=found,
        after=after,
        owed={row.code.rpartition(":")[2]: row.fen for row in owed},
        terminals=list(at),
    )


def merchant(*, community: str, code: str) -> Merchant:
    """Return a merchant.

    :raises NoSuchMerchant: if there is none of this code
    """
    row: Merchant | None = Merchant.rows.of(community).filter(code=code).first()
    if row is None:
        raise NoSuchMerchant(merchant=code[:32])
    return row


def terminal(*, community: str, device: str) -> Terminal | None:
    """Return the terminal that a device is, if its merchant is open."""
    rows = Terminal.rows.of(community).filter(device=device, merchant__open=True)
    row: Terminal | None = rows.select_related("merchant").first()
    return row


def asked(*, community: str, device: str, ask: str) -> CardAsk | None:
    """Return what a terminal was answered under an id, if it asked."""
    row: CardAsk | None = CardAsk.rows.of(community).filter(device=device, ask=ask).first()
    return row


def credited_fen(*, community: str, device: str, now: datetime) -> int:
    """Return with how much a terminal rewarded today."""
    start = datetime.combine(_local(now).date(), time(), ZoneInfo(settings.TIME_ZONE))
    rows = CardAsk.rows.of(community).filter(device=device, kind="card.credit", ok=True)
    return int(rows.filter(at__gte=start).aggregate(all=Sum("fen"))["all"] or 0)


def _local(now: datetime) -> datetime:
    return now.astimezone(ZoneInfo(settings.TIME_ZONE))
