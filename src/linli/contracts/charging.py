"""What the rest of the system may know about charging."""

from datetime import datetime
from enum import StrEnum

from linli.kernel.event import Event


class StopReason(StrEnum):
    """Why a charging ended, danger first."""

    SMOKE = "smoke"
    OVERHEAT = "overheat"
    OVERCURRENT = "overcurrent"
    OVERPOWER = "overpower"
    FAULT = "fault"
    SILENT = "silent"
    UNPLUGGED = "unplugged"
    CUT = "cut"
    OVERTIME = "overtime"
    MONEY = "money"
    FULL = "full"
    USER = "user"
    STAFF = "staff"
    CLOSED = "closed"
    CHARGER = "charger"
    NOT_STARTED = "not_started"
    ORPHANED = "orphaned"


class ChargingStarted(Event, frozen=True, kw_only=True):
    """A charging has begun; `way` is how: app, card, plate, or by staff."""

    session: int
    device: str
    way: str


class ChargingStopped(Event, frozen=True, kw_only=True):
    """A charging has ended and its energy is final; whoever it is for may still be plugged in."""

    session: int
    device: str
    reason: StopReason
    energy_wh: int


class ChargingOverstays(Event, frozen=True, kw_only=True):
    """A charging is over and its plug still in, and whoever charged was told: staying costs
    something from `costs_from` on; `begun`: it does now.
    """

    session: int
    device: str
    costs_from: datetime
    begun: bool


class ChargingSettled(Event, frozen=True, kw_only=True):
    """A charging is paid for, or billed: its receipt is final."""

    session: int
    device: str
    fee_fen: int
    refunded_fen: int


class LoadShared(Event, frozen=True, kw_only=True):
    """The load of a site was shared anew among those who charge there."""

    site: str
    charging: int
    waiting: int
    limit_a: float


class ChargingSiteClosed(Event, frozen=True, kw_only=True):
    """A site was closed, or its reason said anew: until when, as far as that is known. `ends`: what
    charged there was ended; else it runs out.
    """

    site: str
    why: str
    until: datetime | None
    ends: bool
    by: int


class ChargingSiteOpened(Event, frozen=True, kw_only=True):
    """A site that was closed is open again."""

    site: str
    by: int
