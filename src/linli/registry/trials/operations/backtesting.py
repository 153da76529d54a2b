"""Back-tests asked for, run one at a time, and their reports kept."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Max, Q

from linli.registry.trials import backtests
from linli.registry.trials.models import BackTest
from linli.registry.trials.operations.proposing import keep
from linli.registry.trials.refusals import (
    BackTestEnded,
    BadSpanOfDays,
    Interrupted,
    TooManyWait,
)

MOST_DAYS = 90
MOST_ATTEMPTS = 2
SILENT = timedelta(minutes=1)
"""Of a runner that is not heard for so long it is taken that it ended."""
_MOST_WAITING = 20
_MOST_OF_ONE = 3
_KEPT = 200
_NEVER = datetime.min.replace(tzinfo=UTC)


@transaction.atomic
def ask(*, community: str, toml: str, days: int, by: int, now: datetime) -> BackTest:
    """Ask for a back-test of a text; the same one that waits or runs already is that one.

    :raises Fault: if the text does not load
    :raises BadSpanOfDays: unless it is to look back 1 to 90 days
    :raises TooManyWait: if too many wait, in all or of this person
    """
    if not 1 <= days <= MOST_DAYS:
        raise BadSpanOfDays(days=days, most=MOST_DAYS)
    scene = backtests.draft(toml=toml)
    rows = BackTest.rows.of(community)
    unfinished = rows.filter(state__in=["waiting", "running"], purpose="backtest")
    same = unfinished.filter(toml=toml, days=days).first()
    if same is not None:
        return same
    own = unfinished.filter(asked_by=by)
    for most, waiting in ((_MOST_OF_ONE, own), (_MOST_WAITING, unfinished)):
        if waiting.count() >= most:
            raise TooManyWait(most=most)
    _forget(community)
    row = BackTest(
        community=community, scene=scene.id, toml=toml, days=days, asked_by_id=by, at=now
    )
    row.save()
    return row


def _forget(community: str) -> None:
    """Let go of the oldest, so that a bounded number is kept."""
    rows = BackTest.rows.of(community)
    ended = rows.filter(state__in=["done", "failed", "cancelled"]).order_by("-pk")
    old = list(ended.values_list("pk", flat=True)[_KEPT : _KEPT * 2])
    if old:
        rows.filter(pk__in=old).delete()


def claim(*, run: str, now: datetime) -> tuple[str, int] | None:
    """Take the one whose turn it is, of any community: (community, number). None waits, or one runs
    already: None.

    What people ask goes before searches; of those the community's that had its turn longest ago.

    :param run: a word that no other runner has; who has another has no say in what becomes of it
    """
    rows = BackTest.rows.across("one back-test runs at a time, whoever asked")
    if rows.filter(state="running").exists():
        return None
    waiting = list(rows.filter(state="waiting").values_list("purpose", "community", "pk"))
    if not waiting:
        return None
    turns = dict(rows.values_list("community").annotate(Max("started_at")))
    _, community, number = min(
        waiting, key=lambda one: (one[0] != "backtest", turns[one[1]] or _NEVER, one[2])
    )
    taken = BackTest.rows.of(community).filter(pk=number, state="waiting")
    try:
        with transaction.atomic():
            done = taken.update(
                state="running",
                run=run,
                beat_at=now,
                started_at=now,
                progress=0.0,
                attempts=F("attempts") + 1,
            )
    except IntegrityError:
        return None
    return (community, number) if done else None


def beat(*, community: str, id: int, run: str, now: datetime) -> bool:
    """Say that a runner is still at it; tell whether it is to go on: nobody has cancelled it, nor
    has it been given to another.
    """
    return bool(_running(community, id, run).update(beat_at=now))


def progress(*, community: str, id: int, run: str, share: float) -> None:
    """Say how much of a running one is done, from 0 to 1."""
    _running(community, id, run).update(progress=min(1.0, max(0.0, share)))


@transaction.atomic
def finish(*, community: str, id: int, run: str, report: Mapping[str, Any], now: datetime) -> None:
    """Keep the report of a running one, and what a search proposes. One that was cancelled or given
    to another meanwhile stays so.
    """
    row = _running(community, id, run).select_for_update().first()
    if row is None:
        return
    row.state, row.progress, row.report, row.ended_at = "done", 1.0, dict(report), now
    row.save()
    if row.purpose == "proposal" and report.get("proposal"):
        keep(community=community, scene=row.scene, found=report["proposal"], now=now)


def fail(
    *, community: str, id: int, run: str, key: str, values: Mapping[str, Any], now: datetime
) -> None:
    """Say why a running one came to nothing."""
    _running(community, id, run).update(
        state="failed", error=key, error_values=dict(values), ended_at=now
    )


def _running(community: str, id: int, run: str) -> Any:
    return BackTest.rows.of(community).filter(pk=id, state="running", run=run)


@transaction.atomic
def cancel(*, community: str, id: int, now: datetime) -> BackTest:
    """Let one that waits or runs come to nothing; its runner hears of it at its next beat.

    :raises BackTestNotFound: if there is none
    :raises BackTestEnded: if it has come to its end
    """
    row = backtests.backtest(community=community, id=id, lock=True)
    if row.state not in {"waiting", "running"}:
        raise BackTestEnded(backtest=id, state=row.state)
    row.state, row.ended_at = "cancelled", now
    row.save()
    return row


def release(*, now: datetime) -> int:
    """Put back what is running and of whose runner nothing was heard for long, to be begun again;
    what was begun too often has failed. Return how many there were.
    """
    rows = BackTest.rows.across("what ended with its runner, whoever asked")
    silent = rows.filter(Q(beat_at=None) | Q(beat_at__lt=now - SILENT), state="running")
    cut = list(silent.values_list("community", "pk", "run", "attempts"))
    for community, number, run, attempts in cut:
        if attempts >= MOST_ATTEMPTS:
            fail(
                community=community,
                id=number,
                run=run,
                key=Interrupted.key,
                values={"attempts": attempts},
                now=now,
            )
        else:
            _running(community, number, run).update(state="waiting", run="", progress=0.0)
    return len(cut)
