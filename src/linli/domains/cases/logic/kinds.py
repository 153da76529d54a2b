"""Kinds of case, as the catalogue writes them (`catalog/case_kinds.toml`)."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import time

import msgspec

from linli.contracts.cases import Matter
from linli.domains.cases.logic.clocks import OFFICE_HOURS, Calendar, Clock, Hours, span_s
from linli.domains.cases.logic.refusals import BadKind
from linli.kernel import period
from linli.kernel.fault import Fault
from linli.kernel.words import Words

GENERAL = "general"
"""Where a case goes whose kind nobody wrote."""


class CaseKind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of case: whose matter, which skill, and its limits in counted seconds. Told of one
    device by a scene and by another domain within `same_within_s` of each other, it is one case.
    """

    id: str
    name: Words
    matter: Matter
    skill: str
    limits_s: dict[Clock, float]
    calendar: Calendar = Calendar.CALENDAR
    hours: Hours = OFFICE_HOURS
    event_code: str = ""
    same_within_s: float = 0.0


class _Written(msgspec.Struct, frozen=True, kw_only=True):
    """A kind as it stands in the file. `hours` are written `08:30-12:00`."""

    name: Words
    matter: Matter
    skill: str
    respond: str
    handle: str
    check: str = "1d"
    calendar: Calendar = Calendar.CALENDAR
    hours: tuple[str, ...] = ()
    event_code: str = ""
    same_within: str = ""


def load(text: str) -> dict[str, CaseKind]:
    """Return the kinds of a catalogue file, by id.

    :raises BadKind: if one is malformed, or `general` is not among them
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise BadKind(kind="*", reason=str(wrong)) from wrong
    found = {name: _kind(name, table) for name, table in _tables(tables.get("kinds", tables))}
    if GENERAL not in found:
        raise BadKind(kind=GENERAL, reason="missing")
    return found


def _tables(node: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Yield each table that is a kind: `[facility.air]` and `["facility.air"]` mean the same."""
    for key, value in node.items():
        if not isinstance(value, dict):
            continue
        if isinstance(value.get("name"), dict) and "handle" in value:
            yield prefix + key, value
        else:
            yield from _tables(value, f"{prefix}{key}.")


def _kind(id: str, table: object) -> CaseKind:
    try:
        written = msgspec.convert(table, _Written)
        hours = tuple(_stretch(text) for text in written.hours) or OFFICE_HOURS
        limits = {
            Clock.RESPOND: written.respond,
            Clock.HANDLE: written.handle,
            Clock.CHECK: written.check,
        }
        limits_s = {
            clock: span_s(text=text, calendar=written.calendar, hours=hours)
            for clock, text in limits.items()
        }
        same_within_s = period.seconds(written.same_within) if written.same_within else 0.0
    except (msgspec.ValidationError, ValueError, Fault) as wrong:
        raise BadKind(kind=id, reason=str(wrong)) from wrong
    return CaseKind(
        id=id,
        name=written.name,
        matter=written.matter,
        skill=written.skill,
        limits_s=limits_s,
        calendar=written.calendar,
        hours=hours,
        event_code=written.event_code,
        same_within_s=same_within_s,
    )


def _stretch(text: str) -> tuple[time, time]:
    since, _, to = text.partition("-")
    stretch = time.fromisoformat(since.strip()), time.fromisoformat(to.strip())
    if stretch[0] >= stretch[1]:
        raise ValueError(text)
    return stretch
