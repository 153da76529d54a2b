"""Every read of calls for help, scoped by community and by who may know."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import Q

from linli.domains.sos import logic
from linli.domains.sos.models import Call, Deed, Ring, Tree
from linli.foundation.identity import queries as identity
from linli.foundation.identity.models import Account
from linli.foundation.identity.queries import Actor
from linli.foundation.scope.models import ScopedRows
from linli.foundation.scope.paging import CodePage, by_code
from linli.foundation.vault import sealed
from linli.kernel.fault import Fault
from linli.kernel.geometry import Position
from linli.kernel.place import lineage
from linli.registry.devices import queries as devices
from linli.registry.people import queries as people
from linli.registry.people.models import Membership, Person, Staff
from linli.registry.places import queries as places
from linli.registry.places.models import Place

_SNAPSHOT, _SIREN = "camera.snapshot", "siren.on"
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


def deeds(*, community: str, calls: Iterable[int]) -> dict[int, list[Deed]]:
    """Return the record of each call, the oldest first."""
    found: dict[int, list[Deed]] = {}
    rows = Deed.rows.of(community).filter(call__in=list(calls)).select_related("by")
    for row in rows.order_by("pk"):
        found.setdefault(row.call_id, []).append(row)
    return found


def was_said(*, row: Call, what: str) -> bool:
    """Tell whether a line stands in the record of a call."""
    return Deed.rows.of(row.community).filter(call=row, what=what).exists()


def concerned(*, row: Call) -> tuple[int, ...]:
    """Return who hears how a call goes on: who raised it, and whose telephones rang."""
    rang = Ring.rows.of(row.community).filter(call=row).order_by("account")
    found = set(rang.values_list("account", flat=True))
    return tuple(sorted(found | {row.caller_id} if row.caller_id else found))


def tree(*, community: str, place: str) -> tuple[tuple[logic.Rung, ...], bool]:
    """Return the call tree that holds at a place, and whether sirens sound: its own, or that of the
    nearest place above it that has one.
    """
    rows = Tree.rows.of(community).filter(place__path__in=lineage(place)).select_related("place")
    row = max(rows, key=lambda one: len(one.place.path), default=None)
    if row is None:
        return logic.TREE, False
    return tuple(logic.Rung(**one) for one in row.rungs), row.siren


def trees(*, community: str, wanted: CodePage) -> tuple[list[Tree], str | None]:
    """Return a page of the call trees that were laid down, by place, and the cursor after it."""
    rows = Tree.rows.of(community).select_related("place")
    return by_code(rows, wanted=wanted, field="place__path")


def homes(*, community: str, account: int, now: datetime) -> list[Place]:
    """Return the rooms of the households to which an account's person belongs now."""
    rows = Membership.rows.of(community).filter(_stands(now), person__account=account)
    found = rows.select_related("household__room").order_by("pk")
    return list({one.household.room.path: one.household.room for one in found}.values())


def _stands(now: datetime) -> Q:
    return Q(until=None) | Q(until__gt=now.date())


def where(*, community: str, position: Position) -> Place | None:
    """Return the smallest place on the map around a position."""
    return places.at(community=community, position=position)


def helpers(*, row: Call, rung: logic.Rung, now: datetime) -> list[int]:
    """Return the accounts whose telephones a rung rings; never that of who called."""
    found = {
        logic.NEAREST: _nearest,
        logic.FAMILY: _family,
        logic.DUTY: _on_duty,
        logic.ALL: _all,
    }[rung.whom](row, rung.target, now)
    return [account for account in dict.fromkeys(found) if account != row.caller_id]


def would_ring(
    *, community: str, place: Place, rungs: Sequence[logic.Rung], now: datetime
) -> list[list[str]]:
    """Return the names of those whose telephones each rung would ring now, for a call at a place by
    nobody in particular: of no rung the family.
    """
    nobody = Call(community=community, place=place)
    told = [helpers(row=nobody, rung=rung, now=now) for rung in rungs]
    every = {account for accounts in told for account in accounts}
    names = dict(Account.objects.filter(pk__in=every).values_list("pk", "name"))
    return [[names[account] for account in accounts if account in names] for accounts in told]


