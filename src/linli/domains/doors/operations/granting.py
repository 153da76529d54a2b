"""Who may pass where: rights given and ended, households moved in and out, persons barred."""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from linli.contracts import approvals
from linli.contracts.approvals import LetPass
from linli.contracts.doors import Hours, HouseholdMoved
from linli.domains.doors.models import Barred, Credential, Door, Right
from linli.domains.doors.operations import departing, versions
from linli.domains.doors.queries import finding
from linli.domains.doors.queries.finding import LIVING
from linli.domains.doors.queries.standing import hours_out
from linli.foundation import ids
from linli.foundation.approvals import operations as asking
from linli.foundation.approvals.models import Approval
from linli.foundation.identity.queries import Actor
from linli.foundation.outbox import operations as outbox
from linli.kernel.fault import Fault
from linli.kernel.words import Words
from linli.registry.people.models import Household, Membership, Person, Staff
from linli.registry.places import queries as places


class OneHolder(Fault):
    """A right is of one person, household or staff member who is in the register."""

    key = "doors.one_holder"
    status = 422


class OneTarget(Fault):
    """A right is to one door or to one group."""

    key = "doors.one_target"
    status = 422


class RightNotFound(Fault):
    key = "doors.right_not_found"
    status = 404


class NoHousehold(Fault):
    key = "doors.no_household"
    status = 404


class BarredAlready(Fault):
    key = "doors.barred_already"


class NewRight(msgspec.Struct, frozen=True, kw_only=True):
    """A right to be given: who (one), where (a door's code or a group's), when."""

    person: int | None = None
    household: int | None = None
    staff: int | None = None
    guest: str = ""
    door: str = ""
    group: str = ""
    hours: Sequence[Hours] = ()
    not_on_holidays: bool = False
    by_shift: bool = False
    floors: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None
    source: str = "desk"


@transaction.atomic
def grant(*, community: str, new: NewRight, by: int | None, now: datetime) -> Right:
    """Give a right.

    :raises OneHolder, OneTarget: if it is not of one to one
    :raises finding.DoorNotFound, finding.GroupNotFound: if there is no such door or group
    """
    _check(community, new)
    row = write(community=community, new=new, by=by, now=now)
    versions.changed(rows=concerned(community=community, rights=[row]), now=now)
    return row


def _check(community: str, new: NewRight) -> None:
    holders = [
        model.rows.of(community).filter(pk=number).exists()
        for model, number in (
            (Person, new.person),
            (Household, new.household),
            (Staff, new.staff),
        )
        if number is not None
    ]
    if holders != [True]:
        raise OneHolder
    if bool(new.door) is bool(new.group):
        raise OneTarget


def write(*, community: str, new: NewRight, by: int | None, now: datetime) -> Right:
    """Write a right, in the caller's transaction; who announces it is the caller. A group is
    locked: nobody deletes it meanwhile.
    """
    door = finding.door(community=community, code=new.door) if new.door else None
    group = finding.group(community=community, code=new.group, lock=True) if new.group else None
    return Right.rows.create(
        community=community,
        person_id=new.person,
        household_id=new.household,
        staff_id=new.staff,
        guest=new.guest,
        door=door,
        group=group,
        hours=hours_out(new.hours),
        not_on_holidays=new.not_on_holidays,
        by_shift=new.by_shift,
        floors=list(new.floors),
        since=new.since,
        until=new.until,
        source=new.source,
        at=now,
        by_id=by,
    )


def concerned(*, community: str, rights: Sequence[Right]) -> list[Credential]:
    """Return the credentials whose holders have these rights, and those of their guests, who may no
    more than they.
    """
    homes = [right.household_id for right in rights if right.household_id]
    members = Membership.rows.of(community).filter(household__in=homes).values("person")
    persons = [right.person_id for right in rights if right.person_id]
    whose = Q(person__in=members) | Q(person__in=persons)
    whose |= Q(host__in=members) | Q(host__in=persons)
    whose |= Q(host=None) & (Q(home__in=homes) | Q(home__in=_homes_of(community, persons)))
    whose |= Q(staff__in=[right.staff_id for right in rights if right.staff_id])
    whose |= Q(guest__in=[right.guest for right in rights if right.guest])
    rows = Credential.rows.of(community).filter(whose, state__in=LIVING)
    return list(rows.select_for_update(of=("self",)).order_by("pk"))


def _homes_of(community: str, persons: Sequence[int]) -> list[int]:
    """Return the numbers of the homes of persons: a guest of none of them in particular may what
    one of them may.
    """
    rows = Membership.rows.of(community).filter(person__in=persons)
    return list(rows.values_list("household", flat=True))


@transaction.atomic
def end(*, community: str, id: int, now: datetime) -> Right:
    """End a right; twice is once.

    :raises RightNotFound: if there is none of this number
    """
    row = Right.rows.of(community).select_for_update(of=("self",)).filter(pk=id).first()
    if row is None:
        raise RightNotFound(right=id)
    if row.ended_at is None:
        row.ended_at = now
        row.save(update_fields=["ended_at"])
        versions.changed(rows=concerned(community=community, rights=[row]), now=now)
    return row


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """A household is to move in or out (`way`); a tenant until the day that his lease ends."""

    room: str
    way: str
    until: date | None = None


