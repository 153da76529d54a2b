"""Every read of money."""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from linli.contracts.money import Line
from linli.foundation import sealing
from linli.foundation.money import logic
from linli.foundation.money.models import (
    Difference,
    Hold,
    LedgerAccount,
    Order,
    OrderState,
    Payment,
    PaymentState,
    Posting,
    PostingLine,
    Provider,
    Reconciliation,
    Refund,
    RefundState,
)
from linli.foundation.money.ports import Speaks, Wire, adapters
from linli.kernel.fault import Fault

KEY = "money.provider"
"""For what the keys of providers are sealed."""


class OrderNotFound(Fault):
    key = "money.order_not_found"
    status = 404


class HoldNotFound(Fault):
    key = "money.hold_not_found"
    status = 404


class ProviderNotFound(Fault):
    key = "money.provider_not_found"
    status = 404


class PaymentNotFound(Fault):
    key = "money.payment_not_found"
    status = 404


class RefundNotFound(Fault):
    key = "money.refund_not_found"
    status = 404


class DifferenceNotFound(Fault):
    key = "money.difference_not_found"
    status = 404


class DayNotFound(Fault):
    key = "money.day_not_found"
    status = 404


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of a list: `before` is the cursor of the page before."""

    before: int | None = None
    limit: int = 50


class OrdersWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which orders; what is left empty does not narrow."""

    kind: str = ""
    about: str = ""
    state: str = ""
    payer: str = ""
    number: str = ""


def balance(*, community: str, account: str) -> int:
    """Return the balance of an account in fen, a credit positive; 0 where there is none yet."""
    row = LedgerAccount.rows.of(community).filter(code=account).first()
    return row.fen if row else 0


def accounts(
    *, community: str, family: str = "", after: str = "", limit: int = 500
) -> tuple[list[LedgerAccount], str | None]:
    """Return a page of the accounts, by code, and the cursor after it; of a family alone.

    :param after: the cursor of the page before
    """
    rows = LedgerAccount.rows.of(community).filter(code__gt=after)
    rows = rows.filter(family=family) if family else rows
    found = list(rows.order_by("code")[: limit + 1])
    return found[:limit], found[limit - 1].code if len(found) > limit else None


def paid_out_alone(*, community: str, account: str, reason: str, since: datetime) -> int:
    """Return how many fen single persons paid out of an account since a time."""
    rows = PostingLine.rows.of(community).filter(
        account__code=account, posting__reason=reason, posting__cause="", posting__at__gte=since
    )
    return -int(rows.aggregate(all=Sum("fen"))["all"] or 0)


def trial_balance(*, community: str) -> dict[str, int]:
    """Return what each family of accounts comes to, in fen; together it is nothing."""
    rows = LedgerAccount.rows.of(community).values("family").annotate(all=Sum("fen"))
    found = {row["family"]: int(row["all"]) for row in rows.order_by("family")}
    return {name: found.get(name, 0) for name in logic.FAMILIES}


def statement(*, community: str, account: str, page: Page) -> tuple[list[PostingLine], int | None]:
    """Return a page of the lines of an account, the newest first, and the cursor after it."""
    rows = PostingLine.rows.of(community).filter(account__code=account).select_related("posting")
    return _paged(rows, page)


def postings(*, community: str, about: str = "", page: Page) -> tuple[list[Posting], int | None]:
    """Return a page of postings with their lines, the newest first, and the cursor after it."""
    rows = Posting.rows.of(community)
    rows = rows.filter(about=about) if about else rows
    found, after = _paged(rows, page)
    return found, after


def lines_of(*, community: str, postings: Sequence[Posting]) -> dict[int, list[Line]]:
    """Return the lines of some postings."""
    rows = PostingLine.rows.of(community).filter(posting__in=[one.pk for one in postings])
    found: dict[int, list[Line]] = {}
    for row in rows.select_related("account").order_by("id"):
        found.setdefault(row.posting_id, []).append(Line(row.account.code, row.fen))
    return found


def order(*, community: str, id: int, lock: bool = False) -> Order:
    """Return an order.

    :raises OrderNotFound: if there is none of this number
    """
    rows: QuerySet[Order] = Order.rows.of(community).filter(pk=id)
    row = (rows.select_for_update() if lock else rows).first()
    if row is None:
        raise OrderNotFound(order=id)
    return row


def order_numbered(*, community: str, number: str, lock: bool = False) -> Order:
    """Return the order of a number.

    :raises OrderNotFound: if there is none
    """
    row = find_numbered(community=community, number=number, lock=lock)
    if row is None:
        raise OrderNotFound(order=number[:64])
    return row


def find_numbered(*, community: str, number: str, lock: bool = False) -> Order | None:
    """Return the order of a number, if there is one."""
    rows: QuerySet[Order] = Order.rows.of(community).filter(number=number)
    return (rows.select_for_update() if lock else rows).first()


