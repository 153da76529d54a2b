"""Whose guest a car is."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from linli.domains.visits.logic import State
from linli.domains.visits.models import Visit
from linli.domains.visits.queries.homes import heard_by, members, telephones
from linli.domains.visits.queries.visits import indices_of, lives_there
from linli.foundation.scope.models import ScopedRows
from linli.foundation.vault import queries as vault
from linli.foundation.vault import sealed
from linli.kernel import checks
from linli.registry.people.models import Membership

_MOST = 10
"""So many passes may name one car at a time: a courier's may stand in those of many homes."""
_MOST_PASSES = 200
"""So many passes with a car may an account have given that hold at a time."""


def hosts_of_car(community: str, plate: str, now: datetime) -> tuple[int, ...]:
    """Return the accounts of the hosts whose pass names a car and holds now, at whatever hours it
    opens: a car that came by it may stand there still. Where a host has no account, those of his
    home.
    """
    rows = _holding(community, now).filter(plate_index__in=indices_of(community, "plate", plate))
    today = timezone.localdate(now)
    found: set[int] = set()
    for row in rows.select_related("host", "household__room").order_by("since", "pk")[:_MOST]:
        if lives_there(visit=row, today=today):
            found |= _accounts(row, now)
    return tuple(sorted(found))


def cars_of_host(community: str, account: int, now: datetime) -> tuple[str, ...]:
    """Return the plates that passes name and hold now, of which an account is to be told: the same
    as `hosts_of_car`, from the other end, in a few questions however many passes there are.
    """
    living = Membership.rows.of(community).filter(
        members(today=timezone.localdate(now)), household=OuterRef("household")
    )
    stays = Exists(living.filter(person=OuterRef("host"))) | (Q(host=None) & Exists(living))
    homes = heard_by(community=community, account=account, now=now)
    of_home = Q(host__account__isnull=True, household__in=homes)
    rows = _holding(community, now).exclude(plate_index="").filter(stays)
    rows = rows.filter(Q(host__account=account) | of_home).order_by("-pk")
    return _plates(community, list(rows[:_MOST_PASSES]))


def _plates(community: str, rows: list[Visit]) -> tuple[str, ...]:
    named = [row.vault_key for row in rows]
    keys = vault.data_keys(community=community, use=sealed.USE, subjects=named) if rows else {}
    said = {
        sealed.plain(row, Visit.plate, keys[row.vault_key], community)
        for row in rows
        if row.vault_key in keys
    }
    return tuple(sorted(checks.check("plate", one).value for one in said))


def _holding(community: str, now: datetime) -> ScopedRows[Visit]:
    return Visit.rows.of(community).filter(state=State.EXPECTED, since__lte=now, until__gt=now)


def _accounts(row: Visit, now: datetime) -> set[int]:
    if row.host is not None and row.host.account_id is not None:
        return {row.host.account_id}
    return set(telephones(community=row.community, household=row.household, now=now))
