"""Shapes of charging over HTTP for whoever charges."""

from datetime import datetime
from typing import Any

import segno
from ninja import Field, Schema

from linli.domains.charging.models import Bought
from linli.domains.charging.pages import Own, Spot
from linli.domains.charging.schemas import (
    ChargingSession,
    ChargingSite,
    session_out,
    site_out,
)
from linli.foundation.shapes import TwoLanguages


class OwnChargingSite(ChargingSite):
    """A site; `away_m` is how far it is from one's home, as the crow flies, in metres."""

    away_m: int | None


class ChargingBought(Schema):
    """A package that somebody holds."""

    id: int
    site: str
    name: TwoLanguages
    price_fen: int
    energy_wh: int
    left_wh: int
    from_at: datetime
    until: datetime
    refunded_at: datetime | None


class ChargingKept(Schema):
    """Until when a connector is kept."""

    connector: str
    until: datetime


class OwnCharging(Schema):
    """What a resident finds on his page; the sites nearest to his home first."""

    balance_fen: int
    owed_fen: int
    sites: list[OwnChargingSite]
    kept: ChargingKept | None
    open: list[ChargingSession]
    packages: list[ChargingBought]


class ChargingStart(Schema):
    """Where one wants to charge; how much by when, where it matters."""

    connector: str = Field(max_length=48)
    wants_wh: int = Field(0, ge=0, le=1_000_000)
    done_by: datetime | None = None


class ChargingReserve(Schema):
    connector: str = Field(max_length=48)


class ChargingPlateIn(Schema):
    """Whether a plate begins a charging; it is personal, and therefore in no address."""

    plate: str = Field(max_length=16)
    on: bool


class ChargingVinIn(Schema):
    """The VIN of a car of one's own, or none: then plugging it in begins nothing any more."""

    plate: str = Field(max_length=16)
    vin: str = Field(max_length=40)


class ChargingOwnPlate(Schema):
    """A plate of one's own, and whether it begins a charging; the last signs of the VIN by which
    plugging the car in begins one, where it does.
    """

    plate: str
    on: bool
    vin: str


class ChargingOwnPlates(Schema):
    items: list[ChargingOwnPlate]


class ChargingBuy(Schema):
    site: str = Field(max_length=32)
    package: str = Field(max_length=40)


class ChargingCode(Schema):
    """What the phone shows to a socket's reader: the code, its picture, until when it is good."""

    code: str
    picture: str
    until: datetime


def own_site_out(spot: Spot) -> dict[str, Any]:
    """As `site_out`; a resident is told neither the numbers of others' chargings nor of cameras."""
    found = site_out(spot)
    for one in found["connectors"]:
        one["session"] = one["session"] if one["mine"] else None
        one["power_w"] = one["power_w"] if one["mine"] else 0
        one["limit_a"] = one["limit_a"] if one["mine"] else None
        one["camera"] = one["camera_lane"] = ""
    return found | {"away_m": None if spot.away_m is None else round(spot.away_m)}


def code_out(code: str, until: datetime) -> dict[str, Any]:
    picture = segno.make(code, error="m", micro=False).svg_data_uri(scale=8, border=3)
    return {"code": code, "picture": picture, "until": until}


def bought_out(row: Bought) -> dict[str, Any]:
    return {
        "id": row.pk,
        "site": row.site.code,
        "name": {"zh": row.name_zh, "en": row.name_en},
        "price_fen": row.price_fen,
        "energy_wh": row.energy_wh,
        "left_wh": row.left_wh,
        "from_at": row.from_at,
        "until": row.until,
        "refunded_at": row.refunded_at,
    }


def own_out(own: Own) -> dict[str, Any]:
    kept = own.kept
    return {
        "balance_fen": own.balance_fen,
        "owed_fen": own.owed_fen,
        "sites": [own_site_out(one) for one in own.spots],
        "kept": kept and {"connector": kept.connector, "until": kept.until},
        "open": [session_out(one) for one in own.open],
        "packages": [bought_out(one) for one in own.packages],
    }
