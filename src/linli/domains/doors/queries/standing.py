"""Who holds what was shown, and what right he has at a door: asked of the register as it is now."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time

import msgspec
from django.db.models import Q
from django.utils import timezone

from linli.contracts import calendar
from linli.contracts.doors import Hours
from linli.domains.doors.logic.deciding import Grant, Holder, Term
from linli.domains.doors.logic.hours import best, granted, term
from linli.domains.doors.models import Barred, Door, GroupedDoor, Right
from linli.foundation.identity.queries import Actor
from linli.foundation.scope.built_once import BuiltOnce, built_once
from linli.foundation.scope.models import ScopedRows
from linli.kernel.fault import Fault
from linli.registry.devices.catalogue import models as thing_models
from linli.registry.people import wards
from linli.registry.people.logic import is_on_duty
from linli.registry.people.models import Membership, Person, Shift, Staff
from linli.registry.people.tables import hours as shift_hours

LIFT, FREES = "lift", "floor.free"
"""A kind of door, and the service by which a floor is free there for a while."""


class NotHere(Fault):
    """The account is nobody's in the register of this community."""

    key = "doors.not_here"
    status = 404


class NotStaff(NotHere):
    """The account is no staff member's who works in this community."""

    key = "doors.not_staff"


class MovedOut(Fault):
    """He lived here and does so no more: there is no door for which a code of his is."""

    key = "doors.moved_out"
    status = 403


