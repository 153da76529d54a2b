"""What a driver pays, by which way, and what he gets back. Money moves in the ledger only."""

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from linli.contracts.money import Line, OrderPaid, OrderRefunded
from linli.contracts.parking import StayPaid
from linli.domains.parking.models import Booking, Paid, Stay
from linli.domains.parking.operations import arms, staying
from linli.domains.parking.queries import known as knowing
from linli.domains.parking.queries import pricing, stays
from linli.foundation import ids
from linli.foundation.identity.queries import Actor
from linli.foundation.money import queries as money
from linli.foundation.money.models import Order
from linli.foundation.money.operations import ordering, refunding
from linli.foundation.money.operations.posting import NotEnough
from linli.foundation.outbox import operations as outbox
from linli.kernel.fault import Fault
from linli.kernel.words import Words

KIND = "parking"
INCOME = "income:parking"
PAY_WITHIN = timedelta(minutes=15)


def drop_orders(*, stay: Stay) -> None:
    """Take back what somebody is asked to pay for a stay, where nothing is asked for any more."""
    order = money.open_order(community=stay.community, kind=KIND, about=f"stay:{stay.pk}")
    if order is not None:
        ordering.void(community=stay.community, order=order.pk)


class NothingDue(Fault):
    key = "parking.nothing_due"


def wallet_of(person: int) -> str:
    """Return the account of somebody's wallet."""
    return f"wallet:person:{person}"


def ask(*, stay: Stay, payer: str = "", now: datetime) -> Order:
    """Ask for what a stay costs now; asked again for the same sum, it is one order.

    :raises NothingDue: if nothing is left to pay
    """
    due = pricing.due(stay=stay, now=now).due_fen
    if due <= 0:
        raise NothingDue
    return ordering.open_order(
        community=stay.community,
        kind=KIND,
        about=f"stay:{stay.pk}",
        title=Words(
            zh=f"{stay.lot.name.zh} 停车费 {_car(stay)}",
            en=f"{stay.lot.name.en}: parking {_car(stay)}",
        ),
        payer=payer,
        payee=INCOME,
        fen=due,
        shares=_shares(stay, due),
        expires_at=now + PAY_WITHIN,
        cause=stay.cause,
        now=now,
    )


def asked(*, stay: Stay, now: datetime) -> Order | None:
    """Return what somebody is asked to pay for a stay already and may be paying now."""
    order = money.open_order(community=stay.community, kind=KIND, about=f"stay:{stay.pk}")
    return order if order is not None and now < order.expires_at else None


def _car(stay: Stay) -> str:
    return f"#{stay.pk}"


def _shares(stay: Stay, fen: int) -> list[Line]:
    """Return what of a fee goes to the neighbour who lends his place."""
    if stay.booking is None:
        return []
    row = Booking.rows.of(stay.community).select_related("loan").filter(pk=stay.booking).first()
    if row is None or row.loan is None:
        return []
    part = fen * row.loan.share_percent // 100
    return [Line(f"share:person:{row.loan.owner_id}", part)] if part else []


@transaction.atomic
def paid(fact: OrderPaid) -> None:
    """Write down that an order for a stay was paid, once; the arm rises for a car that waits."""
    if fact.kind == KIND:
        stay = _paid(fact)
        go_on(stay=stay, now=fact.at)


@transaction.atomic
def refunded(fact: OrderRefunded) -> None:
    """Take from a stay what went back of an order; told again, nothing."""
    row = Paid.rows.of(fact.community).select_for_update().filter(order=fact.order).first()
    if fact.kind != KIND or row is None or fact.refunded_fen <= row.refunded_fen:
        return
    stay = stays.stay(community=fact.community, id=row.stay_id, lock=True)
    back = fact.refunded_fen - row.refunded_fen
    stay.paid_fen -= back
    row.refunded_fen = fact.refunded_fen
    row.save(update_fields=["refunded_fen"])
    if stay.left_at is not None:
        staying.forgive(stay, fen=back)
    stay.save()


def _paid(fact: OrderPaid) -> Stay:
    number = int(fact.about.removeprefix("stay:"))
    stay = stays.stay(community=fact.community, id=number, lock=True)
    _, new = Paid.rows.of(fact.community).get_or_create(
        community=fact.community,
        order=fact.order,
        defaults={"stay": stay, "fen": fact.fen, "way": fact.way, "at": fact.at},
    )
    if not new:
        return stay
    stay.paid_fen += fact.fen
    stay.paid_at = fact.at
    stay.leave_by = fact.at + timedelta(minutes=stay.lot.leave_minutes)
    if stay.left_at is not None and not stay.settled:
        settled = staying.weigh if stay.proof else partial(staying.settle, at=stay.left_at)
        settled(stay)
    stay.save()
    outbox.record(
        StayPaid(
            id=ids.new(),
            at=fact.at,
            community=fact.community,
            cause=fact.id,
            stay=stay.pk,
            order=fact.order,
            fen=fact.fen,
            way=fact.way,
            leave_by=stay.leave_by.timestamp(),
            place=stay.lot.where,
        )
    )
    return stay


