"""Conditions from their tables."""

import math
import re
from collections.abc import Callable, Iterator
from itertools import count

from linli.kernel.table import Table, WrongChoice
from linli.scenes import faults
from linli.scenes.model import (
    WHERES,
    After,
    All,
    Any,
    AnyCondition,
    Case,
    Clock,
    Count,
    Happened,
    Held,
    Mode,
    Not,
    Rate,
    Silence,
    Threshold,
    span,
)
from linli.scenes.vocabulary import Vocabulary

OPS = ("above", "at_least", "below", "at_most", "equals", "not_equals", "outside")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)|24:00")
_EXCLUDES = {"above": (0,), "below": (1,), "at_least": (), "at_most": ()}
"""At which end of the range a limit could never be passed."""


class Reader:
    """Reads the conditions of one scene, numbering them as it goes.

    `point` is what a limit without a point of its own is about: that of [when], within [clear].
    """

    def __init__(self, *, words: Vocabulary, of: str) -> None:
        self.words = words
        self.of = of
        self.point: str | None = None
        self._nodes: Iterator[int] = count()

    def condition(self, table: Table, *, key: str, clear: bool = False) -> AnyCondition:
        """Return the condition of a table. Several kinds in one table must all be true.

        :raises Mistake: naming what is wrong, and where
        """
        parts = [
            read(self, table, key)
            for names, read in _KINDS
            if any(table.has(name) for name in names)
        ]
        if table.has("after"):
            if not clear:
                raise faults.OnlyInClear(file=table.file, key=table.name("after"))
            parts.append(After(node=self.node(), key=key, after_s=table.span("after")))
        if not parts:
            raise faults.NoCondition(file=table.file, key=table.path)
        whole = parts[0] if len(parts) == 1 else All(node=self.node(), key=key, parts=tuple(parts))
        if table.has("hold"):
            whole = Held(node=self.node(), key=key, part=whole, hold_s=table.span("hold"))
        table.end()
        return whole

    def node(self) -> int:
        return next(self._nodes)

    def where(self, table: Table) -> str | None:
        if not table.has("where"):
            return None
        return read_where(table)

    def look(self, table: Table) -> tuple[str | None, str]:
        return self.where(table), read_of(table, self.of)

    def named_point(self, table: Table) -> str:
        if not table.has("point") and self.point is not None:
            return self.point
        found = table.text("point")
        if found not in self.words.properties:
            raise faults.UnknownPoint(file=table.file, key=table.name("point"), found=found)
        self.point = self.point or found
        return found


def read_where(table: Table) -> str:
    """Return the kind of place of `where = "same zone"`; `same` may be left out."""
    found = table.text("where")
    kind = found.removeprefix("same ").strip()
    if kind not in WHERES:
        raise WrongChoice(
            file=table.file,
            key=table.name("where"),
            found=found,
            options=", ".join(f"same {one}" for one in WHERES),
        )
    return kind


def read_of(table: Table, default: str) -> str:
    """Return `any`, `all`, or how many at least: `of = 2`."""
    if not table.has("of"):
        return default
    found = table.take("of")
    if isinstance(found, int) and not isinstance(found, bool) and found >= 1:
        return str(found)
    if found not in ("any", "all"):
        raise table.wrong("of", '"any" / "all" / 2')
    return str(found)


def _several(kind: type[All | Any]) -> Callable[[Reader, Table, str], AnyCondition]:
    name = kind.__name__.lower()

    def read(reader: Reader, table: Table, key: str) -> AnyCondition:
        clear = key.startswith("clear.")
        parts = tuple(
            reader.condition(part, key=f"{key}{name}.{at}.", clear=clear)
            for at, part in enumerate(table.tables(name))
        )
        if not parts:
            raise faults.NoCondition(file=table.file, key=table.name(name))
        return kind(node=reader.node(), key=key, parts=parts)

    return read


def _not(reader: Reader, table: Table, key: str) -> AnyCondition:
    clear = key.startswith("clear.")
    part = reader.condition(table.table("not"), key=f"{key}not.", clear=clear)
    return Not(node=reader.node(), key=key, part=part)


