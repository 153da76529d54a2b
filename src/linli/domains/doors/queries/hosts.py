"""Until when a guest is somebody's guest: nobody lets anybody through a door that he may not pass
himself, and that holds for as long as the guest may come, not only when he was invited.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time

from django.db.models import Q
from django.utils import timezone

from linli.domains.doors.models import Credential, Door
from linli.domains.doors.queries.rights import rights_at
from linli.domains.doors.queries.standing import barred_of
from linli.registry.people.homes import lives, stands
from linli.registry.people.models import Membership

EVER = datetime.max.replace(tzinfo=UTC)
"""No end is known."""
_OVER = datetime.min.replace(tzinfo=UTC)
_Homes = Mapping[int, Sequence[tuple[int, datetime]]]
"""Who lives in each home, and until when."""


def hosted_until(
    *, door: Door, rows: Sequence[Credential], now: datetime
) -> Mapping[int, datetime]:
    """Return until when the guests of these credentials may pass a door at most, by the numbers of
    those that say whose guests they are: as long as `stays`, and as long as their host may pass the
    door himself, whatever the hour; of a guest without one, anybody of the home. It is over by now
    where none may.
    """
    guests = [row for row in rows if row.home_id is not None]
    if not guests:
        return {}
    homes = living(community=door.community, homes={row.home_id or 0 for row in guests}, now=now)
    hosts = {row.pk: _hosts(row, homes) for row in guests}
    persons = {person for found in hosts.values() for person, _ in found}
    passes = _passes(door, persons, now) if persons else {}
    return {
        pk: max((min(until, passes.get(one, _OVER)) for one, until in found), default=_OVER)
        for pk, found in hosts.items()
    }


def _hosts(row: Credential, homes: _Homes) -> Sequence[tuple[int, datetime]]:
    """Return who of the home to which a guest comes is his host, or may be, and until when."""
    found = homes.get(row.home_id or 0, ())
    return [(one, until) for one, until in found if row.host_id in {None, one}]


def stays(*, community: str, rows: Sequence[Credential], now: datetime) -> Mapping[int, datetime]:
    """Return until when the host of each of these guests lives in the home to which he comes; of a
    guest without one, anybody. It is over by now where nobody does.
    """
    guests = [row for row in rows if row.home_id is not None]
    if not guests:
        return {}
    homes = living(community=community, homes={row.home_id or 0 for row in guests}, now=now)
    return {
        row.pk: max((until for _, until in _hosts(row, homes)), default=_OVER) for row in guests
    }


def living(*, community: str, homes: Collection[int], now: datetime) -> _Homes:
    """Return who lives in each of these homes now, and until when."""
    rows = Membership.rows.of(community).filter(lives(timezone.localdate(now)), household__in=homes)
    found = defaultdict[int, list[tuple[int, datetime]]](list)
    for home, person, until in rows.values_list("household", "person", "until"):
        found[home].append((person, _end(until)))
    return found


def _passes(door: Door, persons: Collection[int], now: datetime) -> Mapping[int, datetime]:
    """Return until when each of these persons may pass a door, of those who may now."""
    community = door.community
    rows = Membership.rows.of(community).filter(stands(timezone.localdate(now)), person__in=persons)
    homes = defaultdict[int, list[tuple[int, datetime]]](list)
    for person, home, until in rows.values_list("person", "household", "until"):
        homes[home].append((person, _end(until)))
    rights = rights_at(door).filter(Q(person__in=persons) | Q(household__in=list(homes)))
    rights = rights.filter(Q(since=None) | Q(since__lte=now), Q(until=None) | Q(until__gt=now))
    barred = barred_of(community=community, persons=persons, now=now)
    found: dict[int, datetime] = {}
    for person, home, until in rights.values_list("person", "household", "until"):
        holders: Iterable[tuple[int, datetime]] = homes[home] if home else [(person, EVER)]
        for one, stands_until in holders:
            ends = min(until or EVER, stands_until)
            if one not in barred:
                found[one] = max(found.get(one, _OVER), ends)
    return found


def _end(until: date | None) -> datetime:
    """Return when the day begins on which somebody lives there no more."""
    return timezone.make_aware(datetime.combine(until, time.min)) if until else EVER
