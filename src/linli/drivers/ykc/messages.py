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
When = Annotated[int, Code({1: "now", 2: "when idle"})]
StartBy = Annotated[int, Code({1: "card", 2: "account", 3: "vin"})]
StartRefused = Annotated[int, Code(words.START_REFUSED)]
ParallelRole = Annotated[int, Code({0: "main", 1: "second"})]


class Login(Body):
    """01"""

    pile: Pile
    pile_type: Annotated[int, Code({0: "DC", 1: "AC"})]
    guns: Byte
    proto: Annotated[int, Uint(1, places=1)]
    sw: Annotated[str, Text(8)]
    net: Annotated[int, Code({0: "SIM", 1: "LAN", 2: "WAN", 3: "other"})]
    sim: Annotated[str, Digits(10)]
    carrier: Byte


class LoginAnswer(Body):
    """02"""

    pile: Pile
    result: Annotated[int, Code({0: "ok", 1: "refused"})]


class Heartbeat(Body):
    """03"""

    pile: Pile
    gun: GunNumber
    status: Annotated[int, Code({0: "normal", 1: "fault"})]


class HeartbeatAnswer(Body):
    """04"""

    pile: Pile
    gun: GunNumber
    answer: Byte = 0


class TariffCheck(Body):
    """05"""

    pile: Pile
    tariff: Annotated[str, Digits(2)]


class TariffCheckAnswer(Body):
    """06"""

    pile: Pile
    tariff: Annotated[str, Digits(2)]
    result: Annotated[int, Code({0: "same", 1: "different"})]


class PileOnly(Body):
    """09, and others that say only which pile."""

    pile: Pile


class Price(Body):
    """Yuan a kilowatt hour."""

    energy_e5: Annotated[int, Uint(4, places=5, name="energy_price")]
    service_e5: Annotated[int, Uint(4, places=5, name="service_price")]


class TariffTable(Body):
    """0A and 58. Prices in the order 尖峰平谷: sharp, peak, flat, valley."""

    pile: Pile
    tariff: Annotated[str, Digits(2)]
    prices: Annotated[tuple[Price, ...], Rows(Price, count=4)]
    loss_pct: Byte
    slots: Annotated[tuple[int, ...], Slots()]


class PileDone(Body):
    """51, 57, 91"""

    pile: Pile
    result: Done


class PileGun(Body):
    """12, 36"""

    pile: Pile
    gun: GunNumber


class RealTime(Body):
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


class CardStart(Body):
    """31"""

    pile: Pile
    gun: GunNumber
    by: StartBy
    password_needed: Byte
    card: Card
    password_md5: Annotated[str, Text(16)]
    vin: Annotated[str, Text(17, reverse=True)]


class CardStartAnswer(Body):
    """32"""

    order: Order
    pile: Pile
    gun: GunNumber
    card_face: CardFace
    balance_fen: Fen
    allowed: Annotated[int, Code({0: "no", 1: "yes"})]
    reason: Annotated[int, Code(words.CARD_REFUSED)]


class StartAnswer(Body):
    """33"""

    order: Order
    pile: Pile
    gun: GunNumber
    result: Done
    reason: StartRefused


class Start(Body):
    """34"""

    order: Order
    pile: Pile
    gun: GunNumber
    card_face: CardFace
    card: Card
    balance_fen: Fen


class StopAnswer(Body):
    """35"""

    pile: Pile
    gun: GunNumber
    result: Done
    reason: Annotated[int, Code(words.STOP_REFUSED)]


class Share(Body):
    """What was charged in one period. Money is for the energy with its loss."""

    price_e5: Annotated[int, Uint(4, places=5, name="price")]
    energy_e4: Annotated[int, Uint(4, places=4, name="kwh")]
    loss_e4: Annotated[int, Uint(4, places=4, name="loss_kwh")]
    money_e4: Annotated[int, Uint(4, places=4, name="money")]


class Bill(Body):
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


