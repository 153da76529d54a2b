"""Whose telephones ring, one rung after another, until somebody answers."""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from linli.contracts import notices
from linli.contracts.directory import communities
from linli.contracts.effects import Severity
from linli.contracts.sos import SosRung, SosUnanswered
from linli.domains.sos import logic, queries
from linli.domains.sos.models import Call, Ring
from linli.domains.sos.operations import recording
from linli.foundation import ids
from linli.foundation.passing import is_passing

log = logging.getLogger("linli.sos")


def tick(*, now: datetime) -> int:
    """Ring the next for every call of which the time has come; return how many. The time stands in
    the rows, so whoever starts after a crash goes on where it was.
    """
    return sum(
        _alone(community, call, now)
        for community in communities()
        for call in queries.due(community=community, now=now)
    )


def _alone(community: str, call: int, now: datetime) -> int:
    try:
        with transaction.atomic():
            return _due(queries.call(community=community, id=call, lock=True), now)
    except Exception as error:  # whatever is wrong with one call must not stop the next
        if is_passing(error):
            raise
        log.exception("call %s could not be moved on; the others go on", call)
        return 0


def _due(row: Call, now: datetime) -> int:
    if row.next_at is None or row.next_at > now:
        return 0
    late = row.state == logic.ANSWERED
    if late and not queries.was_said(row=row, what="not_there_yet"):
        recording.deed(row, "not_there_yet", now=now, by=row.answered_by_id)
    ring_next(row, now)
    row.save()
    return 1


def ring_next(row: Call, now: datetime) -> None:
    """Ring the next rung that has somebody, and set when the one after it is due. When all have
    rung the last rings again; the first time that is said. The row is not saved.
    """
    rungs, _ = queries.tree(community=row.community, place=row.place.path)
    for step in range(row.step + 1, len(rungs)):
        told = queries.helpers(row=row, rung=rungs[step], now=now)
        row.step = step
        _rung(row, step, rungs[step].whom, told, now)
        if told:
            row.next_at = now + timedelta(seconds=rungs[step].wait_s)
            return
    _ring_last(row, rungs, now)


def _ring_last(row: Call, rungs: tuple[logic.Rung, ...], now: datetime) -> None:
    if not row.unanswered and row.state == logic.RINGING:
        row.unanswered = True
        _unanswered(row, now)
    row.next_at = logic.after_last(started_at=row.started_at, now=now)
    if rungs and row.next_at is not None:
        told = queries.helpers(row=row, rung=rungs[-1], now=now)
        _rung(row, row.step, rungs[-1].whom, told, now)


def ring_here(row: Call, rang: frozenset[int], now: datetime) -> None:
    """Ring those too who would have been rung had the call begun at its place, as far as its tree
    has rung: the clock of who is next goes on. `rang` are those whose telephones did.
    """
    rungs, _ = queries.tree(community=row.community, place=row.place.path)
    for step, rung in enumerate(rungs[: row.step + 1]):
        told = [one for one in queries.helpers(row=row, rung=rung, now=now) if one not in rang]
        if told:
            _rung(row, step, rung.whom, told, now)
            rang |= set(told)


def _rung(row: Call, step: int, whom: str, told: list[int], now: datetime) -> None:
    rings = [
        Ring(community=row.community, call=row, step=step, account_id=account, at=now)
        for account in told
    ]
    Ring.rows.bulk_create(rings, ignore_conflicts=True)  # a telephone that rings again is one
    fact = SosRung(
        id=ids.new(),
        at=now,
        community=row.community,
        cause=row.cause or None,
        call=row.pk,
        place=row.place.path,
        step=step,
        whom=whom,
        told=tuple(told),
        test=row.test,
    )
    recording.deed(row, "rung", now=now, said={"whom": whom, "told": told})
    recording.tell(row, fact, "rung")


def _unanswered(row: Call, now: datetime) -> None:
    fact = SosUnanswered(
        id=ids.new(), at=now, community=row.community, cause=row.cause or None, call=row.pk,
        place=row.place.path,
    )  # fmt: skip
    recording.deed(row, "unanswered", now=now)
    recording.tell(row, fact, "unanswered")
    if row.test:
        return
    for to in ("manager", "supervisor"):
        notices.post(
            notices.Posting(
                community=row.community,
                to=to,
                place=row.place.path,
                text=recording.words("unanswered"),
                severity=Severity.CRITICAL,
                source=fact.id,
                link=f"/sos/{row.pk}",
                now=now,
            )
        )
