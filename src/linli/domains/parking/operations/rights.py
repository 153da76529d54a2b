"""Who may park by the month, and who stands on a list."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec
from django.db import IntegrityError, transaction

from linli.contracts.money import OrderPaid, OrderRefunded
from linli.contracts.parking import CarListed
from linli.domains.parking.models import Listed, Permit, PermitCar
from linli.domains.parking.operations import noting, prices
from linli.domains.parking.operations.minding import plate_of, reason_of
from linli.domains.parking.operations.prices import tell
from linli.domains.parking.queries import lots, rights
from linli.foundation import ids
from linli.foundation.identity.queries import Actor
from linli.foundation.money import queries as money
from linli.foundation.money.models import Order, OrderState
from linli.foundation.money.operations import ordering, refunding
from linli.foundation.outbox import operations as outbox
from linli.kernel.fault import Fault
from linli.kernel.words import Words

KIND = "parking_permit"
INCOME = "income:parking"
_MOST_MONTHS = 12


class BadPermit(Fault):
    """A permit has a car at least, and a place, and ends after it begins."""

    key = "parking.bad_permit"
    status = 422


class NobodyLivesThere(Fault):
    """A permit is to be of the home in a room, and the register knows none there."""

    key = "parking.nobody_lives_there"
    status = 422


class ListedAlready(Fault):
    key = "parking.listed_already"


class PermitEnded(Fault):
    key = "parking.permit_ended"


class NewPermit(msgspec.Struct, frozen=True, kw_only=True):
    """Cars that share so many places of a lot. Without `month_fen` it costs nothing to renew. Its
    household is named by its number, or by its `room`.
    """

    lot: str
    plates: Sequence[str]
    places: int = 1
    kind: str = "monthly"
    since: datetime
    until: datetime
    month_fen: int | None = None
    more_fen: int | None = None
    household: int | None = None
    owner: int | None = None
    room: str = ""
    note: str = ""


class Given(NamedTuple):
    """A permit, and the number of what waits for a second person, if it is to cost less."""

    permit: Permit
    waits: int | None


@transaction.atomic
def give(*, actor: Actor, permit: NewPermit, now: datetime) -> Given:
    """Let cars stand in a lot by the month; prices come from its tariff where none are said. One
    that is to cost less begins once a second person has let its price pass: until then it has no
    span.

    :raises LotNotFound, BadPlate: if there is none
    :raises BadPermit: if it makes no sense
    :raises NobodyLivesThere: if nobody lives in the room that it names
    """
    lot = lots.lot_of(actor=actor, code=permit.lot)
    plates = sorted({plate_of(one) for one in permit.plates})
    if not plates or permit.places < 1 or permit.until <= permit.since:
        raise BadPermit
    if not rights.of_community(
        community=actor.community, household=permit.household, owner=permit.owner
    ):
        raise BadPermit
    tariff = lots.tariff_of(lot=lot, now=now)
    monthly = tariff.monthly if tariff else None
    usual = prices.Month(
        month_fen=monthly.fen if monthly else 0, more_fen=monthly.more_fen if monthly else 0
    )
    wanted = prices.Month(
        month_fen=_or(permit.month_fen, usual.month_fen),
        more_fen=_or(permit.more_fen, usual.more_fen),
    )
    less = tariff is not None and (permit.kind == prices.FREE or wanted.below(usual))
    price = usual if less else wanted
    row = Permit(
        community=actor.community,
        lot=lot,
        kind=permit.kind,
        places=permit.places,
        month_fen=price.month_fen,
        more_fen=price.more_fen,
        household_id=_home(actor, permit.room) if permit.room else permit.household,
        owner_id=permit.owner,
        since=permit.since,
        until=permit.since if less else permit.until,
        note=permit.note[:120],
    )
    row.save(force_insert=True)
    PermitCar.rows.bulk_create(
        [PermitCar(community=actor.community, permit=row, plate=one) for one in plates]
    )
    tell(permit=row, step="given", by=actor.account, now=now)
    if not less:
        return Given(row, None)
    asked = prices.ask_permit(actor=actor, permit=row, price=wanted, until=permit.until, now=now)
    return Given(row, asked)


def _home(actor: Actor, room: str) -> int:
    found = rights.home_in(community=actor.community, room=room)
    if found is None:
        raise NobodyLivesThere
    return found


def _or(said: int | None, otherwise: int) -> int:
    return otherwise if said is None else said


@transaction.atomic
def change_cars(
    *, actor: Actor, permit: int, plates: Sequence[str], room: str = "", now: datetime
) -> Permit:
    """Say anew which cars share a permit, and whose home it is, where a `room` is said.

    :raises PermitNotFound, BadPlate: if there is none
    :raises BadPermit: if none is left
    :raises NobodyLivesThere: if nobody lives in that room
    """
    row = rights.permit_of(actor=actor, id=permit, lock=True)
    wanted = sorted({plate_of(one) for one in plates})
    if not wanted:
        raise BadPermit
    if room:
        row.household_id = _home(actor, room)
        row.save(update_fields=["household"])
    cars = PermitCar.rows.of(row.community).filter(permit=row)
    cars.exclude(plate__in=wanted).delete()
    there = set(cars.values_list("plate", flat=True))
    PermitCar.rows.bulk_create(
        [
            PermitCar(community=row.community, permit=row, plate=one)
            for one in wanted
            if one not in there
        ]
    )
    tell(permit=row, step="changed", by=actor.account, now=now)
    return row


def look(*, actor: Actor, permit: int, now: datetime) -> Permit:
    """Show a permit with its whole plates; that it was looked at is on record.

    :raises PermitNotFound: if there is none where the actor may act
    """
    row = rights.permit_of(actor=actor, id=permit)
    cars = rights.plates_of(community=actor.community, permits=[row])[row.pk]
    noting.looked(actor=actor, what=f"permit:{row.pk}", whole=cars, now=now)
    return row


@transaction.atomic
def end(*, actor: Actor, permit: int, now: datetime) -> Permit:
    """End a permit now; ended twice it is ended once.

    :raises PermitNotFound: if there is none
    """
    row = rights.permit_of(actor=actor, id=permit, lock=True)
    if row.ended_at is None:
        row.ended_at = now
        row.save(update_fields=["ended_at"])
        _drop_renewals(row)
        tell(permit=row, step="ended", by=actor.account, now=now)
    return row


def _drop_renewals(row: Permit) -> None:
    asked = Order.rows.of(row.community).filter(
        kind=KIND, about__startswith=f"permit:{row.pk}:", state=OrderState.OPEN
    )
    for order in asked:
        ordering.void(community=row.community, order=order.pk)


def month_fen(row: Permit, cars: int) -> int:
    """Return what a month of a permit costs with so many cars."""
    return int(row.month_fen + row.more_fen * max(0, cars - row.places))


@transaction.atomic
def ask_renewal(
    *, community: str, permit: int, months: int, payer: str = "", number: str = "", now: datetime
) -> Order:
    """Ask for some months more of a permit; when it is paid, it lasts so much longer. Under the
    same `number` it is one order.

    :raises PermitNotFound: if there is none
    :raises PermitEnded: if it was ended
    :raises BadPermit: for more than a year, or less than a month, or where it costs nothing
    """
    row = rights.permit(community=community, id=permit, lock=True)
    cars = PermitCar.rows.of(community).filter(permit=row).count()
    fen = month_fen(row, cars) * months
    if row.ended_at is not None:
        raise PermitEnded
    if not 1 <= months <= _MOST_MONTHS or fen <= 0:
        raise BadPermit
    return ordering.open_order(
        community=community,
        kind=KIND,
        about=f"permit:{row.pk}:{months}",
        title=Words(
            zh=f"{row.lot.name.zh} 月租 {months} 个月", en=f"{row.lot.name.en}: {months} months"
        ),
        payer=payer,
        payee=INCOME,
        fen=fen,
        expires_at=now + timedelta(minutes=30),
        number=number,
        now=now,
    )


@transaction.atomic
def renewed(fact: OrderPaid) -> None:
    """Let a permit last as many months longer as were paid for, once for each order; what was paid
    for one that was ended meanwhile goes back.
    """
    if fact.kind != KIND:
        return
    outbox.once(consumer="parking.renewal", fact=f"order:{fact.order}", deal=lambda: _renew(fact))


def _renew(fact: OrderPaid) -> None:
    _, number, months = fact.about.split(":")
    row = rights.permit(community=fact.community, id=int(number), lock=True)
    if row.ended_at is not None:
        refunding.refund(
            community=fact.community,
            order=fact.order,
            fen=fact.fen,
            reason="月租已停用，续费退回",
            key=f"permit:{row.pk}:order:{fact.order}:ended",
            cause=fact.id,
            now=fact.at,
        )
        return
    begins = max(row.until, fact.at) if row.until < fact.at else row.until
    row.until = later(begins, int(months))
    row.save(update_fields=["until"])
    tell(permit=row, step="renewed", by=None, now=fact.at)


@transaction.atomic
def unrenewed(fact: OrderRefunded) -> None:
    """Take from a permit the months that were given back, whole ones only, once for each refund."""
    if fact.kind != KIND:
        return
    outbox.once(
        consumer="parking.unrenewal", fact=f"refund:{fact.refund}", deal=lambda: _shorten(fact)
    )


def _shorten(fact: OrderRefunded) -> None:
    _, number, months = fact.about.split(":")
    whole = money.order(community=fact.community, id=fact.order).fen
    lost, before = (
        int(months) * fen // whole for fen in (fact.refunded_fen, fact.refunded_fen - fact.fen)
    )
    row = rights.permit(community=fact.community, id=int(number), lock=True)
    if lost == before or row.ended_at is not None:
        return
    row.until = max(row.since, later(row.until, before - lost))
    row.save(update_fields=["until"])
    tell(permit=row, step="shortened", by=fact.by, now=fact.at)


def later(at: datetime, months: int) -> datetime:
    """Return the same day some months later; the last of a month where it has no such day."""
    local = at.astimezone(lots.zone())
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    day = min(local.day, monthrange(year, month + 1)[1])
    return local.replace(year=year, month=month + 1, day=day)


@transaction.atomic
def list_car(
    *, actor: Actor, plate: str, colour: str, reason: str, until: datetime | None, now: datetime
) -> Listed:
    """Put a car onto the black list or the white one, and say why.

    :raises BadPlate, ReasonNeeded: without
    :raises ListedAlready: if it is on that list
    """
    row = Listed(
        community=actor.community,
        plate=plate_of(plate),
        colour=colour,
        reason=reason_of(reason),
        at=now,
        until=until,
        by_id=actor.account,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise ListedAlready from error
    _listed(row, actor, now, ended=False)
    return row


@transaction.atomic
def unlist(*, actor: Actor, listed: int, now: datetime) -> Listed:
    """Take a car off a list; taken off twice it is off.

    :raises ListedNotFound: if it is on none
    """
    row = rights.listed(community=actor.community, id=listed, lock=True)
    if row.ended_at is None:
        row.ended_at = now
        row.save(update_fields=["ended_at"])
        _listed(row, actor, now, ended=True)
    return row


def _listed(row: Listed, actor: Actor, now: datetime, *, ended: bool) -> None:
    outbox.record(
        CarListed(
            id=ids.new(),
            at=now,
            community=row.community,
            listed=row.pk,
            colour=row.colour,
            ended=ended,
            by=actor.account,
        )
    )
