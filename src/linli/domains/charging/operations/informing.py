"""Whoever charged is told, on his own page and his telephone: that it is over and what it came to,
that staying plugged in will cost something, that it does. Each once, in the transaction of what is
told; who has no account is told nothing.
"""

from datetime import datetime, timedelta

from linli.contracts import notices
from linli.contracts.charging import (
    ChargingOverstays,
    ChargingSettled,
    ChargingStopped,
    StopReason,
)
from linli.contracts.effects import Severity
from linli.domains.charging import queries
from linli.domains.charging.logic import informing, pricing
from linli.domains.charging.logic.informing import Cost, Stay, Step
from linli.domains.charging.logic.pricing import Proof
from linli.domains.charging.models import Session
from linli.foundation import ids
from linli.foundation.outbox import operations as outbox
from linli.kernel.words import Words

_NEWS = timedelta(minutes=10)
"""No telephone rings for what is told later than this: it stands on the page."""


def over(row: Session, *, fact: ChargingStopped, fee_fen: int, now: datetime) -> None:
    """Tell that a charging is over whose plug is still in; its row is saved by who calls."""
    stay = _stay(row)
    begun = stay is not None and stay.costs_from <= now
    row.told = Step.IDLE if begun else Step.OVER
    text = informing.over(
        where=_where(row),
        reason=StopReason(row.reason),
        energy_wh=row.energy_wh,
        fee_fen=fee_fen,
        stay=stay,
        now=now,
    )
    _post(row, fact.id, text, notices.CHARGED, now)


def settled(row: Session, *, fact: ChargingSettled, proof: Proof, now: datetime) -> None:
    """Tell what a charging came to; also why it is over, where he was not told before."""
    cost = Cost(
        fee_fen=row.fee_fen,
        idle_fen=sum(line.fen for line in proof.lines if line.what == "idle"),
        back_fen=row.refunded_fen,
        due_fen=row.due_fen,
    )
    if row.told:
        _post(row, fact.id, informing.settled(where=_where(row), cost=cost), "", now)
        return
    text = informing.ended(
        where=_where(row), reason=StopReason(row.reason), energy_wh=row.energy_wh, cost=cost
    )
    _post(row, fact.id, text, notices.CHARGED, now)


def failed(row: Session, *, fact: ChargingStopped, now: datetime) -> None:
    """Tell that a charging did not begin. Who gave it up himself is not rung for it."""
    reason = StopReason(row.reason)
    text = informing.failed(where=_where(row), reason=reason, back_fen=row.refunded_fen)
    _post(row, fact.id, text, "" if reason == StopReason.USER else notices.CHARGED, now)


def stays(row: Session, *, now: datetime) -> None:
    """Tell of a charging that is over and still plugged in what is due now, if anything is; its
    row is locked by who calls.
    """
    stay = _stay(row)
    if stay is None or row.ended_at is None:
        return
    step = informing.due(told=row.told, ended_at=row.ended_at, costs_from=stay.costs_from, now=now)
    if step is None:
        return
    row.told = step
    row.save(update_fields=["told"])
    fact = ChargingOverstays(
        id=ids.new(),
        at=now,
        community=row.community,
        cause=row.cause or None,
        session=row.pk,
        device=row.connector.device.code,
        costs_from=stay.costs_from,
        begun=step is Step.IDLE,
    )
    outbox.record(fact)
    say = informing.idles if step is Step.IDLE else informing.soon
    _post(row, fact.id, say(where=_where(row), stay=stay, now=now), notices.UNPLUG, now)


def _stay(row: Session) -> Stay | None:
    """Return from when staying costs something; None where it never does."""
    assert row.ended_at is not None
    idle = queries.tariff_at_start(row).idle
    since = pricing.idles_from(idle, ended_at=row.ended_at)
    return None if idle is None or since is None else Stay(idle=idle, costs_from=since)


def _where(row: Session) -> Words:
    name, label = row.connector.site.name, row.connector.label
    return Words(zh=f"{name.zh} {label}", en=f"{name.en} {label}")


def _post(row: Session, source: str, text: Words, rings: str, now: datetime) -> None:
    account = row.person.account_id if row.person is not None else None
    if account is None:
        return
    late = row.told == "" and row.ended_at is not None and now - row.ended_at > _NEWS
    grave = row.reason in informing.DANGERS
    notices.post(
        notices.Posting(
            community=row.community,
            to=f"account:{account}",
            place=row.connector.site.place.path,
            text=text,
            severity=Severity.MAJOR if grave else Severity.MINOR,
            source=source,
            link=f"/my/charging/{row.number}",
            now=now,
            rings="" if late else rings,
        )
    )
