"""A home invites a guest, gives him another address, takes the invitation back."""

import secrets
from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import transaction
from django.utils import timezone

from linli.contracts import doors
from linli.contracts.doors import Admission, Hours, Leave
from linli.contracts.visits import VisitInvited, VisitWithdrawn
from linli.domains.visits import logic, queries
from linli.domains.visits.logic import Span, State
from linli.domains.visits.models import Visit
from linli.foundation import ids
from linli.foundation.identity.queries import Actor
from linli.foundation.outbox import operations as outbox
from linli.foundation.vault import sealed
from linli.kernel import checks
from linli.kernel.fault import Fault
from linli.registry.people.models import Person

_NONCE_BYTES = 12
HOST_GONE, OVER, ASKED, UNGUARDED = "host_gone", "over", "asked", "unguarded"


class TooManyVisits(Fault):
    """A home expects as many guests as it may at once."""

    key = "visits.too_many"


class BadGuest(Fault):
    """What was said of a guest cannot be so; `field` says which."""

    key = "visits.bad_guest"
    status = 422


class NotWelcome(Fault):
    """This guest passes no door here; why is a matter of the staff's."""

    key = "visits.not_welcome"


class VisitOver(Fault):
    """The visit is over, refused or withdrawn already."""

    key = "visits.over"


class Guest(msgspec.Struct, frozen=True, kw_only=True):
    """Who comes, as the host or the guard says; only the name must be said."""

    name: str
    phone: str = ""
    plate: str = ""
    people: int = 1
    why: str = ""


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """A guest of one of somebody's homes (`place`: its room; the first where none is named).
    `doors` are codes on the way there, or of others that the host may pass himself; none is all of
    the way. `with_code`: he gets six digits as well (None: if such guests usually do); `picture`:
    the host may send his code as a picture; `tell`: he is told when the guest comes.
    """

    kind: str
    guest: Guest
    span: Span
    uses: int
    place: str = ""
    doors: Sequence[str] = ()
    with_code: bool | None = None
    picture: bool = False
    tell: bool = True


@transaction.atomic
def invite(*, actor: Actor, wish: Invitation, now: datetime) -> Visit:
    """Expect a guest: his doors will open from then until then.

    :raises queries.NoHome: if the home is not the asker's
    :raises logic.BadHours, logic.PictureTooLong: if it may not be promised so
    :raises BadGuest, NotWelcome: if the guest cannot be so, or passes no door here
    :raises TooManyVisits: if the home expects as many as it may
    """
    home = queries.home(actor=actor, place=wish.place, now=now)
    span = logic.checked(
        kind=wish.kind, span=wish.span, uses=wish.uses, picture=wish.picture, now=now
    )
    usual = logic.KINDS[wish.kind].digits
    _room_for_more(actor.community, home.household)
    row = Visit(
        community=actor.community,
        kind=wish.kind,
        state=State.EXPECTED,
        household_id=home.household,
        place=home.place,
        host_id=home.person,
        by_id=actor.account,
        source="home",
        people=wish.guest.people,
        uses=wish.uses,
        doors=sorted(set(wish.doors)),
        with_code=usual if wish.with_code is None else wish.with_code,
        picture=wish.picture,
        tell=wish.tell,
        **msgspec.structs.asdict(span),
    )
    write_guest(row, wish.guest, now)
    _his_to_open(row, now)
    row.save()
    fact = VisitInvited(
        id=ids.new(), at=now, community=row.community, cause=None,
        visit=row.pk, kind=row.kind, place=row.place, by=actor.account,
    )  # fmt: skip
    outbox.record(fact)
    let_in(row=row, by=actor.account, cause=fact.id, now=now)
    return row


def _room_for_more(community: str, household: int) -> None:
    rows = Visit.rows.of(community).filter(household=household, state=State.EXPECTED)
    if rows.count() >= logic.MOST_OPEN:
        raise TooManyVisits(most=logic.MOST_OPEN)


def _his_to_open(row: Visit, now: datetime) -> None:
    if row.doors and {one.code for one in queries.way(row=row, now=now)} != set(row.doors):
        raise BadGuest(field="doors")


def write_guest(row: Visit, guest: Guest, now: datetime) -> None:
    """Write who a guest is into a visit, sealed; the row is not saved.

    :raises BadGuest: if something of it cannot be so
    :raises NotWelcome: if he passes no door here
    """
    phone, row.plate = check_guest(guest)
    refuse_barred(row.community, phone, now)
    row.name, row.phone = guest.name.strip(), phone
    row.why, row.people = guest.why.strip(), guest.people
    row.nonce = row.nonce or secrets.token_urlsafe(_NONCE_BYTES)
    sealed.seal_all([row], community=row.community, today=timezone.localdate(now))


def refuse_barred(community: str, phone: str, now: datetime) -> None:
    """Refuse who passes no door here, known by his telephone.

    :raises NotWelcome: if he does not
    """
    known = _known_by(community, phone)
    if known and doors.barred(community, known, now):
        raise NotWelcome


