"""Reads of back-tests: the rows, what is needed to run one, and what really happened meanwhile."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import msgspec
from django.utils import timezone

from linli.contracts.cases import CaseHappened, cases_between
from linli.contracts.directory import Directory
from linli.contracts.scenes import scene_briefs
from linli.contracts.signals import CaseChanged
from linli.foundation.scope.paging import NumberPage, by_number
from linli.kernel.fault import Fault
from linli.kernel.words import Words
from linli.registry.alarms import queries as alarms
from linli.registry.alarms import shown
from linli.registry.alarms.models import Alarm
from linli.registry.devices import catalogue as device_catalogue
from linli.registry.devices import queries as devices
from linli.registry.places import queries as places
from linli.registry.scenes import queries as scenes
from linli.registry.trials import reading
from linli.registry.trials.comparing import Happened, Ran, Report
from linli.registry.trials.comparing import report as compare
from linli.registry.trials.models import BackTest
from linli.registry.trials.refusals import BackTestNotFound
from linli.scenes.model import Case, OpenCase, Scene
from linli.scenes.walk import leaves

_WRONG = "wrong"


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A back-test with the names of what its report is about."""

    row: BackTest
    scene_name: Words
    devices: dict[str, Words]
    places: dict[str, Words]


def backtest(*, community: str, id: int, lock: bool = False) -> BackTest:
    """Return a back-test that somebody asked for.

    :raises BackTestNotFound: if this community has none of this number
    """
    rows = BackTest.rows.of(community).filter(purpose="backtest")
    if lock:
        rows = rows.select_for_update(of=("self",))
    row = rows.select_related("asked_by").filter(pk=id).first()
    if row is None:
        raise BackTestNotFound(backtest=id)
    return row


def any_backtest(*, community: str, id: int) -> BackTest:
    """Return a back-test whatever it is for.

    :raises BackTestNotFound: if this community has none of this number
    """
    row = BackTest.rows.of(community).filter(pk=id).first()
    if row is None:
        raise BackTestNotFound(backtest=id)
    return row


def backtests(
    *, community: str, wanted: NumberPage, scene: str = ""
) -> tuple[list[BackTest], int | None]:
    """Return a page of the back-tests, of one scene or of all, the newest first, without their
    reports; and the cursor after it.
    """
    rows = BackTest.rows.of(community).filter(purpose="backtest")
    rows = rows.filter(scene=scene) if scene else rows
    return by_number(rows.defer("report").select_related("asked_by"), wanted=wanted)


def show(*, community: str, id: int, seen: Sequence[str] = ()) -> Shown:
    """Return a back-test with names; of its items those that lie where the reader may look.

    :raises BackTestNotFound: if this community has none of this number
    """
    row = backtest(community=community, id=id)
    if row.report:
        for part in ("items", "missed_items"):
            row.report[part] = [
                one for one in row.report[part] if devices.in_sight(path=one["place"], seen=seen)
            ]
    return _named(community, [row])[0]


def listed(
    *, community: str, wanted: NumberPage, scene: str = ""
) -> tuple[list[Shown], int | None]:
    """Return a page of the back-tests with the names of their scenes, and the cursor after it."""
    rows, after = backtests(community=community, wanted=wanted, scene=scene)
    return _named(community, rows), after


def _named(community: str, rows: Sequence[BackTest]) -> list[Shown]:
    items = [
        one
        for row in rows
        if "report" in row.__dict__ and row.report
        for part in ("items", "missed_items")
        for one in row.report[part]
    ]
    codes = devices.by_code(community=community, codes={one["device"] for one in items})
    paths = places.full_names(community=community, paths={one["place"] for one in items})
    briefs = scene_briefs(community)
    return [
        Shown(
            row=row,
            scene_name=briefs[row.scene].name if row.scene in briefs else _own_name(row),
            devices={code: one.name for code, one in codes.items()},
            places={path: Words(zh=zh, en=en) for path, (zh, en) in paths.items()},
        )
        for row in rows
    ]


def _own_name(row: BackTest) -> Words:
    try:
        return draft(toml=row.toml).name
    except Fault:
        return Words(zh=row.scene, en=row.scene)


def draft(*, toml: str) -> Scene:
    """Return the scene of a text; its stories may still be missing.

    :raises Fault: naming the first mistake in what it says
    """
    return reading.begun(toml, models=device_catalogue.models())


def directory(*, community: str) -> Directory:
    """Return the community as the engine needs it. What is open now was not open then: the cases
    of a span come as signals.
    """
    return msgspec.structs.replace(scenes.directory(community), open_cases=frozenset())


def signals(*, community: str, scene: Scene, start: float, end: float) -> list[CaseChanged]:
    """Return how the cases that a scene asks about opened and closed in a span, in order."""
    both = (*leaves(scene.when), *leaves(scene.clear))
    kinds = sorted({one.kind for one in both if isinstance(one, Case)})
    found = cases_between(community, kinds, start, end) if kinds else ()
    told = [part for one in found for part in _told(one, start)]
    return sorted(told, key=lambda one: one.at)


def _told(one: CaseHappened, start: float) -> Iterable[CaseChanged]:
    opened = CaseChanged(
        id=f"case{one.id}",
        at=max(one.at, start),
        kind=one.kind,
        place=one.place,
        open=True,
        case=one.id,
    )
    yield opened
    if one.closed_at is not None:
        yield msgspec.structs.replace(
            opened, id=f"case{one.id}.closed", at=one.closed_at, open=False
        )


def happened(*, community: str, scene: Scene, start: float, end: float) -> list[Happened]:
    """Return what really happened in a span that the scene ought to find: its own alarms, and the
    cases of the kinds that it opens; a case that came of such an alarm is told by the alarm.
    """
    episodes = alarms.episodes_between(
        community=community,
        scene=scene.id,
        start=datetime.fromtimestamp(start, UTC),
        end=datetime.fromtimestamp(end, UTC),
    )
    rows = list({one.alarm.pk: one.alarm for one in episodes if one.alarm is not None}.values())
    titles = {one.row.pk: one.sentence for one in shown.dress(community=community, rows=rows)}
    found = [
        _alarm(one.alarm, one.raised_at, titles)
        for one in episodes
        if one.alarm is not None and one.raised_at is not None
    ]
    kinds = sorted({step.kind for step in scene.do if isinstance(step, OpenCase)})
    cases = cases_between(community, kinds, start, end) if kinds else ()
    own = {row.pk for row in rows}
    return found + [_case(one) for one in cases if one.at >= start and one.alarm not in own]


def _alarm(alarm: Alarm, at: datetime, titles: dict[int, Words]) -> Happened:
    verdict = verdict_of(alarm)
    return Happened(
        kind="alarm",
        id=alarm.pk,
        at=at.timestamp(),
        device=alarm.device,
        place=alarm.place,
        title=titles[alarm.pk],
        verdict=verdict,
        real=verdict != _WRONG,
    )


def _case(one: CaseHappened) -> Happened:
    return Happened(
        kind="case",
        id=one.id,
        at=one.at,
        device=one.device,
        place=one.place,
        title=one.title,
        real=not one.void,
    )


def verdict_of(alarm: Alarm) -> str | None:
    """Return what people said of an alarm: right, wrong, unsure, or nothing yet."""
    return alarm.verdict or None


def report(*, community: str, scene: Scene, ran: Ran) -> Report:
    """Return the report of a run."""
    truth = happened(community=community, scene=scene, start=ran.start, end=ran.end)
    return compare(ran=ran, happened=truth, zone=timezone.get_default_timezone())
