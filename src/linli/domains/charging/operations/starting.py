"""A charging is asked for, a connector is kept for somebody."""

from datetime import datetime, timedelta

import msgspec
from django.db import IntegrityError, transaction

from linli.domains.charging import queries
from linli.domains.charging.logic.tariffs import Tariff
from linli.domains.charging.models import (
    Connector,
    Reservation,
    Session,
    State,
)
from linli.domains.charging.operations import orders, purse, settling, sharing
from linli.foundation import ids
from linli.foundation.money.operations import NotEnough
from linli.kernel.fault import Fault

MOST_AT_ONCE = 3
KEPT_FOR = timedelta(minutes=15)
_NUMBER_SIGNS = 15


class ConnectorBusy(Fault):
    key = "charging.connector_busy"


class ConnectorKept(Fault):
    key = "charging.connector_kept"


class ConnectorOff(Fault):
    key = "charging.connector_off"


class TooMany(Fault):
    key = "charging.too_many"


class TooLittle(Fault):
    key = "charging.too_little"
    status = 402


class CodeUsed(Fault):
    """A code of a phone begins one charging; for another a fresh one is shown."""

    key = "charging.code_used"


class DoneBefore(Fault):
    """He wants it done before now."""

    key = "charging.done_before"
    status = 422


class Owes(Fault):
    key = "charging.owes"
    status = 402


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """Who wants to charge, and how he said so. `vehicle` is the car whose plate said it, `ask` the
    question of a device that asks, `code` which code of a phone he showed it, `transaction` how a
    charge point will call it that begins by itself; by `done_by` he wants `wants_wh`, where he said
    so.
    """

    person: int
    vehicle: int | None = None
    way: str
    ask: str = ""
    code: str = ""
    transaction: str = ""
    done_by: datetime | None = None
    wants_wh: int = 0
    by: int | None = None


def start(*, community: str, device: str, wish: Wish, now: datetime) -> Session:
    """Let somebody charge: money is set aside, the load is shared, the charger is told. Asked the
    same again by the same question it is one; the connector is his until it begins or does not.

    :raises queries.ConnectorNotFound: if the device shows none
    :raises ConnectorOff, ConnectorBusy, ConnectorKept: if he cannot charge there now
    :raises TooMany, Owes, TooLittle: if he may not
    :raises CodeUsed: if the code that he shows began another
    :raises DoneBefore: if he wants it done before now
    """
    if wish.done_by is not None and wish.done_by <= now:
        raise DoneBefore
    row, new = _open(community, device, wish, now)
    if new:
        sharing.share(community=community, site=row.connector.site_id, now=now)
        _tell(row, wish.by, now)
    return row


@transaction.atomic
def _open(community: str, device: str, wish: Wish, now: datetime) -> tuple[Session, bool]:
    connector = queries.connector(community=community, device=device, lock=True)
    known = queries.of_ask(connector=connector, ask=wish.ask) if wish.ask else None
    if known is not None:
        return known, False
    if wish.code and queries.code_used(community=community, code=wish.code):
        raise CodeUsed
    check_free(connector=connector, person=wish.person, now=now)
    row = opened(connector, wish=wish, now=now)
    if orders.takes_limit_at_start(row):
        row.flows_da = 0
        row.save(update_fields=["flows_da"])
    return row, True


@transaction.atomic
def _tell(row: Session, by: int | None, now: datetime) -> None:
    found = queries.session(community=row.community, number=row.number, lock=True)
    row.limit_da = found.limit_da
    if found.state == State.STARTING:
        found.flows_da = found.limit_da if orders.takes_limit_at_start(found) else None
        found.save(update_fields=["flows_da"])
        orders.begin(found, by=by, now=now)


def opened(
    connector: Connector, *, wish: Wish, state: State = State.STARTING, now: datetime
) -> Session:
    """Return a new charging whose money is set aside; the connector is locked by who calls.

    :raises TooMany, Owes, TooLittle, ConnectorBusy: as `start` says
    """
    check_may(community=connector.community, person=wish.person)
    tariff, _ = queries.tariff_of(site=connector.site, now=now)
    row = Session(
        community=connector.community,
        connector=connector,
        person_id=wish.person,
        vehicle_id=wish.vehicle,
        way=wish.way,
        number=new_number(),
        ask=wish.ask,
        code=wish.code,
        transaction=wish.transaction,
        state=state,
        tariff=msgspec.to_builtins(tariff),
        asked_at=now,
        done_by=wish.done_by,
        wants_wh=wish.wants_wh,
        cause=ids.new(),
    )
    row.bought = queries.package(
        community=row.community, person=wish.person, site=connector.site, now=now
    )
    if connector.site.pays == "hold":
        _fund(row, tariff, now)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise ConnectorBusy(connector=connector.label) from None
    return row