def open_order(*, community: str, kind: str, about: str) -> Order | None:
    """Return the open order for a thing, locked, if there is one."""
    rows: QuerySet[Order] = Order.rows.of(community).select_for_update()
    return rows.filter(kind=kind, about=about, state=OrderState.OPEN).first()


def orders(*, community: str, wanted: OrdersWanted, page: Page) -> tuple[list[Order], int | None]:
    """Return a page of orders, the newest first, and the cursor after it."""
    rows = Order.rows.of(community)
    said = {name: value for name, value in msgspec.structs.asdict(wanted).items() if value}
    return _paged(rows.filter(**said), page)


def hold(*, community: str, id: int, lock: bool = False) -> Hold:
    """Return a hold.

    :raises HoldNotFound: if there is none of this number
    """
    rows: QuerySet[Hold] = Hold.rows.of(community).filter(pk=id)
    row = (rows.select_for_update() if lock else rows).first()
    if row is None:
        raise HoldNotFound(hold=id)
    return row


def hold_keyed(*, community: str, key: str) -> Hold | None:
    """Return the hold of a key, if there is one."""
    row: Hold | None = Hold.rows.of(community).filter(key=key).first()
    return row


def holds(*, community: str, wallet: str = "") -> list[Hold]:
    """Return what is set aside now, the oldest first: at most 500."""
    rows = Hold.rows.of(community).filter(open=True)
    rows = rows.filter(wallet=wallet) if wallet else rows
    return list(rows.order_by("at", "id")[:500])


def provider(*, community: str, code: str, closed: bool = False) -> Provider:
    """Return the provider of a code that is open; one that is closed too, if wanted.

    :raises ProviderNotFound: if there is none
    """
    row: Provider | None = Provider.rows.of(community).filter(code=code).first()
    if row is None or not (row.open or closed):
        raise ProviderNotFound(provider=code[:32])
    return row


def providers(*, community: str, closed: bool = False) -> list[Provider]:
    """Return the providers; those that are closed too, if wanted."""
    rows = Provider.rows.of(community)
    return list((rows if closed else rows.filter(open=True)).order_by("code"))


def providers_of_days(*, community: str, since: date) -> list[Provider]:
    """Return the providers whose days are held against ours: those that are open, and those that
    were closed on a day since then, or by which money came since.
    """
    rows = Provider.rows.of(community)
    came = Payment.rows.of(community).filter(provider=OuterRef("pk"), told_at__date__gte=since)
    late = Q(set_at__date__gte=since) | Q(Exists(came))
    return list(rows.filter(Q(open=True) | late).order_by("code"))


def wire(row: Provider) -> Wire:
    """Return the line to a provider, its key opened."""
    return Wire(url=row.url, app=row.app, key=sealing.open_sealed(bytes(row.key), use=KEY))


def speaks(row: Provider) -> Speaks:
    """Return how a provider is spoken with."""
    return adapters()[row.adapter][1]


def payment_numbered(*, provider: Provider, number: str, lock: bool = False) -> Payment | None:
    """Return the payment of a provider's number, if there is one."""
    rows: QuerySet[Payment] = Payment.rows.of(provider.community)
    rows = rows.filter(provider=provider, number=number)
    return (rows.select_for_update() if lock else rows).first()


def payment(*, community: str, id: int, lock: bool = False) -> Payment:
    """Return a payment.

    :raises PaymentNotFound: if there is none of this number
    """
    rows = Payment.rows.of(community)
    rows = rows.select_for_update(of=("self",)) if lock else rows
    row: Payment | None = rows.select_related("provider").filter(pk=id).first()
    if row is None:
        raise PaymentNotFound(payment=id)
    return row


def payment_of(order: Order) -> Payment | None:
    """Return the payment by a provider that paid an order, if one did."""
    rows = Payment.rows.of(order.community).filter(order=order, state=PaymentState.TAKEN)
    row: Payment | None = rows.select_related("provider").first()
    return row


def early(*, community: str, number: str) -> list[Payment]:
    """Return what came for an order before it, locked, the first first."""
    rows = Payment.rows.of(community).select_for_update(of=("self",)).select_related("provider")
    return list(rows.filter(order_number=number, state=PaymentState.EARLY).order_by("id"))


def astray(*, community: str, page: Page) -> tuple[list[Payment], int | None]:
    """Return a page of payments that wait for an order or for somebody of finance."""
    rows = Payment.rows.of(community).select_related("provider", "order")
    return _paged(rows.filter(state__in=(PaymentState.ASTRAY, PaymentState.EARLY)), page)


