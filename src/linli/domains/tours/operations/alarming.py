"""A round that was missed is an alarm: the same one that its silent point would raise, so that the
desk has one and not two. It is over once the point is made good, or a later round missed nothing.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from linli.contracts.effects import AlarmCleared, AlarmRaised, Severity
from linli.domains.tours import queries
from linli.domains.tours.models import Mark, Tour
from linli.kernel import ids
from linli.registry.alarms import operations as alarms
from linli.registry.alarms import queries as alarms_there

SCENE = "safety.tour.point_missed"
_LOOKS_BACK = timedelta(days=7)


def missed(row: Tour, *, marks: Sequence[Mark], cause: str, now: datetime) -> None:
    """Raise the alarm of a tour: at its missed point, or at its route where it missed several."""
    one = marks[0].point if len(marks) == 1 else None
    alarms.raised(
        effect=AlarmRaised(
            id=_raising(row),
            at=now.timestamp(),
            community=row.community,
            cause=cause,
            scene=SCENE,
            severity=Severity.MINOR,
            device=(queries.teller(point=one) or None) if one else None,
            place=one.place.path if one else row.route.place.path,
        )
    )


def walked(row: Tour, *, cause: str, now: datetime) -> None:
    """End the alarms of earlier tours of a route that was walked whole now."""
    _clear(queries.alarmed(row=row, since=now - _LOOKS_BACK), cause, now)


def made_good(row: Tour, *, cause: str, now: datetime) -> None:
    """End the alarm of a tour of which nothing is missed after all."""
    _clear([row], cause, now)


def _raising(row: Tour) -> str:
    return ids.effect(scene=SCENE, cause=f"tour:{row.pk}", part="missed")


def _clear(tours: Iterable[Tour], cause: str, now: datetime) -> None:
    names = [(_raising(row), row) for row in tours]
    known = alarms_there.episodes(
        community=names[0][1].community if names else "", effects=[name for name, _ in names]
    )
    effects = [
        AlarmCleared(
            id=ids.effect(scene=SCENE, cause=name, part="cleared"),
            at=now.timestamp(),
            community=row.community,
            cause=cause,
            scene=SCENE,
            alarm=name,
        )
        for name, row in names
        if name in known and known[name].cleared_at is None
    ]
    alarms.alarms_cleared(effects=effects)
