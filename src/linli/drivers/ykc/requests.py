"""What is sent to a pile for a request, and which answer ends it. Pure."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from urllib.parse import unquote, urlsplit

import msgspec

from linli.drivers.ykc import messages as m
from linli.drivers.ykc import upkeep as up
from linli.drivers.ykc.layout import Body, shown
from linli.drivers.ykc.options import Request
from linli.drivers.ykc.tariff import Tariff, table

STARTED, PARALLEL_STARTED = 0x33, 0xA3
_ALREADY, _NOT_PLUGGED = 2, 5
_NOW, _WHEN_IDLE = 1, 2
_FULL_PCT, _LEAST_PCT = 100, 30
_UP, _DOWN = 0x55, 0xFF
_FTP = 21
_DOWNLOAD_MIN = 10
_MOST_CARDS = {"cards_add": 15, "cards_remove": 24, "cards_find": 26}
_HEX_DIGITS = 16


Make = Callable[["Wish"], list["Asked"]]


class BadRequest(Exception):
    """A request that this pile cannot be sent; `reason` is a word that an operator is shown."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One frame to send. `answer` is the type that answers it; gun 0 where that names none."""

    type: int
    body: Body
    answer: int
    gun: int = 0


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """Who is asked for what. `given` is when; `numbers` makes the number of a charging by a gun:
    of the same request it is the same, however often it is made.
    """

    pile: str
    pile_type: int
    guns: Sequence[int]
    args: Mapping[str, float | str | bool]
    now: datetime
    tariff: Tariff | None
    balance_fen: int
    rated_w: float
    enabled: bool
    power_pct: int
    given: datetime
    numbers: Callable[[int], str]

    def text(self, name: str, default: str = "") -> str:
        """Return an argument as text."""
        return str(self.args.get(name, default))

    def number(self, name: str, default: float) -> float:
        """Return an argument as a number.

        :raises BadRequest: if it is none
        """
        try:
            return float(self.args.get(name, default))
        except ValueError:
            raise BadRequest(f"bad_{name}") from None

    def whole(self, name: str, default: int, *, low: int, high: int) -> int:
        """Return an argument as a whole number within bounds.

        :raises BadRequest: if it is none
        """
        found = self.number(name, default)
        if found != int(found) or not low <= found <= high:
            raise BadRequest(f"bad_{name}")
        return int(found)


def asked(request: Request, wish: Wish) -> list[Asked]:
    """Return the frames of a request.

    :raises BadRequest: if it cannot be sent to this pile, or its arguments do not fit
    """
    return _REQUESTS[request](wish)


def outcome(body: Body) -> tuple[bool, str]:
    """Return what an answer says: done or not, and a word why not."""
    if isinstance(body, up.UpgradeAnswer | up.BalanceAnswer):
        return body.result == 0, "" if body.result == 0 else _word(body, "result")
    if isinstance(body, up.CardsClearAnswer):
        bad = sum(card.result != 1 for card in body.cards)
        return not bad, f"{bad}_cards_not_removed" if bad else ""
    if isinstance(body, up.CardsFindAnswer):
        return True, f"{sum(card.found for card in body.cards)}_of_{len(body.cards)}"
    if isinstance(body, m.StartAnswer | m.StopAnswer | up.CardsSyncAnswer):
        return body.result == 1, "" if body.result == 1 else _word(body, "reason")
    if isinstance(body, m.PileDone | up.LockAnswer):
        return body.result == 1, "" if body.result == 1 else "refused"
    return True, ""


def charges_already(body: m.StartAnswer) -> bool:
    """Tell whether a pile would not start since its gun charges: perhaps what it is to start."""
    return body.result != 1 and body.reason == _ALREADY


def waits_for_plug(body: Body) -> bool:
    """Tell whether a refused start may succeed yet: the plug has 60 s to come (V1.6, 8.4)."""
    return isinstance(body, m.StartAnswer) and body.result != 1 and body.reason == _NOT_PLUGGED


