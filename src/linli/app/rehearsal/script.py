"""The script of a rehearsal (推演脚本), as it stands in `catalog/rehearsals/<name>.toml`."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from linli.app.demo.incidents import INCIDENTS, Step
from linli.app.rehearsal import steps
from linli.kernel.fault import Fault
from linli.kernel.table import Mistake, Table, parse
from linli.kernel.words import Words

_LONGEST_S = 31 * 86_400.0
_ALWAYS = 1.0


class BadScript(Fault):
    """A script cannot be read: `file`, `line` (0 where none can be named), and `why` as a fault."""

    key = "rehearsal.bad_script"
    status = 422


class BadTime(Mistake):
    key = "rehearsal.bad_time"


class Habits(msgspec.Struct, frozen=True, kw_only=True):
    """How the staff work. Times in seconds, each taken by chance from 0.6 to 1.4 of it.

    `answers` is the share of cases that anybody takes up at all; `slow` the share of steps that
    take four times as long.
    """

    answers: float = _ALWAYS
    slow: float = 0.0
    file_s: float = 300.0
    accept_s: float = 120.0
    arrive_s: float = 300.0
    settle_s: float = 900.0
    check_s: float = 600.0


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What must come of an incident. Times in seconds after its beginning; None is any time.

    `effects` are words as in stories (`fan.on`, `alarm raised`, `case opened`, `broadcast`), and
    `escalated` (a clock of its case ran out) and `refused` (a device did not do as it was told).
    """

    scenes: Sequence[str] = ()
    within_s: float | None = None
    effects: Sequence[str] = ()
    answered_within_s: float | None = None
    closed_within_s: float | None = None


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """Something that befalls the community `at_s` seconds after the start.

    `device` is a code or pattern, `place` a path below which the device stands; both empty leave it
    to the kind. Alarms are put down to it until `aftermath_s` after its last step ended.
    """

    name: Words
    kind: str
    at_s: float
    device: str
    place: str
    steps: Sequence[Step]
    expected: Expected
    aftermath_s: float


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """A rehearsal. `part` are paths to which the community is cut down; empty is all of it.

    `false_alarms_a_day` is how many are borne; None is any number.
    """

    id: str
    name: Words
    about: Words
    start: datetime
    length_s: float
    seed: int
    part: Sequence[str]
    habits: Habits
    incidents: Sequence[Incident]
    false_alarms_a_day: float | None


def read(text: str, *, file: str, id: str) -> Script:
    """Return the script of a text.

    :raises BadScript: naming the first mistake and its line
    """
    try:
        return _script(Table(file=file, path="", rows=parse(text, file=file)), id)
    except Mistake as mistake:
        key = str(mistake.values.get("key", ""))
        raise BadScript(file=file, line=line_of(text, key), why=mistake) from mistake


def line_of(text: str, key: str) -> int:
    """Return the line (from 1) where a key of a TOML text stands, as `incident.2.expect.within`;
    that of its table where the key itself is not there; 0 where even that is not.
    """
    lines = text.splitlines()
    begin, parts = 0, key.split(".")
    for part in parts:
        begin = _find(lines, begin, part, parts) or begin
    return begin


def _find(lines: Sequence[str], after: int, part: str, parts: Sequence[str]) -> int:
    """Return the line after which a part of a key is spoken of; 0 if none is."""
    if part.isdecimal():
        head = ".".join(one for one in parts[: parts.index(part)] if not one.isdecimal())
        heads = [n for n, line in enumerate(lines, 1) if line.strip().startswith(f"[[{head}]]")]
        heads = [n for n in heads if n >= after]
        return heads[int(part)] if int(part) < len(heads) else 0
    for number, line in enumerate(lines[after:], after + 1):
        bare = line.strip()
        if bare.startswith((f"{part} =", f"{part}=")) or f".{part}]" in bare:
            return number
        if bare.startswith("[[") and after:
            return 0
        if bare == f"[{part}]":
            return number
    return 0