def refund(*, community: str, id: int, lock: bool = False) -> Refund:
    """Return a refund.

    :raises RefundNotFound: if there is none of this number
    """
    rows = Refund.rows.of(community)
    rows = rows.select_for_update(of=("self",)) if lock else rows
    found = rows.select_related("provider", "payment", "order").filter(pk=id).first()
    if found is None:
        raise RefundNotFound(refund=id)
    return found


def refund_keyed(*, community: str, key: str) -> Refund | None:
    """Return the refund of a key, if there is one."""
    row: Refund | None = Refund.rows.of(community).filter(key=key).first()
    return row


def refunds(*, community: str, page: Page) -> tuple[list[Refund], int | None]:
    """Return a page of refunds, the newest first, and the cursor after it."""
    rows = Refund.rows.of(community).select_related("order", "payment", "provider", "by")
    return _paged(rows, page)


def refunds_due(*, now: datetime, most: int, busy: Sequence[int]) -> list[Refund]:
    """Return refunds to be sent now: of each provider that is not `busy` the oldest."""
    rows = Refund.rows.across("the post carries for all communities")
    rows = rows.filter(state=RefundState.GOING, next_at__lte=now).exclude(provider__in=busy)
    rows = rows.select_related("provider", "payment").order_by("next_at", "id")
    found: dict[int, Refund] = {}
    for row in rows[: most * 4]:
        found.setdefault(int(row.provider_id or 0), row)
    return list(found.values())[:most]


def days_due(*, now: datetime, most: int, busy: Sequence[int]) -> list[Reconciliation]:
    """Return days whose lists are asked for now: of each provider that is not `busy` the first."""
    rows = Reconciliation.rows.across("the post carries for all communities")
    rows = rows.filter(done=False, next_at__lte=now).exclude(provider__in=busy)
    rows = rows.select_related("provider").order_by("day", "id")
    found: dict[int, Reconciliation] = {}
    for row in rows[: most * 4]:
        found.setdefault(row.provider_id, row)
    return list(found.values())[:most]


def reconciliation(*, community: str, id: int) -> Reconciliation:
    """Return a day of a provider, locked.

    :raises DayNotFound: if there is none of this number
    """
    rows = Reconciliation.rows.of(community).select_for_update(of=("self",))
    row: Reconciliation | None = rows.select_related("provider").filter(pk=id).first()
    if row is None:
        raise DayNotFound(day=id)
    return row


def days(*, community: str, page: Page) -> tuple[list[Reconciliation], int | None]:
    """Return a page of reconciled days, the newest first, and the cursor after it."""
    return _paged(Reconciliation.rows.of(community).select_related("provider"), page)


def differences(
    *, community: str, open_only: bool, page: Page
) -> tuple[list[Difference], int | None]:
    """Return a page of differences, the newest first, and the cursor after it."""
    rows = Difference.rows.of(community).select_related("reconciliation__provider", "settled_by")
    rows = rows.filter(settled_at=None, mended=False) if open_only else rows
    return _paged(rows, page)


def difference(*, community: str, id: int) -> Difference:
    """Return a difference, locked.

    :raises DifferenceNotFound: if there is none of this number
    """
    rows = Difference.rows.of(community).select_for_update(of=("self",))
    row: Difference | None = rows.filter(pk=id).first()
    if row is None:
        raise DifferenceNotFound(difference=id)
    return row


def of_day(
    *, provider: Provider, start: datetime, end: datetime
) -> tuple[list[Payment], list[Refund]]:
    """Return payments and refunds of a provider that were done in a span, by its own clock."""
    payments = Payment.rows.of(provider.community).filter(
        provider=provider, paid_at__gte=start, paid_at__lt=end
    )
    refunds = Refund.rows.of(provider.community).filter(
        provider=provider, state=RefundState.DONE, done_at__gte=start, done_at__lt=end
    )
    return list(payments), list(refunds)


def counts(*, community: str) -> dict[str, int]:
    """Return how many things wait for somebody of finance."""
    stray = Payment.rows.of(community).filter(state=PaymentState.ASTRAY).count()
    early = Payment.rows.of(community).filter(state=PaymentState.EARLY).count()
    differ = Difference.rows.of(community).filter(settled_at=None, mended=False).count()
    failed = Refund.rows.of(community).filter(state=RefundState.FAILED).count()
    going = Refund.rows.of(community).filter(state=RefundState.GOING).count()
    held = Hold.rows.of(community).filter(open=True).count()
    return {"astray": stray, "early": early, "differences": differ, "refunds_failed": failed,
            "refunds_going": going, "holds": held}  # fmt: skip


def _paged(rows: QuerySet, page: Page) -> tuple[list, int | None]:  # type: ignore[type-arg]
    before = Q() if page.before is None else Q(pk__lt=page.before)
    found = list(rows.filter(before).order_by("-pk")[: page.limit + 1])
    return found[: page.limit], found[page.limit - 1].pk if len(found) > page.limit else None
