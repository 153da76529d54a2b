"""What the head of a household does for those who live with him: sees their cards, reports one
lost, and asks that somebody's way in be ended, which the desk confirms.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

import msgspec
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from linli.contracts import approvals
from linli.contracts.approvals import LetPass
from linli.contracts.doors import Way
from linli.domains.doors.logic.life import Step
from linli.domains.doors.models import Credential, Newcomer
from linli.domains.doors.operations import departing, issuing
from linli.domains.doors.queries import finding, leaving, newcomers
from linli.domains.doors.queries.standing import Bearing, person_of
from linli.foundation.approvals import operations as asking
from linli.foundation.approvals.models import Approval
from linli.foundation.identity.queries import Actor
from linli.kernel.fault import Fault
from linli.kernel.words import Words
from linli.registry.people.homes import stands
from linli.registry.people.models import Household, Membership, Vehicle
from linli.registry.places import queries as places


class NotYourHousehold(Fault):
    """He is no member of a household that the asker owns or rents."""

    key = "doors.not_your_household"
    status = 404


class OwnsTheHome(Fault):
    """The register says that the home is his: the head of the household does not put him out."""

    key = "doors.owns_the_home"
    status = 403


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody of a household, his cards that are not gone, what the asker may say of each by its
    number (`lost`, `found`), and whether the desk was asked to end his way in.
    """

    membership: Membership
    cards: Sequence[Credential]
    may: Mapping[int, Sequence[str]]
    ending: bool


class Home(msgspec.Struct, frozen=True, kw_only=True):
    """A home that the asker owns or rents: who lives there, who is asked for, which vehicles belong
    to it.
    """

    room: str
    name: tuple[str, str]
    members: Sequence[Member]
    joining: Sequence[str]
    plates: Sequence[str]


def homes(*, actor: Actor, now: datetime) -> list[Home]:
    """Return the homes that the asker owns or rents.

    :raises standing.NotHere: if his account is nobody's in the register
    """
    rows = list(_members(actor, now).select_related("person", "household__room").order_by("pk"))
    names = places.full_names(
        community=actor.community, paths=[row.household.room.path for row in rows]
    )
    found: dict[str, list[Membership]] = {}
    for row in rows:
        found.setdefault(row.household.room.path, []).append(row)
    households = {row.household_id for row in rows}
    members = _as_members(actor, rows, now)
    joining = _joining(actor.community, households, now)
    plates = _plates(actor.community, households)
    return [
        Home(
            room=room,
            name=names[room],
            members=[members[row.pk] for row in his],
            joining=joining.get(his[0].household_id, []),
            plates=plates.get(his[0].household_id, []),
        )
        for room, his in found.items()
    ]


def headed(*, actor: Actor, now: datetime) -> list[int]:
    """Return the households whose head the asker is today.

    :raises standing.NotHere: if his account is nobody's in the register
    """
    return list(_own(actor, now).values_list("household", flat=True))


def headed_by(*, community: str, account: int, now: datetime) -> list[int]:
    """Return the households whose head an account is today."""
    rows = _living(community, now).filter(person__account=account, relation__in=_HEADS)
    return list(rows.values_list("household", flat=True))


def heads_until(*, home: Household, account: int, now: datetime) -> date | None:
    """Return until when an account is head of a household, as whose head it is registered today;
    None is without end.
    """
    rows = _living(home.community, now).filter(household=home, relation__in=_HEADS)
    ends = rows.filter(person__account=account).values_list("until", flat=True)
    days = [day for day in ends if day is not None]
    return max(days) if days and len(days) == len(ends) else None


def _as_members(actor: Actor, rows: Sequence[Membership], now: datetime) -> dict[int, Member]:
    """Return those who live in the asker's homes, by the numbers of their memberships."""
    persons = {row.person_id for row in rows}
    cards = finding.cards_of(community=actor.community, persons=persons)
    asker = _asker(actor, [one for held in cards.values() for one in held], now)
    asked = Approval.rows.of(actor.community).filter(
        kind=approvals.MEMBER, about__in=[_about(row) for row in rows], asked_by=actor.account,
        state="waiting",
    )  # fmt: skip
    ending = set(asked.values_list("about", flat=True))
    found = {}
    for row in rows:
        theirs = [one for one in rows if one.person_id == row.person_id]
        held = cards.get(row.person_id, [])
        found[row.pk] = Member(
            membership=row,
            cards=held,
            may={one.pk: _steps(asker, one, theirs) for one in held},
            ending=_about(row) in ending,
        )
    return found


