"""Shapes of feeders over HTTP."""

from typing import Any

from ninja import Field, Schema
from pydantic import ConfigDict

from linli.domains.charging.feeding_pages import Fed
from linli.domains.charging.models import Feeder
from linli.foundation.shapes import TextIn, TwoLanguages


class SiteName(TextIn):
    """How a site is called; without English, it is called in Chinese."""

    zh: str = Field(min_length=1, max_length=60)
    en: str = Field("", max_length=120)


class ChargingFeeder(Schema):
    """What several sites hang on, and what all of them together may draw (0: no limit)."""

    code: str
    name: TwoLanguages
    limit_a: float


class ChargingFed(ChargingFeeder):
    """A feeder, and the codes of the sites that hang on it."""

    sites: list[str]


class ChargingFeeders(Schema):
    items: list[ChargingFed]
    next: str | None


class ChargingFeederIn(Schema):
    """A feeder as it is set up; `limit_a` 0 is no limit."""

    code: str = Field(pattern=r"^[a-z0-9-]{1,32}$")
    name: SiteName
    limit_a: float = Field(0, ge=0, le=10_000)


class ChargingFeederChange(Schema):
    """What is to be otherwise; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: SiteName | None = None
    limit_a: float | None = Field(None, ge=0, le=10_000)


def feeder_out(row: Feeder) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": {"zh": row.name.zh, "en": row.name.en},
        "limit_a": row.limit_da / 10,
    }


def fed_out(fed: Fed) -> dict[str, Any]:
    return {**feeder_out(fed.row), "sites": list(fed.sites)}