def _point(reader: Reader, table: Table, key: str) -> AnyCondition:
    if table.has("silent"):
        return _silence(reader, table, key)
    if table.has("rises") or table.has("falls"):
        return _rate(reader, table, key)
    limit = _threshold(reader, table, key)
    return _counted(reader, table, key, limit) if table.has("count") else limit


def _event(reader: Reader, table: Table, key: str) -> AnyCondition:
    name = table.text("event")
    if name not in reader.words.events:
        raise faults.UnknownEvent(file=table.file, key=table.name("event"), found=name)
    where, of = reader.look(table)
    event = Happened(node=reader.node(), key=key, point=name, where=where, of=of)
    return _counted(reader, table, key, event) if table.has("count") else event


def _counted(reader: Reader, table: Table, key: str, what: Threshold | Happened) -> Count:
    times = table.number("count")
    if times < 1 or times != int(times):
        raise table.wrong("count", "1, 2, 3 …")
    return Count(
        node=reader.node(),
        key=key,
        what=what,
        count=int(times),
        within_s=table.span("within"),
        during=_during(reader, table, key) if table.has("while") else None,
    )


def _during(reader: Reader, table: Table, key: str) -> Mode:
    """Return the one mode in which what is counted must lie."""
    inner = table.table("while")
    if not inner.has("mode"):
        raise faults.NoCondition(file=table.file, key=inner.path)
    found = _mode(reader, inner, f"{key}while.")
    inner.end()
    if not isinstance(found, Mode):
        raise table.wrong("while", '{ mode = { home = "away" }, since = "1m" }')
    return found


def _silence(reader: Reader, table: Table, key: str) -> Silence:
    point = ""
    if table.has("point"):
        point = table.text("point")
        if point not in reader.words.properties and point not in reader.words.events:
            raise faults.UnknownPoint(file=table.file, key=table.name("point"), found=point)
    where, of = reader.look(table)
    silent_s = table.span("silent")
    return Silence(node=reader.node(), key=key, point=point, where=where, of=of, silent_s=silent_s)


def _rate(reader: Reader, table: Table, key: str) -> Rate:
    point = reader.named_point(table)
    name = "rises" if table.has("rises") else "falls"
    by = table.number(name)
    if by <= 0:
        raise table.wrong(name, "> 0")
    where, of = reader.look(table)
    return Rate(
        node=reader.node(),
        key=key,
        point=point,
        where=where,
        of=of,
        by=by if name == "rises" else -by,
        within_s=table.span("within"),
    )


def _threshold(reader: Reader, table: Table, key: str) -> Threshold:
    point = reader.named_point(table)
    ops = [op for op in OPS if table.has(op)]
    if len(ops) != 1:
        raise faults.OneLimit(file=table.file, key=table.path, options=", ".join(OPS))
    op = ops[0]
    limits = _limits(reader, table, op, point)
    slack = _hysteresis(table, op, key)
    where, of = reader.look(table)
    low, high, inverted = _clipped(reader, point, op, limits, 0.0)
    loose_low, loose_high, _ = _clipped(reader, point, op, limits, slack)
    return Threshold(
        node=reader.node(),
        key=key,
        point=point,
        where=where,
        of=of,
        op=op,
        limits=limits,
        hysteresis=slack,
        low=low,
        high=high,
        inverted=inverted,
        loose_low=loose_low,
        loose_high=loose_high,
    )


def _clipped(
    reader: Reader, point: str, op: str, limits: tuple[float, ...], slack: float
) -> tuple[float, float, bool]:
    """Return the span, open at the ends beyond which no sensor of the point can show a value."""
    low, high, inverted = span(op=op, limits=limits, slack=slack)
    reach = reader.words.range(point)
    if reach is not None and op in ("equals", "not_equals"):
        low = -math.inf if low <= reach[0] else low
        high = math.inf if high >= reach[1] else high
    return low, high, inverted


