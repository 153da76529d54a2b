"""Calls for help, found: whose matter they are, what stands in their record."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import OuterRef, Q, Subquery

from linli.domains.sos.models import Call, Deed, Ring
from linli.foundation.identity.models import Account
from linli.foundation.identity.queries import Actor
from linli.foundation.scope.models import ScopedRows
from linli.foundation.scope.paging import NumberPage, by_number
from linli.foundation.vault import sealed
from linli.kernel.fault import Fault
from linli.kernel.geometry import Position
from linli.registry.people.models import Person
from linli.registry.places import queries as places

_RECENT = 50
_OPEN, _CLOSED = "open", "closed"


class CallNotFound(Fault):
    key = "sos.not_found"
    status = 404


def call(*, community: str, id: int, lock: bool = False) -> Call:
    """Return a call.

    :raises CallNotFound: if there is none
    """
    rows = _calls(community).filter(pk=id)
    row = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if row is None:
        raise CallNotFound(call=id)
    return row


def call_told(*, actor: Actor, id: int) -> Call:
    """Return a call of which an actor is told: he raised it, or it is his matter (`call_for`).

    :raises CallNotFound: if there is none, or it is none of his
    """
    row = call(community=actor.community, id=id)
    if row.caller_id == actor.account:
        return row
    return call_for(actor=actor, id=id, permission="sos.read")


def call_for(*, actor: Actor, id: int, permission: str, lock: bool = False) -> Call:
    """Return a call that is an actor's matter: he may do so where it is, or his telephone rang.

    :raises CallNotFound: if there is none, or it is none of his
    """
    row = call(community=actor.community, id=id, lock=lock)
    rang = Ring.rows.of(actor.community).filter(call=row, account=actor.account)
    if actor.may_at(permission, row.place.path) or rang.exists():
        return row
    raise CallNotFound(call=id)


def own_call(*, actor: Actor, id: int, lock: bool = False) -> Call:
    """Return a call that the actor raised himself.

    :raises CallNotFound: if there is none
    """
    row = call(community=actor.community, id=id, lock=lock)
    if row.caller_id != actor.account:
        raise CallNotFound(call=id)
    return row


def is_open(*, community: str, id: int) -> bool:
    """Tell whether a call is not over yet."""
    return Call.rows.of(community).filter(pk=id, closed_at=None).exists()


def _calls(community: str) -> ScopedRows[Call]:
    rows: ScopedRows[Call] = Call.rows.of(community)
    return rows.select_related("place", "caller", "answered_by", "arrived_by", "closed_by")


def board(
    *, community: str, seen: Sequence[str], cursor: str, limit: int
) -> tuple[list[Call], str | None]:
    """Return a page of what is open, the newest first, then of what is closed; and the cursor after
    it: of which part it was, and the last of it (`open.7`, `closed.4`).
    """
    rows = _calls(community).filter(places.within(seen, "place__path")).order_by("-pk")
    part, _, last = cursor.partition(".")
    parts = {_OPEN: rows.filter(closed_at=None), _CLOSED: rows.exclude(closed_at=None)}
    if part == _CLOSED:
        del parts[_OPEN]
    found: list[Call] = []
    for name, all_of_it in parts.items():
        left = all_of_it.filter(pk__lt=int(last)) if name == part else all_of_it
        found += left[: limit + 1 - len(found)]
    page = found[:limit]
    if len(found) <= limit:
        return page, None
    return page, f"{_OPEN if page[-1].closed_at is None else _CLOSED}.{page[-1].pk}"


def mine(*, actor: Actor) -> list[Call]:
    """Return the open calls that the actor raised, or that ring or rang with him."""
    rang = Ring.rows.of(actor.community).filter(account=actor.account).values("call")
    rows = _calls(actor.community).filter(Q(caller=actor.account) | Q(pk__in=rang), closed_at=None)
    return list(rows.order_by("-started_at")[:_RECENT])


def open_call(*, community: str, source: str, lock: bool = False) -> Call | None:
    """Return the call of a source that is open, if there is one."""
    rows = _calls(community).filter(source=source, closed_at=None)
    return (rows.select_for_update(of=("self",)) if lock else rows).first()


def call_of_key(*, community: str, source: str, key: str) -> Call | None:
    """Return the call that a source raised under a key, if it did."""
    return _calls(community).filter(source=source, key=key).first() if key else None


def call_of_alarm(*, community: str, cause: str) -> Call | None:
    """Return the call that a fact made, if it did."""
    return _calls(community).filter(cause=cause).first()


def due(*, community: str, now: datetime) -> list[int]:
    """Return the calls for which something is due, the longest due first."""
    rows = Call.rows.of(community).filter(next_at__lte=now)
    return list(rows.order_by("next_at").values_list("pk", flat=True))


def old_positions(*, community: str, before: datetime, limit: int) -> list[Call]:
    """Return calls that ended before a time and still have a position, as many at most."""
    rows = Call.rows.of(community).filter(closed_at__lt=before).exclude(vault_key="")
    return list(rows.order_by("pk")[:limit])


def deeds(*, community: str, calls: Iterable[int], most: int) -> dict[int, list[Deed]]:
    """Return the newest lines of the record of each call, the oldest of them first; of one that has
    more lines than `most` one more, which only says so.
    """
    # So many steps back in each record: the lines before are not even counted.
    back = Deed.rows.of(community).filter(call=OuterRef("pk")).order_by("-pk")
    among = Call.rows.of(community).filter(pk__in=list(calls))
    first = among.annotate(first=Subquery(back.values("pk")[most : most + 1]))
    begins = dict(first.order_by().values_list("pk", "first"))
    wanted = Q(call__in=[call for call, line in begins.items() if line is None])
    for call, line in begins.items():
        wanted |= Q(call=call, pk__gte=line) if line is not None else Q()
    found: dict[int, list[Deed]] = {}
    for row in Deed.rows.of(community).filter(wanted).select_related("by").order_by("pk"):
        found.setdefault(row.call_id, []).append(row)
    return found


def record(*, row: Call, wanted: NumberPage) -> tuple[list[Deed], int | None]:
    """Return a page of the record of a call, the newest line first, and the cursor after it."""
    rows = Deed.rows.of(row.community).filter(call=row).select_related("by")
    return by_number(rows, wanted=wanted)


def was_said(*, row: Call, what: str) -> bool:
    """Tell whether a line stands in the record of a call."""
    return Deed.rows.of(row.community).filter(call=row, what=what).exists()


def last_said(*, row: Call, what: str, most: int) -> list[datetime]:
    """Return when a line was written into the record of a call, the last times, latest first."""
    rows = Deed.rows.of(row.community).filter(call=row, what=what)
    return list(rows.order_by("-pk").values_list("at", flat=True)[:most])


def rung_accounts(*, row: Call) -> frozenset[int]:
    """Return whose telephones rang for a call."""
    return frozenset(Ring.rows.of(row.community).filter(call=row).values_list("account", flat=True))


def concerned(*, row: Call) -> tuple[int, ...]:
    """Return who hears how a call goes on: who raised it, and whose telephones rang."""
    rang = Ring.rows.of(row.community).filter(call=row).order_by("account")
    found = set(rang.values_list("account", flat=True))
    return tuple(sorted(found | {row.caller_id} if row.caller_id else found))


def position(row: Call) -> Position | None:
    """Return where the telephone of a call was, opened for the emergency; None if unknown."""
    return positions(community=row.community, calls=[row]).get(row.pk)


def positions(*, community: str, calls: Sequence[Call]) -> dict[int, Position]:
    """Return where the telephones of calls were, opened for the emergency, of those known."""
    known = [row for row in calls if row.position_sealed]
    sealed.open_all(known, community=community, purpose="emergency")
    found = {row.pk: row.position.partition(",") for row in known}
    return {pk: (float(east), float(north)) for pk, (east, _, north) in found.items() if north}


def people_of(*, community: str, calls: Sequence[Call], lines: Iterable[Deed]) -> dict[int, str]:
    """Return the names of who called and of whose telephones rang, by account: as the register
    knows them, else as their accounts are called.
    """
    told = {one for line in lines for one in line.said.get("told", [])}
    callers = {row.caller_id for row in calls if row.caller_id}
    names = dict(Account.objects.filter(pk__in=told | callers).values_list("pk", "name"))
    rows = Person.rows.of(community).filter(account__in=callers, erased_at=None)
    return names | dict(rows.values_list("account", "name"))
