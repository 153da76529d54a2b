"""What parking tells of guests' cars, and of its lanes, to who asks from beside."""

from collections.abc import Collection, Mapping
from datetime import datetime

from linli.contracts.parking import GuestCar, GuestLot, GuestStay
from linli.domains.parking.logic import table
from linli.domains.parking.models import Stay
from linli.domains.parking.operations import looking
from linli.domains.parking.queries import lots, pricing, stays
from linli.kernel.words import Words

_MOST_LOTS = 5


def guest_car(community: str, visit: int, now: datetime) -> GuestCar:
    """Return where a guest may park and at what price, and how his car stands now: while it is in,
    or owes for having been, its own lot alone.
    """
    row = stays.of_visit(community=community, visit=visit)
    row = row or stays.unpaid_of_visit(community=community, visit=visit)
    found = [row.lot] if row else lots.open_lots(community=community, limit=_MOST_LOTS)
    charged = lots.tariffs_in_force(community=community, lots=[one.pk for one in found], now=now)
    tariffs = [(one, charged.get(one.pk)) for one in found]
    shown = [
        GuestLot(
            code=lot.code,
            name=lot.name,
            rules=(*table.prices(tariff), *table.said(tariff)) if tariff else (),
        )
        for lot, tariff in tariffs
    ]
    return GuestCar(lots=tuple(shown), stay=_stands(row, now) if row else None)


def _stands(row: Stay, now: datetime) -> GuestStay:
    due = pricing.due(stay=row, now=now)
    return GuestStay(
        lot=row.lot.code,
        inside=row.left_at is None,
        exits=_exits(row) if row.left_at is None else (),
        due_fen=due.due_fen,
        paid_fen=due.paid_fen,
        leave_by=row.leave_by if due.in_time else None,
        token=looking.token(row),
    )


def _exits(row: Stay) -> tuple[Words, ...]:
    lanes = lots.lanes(community=row.community, lots=[row.lot_id])
    return tuple(one.name for one in lanes if one.direction != "in")


def lane_names(community: str, codes: Collection[str]) -> Mapping[str, Words]:
    """Return what those of these codes are called that are lanes."""
    return {one.code: one.name for one in lots.lanes_of(community=community, codes=codes)}
