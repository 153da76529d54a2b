"""The language of stories: `20s co 41`, `5s event pressed`, `30s fan.on`."""

import re
from typing import Literal

import msgspec

from linli.contracts.effects import (
    AlarmCleared,
    AlarmRaised,
    AnyEffect,
    BroadcastWanted,
    CaseWanted,
    CommandIssued,
    CommandOverruled,
    ModeWanted,
    NoticeWanted,
)
from linli.kernel.period import BadPeriod, seconds, words
from linli.scenes.faults import BadStory

_HOUR = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_DAY_S = 86_400
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_WORDS = {"working": "wed", "rest": "sat"}

Kind = Literal["reading", "event", "mode", "case", "line", "nothing"]


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of `given`: `at_s` after the start; `which` is 2 for `name@2`."""

    at_s: float
    kind: Kind
    name: str = ""
    which: int = 1
    value: str = ""
    text: str = ""


class Start(msgspec.Struct, frozen=True):
    """When a story starts: a weekday (0 is Monday) and seconds after midnight."""

    weekday: int = 2
    second: int = 12 * 3600


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """A story, understood."""

    start: Start
    given: tuple[Given, ...]
    then: tuple[tuple[float, str], ...]
    silence: bool
    """It speaks of silence: devices are not taken to go on speaking by themselves."""

    def ends_s(self) -> float:
        """Return when its clock stops, in seconds after the start."""
        times = [one.at_s for one in self.given] + [at_s for at_s, _ in self.then]
        return max(times, default=0.0)


def read(given: tuple[str, ...], then: tuple[str, ...], *, file: str, story: str) -> Script:
    """Return a story understood.

    :raises BadStory: naming the entry, and what may stand there
    """
    start = Start()
    entries: list[Given] = []
    for text in given:
        clock = _clock(text)
        if clock is not None:
            start = clock
            continue
        entries.append(_given(text, start, file, story))
    expected = []
    for text in then:
        at, _, rest = text.strip().partition(" ")
        expected.append((_time(at, start, text, file, story), " ".join(rest.split())))
    return Script(
        start=start,
        given=tuple(sorted(entries, key=lambda one: one.at_s)),
        then=tuple(sorted(expected)),
        silence=any("silence" in text.split() for text in given),
    )


def _clock(text: str) -> Start | None:
    """Return the start told by `22:30 clock` or `sat 22:30 clock`; None if it tells none."""
    parts = text.lower().split()
    if not parts or parts[-1] != "clock":
        return None
    day, second = 2, 12 * 3600
    for part in parts[:-1]:
        hour = _HOUR.fullmatch(part)
        name = _DAY_WORDS.get(part, part)
        if hour:
            second = _second(hour)
        elif name in DAYS:
            day = DAYS.index(name)
    return Start(day, second)


def _second(hour: re.Match[str]) -> int:
    return int(hour[1]) * 3600 + int(hour[2]) * 60 + int(hour[3] or 0)


def _time(at: str, start: Start, text: str, file: str, story: str) -> float:
    """Return seconds after the start: of a span, or of the next such hour of the day."""
    hour = _HOUR.fullmatch(at)
    if hour:
        return float((_second(hour) - start.second) % _DAY_S)
    try:
        return seconds(at)
    except BadPeriod as error:
        raise BadStory(file=file, key=story, found=text, wanted="20s co 41") from error


_WANTED = (
    "20s co 41 | 5s event pressed | 0s mode home=away | 5s case kind open | "
    "3m nothing | 10m silence | 22:30 clock | 5s offline"
)
_NAME = r"(?P<name>[^\s@=]+)(?:@(?P<which>[1-9]\d*))?"
_FORMS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("nothing", re.compile(r"nothing|silence")),
    ("line", re.compile(r"(?:@(?P<which>[1-9]\d*) )?(?P<value>offline|online)")),
    ("mode", re.compile(r"mode (?P<name>[^\s=]+)=(?P<value>\S+)")),
    ("case", re.compile(r"case (?P<name>\S+) (?P<value>open|opened|closed)")),
    ("event", re.compile(rf"event {_NAME}")),
    ("event", re.compile(_NAME)),
    ("reading", re.compile(rf"{_NAME} (?P<value>\S+)")),
)


def _given(text: str, start: Start, file: str, story: str) -> Given:
    at, _, rest = text.strip().partition(" ")
    said = " ".join(rest.split())
    for kind, form in _FORMS:
        found = form.fullmatch(said)
        if found:
            parts = found.groupdict()
            return Given(
                at_s=_time(at, start, text, file, story),
                kind=kind,
                name=parts.get("name") or "",
                which=int(parts.get("which") or 1),
                value=parts.get("value") or "1",
                text=text,
            )
    raise BadStory(file=file, key=story, found=text, wanted=_WANTED)


def phrases(effect: AnyEffect) -> tuple[str, ...]:
    """Return how a story may tell an effect, the plainest first; nothing if it is not told."""
    match effect:
        case CommandIssued(service=service):
            return (service,)
        case CommandOverruled(service=service):
            return (f"overruled {service}", f"{service} overruled")
        case ModeWanted(mode=mode, value=value):
            return (f"mode {mode}={value}", "mode")
    return _words_of(effect)


def _words_of(effect: AnyEffect) -> tuple[str, ...]:
    match effect:
        case AlarmRaised(severity=severity):
            return ("alarm raised", f"alarm raised {severity}", "alarm")
        case AlarmCleared():
            return ("alarm cleared",)
        case CaseWanted(kind=kind):
            return ("case opened", f"case opened {kind}", f"case {kind}", "case")
        case BroadcastWanted():
            return ("broadcast", "broadcast spoken")
        case NoticeWanted(to=to):
            return (f"notify {to}", "notify", f"notice {to}", "notice")
    return ()


def told(at_s: float, phrase: str) -> str:
    """Return an entry of `then`."""
    return f"{words(round(at_s, 3))} {phrase}"