def _script(table: Table, id: str) -> Script:
    start = _start(table)
    length_s = table.span("length")
    if not 0 < length_s <= _LONGEST_S:
        raise table.wrong("length", "1s … 31d")
    habits = _habits(table.table("staff"))
    found = Script(
        id=id,
        name=table.words("name"),
        about=table.words("about") if table.has("about") else Words(zh="", en=""),
        start=start,
        length_s=length_s,
        seed=int(table.number("seed", 1)),
        part=table.texts("part") if table.has("part") else (),
        habits=habits,
        incidents=[_incident(one, start, length_s) for one in table.tables("incident")],
        false_alarms_a_day=_borne(table.table("expect")),
    )
    table.end()
    return found


def _start(table: Table) -> datetime:
    text = table.text("start")
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise table.wrong("start", '"2026-11-21 08:00"') from error
    return at if at.tzinfo else at.replace(tzinfo=steps.CHINA)


def _borne(table: Table) -> float | None:
    found = table.number("false_alarms_a_day") if table.has("false_alarms_a_day") else None
    table.end()
    return found


def _habits(table: Table) -> Habits:
    usual = Habits()
    found = Habits(
        answers=_share(table, "answers", usual.answers),
        slow=_share(table, "slow", usual.slow),
        **{
            f"{key}_s": table.span(key) if table.has(key) else getattr(usual, f"{key}_s")
            for key in ("file", "accept", "arrive", "settle", "check")
        },
    )
    table.end()
    return found


def _share(table: Table, key: str, usual: float) -> float:
    found = table.number(key, usual)
    if not 0 <= found <= 1:
        raise table.wrong(key, "0 … 1")
    return found


def _incident(table: Table, start: datetime, length_s: float) -> Incident:
    kind = table.choice("kind", sorted(INCIDENTS), "") if table.has("kind") else ""
    own = [steps.step_of(one) for one in table.tables("step")]
    if bool(own) == bool(kind):
        raise table.wrong("kind", "kind 或 [[incident.step]] 之一 one of the two")
    if own and not table.has("device"):
        raise table.wrong("device", "设备编号 a device code")
    found = Incident(
        name=table.words("name") if own or table.has("name") else INCIDENTS[kind].words,
        kind=kind,
        at_s=_at(table, start, length_s),
        device=table.text("device") if table.has("device") else "",
        place=table.text("place") if table.has("place") else "",
        steps=own or INCIDENTS[kind].steps,
        expected=_expected(table.table("expect")),
        aftermath_s=table.span("aftermath", "30m"),
    )
    table.end()
    return found


def _at(table: Table, start: datetime, length_s: float) -> float:
    """Return when it begins: `at` is the first time that the clock shows so, `after` a span."""
    if table.has("at") == table.has("after"):
        raise BadTime(file=table.file, key=table.name("at"))
    if table.has("after"):
        at_s, key = table.span("after"), "after"
    else:
        at_s, key = _of_the_clock(table, start), "at"
    if at_s >= length_s:
        raise BadTime(file=table.file, key=table.name(key))
    return at_s


def _of_the_clock(table: Table, start: datetime) -> float:
    text = table.text("at")
    try:
        shown = datetime.strptime(text, "%H:%M:%S" if text.count(":") > 1 else "%H:%M")  # noqa: DTZ007
    except ValueError as error:
        raise table.wrong("at", '"02:10"') from error
    when = start.replace(hour=shown.hour, minute=shown.minute, second=shown.second)
    return (when - start) % timedelta(days=1) / timedelta(seconds=1)


def _expected(table: Table) -> Expected:
    found = Expected(
        scenes=table.texts("scenes") if table.has("scenes") else (),
        effects=table.texts("effects") if table.has("effects") else (),
        within_s=_within(table, "within"),
        answered_within_s=_within(table, "answered_within"),
        closed_within_s=_within(table, "closed_within"),
    )
    table.end()
    return found


def _within(table: Table, key: str) -> float | None:
    return table.span(key) if table.has(key) else None