class BillAnswer(Body):
    """40"""

    order: Order
    result: Annotated[int, Code({0: "ok", 1: "illegal"})]


class Balance(Body):
    """42"""

    pile: Pile
    gun: GunNumber
    card: Card
    balance_fen: Fen


class BalanceAnswer(Body):
    """41"""

    pile: Pile
    card: Card
    result: Annotated[int, Code(words.BALANCE)]


class OfflineCard(Body):
    """A card that a pile may take without us."""

    card_face: CardFace
    card: Card


class CardsSync(Body):
    """44; at most 15"""

    pile: Pile
    cards: Annotated[tuple[OfflineCard, ...], Rows(OfflineCard, counted=True)]


class CardsSyncAnswer(Body):
    """43"""

    pile: Pile
    result: Done
    reason: Annotated[int, Code(words.CARDS_KEPT)]


class CardNumber(Body):
    """A physical card."""

    card: Card


class CardsNamed(Body):
    """46 (at most 24) and 48 (at most 26)"""

    pile: Pile
    cards: Annotated[tuple[CardNumber, ...], Rows(CardNumber, counted=True)]


class CardCleared(Body):
    """One card of 45."""

    card: Card
    result: Done
    reason: Annotated[int, Code(words.CARDS_KEPT)]


class CardsClearAnswer(Body):
    """45"""

    pile: Pile
    cards: Annotated[tuple[CardCleared, ...], Rows(CardCleared)]


class CardFound(Body):
    """One card of 47."""

    card: Card
    found: Annotated[int, Code({0: "no", 1: "yes"})]


class CardsFindAnswer(Body):
    """47"""

    pile: Pile
    cards: Annotated[tuple[CardFound, ...], Rows(CardFound)]


class Work(Body):
    """52; power 30 to 100 %"""

    pile: Pile
    enabled: Annotated[int, Code({0: "yes", 1: "no"})]
    power_pct: Byte


class Clock(Body):
    """55 and 56"""

    pile: Pile
    time: Time


class LockState(Body):
    """61"""

    pile: Pile
    gun: GunNumber
    lock: Annotated[int, Code({0: "moving", 0x55: "up", 0xFF: "down"})]
    space: Annotated[int, Code({0: "free", 0xFF: "occupied"})]
    battery_pct: Byte
    alarm: Annotated[int, Code({0: "none", 0xFF: "broken", 0x55: "not in place"})]
    spare: Annotated[str, Hex(4)] = "00000000"


class LockMove(Body):
    """62"""

    pile: Pile
    gun: GunNumber
    move: Annotated[int, Code({0x55: "up", 0xFF: "down"})]
    spare: Annotated[str, Hex(4)] = "00000000"


class LockAnswer(Body):
    """63"""

    pile: Pile
    gun: GunNumber
    result: Done
    spare: Annotated[str, Hex(4)] = "00000000"


class Restart(Body):
    """92"""

    pile: Pile
    when: When


class Upgrade(Body):
    """94"""

    pile: Pile
    pile_type: Annotated[int, Code({1: "DC", 2: "AC"})]
    power_kw: Annotated[int, Uint(2)]
    server: Annotated[str, Text(16)]
    port: Annotated[int, Uint(2)]
    username: Annotated[str, Text(16)]
    password: Annotated[str, Text(16)]
    path: Annotated[str, Text(32)]
    when: When
    timeout_min: Byte


class UpgradeAnswer(Body):
    """93"""

    pile: Pile
    result: Annotated[int, Code(words.UPGRADED)]


class ParallelCardStart(CardStart):
    """A1"""

    role: ParallelRole
    parallel: Annotated[str, Digits(6)]


class ParallelCardStartAnswer(CardStartAnswer):
    """A2"""

    parallel: Annotated[str, Digits(6)]


class ParallelStartAnswer(StartAnswer):
    """A3"""

    role: ParallelRole
    parallel: Annotated[str, Digits(6)]


class ParallelStart(Start):
    """A4"""

    parallel: Annotated[str, Digits(6)]
