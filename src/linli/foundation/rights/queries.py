"""Who may what in a community, and who took what for an emergency."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db.models import Q
from django.utils import timezone

from linli.contracts import places, privacy
from linli.foundation.identity.models import Account, EmergencyAccess, Grant
from linli.foundation.identity.queries import Actor, in_force
from linli.foundation.identity.roles import EVERYWHERE
from linli.kernel.fault import Fault
from linli.kernel.words import Words


class GrantNotFound(Fault):
    key = "rights.grant_not_found"
    status = 404


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A grant with what people call its place, the name of a `ward` (as `person:12` for who may not
    see people), who gave it, and whether it is in force now. One that holds in all communities is
    `everywhere`.
    """

    grant: Grant
    place_name: Words
    ward: str
    by: Account | None
    in_force: bool
    everywhere: bool


class ShownEmergency(msgspec.Struct, frozen=True, kw_only=True):
    """An emergency access with what people call its place."""

    row: EmergencyAccess
    place_name: Words
    in_force: bool


_SEES_PEOPLE = "register.people"
_NOWHERE = Words(zh="全小区", en="the whole community")


def grants(
    *, actor: Actor, text: str, role: str, after: int, limit: int, now: datetime
) -> tuple[list[Shown], int | None]:
    """Return a page of who may what here, in the order in which accounts have it, and the cursor
    after it. `text` is part of a name, or of a name to sign in by.
    """
    rows = Grant.objects.filter(community__in=[actor.community, EVERYWHERE], pk__gt=after)
    if text:
        rows = rows.filter(Q(account__name__icontains=text) | Q(account__username__icontains=text))
    if role:
        rows = rows.filter(role=role)
    found = list(rows.select_related("account").order_by("pk")[: limit + 1])
    page = found[:limit]
    return _shown(actor, page, now), page[-1].pk if len(found) > limit else None


def _shown(actor: Actor, rows: Sequence[Grant], now: datetime) -> list[Shown]:
    community, named = actor.community, actor.holds(_SEES_PEOPLE)
    givers = Account.objects.in_bulk({row.by for row in rows if row.by})
    names = names_of(community=community, paths=[row.place for row in rows])
    today = timezone.localdate(now)
    wards = {row.ward for row in rows if row.ward} if named else set()
    known = {ward: privacy.ward(community, ward, today) for ward in wards}
    return [
        Shown(
            grant=row,
            place_name=names[row.place],
            ward=found.name if (found := known.get(row.ward)) else row.ward,
            by=givers.get(row.by),
            in_force=in_force(grant=row, now=now) and row.account.is_active,
            everywhere=row.community == EVERYWHERE,
        )
        for row in rows
    ]


def names_of(*, community: str, paths: Sequence[str]) -> dict[str, Words]:
    """Return what people call places: an unknown one by its path, an empty one is all of it."""
    known = places.names(community, sorted({path for path in paths if path}))
    return {path: known.get(path, Words(zh=path, en=path)) if path else _NOWHERE for path in paths}


def grant(*, actor: Actor, id: int) -> Grant:
    """Return a grant of the actor's community, to be taken back by him.

    :raises GrantNotFound: if it has none of this number
    """
    row = Grant.objects.select_related("account").filter(community=actor.community, pk=id).first()
    if row is None:
        raise GrantNotFound(grant=id)
    return row


def guardianships(*, actor: Actor, ward: str) -> list[Grant]:
    """Return what was given to the actor as guardian of a person."""
    rows = Grant.objects.filter(community=actor.community, account=actor.account, ward=ward)
    return list(rows.exclude(ward="").order_by("pk"))


def emergencies(
    *, community: str, unreviewed: bool, before: int | None, limit: int, now: datetime
) -> tuple[list[ShownEmergency], int | None]:
    """Return a page of emergency accesses, the newest first, and the cursor after it."""
    rows = EmergencyAccess.rows.of(community).select_related("account", "reviewed_by")
    if unreviewed:
        rows = rows.filter(reviewed_at=None)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: limit + 1])
    page = found[:limit]
    return shown_emergencies(community=community, rows=page, now=now), (
        page[-1].pk if len(found) > limit else None
    )


def shown_emergencies(
    *, community: str, rows: Sequence[EmergencyAccess], now: datetime
) -> list[ShownEmergency]:
    """Return emergency accesses with what people call their places."""
    names = names_of(community=community, paths=[row.place for row in rows])
    return [
        ShownEmergency(row=row, place_name=names[row.place], in_force=now < row.until)
        for row in rows
    ]
