"""How a department is spoken with: an adapter for each manner of speaking."""

from datetime import datetime
from typing import Protocol

import msgspec

from linli.foundation.sending import Reply
from linli.foundation.signing import Packed, Shown

Listed = tuple[tuple[str, str], ...]
"""Messages as both sides list them: number, and the SM3 digest of the body."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line to a department: its address, our name there, and the key that both hold."""

    url: str
    app: str
    key: bytes


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What a department says of a message: it has taken it (`number` is its receipt), it refuses it
    for good, or neither: then it is tried again. `received` and `sent` are its lists, where it was
    asked for them.
    """

    taken: bool = False
    refused: bool = False
    number: str = ""
    reason: str = ""
    received: Listed = ()
    sent: Listed = ()


class Incoming(msgspec.Struct, frozen=True, kw_only=True):
    """A message from a department: a `result` of the case of this number, or a `notice`."""

    number: str
    kind: str
    case: str = ""
    state: str = ""
    title: str = ""
    text: str = ""


class Adapter(Protocol):
    """A manner of speaking with departments. Pure: it neither sends nor keeps anything."""

    def pack(self, *, line: Line, kind: str, body: bytes, at: datetime, nonce: str) -> Packed:
        """Return a message of a kind (`case`, `comparison`, `resend`), signed."""

    def receipt(self, *, line: Line, number: str, reply: Reply) -> Receipt:
        """Return what a reply says of the message of this number."""

    def unpack(self, *, line: Line, shown: Shown, now: datetime) -> Incoming:
        """Return a message that came in.

        :raises Unsigned: if it is not the department's, or too old
        :raises Malformed: if it cannot be read
        """

    def answer(self, *, line: Line, number: str, receipt: str) -> bytes:
        """Return our receipt for a message that came in, signed."""
