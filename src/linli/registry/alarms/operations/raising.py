"""Scenes found trouble: new alarms, old ones come back, flapping ones held, storms gathered."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from django.db import transaction

from linli.contracts.effects import AlarmRaised
from linli.foundation.causes import operations as causes
from linli.foundation.causes.models import Cause
from linli.foundation.outbox import operations as outbox
from linli.foundation.scope.writing import update_all
from linli.kernel.place import under
from linli.registry.alarms import logic, queries, shown
from linli.registry.alarms.models import Alarm, AlarmPlace, Episode, Storm
from linli.registry.alarms.operations import facts
from linli.registry.alarms.operations.facts import at

_TOLD = [
    "state", "active", "count", "last_at", "severity", "because", "cleared_at", "acknowledged_by",
    "acknowledged_at", "flapping_since",
]  # fmt: skip


def raised(*, effect: AlarmRaised) -> None:
    """A scene found trouble: a new alarm, or one more raising of the open one."""
    alarms_raised(effects=[effect])


@transaction.atomic
def alarms_raised(*, effects: Sequence[AlarmRaised]) -> None:
    """Scenes of one community found trouble, in this order. Told twice, a raising counts once."""
    if not effects:
        return
    community = effects[0].community
    known = queries.episodes(community=community, effects=(effect.id for effect in effects))
    desk = queries.open_alarms(
        community=community,
        scenes=(effect.scene for effect in effects),
        targets=(target(effect) for effect in effects),
    )
    before = {row.pk: (row.state, row.active) for row in desk.values()}
    new: list[Alarm] = []
    told: dict[tuple[str, str], AlarmRaised] = {}
    episodes: dict[str, Episode] = {}
    for effect in effects:
        if effect.id in episodes or (effect.id in known and known[effect.id].alarm_id):
            continue
        key = (effect.scene, target(effect))
        if key in desk:
            _again(desk[key], effect)
        else:
            desk[key] = _first(effect)
            new.append(desk[key])
        told[key] = effect
        episodes[effect.id] = _episode(effect, desk[key], known.get(effect.id))
    _save(community, new, [desk[key] for key in told if desk[key].pk], list(episodes.values()))
    links = _causes(community, effects, {effect: row.alarm_id for effect, row in episodes.items()})
    causes.note_all(links)
    opened = [
        facts.opened(desk[key], cause=effect.id, now=at(effect.at))
        for key, effect in told.items()
        if _rings(desk[key], before.get(desk[key].pk))
    ]
    said = {link.id: link.about for link in links}
    outbox.record_all(opened, about={fact.id: said[fact.cause or ""] for fact in opened})


def target(effect: AlarmRaised) -> str:
    """Return what the trouble is about: the device, or the place where none is meant."""
    return effect.device or effect.place


def _rings(row: Alarm, before: tuple[str, bool] | None) -> bool:
    """Tell whether to announce it: it is new, or has come back and does not flap."""
    if before is None:
        return True
    _, was_there = before
    return not was_there and row.flapping_since is None


def _first(effect: AlarmRaised) -> Alarm:
    return Alarm(
        community=effect.community,
        effect=effect.id,
        scene=effect.scene,
        device=effect.device or "",
        place=effect.place,
        target=target(effect),
        severity=effect.severity.value,
        state="raised",
        first_at=at(effect.at),
        last_at=at(effect.at),
        because=msgspec.to_builtins(effect.because) if effect.because else None,
    )


def _again(row: Alarm, effect: AlarmRaised) -> None:
    when = at(effect.at)
    if logic.after_raising(row.state) != row.state:
        row.acknowledged_by, row.acknowledged_at = None, None
    row.state = logic.after_raising(row.state)
    row.active, row.cleared_at = True, None
    row.count += 1
    row.last_at = max(row.last_at, when)
    row.severity = effect.severity.value
    if effect.because:
        row.because = msgspec.to_builtins(effect.because)
    if row.flapping_since is None and row.pk:
        times = queries.raisings(
            community=row.community,
            scene=row.scene,
            target=row.target,
            since=when - logic.FLAP_WINDOW,
        )
        row.flapping_since = when if logic.flaps(raisings=[*times, when], at=when) else None


def _episode(effect: AlarmRaised, row: Alarm, cleared: Episode | None) -> Episode:
    """Return the episode; where its clearing was heard of first, the alarm is already over."""
    episode = Episode(community=effect.community, effect=effect.id)
    episode.cleared_at = cleared.cleared_at if cleared else None
    episode.alarm, episode.scene, episode.target = row, effect.scene, target(effect)
    episode.raised_at = at(effect.at)
    if episode.cleared_at is not None:
        row.active, row.cleared_at = False, episode.cleared_at
        row.state = logic.after_clearing(
            state=row.state,
            acknowledged=row.acknowledged_at is not None,
            flapping=row.flapping_since is not None,
        )
        row.closed_at = episode.cleared_at if row.state == "closed" else None
    return episode


def _save(community: str, new: list[Alarm], again: list[Alarm], episodes: list[Episode]) -> None:
    _gather_storms(community, new)
    Alarm.rows.bulk_create(new)
    AlarmPlace.rows.bulk_create(
        [
            AlarmPlace(community=community, ancestor=top, alarm=row)
            for row in new
            for top in logic.ancestors(row.place)
        ]
    )
    update_all(again, [*_TOLD, "closed_at"])
    Episode.rows.bulk_create(
        episodes,
        update_conflicts=True,
        unique_fields=["community", "effect"],
        update_fields=["alarm", "scene", "target", "raised_at"],
    )
    for row in again:
        if row.count % logic.EPISODES_KEPT == 0:
            _forget_episodes(row)


def _forget_episodes(row: Alarm) -> None:
    rows = Episode.rows.of(row.community).filter(alarm=row)
    newest = rows.order_by("-id").values_list("pk", flat=True)
    kept = list(newest[logic.EPISODES_KEPT : logic.EPISODES_KEPT + 1])
    if kept:
        rows.filter(pk__lte=kept[0], cleared_at__isnull=False).delete()


def _gather_storms(community: str, new: Sequence[Alarm]) -> None:
    near: dict[str, list[Alarm]] = {}
    storms: dict[int, Storm] = {}
    moved: list[Alarm] = []
    for row in new:
        if row.scene not in near:
            since = row.first_at - logic.STORM_WINDOW
            near[row.scene] = queries.recent(community=community, scene=row.scene, since=since)
        storm = _storm_around(row, near[row.scene])
        if storm is not None:
            row.storm, row.leads = storms.setdefault(storm.pk, storm), False
            row.storm.count += 1
            row.storm.last_at = row.first_at
        else:
            moved += _begin_storm(row, near[row.scene], storms)
        near[row.scene].insert(0, row)
    update_all([row for row in moved if row.pk], ["storm", "leads"])
    update_all(list(storms.values()), ["count", "last_at"])


def _storm_around(row: Alarm, near: Sequence[Alarm]) -> Storm | None:
    """Return the storm that an alarm belongs to, if one is on about it."""
    since = row.first_at - logic.STORM_WINDOW
    for one in near:
        if one.storm and one.first_at >= since and under(path=row.place, ancestor=one.storm.place):
            return one.storm
    return None


def _begin_storm(row: Alarm, near: Sequence[Alarm], storms: dict[int, Storm]) -> list[Alarm]:
    """Begin a storm if this alarm makes one; return the alarms in it, the leading one first."""
    since = row.first_at - logic.STORM_WINDOW
    others = [one for one in near if one.first_at >= since and one.storm is None]
    place = logic.storm_place(place=row.place, others=[one.place for one in others])
    if place is None:
        return []
    together = [one for one in others if under(path=one.place, ancestor=place)]
    members = [*reversed(together), row]
    storm = Storm.rows.create(
        community=row.community,
        scene=row.scene,
        place=place,
        count=len(members),
        first_at=min(one.first_at for one in members),
        last_at=row.first_at,
    )
    storms[storm.pk] = storm
    for one in members:
        one.storm, one.leads = storm, one is members[0]
    return members


def _causes(
    community: str, effects: Iterable[AlarmRaised], alarms: Mapping[str, int | None]
) -> list[Cause]:
    listed = list(effects)
    told = shown.about(community=community, effects=listed)
    return [
        Cause(
            id=effect.id,
            cause=effect.cause,
            community=community,
            kind="AlarmRaised",
            at=at(effect.at),
            about={**about, "alarm": alarms[effect.id]} if effect.id in alarms else about,
        )
        for effect, about in zip(listed, told, strict=True)
    ]
