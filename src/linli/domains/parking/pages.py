"""Pages of the desk, put together from several reads."""

from datetime import datetime
from typing import Any

from linli.domains.parking import schemas
from linli.domains.parking import schemas_tariffs as tariff_shapes
from linli.domains.parking.logic import table
from linli.domains.parking.logic import tariff as tariffs
from linli.domains.parking.logic.tariff import OF_PLACES
from linli.domains.parking.models import Lot, Stay
from linli.domains.parking.queries import lots, pictured, pricing, stays
from linli.foundation.identity.queries import Actor
from linli.foundation.scope.paging import CodePage, RecentPage
from linli.kernel.words import both


def lots_page(*, actor: Actor, wanted: CodePage, now: datetime) -> dict[str, Any]:
    """Return a page of the lots that the actor sees, with their lanes and free places."""
    rows, after = lots.lots_page(actor=actor, wanted=wanted)
    return {"items": _lots(rows, actor.community, now), "next": after}


def _lots(rows: list[Lot], community: str, now: datetime) -> list[dict[str, Any]]:
    numbers = [row.pk for row in rows]
    inside = lots.inside(community=community, lots=numbers)
    in_areas = lots.inside_areas(community=community, lots=numbers)
    lanes = lots.lanes(community=community, lots=numbers)
    last = stays.newest(community=community, lanes=[lane.pk for lane in lanes])
    areas = lots.areas(community=community, lots=numbers)
    in_force = lots.tariffs_in_force(community=community, lots=numbers, now=now)
    screens = lots.screens(community=community, lots=numbers)
    return [
        {
            **schemas.lot_head(row),
            **_tariff(in_force.get(row.pk)),
            "inside": inside[row.pk],
            "free": max(0, row.capacity - inside[row.pk]),
            "areas": [
                {
                    "code": area.code,
                    "name": both(area.name),
                    "capacity": area.capacity,
                    "free": max(0, area.capacity - in_areas.get(area.pk, 0)),
                }
                for area in areas
                if area.lot_id == row.pk
            ],
            "lanes": [
                schemas.lane_out(lane, last.get(lane.pk)) for lane in lanes if lane.lot_id == row.pk
            ],
            "screens": [schemas.screen_out(one) for one in screens if one.lot_id == row.pk],
        }
        for row in rows
    ]


def _tariff(tariff: tariffs.Tariff | None) -> dict[str, Any]:
    if tariff is None:
        return {"tariff": None, "rules": []}
    prices = table.prices(tariff)
    return {
        "tariff": both(tariff.name),
        "rules": [both(one) for one in [*prices, *table.said(tariff)]],
    }


def stay_page(*, row: Stay, now: datetime) -> dict[str, Any]:
    """Return a stay as its page shows it."""
    due = pricing.due(stay=row, now=now)
    seen = stays.last_seen(
        community=row.community, plate=row.plate, until=row.left_at or now
    ) if row.entered_at is None else None  # fmt: skip
    return {
        **schemas.stay_line(row),
        "whole_plate": row.plate,
        "bay": row.bay.number if row.bay else "",
        "bays": _relief_bays(row.lot),
        "looked": row.looked,
        "fee": schemas.fee_out(due),
        "seen": _seen(row),
        "done": [
            {"at": one.at, "step": one.step, "reason": one.reason, "by_name": one.by.name}
            for one in stays.marks(stay=row)
        ],
        "suggested_entry": seen.at if seen else None,
    }


def _seen(row: Stay) -> list[dict[str, Any]]:
    """Return what cameras told of a stay, and the numbers of the pictures that they took."""
    seen = stays.seen_of(stay=row)
    taken = pictured.of(seen)
    return [
        {
            **schemas.sighting_out(one),
            "picture": taken[one.pk].pk if one.pk in taken else None,
        }
        for one in seen
    ]


def _relief_bays(lot: Lot) -> list[dict[str, Any]]:
    """Return the places of a lot that let a car off something."""
    rows = lots.bays(community=lot.community, lots=[lot.pk], kinds=OF_PLACES)
    taken = lots.taken(lot=lot, bays=rows)
    return [
        {"number": bay.number, "kind": bay.kind, "taken": taken.get(bay.number)} for bay in rows
    ]


def bays_page(*, actor: Actor, lot: str, wanted: CodePage) -> dict[str, Any]:
    """Return a page of the places of a lot, and which of them their sensors say are taken."""
    row = lots.lot_of(actor=actor, code=lot)
    bays, after = lots.bays_page(lot=row, wanted=wanted)
    taken = lots.taken(lot=row, bays=bays)
    return {
        "items": [
            {
                "number": bay.number,
                "kind": bay.kind,
                "area": bay.area.code if bay.area else "",
                "device": bay.device,
                "taken": taken.get(bay.number),
            }
            for bay in bays
        ],
        "next": after,
    }


def tariffs_page(*, actor: Actor, lot: str, wanted: RecentPage) -> dict[str, Any]:
    """Return a page of the tariffs that a lot had, has and will have."""
    rows, after = lots.tariffs_of(lot=lots.lot_of(actor=actor, code=lot), wanted=wanted)
    items = [tariff_shapes.version_out(one, tariffs.load(one.text)) for one in rows]
    return {"items": items, "next": after}


def trial_page(*, actor: Actor, lot: str, trial: pricing.Trial) -> dict[str, Any]:
    """Return what a stay that there was not would cost, and why."""
    row = lots.lot_of(actor=actor, code=lot)
    fee = pricing.tried(lot=row, trial=trial)
    return schemas.fee_out(pricing.Due(fee=fee, paid_fen=0, due_fen=0, in_time=False))
