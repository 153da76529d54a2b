"""What scenes in shadow would have done, written down."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby

import msgspec
from django.db import transaction

from linli.contracts.effects import ShadowActed, ShadowEnded
from linli.registry.scenes import queries
from linli.registry.scenes.models import ShadowFinding

_AT_ONCE = 500


def shadows_acted(*, effects: Sequence[ShadowActed]) -> None:
    """Write down what scenes in shadow would have done. Told twice it is one finding."""
    for community, told in groupby(effects, key=lambda effect: effect.community):
        _write(community, list(told))


@transaction.atomic
def _write(community: str, effects: Sequence[ShadowActed]) -> None:
    found = {effect.id: effect for effect in effects}
    known = queries.told(community=community, effects=list(found))
    rows = [_finding(effect) for key, effect in found.items() if key not in known]
    ShadowFinding.rows.of(community).bulk_create(rows, batch_size=_AT_ONCE, ignore_conflicts=True)


def _finding(effect: ShadowActed) -> ShadowFinding:
    return ShadowFinding(
        community=effect.community,
        effect=effect.id,
        cause=effect.cause,
        scene=effect.scene,
        device=effect.device or "",
        place=effect.place,
        severity=effect.severity.value,
        because=msgspec.to_builtins(effect.because),
        would=list(effect.would),
        at=datetime.fromtimestamp(effect.at, UTC),
    )


def shadows_ended(*, effects: Sequence[ShadowEnded]) -> None:
    """Write down when they would have ended; of what was forgotten meanwhile nothing is left to
    end.
    """
    for community, told in groupby(effects, key=lambda effect: effect.community):
        _end(community, {effect.began: effect for effect in told})


@transaction.atomic
def _end(community: str, ends: dict[str, ShadowEnded]) -> None:
    rows = ShadowFinding.rows.of(community).filter(ended_at__isnull=True)
    open_ones = list(rows.filter(effect__in=list(ends)).select_for_update())
    for row in open_ones:
        row.ended_at = datetime.fromtimestamp(ends[row.effect].at, UTC)
    ShadowFinding.rows.of(community).bulk_update(open_ones, ["ended_at"], batch_size=200)


@transaction.atomic
def forget_findings(*, community: str, before: datetime, most: int) -> int:
    """Drop some findings from before a time; return how many."""
    old = queries.past(community=community, before=before, most=most)
    dropped, _ = ShadowFinding.rows.of(community).filter(pk__in=old).delete()
    return dropped