def check_may(*, community: str, person: int) -> None:
    """Refuse who has too many chargings under way, or owes for one.

    :raises TooMany, Owes: why he may not
    """
    running, owed = queries.counts(community=community, person=person)
    if running >= MOST_AT_ONCE:
        raise TooMany(most=MOST_AT_ONCE)
    if owed:
        raise Owes(yuan=f"{owed / 100:.2f}")


def check_funds(*, connector: Connector, person: int, now: datetime) -> None:
    """Refuse who has less than the least that must be set aside, and no package.

    :raises TooLittle: if he has
    """
    if connector.site.pays != "hold":
        return
    tariff, _ = queries.tariff_of(site=connector.site, now=now)
    there = purse.balance(community=connector.community, person=person)
    package = queries.package(
        community=connector.community, person=person, site=connector.site, now=now
    )
    if there < tariff.least_fen and package is None:
        raise TooLittle(yuan=f"{tariff.least_fen / 100:.2f}", there=f"{there / 100:.2f}")


def new_number() -> str:
    """Return a number that a charge point takes as a card (20 signs at most) and nobody guesses."""
    return f"LL{ids.new()[:_NUMBER_SIGNS].upper()}"


def _fund(row: Session, tariff: Tariff, now: datetime) -> None:
    """Set aside what the tariff says, or what there is; a package needs nothing beside it.

    :raises TooLittle: if there is less than the least
    """
    assert row.person_id is not None
    there = purse.balance(community=row.community, person=row.person_id)
    fen = min(there, tariff.hold_fen)
    if fen < tariff.least_fen and row.bought is None:
        raise TooLittle(yuan=f"{tariff.least_fen / 100:.2f}", there=f"{there / 100:.2f}")
    if fen <= 0:
        return
    try:
        with transaction.atomic():
            purse.set_aside(row, fen=fen, now=now)
    except NotEnough:
        raise TooLittle(yuan=f"{tariff.least_fen / 100:.2f}", there="") from None


def check_free(*, connector: Connector, person: int, now: datetime) -> None:
    """Refuse where somebody cannot charge at a connector now; what was kept for him there, and what
    is over there and was his, ends. The connector is locked by who calls.

    :raises ConnectorOff, ConnectorBusy, ConnectorKept: why he cannot
    """
    check_open(connector=connector)
    if not (connector.device.enabled and connector.device.online):
        raise ConnectorOff(connector=connector.label)
    if queries.open_at(connector=connector) is not None:
        raise ConnectorBusy(connector=connector.label)
    for over in queries.plugged_at(connector=connector):
        if over.person_id != person:
            raise ConnectorBusy(connector=connector.label)
        settling.gone(over, at=now, now=now)
    use_kept(connector=connector, person=person, now=now)


def check_open(*, connector: Connector) -> None:
    """Refuse where nothing is to begin: asked of the records as they are now, for a site may have
    been closed while its connector was waited for.

    :raises ConnectorOff: if the connector, or its site, is closed
    """
    if not queries.is_open(connector=connector):
        raise ConnectorOff(connector=connector.label)


def use_kept(*, connector: Connector, person: int, now: datetime) -> None:
    """Let what is kept of a connector end with its use.

    :raises ConnectorKept: if it is kept for another
    """
    kept = queries.reservation(connector=connector, now=now)
    if kept is not None and kept.person_id != person:
        raise ConnectorKept(connector=connector.label)
    Reservation.rows.of(connector.community).filter(connector=connector).delete()


@transaction.atomic
def reserve(*, community: str, device: str, person: int, now: datetime) -> Reservation:
    """Keep a connector for somebody for a quarter of an hour, in the place of the one kept before.

    :raises queries.ConnectorNotFound: if the device shows none
    :raises ConnectorOff, ConnectorBusy, ConnectorKept: if it cannot be kept
    :raises Owes, TooMany: if he may not
    """
    connector = queries.connector(community=community, device=device, lock=True)
    check_may(community=community, person=person)
    kept = queries.reservation(connector=connector, now=now)
    if kept is not None and kept.person_id == person:
        return kept
    check_free(connector=connector, person=person, now=now)
    rows = Reservation.rows.of(community)
    rows.filter(person=person).delete()
    return Reservation.rows.create(
        community=community,
        connector=connector,
        person_id=person,
        from_at=now,
        until=now + KEPT_FOR,
    )


@transaction.atomic
def cancel(*, community: str, person: int) -> int:
    """Keep nothing for somebody any more; return whether something was."""
    return Reservation.rows.of(community).filter(person=person).delete()[0]
