"""What happens when, written as iCalendar (RFC 5545). The same happenings make the same bytes."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec
from icalendar import Calendar, Event, vDatetime

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """Something in a calendar; times have a zone. `weekly` are the days on which it comes again
    (1 Monday … 7 Sunday), `daily` that it does every day; until `until`, or for good.
    """

    id: str
    title: str
    start: datetime
    end: datetime
    where: str = ""
    words: str = ""
    weekly: str = ""
    daily: bool = False
    until: datetime | None = None


def turn(
    *, days: str, starts: time, ends: time, since: date, zone: ZoneInfo
) -> tuple[datetime, datetime] | None:
    """Return the first time that somebody works, from a day on; None where no day is named. What
    ends at or before it starts goes on past midnight.
    """
    first = next(
        (
            day
            for day in (since + timedelta(days=n) for n in range(7))
            if str(day.isoweekday()) in days
        ),
        None,
    )
    if first is None:
        return None
    last = first if ends > starts else first + timedelta(days=1)
    return datetime.combine(first, starts, zone), datetime.combine(last, ends, zone)


def written(*, name: str, happenings: Sequence[Happening], made_at: datetime) -> bytes:
    """Return a calendar. `made_at` stamps every event, so that nothing changes by being asked."""
    calendar = Calendar()
    calendar.add("prodid", "-//Linli//Linli//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    for one in happenings:
        calendar.add_component(_event(one, made_at))
    if happenings:
        calendar.add_missing_timezones(first_date=date(2020, 1, 1), last_date=date(2038, 1, 1))
    said: bytes = calendar.to_ical()
    return said


def _event(one: Happening, made_at: datetime) -> Event:
    event = Event()
    event.add("uid", f"{one.id}@linli")
    event.add("dtstamp", made_at.astimezone(UTC))
    event.add("summary", one.title)
    event.add("dtstart", one.start)
    event.add("dtend", one.end)
    if one.where:
        event.add("location", one.where)
    if one.words:
        event.add("description", one.words)
    if rule := _rule(one):
        event.add("rrule", rule)
    return event


def _rule(one: Happening) -> dict[str, object]:
    """Return how it comes again; empty where it does not. `until` is UTC (RFC 5545, 3.3.10)."""
    if not one.weekly and not one.daily:
        return {}
    rule: dict[str, object] = {"freq": "weekly" if one.weekly else "daily"}
    if one.weekly:
        rule["byday"] = [_DAYS[int(day) - 1] for day in sorted(set(one.weekly))]
    if one.until:
        rule["until"] = vDatetime(one.until.astimezone(UTC)).dt
    return rule
