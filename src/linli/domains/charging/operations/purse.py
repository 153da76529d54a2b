"""Who pays for a charging and how: set aside, taken, given back, asked for."""

from datetime import datetime, timedelta

from django.db import transaction

from linli.domains.charging.models import Session, Site
from linli.foundation.money import operations as money
from linli.foundation.money import queries as ledger
from linli.kernel.words import Words

KIND = "charging"
PACKAGE = "charging.package"
_INCOME = "income:charging"
_TO_PAY = timedelta(days=30)
_DEBT_LASTS = timedelta(days=3650)
"""What was charged and not paid is owed until it is paid: who owes charges no more, so that he must
always be able to pay.
"""


def wallet(person: int) -> str:
    """Return the wallet of a person."""
    return f"wallet:person:{person}"


def balance(*, community: str, person: int) -> int:
    """Return what is in the wallet of a person, fen."""
    return ledger.balance(community=community, account=wallet(person))


def set_aside(row: Session, *, fen: int, now: datetime) -> None:
    """Take an amount out of the wallet for a charging, until it is known what it costs.

    :raises money.NotEnough: if there is less in it
    """
    assert row.person_id is not None
    hold = money.hold(
        community=row.community,
        wallet=wallet(row.person_id),
        what=KIND,
        fen=fen,
        key=f"charging:{row.number}",
        about=row.number,
        cause=row.cause,
        now=now,
    )
    row.hold, row.held_fen = hold.pk, fen


def give_back(row: Session, *, now: datetime) -> None:
    """Give back all that was set aside."""
    if row.hold is not None:
        money.release(community=row.community, hold=row.hold, cause=row.cause, now=now)


def pay(row: Session, site: Site, *, now: datetime) -> None:
    """Let a charging be paid: out of what was set aside, the rest out of the wallet or by order."""
    taken = min(row.fee_fen, row.held_fen)
    if taken and row.hold is not None:
        order = money.capture(
            community=row.community,
            hold=row.hold,
            fen=taken,
            kind=KIND,
            title=_title(site),
            payee=_INCOME,
            cause=row.cause,
            now=now,
        )
        row.paid_order = order.pk
    else:
        give_back(row, now=now)
    rest = row.fee_fen - taken
    if rest:
        _ask(row, site, rest, now)


def _ask(row: Session, site: Site, fen: int, now: datetime) -> None:
    order = money.open_order(
        community=row.community,
        kind=KIND,
        about=row.number,
        title=_title(site),
        payer=wallet(row.person_id) if row.person_id else "",
        payee=_INCOME,
        fen=fen,
        expires_at=now + _DEBT_LASTS,
        cause=row.cause,
        now=now,
    )
    row.order, row.due_fen = order.pk, fen
    if row.person_id and _pays(row, order.pk, now):
        row.due_fen = 0


def _pays(row: Session, order: int, now: datetime) -> bool:
    """Tell whether the wallet paid it: where there is less in it, nothing was done."""
    try:
        with transaction.atomic():
            money.pay_from_wallet(community=row.community, order=order, now=now)
    except money.NotEnough:
        return False
    return True


def pay_package(
    *, community: str, person: int, number: int, title: Words, fen: int, now: datetime
) -> int:
    """Pay a package out of a wallet; return the number of the order.

    :raises money.NotEnough: if there is less in it
    """
    order = money.open_order(
        community=community,
        kind=PACKAGE,
        about=f"package:{number}",
        title=title,
        payer=wallet(person),
        payee=_INCOME,
        fen=fen,
        expires_at=now + _TO_PAY,
        now=now,
    )
    money.pay_from_wallet(community=community, order=order.pk, now=now)
    return order.pk


def _title(site: Site) -> Words:
    return Words(zh=f"充电 {site.name.zh}", en=f"charging at {site.name.en}")
