"""What a device asks, and is told at once: may this card open, may this car in, may he charge.

What it shows (a card's number, a PIN, a plate) goes from the device to whoever answers and nowhere
else: it is in no log of readings, no history, no command.
"""

from typing import Any

import msgspec


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A question of a device. `id` is the device's own: asked again with the same one, it gets the
    same answer and nothing happens twice. `at` is when it arrived, in epoch seconds.
    """

    community: str
    device: str
    kind: str
    id: str
    body: dict[str, Any] = {}
    at: float


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """The answer. `reason` is a word that devices know, `body` what else they are to do.

    `event` is what scenes are to hear of it, as an event of the devices `of`: that a plate was
    read, never which. Those whose model has no such event do not hear it.
    """

    ok: bool
    reason: str = ""
    body: dict[str, Any] = {}
    event: str = ""
    of: tuple[str, ...] = ()


BUSY = Told(ok=False, reason="busy")
"""Nobody answered in time, or the records are away for now: the device goes by what it holds
itself, and asks again.
"""

NOBODY = Told(ok=False, reason="nobody_answers")
"""Nothing here answers questions of this kind."""

TROUBLE = Told(ok=False, reason="trouble")
"""The answer failed on our side, and would fail again; the device goes by what it holds itself."""

MALFORMED = Told(ok=False, reason="malformed")
"""The question lacks what its kind needs, or has it in another form."""

_encode = msgspec.msgpack.Encoder().encode
_asked = msgspec.msgpack.Decoder(Asked)
_told = msgspec.msgpack.Decoder(Told)


def ask(asked: Asked) -> bytes:
    """Return a question as it goes over the bus."""
    return _encode(asked)


def asked(body: bytes) -> Asked:
    """Return the question of a message.

    :raises msgspec.DecodeError: if it is none
    """
    return _asked.decode(body)


def tell(told: Told) -> bytes:
    """Return an answer as it goes over the bus."""
    return _encode(told)


def told(body: bytes) -> Told:
    """Return the answer of a message.

    :raises msgspec.DecodeError: if it is none
    """
    return _told.decode(body)
