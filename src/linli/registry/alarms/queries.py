"""Every read of the alarm desk."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

import msgspec
from django.db.models import Count, Max, Q

from linli.foundation.scope.models import ScopedRows
from linli.kernel.fault import Fault
from linli.kernel.place import under
from linli.registry.alarms.models import Alarm, Episode, Storm
from linli.registry.places import queries as places

JUDGED_FOR = timedelta(days=90)
"""How far back verdicts count."""

_PEOPLE = ("acknowledged_by", "closed_by", "verdict_by", "storm")
OPEN_STATES = frozenset({"open", "raised", "acknowledged", "shelved", "cleared"})


class AlarmNotFound(Fault):
    key = "alarms.not_found"
    status = 404


class BadState(Fault):
    key = "alarms.bad_state"
    status = 422


class Precision(msgspec.Struct, frozen=True, kw_only=True):
    """What people said of the alarms of a scene."""

    right: int = 0
    wrong: int = 0
    unsure: int = 0

    @property
    def share(self) -> float | None:
        """Return how many of those judged were right, 0 to 1; None where nobody judged."""
        judged = self.right + self.wrong
        return self.right / judged if judged else None


class Sought(msgspec.Struct, frozen=True, kw_only=True):
    """Which alarms: every word narrows. `state` is one of the states, `open` (all but closed), or
    empty for all; `grouped` leaves one alarm of each storm; `seen` are the places below which the
    reader may look, none is everywhere.
    """

    seen: Sequence[str] = ()
    ids: Sequence[int] | None = None
    state: str = ""
    severity: str = ""
    place: str = ""
    scene: str = ""
    device: str = ""
    storm: int | None = None
    grouped: bool = False


def alarm(*, community: str, id: int, seen: Sequence[str] = (), lock: bool = False) -> Alarm:
    """Return the alarm with this number.

    :raises AlarmNotFound: if there is none in this community, or not where the reader may look
    """
    rows = Alarm.rows.of(community)
    if lock:
        rows = rows.select_for_update(of=("self",))
    row = rows.select_related(*_PEOPLE).filter(pk=id).first()
    if row is None or (seen and not any(under(path=row.place, ancestor=top) for top in seen)):
        raise AlarmNotFound(alarm=id)
    return row


def alarms(
    *, community: str, sought: Sought, before: int | None = None, limit: int = 100
) -> tuple[list[Alarm], int | None]:
    """Return alarms, the newest first, from before a number on, and where the next page begins.

    However many there are, a page is one short walk along an index.

    :raises BadState: if there is no such state
    """
    rows = _narrowed(community, sought)
    page: list[Alarm] = []
    for part in _by_place(rows, community, sought, before):
        page += part.select_related(*_PEOPLE)[: limit + 1]
    page = sorted({row.pk: row for row in page}.values(), key=lambda row: -row.pk)[: limit + 1]
    return page[:limit], page[limit - 1].pk if len(page) > limit else None


def _narrowed(community: str, sought: Sought) -> ScopedRows[Alarm]:
    rows = Alarm.rows.of(community)
    if sought.ids is not None:
        rows = rows.filter(pk__in=list(sought.ids))
    if sought.state in OPEN_STATES:
        rows = rows.filter(closed_at__isnull=True)
    elif sought.state not in {"", "closed"}:
        raise BadState(state=sought.state)
    if sought.state and sought.state != "open":
        rows = rows.filter(state=sought.state)
    wanted = {"severity": sought.severity, "scene": sought.scene, "device": sought.device}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    if sought.storm is not None:
        rows = rows.filter(storm_id=sought.storm)
    return rows.filter(leads=True) if sought.grouped else rows


def _by_place(
    rows: ScopedRows[Alarm], community: str, sought: Sought, before: int | None
) -> Iterable[ScopedRows[Alarm]]:
    """Return the queries whose pages, put together, are the page: one for each place meant.

    Few alarms are open, so those are sifted; of all that ever were, each place has its own index.
    """
    tops = tops_of(place=sought.place, seen=sought.seen)
    if tops is None:
        return []
    up_to = {} if before is None else {"pk__lt": before}
    if not tops or any("/" not in top for top in tops):
        return [rows.filter(**up_to).order_by("-id")]
    if sought.state in OPEN_STATES:
        return [rows.filter(places.within(tops, "place"), **up_to).order_by("-id")]
    up_to = {} if before is None else {"places__alarm__lt": before}
    return [
        rows.filter(places__community=community, places__ancestor=top, **up_to).order_by(
            "-places__alarm"
        )
        for top in tops
    ]


def tops_of(*, place: str, seen: Sequence[str]) -> list[str] | None:
    """Return the places below which to look: none is everywhere; None says nowhere."""
    if not place:
        return list(seen)
    if not seen or any(under(path=place, ancestor=top) for top in seen):
        return [place]
    return [top for top in seen if under(path=top, ancestor=place)] or None


def counts(*, community: str, seen: Sequence[str] = ()) -> dict[str, int]:
    """Return how many alarms are open, by severity and together (`open`)."""
    rows = Alarm.rows.of(community).filter(closed_at__isnull=True)
    rows = rows.filter(places.within(seen, "place"))
    found = dict(rows.values_list("severity").annotate(n=Count("pk")).order_by())
    by_severity = {name: found.get(name, 0) for name in ("critical", "major", "minor", "info")}
    return by_severity | {"open": sum(found.values())}


def by_effect(*, community: str, effect: str) -> int | None:
    """Return the number of the alarm that a raising led to; None if it is not known."""
    rows = Episode.rows.of(community).filter(effect=effect)
    return rows.values_list("alarm_id", flat=True).first()


def episodes(*, community: str, effects: Iterable[str]) -> dict[str, Episode]:
    """Return the episodes of these raisings, each with its alarm; unknown ones are left out."""
    wanted, found = list(dict.fromkeys(effects)), dict[str, Episode]()
    for start in range(0, len(wanted), 500):
        rows = Episode.rows.of(community).filter(effect__in=wanted[start : start + 500])
        found.update((row.effect, row) for row in rows.select_related("alarm"))
    return found


def episodes_between(
    *, community: str, scene: str, start: datetime, end: datetime
) -> list[Episode]:
    """Return the raisings of a scene in a span, each with its alarm, the oldest first."""
    rows = Episode.rows.of(community).filter(scene=scene, alarm__isnull=False)
    rows = rows.filter(raised_at__gte=start, raised_at__lt=end)
    return list(rows.select_related("alarm").order_by("raised_at", "pk"))


def open_alarms(
    *, community: str, scenes: Iterable[str], targets: Iterable[str]
) -> dict[tuple[str, str], Alarm]:
    """Return the open alarms of these scenes at these targets, by (scene, target), locked."""
    kinds, wanted = list(dict.fromkeys(scenes)), list(dict.fromkeys(targets))
    found: dict[tuple[str, str], Alarm] = {}
    for start in range(0, len(wanted), 500):
        rows = Alarm.rows.of(community).filter(closed_at__isnull=True, scene__in=kinds)
        rows = rows.filter(target__in=wanted[start : start + 500]).select_for_update()
        found.update(((row.scene, row.target), row) for row in rows)
    return found


def by_number(*, community: str, numbers: Iterable[int]) -> dict[int, Alarm]:
    """Return the alarms with these numbers, with their storms, locked."""
    wanted, found = sorted(numbers), dict[int, Alarm]()
    for start in range(0, len(wanted), 500):
        rows = Alarm.rows.of(community).filter(pk__in=wanted[start : start + 500])
        rows = rows.select_for_update(of=("self",)).select_related("storm")
        found.update((row.pk, row) for row in rows)
    return found


def running(*, community: str, numbers: Iterable[int]) -> dict[int, list[Episode]]:
    """Return for each of these alarms the raisings of which no clearing was heard."""
    wanted = sorted(numbers)
    found: dict[int, list[Episode]] = {number: [] for number in wanted}
    for start in range(0, len(wanted), 500):
        rows = Episode.rows.of(community).filter(alarm__in=wanted[start : start + 500])
        for row in rows.filter(cleared_at__isnull=True):
            found[row.alarm_id or 0].append(row)
    return found


def raisings(*, community: str, scene: str, target: str, since: datetime) -> list[datetime]:
    """Return when this trouble was raised since a time."""
    rows = Episode.rows.of(community).filter(scene=scene, target=target, raised_at__gte=since)
    return [at for at in rows.values_list("raised_at", flat=True) if at is not None]


def recent(*, community: str, scene: str, since: datetime, limit: int = 500) -> list[Alarm]:
    """Return the open alarms of a scene that began since a time, the newest first."""
    rows = Alarm.rows.of(community).filter(scene=scene, closed_at__isnull=True, first_at__gte=since)
    return list(rows.select_related("storm").order_by("-id")[:limit])


def latest(*, community: str, scene: str, limit: int, seen: Sequence[str] = ()) -> list[Alarm]:
    """Return the newest alarms of a scene."""
    return alarms(community=community, sought=Sought(scene=scene, seen=seen), limit=limit)[0]


def firings(
    *, community: str, since: datetime, lately: datetime
) -> dict[str, tuple[int, datetime]]:
    """Return for each scene how often it raised an alarm lately, and when last since a time."""
    rows = Episode.rows.of(community).filter(raised_at__gte=since)
    counted = Count("pk", filter=Q(raised_at__gte=lately))
    found = rows.values_list("scene").annotate(n=counted, last=Max("raised_at")).order_by()
    return {scene: (count, last) for scene, count, last in found}


def active_by_scene(*, community: str, scenes: Collection[str]) -> dict[str, int]:
    """Return how many troubles of each of these scenes are there now."""
    rows = Alarm.rows.of(community).filter(scene__in=list(scenes))
    rows = rows.filter(closed_at__isnull=True, active=True)
    return dict(rows.values_list("scene").annotate(n=Count("pk")).order_by())


def precision(*, community: str, now: datetime) -> dict[str, Precision]:
    """Return what people said of the alarms of the last 90 days, by scene."""
    rows = Alarm.rows.of(community).filter(first_at__gte=now - JUDGED_FOR).exclude(verdict="")
    counted = {name: Count("pk", filter=Q(verdict=name)) for name in ("right", "wrong", "unsure")}
    found = rows.values_list("scene").annotate(**counted).order_by()
    return {
        scene: Precision(right=right, wrong=wrong, unsure=unsure)
        for scene, right, wrong, unsure in found
    }


def judged(*, community: str, scene: str, since: datetime) -> list[Alarm]:
    """Return the alarms of a scene since a time that people called right or wrong, oldest first."""
    rows = Alarm.rows.of(community).filter(scene=scene, first_at__gte=since)
    return list(rows.filter(verdict__in=["right", "wrong"]).order_by("first_at", "pk"))


def shelved_until(*, community: str, now: datetime) -> list[int]:
    """Return the numbers of the alarms whose time on the shelf is over."""
    rows = Alarm.rows.of(community).filter(closed_at__isnull=True, state="shelved")
    return list(rows.filter(shelved_until__lte=now).values_list("pk", flat=True))


def calm_since(*, community: str, since: datetime) -> list[int]:
    """Return the numbers of the flapping alarms that were not raised after a time."""
    rows = Alarm.rows.of(community).filter(closed_at__isnull=True, flapping_since__isnull=False)
    return list(rows.filter(last_at__lte=since).values_list("pk", flat=True))


def next_of_storm(*, community: str, storm: Storm, after: Alarm) -> Alarm | None:
    """Return the oldest open alarm of a storm other than this one, to stand for it."""
    rows = Alarm.rows.of(community).filter(storm=storm, closed_at__isnull=True)
    return rows.exclude(pk=after.pk).order_by("id").first()


def open_below(*, community: str, path: str) -> list[Alarm]:
    """Return the open alarms at a place or below it."""
    rows = Alarm.rows.of(community).filter(closed_at__isnull=True)
    return list(rows.filter(places.below(path, "place")))
