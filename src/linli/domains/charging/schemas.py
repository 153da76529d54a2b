"""Shapes of charging over HTTP. Money is fen, prices are ten-thousandths of a yuan."""

from datetime import datetime
from typing import Any, Literal

from ninja import Field, Schema
from pydantic import ConfigDict

from linli.domains.charging.logic.pricing import Proof
from linli.domains.charging.logic.tariffs import Tariff
from linli.domains.charging.models import Closed, Site, TariffVersion
from linli.domains.charging.pages import Live, Plug, Prices, Spot
from linli.domains.charging.schemas_feeding import ChargingFeeder, SiteName, feeder_out
from linli.foundation.shapes import TextIn, TwoLanguages

_LANE = r"^[0-9]{0,4}$"


class ChargingLine(Schema):
    """A line of the proof of a fee. Their sum is the total."""

    what: Literal["electricity", "service", "hours", "idle", "package"]
    kind: str
    from_at: datetime
    to_at: datetime
    quantity: int
    unit: str
    price_e4: int
    fen: int


class ChargingPlace(Schema):
    """A plug or socket. `code` is what its QR code says; `camera` reads plates at its bay, and
    `camera_lane` is which lane of that it is. Residents are not told of cameras.
    """

    code: str
    label: str
    state: Literal["free", "kept", "preparing", "charging", "plugged", "faulted", "off"]
    mine: bool
    power_w: int
    most_a: float
    limit_a: float | None
    position: tuple[float, float] | None
    session: str | None
    camera: str = ""
    camera_lane: str = ""


class ChargingPackage(Schema):
    """A package that is sold."""

    id: str
    name: TwoLanguages
    price_fen: int
    days: int
    energy_wh: int


class ChargingStretch(Schema):
    """A part of the day and its prices; minutes of the day."""

    kind: str
    from_min: int
    to_min: int
    electricity_e4: int
    service_e4: int


class ChargingGrade(Schema):
    """Service by the hour, up to a power."""

    up_to_w: int
    hour_e4: int


class ChargingIdle(Schema):
    """What staying plugged in costs after the end."""

    grace_s: float
    minute_fen: int
    most_fen: int
    free_from_min: int
    free_to_min: int


class ChargingTariff(Schema):
    """A tariff in force."""

    id: str
    name: TwoLanguages
    kind: str
    hold_fen: int
    least_fen: int
    stretches: list[ChargingStretch]
    grades: list[ChargingGrade]
    idle: ChargingIdle | None
    packages: list[ChargingPackage]


class ChargingClosed(Schema):
    """Why a site is closed, in words beside it, since when, and until when where that is known."""

    why: Literal["repair", "check", "power", "works", "safety", "other"]
    note: str
    at: datetime | None
    until: datetime | None


class ChargingSite(Schema):
    """A site with what stands there; `closed` while it is not open, `feeder` where it hangs on one
    with others.
    """

    code: str
    name: TwoLanguages
    kind: Literal["ev", "ebike"]
    place: str
    place_name: TwoLanguages
    open: bool
    closed: ChargingClosed | None
    pays: str
    limit_a: float
    feeder: ChargingFeeder | None
    load_a: float
    waiting: int
    free: int
    tariff: ChargingTariff
    connectors: list[ChargingPlace]


class ChargingSites(Schema):
    items: list[ChargingSite]
    next: str | None = None


class ChargingSession(Schema):
    """A charging: `fee_fen` is what it costs so far until it is settled; `proof` says why."""

    number: str
    site: str
    site_name: TwoLanguages
    kind: str
    connector: str
    label: str
    way: str
    state: Literal["starting", "charging", "late", "plugged", "settled", "failed"]
    reason: str
    person: str
    offline: bool
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    gone_at: datetime | None
    settled_at: datetime | None
    energy_wh: int
    power_w: int
    limit_a: float | None
    wants_wh: int
    done_by: datetime | None
    held_fen: int
    fee_fen: int
    due_fen: int
    order: int | None
    refunded_fen: int
    proof: list[ChargingLine]


class ChargingSessions(Schema):
    items: list[ChargingSession]
    next: str | None


class ChargingSiteIn(Schema):
    """A site as it is set up; `limit_a` 0 is no limit, `feeder` the code of what it hangs on."""

    code: str = Field(pattern=r"^[a-z0-9-]{1,32}$")
    name: TextIn
    kind: Literal["ev", "ebike"]
    place: str
    tariff: str
    limit_a: float = Field(0, ge=0, le=4000)
    feeder: str = Field("", max_length=32)
    pays: Literal["hold", "after"] = "hold"


class ChargingSiteChange(Schema):
    """What is to be otherwise; what is left out stays. `feeder` empty: it hangs on none."""

    model_config = ConfigDict(extra="forbid")

    name: SiteName | None = None
    limit_a: float | None = Field(None, ge=0, le=4000)
    feeder: str | None = Field(None, max_length=32)
    pays: Literal["hold", "after"] | None = None


class ChargingClosingIn(Schema):
    """Why a site is closed, as who wants to charge reads it, and until when, if that is known.
    `ends`: what charges there is ended now; else it runs out.
    """

    why: Literal["repair", "check", "power", "works", "safety", "other"]
    note: str = Field("", max_length=120)
    until: datetime | None = None
    ends: bool = False


