"""Every message of YKC that we read or write, as structs in the order of the wire (V1.6, 6-12).

Integers are those of the wire: `_e4` are ten-thousandths, `_e5` hundred-thousandths, `_fen` cents.
"""

from datetime import datetime
from typing import Annotated

from linli.drivers.ykc import words
from linli.drivers.ykc.layout import (
    Body,
    Code,
    Digits,
    Gun,
    Hex,
    Moment,
    Rows,
    Shown,
    Slots,
    Text,
    Uint,
)

Pile = Annotated[str, Digits(7)]
GunNumber = Annotated[int, Gun()]
Order = Annotated[str, Digits(16)]
"""The number of a charging: pile 7, gun 1, yyMMddHHmmss 6, serial 2."""
Time = Annotated[datetime | None, Moment()]
Done = Annotated[int, Code({0: "failed", 1: "ok"})]
Byte = Annotated[int, Uint(1)]
Card = Annotated[str, Hex(8)]
CardFace = Annotated[str, Digits(8)]
"""The number printed on a card."""
Fen = Annotated[int, Uint(4, places=2, name="balance")]
StartBy = Annotated[int, Code({1: "card", 2: "account", 3: "vin"})]
StartRefused = Annotated[int, Code(words.START_REFUSED)]
ParallelRole = Annotated[int, Code({0: "main", 1: "second"})]


class Login(Body, frozen=True, kw_only=True):
    """01"""

    pile: Pile
    pile_type: Annotated[int, Code({0: "DC", 1: "AC"})]
    guns: Byte
    proto: Annotated[int, Uint(1, places=1)]
    sw: Annotated[str, Text(8)]
    net: Annotated[int, Code({0: "SIM", 1: "LAN", 2: "WAN", 3: "other"})]
    sim: Annotated[str, Digits(10)]
    carrier: Byte


class LoginAnswer(Body, frozen=True, kw_only=True):
    """02"""

    pile: Pile
    result: Annotated[int, Code({0: "ok", 1: "refused"})]


class Heartbeat(Body, frozen=True, kw_only=True):
    """03"""

    pile: Pile
    gun: GunNumber
    status: Annotated[int, Code({0: "normal", 1: "fault"})]


class HeartbeatAnswer(Body, frozen=True, kw_only=True):
    """04"""

    pile: Pile
    gun: GunNumber
    answer: Byte = 0


class TariffCheck(Body, frozen=True, kw_only=True):
    """05"""

    pile: Pile
    tariff: Annotated[str, Digits(2)]


class TariffCheckAnswer(Body, frozen=True, kw_only=True):
    """06"""

    pile: Pile
    tariff: Annotated[str, Digits(2)]
    result: Annotated[int, Code({0: "same", 1: "different"})]


class PileOnly(Body, frozen=True, kw_only=True):
    """09, and others that say only which pile."""

    pile: Pile


class Price(Body, frozen=True, kw_only=True):
    """Yuan a kilowatt hour."""

    energy_e5: Annotated[int, Uint(4, places=5, name="energy_price")]
    service_e5: Annotated[int, Uint(4, places=5, name="service_price")]


class TariffTable(Body, frozen=True, kw_only=True):
    """0A and 58. Prices in the order 尖峰平谷: sharp, peak, flat, valley."""

    pile: Pile
    tariff: Annotated[str, Digits(2)]
    prices: Annotated[tuple[Price, ...], Rows(Price, count=4)]
    loss_pct: Byte
    slots: Annotated[tuple[int, ...], Slots()]


class PileDone(Body, frozen=True, kw_only=True):
    """51, 57, 91"""

    pile: Pile
    result: Done


class PileGun(Body, frozen=True, kw_only=True):
    """12, 36"""

    pile: Pile
    gun: GunNumber


