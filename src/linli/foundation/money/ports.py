"""How a provider of payments is spoken with: an adapter for each manner of speaking. Pure: it
neither sends nor keeps anything.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

import msgspec

from linli.foundation.sending import Reply
from linli.foundation.signing import Packed, Shown
from linli.kernel.fault import Fault
from linli.kernel.port import Port
from linli.kernel.words import Words


class Unsigned(Fault):
    """It is not the provider's own, or was signed too long ago."""

    key = "money.unsigned"
    status = 401


class Malformed(Fault):
    """It is the provider's, and cannot be read."""

    key = "money.malformed"
    status = 422


class Wire(msgspec.Struct, frozen=True, kw_only=True):
    """A line to a provider: its address, our name there, and the key that both hold."""

    url: str
    app: str
    key: bytes


class ToPay(msgspec.Struct, frozen=True, kw_only=True):
    """What a payer is sent to the provider with; `back` is where he comes back to, `tell` where
    the provider tells that he paid.
    """

    order: str
    title: Words
    fen: int
    expires_at: datetime
    back: str
    tell: str


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider tells: under its `number`, an order of ours (by its number) was paid with so
    many fen at a time; or was not, when the payer turned back.
    """

    number: str
    order: str
    fen: int
    paid: bool
    at: datetime


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a provider's list of a day: a `payment` under its number, or a `refund` under
    ours.
    """

    kind: str
    number: str
    order: str
    fen: int
    at: datetime


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider says to a question of ours: done, refused for good (`why`), or neither: then
    it is asked again. `at` is when it was done there; `items` its list, where it was asked for one.
    """

    done: bool = False
    refused: bool = False
    why: str = ""
    at: datetime | None = None
    items: tuple[Listed, ...] = ()


class Speaks(Protocol):
    """A manner of speaking with providers of payments."""

    def pay_at(self, *, wire: Wire, order: ToPay) -> str:
        """Return the address at which a payer pays."""

    def unpack(self, *, wire: Wire, shown: Shown, now: datetime) -> Told:
        """Return what a provider told us.

        :raises Unsigned: if it is not the provider's, or too old
        :raises Malformed: if it cannot be read
        """

    def thanks(self, *, wire: Wire, number: str) -> bytes:
        """Return what a provider is answered that told us something, signed."""

    def ask_refund(
        self, *, wire: Wire, number: str, payment: str, fen: int, at: datetime, nonce: str
    ) -> Packed:
        """Return the question to give back so much of a payment, under a number of ours."""

    def ask_list(self, *, wire: Wire, number: str, day: str, at: datetime, nonce: str) -> Packed:
        """Return the question for the list of a day."""

    def answer(self, *, wire: Wire, number: str, reply: Reply) -> Answer:
        """Return what a reply says to the question of this number."""


adapters: Port[[], Mapping[str, tuple[Words, Speaks]]] = Port("money.adapters")
"""Every manner of speaking by its name."""
