"""What people do with alarms, and what time does."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from linli.contracts.alarms import AlarmAcknowledged, AlarmShelved
from linli.foundation import ids
from linli.foundation.outbox import operations as outbox
from linli.kernel.event import Event
from linli.registry.alarms import logic, queries
from linli.registry.alarms.models import Alarm
from linli.registry.alarms.operations import facts
from linli.registry.alarms.operations.storms import hand_over_lead


@transaction.atomic
def acknowledge(
    *, community: str, alarm: int, by: int, seen: Sequence[str] = (), now: datetime
) -> Alarm:
    """Someone has seen it. Where the trouble has gone already, that closes it.

    :raises queries.AlarmNotFound: if there is none where this person may look
    :raises logic.AlreadyAcknowledged, logic.OnTheShelf, logic.AlreadyClosed: if that cannot be
    """
    row = queries.alarm(community=community, id=alarm, seen=seen, lock=True)
    logic.check(verb="acknowledge", state=row.state, alarm=alarm)
    row.acknowledged_by_id, row.acknowledged_at = by, now
    told: list[Event] = [
        AlarmAcknowledged(
            id=ids.new(), at=now, community=community, cause=row.effect, alarm=alarm, by=by
        )
    ]
    _rest(row, by=by, now=now)
    row.save()
    if row.state == "closed":
        told.append(facts.closed(row, cause=told[0].id, by=by, now=now))
    outbox.record_all(told)
    return row


@transaction.atomic
def shelve(
    *,
    community: str,
    alarm: int,
    minutes: int,
    reason: str,
    by: int,
    seen: Sequence[str] = (),
    now: datetime,
) -> Alarm:
    """Put an alarm out of sight for a time, at most a day.

    :raises queries.AlarmNotFound: if there is none where this person may look
    :raises logic.BadShelf, logic.BadReason: if it is for too long, or nobody says why
    :raises logic.AlreadyShelved, logic.NothingToShelve, logic.AlreadyClosed: if that cannot be
    """
    row = queries.alarm(community=community, id=alarm, seen=seen, lock=True)
    logic.check(verb="shelve", state=row.state, alarm=alarm)
    logic.check_shelf(minutes=minutes, reason=reason)
    row.state, row.shelved_by_id = "shelved", by
    row.shelved_until, row.shelve_reason = now + timedelta(minutes=minutes), reason
    row.save()
    outbox.record(
        AlarmShelved(
            id=ids.new(),
            at=now,
            community=community,
            cause=row.effect,
            alarm=alarm,
            by=by,
            until=row.shelved_until.timestamp(),
            reason=reason,
        )
    )
    return row


@transaction.atomic
def unshelve(*, community: str, alarm: int, seen: Sequence[str] = (), now: datetime) -> Alarm:
    """Put an alarm back in sight, as it is by now.

    :raises queries.AlarmNotFound: if there is none where this person may look
    :raises logic.NotShelved, logic.AlreadyClosed: if it is not on the shelf
    """
    row = queries.alarm(community=community, id=alarm, seen=seen, lock=True)
    logic.check(verb="unshelve", state=row.state, alarm=alarm)
    row.shelved_until = None
    _rest(row, by=None, now=now)
    row.save()
    told: list[Event] = [facts.unshelved(row, now=now)]
    if row.state == "closed":
        told.append(facts.closed(row, cause=told[0].id, by=None, now=now))
    outbox.record_all(told)
    return row


@transaction.atomic
def close(
    *, community: str, alarm: int, reason: str, by: int, seen: Sequence[str] = (), now: datetime
) -> Alarm:
    """Close an alarm for good. While the trouble is there, it must be said why.

    :raises queries.AlarmNotFound: if there is none where this person may look
    :raises logic.CloseNeedsReason, logic.BadReason: if nothing is said of a trouble still there
    :raises logic.AlreadyClosed: if it is closed
    """
    row = queries.alarm(community=community, id=alarm, seen=seen, lock=True)
    logic.check(verb="close", state=row.state, alarm=alarm)
    logic.check_close(active=row.active, reason=reason, alarm=alarm)
    row.state, row.closed_at, row.closed_by_id = "closed", now, by
    row.close_reason, row.shelved_until, row.flapping_since = reason, None, None
    row.save()
    hand_over_lead(row)
    outbox.record(facts.closed(row, cause=None, by=by, now=now))
    return row


def _rest(row: Alarm, *, by: int | None, now: datetime) -> None:
    there = row.active or row.flapping_since is not None
    row.state = logic.resting(there=there, acknowledged=row.acknowledged_at is not None)
    if row.state == "closed":
        row.closed_at, row.closed_by_id = now, by
        hand_over_lead(row)


def unshelve_due(*, community: str, now: datetime) -> int:
    """Put back in sight what was shelved until now; return how many."""
    due = queries.shelved_until(community=community, now=now)
    for alarm in due:
        unshelve(community=community, alarm=alarm, now=now)
    return len(due)


def settle_flapping(*, community: str, now: datetime) -> int:
    """Let go the flapping alarms that have been calm for a time; return how many."""
    calm = queries.calm_since(community=community, since=now - logic.CALM)
    for alarm in calm:
        _settle(community, alarm, now)
    return len(calm)


@transaction.atomic
def _settle(community: str, alarm: int, now: datetime) -> None:
    row = queries.alarm(community=community, id=alarm, lock=True)
    row.flapping_since = None
    if row.state != "shelved":
        _rest(row, by=None, now=now)
    row.save()
    told: list[Event] = [] if row.active else [facts.gone(row, cause=row.effect, now=now)]
    if row.state == "closed":
        told.append(facts.closed(row, cause=row.effect, by=None, now=now))
    outbox.record_all(told)