def _word(body: Body, field: str) -> str:
    return str(shown(body)[field])


def _each_gun(type: int, answer: int, make: Callable[[Wish, int], Body]) -> Make:
    def asked_of(wish: Wish) -> list[Asked]:
        return [Asked(type=type, body=make(wish, gun), answer=answer, gun=gun) for gun in wish.guns]

    return asked_of


def _pile(type: int, answer: int, make: Callable[[Wish], Body]) -> Make:
    def asked_of(wish: Wish) -> list[Asked]:
        return [Asked(type=type, body=make(wish), answer=answer)]

    return asked_of


def _gun(wish: Wish, gun: int) -> Body:
    return m.PileGun(pile=wish.pile, gun=gun)


def _start(wish: Wish, gun: int) -> m.Start:
    if "current_a" in wish.args:
        raise BadRequest("no_current_limit")
    return m.Start(
        order=wish.numbers(gun),
        pile=wish.pile,
        gun=gun,
        card_face=_digits(wish.text("card_face", "0")),
        card=_card_if_any(wish.text("tag", "0")),
        balance_fen=_fen(wish),
    )


def _card_if_any(tag: str) -> str:
    """Return a card as the wire has it: none, where it starts for a name that is no card's, as the
    number of a charging.
    """
    try:
        return _card(tag)
    except BadRequest:
        return _card("0")


def _fen(wish: Wish) -> int:
    yuan = wish.number("balance_yuan", wish.balance_fen / 100)
    if not 0 <= yuan < 2**32 / 100:
        raise BadRequest("bad_balance_yuan")
    return round(yuan * 100)


def _starts(wish: Wish) -> list[Asked]:
    if not wish.args.get("parallel", False):
        return _single_starts(wish)
    if len(wish.guns) < 2:  # noqa: PLR2004
        raise BadRequest("needs_two_guns")
    serial = wish.given.strftime("%y%m%d%H%M%S")
    return [
        Asked(type=0xA4, body=_parallel(wish, gun, serial), answer=PARALLEL_STARTED, gun=gun)
        for gun in wish.guns
    ]


def _parallel(wish: Wish, gun: int, serial: str) -> m.ParallelStart:
    single = msgspec.structs.asdict(_start(wish, gun))
    return m.ParallelStart(**single, parallel=serial)


def _work(wish: Wish, *, enabled: bool, power_pct: int) -> list[Asked]:
    body = up.Work(pile=wish.pile, enabled=0 if enabled else 1, power_pct=power_pct)
    return [Asked(type=0x52, body=body, answer=0x51)]


def _limit(wish: Wish) -> list[Asked]:
    if wish.rated_w > 0 and "power_w" in wish.args:
        power = int(wish.number("power_w", 0) / wish.rated_w * _FULL_PCT)
        power = min(power, _FULL_PCT)
    else:
        power = wish.whole("power_pct", 0, low=0, high=_FULL_PCT)
    if power < _LEAST_PCT:
        raise BadRequest("below_30_pct" if "power_w" in wish.args else "needs_power")
    return _work(wish, enabled=wish.enabled, power_pct=power)


def _clock(wish: Wish) -> Body:
    return up.Clock(pile=wish.pile, time=wish.now)


def _tariff(wish: Wish) -> Body:
    if wish.tariff is None:
        raise BadRequest("no_tariff")
    return table(wish.tariff, pile=wish.pile)


def _lock(move: int) -> Callable[[Wish, int], Body]:
    return lambda wish, gun: up.LockMove(pile=wish.pile, gun=gun, move=move)


def _restart(wish: Wish) -> Body:
    return up.Restart(pile=wish.pile, when=_NOW if wish.args.get("hard", False) else _WHEN_IDLE)


