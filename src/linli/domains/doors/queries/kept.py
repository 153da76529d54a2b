"""How a door is kept, in words: what a fact, the trail and a second person are told of a change."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any

from linli.contracts import changes
from linli.contracts.changes import Change
from linli.contracts.doors import Hours
from linli.domains.doors.models import Door
from linli.domains.doors.queries import finding
from linli.domains.doors.queries.standing import hours_in
from linli.foundation.privacy import telling
from linli.kernel.words import Words

_TOLD = (
    "kind", "area", "back_rule", "interlock", "escape", "fails", "link_down", "ways", "camera",
    "release_s", "mode",
)  # fmt: skip
_LONGEST = 200
_DAYS = {
    "all": Words(zh="每天", en="every day"),
    "working": Words(zh="工作日", en="on working days"),
    "rest": Words(zh="休息日", en="on days of rest"),
}
_NAMED = tuple(
    zip("一二三四五六日", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True)
)


def said(row: Door) -> Mapping[str, str]:
    """Return how a door is kept, by what of it."""
    found: dict[str, Any] = {name: getattr(row, name) for name in _TOLD}
    readers = [f"{one.code}={one.direction}" for one in finding.readers(row)]
    found |= {
        "place": row.place.path,
        "floors": [f"{floor}={path}" for floor, path in sorted(row.floors.items())],
        "free_hours": [_hours(one).en for one in hours_in(row.free_hours)],
        "mode_until": moment(row.mode_until),
        "readers": readers,
    }
    return {name: changes.as_text(value) for name, value in found.items()}


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[Change]:
    """Return what is otherwise now."""
    return changes.between(before, after, longest=_LONGEST)


def line(told: Sequence[Change], why: str) -> str:
    """Return what the trail says of a change, and of why."""
    return " · ".join(part for part in (changes.line(told), why) if part)


def moment(at: datetime | None) -> str:
    """Return a local time as one reads it; nothing where there is none."""
    return telling.moment(at) if at else ""


def hours_words(hours: Sequence[Hours]) -> Words:
    """Return free hours as one reads them."""
    each = [_hours(one) for one in hours]
    return Words(zh="、".join(one.zh for one in each), en=", ".join(one.en for one in each))


def _hours(hours: Hours) -> Words:
    whole = hours.starts == hours.ends == time(0)
    span = "00:00–24:00" if whole else f"{hours.starts:%H:%M}–{hours.ends:%H:%M}"
    days = _DAYS.get(hours.days) or Words(
        zh="周" + "、".join(zh for day, (zh, _) in enumerate(_NAMED, 1) if str(day) in hours.days),
        en=", ".join(en for day, (_, en) in enumerate(_NAMED, 1) if str(day) in hours.days),
    )
    return Words(zh=f"{days.zh} {span}", en=f"{days.en} {span}")
