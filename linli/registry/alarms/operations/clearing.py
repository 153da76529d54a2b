"""The trouble has gone: alarms clear, or are held while they flap."""

from collections.abc import Sequence

from django.db import transaction

from linli.contracts.effects import AlarmCleared
from linli.foundation.causes import operations as causes
from linli.foundation.causes.models import Cause
from linli.foundation.outbox import operations as outbox
from linli.kernel.event import Event
from linli.registry.alarms import logic, queries
from linli.registry.alarms.models import Alarm, Episode
from linli.registry.alarms.operations import facts
from linli.registry.alarms.operations.facts import at
from linli.registry.alarms.operations.storms import hand_over_lead


def cleared(*, effect: AlarmCleared) -> None:
    """The trouble of one raising has gone."""
    alarms_cleared(effects=[effect])


@transaction.atomic
def alarms_cleared(*, effects: Sequence[AlarmCleared]) -> None:
    """Troubles of one community have gone. A clearing heard before its raising is kept for it."""
    if not effects:
        return
    community = effects[0].community
    known = queries.episodes(community=community, effects=(effect.alarm for effect in effects))
    for effect in effects:
        episode = known.get(effect.alarm)
        if episode is None:
            known[effect.alarm] = Episode.rows.create(
                community=community, effect=effect.alarm, cleared_at=at(effect.at)
            )
        elif episode.cleared_at is None:
            _clear(episode, effect)
    causes.note_all([_cause(effect, known[effect.alarm]) for effect in effects])


def _clear(episode: Episode, effect: AlarmCleared) -> None:
    """Clear this raising and any before it of which no clearing was heard."""
    when = at(effect.at)
    rows = Episode.rows.of(effect.community).filter(alarm=episode.alarm_id, cleared_at=None)
    rows.filter(raised_at__lte=episode.raised_at).update(cleared_at=when)
    episode.cleared_at = when
    if episode.alarm_id is None or rows.exists():
        return
    row = queries.alarm(community=effect.community, id=episode.alarm_id, lock=True)
    row.active, row.cleared_at = False, when
    before, flapping = row.state, row.flapping_since is not None
    row.state = logic.after_clearing(
        state=before, acknowledged=row.acknowledged_at is not None, flapping=flapping
    )
    if row.state == "closed" and before != "closed":
        row.closed_at = when
    row.save(update_fields=["active", "cleared_at", "state", "closed_at"])
    if before != "closed" and not flapping:
        outbox.record_all(_facts(row, effect, before))
        if row.state == "closed":
            hand_over_lead(row)


def _facts(row: Alarm, effect: AlarmCleared, before: str) -> list[Event]:
    found: list[Event] = [facts.gone(row, cause=effect.id, now=at(effect.at))]
    if row.state == "closed" and before != "closed":
        found.append(facts.closed(row, cause=effect.id, by=None, now=at(effect.at)))
    return found


def _cause(effect: AlarmCleared, episode: Episode) -> Cause:
    return Cause(
        id=effect.id,
        cause=effect.cause,
        community=effect.community,
        kind="AlarmCleared",
        at=at(effect.at),
        about={"alarm": episode.alarm_id, "scene": episode.scene, "target": episode.target},
    )
