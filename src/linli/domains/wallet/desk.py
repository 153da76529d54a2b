"""What terminals ask of the card, and are told at once. Amounts are int fen."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Literal

import msgspec

from linli.contracts.asking import Asked, Told
from linli.domains.wallet.operations import card
from linli.domains.wallet.operations.card import Shown

_LONGEST = 64


class _Card(msgspec.Struct, frozen=True, kw_only=True):
    """A card or a QR code at a terminal (`way`, `shown`), how much, and what for in a few words.
    Digits pay nothing: who tries enough of them finds somebody's.
    """

    way: Literal["card", "sim", "qr"]
    shown: str
    fen: int
    what: str = ""


class _Back(msgspec.Struct, frozen=True, kw_only=True):
    """So much of what an earlier ask of this terminal (`of`) spent."""

    of: str
    fen: int


def card_asked(asked: Asked, now: datetime) -> Told:
    """A card is to pay, or to be rewarded."""
    body = msgspec.convert(asked.body, _Card)
    shown = Shown(
        community=asked.community,
        device=asked.device,
        ask=asked.id,
        kind=asked.kind,
        way=body.way,
        shown=body.shown[:512],
        fen=body.fen,
        what=body.what[:_LONGEST],
    )
    return card.ask(shown=shown, now=now)


def refund_asked(asked: Asked, now: datetime) -> Told:
    """What a card spent is to be given back."""
    body = msgspec.convert(asked.body, _Back)
    shown = Shown(
        community=asked.community,
        device=asked.device,
        ask=asked.id,
        kind=asked.kind,
        of=body.of[:_LONGEST],
        fen=body.fen,
    )
    return card.ask(shown=shown, now=now)


ANSWERS: Mapping[str, Callable[[Asked, datetime], Told]] = {
    "card.spend": card_asked,
    "card.refund": refund_asked,
    "card.credit": card_asked,
}
