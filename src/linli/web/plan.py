"""The community's plan for those who live there: houses, gates, where one charges and parks, where
help hangs. Of people it says nothing but which house is one's own; of devices nothing at all but
where those stand that are there for everybody.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

from django.utils import timezone
from msgspec.structs import replace
from ninja import Router, Schema

from linli.domains.charging import pages as charging
from linli.domains.charging import schemas as charging_shapes
from linli.domains.parking.queries import lots
from linli.foundation.identity.guard import Visit, may
from linli.foundation.identity.queries import Actor
from linli.foundation.shapes import TwoLanguages
from linli.kernel.geometry import Position, middle
from linli.kernel.place import lineage
from linli.kernel.words import both
from linli.registry.devices import queries as devices
from linli.registry.devices.queries import Sought
from linli.registry.people import homes
from linli.registry.places import queries as places
from linli.registry.places.models import Place
from linli.web.where import device_positions

router = Router(tags=["plan"])

_DRAWN = ("estate", "zone", "building", "garage", "gate")
"""Kinds of place that anybody sees who walks about. Public rooms are not among them: what stands in
the register so is the pump house and the fire control room as well as the reading room.
"""
_OUTDOORS = frozenset({"estate", "zone"})
_FOR_EVERYBODY = {"aed_cabinet": "aed", "washroom_sensor": "toilet"}
"""Models of device that stand where everybody may go to them, and what is there."""
_HOME = "room"
_MOST = 500


class PlanShape(Schema):
    """A place as it lies, in WGS 84. `own`: who looks lives in it."""

    kind: Literal["estate", "zone", "building", "garage"]
    name: TwoLanguages
    geometry: dict[str, Any]
    own: bool


class PlanSpot(Schema):
    """Something to go to. `code` is that of a charging site or a lot; `free` of `all` are free now;
    `position` is null where nobody knows where it is.
    """

    kind: Literal["ebike", "ev", "parking", "gate", "aed", "toilet"]
    code: str
    name: TwoLanguages
    place_name: TwoLanguages | None
    position: tuple[float, float] | None
    open: bool
    free: int | None
    all: int | None
    tariff: charging_shapes.ChargingTariff | None


class PlanOut(Schema):
    """The plan, as it is now."""

    shapes: list[PlanShape]
    spots: list[PlanSpot]


@router.get("/{community}/my/plan", response=PlanOut, auth=may("places.public", himself=True))
def plan(request: Visit, community: str) -> dict[str, Any]:
    """Show the community's plan, what is free on it now, and which house is one's own."""
    actor, now = request.auth, timezone.now()
    on = timezone.localtime(now).date()
    own = homes.of_account(community=community, account=actor.account, on=on)
    rows = _outdoors(community)
    found = [*_charging(actor, now), *_parking(community), *_help(community)]
    return {"shapes": _shapes(rows, own), "spots": [*found, *_gates(rows)]}


def _outdoors(community: str) -> list[Place]:
    """Return the places that lie out of doors: a zone of a floor is nobody's to see."""
    found: list[Place] = []
    for kind in _DRAWN:
        rows = places.places(community=community, kind=kind, limit=_MOST)
        found += [row for row in rows if row.geometry and (row.kind == "estate" or _outside(row))]
    return found


def _outside(row: Place) -> bool:
    return row.parent is not None and row.parent.kind in _OUTDOORS


def _shapes(rows: Iterable[Place], own: Sequence[str]) -> list[dict[str, Any]]:
    above = {up for path in own for up in lineage(path)}
    return [
        {
            "kind": row.kind,
            "name": both(row.name),
            "geometry": row.geometry,
            "own": row.kind == "building" and row.path in above,
        }
        for row in rows
        if row.kind != "gate"
    ]


def _gates(rows: Iterable[Place]) -> list[dict[str, Any]]:
    gates = (row for row in rows if row.kind == "gate")
    return [_spot("gate", both(row.name), middle(row.geometry)) for row in gates]


def _charging(actor: Actor, now: datetime) -> list[dict[str, Any]]:
    """Return the sites, wherever in the community one lives."""
    found = charging.spots(actor=replace(actor, places=()), now=now)
    paths = [one.row.place.path for one in found]
    middles = places.middles(community=actor.community, paths=paths)
    return [
        _spot(one.row.kind, both(one.row.name), _plugs(one) or middles.get(one.row.place.path))
        | {
            "code": one.row.code,
            "place_name": both(one.place_name),
            "open": one.row.open,
            "free": sum(plug.state == "free" for plug in one.plugs) if one.row.open else 0,
            "all": len(one.plugs),
            "tariff": charging_shapes.tariff_out(one.tariff),
        }
        for one in found
    ]


def _plugs(spot: charging.Spot) -> Position | None:
    at = [plug.position for plug in spot.plugs if plug.position is not None]
    if not at:
        return None
    return sum(one[0] for one in at) / len(at), sum(one[1] for one in at) / len(at)


def _parking(community: str) -> list[dict[str, Any]]:
    rows = lots.lots(community=community, limit=_MOST)
    inside = lots.inside(community=community, lots=[row.pk for row in rows])
    middles = places.middles(community=community, paths=[row.where for row in rows if row.where])
    return [
        _spot("parking", both(row.name), middles.get(row.where))
        | {
            "code": row.code,
            "open": row.open,
            "free": max(0, row.capacity - inside[row.pk]) if row.open else 0,
            "all": row.capacity,
        }
        for row in rows
    ]


def _help(community: str) -> list[dict[str, Any]]:
    """Return what hangs or stands there for everybody, by the name of its place alone."""
    found: list[dict[str, Any]] = []
    for model, kind in _FOR_EVERYBODY.items():
        sought = Sought(model=model, enabled=True)
        rows, _ = devices.devices(community=community, sought=sought, limit=_MOST)
        at = device_positions(community=community, rows=rows)
        found += [
            _spot(kind, both(row.place.name), at.get(row.code))
            for row in rows
            if row.place.kind != _HOME
        ]
    return found


def _spot(kind: str, name: dict[str, str], position: Position | None) -> dict[str, Any]:
    return {
        "kind": kind,
        "code": "",
        "name": name,
        "place_name": None,
        "position": position,
        "open": True,
        "free": None,
        "all": None,
        "tariff": None,
    }
