"""What the live half must hear beside readings, in the same order as they: entries of INPUT.

A signal tells a change in the record half (a mode set, a case closed, an operator's command) or at
the edge of the wire (a device connected, a command acknowledged).
"""

import msgspec


class Signal(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The part every signal shares. `at` is epoch seconds (UTC)."""

    id: str
    at: float
    cause: str = ""


class DirectoryChanged(Signal, frozen=True, kw_only=True):
    """Devices, places, scenes or limits of the register changed: read them again."""

    version: int


class ModeChanged(Signal, frozen=True, kw_only=True):
    """A mode was set. `since` is when, by the records (epoch seconds): told twice, it is the same.
    It may be set anew to the value that it has. 0 is when it arrives.
    """

    place: str
    mode: str
    value: str
    since: float = 0.0


class CaseChanged(Signal, frozen=True, kw_only=True):
    """A case opened or closed at a place: scenes may ask for it."""

    kind: str
    place: str
    open: bool
    case: int = 0
    """Its number in the records, so that of two cases of a kind each closes itself alone."""


class CommandAsked(Signal, frozen=True, kw_only=True):
    """An operator wants a device to do something; the row is `id`'s.

    With `override` he wants it even against a safety scene that acts now.
    """

    device: str
    service: str
    args: dict[str, float | str | bool] = {}
    expires_at: float
    override: bool = False


class CommandAnswered(Signal, frozen=True, kw_only=True):
    """A device answered a command; `device` is the one that spoke, as the gate knows it."""

    command: str
    ok: bool
    reason: str = ""
    device: str = ""


class DeviceHeard(Signal, frozen=True, kw_only=True):
    """A device's line came up, or went down by its last will or by closing."""

    device: str
    online: bool
    reason: str = ""


class StrangersSpoke(Signal, frozen=True, kw_only=True):
    """A gateway told of devices behind it that are not in the register: (address, about) of each.
    `about` is what it said they are: `model`, `name`, `serial`, `vendor`.
    """

    line: str
    strangers: list[tuple[str, dict[str, str]]]


class NumbersHeard(Signal, frozen=True, kw_only=True):
    """Sealed payloads that brought no readings were heard; `numbers` are theirs, by the mark of
    their link. After a restart they are not taken again.
    """

    numbers: dict[str, list[int]]


AnySignal = (
    DirectoryChanged
    | ModeChanged
    | CaseChanged
    | CommandAsked
    | CommandAnswered
    | DeviceHeard
    | StrangersSpoke
    | NumbersHeard
)

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[AnySignal])


def encode(signals: list[AnySignal]) -> bytes:
    """Return the body of one signal message of INPUT."""
    return _encoder.encode(signals)


def decode(message: bytes) -> list[AnySignal]:
    """Return the signals of one message.

    :raises msgspec.DecodeError: if it is not such a message
    """
    return _decoder.decode(message)
