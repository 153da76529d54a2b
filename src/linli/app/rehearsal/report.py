"""What came of a rehearsal, incident by incident, and whether it is what the script expects.

The same script and seed give the same report, byte for byte: it holds no clock of this machine.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from linli.app.rehearsal.script import Expected, Incident, Script
from linli.app.rehearsal.watch import CaseSeen, Spell, Watch, by_kind
from linli.contracts.effects import (
    AlarmRaised,
    AnyEffect,
    BroadcastWanted,
    CaseWanted,
    CommandIssued,
    NoticeWanted,
)
from linli.kernel.period import words
from linli.kernel.words import Words
from linli.scenes.story_language import phrases

_DAY_S = 86_400.0
_ACTS = CommandIssued | BroadcastWanted | NoticeWanted | CaseWanted
_NEVER = "never"


class SceneSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A scene that found an incident: after how many seconds, and whether it raised an alarm."""

    scene: str
    after_s: float
    alarm: bool


class CaseTold(msgspec.Struct, frozen=True, kw_only=True):
    """A case of an incident, in seconds after its beginning; None is never."""

    kind: str
    opened_s: float
    accepted_s: float | None
    closed_s: float | None
    escalations: int


class Failing(msgspec.Struct, frozen=True, kw_only=True):
    """An expectation that was not met: its key in the script, what was wanted, what was found."""

    key: str
    wanted: str
    found: str


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one incident. Times in seconds after its beginning; None is never.

    `effect_s` is that of the first command, broadcast, notice or case, `answered_s` that of the
    first command done by its device, `closed_s` when the last of its cases was closed.
    """

    number: int
    name: Words
    kind: str
    device: str
    at: str
    found: bool
    scene: str | None
    found_s: float | None
    effect_s: float | None
    answered_s: float | None
    closed_s: float | None
    scenes: Sequence[SceneSeen]
    effects: Mapping[str, int]
    commands: int
    answered: int
    refused: int
    reasons: Sequence[str]
    blocked: Sequence[str]
    cases: Sequence[CaseTold]
    escalations: int
    passed: bool
    failings: Sequence[Failing]


class FalseAlarm(msgspec.Struct, frozen=True, kw_only=True):
    """Alarms of one scene at one device or place that no incident explains; `first_at` is local."""

    scene: str
    device: str | None
    place: str
    severity: str
    point: str | None
    value: float | None
    limit: float | None
    count: int
    first_at: str


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of the whole run. `put_aside` says why effects could not be dealt with."""

    devices: int
    points: int
    staff_steps: int
    staff_refused: Sequence[str]
    put_aside: Sequence[str]
    readings_refused: int


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The report of a rehearsal. `passed` is whether all that the script expects was met."""

    script: str
    name: Words
    start: str
    hours: float
    seed: int
    devices: int
    readings: int
    incidents: Sequence[Outcome]
    found: int
    false_alarms: int
    false_alarms_a_day: float
    false: Sequence[FalseAlarm]
    effects: Mapping[str, int]
    without_incident: Mapping[str, int]
    staff_steps: int
    staff_refused: Sequence[str]
    put_aside: Sequence[str]
    readings_refused: int
    passed: bool
    failings: Sequence[Failing]


def of(*, script: Script, watch: Watch, befallen: Mapping[int, str], totals: Totals) -> Report:
    """Return the report of a rehearsal that has come to its end."""
    spells = {spell.number: spell for spell in watch.spells}
    outcomes = [
        _outcome(number, one, spells[number], befallen[number], script)
        for number, one in enumerate(script.incidents)
    ]
    a_day = round(len(watch.false) * _DAY_S / script.length_s, 3)
    failings = _of_all(script, a_day, totals)
    return Report(
        script=script.id,
        name=script.name,
        start=script.start.isoformat(),
        hours=round(script.length_s / 3600, 4),
        seed=script.seed,
        devices=totals.devices,
        readings=totals.points,
        incidents=outcomes,
        found=sum(one.found for one in outcomes),
        false_alarms=len(watch.false),
        false_alarms_a_day=a_day,
        false=_grouped(watch.false, script),
        effects=by_kind(watch.counts),
        without_incident=by_kind(watch.unexplained),
        staff_steps=totals.staff_steps,
        staff_refused=totals.staff_refused,
        put_aside=totals.put_aside,
        readings_refused=totals.readings_refused,
        passed=not failings and all(one.passed for one in outcomes),
        failings=failings,
    )


def _of_all(script: Script, a_day: float, totals: Totals) -> list[Failing]:
    found = []
    borne = script.false_alarms_a_day
    if borne is not None and a_day > borne:
        found.append(
            Failing(key="expect.false_alarms_a_day", wanted=f"≤ {borne:g}", found=f"{a_day:g}")
        )
    if totals.put_aside:
        found.append(Failing(key="put_aside", wanted="0", found=totals.put_aside[0][:200]))
    return found


def _grouped(false: Iterable[AlarmRaised], script: Script) -> list[FalseAlarm]:
    groups: dict[tuple[str, str, str], list[AlarmRaised]] = {}
    for alarm in false:
        groups.setdefault((alarm.scene, alarm.device or "", alarm.place), []).append(alarm)
    return [_false(alarms, script) for _, alarms in sorted(groups.items())]


def _false(alarms: Sequence[AlarmRaised], script: Script) -> FalseAlarm:
    first, because = alarms[0], alarms[0].because
    return FalseAlarm(
        scene=first.scene,
        device=first.device or (because.device if because else None),
        place=first.place,
        severity=first.severity.value,
        point=because.point if because else None,
        value=round(because.value, 4) if because else None,
        limit=because.limit if because else None,
        count=len(alarms),
        first_at=_local(first.at, script),
    )


def _local(at: float, script: Script) -> str:
    when = script.start.fromtimestamp(at, script.start.tzinfo)
    return f"{when:%Y-%m-%d %H:%M:%S}"


def _outcome(number: int, incident: Incident, spell: Spell, it: str, script: Script) -> Outcome:
    scenes = _scenes(spell)
    told = [one for one in spell.told if _counts(one, incident.expected)]
    answered = {one.command for one in spell.answered}
    counted = [one for one in told if isinstance(one, CommandIssued)]
    first = _first(scenes, incident.expected)
    cases = [_case(one, spell.began) for one in spell.cases]
    outcome = Outcome(
        number=number + 1,
        name=incident.name,
        kind=incident.kind,
        device=it,
        at=_local(spell.began, script),
        found=first is not None,
        scene=first.scene if first else None,
        found_s=first.after_s if first else None,
        effect_s=_after(spell, (one.at for one in told if isinstance(one, _ACTS))),
        answered_s=_after(
            spell,
            (one.at for one in spell.answered if any(c.id == one.command for c in counted)),
        ),
        closed_s=_closed(cases),
        scenes=scenes,
        effects=_effects(spell),
        commands=sum(isinstance(one, CommandIssued) for one in spell.told),
        answered=len(answered),
        refused=len(spell.refused),
        reasons=sorted({getattr(one, "reason", "expired") for one in spell.refused}),
        blocked=sorted(set(spell.blocked)),
        cases=cases,
        escalations=sum(one.escalations for one in cases),
        passed=True,
        failings=(),
    )
    failings = _failings(outcome, incident.expected)
    return msgspec.structs.replace(outcome, passed=not failings, failings=failings)


def _counts(effect: AnyEffect, expected: Expected) -> bool:
    """Whether an effect is the answer that was expected: of the expected scenes, if any is."""
    return not expected.scenes or effect.scene in expected.scenes


def _scenes(spell: Spell) -> list[SceneSeen]:
    """Return the scenes that found an incident, the first one first."""
    first: dict[str, float] = {}
    alarming = {one.scene for one in spell.told if isinstance(one, AlarmRaised)}
    for one in spell.told:
        if one.scene:
            first.setdefault(one.scene, one.at)
    return [
        SceneSeen(scene=scene, after_s=_s(at - spell.began), alarm=scene in alarming)
        for scene, at in sorted(first.items(), key=lambda row: (row[1], row[0]))
    ]


def _first(scenes: Sequence[SceneSeen], expected: Expected) -> SceneSeen | None:
    """Return the scene that found it: of those expected the first; else the first that alarmed."""
    if expected.scenes:
        return next((one for one in scenes if one.scene in expected.scenes), None)
    alarming = [one for one in scenes if one.alarm]
    return next(iter(alarming or scenes), None)


def _after(spell: Spell, times: Iterable[float]) -> float | None:
    first = min(times, default=None)
    return None if first is None else _s(first - spell.began)


def _s(span_s: float) -> float:
    return round(max(0.0, span_s), 2)


def _case(seen: CaseSeen, began: float) -> CaseTold:
    return CaseTold(
        kind=seen.kind,
        opened_s=_s(seen.opened_at - began),
        accepted_s=None if seen.accepted_at is None else _s(seen.accepted_at - began),
        closed_s=None if seen.closed_at is None else _s(seen.closed_at - began),
        escalations=len(seen.escalated),
    )


def _closed(cases: Sequence[CaseTold]) -> float | None:
    times = [one.closed_s for one in cases]
    if not times or None in times:
        return None
    return max(one for one in times if one is not None)


def _effects(spell: Spell) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in spell.told:
        said = phrases(one)[0]
        counts[said] = counts.get(said, 0) + 1
    return by_kind(counts)


def _failings(outcome: Outcome, expected: Expected) -> list[Failing]:
    found = []
    if not outcome.found:
        found.append(Failing(key="found", wanted="true", found="false"))
    seen = {one.scene: one.after_s for one in outcome.scenes}
    for scene in expected.scenes:
        if not _in_time(seen.get(scene), expected.within_s):
            wanted = scene if expected.within_s is None else f"{scene} ≤ {words(expected.within_s)}"
            found.append(_failing("scenes", wanted, seen.get(scene)))
    if outcome.found and not expected.scenes and not _in_time(outcome.found_s, expected.within_s):
        found.append(_failing("within", words(expected.within_s or 0), outcome.found_s))
    found += [
        Failing(key="effects", wanted=word, found=", ".join(outcome.effects) or _NEVER)
        for word in expected.effects
        if not _came(word, outcome)
    ]
    for key, limit_s, took_s in (
        ("answered_within", expected.answered_within_s, outcome.answered_s),
        ("closed_within", expected.closed_within_s, outcome.closed_s),
    ):
        if limit_s is not None and not _in_time(took_s, limit_s):
            found.append(_failing(key, f"≤ {words(limit_s)}", took_s))
    return found


def _in_time(took_s: float | None, limit_s: float | None) -> bool:
    return took_s is not None and (limit_s is None or took_s <= limit_s)


def _failing(key: str, wanted: str, took_s: float | None) -> Failing:
    return Failing(key=key, wanted=wanted, found=_NEVER if took_s is None else words(took_s))


def _came(word: str, outcome: Outcome) -> bool:
    if word == "escalated":
        return outcome.escalations > 0
    if word == "refused":
        return outcome.refused > 0
    return word in outcome.effects
