"""A charging is over, whoever charged is gone, and it is paid."""

from datetime import datetime, timedelta

import msgspec

from linli.contracts.charging import ChargingSettled, ChargingStopped, StopReason
from linli.domains.charging import queries
from linli.domains.charging.logic import metering, pricing
from linli.domains.charging.logic.pricing import Proof
from linli.domains.charging.models import Bought, Connector, Session, State
from linli.domains.charging.operations import informing, purse
from linli.foundation import ids
from linli.foundation.outbox import operations as outbox

_WATTS_PER_DA = 230 * 3 // 10
"""What a tenth of an ampere on three phases gives."""


def metered(row: Session, connector: Connector) -> metering.Metered:
    """Return the readings of a charging that count."""
    readings = [(float(at), int(wh)) for at, wh in row.meter]
    return metering.steady(readings, most_w=most_w(connector))


def most_w(connector: Connector) -> int:
    """Return what a connector can give at most, W, on three phases."""
    return max(1, connector.most_da * _WATTS_PER_DA)


def so_far(row: Session, connector: Connector) -> Proof:
    """Return the proof of what a charging costs so far, idling and packages aside."""
    found = metered(row, connector)
    tariff = queries.tariff_at_start(row)
    return pricing.charged(tariff, found.readings, most_w=row.most_w)


def finish(row: Session, *, at: datetime, reason: StopReason, now: datetime) -> None:
    """End a charging; its row is locked by who calls. Its energy is final. Where staying plugged in
    costs something, it is settled when whoever charged is gone.
    """
    row.ended_at = max(at, row.started_at or at)
    row.reason = row.reason or reason
    row.energy_wh = metered(row, row.connector).energy_wh
    row.power_w = 0
    row.state = State.PLUGGED
    tariff = queries.tariff_at_start(row)
    unplugged = row.reason in {StopReason.UNPLUGGED, StopReason.ORPHANED, StopReason.CHARGER}
    at_once = tariff.idle is None or unplugged or row.offline
    fact = _stopped(row, now)
    if not at_once:
        informing.over(row, fact=fact, fee_fen=_expected_fen(row), now=now)
    row.save()
    outbox.record(fact)
    if at_once:
        gone(row, at=row.ended_at, now=now)


def gone(row: Session, *, at: datetime, now: datetime) -> None:
    """Settle a charging whose charger is free again since `at`; its row is locked by who calls."""
    if row.state != State.PLUGGED or row.ended_at is None:
        return
    row.gone_at = max(at, row.ended_at)
    tariff = queries.tariff_at_start(row)
    proof = _covered(row, so_far(row, row.connector), now)
    idle = pricing.idled(tariff.idle, ended_at=row.ended_at, gone_at=row.gone_at)
    proof = pricing.with_line(proof, idle)
    row.proof = [msgspec.to_builtins(line) for line in proof.lines]
    row.fee_fen = proof.total_fen
    row.state, row.settled_at = State.SETTLED, now
    purse.pay(row, row.connector.site, now=now)
    row.refunded_fen = max(0, row.held_fen - row.fee_fen)
    row.save()
    fact = ChargingSettled(
        id=ids.new(),
        at=now,
        community=row.community,
        cause=row.cause or None,
        session=row.pk,
        device=row.connector.device.code,
        fee_fen=row.fee_fen,
        refunded_fen=row.refunded_fen,
    )
    outbox.record(fact)
    informing.settled(row, fact=fact, proof=proof, now=now)


def fail(row: Session, *, reason: StopReason, now: datetime) -> None:
    """Give up a charging that never began: all that was set aside goes back."""
    row.state, row.reason = State.FAILED, row.reason or reason
    row.ended_at = row.settled_at = now
    row.refunded_fen = row.held_fen
    purse.give_back(row, now=now)
    row.save()
    fact = _stopped(row, now)
    outbox.record(fact)
    informing.failed(row, fact=fact, now=now)


def idle_most(row: Session) -> timedelta:
    """Return for how long after the end it may go on costing something: then it is settled."""
    idle = queries.tariff_at_start(row).idle
    if idle is None or idle.minute_fen <= 0:
        return timedelta(0)
    paid = timedelta(minutes=-(-idle.most_fen // idle.minute_fen))
    return timedelta(seconds=idle.grace_s) + paid + timedelta(hours=12)


def _expected_fen(row: Session) -> int:
    """Return what a charging that is over comes to when whoever charged leaves in time; a package
    is not touched.
    """
    proof = so_far(row, row.connector)
    if row.bought_id is None:
        return proof.total_fen
    package = Bought.rows.of(row.community).get(pk=row.bought_id)
    left = package.left_wh if package.refunded_at is None else 0
    return pricing.covered(proof, left_wh=left)[0].total_fen


def _covered(row: Session, proof: Proof, now: datetime) -> Proof:
    """Let a package pay what it holds."""
    if row.bought_id is None:
        return proof
    rows = Bought.rows.of(row.community).select_for_update()
    package = rows.get(pk=row.bought_id)
    left = package.left_wh if package.refunded_at is None else 0
    found, taken_wh = pricing.covered(proof, left_wh=left)
    if taken_wh:
        package.left_wh -= taken_wh
        package.save(update_fields=["left_wh"])
    return found


def _stopped(row: Session, now: datetime) -> ChargingStopped:
    return ChargingStopped(
        id=ids.new(),
        at=now,
        community=row.community,
        cause=row.cause or None,
        session=row.pk,
        device=row.connector.device.code,
        reason=StopReason(row.reason),
        energy_wh=row.energy_wh,
    )