def check_guest(guest: Guest) -> tuple[str, str]:
    """Return the telephone and the plate of a guest, each in its one spelling.

    :raises BadGuest: if something of what was said cannot be so
    """
    phone = checked_number("contact", "phone", guest.phone)
    plate = checked_number("plate", "plate", guest.plate)
    name = guest.name.strip()
    if not name or not 1 <= guest.people <= logic.MOST_PEOPLE:
        raise BadGuest(field="people" if name else "name")
    return phone, plate


def checked_number(kind: str, field: str, text: str) -> str:
    """Return a number in its one spelling; nothing stays nothing.

    :raises BadGuest: if it is none
    """
    if not text.strip():
        return ""
    found = checks.check(kind, text)
    if not found.valid:
        raise BadGuest(field=field)
    return found.value


def _known_by(community: str, phone: str) -> list[int]:
    """Return who of the register has this number."""
    marks = queries.marks(community=community, field="Person.phone", value=phone)
    rows = Person.rows.of(community).filter(phone_index__in=marks, erased_at=None)
    return list(rows.values_list("pk", flat=True))


def let_in(*, row: Visit, by: int | None, cause: str, now: datetime) -> None:
    """Have the doors let a guest in as his visit says, in this transaction."""
    doors.admit(
        Admission(
            community=row.community,
            subject=queries.subject_of(row.pk),
            host=row.host_id,
            household=row.household_id,
            place=row.place,
            since=row.since,
            until=row.until,
            doors=tuple(row.doors),
            hours=hours_of(row),
            uses=row.uses,
            with_code=row.with_code,
            by=by,
            cause=cause,
            now=now,
        )
    )


def hours_of(row: Visit) -> tuple[Hours, ...]:
    """Return a visit's days and hours as the doors know them; none is any time."""
    if not row.days and row.starts is None:
        return ()
    spoken = {} if row.starts is None or row.ends is None else {
        "starts": row.starts, "ends": row.ends
    }  # fmt: skip
    return (Hours(days=row.days or "all", **spoken),)


@transaction.atomic
def new_link(*, actor: Actor, id: int, now: datetime) -> Visit:
    """Give a guest another address; the one before opens nothing any more, nor does its QR code.

    :raises queries.VisitNotFound: if it is no visit to a home of the asker's
    :raises VisitOver: if he is not expected any more
    """
    row = queries.own_visit(actor=actor, id=id, now=now, lock=True)
    if row.state != State.EXPECTED or now >= row.until:
        raise VisitOver(visit=id)
    row.nonce = secrets.token_urlsafe(_NONCE_BYTES)
    row.save(update_fields=["nonce"])
    fact = VisitInvited(
        id=ids.new(), at=now, community=row.community, cause=None,
        visit=row.pk, kind=row.kind, place=row.place, by=actor.account,
    )  # fmt: skip
    outbox.record(fact)
    let_in(row=row, by=actor.account, cause=fact.id, now=now)
    return row


@transaction.atomic
def set_tell(*, actor: Actor, id: int, tell: bool, now: datetime) -> Visit:
    """Say whether one is told when a guest comes: the host, or, where he has no account or there is
    none, any of the home.

    :raises queries.VisitNotFound: if it is no visit to a home of the asker's
    :raises queries.NotTheHost: if not he is told of it
    """
    row = queries.own_visit(actor=actor, id=id, now=now, lock=True)
    if not queries.hears(row=row, actor=actor, now=now):
        raise queries.NotTheHost
    row.tell = tell
    row.save(update_fields=["tell"])
    return row


@transaction.atomic
def withdraw(*, actor: Actor, id: int, now: datetime) -> Visit:
    """Expect a guest no more, at once; twice is once.

    :raises queries.VisitNotFound: if it is no visit to a home of the asker's
    """
    row = queries.own_visit(actor=actor, id=id, now=now, lock=True)
    end(row=row, state=State.WITHDRAWN, why=ASKED, by=actor.account, now=now)
    return row


@transaction.atomic
def turn_away(*, actor: Actor, id: int, now: datetime) -> Visit:
    """Take back, for the staff, what a guest was given; twice is once.

    :raises queries.VisitNotFound: if there is none in the asker's area
    """
    row = queries.seen_visit(actor=actor, id=id, lock=True)
    end(row=row, state=State.WITHDRAWN, why=ASKED, by=actor.account, now=now)
    return row


def end(*, row: Visit, state: State, why: str, by: int | None, now: datetime) -> None:
    """End a visit that still stands: its doors shut in this transaction. The row is locked."""
    if row.state not in {State.EXPECTED, State.ASKED}:
        return
    row.state, row.over_at, row.over_why = state, now, why
    row.save(update_fields=["state", "over_at", "over_why"])
    fact = VisitWithdrawn(
        id=ids.new(), at=now, community=row.community, cause=None,
        visit=row.pk, place=row.place, reason=why, by=by,
    )  # fmt: skip
    outbox.record(fact)
    doors.withdraw(
        Leave(
            community=row.community, subject=queries.subject_of(row.pk), by=by,
            cause=fact.id, now=now,
        )
    )  # fmt: skip
