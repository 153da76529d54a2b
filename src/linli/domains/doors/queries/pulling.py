"""What a controller is told, so that it can decide by itself: who may pass, as marks and rules."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from linli.contracts.doors import Way
from linli.domains.doors.logic.deciding import BackRule
from linli.domains.doors.models import (
    Credential,
    Door,
    Inside,
    Right,
    SigningKey,
)
from linli.domains.doors.queries import standing
from linli.domains.doors.queries.finding import MARK
from linli.domains.doors.queries.hosts import EVER, hosted_until
from linli.domains.doors.queries.rights import rights_at
from linli.domains.doors.queries.situation import decided_mode
from linli.domains.doors.queries.standing import Bearing
from linli.domains.doors.queries.turns import hours_of_staff
from linli.foundation.consent import queries as consents
from linli.foundation.sm3 import mac
from linli.foundation.vault import queries as vault
from linli.registry.people.homes import stands
from linli.registry.people.models import Membership

AT_ONCE = 100
MOST_INSIDE = 1_000
_DAYS_AHEAD = 14


def after(*, door: Door, version: int, upto: int) -> list[Credential]:
    """Return the credentials that changed after a version, in the order in which they did: all, or
    up to a version those whose holders may pass at the door, and those of guests. (A guest's code
    says by itself that he may, so a controller is told that he may not.)
    """
    rows = Credential.rows.of(door.community).filter(version__gt=version)
    if upto:
        rows = rows.filter(_concerned(door), version__lte=upto)
    return list(rows.order_by("version")[: AT_ONCE + 1])


def _concerned(door: Door) -> Q:
    rights = rights_at(door)
    homes = rights.exclude(household=None).values("household")
    living = Membership.rows.of(door.community).filter(household__in=homes).values("person")
    return (
        Q(person__in=rights.exclude(person=None).values("person"))
        | Q(person__in=living)
        | Q(staff__in=rights.exclude(staff=None).values("staff"))
        | ~Q(guest="")
    )


def about(*, door: Door, now: datetime) -> dict[str, Any]:
    """Return how the door is kept, and by what it knows credentials and QR codes: the key of marks
    (while they are made anew also the one before), the public keys, which of the coming days are
    worked; and yesterday, whose hours may go on past midnight. `tries_since` is from when on wrong
    codes count, 0 is from ever; `mode` is over at `mode_until`, 0 is never.
    """
    index = vault.index_keys(community=door.community)
    keys = SigningKey.rows.of(door.community).filter(retired_at=None)
    mark_keys = [mac(one, MARK.encode()).hex() for one in index]
    today = timezone.localdate(now)
    days = [today + timedelta(days=ahead) for ahead in range(-1, _DAYS_AHEAD)]
    return {
        "number": door.pk,
        "tries_since": _epoch(door.tries_since),
        "mark_key": mark_keys[0] if mark_keys else "",
        "mark_keys": mark_keys,
        "keys": {str(row.number): row.public for row in keys},
        "works": {day.isoformat(): standing.works(day) for day in days},
        "ways": door.ways,
        "mode": decided_mode(door, now).value,
        "mode_until": _epoch(door.mode_until),
        "free_hours": door.free_hours,
        "release_s": door.release_s,
        "link_down": door.link_down,
        "fails": door.fails,
        "escape": door.escape,
        "fire": door.fire is not None,
        "floors": list(door.floors),
        "area": door.area,
        "back_rule": door.back_rule if door.area else BackRule.OFF.value,
        "area_doors": _others(door, area=door.area) if door.area else [],
        "interlock": _others(door, interlock=door.interlock) if door.interlock else [],
    }


def _others(door: Door, **same: str) -> list[int]:
    """Return the numbers of the other doors of its area, or of its air lock."""
    rows = Door.rows.of(door.community).filter(**same).exclude(pk=door.pk)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def inside(*, door: Door) -> dict[str, float]:
    """Return who is in the area of a door, and since when (epoch seconds): of very many those who
    came last, for who is not told of is let in.
    """
    rows = Inside.rows.of(door.community).filter(area=door.area, inside=True)
    found = rows.order_by("-at").values_list("holder", "at")[:MOST_INSIDE]
    return {holder: at.timestamp() for holder, at in found}


def entries(
    *, door: Door, rows: Sequence[Credential], now: datetime
) -> tuple[list[dict[str, Any]], list[int]]:
    """Return what these credentials may at a door, and the numbers of those that may nothing."""
    open_now = [row for row in rows if row.state == "open" and not _over(row, now)]
    found = _rules(door, open_now, now)
    faces = _agreeing(door.community, open_now)
    told = [
        _entry(row, rules, door)
        for row in open_now
        if (rules := found.get(row.pk)) and (row.way != Way.FACE or row.pk in faces)
    ]
    kept = {one["c"] for one in told}
    return told, [row.pk for row in rows if row.pk not in kept]


def _over(row: Credential, now: datetime) -> bool:
    return row.until is not None and now >= row.until


def _entry(row: Credential, rules: Sequence[Mapping[str, Any]], door: Door) -> dict[str, Any]:
    """Return what a controller keeps of a credential. That it calls for help is not in it: whoever
    opens a controller finds none of these out, and the call is raised here when it is told.
    """
    holder = Bearing(person=row.person_id, staff=row.staff_id, guest=row.guest).name
    entry: dict[str, Any] = {"c": row.pk, "way": row.way, "rules": list(rules)}
    more = {
        "mark": row.mark,
        "short": row.short,
        "from": _epoch(row.since),
        "until": _epoch(row.until),
        "uses": row.uses if row.ring == door.ring else 0,
        "serial": row.serial,
        "staff": row.staff_id is not None,
        "holder": holder if door.area else "",
    }
    return entry | {name: value for name, value in more.items() if value}


def _agreeing(community: str, rows: Sequence[Credential]) -> set[int]:
    return {
        row.pk
        for row in rows
        if row.way == Way.FACE
        and consents.agreed(community=community, purpose="face", subject=f"person:{row.person_id}")
    }


def _rules(
    door: Door, rows: Sequence[Credential], now: datetime
) -> dict[int, list[dict[str, Any]]]:
    """Return the rules of each credential at a door; the register is read once for all."""
    community = door.community
    people = {row.person_id for row in rows if row.person_id}
    staff = {row.staff_id for row in rows if row.staff_id}
    guests = {row.guest for row in rows if row.guest}
    homes = _homes(community, people, now)
    households = {home for one in homes.values() for home, _ in one}
    whose = Q(person__in=people) | Q(household__in=households)
    whose |= Q(staff__in=staff) | Q(guest__in=guests)
    by = _by_holder(rights_at(door).filter(whose, Q(until=None) | Q(until__gt=now)))
    barred = standing.barred_of(community=community, persons=people, now=now)
    shifts = hours_of_staff(community=community, staff=sorted(staff), today=timezone.localdate(now))
    hosts = hosted_until(door=door, rows=rows, now=now)
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        if row.person_id in barred or (row.staff_id and row.staff_id not in shifts):
            continue
        if (until := hosts.get(row.pk, EVER)) > now:
            found[row.pk] = _of(row, by, homes, shifts, until)
    return found


def _by_holder(rights: Any) -> dict[tuple[str, Any], list[Right]]:
    found: dict[tuple[str, Any], list[Right]] = defaultdict(list)
    for right in rights:
        for kind, who in (
            ("person", right.person_id),
            ("household", right.household_id),
            ("staff", right.staff_id),
            ("guest", right.guest),
        ):
            if who:
                found[kind, who].append(right)
    return found


def _of(
    row: Credential,
    by: Mapping[tuple[str, Any], list[Right]],
    homes: Mapping[int, list[tuple[int, float | None]]],
    shifts: Mapping[int, list[dict[str, str]]],
    hosted: datetime,
) -> list[dict[str, Any]]:
    rules = [_rule(one, None, []) for one in by.get(("person", row.person_id), [])]
    for home, until in homes.get(row.person_id or 0, []):
        rules += [_rule(one, until, []) for one in by.get(("household", home), [])]
    for one in by.get(("staff", row.staff_id), []):
        rules.append(_rule(one, None, shifts[row.staff_id or 0]))
    until = None if hosted == EVER else hosted.timestamp()
    return rules + [_rule(one, until, []) for one in by.get(("guest", row.guest), [])]


def _rule(right: Right, until: float | None, shifts: list[dict[str, str]]) -> dict[str, Any]:
    """Return a right as a controller keeps it. `until` is when the lease ends, or when a guest's
    host may pass no more himself, if that is sooner. Whoever passes on duty only is told by the
    hours of his shifts (`duty`), beside those of the right: he passes in both. Where the right has
    no hours, those of his shifts stand there too: to a controller that does not know `duty`, no
    hours are all hours.
    """
    duty = shifts if right.by_shift else []
    ends = [one for one in (_epoch(right.until), until) if one]
    rule: dict[str, Any] = {
        "from": _epoch(right.since),
        "until": min(ends) if ends else 0.0,
        "hours": right.hours or duty,
        "duty": duty,
        "floors": right.floors,
        "rest": right.not_on_holidays,
    }
    return {name: value for name, value in rule.items() if value}


def _homes(
    community: str, people: set[int], now: datetime
) -> dict[int, list[tuple[int, float | None]]]:
    """Return the households of persons today, and when they leave them (epoch seconds)."""
    today, found = timezone.localdate(now), defaultdict[int, list[tuple[int, float | None]]](list)
    rows = Membership.rows.of(community).filter(stands(today), person__in=people)
    for person, home, until in rows.values_list("person", "household", "until"):
        ends = datetime.combine(until, datetime.min.time()) if until else None
        found[person].append((home, timezone.make_aware(ends).timestamp() if ends else None))
    return found


def _epoch(at: datetime | None) -> float:
    return at.timestamp() if at else 0.0
