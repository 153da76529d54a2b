"""Shapes of what a lot charges: its versions, what they say, and a stay tried by one of them."""

from datetime import datetime
from typing import Any, Literal

from ninja import Field, Schema
from pydantic import AwareDatetime

from linli.domains.parking.logic import table
from linli.domains.parking.logic.tariff import Band, Tariff
from linli.domains.parking.models import LotTariff
from linli.foundation.shapes import TwoLanguages
from linli.kernel.words import both

_MARKS = Literal["mother_child", "visitor", "disabled"]
_COLOURS = Literal["blue", "yellow", "white", "black", "green", "yellow_green"]


class PriceStep(Schema):
    """A price for each started step of so many minutes; `times` of them, 0: all that follow."""

    minutes: int
    fen: int
    times: int


class PriceBand(Schema):
    """Hours of a day with a price of their own: either `steps`, or `flat_fen` once."""

    name: TwoLanguages
    begins: str
    ends: str
    days: str
    steps: list[PriceStep]
    flat_fen: int
    cap_fen: int


class PriceFree(Schema):
    minutes: int
    longer: str
    again_minutes: int


class PriceRelief(Schema):
    of: str
    minutes: int
    percent: int


class PriceMonth(Schema):
    fen: int
    more_fen: int


class TariffTerms(Schema):
    """What a tariff says, part by part, as a form shows it."""

    id: str
    name: TwoLanguages
    source: str
    bands: list[PriceBand]
    free: PriceFree
    day: str
    day_cap_fen: int
    reliefs: list[PriceRelief]
    coupons_most: int
    monthly: PriceMonth | None


class TariffVersion(Schema):
    """A tariff of a lot: since when, by whom, agreed to by whom; word for word (`text`), as people
    read it (`rules`) and as a form shows it (`terms`).
    """

    id: int
    since: datetime
    name: TwoLanguages
    text: str
    rules: list[TwoLanguages]
    terms: TariffTerms
    by_name: str
    approved_by_name: str


class TariffVersions(Schema):
    items: list[TariffVersion]
    next: str | None


class FeeTrial(Schema):
    """A stay that there was not. With `text` (TOML) it is reckoned by that tariff alone, else by
    those of the lot.
    """

    entered: AwareDatetime
    left: AwareDatetime
    colour: _COLOURS = "blue"
    marks: list[_MARKS] = Field([], max_length=3)
    text: str = Field("", max_length=50_000)


def version_out(row: LotTariff, tariff: Tariff) -> dict[str, Any]:
    """Return a version of a lot's tariff."""
    return {
        "id": row.pk,
        "since": row.since,
        "name": both(tariff.name),
        "text": row.text,
        "rules": [both(one) for one in [*table.prices(tariff), *table.said(tariff)]],
        "terms": _terms(tariff),
        "by_name": row.by.name if row.by else "",
        "approved_by_name": row.approved_by.name if row.approved_by else "",
    }


def _terms(tariff: Tariff) -> dict[str, Any]:
    monthly = tariff.monthly
    return {
        "id": tariff.id,
        "name": both(tariff.name),
        "source": tariff.source,
        "bands": [_band(one) for one in tariff.bands],
        "free": {
            "minutes": tariff.free.minutes,
            "longer": tariff.free.longer,
            "again_minutes": tariff.free.again_minutes,
        },
        "day": tariff.day,
        "day_cap_fen": tariff.day_cap_fen,
        "reliefs": [
            {"of": one.of, "minutes": one.minutes, "percent": one.percent} for one in tariff.reliefs
        ],
        "coupons_most": tariff.coupons_most,
        "monthly": {"fen": monthly.fen, "more_fen": monthly.more_fen} if monthly else None,
    }


def _band(band: Band) -> dict[str, Any]:
    return {
        "name": both(band.name),
        "begins": band.from_,
        "ends": band.to,
        "days": band.days,
        "steps": [
            {"minutes": one.minutes, "fen": one.fen, "times": one.times} for one in band.steps
        ],
        "flat_fen": band.flat_fen,
        "cap_fen": band.cap_fen,
    }
