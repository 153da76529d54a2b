"""Whom the head of a household asks to live with him: a second person lets it pass, as a move."""

from datetime import date, datetime, timedelta

import msgspec
from django.db import transaction
from django.utils import timezone

from linli.contracts import approvals
from linli.contracts.approvals import LetPass
from linli.domains.doors.models import Newcomer
from linli.domains.doors.operations import household
from linli.domains.doors.operations.household import NotYourHousehold
from linli.domains.doors.queries import newcomers
from linli.foundation import ids
from linli.foundation.approvals import operations as asking
from linli.foundation.approvals.models import Approval
from linli.foundation.identity.queries import Actor
from linli.kernel.fault import Fault
from linli.kernel.words import Words
from linli.registry.people import operations as people
from linli.registry.people.entries import MembershipEntry, PersonEntry
from linli.registry.people.models import Household
from linli.registry.people.words import RELATIONS
from linli.registry.places import queries as places

JOINS_AS = ("family", "other")
_MOST = 10
_FORGOTTEN_AFTER = timedelta(hours=approvals.KINDS[approvals.JOIN].hours + 24)
"""What nobody decided has lapsed by then."""


class TooManyAsked(Fault):
    """So many wait already for an answer."""

    key = "doors.too_many_asked"


class BadNewcomer(Fault):
    """He has no name, or would leave before he came."""

    key = "doors.bad_newcomer"
    status = 422


class AskedByAnother(Fault):
    """Another head of the household asked for him, and waits for the answer."""

    key = "doors.asked_by_another"


class LongerThanHead(Fault):
    """He would stay longer than who asks for him is registered there himself."""

    key = "doors.longer_than_head"
    status = 422


class StayIsOver(Fault):
    """The day until which he was to stay has come meanwhile."""

    key = "doors.stay_is_over"


class New(msgspec.Struct, frozen=True, kw_only=True):
    """Who is to live in a room: as what (`JOINS_AS`), until a day; None is as long as who asks."""

    room: str
    name: str
    relation: str
    until: date | None = None


@transaction.atomic
def ask(*, actor: Actor, new: New, reason: str, now: datetime) -> Approval:
    """Ask that somebody may live in a home that one owns or rents. The same asked again is one.

    :raises NotYourHousehold: if it is none of the asker's
    :raises BadNewcomer, LongerThanHead, AskedByAnother, TooManyAsked: as they say
    """
    home = _home(actor, new.room, now)
    name = " ".join(new.name.split())
    soon = new.until is not None and new.until <= timezone.localdate(now)
    if not name or new.relation not in JOINS_AS or soon:
        raise BadNewcomer
    until = _until(home, actor.account, new.until, now)
    row = _newcomer(home, name, actor.account, now)
    row.relation, row.until, row.by_id, row.at = new.relation, until, actor.account, now
    row.save()
    if Newcomer.rows.of(actor.community).filter(household=home).count() > _MOST:
        raise TooManyAsked(most=_MOST)
    return asking.ask(
        kind=approvals.JOIN,
        community=actor.community,
        about=newcomers.about(row.pk),
        words=_words(row, new.room),
        request={
            "newcomer": row.pk, "as": row.relation, "until": until.isoformat() if until else ""
        },
        by=actor.account,
        reason=reason,
        now=now,
    )  # fmt: skip


def _until(home: Household, account: int, until: date | None, now: datetime) -> date | None:
    """Return until when somebody may stay: no longer than who asks for him.

    :raises LongerThanHead: if it was to be longer
    """
    latest = household.heads_until(home=home, account=account, now=now)
    if until and latest and until > latest:
        raise LongerThanHead(until=latest.isoformat())
    return until or latest


def _newcomer(home: Household, name: str, by: int, now: datetime) -> Newcomer:
    """Return the row of who is asked for, anew or again; it is locked.

    :raises AskedByAnother: if another asked for him, and that waits
    """
    rows = Newcomer.rows.of(home.community).select_for_update()
    row, _ = rows.get_or_create(
        household=home, name=name, defaults={"community": home.community, "by_id": by, "at": now}
    )
    if row.by_id != by:
        asked = Approval.rows.of(home.community).filter(
            kind=approvals.JOIN, about=newcomers.about(row.pk), state="waiting", until__gt=now
        )
        if asked.exists():
            raise AskedByAnother
    return row


def _words(row: Newcomer, room: str) -> Words:
    """Say what is asked: of whom by his number alone, for the words are kept for good."""
    place = places.full_names(community=row.community, paths=[room])[room]
    zh, en = RELATIONS[row.relation]
    day = row.until.isoformat() if row.until else ""
    return Words(
        zh=f"{place[0]}：户主邀请新成员（{row.pk} 号）入住（{zh}）"
        + (f"，至 {day}" if day else ""),
        en=f"{place[1] or place[0]}: its head asks that newcomer {row.pk} may live there ({en})"
        + (f", until {day}" if day else ""),
    )


def _home(actor: Actor, room: str, now: datetime) -> Household:
    rows = Household.rows.of(actor.community).filter(room__path=room)
    home = rows.filter(pk__in=household.headed(actor=actor, now=now)).first()
    if home is None:
        raise NotYourHousehold
    return home


def carry(passed: LetPass) -> None:
    """Register somebody, and that he lives there; by that he has the way that the household has.

    :raises NotYourHousehold: if what was asked is forgotten, or who asked is head there no more
    :raises StayIsOver, LongerThanHead: if he may not stay any more until when it was asked
    """
    rows = Newcomer.rows.of(passed.community).select_related("household__room")
    row = rows.filter(pk=passed.request["newcomer"]).first()
    asker = household.headed_by(community=passed.community, account=passed.by, now=passed.now)
    if row is None or row.household_id not in asker:
        raise NotYourHousehold
    code, today = f"j{ids.new()[:12]}", timezone.localdate(passed.now)
    said = passed.request["until"]
    until = date.fromisoformat(said) if said else None
    if until and until <= today:
        raise StayIsOver(until=said)
    until = _until(row.household, passed.by, until, passed.now)
    people.put_many(
        community=passed.community,
        entries=[
            PersonEntry(code=code, name=row.name),
            MembershipEntry(
                room=row.household.room.path, person=code, relation=passed.request["as"],
                since=today, until=until,
            ),
        ],
        today=today,
    )  # fmt: skip
    row.delete()


def forget(*, community: str, now: datetime) -> int:
    """Forget who was asked for and is not let pass; return how many."""
    rows = Newcomer.rows.of(community).filter(at__lte=now - _FORGOTTEN_AFTER)
    return int(rows.delete()[0])
