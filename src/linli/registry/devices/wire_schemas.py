"""Protocols and raw frames as they travel over HTTP."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from ninja import Schema

from linli.contracts import wires
from linli.foundation.shapes import TwoLanguages
from linli.registry.devices.asks import RawFrame


class FrameOut(Schema):
    """A raw frame: `data` hex of its first bytes, `decoded` what it says, `error` in it if none."""

    at: datetime
    way: str
    size: int
    data: str
    decoded: dict[str, Any]


class Frames(Schema):
    items: list[FrameOut]


class ChoiceOut(Schema):
    value: str | int
    name: TwoLanguages


class OptionOut(Schema):
    """An option. Where it has `choices` it is one of them, or, with `many`, a list of them."""

    name: str
    type: str
    required: bool
    default: Any
    secret: bool
    choices: list[ChoiceOut]
    many: bool


class ProtocolOut(Schema):
    """A protocol. A line of it has the options of `line`, a device on a line those of `member`."""

    name: str
    words: TwoLanguages
    line: list[OptionOut]
    member: list[OptionOut]
    maps: list[str]
    pushes: bool
    runs: bool


class Protocols(Schema):
    items: list[ProtocolOut]


def frame_out(driver: str, frame: RawFrame) -> dict[str, Any]:
    """Return a raw frame with what it says."""
    return {
        "at": datetime.fromtimestamp(frame.at, UTC),
        "way": frame.way,
        "size": frame.size,
        "data": frame.data.hex(" "),
        "decoded": wires.decode(driver, frame.data) if driver else {},
    }


def protocol_out(protocol: wires.Protocol) -> dict[str, Any]:
    """Return a protocol with its options."""
    told: dict[str, Any] = msgspec.to_builtins(protocol)
    return told