def ask_move(*, actor: Actor, move: Move, reason: str, now: datetime) -> Approval:
    """Ask that a household may move in or out: a second person lets it pass.

    :raises NoHousehold: if nobody is registered in this room
    """
    home = _home(actor.community, move.room)
    name = places.full_names(community=actor.community, paths=[move.room])[move.room]
    said = ("迁入", "moves in") if move.way == "in" else ("迁出", "moves out")
    stay = departing.owners_of_let(home=home, now=now) if move.way == "out" else []
    more = _stay(stay)
    return asking.ask(
        kind=approvals.MOVE,
        community=actor.community,
        about=f"household:{home.pk}",
        words=Words(
            zh=f"{name[0]} {said[0]}：门禁权限随之生效或收回{more.zh}",
            en=f"{name[1] or name[0]} {said[1]}: its rights at doors begin or end{more.en}",
        ),
        request={
            "household": home.pk,
            "way": move.way,
            "until": move.until.isoformat() if move.until else "",
            "stay": stay,
        },
        by=actor.account,
        reason=reason,
        now=now,
    )


def _stay(persons: Sequence[int]) -> Words:
    """Say which owners a move-out leaves in the register; nothing where it leaves none."""
    if not persons:
        return Words(zh="", en="")
    return Words(
        zh=f"；出租此房的业主（{'、'.join(f'{one} 号' for one in persons)}）仍是这里的业主",
        en=f"; who let it (person {', '.join(map(str, persons))}) stays its owner",
    )


def _home(community: str, room: str) -> Household:
    row = Household.rows.of(community).select_related("room").filter(room__path=room).first()
    if row is None:
        raise NoHousehold(room=room[:200])
    return row


def carry(passed: LetPass) -> None:
    """Carry out a move that a second person let pass.

    :raises NoHousehold: if the household was taken out of the register meanwhile
    """
    rows = Household.rows.of(passed.community).select_related("room")
    home = rows.filter(pk=int(passed.request["household"])).first()
    if home is None:
        raise NoHousehold(room=passed.about)
    if passed.request["way"] == "in":
        until = passed.request["until"]
        ends = datetime.combine(date.fromisoformat(until), datetime.min.time()) if until else None
        until_at = timezone.make_aware(ends) if ends else None
        move_in(home=home, until=until_at, by=passed.by, now=passed.now)
    else:
        stay = passed.request.get("stay")
        departing.move_out(home=home, stay=stay, by=passed.by, now=passed.now)
    fact = HouseholdMoved(
        id=ids.new(),
        at=passed.now,
        community=passed.community,
        cause=passed.cause,
        household=home.pk,
        way=passed.request["way"],
        by=passed.by,
    )
    outbox.record(fact)


@transaction.atomic
def move_in(*, home: Household, until: datetime | None, by: int | None, now: datetime) -> None:
    """Give a household the way to its home: gates, building, lift to its floor. What it had is
    ended first, so that twice is once.
    """
    rights = Right.rows.of(home.community).filter(household=home, source="home", ended_at=None)
    rights.update(ended_at=now)
    given = [
        write(
            community=home.community,
            new=NewRight(
                household=home.pk,
                door=door.device.code,
                floors=_floors(door, home.room.path),
                until=until,
                source="home",
            ),
            by=by,
            now=now,
        )
        for door in finding.way_to(community=home.community, place=home.room.path)
    ]
    if given:
        versions.changed(rows=concerned(community=home.community, rights=given[:1]), now=now)


def _floors(door: Door, room: str) -> list[str]:
    """Return the landings of a lift from which one reaches a home."""
    return floors_for(door=door, place=room)


def floors_for(*, door: Door, place: str) -> list[str]:
    """Return the landings of a lift from which one reaches a place; none where it has none, or is
    no lift: then all.
    """
    return [
        landing
        for landing, path in door.floors.items()
        if path and (place == path or place.startswith(f"{path}/"))
    ]


def bar(
    *, community: str, person: int, reason: str, until: datetime | None, by: int, now: datetime
) -> Barred:
    """Let a person pass no door, by somebody's reason, until a time or for good.

    :raises OneHolder: if there is nobody of this number
    :raises BarredAlready: if he is barred
    """
    if not Person.rows.of(community).filter(pk=person, erased_at=None).exists():
        raise OneHolder
    row = Barred(
        community=community,
        person_id=person,
        reason=reason.strip()[:200],
        since=now,
        until=until,
        by_id=by,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            _touch(community, person, now)
    except IntegrityError as error:
        raise BarredAlready from error
    return row


@transaction.atomic
def lift_bar(*, community: str, id: int, now: datetime) -> Barred:
    """Let him pass again as before; twice is once.

    :raises RightNotFound: if there is none of this number
    """
    row = Barred.rows.of(community).select_for_update(of=("self",)).filter(pk=id).first()
    if row is None:
        raise RightNotFound(right=id)
    if row.lifted_at is None:
        row.lifted_at = now
        row.save(update_fields=["lifted_at"])
        _touch(community, row.person_id, now)
    return row


def _touch(community: str, person: int, now: datetime) -> None:
    his = Q(person=person) | Q(host=person)
    his |= Q(host=None, home__in=_homes_of(community, [person]))
    rows = Credential.rows.of(community).filter(his, state__in=LIVING)
    versions.changed(rows=list(rows.select_for_update(of=("self",)).order_by("pk")), now=now)
