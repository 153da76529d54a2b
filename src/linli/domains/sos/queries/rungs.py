"""Which call tree holds where, and whose telephones each of its rungs rings."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from linli.domains.sos import logic
from linli.domains.sos.models import Call, Tree
from linli.domains.sos.queries.calls import position
from linli.domains.sos.queries.spots import homes, stands
from linli.foundation.identity import queries as identity
from linli.foundation.identity.models import Account
from linli.foundation.scope.paging import CodePage, by_code
from linli.kernel.place import lineage
from linli.registry.people import queries as people
from linli.registry.people.homes import crew_at
from linli.registry.people.models import Membership, Staff
from linli.registry.places import queries as places
from linli.registry.places.models import Place


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
    """Who lives in the home of who called, or in the home in which a device was pressed; of a shop
    who works there or keeps it, where its own button was pressed, or one of them called from it.
    """
    rooms = lineage(row.place.path) if row.device else []
    if row.caller_id is not None:
        own = homes(community=row.community, account=row.caller_id, now=now)
        rooms = [room.path for room in own]
    rows = Membership.rows.of(row.community).filter(
        stands(now), household__room__path__in=rooms, person__erased_at=None
    )
    rows = rows.exclude(person__account=None).order_by("pk")
    family = list(rows.values_list("person__account", flat=True))
    return [*family, *_beside(row, now)]


def _beside(row: Call, now: datetime) -> list[int]:
    """Return who is told in the shop or firm of a call. Who works there and calls from it off duty
    is one of them as well. Where who calls is the only one who would be told, those are who are off
    duty: somebody who knows the shop is to come.
    """
    crew = crew_at(community=row.community, place=row.place.path, at=timezone.localtime(now))
    if not row.device and row.caller_id not in crew.everybody:
        return []
    others = [account for account in crew.told if account != row.caller_id]
    return others or crew.everybody


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
