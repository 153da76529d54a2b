"""The load limit of a site, or of a feeder that several hang on, is shared among those who charge.

What chargers were told counts when they confirmed it: until then the larger of before and after may
flow. Nobody is raised before there is room for it.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil

from django.db import transaction

from linli.contracts.charging import LoadShared
from linli.domains.charging import feeders
from linli.domains.charging.feeders import Together
from linli.domains.charging.logic import sharing
from linli.domains.charging.logic.capping import VOLTS
from linli.domains.charging.models import Feeder, Kind, Session, Site, State
from linli.domains.charging.operations import confirming, orders
from linli.foundation import ids
from linli.foundation.outbox import operations as outbox

_AGAIN = timedelta(seconds=60)
"""After which a share that a charger did not take is given again."""
_FIELDS = ["limit_da", "limit_order", "limit_at", "limit_held", "running_since", "waiting_since"]


def share(*, community: str, site: int, now: datetime) -> int:
    """Share what limits a site; return how many got another share. Nothing where no limit is."""
    return share_each(community=community, sites=[site], now=now)


def share_each(*, community: str, sites: Collection[int], now: datetime) -> int:
    """Share what limits some sites, each limit once; return how many got another share."""
    groups = feeders.together(community=community, sites=sites)
    return sum(_share(community, group, now) for group in groups)


@transaction.atomic
def _share(community: str, group: Together, now: datetime) -> int:
    feeder, places, found = feeders.locked(community=community, group=group)
    rows = [row for row in found if row.connector.site.kind == Kind.EV]
    limits = _limits(feeder, places, found)
    confirming.reckon(community=community, rows=rows, now=now)
    if not limits:
        rows = [row for row in rows if row.limit_da is not None]
    targets = _targets(limits, rows, now)
    steps = sharing.steps(
        limits_da=limits, told=[_told(row, limits, targets[row.pk], now) for row in rows]
    )
    for row in sorted(rows, key=lambda row: steps.get(row.pk, 0) - (row.limit_da or 0)):
        if row.pk in steps:
            _give(row, steps[row.pk], now)
    _put_down(places, [row for row in rows if row.pk in steps], rows, now)
    return len(steps)


def _limits(
    feeder: Feeder | None, places: Sequence[Site], rows: Sequence[Session]
) -> dict[str, int]:
    """Return the limits by their names: a phase of a site, a phase of the feeder. Sockets of
    e-bikes are on or off: what they take is off the feeder's limit.
    """
    limited = [one for one in places if one.limit_da and one.kind == Kind.EV]
    limits = {f"{one.pk}:{phase}": one.limit_da for one in limited for phase in "123"}
    if feeder is not None and feeder.limit_da:
        taken = _taken(rows)
        limits |= {f"feeder:{p}": max(0, feeder.limit_da - taken[p]) for p in "123"}
    return limits


def _taken(rows: Sequence[Session]) -> dict[str, int]:
    """Return what sockets of e-bikes take, by phase: the most that each drew since it began, and
    all that a socket gives until it told any.
    """
    taken = dict.fromkeys("123", 0)
    for row in rows:
        if row.connector.site.kind != Kind.EBIKE:
            continue
        drawn = ceil(row.most_w / VOLTS / len(row.connector.phases) * 10)
        for phase in row.connector.phases:
            taken[phase] += drawn or row.connector.most_da
    return taken


def _targets(limits: Mapping[str, int], rows: Sequence[Session], now: datetime) -> dict[int, int]:
    """Return what each is to have in the end. Whoever's charger did not take its share is offered
    it again; until then the others share what it leaves.
    """
    draws = {row.pk: _draw(row, limits, now) for row in rows}
    found = sharing.share(limits_da=limits, draws=list(draws.values()))
    deaf = [row for row in rows if _is_deaf(row)]
    if not deaf:
        return found
    left = dict(limits)
    for row in deaf:
        for name in draws[row.pk].phases:
            left[name] = max(0, left[name] - confirming.flows_da(row))
    others = [draws[row.pk] for row in rows if not _is_deaf(row)]
    return found | sharing.share(limits_da=left, draws=others)


def _is_deaf(row: Session) -> bool:
    """Tell whether a charger did not take what it was told last."""
    told = row.state == State.CHARGING and row.limit_at is not None
    return told and not (row.limit_held or row.limit_order)


def _draw(row: Session, limits: Mapping[str, int], now: datetime) -> sharing.Draw:
    return sharing.Draw(
        id=row.pk,
        phases=_lines(row, limits),
        most_da=confirming.most_da(row, now),
        running_s=_since(row.running_since, now),
        waited_s=_since(row.waiting_since, now),
        had_wh=row.energy_wh,
        needs_da=_needs_da(row, now),
    )


def _lines(row: Session, limits: Mapping[str, int]) -> list[str]:
    """Return the names of the limits that somebody draws on."""
    phases, site = row.connector.phases, row.connector.site_id
    names = [f"{top}:{phase}" for top in (site, "feeder") for phase in phases]
    return [name for name in names if name in limits]


def _told(row: Session, limits: Mapping[str, int], target: int, now: datetime) -> sharing.Told:
    charging = row.state == State.CHARGING
    again = charging and not row.limit_held
    waits = charging and _is_deaf(row) and now - (row.limit_at or now) < _AGAIN
    return sharing.Told(
        id=row.pk,
        phases=_lines(row, limits),
        target_da=target,
        told_da=None if again else row.limit_da,
        flows_da=confirming.flows_da(row),
        busy=bool(row.limit_order) or waits,
    )


def _give(row: Session, current_da: int, now: datetime) -> None:
    runs = current_da > 0
    if runs and row.running_since is None:
        row.running_since, row.waiting_since = now, None
    elif not runs and row.waiting_since is None:
        row.running_since, row.waiting_since = None, now
    row.limit_da = current_da
    if row.state == State.CHARGING:
        row.limit_at, row.limit_held = now, False
        row.limit_order = orders.limit(row, current_da=current_da, now=now)
    row.save(update_fields=_FIELDS)


def _since(moment: datetime | None, now: datetime) -> float:
    return 0.0 if moment is None else max(1.0, (now - moment).total_seconds())


def _needs_da(row: Session, now: datetime) -> int | None:
    """Return the current that brings what was wanted by when it was wanted; whoever is still there
    after it is in nobody's way before his turn.
    """
    if row.done_by is None or row.done_by <= now or not row.wants_wh:
        return None
    left_wh = max(0, row.wants_wh - row.energy_wh)
    left_h = max(60.0, (row.done_by - now).total_seconds()) / 3600
    return int(left_wh / left_h / VOLTS / len(row.connector.phases) * 10)


def _put_down(
    places: Sequence[Site], changed: Sequence[Session], rows: Sequence[Session], now: datetime
) -> None:
    """Put down when sites were shared, and tell of those where somebody got another share."""
    Site.rows.of(places[0].community).filter(pk__in=[one.pk for one in places]).update(
        shared_at=now
    )
    touched = {row.connector.site_id for row in changed}
    for place in places:
        if place.pk in touched:
            here = [row for row in rows if row.connector.site_id == place.pk]
            _tell(place, here, now)


def _tell(place: Site, rows: Sequence[Session], now: datetime) -> None:
    given = [row.limit_da or 0 for row in rows]
    outbox.record(
        LoadShared(
            id=ids.new(),
            at=now,
            community=place.community,
            site=place.code,
            charging=sum(1 for one in given if one),
            waiting=sum(1 for one in given if not one),
            limit_a=place.limit_da / 10,
        )
    )
