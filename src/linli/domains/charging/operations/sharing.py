"""The load limit of a site is shared anew among those who charge there."""

from datetime import datetime

from django.db import transaction

from linli.contracts.charging import LoadShared
from linli.domains.charging import queries
from linli.domains.charging.logic import sharing
from linli.domains.charging.models import Kind, Session, Site, State
from linli.domains.charging.operations import orders
from linli.foundation import ids
from linli.foundation.outbox import operations as outbox

_VOLTS = 230
_WORTH_TELLING_DA = 10
"""A share that grows by less than an ampere is not worth a message; one that falls always is."""


def share(*, community: str, site: int, now: datetime) -> int:
    """Share a site's limit; return how many got another share. Nothing where there is no limit.

    Whoever is to have less is told before whoever may have more: they stand in this order in the
    ledger of commands.
    """
    limited = Site.rows.of(community).filter(pk=site, kind=Kind.EV, limit_da__gt=0)
    return _share(community, site, now) if limited.exists() else 0


@transaction.atomic
def _share(community: str, site: int, now: datetime) -> int:
    place = Site.rows.of(community).select_for_update().filter(pk=site, kind=Kind.EV).first()
    if place is None or not place.limit_da:
        return 0
    rows = queries.at_site(site=place, lock=True)
    draws = [_draw(row, now) for row in rows]
    found = sharing.share(limits_da=dict.fromkeys("123", place.limit_da), draws=draws)
    changed = [row for row in rows if _changes(row.limit_da, found[row.pk])]
    changed.sort(key=lambda row: found[row.pk] - (row.limit_da or 0))
    for row in changed:
        _give(row, found[row.pk], now)
    place.shared_at = now
    place.save(update_fields=["shared_at"])
    if changed:
        _tell(place, rows, now)
    return len(changed)


def _changes(before_da: int | None, now_da: int) -> bool:
    if before_da is None or now_da < before_da:
        return True
    return now_da - before_da >= _WORTH_TELLING_DA or (now_da > 0 and before_da == 0)


def _give(row: Session, current_da: int, now: datetime) -> None:
    runs = current_da > 0
    if runs and row.running_since is None:
        row.running_since, row.waiting_since = now, None
    elif not runs and row.waiting_since is None:
        row.running_since, row.waiting_since = None, now
    row.limit_da = current_da
    row.save(update_fields=["limit_da", "running_since", "waiting_since"])
    if row.state == State.CHARGING:
        orders.limit(row, current_da=current_da, now=now)


def _draw(row: Session, now: datetime) -> sharing.Draw:
    return sharing.Draw(
        id=row.pk,
        phases=row.connector.phases,
        most_da=row.connector.most_da,
        running_s=_since(row.running_since, now),
        waited_s=_since(row.waiting_since, now),
        had_wh=row.energy_wh,
        needs_da=_needs_da(row, now),
    )


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
    return int(left_wh / left_h / _VOLTS / len(row.connector.phases) * 10)


def _tell(place: Site, rows: list[Session], now: datetime) -> None:
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
