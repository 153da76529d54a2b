"""`./linli decode wiegand BITS`."""

from collections.abc import Mapping
from typing import Any

from linli.drivers.line import Decoder
from linli.drivers.wiegand import numbers
from linli.drivers.wiegand.codec import Card, Key, decode

_SHORT = 24


def wiegand(text: str, options: Mapping[str, str]) -> dict[str, Any]:
    """Return the fields of one frame, given as 0 and 1; blanks do not matter.

    :raises BadFrame: if it has another length, a wrong parity, or no key
    """
    said = decode("".join(text.split()))
    if isinstance(said, Key):
        return {"bits": said.bits, "kind": "key", "key": said.key}
    told: dict[str, Any] = {"bits": said.bits + 2, "kind": "card", "number": said.number}
    if said.bits == _SHORT:
        told["raw24"] = said.number
    return told | _spelled(said) | {"turned": _spelled(numbers.turned(said))}


def _spelled(card: Card) -> dict[str, Any]:
    return {
        "facility": numbers.facility(card),
        "card": numbers.number_in_facility(card),
        "hex": f"{card.number:0{card.bits // 4}X}",
        "printed_decimal": numbers.as_decimal(card),
        "printed_pair": numbers.as_pair(card),
    }


DECODERS: dict[str, Decoder] = {"wiegand": wiegand}