class RealTime(Body, frozen=True, kw_only=True):
    """13"""

    order: Order
    pile: Pile
    gun: GunNumber
    state: Annotated[int, Code({0: "offline", 1: "fault", 2: "idle", 3: "charging"})]
    home: Annotated[int, Code({0: "no", 1: "yes", 2: "unknown"})]
    plugged: Annotated[int, Code({0: "no", 1: "yes"})]
    voltage_e1: Annotated[int, Uint(2, places=1, name="voltage_v")]
    current_e1: Annotated[int, Uint(2, places=1, name="current_a")]
    cable_temp: Annotated[int, Uint(1, offset=-50, name="cable_temperature_c")]
    cable_code: Annotated[str, Hex(8)]
    soc: Annotated[int, Uint(1, name="soc_pct")]
    battery_temp: Annotated[int, Uint(1, offset=-50, name="battery_temperature_c")]
    charged_min: Annotated[int, Uint(2)]
    left_min: Annotated[int, Uint(2)]
    energy_e4: Annotated[int, Uint(4, places=4, name="kwh")]
    loss_e4: Annotated[int, Uint(4, places=4, name="loss_kwh")]
    money_e4: Annotated[int, Uint(4, places=4, name="money")]
    faults: Annotated[int, Shown(2, words.fault_bits, name="fault_bits")]


class CardStart(Body, frozen=True, kw_only=True):
    """31"""

    pile: Pile
    gun: GunNumber
    by: StartBy
    password_needed: Byte
    card: Card
    password_md5: Annotated[str, Text(16)]
    vin: Annotated[str, Text(17, reverse=True)]


class CardStartAnswer(Body, frozen=True, kw_only=True):
    """32"""

    order: Order
    pile: Pile
    gun: GunNumber
    card_face: CardFace
    balance_fen: Fen
    allowed: Annotated[int, Code({0: "no", 1: "yes"})]
    reason: Annotated[int, Code(words.CARD_REFUSED)]


class StartAnswer(Body, frozen=True, kw_only=True):
    """33"""

    order: Order
    pile: Pile
    gun: GunNumber
    result: Done
    reason: StartRefused


class Start(Body, frozen=True, kw_only=True):
    """34"""

    order: Order
    pile: Pile
    gun: GunNumber
    card_face: CardFace
    card: Card
    balance_fen: Fen


class StopAnswer(Body, frozen=True, kw_only=True):
    """35"""

    pile: Pile
    gun: GunNumber
    result: Done
    reason: Annotated[int, Code(words.STOP_REFUSED)]


class Share(Body, frozen=True, kw_only=True):
    """What was charged in one period. Money is for the energy with its loss."""

    price_e5: Annotated[int, Uint(4, places=5, name="price")]
    energy_e4: Annotated[int, Uint(4, places=4, name="kwh")]
    loss_e4: Annotated[int, Uint(4, places=4, name="loss_kwh")]
    money_e4: Annotated[int, Uint(4, places=4, name="money")]


class Bill(Body, frozen=True, kw_only=True):
    """3B"""

    order: Order
    pile: Pile
    gun: GunNumber
    start: Time
    end: Time
    shares: Annotated[tuple[Share, ...], Rows(Share, count=4)]
    meter_start_e4: Annotated[int, Uint(5, places=4, name="meter_start")]
    meter_end_e4: Annotated[int, Uint(5, places=4, name="meter_end")]
    energy_e4: Annotated[int, Uint(4, places=4, name="total_kwh")]
    loss_e4: Annotated[int, Uint(4, places=4, name="total_loss_kwh")]
    money_e4: Annotated[int, Uint(4, places=4, name="money")]
    vin: Annotated[str, Text(17)]
    by: Annotated[int, Code({1: "app", 2: "card", 4: "offline card", 5: "vin"})]
    time: Time
    stop: Annotated[int, Shown(1, words.stop_reason, name="stop_reason")]
    card: Card


class BillAnswer(Body, frozen=True, kw_only=True):
    """40"""

    order: Order
    result: Annotated[int, Code({0: "ok", 1: "illegal"})]


class ParallelCardStart(CardStart, frozen=True, kw_only=True):
    """A1"""

    role: ParallelRole
    parallel: Annotated[str, Digits(6)]


class ParallelCardStartAnswer(CardStartAnswer, frozen=True, kw_only=True):
    """A2"""

    parallel: Annotated[str, Digits(6)]


class ParallelStartAnswer(StartAnswer, frozen=True, kw_only=True):
    """A3"""

    role: ParallelRole
    parallel: Annotated[str, Digits(6)]


class ParallelStart(Start, frozen=True, kw_only=True):
    """A4"""

    parallel: Annotated[str, Digits(6)]