def may_by_wallet(*, stay: Stay, due_fen: int, now: datetime) -> bool:
    """Tell whether the owner of a car lets its fee be taken from his wallet, and it is there."""
    if due_fen <= 0:
        return False
    wallet = _wallet(stay, now)
    if not wallet:
        return False
    return money.balance(community=stay.community, account=wallet) >= due_fen


def _wallet(stay: Stay, now: datetime) -> str:
    """Return the wallet of whoever wishes that it pays, while the car is his; or nothing."""
    wish = knowing.wish(community=stay.community, plate=stay.plate, at=now)
    if wish is None or not wish.pay_by_wallet:
        return ""
    people = knowing.persons_of(community=stay.community, account=wish.account_id)
    return wallet_of(people[0].pk) if people else ""


def by_wallet(*, stay: Stay, due_fen: int, now: datetime) -> bool:
    """Take the fee of a car at the lane from its owner's wallet, in the commit of its leaving; tell
    whether it was there. Whoever else asked for an order of the same sum pays nothing.
    """
    wallet = _wallet(stay, now)
    if not wallet:
        return False
    try:
        with transaction.atomic():
            order = ask(stay=stay, payer=wallet, now=now)
            pay(stay=stay, order=order, wallet=wallet, by=None, now=now)
    except NotEnough:
        return False
    return True


def pay(*, stay: Stay, order: Order, wallet: str, by: int | None, now: datetime) -> Order:
    """Pay an order for a stay out of a wallet: the money and the stay's row are one commit.

    :raises NotEnough: if there is less in the wallet
    """
    done = ordering.pay_from_wallet(
        community=stay.community, order=order.pk, wallet=wallet, by=by, now=now
    )
    _paid(fact_of(done, now))
    return done


def go_on(*, stay: Stay, now: datetime) -> None:
    """Let a car go that paid while it stood at the lane; what it paid too much goes back."""
    stay.refresh_from_db()
    arms.let_out(stay=stay, now=now)
    give_back(stay=stay, now=now)


def fact_of(order: Order, now: datetime) -> OrderPaid:
    """Return the fact that an order was paid, for the commit in which it became true."""
    return OrderPaid(
        id=order.fact,
        at=now,
        community=order.community,
        order=order.pk,
        kind=order.kind,
        about=order.about,
        fen=order.fen,
        way=order.way,
    )


@transaction.atomic
def at_booth(*, actor: Actor, stay: int, now: datetime) -> Stay:
    """Take the fee of a stay in cash, at the booth.

    :raises StayNotFound: if there is none where the actor may act
    :raises NothingDue: if nothing is left to pay
    """
    row = stays.stay_of(actor=actor, id=stay, lock=True)
    order = ask(stay=row, now=now)
    done = ordering.take_cash(community=actor.community, order=order.pk, by=actor.account, now=now)
    _paid(fact_of(done, now))
    go_on(stay=row, now=now)
    row.refresh_from_db()
    return row


def give_back(*, stay: Stay, now: datetime, by: int | None = None) -> int:
    """Give back what was paid beyond the fee of a stay that is over, the last payment first; return
    how much. Asked again it is given once. Where a person's word made it too much (`by`), a second
    person must let a large sum pass first.
    """
    left = stay.paid_fen - stay.fee_fen if stay.left_at and stay.entered_at else 0
    if left <= 0:
        return 0
    given = 0
    rows = Paid.rows.of(stay.community).filter(stay=stay).select_for_update()
    for row in rows.order_by("-pk"):
        part = min(left - given, row.fen - row.refunded_fen)
        if part <= 0:
            continue
        done = refunding.refund(
            community=stay.community,
            order=row.order,
            fen=part,
            reason="停车费多收退回",
            key=f"stay:{stay.pk}:order:{row.order}:over:{row.refunded_fen}",
            by=by,
            cause=stay.cause,
            now=now,
        )
        if done.refund is None:
            break
        row.refunded_fen += part
        row.save(update_fields=["refunded_fen"])
        given += part
    if given:
        stay.paid_fen -= given
        stay.save(update_fields=["paid_fen"])
    return given
