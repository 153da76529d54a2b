"""What drivers of charge points ask of whoever keeps the records: may this card charge, and every
charging that begins and ends. One question for every protocol; each driver says the answer in its
own words. A card goes from the charge point to whoever answers and nowhere else.
"""

from collections.abc import Awaitable, Mapping
from enum import StrEnum
from typing import Literal

import msgspec

from linli.kernel.port import Port

Step = Literal["authorize", "wanted", "started", "meter", "ended"]
By = Literal["card", "vin"]
"""By what somebody is known who wants to charge: a card, or a car by its number (VIN)."""


class Why(StrEnum):
    """Why a card may not charge, or a charging may not go on."""

    UNKNOWN = "unknown"
    """Nobody's card; or lost, or returned."""
    BLOCKED = "blocked"
    EXPIRED = "expired"
    TOO_LITTLE = "too_little"
    """Too little in the wallet."""
    OWES = "owes"
    """An earlier charging is not paid."""
    TOO_MANY = "too_many"
    """As many are under way for him as may at once."""
    BUSY = "busy"
    """Somebody charges there, or is about to."""
    KEPT = "kept"
    """The connector is reserved for another."""
    OFF = "off"
    """The connector, or its site, is not open."""
    ELSEWHERE = "elsewhere"
    """The device shows no connector of a site: nothing is kept of it."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Who wants to charge where, `by` a card or a car that says its VIN. `transaction` is there
    where charging begins: `wanted` for one that begins as soon as the answer is yes (its money is
    set aside), `started` for one that began, `ended` for one that ended, `meter` for what its meter
    told late. `tag` is the card, or the VIN, that was shown (empty where none was); `at` is when,
    by the charge point's clock. `device` shows the connector, registers are Wh.

    Of one that ends: `reason` in the words of OCPP, or of `StopReason`; how it began, where that is
    known; and `payer`, the card that it was for, where the charge point says so itself.
    """

    community: str
    charge_point: str
    connector: str | None
    tag: str
    by: By = "card"
    step: Step
    transaction: str = ""
    at: float
    device: str = ""
    meter_wh: float | None = None
    reason: str = ""
    readings: tuple[tuple[float, float], ...] = ()
    started_at: float | None = None
    meter_start_wh: float | None = None
    payer: str = ""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The answer; `why` where it is no. `until` is epoch seconds. `balance_fen` is what may be used
    before it must end; None where nothing was set aside.
    """

    why: Why | None = None
    until: float | None = None
    parent: str | None = None
    balance_fen: int | None = None


class NotNow(Exception):
    """Whoever keeps the records cannot be reached now."""


verdict: Port[[Asked], Awaitable[Verdict]] = Port("charge_points.verdict")
"""Asked of cards that are on no list of their line, and of every transaction that begins or ends. A
charge point gets its answer only after this returned, so what it writes down is kept. It is asked
the same again when a charge point says the same again.

:raises NotNow: if it cannot be said now: the charge point keeps what it told, and tells it again
"""


class Teller(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be known of charge points that tell their transactions themselves: which of their
    points is the meter, in which argument of `charge.limit` they take a limit, and whether they
    take one with the start.
    """

    meter: str
    limit: Literal["current_a", "power_w"]
    limit_at_start: bool


TELLERS: Mapping[str, Teller] = {
    "ocpp": Teller(meter="energy_kwh", limit="current_a", limit_at_start=True),
    "ykc": Teller(meter="session_energy_kwh", limit="power_w", limit_at_start=False),
}
"""By the driver that asks `verdict`; what other chargers do is believed by what they show."""
