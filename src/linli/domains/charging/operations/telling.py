"""What a charge point tells of its transactions: each is taken once, however late it comes."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import transaction

from linli.contracts.charging import ChargingStarted, StopReason
from linli.domains.charging import queries
from linli.domains.charging.logic import metering, tariffs
from linli.domains.charging.models import Connector, Session, State
from linli.domains.charging.operations import settling, sharing, starting
from linli.domains.charging.ports import holder_of_card
from linli.foundation import ids
from linli.foundation.outbox import operations as outbox
from linli.kernel.fault import Fault
from linli.kernel.port import Unanswered


class UnknownCard(Fault):
    key = "charging.unknown_card"
    status = 404


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """A transaction that a charge point began for a card; `at` by its own clock."""

    device: str
    transaction: str
    card: str
    at: datetime
    meter_wh: int | None = None


class Over(msgspec.Struct, frozen=True, kw_only=True):
    """A transaction that is over; what is known of its start, where that was not heard here."""

    device: str
    transaction: str
    at: datetime
    card: str = ""
    meter_wh: int | None = None
    reason: str = ""
    readings: Sequence[metering.Reading] = ()
    started_at: datetime | None = None
    meter_start_wh: int | None = None


_REASONS = {
    "EVDisconnected": StopReason.UNPLUGGED,
    "EmergencyStop": StopReason.FAULT,
    "GroundFault": StopReason.FAULT,
    "OvercurrentFault": StopReason.OVERCURRENT,
    "EnergyLimitReached": StopReason.FULL,
    "SOCLimitReached": StopReason.FULL,
    "StoppedByEV": StopReason.FULL,
    "TimeLimitReached": StopReason.OVERTIME,
    "HardReset": StopReason.CHARGER,
    "SoftReset": StopReason.CHARGER,
    "Reboot": StopReason.CHARGER,
    "ImmediateReset": StopReason.CHARGER,
    "PowerLoss": StopReason.CHARGER,
    "DeAuthorized": StopReason.CHARGER,
}
"""Of OCPP 1.6 (7.32) and 2.0.1 (ReasonEnumType); what stands not here is a wish."""
_LATE_S = 120.0


def authorize(*, community: str, device: str, card: str, now: datetime) -> None:
    """Say whether a card may begin to charge; nothing is set aside yet.

    :raises UnknownCard: if it is nobody's
    :raises starting.Owes, starting.TooMany, starting.TooLittle: if he may not now
    """
    connector = queries.connector(community=community, device=device)
    own = queries.open_at(connector=connector)
    if own is not None and own.number.casefold() == card.casefold():
        return
    person = holder(community, card)
    if own is not None and own.person_id == person:
        return
    starting.check_may(community=community, person=person)
    starting.check_funds(connector=connector, person=person, now=now)


def began(*, community: str, told: Begun, now: datetime) -> Session:
    """A charge point began: it is on record from then on, paid for or not. Told twice it is one.

    Where the charge point says the same connector began something else before, that was left
    behind by a restart, and ends with what was last heard of it.

    :raises UnknownCard: if the card is nobody's: it is on record, and must end
    :raises starting.Owes, starting.TooMany, starting.TooLittle: if he may not: likewise
    """
    row, refusal = _began(community, told, now)
    sharing.share(community=community, site=row.connector.site_id, now=now)
    if refusal is not None:
        raise refusal
    return row


@transaction.atomic
def _began(community: str, told: Begun, now: datetime) -> tuple[Session, Fault | None]:
    connector = queries.connector(community=community, device=told.device, lock=True)
    known = queries.of_transaction(connector=connector, transaction=told.transaction)
    if known is not None:
        return known, None
    open_ = queries.open_at(connector=connector, lock=True)
    state = State.CHARGING
    refusal: Fault | None = None
    if open_ is not None and open_.number.casefold() == told.card.casefold():
        row = open_
    else:
        if open_ is not None:
            state = _make_room(open_, told, now)
        row, refusal = _for_card(connector, told.card, state, now)
    for over in queries.plugged_at(connector=connector):
        settling.gone(over, at=min(told.at, now), now=now)
    _begin(row, told, state, now)
    return row, refusal


def _make_room(open_: Session, told: Begun, now: datetime) -> State:
    """End what is open at a connector where another began, unless the other is the late one."""
    if open_.state == State.STARTING:
        settling.fail(open_, reason=StopReason.NOT_STARTED, now=now)
        return State.CHARGING
    assert open_.started_at is not None
    if told.at < open_.started_at:
        return State.LATE
    heard = metering.moment(open_.meter[-1][0]) if open_.meter else open_.started_at
    settling.finish(open_, at=min(heard, told.at), reason=StopReason.ORPHANED, now=now)
    return State.CHARGING


def _for_card(
    connector: Connector, card: str, state: State, now: datetime
) -> tuple[Session, Fault | None]:
    """Return a charging for a card, and why it must end where it may not be."""
    person: int | None = None
    try:
        person = holder(connector.community, card)
        wish = starting.Wish(person=person, way="card")
        return starting.opened(connector, wish=wish, state=state, now=now), None
    except Fault as fault:
        return _unfunded(connector, person, now), fault


def _unfunded(connector: Connector, person: int | None, now: datetime) -> Session:
    """Return a charging that runs, whoever pays: what it costs is asked for afterwards."""
    tariff, _ = queries.tariff_of(site=connector.site, now=now)
    return Session(
        community=connector.community,
        connector=connector,
        person_id=person,
        way="charger",
        number=starting.new_number(),
        tariff=msgspec.to_builtins(tariff),
        asked_at=now,
        cause=ids.new(),
    )


def _begin(row: Session, told: Begun, state: State, now: datetime) -> None:
    row.state, row.transaction, row.started_at = state, told.transaction, told.at
    row.heard_at = now
    row.offline = (now - told.at).total_seconds() > _LATE_S
    row.meter = [] if told.meter_wh is None else [[told.at.timestamp(), told.meter_wh]]
    row.limit_da = None
    if row.waiting_since is None:
        row.running_since = row.running_since or now
    row.save()
    announce(row, now)


def announce(row: Session, now: datetime) -> None:
    """Tell that a charging began."""
    outbox.record(
        ChargingStarted(
            id=ids.new(),
            at=now,
            community=row.community,
            cause=row.cause or None,
            session=row.pk,
            device=row.connector.device.code,
            way=row.way,
        )
    )


@transaction.atomic
def measured(
    *,
    community: str,
    device: str,
    transaction_: str,
    readings: Sequence[metering.Reading],
) -> None:
    """Keep readings that were told late: last values know the newest only.

    Of what is settled, or unknown, they tell nothing any more.
    """
    connector = queries.connector(community=community, device=device)
    row = queries.of_transaction(connector=connector, transaction=transaction_, lock=True)
    if row is None or row.state not in {State.CHARGING, State.LATE}:
        return
    add(row, readings)
    row.save(update_fields=["meter", "energy_wh"])


def add(row: Session, readings: Sequence[metering.Reading]) -> None:
    """Add readings to those of a charging; not saved."""
    tariff = queries.tariff_at_start(row)
    kept = [(float(at), int(wh)) for at, wh in row.meter]
    for reading in sorted(readings):
        before = kept[-2:][0][0] if kept else reading[0]
        boundary = tariffs.next_boundary(tariff, metering.moment(before)).timestamp()
        kept = metering.added(kept, reading, boundary=boundary)
    row.meter = [[at, wh] for at, wh in kept]
    row.energy_wh = settling.metered(row, row.connector).energy_wh


def ended(*, community: str, told: Over, now: datetime) -> Session | None:
    """A charge point ended: it is settled by the register of its end. Told twice, or after we
    settled it ourselves, nothing changes; None where nothing is known of it.
    """
    row = _ended(community, told, now)
    if row is not None:
        sharing.share(community=community, site=row.connector.site_id, now=now)
    return row


@transaction.atomic
def _ended(community: str, told: Over, now: datetime) -> Session | None:
    connector = queries.connector(community=community, device=told.device, lock=True)
    row = queries.of_transaction(connector=connector, transaction=told.transaction, lock=True)
    if row is None:
        row = _never_heard(connector, told, now)
    if row is None or row.state not in {State.CHARGING, State.LATE}:
        return row
    readings = list(told.readings)
    if told.meter_wh is not None:
        readings.append((_end_at(row, told.at, told.meter_wh, now), told.meter_wh))
    add(row, readings)
    row.offline = row.offline or (now - told.at).total_seconds() > _LATE_S
    reason = _REASONS.get(told.reason, StopReason.USER)
    settling.finish(row, at=told.at, reason=reason, now=now)
    return row


def _end_at(row: Session, at: datetime, meter_wh: int, now: datetime) -> float:
    """Return when the register of an end was reached: as told, unless it cannot have been so early.

    A charge point whose clock was set back while it charged must not charge for nothing.
    """
    if not row.meter:
        return at.timestamp()
    last_at, last_wh = float(row.meter[-1][0]), int(row.meter[-1][1])
    needs_s = 3600 * (meter_wh - last_wh) / settling.most_w(row.connector)
    soonest = min(last_at + needs_s, now.timestamp())
    return max(at.timestamp(), soonest)


def _never_heard(connector: Connector, told: Over, now: datetime) -> Session | None:
    """Return a charging whose start we never heard, where its end says when and with what."""
    if told.started_at is None or told.meter_start_wh is None:
        return None
    person: int | None = None
    try:
        person = holder(connector.community, told.card) if told.card else None
    except UnknownCard:
        person = None
    row = _unfunded(connector, person, now)
    begun = Begun(
        device=told.device,
        transaction=told.transaction,
        card=told.card,
        at=told.started_at,
        meter_wh=told.meter_start_wh,
    )
    _begin(row, begun, State.LATE, now)
    return row


def holder(community: str, card: str) -> int:
    """Return whose card it is.

    :raises UnknownCard: if it is nobody's
    """
    try:
        person = holder_of_card(community, card)
    except Unanswered:
        person = None
    if person is None:
        raise UnknownCard
    return person
