"""How the number of a card is spelled, whichever reader or print says it; without the records."""

from linli.domains.doors import ports
from linli.drivers.frames import BadFrame
from linli.drivers.wiegand import numbers
from linli.drivers.wiegand.codec import Card, decode

_SHORT = 24


def card_of_bits(bits: str) -> ports.CardNumber | None:
    """Return the card of a Wiegand frame."""
    try:
        said = decode("".join(bits.split()))
    except BadFrame:
        return None
    return _number(said) if isinstance(said, Card) else None


def card_of_print(text: str) -> ports.CardNumber | None:
    """Return the card of a printed number."""
    try:
        return _number(numbers.printed(text))
    except BadFrame:
        return None


def _number(card: Card) -> ports.CardNumber:
    """Return a card's number in one spelling, whichever way its bytes are turned."""
    low = Card(number=card.number & ((1 << _SHORT) - 1), bits=_SHORT)
    whole = "" if card.bits == _SHORT else numbers.normal(card)
    return ports.CardNumber(whole=whole, short=numbers.normal(low))