class ChargingConnectorIn(Schema):
    """A plug or socket as it is set up."""

    device: str = Field(max_length=48)
    label: str = Field(min_length=1, max_length=16)
    phases: Literal["1", "2", "3", "12", "13", "23", "123"] = "123"
    most_a: float = Field(32, ge=1, le=1000)
    camera: str = Field("", max_length=48)
    camera_lane: str = Field("", pattern=_LANE)


class ChargingCameraIn(Schema):
    """The camera that reads plates at a bay, and which lane of it that is where it sees several;
    no camera any more where it is empty.
    """

    camera: str = Field(max_length=48)
    lane: str = Field("", pattern=_LANE)


class ChargingRefundIn(Schema):
    """`key` is the asker's own: sent again it is one refund."""

    fen: int = Field(ge=1)
    reason: str = Field(min_length=2, max_length=120)
    key: str = Field(min_length=8, max_length=64)


class ChargingRefundAsked(Schema):
    """The charging, and the numbers of the requests that a second person must let pass."""

    session: ChargingSession
    approvals: list[int]


class ChargingTariffVersion(Schema):
    """A tariff that two persons put in force."""

    version: int
    text: str
    from_at: datetime
    by: str
    approved_by: str


class ChargingTariffs(Schema):
    """The tariff in force at a site, its text, its version (0: the catalogue's), and the versions
    that two persons put in force, the newest first.
    """

    now: ChargingTariff
    text: str
    version: int
    items: list[ChargingTariffVersion]
    next: int | None


class ChargingCatalogue(Schema):
    """The tariffs with which a site can begin."""

    items: list[ChargingTariff]


def site_out(spot: Spot) -> dict[str, Any]:
    row = spot.row
    return {
        "code": row.code,
        "name": {"zh": row.name.zh, "en": row.name.en},
        "kind": row.kind,
        "place": row.place.path,
        "place_name": {"zh": spot.place_name.zh, "en": spot.place_name.en},
        "open": row.open,
        "closed": None if row.open else _closed_out(row),
        "pays": row.pays,
        "limit_a": row.limit_da / 10,
        "feeder": None if row.feeder is None else feeder_out(row.feeder),
        "load_a": spot.load_a,
        "waiting": spot.waiting,
        "free": sum(1 for one in spot.plugs if one.state == "free"),
        "tariff": tariff_out(spot.tariff),
        "connectors": [_plug_out(one) for one in spot.plugs],
    }


def _closed_out(row: Site) -> dict[str, Any]:
    return {
        "why": row.closed_why or Closed.OTHER,
        "note": row.closed_note,
        "at": row.closed_at,
        "until": row.closed_until,
    }


def _plug_out(plug: Plug) -> dict[str, Any]:
    limit_da = plug.session.limit_da if plug.session is not None else None
    return {
        "code": plug.row.device.code,
        "label": plug.row.label,
        "state": plug.state,
        "mine": plug.mine,
        "power_w": plug.power_w,
        "most_a": plug.row.most_da / 10,
        "limit_a": None if limit_da is None else limit_da / 10,
        "position": plug.position,
        "session": plug.session.number if plug.session is not None else None,
        "camera": plug.row.camera,
        "camera_lane": plug.row.camera_lane,
    }


def tariff_out(tariff: Tariff) -> dict[str, Any]:
    return {
        "id": tariff.id,
        "name": tariff.name,
        "kind": tariff.kind,
        "hold_fen": tariff.hold_fen,
        "least_fen": tariff.least_fen,
        "stretches": list(tariff.stretches),
        "grades": list(tariff.grades),
        "idle": tariff.idle,
        "packages": list(tariff.packages),
    }


def session_out(live: Live) -> dict[str, Any]:
    row, site = live.row, live.row.connector.site
    same = (
        "number", "way", "state", "reason", "offline", "asked_at", "started_at", "ended_at",
        "gone_at", "settled_at", "energy_wh", "power_w", "wants_wh", "done_by", "held_fen",
        "due_fen", "order", "refunded_fen",
    )  # fmt: skip
    return {name: getattr(row, name) for name in same} | {
        "site": site.code,
        "site_name": {"zh": site.name.zh, "en": site.name.en},
        "kind": site.kind,
        "connector": row.connector.device.code,
        "label": row.connector.label,
        "person": live.person.zh,
        "limit_a": None if row.limit_da is None else row.limit_da / 10,
        "fee_fen": live.proof.total_fen,
        "proof": _lines_out(live.proof),
    }


def _lines_out(proof: Proof) -> list[dict[str, Any]]:
    return [
        {name: getattr(line, name) for name in ChargingLine.model_fields} for line in proof.lines
    ]


def sessions_out(found: tuple[list[Live], str | None]) -> dict[str, Any]:
    rows, after = found
    return {"items": [session_out(one) for one in rows], "next": after}


def tariffs_out(prices: Prices) -> dict[str, Any]:
    return {
        "now": tariff_out(prices.tariff),
        "text": prices.text,
        "version": prices.version,
        "items": [version_out(one) for one in prices.versions],
        "next": prices.next,
    }


def version_out(row: TariffVersion) -> dict[str, Any]:
    return {
        "version": row.version,
        "text": row.text,
        "from_at": row.from_at,
        "by": row.by.name if row.by else "",
        "approved_by": row.approved_by.name if row.approved_by else "",
    }
