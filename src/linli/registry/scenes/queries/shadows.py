"""What scenes in shadow would have done."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import msgspec
from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils import timezone

from linli.registry.places import queries as places
from linli.registry.scenes.models import ShadowFinding

DAYS = 30


class Shadow(msgspec.Struct, frozen=True, kw_only=True):
    """What a scene in shadow would have done, where the next page begins, and how often a day."""

    findings: Sequence[ShadowFinding]
    next: int | None
    per_day: Sequence[tuple[date, int]]


def shadow(
    *,
    community: str,
    scene: str,
    seen: Sequence[str] = (),
    before: int | None = None,
    limit: int = 100,
    now: datetime,
) -> Shadow:
    """Return what a scene would have done, the newest first, and its count of 30 days."""
    rows, following = findings(
        community=community, scene=scene, seen=seen, before=before, limit=limit
    )
    days = per_day(community=community, scene=scene, seen=seen, now=now)
    return Shadow(findings=rows, next=following, per_day=days)


def findings(
    *,
    community: str,
    scene: str,
    seen: Sequence[str] = (),
    before: int | None = None,
    limit: int = 100,
) -> tuple[list[ShadowFinding], int | None]:
    """Return what a scene would have done, the newest first, and where the next page begins."""
    rows = ShadowFinding.rows.of(community).filter(places.within(seen, "place"), scene=scene)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    page = list(rows.order_by("-id")[: limit + 1])
    return page[:limit], page[limit - 1].pk if len(page) > limit else None


def per_day(
    *, community: str, scene: str, seen: Sequence[str] = (), now: datetime
) -> list[tuple[date, int]]:
    """Return how often a scene would have acted on each of the last 30 days, today the last."""
    rows = ShadowFinding.rows.of(community).filter(places.within(seen, "place"), scene=scene)
    rows = rows.filter(at__gte=now - timedelta(days=DAYS))
    counted = rows.annotate(day=TruncDate("at")).values_list("day").annotate(n=Count("pk"))
    found = dict(counted.order_by("day"))
    today = timezone.localdate(now)
    days = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    return [(day, found.get(day, 0)) for day in days]


def told(*, community: str, effects: Sequence[str]) -> set[str]:
    """Return which of these findings are known."""
    rows = ShadowFinding.rows.of(community).filter(effect__in=effects)
    return set(rows.values_list("effect", flat=True))


def past(*, community: str, before: datetime, most: int) -> list[int]:
    """Return some findings from before a time, the oldest first."""
    rows = ShadowFinding.rows.of(community).filter(at__lt=before)
    return list(rows.order_by("at").values_list("pk", flat=True)[:most])