def _hysteresis(table: Table, op: str, key: str) -> float:
    slack = table.number("hysteresis", 0.0)
    if slack < 0:
        raise table.wrong("hysteresis", "≥ 0")
    if slack and (key.startswith("clear.") or op == "not_equals"):
        raise faults.NoHysteresis(file=table.file, key=table.name("hysteresis"))
    return slack


def _limits(reader: Reader, table: Table, op: str, point: str) -> tuple[float, ...]:
    limits = table.pair(op) if op == "outside" else (_value(reader, table, op, point),)
    reach = reader.words.range(point)
    if reach is None:
        return limits
    for limit in limits:
        beyond = any(limit == reach[1 - end] for end in _EXCLUDES.get(op, ()))
        if not reach[0] <= limit <= reach[1] or beyond:
            raise faults.LimitOutOfRange(
                file=table.file,
                key=table.name(op),
                found=f"{limit:g}",
                low=f"{reach[0]:g}",
                high=f"{reach[1]:g}",
            )
    return limits


def _value(reader: Reader, table: Table, op: str, point: str) -> float:
    found = table.take(op)
    if isinstance(found, bool):
        return float(found)
    if isinstance(found, (int, float)):
        return float(found)
    if isinstance(found, str):
        index = reader.words.index(point, found)
        if index is not None:
            return index
        raise faults.UnknownValue(file=table.file, key=table.name(op), found=found, point=point)
    raise table.wrong(op, "数 number")


def _clock(reader: Reader, table: Table, key: str) -> Clock:
    inner = table.table("time")
    start = _minute(inner, "from", "00:00")
    end = _minute(inner, "to", "24:00")
    days = _days(inner)
    inner.end()
    if start == end:
        raise faults.BadTime(file=table.file, key=inner.name("to"), found="")
    return Clock(node=reader.node(), key=key, start_min=start, end_min=end, days=days)


def _minute(table: Table, key: str, default: str) -> int:
    found = table.text(key, default)
    if not _TIME.fullmatch(found):
        raise faults.BadTime(file=table.file, key=table.name(key), found=found)
    hour, _, minute = found.partition(":")
    return int(hour) * 60 + int(minute)


def _days(table: Table) -> str | tuple[int, ...]:
    found = table.text("days", "all")
    if found in ("all", "working", "rest"):
        return found
    names = [one.strip() for one in found.split(",")]
    if not all(name in _DAYS for name in names):
        raise WrongChoice(
            file=table.file,
            key=table.name("days"),
            found=found,
            options="all, working, rest, " + ", ".join(_DAYS),
        )
    return tuple(sorted({_DAYS.index(name) for name in names}))


def _mode(reader: Reader, table: Table, key: str) -> AnyCondition:
    inner = table.table("mode")
    since_s = table.span("since") if table.has("since") else 0.0
    parts = []
    for name in inner.keys():  # noqa: SIM118 - a Table is no mapping
        found = inner.take(name)
        values = tuple(found) if isinstance(found, list) else (found,)
        if not values or not all(isinstance(one, str) for one in values):
            raise inner.wrong(name, '"…"')
        parts.append(
            Mode(
                node=reader.node(),
                key=key,
                mode=name,
                values=tuple(str(one) for one in values),
                since_s=since_s,
            )
        )
    if not parts:
        raise faults.NoCondition(file=table.file, key=inner.path)
    return parts[0] if len(parts) == 1 else All(node=reader.node(), key=key, parts=tuple(parts))


def _case(reader: Reader, table: Table, key: str) -> Case:
    kind = table.text("case")
    return Case(node=reader.node(), key=key, kind=kind, open=table.flag("open", default=True))


_KINDS: tuple[tuple[tuple[str, ...], Callable[[Reader, Table, str], AnyCondition]], ...] = (
    (("all",), _several(All)),
    (("any",), _several(Any)),
    (("not",), _not),
    (("event",), _event),
    (("point", "silent", "rises", "falls", *OPS), _point),
    (("time",), _clock),
    (("mode",), _mode),
    (("case",), _case),
)