def _nearest(row: Call, target: str, now: datetime) -> list[int]:
    on_duty = people.staff_on_duty(community=row.community, skill=target, at=now)
    others = (one for one in on_duty if one.account and one.account != row.caller_id)
    able = {one.staff: one for one in others}
    posts = dict(
        Staff.rows.of(row.community)
        .filter(pk__in=able)
        .exclude(place=None)
        .values_list("pk", "place__path")
    )
    middles = places.middles(community=row.community, paths={*posts.values(), row.place.path})
    helpers = [
        logic.Helper(
            account=one.account or 0,
            position=one.position,
            position_at=one.position_at,
            post=middles.get(posts.get(number, "")),
        )
        for number, one in able.items()
    ]
    at = position(row) or middles.get(row.place.path)
    return logic.nearest(helpers=helpers, at=at, now=now)


def _family(row: Call, _target: str, now: datetime) -> list[int]:
    """Who lives in the home of who called, or in the home in which a device was pressed."""
    rooms = lineage(row.place.path) if row.device else []
    if row.caller_id is not None:
        own = homes(community=row.community, account=row.caller_id, now=now)
        rooms = [room.path for room in own]
    rows = Membership.rows.of(row.community).filter(
        _stands(now), household__room__path__in=rooms, person__erased_at=None
    )
    rows = rows.exclude(person__account=None).order_by("pk")
    return list(rows.values_list("person__account", flat=True))


def _on_duty(row: Call, target: str, now: datetime) -> list[int]:
    found = people.staff_on_duty(community=row.community, skill=target, at=now)
    return [one.account for one in found if one.account]


def _all(row: Call, target: str, now: datetime) -> list[int]:
    rows = Staff.rows.of(row.community).filter(employed=True).exclude(account=None)
    staff = {one.account_id or 0: set(one.skills) for one in rows.order_by("pk")}
    roles = identity.roles_of(community=row.community, accounts=list(staff), now=now)
    return [
        account
        for account, skills in staff.items()
        if not target or target in skills | roles.get(account, frozenset())
    ]


def position(row: Call) -> Position | None:
    """Return where the telephone of a call was, opened for the emergency; None if unknown."""
    return positions(community=row.community, calls=[row]).get(row.pk)


def positions(*, community: str, calls: Sequence[Call]) -> dict[int, Position]:
    """Return where the telephones of calls were, opened for the emergency, of those known."""
    known = [row for row in calls if row.position_sealed]
    sealed.open_all(known, community=community, purpose="emergency")
    found = {row.pk: row.position.partition(",") for row in known}
    return {pk: (float(east), float(north)) for pk, (east, _, north) in found.items() if north}


def camera(*, community: str, place: str) -> str:
    """Return the camera nearest to a place: in it, else in the next place above it that has one, of
    those the one that is on line; empty where there is none.
    """
    for path in lineage(place):
        found = _able(community, _SNAPSHOT, path)
        rows = devices.by_code(community=community, codes=found).values()
        if rows:
            return min(rows, key=lambda row: (not row.online, row.code)).code
    return ""


def sirens(*, community: str, place: str) -> list[str]:
    """Return the sirens of a place, or of the nearest above it that has some; not the estate's."""
    for path in lineage(place):
        if "/" in path and (found := _able(community, _SIREN, path)):
            return found
    return []


def _able(community: str, service: str, place: str) -> list[str]:
    models = [one.id for one in devices.models() if service in one.services]
    return devices.codes_of_models(community=community, models=models, place=place)


def people_of(
    *, community: str, calls: Sequence[Call], deeds: Mapping[int, Sequence[Deed]]
) -> dict[int, str]:
    """Return the names of who called and of whose telephones rang, by account: as the register
    knows them, else as their accounts are called.
    """
    told = {one for lines in deeds.values() for line in lines for one in line.said.get("told", [])}
    callers = {row.caller_id for row in calls if row.caller_id}
    names = dict(Account.objects.filter(pk__in=told | callers).values_list("pk", "name"))
    rows = Person.rows.of(community).filter(account__in=callers, erased_at=None)
    return names | dict(rows.values_list("account", "name"))
