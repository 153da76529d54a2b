"""Back-tests asked for, run one at a time, and their reports kept."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from linli.registry.trials import backtests
from linli.registry.trials.models import BackTest
from linli.registry.trials.operations.proposing import keep
from linli.registry.trials.refusals import BadSpanOfDays, Interrupted, TooManyWait

MOST_DAYS = 90
MOST_ATTEMPTS = 2
_MOST_WAITING = 20
_KEPT = 200


@transaction.atomic
def ask(*, community: str, toml: str, days: int, by: int, now: datetime) -> BackTest:
    """Ask for a back-test of a text; the same one that waits or runs already is that one.

    :raises Fault: if the text does not load
    :raises BadSpanOfDays: unless it is to look back 1 to 90 days
    :raises TooManyWait: if too many wait
    """
    if not 1 <= days <= MOST_DAYS:
        raise BadSpanOfDays(days=days, most=MOST_DAYS)
    scene = backtests.draft(toml=toml)
    rows = BackTest.rows.of(community)
    unfinished = rows.filter(state__in=["waiting", "running"], purpose="backtest")
    same = unfinished.filter(toml=toml, days=days).first()
    if same is not None:
        return same
    if unfinished.count() >= _MOST_WAITING:
        raise TooManyWait(most=_MOST_WAITING)
    _forget(community)
    row = BackTest(
        community=community, scene=scene.id, toml=toml, days=days, asked_by_id=by, at=now
    )
    row.save()
    return row


def _forget(community: str) -> None:
    """Let go of the oldest, so that a bounded number is kept."""
    rows = BackTest.rows.of(community)
    ended = rows.filter(state__in=["done", "failed"]).order_by("-pk")
    old = list(ended.values_list("pk", flat=True)[_KEPT : _KEPT * 2])
    if old:
        rows.filter(pk__in=old).delete()


def claim(*, now: datetime) -> tuple[str, int] | None:
    """Take the one that has waited longest, of any community: (community, number). None waits, or
    one runs already: None.
    """
    rows = BackTest.rows.across("one back-test runs at a time, whoever asked")
    if rows.filter(state="running").exists():
        return None
    first = rows.filter(state="waiting").order_by("pk").first()
    if first is None:
        return None
    taken = BackTest.rows.of(first.community).filter(pk=first.pk, state="waiting")
    try:
        with transaction.atomic():
            done = taken.update(
                state="running", started_at=now, progress=0.0, attempts=first.attempts + 1
            )
    except IntegrityError:
        return None
    return (first.community, first.pk) if done else None


def progress(*, community: str, id: int, share: float) -> None:
    """Say how much of a running one is done, from 0 to 1."""
    _running(community, id).update(progress=min(1.0, max(0.0, share)))


@transaction.atomic
def finish(*, community: str, id: int, report: Mapping[str, Any], now: datetime) -> None:
    """Keep the report of a running one, and what a search proposes. One that was given up meanwhile
    stays so.
    """
    row = _running(community, id).select_for_update().first()
    if row is None:
        return
    row.state, row.progress, row.report, row.ended_at = "done", 1.0, dict(report), now
    row.save()
    if row.purpose == "proposal" and report.get("proposal"):
        keep(community=community, scene=row.scene, found=report["proposal"], now=now)


def fail(*, community: str, id: int, key: str, values: Mapping[str, Any], now: datetime) -> None:
    """Say why a running one came to nothing."""
    _running(community, id).update(
        state="failed", error=key, error_values=dict(values), ended_at=now
    )


def _running(community: str, id: int) -> Any:
    return BackTest.rows.of(community).filter(pk=id, state="running")


def release(*, now: datetime) -> int:
    """Put back what was running when its runner ended, to be begun again; what was begun too often
    has failed. Return how many there were.
    """
    rows = BackTest.rows.across("what ended with its runner, whoever asked")
    cut = list(rows.filter(state="running").values_list("community", "pk", "attempts"))
    for community, number, attempts in cut:
        if attempts >= MOST_ATTEMPTS:
            fail(
                community=community,
                id=number,
                key=Interrupted.key,
                values={"attempts": attempts},
                now=now,
            )
        else:
            _running(community, number).update(state="waiting", progress=0.0)
    return len(cut)