def _upgrade(wish: Wish) -> Body:
    """The location is `ftp://user:password@server:port/path`."""
    try:
        found = urlsplit(wish.text("location"))
        port = found.port or _FTP
    except ValueError:
        raise BadRequest("bad_location") from None
    if found.scheme != "ftp" or not found.hostname or not found.path.strip("/"):
        raise BadRequest("bad_location")
    return up.Upgrade(
        pile=wish.pile,
        pile_type=wish.pile_type + 1,
        power_kw=min(int(wish.rated_w / 1000), 2**16 - 1),
        server=_ascii(found.hostname, 16),
        port=port,
        username=_ascii(unquote(found.username or ""), 16),
        password=_ascii(unquote(found.password or ""), 16),
        path=_ascii(unquote(found.path.lstrip("/")), 32),
        when=_WHEN_IDLE,
        timeout_min=_DOWNLOAD_MIN,
    )


def _balances(wish: Wish) -> list[Asked]:
    card = _card(wish.text("tag", "0"))
    body = up.Balance(pile=wish.pile, gun=wish.guns[0], card=card, balance_fen=_fen(wish))
    return [Asked(type=0x42, body=body, answer=0x41)]


def _cards_add(wish: Wish) -> Body:
    """Cards as `face=physical`, a comma between two."""
    pairs = [pair.partition("=") for pair in _listed(wish, "cards_add")]
    return up.CardsSync(
        pile=wish.pile,
        cards=tuple(up.OfflineCard(card_face=_digits(f), card=_card(c)) for f, _, c in pairs),
    )


def _cards_named(request: str) -> Callable[[Wish], Body]:
    return lambda wish: up.CardsNamed(
        pile=wish.pile,
        cards=tuple(up.CardNumber(card=_card(card)) for card in _listed(wish, request)),
    )


def _listed(wish: Wish, request: str) -> list[str]:
    cards = [card.strip() for card in wish.text("cards").split(",") if card.strip()]
    if not 0 < len(cards) <= _MOST_CARDS[request]:
        raise BadRequest("bad_cards")
    return cards


def _digits(text: str) -> str:
    if not (text.isascii() and text.isdecimal() and len(text) <= _HEX_DIGITS):
        raise BadRequest("bad_card_face")
    return text.zfill(_HEX_DIGITS)


def _card(text: str) -> str:
    found = text.strip().upper().zfill(_HEX_DIGITS)
    if len(found) > _HEX_DIGITS or set(found) - set("0123456789ABCDEF"):
        raise BadRequest("bad_card")
    return found


def _ascii(text: str, longest: int) -> str:
    if not text.isascii() or len(text) > longest:
        raise BadRequest("bad_location")
    return text


_single_starts = _each_gun(0x34, STARTED, _start)

_REQUESTS: Mapping[Request, Callable[[Wish], list[Asked]]] = {
    "read": _each_gun(0x12, 0x13, _gun),
    "start": _starts,
    "stop": _each_gun(0x36, 0x35, _gun),
    "restart": _pile(0x92, 0x91, _restart),
    "enable": lambda wish: _work(wish, enabled=True, power_pct=wish.power_pct),
    "disable": lambda wish: _work(wish, enabled=False, power_pct=wish.power_pct),
    "limit": _limit,
    "unlimit": lambda wish: _work(wish, enabled=wish.enabled, power_pct=_FULL_PCT),
    "clock": _pile(0x56, 0x55, _clock),
    "tariff": _pile(0x58, 0x57, _tariff),
    "lock_up": _each_gun(0x62, 0x63, _lock(_UP)),
    "lock_down": _each_gun(0x62, 0x63, _lock(_DOWN)),
    "upgrade": _pile(0x94, 0x93, _upgrade),
    "balance": _balances,
    "cards_add": _pile(0x44, 0x43, _cards_add),
    "cards_remove": _pile(0x46, 0x45, _cards_named("cards_remove")),
    "cards_find": _pile(0x48, 0x47, _cards_named("cards_find")),
}
