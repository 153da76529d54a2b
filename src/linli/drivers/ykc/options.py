"""What an operator sets of a YKC line and its piles, and how a thing model stands on this wire."""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from linli.drivers.polling import host_and_port
from linli.drivers.ykc.tariff import Tariff

Source = Literal[
    "connector_state",
    "fault",
    "plugged",
    "voltage",
    "current",
    "power",
    "soc",
    "cable_temperature",
    "battery_temperature",
    "charged_min",
    "left_min",
    "session_energy",
    "session_money",
    "meter",
    "lock",
    "space_occupied",
    "lock_battery",
    "lock_alarm",
]
Telling = Literal["booted", "charge_started", "charge_ended", "bill_differs", "fault_told"]
Request = Literal[
    "read",
    "start",
    "stop",
    "restart",
    "enable",
    "disable",
    "limit",
    "unlimit",
    "clock",
    "tariff",
    "lock_up",
    "lock_down",
    "upgrade",
    "balance",
    "cards_add",
    "cards_remove",
    "cards_find",
]


_DIGITS = 16


class Account(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A card, or a vehicle, that may charge. `card` is the physical number in hex."""

    card: str = ""
    card_face: str = "0"
    vin: str = ""
    balance_fen: int = 0
    frozen: bool = False

    def __post_init__(self) -> None:
        if not (self.card_face.isascii() and self.card_face.isdecimal()):
            raise ValueError(f"printed number {self.card_face!r} is not digits")
        if len(self.card_face) > _DIGITS or len(self.card) > _DIGITS:
            raise ValueError(f"numbers of a card have at most {_DIGITS} digits")
        if not 0 <= self.balance_fen < 1 << 32:
            raise ValueError("balance_fen is 0 to 4294967295")


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A port where piles sign in. A pile's own `tariff` goes before the line's, that before the
    table's. `accounts` are the cards of this line; of others the charging domain is asked, which
    answers within `answer_within_s`. `balance_fen` is told where nothing was set aside.
    """

    listen: str = "127.0.0.1:8768"
    heartbeat_s: float = 10.0
    start_within_s: float = 90.0
    bill_within_s: float = 30.0
    clock_every_s: float = 86_400.0
    answer_within_s: float = 5.0
    most_piles: int = 2_000
    balance_fen: int = 100_00
    tariff: Tariff | None = None
    accounts: Sequence[Account] = ()

    def __post_init__(self) -> None:
        host_and_port(self.listen)
        times = (self.heartbeat_s, self.start_within_s, self.bill_within_s, self.clock_every_s)
        if min(*times, self.answer_within_s) <= 0:
            raise ValueError("times are greater than 0")


class Member(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A pile (its address is its number), or a gun below one (its address is the gun's number).

    `rated_w` is its greatest power: limits in watts need it.
    """

    tariff: Tariff | None = None
    rated_w: float = 0.0


class Map(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which of a model's names are what on this wire."""

    models: Sequence[str]
    properties: Mapping[str, Source] = {}
    events: Mapping[str, Telling] = {}
    services: Mapping[str, Request] = {}
    tariff: Tariff | None = None
