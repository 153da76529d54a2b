"""People move out: their memberships end, and with these their rights, what they held, and the
guests whom they expected.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from linli.contracts import visits
from linli.domains.doors.logic.life import Step
from linli.domains.doors.models import Credential, Right
from linli.domains.doors.operations import issuing, versions
from linli.domains.doors.queries.finding import LIVING
from linli.domains.doors.queries.standing import who_left
from linli.registry.people import operations as people
from linli.registry.people.entries import MembershipEntry
from linli.registry.people.homes import stands
from linli.registry.people.models import Household, Membership


def move_out(
    *, home: Household, stay: Collection[int] | None = None, by: int | None, now: datetime
) -> None:
    """End the rights of a household and its memberships, and what its people held who live nowhere
    else here. Whose lease begins later stays in the register: he did not move in yet; and so does
    an owner whose tenants move out: it is his still. The guests who were expected there are
    expected no more, also where nobody lived any longer.

    :param stay: the owners who do, as a second person read it; None: as the register has it now
    """
    community = home.community
    kept = set(owners_of_let(home=home, now=now) if stay is None else stay)
    rights = Right.rows.of(community).filter(household=home, ended_at=None)
    told = Membership.rows.of(community).filter(household=home) if rights.exists() else ()
    near = {one.person_id for one in told}
    rights.update(ended_at=now)
    members = [
        one for one in _lasting(home, now) if one.relation != "owner" or one.person_id not in kept
    ]
    _go(home=home, members=members, near=near, by=by, now=now)


def _lasting(home: Household, now: datetime) -> list[Membership]:
    rows = Membership.rows.of(home.community).filter(
        stands(timezone.localdate(now)), household=home
    )
    return list(rows.select_related("person", "household__room").order_by("pk"))


def owners_of_let(*, home: Household, now: datetime) -> list[int]:
    """Return the persons whom a move-out leaves as they are: owners whose home is let, while
    tenants live there. Where no tenant is left, whether it is still let or was sold meanwhile is
    not known, and they move out.
    """
    members = _lasting(home, now)
    if home.occupancy != "rented" or all(one.relation != "tenant" for one in members):
        return []
    return sorted({one.person_id for one in members if one.relation == "owner"})


def leave(*, members: Sequence[Membership], by: int | None, now: datetime) -> None:
    """End memberships of a household that have begun, each by the day that it began, which names
    its row; and what their persons held who live nowhere else here. Of who lives elsewhere here too
    the way in is told anew. The guests whom they expected there are expected no more.
    """
    if members:
        _go(home=members[0].household, members=members, near=(), by=by, now=now)


def _go(
    *, home: Household, members: Sequence[Membership], near: Collection[int], by: int | None,
    now: datetime,
) -> None:  # fmt: skip
    """As `leave`; of who is `near` the way in is told anew as well. Locked are, in this order, the
    visits, their rights, all credentials by their numbers: then only their new versions are drawn.
    Whoever ends a guest, or lets a credential take a step, does so too.
    """
    community, today = home.community, timezone.localdate(now)
    entries = [
        MembershipEntry(
            room=one.household.room.path,
            person=one.person.code,
            relation=one.relation,
            since=one.since,
            until=today,
        )
        for one in members
    ]
    people.put_many(community=community, entries=entries, today=today)
    guests = visits.leaving(community, [home.pk], now)
    theirs = Right.rows.of(community).filter(guest__in=guests, ended_at=None)
    list(theirs.select_for_update(of=("self",)).order_by("pk"))
    persons = {one.person_id for one in members}
    whose = Q(person__in=persons.union(near)) | Q(guest__in=guests)
    rows = Credential.rows.of(community).filter(whose, state__in=LIVING)
    every = list(rows.select_for_update(of=("self",)).order_by("pk"))
    visits.moved_out(community, guests, now)
    left = who_left(community=community, persons=persons, today=today)
    held = [row for row in every if row.person_id in left]
    if held:
        issuing.move(rows=held, step=Step.ENDED, note="迁出 moved out", by=by, now=now)
    stay = [row for row in every if row.person_id is not None and row.person_id not in left]
    versions.changed(rows=stay, now=now)
