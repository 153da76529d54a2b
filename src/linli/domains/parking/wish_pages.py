"""Pages of what households wish for their cars, put together from several reads."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from linli.domains.parking import schemas_wishes as shapes
from linli.domains.parking.models import Permit, PlateWish
from linli.domains.parking.queries import lots, wishes
from linli.foundation.identity.queries import Actor
from linli.foundation.scope.paging import NumberPage
from linli.kernel.words import Words, both
from linli.registry.people.models import Household
from linli.registry.places import queries as places

Names = dict[int | None, dict[str, str]]


def homes(rows: Sequence[Permit | PlateWish]) -> Names:
    """Return the names of the homes that permits or wishes name, by the household's number."""
    return names([row.household for row in rows if row.household is not None])


def names(rows: Sequence[Household]) -> Names:
    """Return the names of homes, by their number."""
    if not rows:
        return {}
    paths = {one.pk: one.room.path for one in rows}
    found = places.full_names(community=rows[0].community, paths=set(paths.values()))
    return {
        pk: both(Words(zh=found[path][0], en=found[path][1]))
        for pk, path in paths.items()
        if path in found
    }


def desk_page(*, actor: Actor, state: str, cursor: int | None, limit: int) -> dict[str, Any]:
    """Return a page of wishes for the desk, plates masked."""
    rows, after = wishes.wishes(actor=actor, state=state, cursor=cursor, limit=limit)
    named = homes(rows)
    return {
        "items": [
            shapes.wish_out(row, whole=False, home=named.get(row.household_id)) for row in rows
        ],
        "next": after,
    }


def line(row: PlateWish, *, whole: bool) -> dict[str, Any]:
    """Return a wish by itself."""
    return shapes.wish_out(row, whole=whole, home=homes([row]).get(row.household_id))


def shown(row: PlateWish, *, now: datetime) -> dict[str, Any]:
    """Return a wish with what the desk decides by."""
    room = wishes.room(home=row.household, at=now)
    permits = wishes.permits(home=row.household, at=now, lot=row.lot) if row.lot else []
    return {
        **line(row, whole=True),
        "elsewhere": wishes.belongs_elsewhere(home=row.household, plate=row.plate),
        "cars": room.cars,
        "most": room.most,
        "permits": len(permits),
    }


def own_page(*, actor: Actor, wanted: NumberPage, now: datetime, lot: str = "") -> dict[str, Any]:
    """Return a page of one's own wishes, and for what one may wish something: months in lots whose
    code or name holds `lot`.
    """
    months, more = _lots(actor.community, lot, now)
    rows, after = wishes.own_wishes(actor=actor, wanted=wanted)
    own = wishes.homes(actor=actor, at=now)
    named = names(own) | homes(rows)
    return {
        "items": [
            shapes.wish_out(row, whole=True, home=named.get(row.household_id)) for row in rows
        ],
        "next": after,
        "homes": [
            {
                "id": home.pk,
                "name": named.get(home.pk),
                "plates": wishes.plates_of_home(home=home),
                "most": wishes.room(home=home, at=now).most,
            }
            for home in own
        ],
        "lots": months,
        "lots_more": more,
    }


def _lots(community: str, sought: str, now: datetime) -> tuple[list[dict[str, Any]], bool]:
    """Return the lots with a price by the month, of the first that are found, and whether more are
    found.
    """
    found = lots.open_lots(community=community, limit=lots.MOST_TO_PICK + 1, sought=sought)
    rows = found[: lots.MOST_TO_PICK]
    in_force = lots.tariffs_in_force(community=community, lots=[row.pk for row in rows], now=now)
    months = {pk: tariff.monthly.fen for pk, tariff in in_force.items() if tariff.monthly}
    shown = [
        {"code": row.code, "name": both(row.name), "month_fen": months[row.pk]}
        for row in rows
        if row.pk in months
    ]
    return shown, len(found) > len(rows)
