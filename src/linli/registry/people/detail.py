"""All that the register knows of one place: what stands there, who lives there, what is theirs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from linli.contracts import places as places_contract
from linli.registry.people import health, queries
from linli.registry.people.entries import (
    EquipmentEntry,
    HouseholdEntry,
    OrganisationEntry,
    VehicleEntry,
)
from linli.registry.people.logic import HEALTH
from linli.registry.people.models import GroupMembership, Household, Membership
from linli.registry.places import queries as places

_MOST = 200
OTHER = "other"
_MANY = 10
"""Of fewer homes nobody is told in which special groups people are."""


def of_place(
    *, community: str, path: str, seen: Sequence[str], people: bool, now: datetime
) -> dict[str, Any]:
    """Return what a click on the map shows. `people` tells whether the reader may know people;
    without it there are numbers only.

    :raises places.PlaceNotFound: if it is not there, or not where the reader may look
    """
    row = places.seen_place(community=community, path=path, seen=seen)
    name = places.full_names(community=community, paths=[path])[path]
    sought = queries.Sought(place=path, limit=_MOST)

    def listed(kind: type) -> list[queries.Shown]:
        return queries.listed(community=community, kind=kind, sought=sought, now=now, full=people)

    return {
        "place": row,
        "full_name": {"zh": name[0], "en": name[1]},
        "counts": _counts(community, row, now, people=people),
        "households": listed(HouseholdEntry) if people and row.kind == "room" else [],
        "vehicles": listed(VehicleEntry) if row.kind in {"room", "garage"} else [],
        "organisations": listed(OrganisationEntry),
        "equipment": listed(EquipmentEntry),
        "devices": list(places_contract.devices_below(community, path))[:_MOST],
    }


def _counts(community: str, place: Any, now: datetime, *, people: bool) -> dict[str, Any]:
    """Return how many rooms, homes lived in and people; to who may know people, how many are in a
    special group, and in which: of few homes not, for that would tell of whom.
    """
    path, today = place.path, timezone.localdate(now)
    stands = Q(until=None) | Q(until__gt=today)
    members = Membership.rows.of(community).filter(
        stands, places.below(path, "household__room__path")
    )
    groups = GroupMembership.rows.of(community).filter(stands, person__in=members.values("person"))
    homes = Household.rows.of(community).filter(places.below(path, "room__path"))
    lived_in = homes.exclude(occupancy="vacant").count()
    return {
        "rooms": places.count(community=community, under=path, kind="room"),
        "households": lived_in,
        "people": members.values("person").distinct().count(),
        "special": groups.values("person").distinct().count() if people else 0,
        "groups": _by_group(community, groups) if people and lived_in >= _MANY else {},
    }


def _by_group(community: str, rows: QuerySet[GroupMembership]) -> dict[str, int]:
    """Return how many are in each group; those whose words lie apart are in `health`, and those of
    a group that is not known any more in `other`.
    """
    named, found = health.by_index(community=community), dict[str, int]()
    told = rows.order_by().values_list("group_index").annotate(n=Count("person", distinct=True))
    for key, many in told:
        group = named.get(key, OTHER) if key else HEALTH
        found[group] = found.get(group, 0) + many
    return found
