"""How devices stand on wires: asked by the register before it enters one, answered by drivers."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from linli.kernel.port import Port
from linli.kernel.words import Words


class Wire(msgspec.Struct, frozen=True, kw_only=True):
    """How a device is to be reached. `is_line`: nothing above it speaks the same protocol."""

    driver: str
    address: str
    model: str
    options: Mapping[str, Any]
    is_line: bool


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One of the values that an option may have, and what it means."""

    value: str | int
    name: Words


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """One option of a protocol, for forms. `secret` ones are shown to nobody. Where it has
    `choices` it is one of them; `many` says that it is a list of them.
    """

    name: str
    type: str
    required: bool
    default: Any = None
    secret: bool = False
    choices: Sequence[Choice] = ()
    many: bool = False


class Protocol(msgspec.Struct, frozen=True, kw_only=True):
    """A protocol that an installation speaks. `maps` are the tables of the catalogue for it."""

    name: str
    words: Words
    line: Sequence[Option]
    member: Sequence[Option]
    maps: Sequence[str]
    pushes: bool
    runs: bool


check: Port[[Wire], None] = Port("wires.check")
"""Refuses, with a Fault, what no line could be made of."""

secrets: Port[[str], frozenset[str]] = Port("wires.secrets")
"""The names of the options of a driver that are shown to nobody."""

protocols: Port[[], Sequence[Protocol]] = Port("wires.protocols")
"""Every protocol, in the order of names."""

decode: Port[[str, bytes], Mapping[str, Any]] = Port("wires.decode")
"""What a raw frame of a driver says; {"error": …} where it is none, {} where it cannot be told."""
