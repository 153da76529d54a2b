"""Every read of people and what is theirs, one at a time or as a list."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from django.db.models import CharField, OuterRef, Prefetch, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from linli.foundation.consent import queries as consents
from linli.foundation.identity import queries as identity
from linli.foundation.privacy import purposes
from linli.foundation.vault import queries as vault
from linli.foundation.vault import sealed as sealing
from linli.kernel.fault import Fault
from linli.registry.people import health, logic, planning, tables
from linli.registry.people.entries import (
    EquipmentEntry,
    HouseholdEntry,
    OrganisationEntry,
    PersonEntry,
    StaffEntry,
    VehicleEntry,
)
from linli.registry.people.models import (
    GroupMembership,
    Household,
    Membership,
    Person,
    Staff,
    Vehicle,
)
from linli.registry.people.tables import TABLES
from linli.registry.places import queries as places
from linli.registry.places.logic import normalised


class NotFound(Fault):
    key = "people.not_found"
    status = 404


class OnDuty(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who can be sent: number in the register, account, skills, place and turn.

    `skills` holds his skills and the roles of his account. `position` is (longitude, latitude) in
    degrees as last told at `position_at`. `cells` are the paths of his grid cells. `since` and
    `until` bound his turn; both None where he was called in.
    """

    staff: int
    account: int | None
    code: str
    name: str
    skills: tuple[str, ...]
    cells: tuple[str, ...]
    position: tuple[float, float] | None
    position_at: datetime | None
    since: datetime | None
    until: datetime | None


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a list or a single record: its number, its entry (masked as the reader's right and
    purpose ask), and what belongs beside it.
    """

    id: int
    entry: Any
    beside: dict[str, Any] = {}


class Sought(msgspec.Struct, frozen=True, kw_only=True):
    """Which rows of a list: every field narrows. `seen` are the places below which one may look,
    `agreeing` leaves out persons who have not agreed to a purpose.
    """

    text: str = ""
    place: str = ""
    group: str = ""
    seen: Sequence[str] = ()
    agreeing: str = ""
    after: int = 0
    limit: int = 100


WHERE: dict[type, tuple[str, ...]] = {
    HouseholdEntry: ("room",),
    OrganisationEntry: ("place",),
    VehicleEntry: ("household__room", "garage", "organisation__place"),
    EquipmentEntry: ("place",),
    StaffEntry: ("place",),
}
"""Ways to the places by which a row is narrowed; people by the rooms of their households."""


def staff_on_duty(
    *, community: str, skill: str = "", account: int | None = None, at: datetime
) -> list[OnDuty]:
    """Return who is on duty at a time and has a skill or role (any, if none is named); of whose
    account is named, nobody else is read.
    """
    employed = Staff.rows.of(community).filter(employed=True).exclude(duty="off")
    employed = employed if account is None else employed.filter(account=account)
    rows = planning.prepared(employed, community)
    staff = planning.opened(rows.order_by("pk"), community, purpose="dispatch")
    roles = identity.roles_of(
        community=community,
        accounts=[row.account_id for row in staff if row.account_id],
        now=at,
    )
    local = timezone.localtime(at)
    found = (_on_duty(row, local, roles.get(row.account_id, frozenset())) for row in staff)
    return [one for one in found if one and (not skill or skill in one.skills)]


def _on_duty(row: Staff, at: datetime, roles: frozenset[str]) -> OnDuty | None:
    turn = logic.turn(shifts=tables.hours(row.shifts.all()), at=at)
    if turn is None and row.duty != "on":
        return None
    since, until = turn or (None, None)
    return OnDuty(
        staff=row.pk,
        account=row.account_id,
        code=row.code,
        name=row.name,
        skills=tuple(dict.fromkeys([*row.skills, *sorted(roles)])),
        cells=tuple(duty.cell.path for duty in row.cells.all()),
        position=position(row),
        position_at=row.position_at,
        since=since,
        until=until,
    )


def position(row: Staff) -> tuple[float, float] | None:
    """Return (longitude, latitude) in degrees, if it was ever told and may be seen."""
    if not row.position:
        return None
    longitude_deg, _, latitude_deg = row.position.partition(",")
    return float(longitude_deg), float(latitude_deg)


def rows_of(*, community: str, kind: type, sought: Sought) -> Any:
    """Return the query of all rows of a kind that are sought, in the order of their numbers."""
    rows = TABLES[kind].model.rows.of(community)  # type: ignore[attr-defined]
    if kind is PersonEntry:
        rows = rows.filter(erased_at=None)
    rows = rows.filter(_within(community, kind, sought.seen, unplaced=False))
    if sought.place:
        rows = rows.filter(_within(community, kind, [sought.place], unplaced=False))
    if sought.agreeing:
        name = Concat(Value("person:"), Cast(OuterRef("pk"), CharField()))
        said = consents.said_yes(community=community, purpose=sought.agreeing, subject=name)
        rows = rows.alias(agrees=said).filter(agrees=True)
    if sought.group and kind is PersonEntry:
        rows = rows.filter(pk__in=_members_of(community, sought.group, rows))
    if sought.text and TABLES[kind].search:
        rows = rows.filter(_matches(community, kind, sought.text))
    return rows.filter(pk__gt=sought.after).order_by("pk")


def _members_of(community: str, group: str, among: Any) -> Any:
    """Return who is in a group, by number; where it tells of health, of these persons only."""
    if group in logic.HEALTH_GROUPS:
        return health.members(community=community, group=group, persons=among)
    return health.in_group(community=community, group=group).values("person")


def _matches(community: str, kind: type, text: str) -> Q:
    model, found = TABLES[kind].model, Q()
    for part in text.split():
        fits = Q(words__contains=normalised(part))
        for field in sealing.fields(model):
            if len(part) == field.tail and part.isdecimal():
                name = f"{model.__name__}.{field.name}.tail"
                ends = vault.found_by(community=community, field=name, values=[part])
                fits |= Q(**{f"{field.name}_tail__in": list(ends)})
        found &= fits
    return found


def _within(community: str, kind: type, paths: Sequence[str], *, unplaced: bool) -> Q:
    if not paths:
        return Q()
    if kind is PersonEntry:
        homes = Membership.rows.of(community).filter(places.within(paths, "household__room__path"))
        return Q(pk__in=homes.values("person"))
    found = Q()
    for way in WHERE[kind]:
        here = places.numbers_within(community=community, paths=paths)
        found |= Q(**{f"{way}__in": here})
    return found


def _stands(on: date | None = None) -> Q:
    return Q(until=None) | Q(until__gt=on) if on else Q(until=None)


def listed(
    *, community: str, kind: type, sought: Sought, now: datetime, full: bool, groups: str = ""
) -> list[Shown]:
    """Return rows of a list, personal numbers masked. `full` tells whether the reader may know
    people at all; without it, owners and members are left out. `groups`: the purpose he reads for,
    where it tells in which special groups somebody is, and not in how many alone.
    """
    rows = rows_of(community=community, kind=kind, sought=sought)
    listed = planning.prepared(rows, community)[: sought.limit]
    found = planning.opened(listed, community, purpose="")
    beside = _beside(community, kind, found, now, full=full, groups=groups)
    return [
        Shown(
            id=row.pk,
            entry=masked(tables.as_entry(row, kind), kind, full=full),
            beside=beside.get(row.pk, {}),
        )
        for row in found
    ]


def shown(
    *,
    community: str,
    kind: type,
    id: int,
    purpose: str,
    seen: Sequence[str],
    now: datetime,
    full: bool = True,
) -> Shown:
    """Return a single record, in full as far as the purpose goes; none masks it as a list does, and
    so does one to which the person has not agreed (`withdrawn`, `unsaid` beside the entry).

    :raises NotFound: if it is not there, or not where the reader may look
    :raises UnknownPurpose: if the purpose is none of those declared
    """
    if purpose:
        purposes.purpose(purpose, among=logic.READ_FOR)
    row = _row(community, kind, id, seen, purpose)
    groups = purpose if purpose in health.OPENED_FOR else ""
    beside = _beside(community, kind, [row], now, full=full, groups=groups)
    entry = masked(tables.as_entry(row, kind), kind, full=full)
    more = dict(beside.get(row.pk, {}))
    if isinstance(row, Person | Staff) and purpose:
        said = consents.states(community=community, subject=planning.subject_of(row))
        more["withdrawn"] = [key for key, state in said.items() if state == "withdrawn"]
        more["unsaid"] = [key for key in logic.READ_FOR if said[key] == "unsaid"]
        if purpose == "visit" and said[purpose] != "given":
            more["groups"] = []
    return Shown(id=row.pk, entry=entry, beside=more)


def with_words(shown: Shown, texts: Mapping[int, str]) -> Shown:
    """Return a person with the words of groups that were opened, by the numbers of their rows."""
    groups = [
        group | {"group": texts.get(group["id"], group["group"])}
        for group in shown.beside["groups"]
    ]
    return msgspec.structs.replace(shown, beside=shown.beside | {"groups": groups})


def entry(*, community: str, kind: type, id: int, seen: Sequence[str]) -> Any:
    """Return a row as the entry that would make it, nothing masked: for writing, not for showing.

    :raises NotFound: if it is not there, or not where the actor may act
    """
    return tables.as_entry(_row(community, kind, id, seen, "correction"), kind)


def _row(community: str, kind: type, id: int, seen: Sequence[str], purpose: str) -> Any:
    rows = rows_of(community=community, kind=kind, sought=Sought(seen=seen)).filter(pk=id)
    row = planning.prepared(rows, community).first()
    if row is None:
        raise NotFound(id=id)
    return planning.opened([row], community, purpose=purpose)[0]


_PEOPLE_ONLY: dict[type, tuple[str, ...]] = {VehicleEntry: ("owner",)}


def masked(entry: Any, kind: type, *, full: bool) -> Any:
    """Hide whose it is from whoever may not know people."""
    hidden = () if full else _PEOPLE_ONLY.get(kind, ())
    return msgspec.structs.replace(entry, **dict.fromkeys(hidden)) if hidden else entry


def _beside(
    community: str, kind: type, rows: list[Any], now: datetime, *, full: bool, groups: str
) -> Mapping[int, dict[str, Any]]:
    if kind is PersonEntry:
        return _homes_and_groups(community, rows, now, groups=groups)
    if kind is HouseholdEntry:
        return _members(community, rows, now) if full else {}
    if kind is StaffEntry:
        return {row.pk: _duty(row, now) for row in rows}
    if kind is VehicleEntry:
        return {row.pk: {"owner_name": _owner_name(row, full=full)} for row in rows}
    return {}


def _owner_name(row: Vehicle, *, full: bool) -> str | None:
    """Return whose it is; `张*` for whoever may not know people, and must have a car moved."""
    if row.owner is None:
        return None
    return row.owner.name if full else logic.masked_name(row.owner.name)


def _duty(row: Staff, now: datetime) -> dict[str, Any]:
    turn = _on_duty(row, timezone.localtime(now), frozenset())
    return {
        "on_duty": turn is not None and row.duty != "off" and row.employed,
        "position": position(row),
        "position_at": row.position_at,
    }


def _homes_and_groups(
    community: str, rows: list[Any], now: datetime, *, groups: str
) -> dict[int, dict[str, Any]]:
    today = timezone.localdate(now)
    out: dict[int, dict[str, Any]] = {
        row.pk: {"homes": [], "groups": [], "special": 0} for row in rows
    }
    for row in rows:
        out[row.pk]["age"] = logic.age(born_on=row.born_on, on=today) if row.born_on else None
    ids = [row.pk for row in rows]
    homes = Membership.rows.of(community).filter(person__in=ids).select_related("household__room")
    named = list(homes.order_by("pk"))
    names = places.full_names(
        community=community, paths=[home.household.room.path for home in named]
    )
    for home in named:
        path = home.household.room.path
        out[home.person_id]["homes"].append(
            {
                "household": home.household_id,
                "room": path,
                "room_name": _two(names[path]),
                "relation": home.relation,
                "since": home.since,
                "until": home.until,
            }
        )
    belong = GroupMembership.rows.of(community).filter(person__in=ids).order_by("pk")
    for group in health.opened(belong, community=community, purpose=groups):
        out[group.person_id]["special"] += group.until is None or group.until > today
        if not groups:
            continue
        out[group.person_id]["groups"].append(
            {"id": group.pk, "group": group.group, "since": group.since, "until": group.until,
             "source": group.source}
        )  # fmt: skip
    return out


def _members(community: str, rows: list[Household], now: datetime) -> dict[int, dict[str, Any]]:
    today = timezone.localdate(now)
    names = places.full_names(community=community, paths=[row.room.path for row in rows])
    out: dict[int, dict[str, Any]] = {
        row.pk: {"room_name": _two(names[row.room.path]), "members": []} for row in rows
    }
    groups = GroupMembership.rows.of(community).filter(_stands(today))
    members = (
        Membership.rows.of(community)
        .filter(_stands(today), household__in=list(out))
        .select_related("person")
        .prefetch_related(Prefetch("person__groups", queryset=groups))
    )
    found = list(members.order_by("pk"))
    people = [member.person for member in found]
    planning.opened(people, people[0].community if people else "", purpose="")
    for member in found:
        out[member.household_id]["members"].append(
            {
                "person": member.person_id,
                "code": member.person.code,
                "name": member.person.name,
                "relation": member.relation,
                "phone": member.person.phone,
                "age": logic.age(born_on=member.person.born_on, on=today)
                if member.person.born_on
                else None,
                "special": len(member.person.groups.all()),
            }
        )
    return out


def _two(names: tuple[str, str]) -> dict[str, str]:
    return {"zh": names[0], "en": names[1]}