class _Asker(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks: his account, his number in the register, the households whose home he owns; and who
    reported cards lost, by their numbers.
    """

    account: int
    person: int
    owns: frozenset[int]
    lost_by: Mapping[int, int | None]


def _asker(actor: Actor, cards: Sequence[Credential], now: datetime) -> _Asker:
    owned = _own(actor, now).filter(relation="owner").values_list("household", flat=True)
    return _Asker(
        account=actor.account,
        person=person_of(actor),
        owns=frozenset(owned),
        lost_by=finding.losers(community=actor.community, credentials=[one.pk for one in cards]),
    )


_AFTER = {"open": Step.LOST, "lost": Step.FOUND}
"""What may be said of a card that is in this state."""


def _steps(asker: _Asker, row: Credential, theirs: Sequence[Membership]) -> Sequence[str]:
    step = _AFTER.get(row.state)
    return [step.value] if step and _says(asker, row, theirs, step) else []


def _joining(
    community: str, households: Collection[int], now: datetime
) -> Mapping[int, Sequence[str]]:
    """Return who is asked for and waits, by household; whom nobody let pass is not told of."""
    rows = Newcomer.rows.of(community).filter(household__in=households).order_by("pk")
    asked = {newcomers.about(row.pk): row for row in rows}
    waits = Approval.rows.of(community).filter(
        kind=approvals.JOIN, about__in=asked, state="waiting", until__gt=now
    )
    about = set(waits.values_list("about", flat=True))
    found: dict[int, list[str]] = {}
    for one, row in asked.items():
        if one in about:
            found.setdefault(row.household_id, []).append(row.name)
    return found


def _plates(community: str, households: Collection[int]) -> Mapping[int, Sequence[str]]:
    rows = Vehicle.rows.of(community).filter(household__in=households).order_by("plate")
    found: dict[int, list[str]] = {}
    for household, plate in rows.values_list("household", "plate"):
        found.setdefault(household, []).append(plate)
    return found


def _members(actor: Actor, now: datetime) -> QuerySet[Membership]:
    """Return who lives in a home that the asker owns or rents, himself too."""
    own = _own(actor, now).values("household")
    found: QuerySet[Membership] = _living(actor.community, now).filter(household__in=own)
    return found


def _own(actor: Actor, now: datetime) -> QuerySet[Membership]:
    """Return by what the asker is the head of households today: he owns the home and did not let
    it, or rents it.
    """
    rows = _living(actor.community, now)
    found: QuerySet[Membership] = rows.filter(person=person_of(actor), relation__in=_HEADS)
    return found


_HEADS = ("owner", "tenant")


def _living(community: str, now: datetime) -> QuerySet[Membership]:
    """Return who belongs to households today; who let his home is no member of the one in it."""
    rows = Membership.rows.of(community).filter(stands(timezone.localdate(now)))
    found: QuerySet[Membership] = rows.exclude(relation="owner", household__occupancy="rented")
    return found


@transaction.atomic
def step(*, actor: Actor, id: int, step: Step, now: datetime) -> Credential:
    """Report the card of somebody of one's household lost; or found again, if it is one's own or
    one reported it oneself: the desk may know why it is lost.

    :raises finding.CredentialNotFound: if it is no card of theirs
    :raises issuing.NotYoursToSay: if it is the owner's and he rents, or somebody else reported it
    :raises life.NotNow: if it does not take this step now
    """
    row = finding.credential(community=actor.community, id=id, lock=True)
    theirs = list(_members(actor, now).filter(person=row.person_id))
    if row.way != Way.CARD or not theirs:
        raise finding.CredentialNotFound(credential=id)
    if not _says(_asker(actor, [row], now), row, theirs, step):
        raise issuing.NotYoursToSay
    return issuing.take_step(
        community=actor.community, id=id, step=step, holder=Bearing(person=row.person_id),
        by=actor.account, now=now,
    )  # fmt: skip


def _says(asker: _Asker, row: Credential, theirs: Sequence[Membership], step: Step) -> bool:
    """Tell whether the asker may say this of a card of his household (`step`)."""
    if row.person_id == asker.person:
        return True
    reported = step is not Step.FOUND or asker.lost_by.get(row.pk) == asker.account
    return reported and _speaks_for(asker, theirs)


def _speaks_for(asker: _Asker, theirs: Sequence[Membership]) -> bool:
    """Tell whether the asker speaks for somebody of his homes: who only rents one does not for an
    owner of it.
    """
    return all(one.relation != "owner" or one.household_id in asker.owns for one in theirs)


@transaction.atomic
def ask_end(*, actor: Actor, room: str, person: int, reason: str, now: datetime) -> Approval:
    """Ask that somebody belong to one's household no more; the desk confirms it. He is named by his
    number alone.

    :raises NotYourHousehold: if he is no member of a household that the asker owns or rents
    :raises OwnsTheHome: if the home is his, or he is the asker himself
    """
    rows = _members(actor, now).select_related("household__room")
    row = rows.filter(person=person, household__room__path=room).first()
    if row is None:
        raise NotYourHousehold
    if row.relation == "owner" or row.person_id == person_of(actor):
        raise OwnsTheHome
    name = places.full_names(community=actor.community, paths=[room])[room]
    return asking.ask(
        kind=approvals.MEMBER,
        community=actor.community,
        about=_about(row),
        words=Words(
            zh=f"{name[0]}：户主申请结束一名成员（人员 {person}）的居住登记和门禁",
            en=f"{name[1] or name[0]}: its head asks that person {person} belong to it no more",
        ),
        request={"membership": row.pk},
        by=actor.account,
        reason=reason,
        now=now,
    )


def _about(row: Membership) -> str:
    return leaving.about(row.pk)


def carry(passed: LetPass) -> None:
    """End a membership that the desk confirmed; what he held who lives nowhere else here, ends.

    :raises NotYourHousehold: if it stands no more
    :raises OwnsTheHome: if the register says by now that the home is his
    """
    rows = Membership.rows.of(passed.community).filter(stands(timezone.localdate(passed.now)))
    row = rows.select_related("person", "household__room").filter(
        pk=passed.request["membership"]
    ).first()  # fmt: skip
    if row is None:
        raise NotYourHousehold
    if row.relation == "owner":
        raise OwnsTheHome
    departing.leave(members=[row], by=passed.by, now=passed.now)
