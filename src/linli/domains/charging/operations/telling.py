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
from linli.domains.charging.operations.cards import CARD, UnknownCard, whose
from linli.foundation import ids
from linli.foundation.outbox import operations as outbox
from linli.kernel.fault import Fault


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """A transaction that a charge point began for a card, or `by` VIN for a car; `at` by its own
    clock.
    """

    device: str
    transaction: str
    card: str
    at: datetime
    meter_wh: int | None = None
    by: str = CARD


class Over(msgspec.Struct, frozen=True, kw_only=True):
    """A transaction that is over; what is known of its start, where that was not heard here.
    `payer` is the card that it was for, where the charge point says so.
    """

    device: str
    transaction: str
    at: datetime
    card: str = ""
    meter_wh: int | None = None
    reason: str = ""
    readings: Sequence[metering.Reading] = ()
    started_at: datetime | None = None
    meter_start_wh: int | None = None
    payer: str = ""

    @property
    def took(self) -> bool:
        """Whether anything was charged, as far as is said."""
        return self.meter_wh is not None and self.meter_wh > (self.meter_start_wh or 0)


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
    **{reason.value: reason for reason in StopReason},
}
"""Of OCPP 1.6 (7.32) and 2.0.1 (ReasonEnumType), and our own; what stands not here is a wish."""
_LATE_S = 120.0
_NOT_BEGUN = (State.STARTING, State.FAILED)


def began(*, community: str, told: Begun, now: datetime) -> Session:
    """A charge point began: it is on record from then on, paid for or not. Told twice it is one.

    Where the charge point says the same connector began something else before, that was left
    behind by a restart, and ends with what was last heard of it.

    :raises UnknownCard: if the card is nobody's: it is on record, and must end
    :raises starting.Owes, starting.TooMany, starting.TooLittle, starting.ConnectorKept,
        starting.ConnectorOff: if he may not: likewise
    """
    row, refusal = _began(community, told, now)
    sharing.share(community=community, site=row.connector.site_id, now=now)
    if refusal is not None:
        raise refusal
    return row


@transaction.atomic
def _began(community: str, told: Begun, now: datetime) -> tuple[Session, Fault | None]:
    connector = queries.connector(community=community, device=told.device, lock=True)
    known = queries.of_transaction(connector=connector, transaction=told.transaction, lock=True)
    if known is not None and known.state not in _NOT_BEGUN:
        return known, None
    open_ = queries.open_at(connector=connector, lock=True)
    state = State.CHARGING
    refusal: Fault | None = None
    if open_ is not None and _is_asked_for(open_, told):
        row = open_
    else:
        if open_ is not None:
            state = _make_room(open_, told, now)
        person = None if known is None else _set_free(known)
        row, refusal = _for_card(connector, told, state, now, person=person)
    for over in queries.plugged_at(connector=connector):
        settling.gone(over, at=min(told.at, now), now=now)
    _begin(row, told, state, now)
    return row, refusal


def _is_asked_for(open_: Session, told: Begun) -> bool:
    """Tell whether what began is what waits at its connector: by our number, or by its own. A pile
    that we told to begin, and whose line forgot our number meanwhile, says neither.
    """
    if not told.card and not open_.transaction and open_.way != CARD:
        return True
    return open_.number.casefold() == told.card.casefold() or open_.transaction == told.transaction


def _set_free(known: Session) -> int | None:
    """Take its transaction from a charging that was given up, and yet began; return whose it is."""
    known.transaction = ""
    known.save(update_fields=["transaction"])
    return known.person_id


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
    connector: Connector, told: Begun, state: State, now: datetime, *, person: int | None
) -> tuple[Session, Fault | None]:
    """Return a charging for a card, or for whom it is known to be, and why it must end where it may
    not be. What is told late is not measured by who the connector is kept for now.
    """
    at_once = state is State.CHARGING and not _is_late(told.at, now)
    person = person or _whose(connector, told.card, told.by)
    try:
        if at_once:
            starting.check_open(connector=connector)
        if person is None:
            raise UnknownCard
        if at_once:
            starting.use_kept(connector=connector, person=person, now=now)
        wish = starting.Wish(person=person, way=told.by)
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
    row.offline = _is_late(told.at, now)
    row.meter = [] if told.meter_wh is None else [[told.at.timestamp(), told.meter_wh]]
    row.limit_da, row.limit_order, row.limit_at, row.limit_held = None, "", None, False
    if row.waiting_since is None:
        row.running_since = row.running_since or now
    row.save()
    announce(row, now)


def _is_late(at: datetime, now: datetime) -> bool:
    return (now - at).total_seconds() > _LATE_S


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
        row = _never_heard(connector, told, now, person=None)
    elif row.state in _NOT_BEGUN:
        row = _begun_by_its_end(row, told, now)
    if row is None or row.state not in {State.CHARGING, State.LATE}:
        return row
    row.person_id = row.person_id or _whose(connector, told.payer)
    readings = list(told.readings)
    if told.meter_wh is not None:
        readings.append((_end_at(row, told.at, told.meter_wh, now), told.meter_wh))
    add(row, readings)
    row.offline = row.offline or _is_late(told.at, now)
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


def _begun_by_its_end(row: Session, told: Over, now: datetime) -> Session | None:
    """Return what becomes of a charging whose start was not heard: nothing, where it took nothing;
    else it began, also where it was given up meanwhile.
    """
    if not told.took:
        if row.state == State.STARTING:
            settling.fail(row, reason=StopReason.NOT_STARTED, now=now)
        return row
    if row.state == State.FAILED:
        return _never_heard(row.connector, told, now, person=_set_free(row))
    begun = Begun(
        device=told.device,
        transaction=told.transaction,
        card="",
        at=told.started_at or told.at,
        meter_wh=told.meter_start_wh,
    )
    _begin(row, begun, State.CHARGING, now)
    return row


def _never_heard(
    connector: Connector, told: Over, now: datetime, *, person: int | None
) -> Session | None:
    """Return a charging whose start we never heard, where its end says when and with what, and that
    it took something.
    """
    if told.started_at is None or told.meter_start_wh is None or not told.took:
        return None
    row = _unfunded(connector, person or _whose(connector, told.payer or told.card), now)
    begun = Begun(
        device=told.device,
        transaction=told.transaction,
        card=told.card,
        at=told.started_at,
        meter_wh=told.meter_start_wh,
    )
    _begin(row, begun, State.LATE, now)
    return row


def _whose(connector: Connector, tag: str, by: str = CARD) -> int | None:
    """Return whose card or car it is; None if nobody's, or none was said."""
    try:
        return whose(connector.community, tag, by) if tag else None
    except UnknownCard:
        return None
