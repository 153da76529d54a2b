"""Every read of visits. What is of another home, or another community, is not there."""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

import msgspec
from django.core import signing
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from linli.contracts import doors, places
from linli.contracts.parking import lane_names
from linli.contracts.visits import ExpectedCar
from linli.domains.visits import logic
from linli.domains.visits.logic import Span, Stands, State
from linli.domains.visits.models import Visit, VisitPassage
from linli.domains.visits.queries.coming import just_came
from linli.domains.visits.queries.homes import homes, members
from linli.foundation.identity.queries import Actor
from linli.foundation.scope.built_once import built_once
from linli.foundation.scope.models import ScopedRows
from linli.foundation.vault import kept, sealed
from linli.foundation.vault import queries as vault
from linli.kernel import checks
from linli.kernel.fault import Fault
from linli.kernel.words import Words
from linli.registry.devices.models import Device
from linli.registry.people.models import Membership

PURPOSE = "visitors"
_SALT = "linli.visits.link"
LINKS = f"{_SALT}signer"
"""For what the key is by which Django signs with this salt."""
_ORDER = {"gate": 0, "barrier": 0, "door": 1, "lift": 2}


class VisitNotFound(Fault):
    key = "visits.not_found"
    status = 404


class LinkDead(Fault):
    """The address opens nothing: it was never given out, or the visit is over."""

    key = "visits.link_dead"
    status = 404


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A visit, opened as far as who looks may see it, and where it stands now."""

    row: Visit
    stands: Stands
    place_name: Words
    link: str = ""


def lives_there(*, visit: Visit, today: date) -> bool:
    """Tell whether the host of a visit still lives in its home; without a host, whether anybody
    does.
    """
    rows = Membership.rows.of(visit.community).filter(
        members(today=today), household=visit.household_id
    )
    return (rows.filter(person=visit.host_id) if visit.host_id else rows).exists()


def visit(*, community: str, id: int, lock: bool = False) -> Visit:
    """Return a visit.

    :raises VisitNotFound: if there is none of that number
    """
    rows = Visit.rows.of(community).filter(pk=id)
    row = (rows.select_for_update() if lock else rows.select_related("household__room")).first()
    if row is None:
        raise VisitNotFound(visit=id)
    return row


def own_visit(*, actor: Actor, id: int, now: datetime, lock: bool = False) -> Visit:
    """Return a visit to one of somebody's homes.

    :raises VisitNotFound: if there is none, or it is another home's
    """
    row = visit(community=actor.community, id=id, lock=lock)
    if row.household_id not in {one.household for one in homes(actor=actor, now=now)}:
        raise VisitNotFound(visit=id)
    return row


def seen_visit(*, actor: Actor, id: int, lock: bool = False) -> Visit:
    """Return a visit in the area of who works here.

    :raises VisitNotFound: if there is none, or it is elsewhere
    """
    row = visit(community=actor.community, id=id, lock=lock)
    if not actor.sees(row.place):
        raise VisitNotFound(visit=id)
    return row


def own_visits(
    *, actor: Actor, before: int | None, limit: int, now: datetime
) -> tuple[list[Visit], int | None]:
    """Return a page of the visits to somebody's homes, the newest first, and the next start."""
    mine = [one.household for one in homes(actor=actor, now=now)]
    return _page(Visit.rows.of(actor.community).filter(household__in=mine), before, limit)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which visits the desk wants to see: all, those of a day, or those to one place. `phone` and
    `plate` find whole numbers.
    """

    day: date | None = None
    state: str = ""
    place: str = ""
    phone: str = ""
    plate: str = ""


def visits(
    *, actor: Actor, wanted: Wanted, before: int | None, limit: int
) -> tuple[list[Visit], int | None]:
    """Return a page of the visits that the desk wants to see, in its area."""
    rows = Visit.rows.of(actor.community)
    if actor.places:
        rows = rows.filter(below_any(actor.places))
    if wanted.place:
        rows = rows.filter(below_any([wanted.place]))
    if wanted.day is not None:
        zone = timezone.get_default_timezone()
        starts = datetime(wanted.day.year, wanted.day.month, wanted.day.day, tzinfo=zone)
        rows = rows.filter(since__lt=starts + timedelta(days=1), until__gt=starts)
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    for field, value in (("phone", wanted.phone), ("plate", wanted.plate)):
        if value:
            found = indices_of(actor.community, field, value)
            rows = rows.filter(**{f"{field}_index__in": found})
    return _page(rows, before, limit)


def below_any(paths: Sequence[str], field: str = "place") -> Q:
    """Return the condition that a place is one of these, or lies below one."""
    found = Q()
    for path in paths:
        found |= Q(**{field: path}) | Q(**{f"{field}__startswith": f"{path}/"})
    return found


def _page(
    rows: ScopedRows[Visit], before: int | None, limit: int
) -> tuple[list[Visit], int | None]:
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: limit + 1])
    return found[:limit], found[limit - 1].pk if len(found) > limit else None


def indices_of(community: str, field: str, value: str) -> list[str]:
    """Return by what a number is found again: while it is indexed anew it has two, the older last.
    Who looks by one after the other begins with that, so that he misses none that is moved.
    """
    checked = checks.check("contact" if field == "phone" else field, value)
    return marks(community=community, field=f"Visit.{field}", value=checked.value)


def marks(*, community: str, field: str, value: str) -> list[str]:
    """Return the blind indices of a value of a field; none of nothing."""
    return list(vault.found_by(community=community, field=field, values=[value]))


def shown(
    *, community: str, rows: Sequence[Visit], purpose: str, now: datetime, links: bool = False
) -> list[Shown]:
    """Return visits, opened for a purpose (empty: masked), and where each stands now."""
    sealed.open_all(rows, community=community, purpose=purpose)
    names = places.names(community, sorted({row.place for row in rows}))
    return [
        Shown(
            row=row,
            stands=stands(row=row, now=now),
            place_name=names.get(row.place, Words(zh=row.place, en=row.place)),
            link=link_of(row) if links and row.state == State.EXPECTED else "",
        )
        for row in rows
    ]


def span_of(row: Visit) -> Span:
    """Return when a guest may come."""
    return Span(since=row.since, until=row.until, days=row.days, starts=row.starts, ends=row.ends)


def stands(*, row: Visit, now: datetime) -> Stands:
    """Return where a visit stands now."""
    return logic.stands(
        state=State(row.state), span=span_of(row), now=now, local=timezone.localtime(now),
        uses=row.uses, used=row.used,
    )  # fmt: skip


def link_of(row: Visit) -> str:
    """Return the last part of the address that a guest opens: with a word that nobody can guess, on
    which it rests, and another one as soon as the host wants it so; signed, so that most of what is
    guessed asks the records nothing.
    """
    return signing.Signer(salt=_SALT).sign_object([row.community, row.pk, row.nonce])


def by_link(*, link: str) -> Visit:
    """Return the visit of a guest's address, over or not.

    :raises LinkDead: if it was not given out so, or another took its place
    """
    try:
        community, number, nonce = _said(link)
    except (signing.BadSignature, ValueError, TypeError):
        raise LinkDead from None
    row = Visit.rows.of(community).select_related("household__room").filter(pk=number).first()
    if row is None or not row.nonce or not hmac.compare_digest(row.nonce, nonce):
        raise LinkDead
    return row


def is_expected(*, row: Visit, now: datetime) -> bool:
    """Tell whether a guest's visit still stands: it was not taken back, its time is not over, and
    his host lives there.
    """
    stands_written = row.state == State.EXPECTED and now < row.until
    return stands_written and lives_there(visit=row, today=timezone.localdate(now))


def _said(link: str) -> tuple[str, int, str]:
    """Return what stands in an address that was signed here: under the key that follows from the
    installation's secret, or under one from before that was turned over, for it was sent to guests.

    :raises signing.BadSignature, ValueError, TypeError: if it was not
    """
    said, _, shown = link.rpartition(":")
    true = (signing.b64_encode(one) for one in kept.digests(use=LINKS, value=said))
    if not any(hmac.compare_digest(one, shown.encode()) for one in true):
        raise signing.BadSignature
    community, number, nonce = signing.JSONSerializer().loads(signing.b64_decode(said.encode()))
    return str(community), int(number), str(nonce)


def opens_to(*, row: Visit, ahead: int = 0, now: datetime) -> doors.GuestPass:
    """Return what opens doors to a guest now: his QR code, and as many ahead, of those half minutes
    in which he may come; and his digits.
    """
    if State(row.state) is not State.EXPECTED:
        return doors.GuestPass()
    moments = [now + number * doors.CODE_LASTS for number in range(ahead + 1)]
    his = [one for one in moments if stands(row=row, now=one) in {Stands.NOW, Stands.USED}]
    return doors.guest_pass(row.community, subject_of(row.pk), his, now)


def sent_picture(*, row: Visit, now: datetime) -> str:
    """Return the text of the QR code that a host may send as a picture; empty if he did not ask for
    one, or it opens nothing any more.
    """
    if not row.picture or State(row.state) is not State.EXPECTED:
        return ""
    return doors.guest_picture(row.community, subject_of(row.pk), now)


def way(*, row: Visit, now: datetime) -> list[doors.DoorBrief]:
    """Return the doors that a guest passes, in the order in which he comes to them."""
    found = doors.way_to(row.community, row.place)
    more = set(row.doors) - {one.code for one in found}
    if more:
        others = beside(community=row.community, person=row.host_id, way=found, now=now)
        found = [*found, *others]
    return in_order([one for one in found if not row.doors or one.code in row.doors])


def beside(
    *, community: str, person: int | None, way: Sequence[doors.DoorBrief], now: datetime
) -> list[doors.DoorBrief]:
    """Return the doors beside a way through which a host may let a guest: those that he passes
    himself. No lift: on the way it goes to his own landing alone.
    """
    if person is None:
        return []
    known = {one.code for one in way}
    his = doors.doors_of(community, person, now)
    return [one for one in his if one.code not in known and one.kind != "lift"]


def in_order(found: Sequence[doors.DoorBrief]) -> list[doors.DoorBrief]:
    """Return doors as one comes to them: into the estate, into the building, up."""
    return sorted(found, key=lambda one: (_ORDER.get(one.kind, 1), len(one.place), one.code))


def subject_of(visit: int) -> str:
    """Return the name by which the doors know a guest."""
    return f"visit:{visit}"


def visit_of(subject: str) -> int | None:
    """Return the visit of a name that the doors know; None if it is no guest of ours."""
    kind, _, number = subject.partition(":")
    return int(number) if kind == "visit" and number.isdecimal() else None


def passages(*, rows: Sequence[Visit]) -> Mapping[int, list[VisitPassage]]:
    """Return where each guest passed, or was not let, in its order."""
    if not rows:
        return {}
    found: dict[int, list[VisitPassage]] = {}
    rows_of = VisitPassage.rows.of(rows[0].community).filter(visit__in=[one.pk for one in rows])
    for one in rows_of.order_by("at", "pk"):
        found.setdefault(one.visit_id, []).append(one)
    return found


def expected_car(community: str, plate: str, now: datetime) -> ExpectedCar | None:
    """Return the visit that lets a car in now, if any does: its guest may come once more, or is
    just coming in.
    """
    rows = {
        row.pk: row
        for mark in indices_of(community, "plate", plate)[::-1]
        for row in _expected(community=community, mark=mark, now=now)
    }
    today = timezone.localdate(now)
    for row in sorted(rows.values(), key=lambda row: (row.since, row.pk)):
        found = stands(row=row, now=now)
        welcome = found is Stands.NOW or (found is Stands.USED and just_came(row=row, at=now))
        if welcome and lives_there(visit=row, today=today):
            return ExpectedCar(
                visit=row.pk, household=row.household_id, place=row.place,
                since=row.since, until=row.until,
            )  # fmt: skip
    return None


@built_once
def _expected(*, community: str, mark: str, now: datetime) -> ScopedRows[Visit]:
    rows = Visit.rows.of(community).filter(plate_index=mark, state=State.EXPECTED)
    return rows.filter(until__gt=now).order_by("since", "pk")[:10]


def to_finish(*, community: str, now: datetime, limit: int) -> list[Visit]:
    """Return visits that still stand though their time is over, or their host moved out."""
    rows = Visit.rows.of(community).filter(state__in=[State.EXPECTED, State.ASKED])
    over = rows.filter(until__lte=now).order_by("until", "pk")
    moved = hosts_gone(community=community, today=timezone.localdate(now))
    return [*over[:limit], *moved[:limit]]


def hosts_gone(*, community: str, today: date) -> ScopedRows[Visit]:
    """Return the visits that still stand though their host lives in that home no more; without a
    host, though nobody does.
    """
    rows = Visit.rows.of(community).filter(state__in=[State.EXPECTED, State.ASKED])
    there = Membership.rows.of(community).filter(
        members(today=today), household=OuterRef("household")
    )
    gone = Q(~Exists(there), host=None)
    gone |= Q(~Exists(there.filter(person=OuterRef("host"))), host__isnull=False)
    return rows.filter(gone).order_by("pk")


def by_guardians(*, community: str) -> list[Visit]:
    """Return visits that still stand to somebody who has not invited the guest by his own account:
    his guardian has. (A helper by proxy names no host.)
    """
    rows = Visit.rows.of(community).filter(state=State.EXPECTED, source="home")
    rows = rows.filter(host__isnull=False, by__isnull=False)
    others = rows.filter(Q(host__account=None) | ~Q(by=F("host__account")))
    return list(others.order_by("pk"))


def visit_of_ask(*, community: str, device: str, ask: str) -> Visit | None:
    """Return the visit that a kiosk's question made, if it did."""
    return Visit.rows.of(community).filter(ask=f"{device} {ask}").first()


def door_names(*, community: str, codes: Iterable[str]) -> dict[str, Words]:
    """Return what these doors, screens and lanes are called."""
    wanted = set(codes)
    rows = Device.rows.of(community).filter(code__in=sorted(wanted))
    found = {row.code: row.name for row in rows}
    others = wanted - found.keys()
    return {**found, **lane_names(community, others)} if others else found
