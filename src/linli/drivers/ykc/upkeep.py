"""Messages of YKC beside charging: balance, offline cards, work, clock, parking lock, upkeep."""

from typing import Annotated

from linli.drivers.ykc import words
from linli.drivers.ykc.layout import Body, Code, Hex, Rows, Text, Uint
from linli.drivers.ykc.messages import Byte, Card, CardFace, Done, Fen, GunNumber, Pile, Time

When = Annotated[int, Code({1: "now", 2: "when idle"})]


class Balance(Body, frozen=True, kw_only=True):
    """42"""

    pile: Pile
    gun: GunNumber
    card: Card
    balance_fen: Fen


class BalanceAnswer(Body, frozen=True, kw_only=True):
    """41"""

    pile: Pile
    card: Card
    result: Annotated[int, Code(words.BALANCE)]


class OfflineCard(Body, frozen=True, kw_only=True):
    """A card that a pile may take without us."""

    card_face: CardFace
    card: Card


class CardsSync(Body, frozen=True, kw_only=True):
    """44; at most 15"""

    pile: Pile
    cards: Annotated[tuple[OfflineCard, ...], Rows(OfflineCard, counted=True)]


class CardsSyncAnswer(Body, frozen=True, kw_only=True):
    """43"""

    pile: Pile
    result: Done
    reason: Annotated[int, Code(words.CARDS_KEPT)]


class CardNumber(Body, frozen=True, kw_only=True):
    """A physical card."""

    card: Card


class CardsNamed(Body, frozen=True, kw_only=True):
    """46 (at most 24) and 48 (at most 26)"""

    pile: Pile
    cards: Annotated[tuple[CardNumber, ...], Rows(CardNumber, counted=True)]


class CardCleared(Body, frozen=True, kw_only=True):
    """One card of 45."""

    card: Card
    result: Done
    reason: Annotated[int, Code(words.CARDS_KEPT)]


class CardsClearAnswer(Body, frozen=True, kw_only=True):
    """45"""

    pile: Pile
    cards: Annotated[tuple[CardCleared, ...], Rows(CardCleared)]


class CardFound(Body, frozen=True, kw_only=True):
    """One card of 47."""

    card: Card
    found: Annotated[int, Code({0: "no", 1: "yes"})]


class CardsFindAnswer(Body, frozen=True, kw_only=True):
    """47"""

    pile: Pile
    cards: Annotated[tuple[CardFound, ...], Rows(CardFound)]


class Work(Body, frozen=True, kw_only=True):
    """52; power 30 to 100 %"""

    pile: Pile
    enabled: Annotated[int, Code({0: "yes", 1: "no"})]
    power_pct: Byte


class Clock(Body, frozen=True, kw_only=True):
    """55 and 56"""

    pile: Pile
    time: Time


class LockState(Body, frozen=True, kw_only=True):
    """61"""

    pile: Pile
    gun: GunNumber
    lock: Annotated[int, Code({0: "moving", 0x55: "up", 0xFF: "down"})]
    space: Annotated[int, Code({0: "free", 0xFF: "occupied"})]
    battery_pct: Byte
    alarm: Annotated[int, Code({0: "none", 0xFF: "broken", 0x55: "not in place"})]
    spare: Annotated[str, Hex(4)] = "00000000"


class LockMove(Body, frozen=True, kw_only=True):
    """62"""

    pile: Pile
    gun: GunNumber
    move: Annotated[int, Code({0x55: "up", 0xFF: "down"})]
    spare: Annotated[str, Hex(4)] = "00000000"


class LockAnswer(Body, frozen=True, kw_only=True):
    """63"""

    pile: Pile
    gun: GunNumber
    result: Done
    spare: Annotated[str, Hex(4)] = "00000000"


class Restart(Body, frozen=True, kw_only=True):
    """92"""

    pile: Pile
    when: When


class Upgrade(Body, frozen=True, kw_only=True):
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


class UpgradeAnswer(Body, frozen=True, kw_only=True):
    """93"""

    pile: Pile
    result: Annotated[int, Code(words.UPGRADED)]
