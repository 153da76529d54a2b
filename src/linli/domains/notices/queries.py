"""Every read of notices and broadcasts, scoped by community, role and place."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from linli.contracts.notices import OF_ACCOUNT
from linli.domains.notices.models import Broadcast, Hearer, Notice, Reading, Ringing
from linli.foundation.identity.queries import Actor
from linli.kernel.fault import Fault
from linli.kernel.place import lineage
from linli.registry.people import homes
from linli.registry.people.models import Staff
from linli.registry.places import queries as places

EVERYBODY = "everyone"


class NoticeNotFound(Fault):
    key = "notices.not_found"
    status = 404


class BadCursor(Fault):
    key = "notices.bad_cursor"
    status = 422


class NotYourPlace(Fault):
    key = "notices.not_your_place"
    status = 403


def seen_by(actor: Actor) -> Q:
    """Return the condition that a notice is for an actor: his role or a skill of his, in or above
    his area. Who may write notices reads them all.
    """
    written = actor.places_for("notices.write")
    own = Q(to=f"{OF_ACCOUNT}{actor.account}")
    if written == ():
        return own | ~Q(to__startswith=OF_ACCOUNT)
    found = _in_or_above(written) & ~Q(to__startswith=OF_ACCOUNT) if written else Q()
    names = names_of(actor=actor)
    for area in sorted(set(names.values())):
        to = [name for name, where in names.items() if where == area]
        found |= Q(to__in=to) & _in_or_above(area)
    return found


def names_of(*, actor: Actor) -> dict[str, tuple[str, ...]]:
    """Return the names by which notices are addressed to an actor, and the places where each holds;
    no place is everywhere.
    """
    area = actor.places_for("notices.read") or ()
    return {
        EVERYBODY: area,
        f"{OF_ACCOUNT}{actor.account}": (),
        **dict.fromkeys(_skills(actor), area),
        **{role: actor.places_of(role) for role in actor.roles},
    }


def _in_or_above(area: tuple[str, ...]) -> Q:
    above = {up for place in area for up in lineage(place)}
    return places.within(area, "place") | Q(place__in=above) if area else Q()


def _skills(actor: Actor) -> list[str]:
    rows = Staff.rows.of(actor.community).filter(account=actor.account, employed=True)
    return [skill for skills in rows.values_list("skills", flat=True) for skill in skills]


def grown_ups(*, community: str, place: str, now: datetime) -> list[int]:
    """Return the accounts of those who hear what a home has to tell; where nobody lives, nobody."""
    return homes.adults_at(community=community, place=place, on=timezone.localdate(now))


def workers(*, community: str, place: str, now: datetime) -> list[int]:
    """Return the accounts of those who hear what a shop or a firm has to tell; where there is
    none, nobody.
    """
    return homes.workers_at(community=community, place=place, at=timezone.localtime(now))


def notices(*, actor: Actor, cursor: str, limit: int) -> tuple[list[Notice], str | None]:
    """Return a page of the actor's notices, newest first, and the cursor after it.

    :raises BadCursor: if the cursor is not one that was given out
    """
    rows = Notice.rows.of(actor.community).filter(seen_by(actor))
    if cursor:
        rows = rows.filter(pk__lt=_number(cursor))
    found = list(rows.order_by("-pk")[: limit + 1])
    return found[:limit], str(found[limit - 1].pk) if len(found) > limit else None


def notice(*, actor: Actor, id: int) -> Notice:
    """Return a notice that is for the actor.

    :raises NoticeNotFound: if there is none, or it is for others
    """
    row = Notice.rows.of(actor.community).filter(seen_by(actor)).filter(pk=id).first()
    if row is None:
        raise NoticeNotFound(notice=id)
    return row


def read_by(*, actor: Actor, notices: Iterable[int]) -> frozenset[int]:
    """Return which of these notices the actor has read."""
    rows = Reading.rows.of(actor.community).filter(account=actor.account, notice__in=list(notices))
    return frozenset(rows.values_list("notice_id", flat=True))


def broadcasts(*, actor: Actor, cursor: str, limit: int) -> tuple[list[Broadcast], str | None]:
    """Return a page of the broadcasts in the actor's area, newest first, and the cursor after it.

    :raises BadCursor: if the cursor is not one that was given out
    """
    rows = Broadcast.rows.of(actor.community).filter(places.within(actor.places, "place"))
    if cursor:
        rows = rows.filter(pk__lt=_number(cursor))
    found = list(rows.order_by("-pk")[: limit + 1])
    return found[:limit], str(found[limit - 1].pk) if len(found) > limit else None


class NothingToReview(Fault):
    key = "notices.nothing_to_review"
    status = 404


def spoken_alone(*, community: str, id: int, lock: bool = False) -> Broadcast:
    """Return what one person spoke to many alone.

    :raises NothingToReview: if there is none of this number
    """
    rows = Broadcast.rows.of(community).filter(alone=True, pk=id)
    row = (rows.select_for_update() if lock else rows).first()
    if row is None:
        raise NothingToReview(broadcast=id)
    return row


def all_spoken_alone(
    *, community: str, unreviewed: bool, before: int | None, limit: int
) -> tuple[list[Broadcast], int | None]:
    """Return a page of what was spoken to many alone, newest first, and the cursor after it."""
    rows = Broadcast.rows.of(community).filter(alone=True).select_related("by", "reviewed_by")
    if unreviewed:
        rows = rows.filter(reviewed_at=None)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: limit + 1])
    return found[:limit], found[limit - 1].pk if len(found) > limit else None


def broadcast_of_effect(*, community: str, effect: str) -> Broadcast | None:
    """Return the broadcast that an effect made, if it did."""
    return Broadcast.rows.of(community).filter(source=effect).first()


def broadcast_of_key(*, actor: Actor, key: str) -> Broadcast | None:
    """Return the broadcast that the actor asked for under a key of his own, if he did."""
    if not key:
        return None
    return Broadcast.rows.of(actor.community).filter(by=actor.account, key=key).first()


def _number(cursor: str) -> int:
    if not cursor.isdecimal():
        raise BadCursor(cursor=cursor[:40])
    return int(cursor)


class NoSuchHearer(Fault):
    """There is no such device, or it is another's."""

    key = "notices.no_such_hearer"
    status = 404


def hearers(*, community: str, accounts: Iterable[int]) -> list[Hearer]:
    """Return the browsers that hear for some accounts, the oldest first."""
    rows = Hearer.rows.of(community).filter(account__in=list(accounts), account__is_active=True)
    return list(rows.select_related("account").order_by("pk"))


def hearer(*, actor: Actor, id: int) -> Hearer:
    """Return a browser that hears for the actor.

    :raises NoSuchHearer: if there is none, or it is another's
    """
    row = Hearer.rows.of(actor.community).filter(account=actor.account, pk=id).first()
    if row is None:
        raise NoSuchHearer(device=id)
    return row


def ringings_due(*, now: datetime, most: int, busy: Iterable[int]) -> list[Ringing]:
    """Return what is to be told now, the first due first, without what is on its way (`busy`)."""
    rows = Ringing.rows.across("the sender rings telephones of all communities")
    due = rows.filter(next_at__lte=now, until__gt=now).exclude(pk__in=list(busy))
    return list(due.select_related("hearer__account").order_by("next_at", "pk")[:most])