class Bearing(msgspec.Struct, frozen=True, kw_only=True):
    """Who shows something: a person, a staff member, or a guest by the name that he was given."""

    person: int | None = None
    staff: int | None = None
    guest: str = ""

    @property
    def name(self) -> str:
        """How he is named where it is kept who is inside."""
        if self.person is not None:
            return f"person:{self.person}"
        return f"staff:{self.staff}" if self.staff is not None else self.guest


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How somebody stands: who he is now, the households that he belongs to, his post."""

    holder: Holder
    households: Sequence[int] = ()
    on_shift: bool = True


class Allowed(msgspec.Struct, frozen=True, kw_only=True):
    """The best right that somebody has at a door, and the floors that it gives; none is all."""

    grant: Grant
    term: Term
    floors: Sequence[str] = ()


def standing(*, community: str, bearing: Bearing, now: datetime) -> Standing:
    """Return how somebody stands now."""
    if bearing.staff is not None:
        return _staff(community, bearing.staff, now)
    if bearing.person is None:
        return Standing(holder=Holder.HERE)
    if is_barred(community=community, person=bearing.person, now=now):
        return Standing(holder=Holder.BARRED)
    today = timezone.localdate(now)
    rows = _homes(community=community, person=bearing.person)
    homes = [home for home, since, until in rows if _stands(since, until, today)]
    if homes:
        return Standing(holder=Holder.HERE, households=homes)
    there = Person.rows.of(community).filter(pk=bearing.person, erased_at=None).exists()
    return Standing(holder=Holder.GONE if rows or not there else Holder.HERE)


def who_left(*, community: str, persons: Iterable[int], today: date) -> frozenset[int]:
    """Return which of these persons lived here once and have no home here today, nor one that
    waits for them.
    """
    rows = Membership.rows.of(community).filter(person__in=list(persons))
    known = list(rows.values_list("person", "until"))
    housed = {person for person, until in known if until is None or until > today}
    return frozenset(person for person, _ in known) - housed


def check_lives_here(*, community: str, bearing: Bearing, now: datetime) -> None:
    """Refuse a resident who has left: what he would draw opens nothing.

    :raises MovedOut: if he has
    """
    if bearing.person is None:
        return
    today = timezone.localdate(now)
    if who_left(community=community, persons=[bearing.person], today=today):
        raise MovedOut


@built_once
def _homes(*, community: str, person: int) -> Iterable[tuple[int, date | None, date | None]]:
    rows = Membership.rows.of(community).filter(person=person)
    return rows.values_list("household", "since", "until")


def _stands(since: date | None, until: date | None, today: date) -> bool:
    return (since is None or since <= today) and (until is None or today < until)


def _staff(community: str, staff: int, now: datetime) -> Standing:
    row = Staff.rows.of(community).filter(pk=staff, employed=True).first()
    if row is None:
        return Standing(holder=Holder.GONE)
    shifts = shift_hours(Shift.rows.of(community).filter(staff=row))
    on = is_on_duty(duty=row.duty, shifts=shifts, at=timezone.localtime(now))
    return Standing(holder=Holder.HERE, on_shift=on)


def is_barred(*, community: str, person: int, now: datetime) -> bool:
    """Tell whether a person is barred from all doors."""
    return bool(_bars(community=community, person=person, now=now))


@built_once
def _bars(*, community: str, person: int, now: datetime) -> Iterable[int]:
    rows = Barred.rows.of(community).filter(person=person, lifted_at=None, since__lte=now)
    rows = rows.filter(Q(until=None) | Q(until__gt=now))
    return rows.values_list("pk", flat=True)[:1]


def barred_of(*, community: str, persons: Collection[int], now: datetime) -> set[int]:
    """Return which of these persons are barred from all doors."""
    rows = Barred.rows.of(community).filter(person__in=persons, lifted_at=None, since__lte=now)
    return set(rows.filter(Q(until=None) | Q(until__gt=now)).values_list("person", flat=True))


def rights_of(
    *, community: str, bearing: Bearing, households: Sequence[int], door: Door | None = None
) -> list[Right]:
    """Return the rights of somebody that were not ended, at a door or at all of them."""
    if door is not None:
        return _at_door(door, bearing, households)
    rows = Right.rows.of(community).filter(_whose(bearing, households), ended_at=None)
    return list(rows.order_by("pk"))


def _at_door(door: Door, bearing: Bearing, households: Sequence[int]) -> list[Right]:
    """Return the rights at a door, asked of each by whom somebody may have one."""
    if bearing.staff is not None:
        whose: list[tuple[str, int | str]] = [("staff", bearing.staff)]
    elif bearing.person is not None:
        whose = [("person", bearing.person), *(("household", home) for home in households)]
    else:
        whose = [("guest", bearing.guest)] if bearing.guest else []
    found = [
        right
        for name, who in whose
        for right in _RIGHTS[name](community=door.community, door=door.pk, who=who)
    ]
    return sorted(found, key=lambda right: right.pk)


def _rights_of(whose: str) -> BuiltOnce[..., Right]:
    """Return the question for the rights that one of a kind has at a door."""

    @built_once
    def rights(*, community: str, door: int, who: int | str) -> ScopedRows[Right]:
        groups = GroupedDoor.rows.of(community).filter(door=door).values("group")
        rows = Right.rows.of(community).filter(**{whose: who}, ended_at=None)
        rows = rows.exclude(guest="") if whose == "guest" else rows
        return rows.filter(Q(door=door) | Q(group__in=groups))

    return rights


_RIGHTS: Mapping[str, BuiltOnce[..., Right]] = {
    whose: _rights_of(whose) for whose in ("person", "household", "staff", "guest")
}


def _whose(bearing: Bearing, households: Sequence[int]) -> Q:
    if bearing.staff is not None:
        return Q(staff=bearing.staff)
    if bearing.person is not None:
        own = Q(person=bearing.person)
        return own | Q(household__in=list(households)) if households else own
    return Q(guest=bearing.guest) & ~Q(guest="")


def allowed(*, rights: Sequence[Right], standing: Standing, floor: str, now: datetime) -> Allowed:
    """Return the best that these rights give at a time; `floor` is the landing that is wanted."""
    if not rights:
        return Allowed(grant=Grant.NONE, term=Term.NOW)
    terms = [term(since=right.since, until=right.until, now=now) for right in rights]
    if Term.NOW not in terms:
        return Allowed(grant=Grant.YES, term=min(terms, key=_WORST.index))
    current = [right for right, one in zip(rights, terms, strict=True) if one is Term.NOW]
    local = timezone.localtime(now)
    grants = [(_grant(right, standing, floor, local), right) for right in current]
    good = best([one for one, _ in grants])
    giving = [right for one, right in grants if one is good]
    floors = () if any(not right.floors for right in giving) else _floors(giving)
    return Allowed(grant=good, term=Term.NOW, floors=floors)


_WORST = (Term.NOT_YET, Term.OVER)


def _floors(rights: Sequence[Right]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(floor for right in rights for floor in right.floors))


def _grant(right: Right, standing: Standing, floor: str, at: datetime) -> Grant:
    if right.by_shift and not standing.on_shift:
        return Grant.OFF_SHIFT
    found = granted(
        hours=hours_in(right.hours), not_on_holidays=right.not_on_holidays, at=at, works=works
    )
    if found is Grant.YES and floor and right.floors and floor not in right.floors:
        return Grant.FLOOR
    return found


def works(day: date) -> bool:
    """Tell whether a day is worked."""
    return calendar.working_day(day).worked


def hours_in(rows: Sequence[dict[str, str]]) -> list[Hours]:
    """Return hours as they are kept in a row."""
    return [
        Hours(
            days=row["days"],
            starts=time.fromisoformat(row["starts"]),
            ends=time.fromisoformat(row["ends"]),
        )
        for row in rows
    ]


def hours_out(hours: Sequence[Hours]) -> list[dict[str, str]]:
    """Return hours as they are kept in a row."""
    return [
        {"days": one.days, "starts": f"{one.starts:%H:%M}", "ends": f"{one.ends:%H:%M}"}
        for one in hours
    ]


def doors_of(*, community: str, bearing: Bearing, now: datetime) -> list[Door]:
    """Return the doors to which somebody has a right in force, whatever the hour."""
    stands = standing(community=community, bearing=bearing, now=now)
    if stands.holder is not Holder.HERE:
        return []
    rights = rights_of(community=community, bearing=bearing, households=stands.households)
    current = [one for one in rights if term(since=one.since, until=one.until, now=now) is Term.NOW]
    groups = GroupedDoor.rows.of(community).filter(
        group__in=[one.group_id for one in current if one.group_id]
    )
    # asked for as "one of these or one of those", all doors of a community would be gone through
    here = {one.door_id for one in current if one.door_id} | set(
        groups.values_list("door", flat=True)
    )
    rows = Door.rows.of(community).select_related("device__place", "place")
    return list(rows.filter(pk__in=here).order_by("device__code"))


def frees_floors(door: Door) -> bool:
    """Tell whether a door is a lift that can be told from afar to take to a floor."""
    model = thing_models().get(door.device.model)
    return door.kind == LIFT and model is not None and FREES in model.services


def landings(*, door: Door, bearing: Bearing, now: datetime) -> Sequence[str]:
    """Return the landings of a lift to which somebody's right takes him now; none where it names
    none, for then it is to all.
    """
    stands = standing(community=door.community, bearing=bearing, now=now)
    rights = rights_of(
        community=door.community, bearing=bearing, households=stands.households, door=door
    )
    return allowed(rights=rights, standing=stands, floor="", now=now).floors


def is_on_shift(*, community: str, bearing: Bearing, now: datetime) -> bool:
    """Tell whether somebody is on duty now; who is no staff always is, for no right asks it."""
    return standing(community=community, bearing=bearing, now=now).on_shift


def himself(*, actor: Actor, at_work: bool = False) -> Bearing:
    """Return as whom somebody passes doors by his account: as the person who lives here, or, where
    he is `at_work`, as the staff member. Who is both is two at a door, each with his own rights.

    :raises NotHere: if the account is nobody's in the register
    :raises NotStaff: if nobody works here who signs in by it
    """
    if not at_work:
        return Bearing(person=person_of(actor))
    rows = Staff.rows.of(actor.community).filter(account=actor.account, employed=True)
    found = rows.values_list("pk", flat=True).first()
    if found is None:
        raise NotStaff
    return Bearing(staff=int(found))


def person_of(actor: Actor) -> int:
    """Return the person in the register whose account this is, or for whom it acts.

    :raises NotHere: if it is nobody's
    """
    rows = Person.rows.of(actor.community).filter(wards.himself(actor))
    found = rows.values_list("pk", flat=True).first()
    if found is None:
        raise NotHere
    return int(found)
