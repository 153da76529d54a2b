"""The trouble has gone: alarms clear, or are held while they flap."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from linli.contracts.effects import AlarmCleared
from linli.foundation.causes import operations as causes
from linli.foundation.causes.models import Cause
from linli.foundation.outbox import operations as outbox
from linli.foundation.scope.writing import update_all
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
    numbers = {one.alarm_id for one in known.values() if one.alarm_id is not None}
    desk = queries.by_number(community=community, numbers=numbers)
    running = queries.running(community=community, numbers=numbers)
    early: list[Episode] = []
    ended: list[Episode] = []
    told: list[Event] = []
    for effect in effects:
        episode = known.get(effect.alarm)
        if episode is None:
            known[effect.alarm] = _early(effect)
            early.append(known[effect.alarm])
        elif episode.cleared_at is None and episode.alarm_id is not None:
            ended += _end(episode, running[episode.alarm_id], at(effect.at))
            if not running[episode.alarm_id]:
                told += _clear(desk[episode.alarm_id], effect)
    Episode.rows.bulk_create(early)
    update_all(ended, ["cleared_at"])
    update_all(list(desk.values()), ["active", "cleared_at", "state", "closed_at"])
    for row in desk.values():
        if row.state == "closed":
            hand_over_lead(row)
    causes.note_all([_cause(effect, known[effect.alarm]) for effect in effects])
    outbox.record_all(told)


def _early(effect: AlarmCleared) -> Episode:
    return Episode(community=effect.community, effect=effect.alarm, cleared_at=at(effect.at))


def _end(episode: Episode, running: list[Episode], when: datetime) -> list[Episode]:
    """End a raising, and those before it of which no clearing was heard; they run no more."""
    begun = episode.raised_at or when
    over = [one for one in running if (one.raised_at or begun) <= begun]
    for one in over:
        one.cleared_at = when
        running.remove(one)
    episode.cleared_at = when
    return over


def _clear(row: Alarm, effect: AlarmCleared) -> list[Event]:
    """Let an alarm know that no trouble of its runs any more; return what to announce."""
    when = at(effect.at)
    row.active, row.cleared_at = False, when
    before, flapping = row.state, row.flapping_since is not None
    row.state = logic.after_clearing(
        state=before, acknowledged=row.acknowledged_at is not None, flapping=flapping
    )
    if row.state == "closed" and before != "closed":
        row.closed_at = when
    return [] if before == "closed" or flapping else _facts(row, effect, before)


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
