"""Pictures on their way from a camera's line to the records: files in a spool folder.

The live half has no records, and pictures do not belong on the bus. It writes each as a file
`<LINLI_HOME>/live/pictures/<community>/<milliseconds>-<number>.pic`; whoever keeps the records
takes the oldest first and deletes it. Nothing of a picture is understood before that. A file is
sealed for `USE`, by what this installation alone reads again.
"""

import msgspec

FOLDER = "live/pictures"
SUFFIX = ".pic"
USE = "pictures.spool"
MOST_BYTES = 4 * 1024 * 1024
"""The longest picture; larger ones are refused at the line."""


class Spooled(msgspec.Struct, frozen=True, kw_only=True):
    """A picture as a camera gave it: of which device, taken when, and for which event, if any."""

    device: str
    line: str
    at: float
    event: str
    content: bytes


def encode(spooled: Spooled) -> bytes:
    """Return the bytes of a file of the spool."""
    return msgspec.msgpack.encode(spooled)


def decode(body: bytes) -> Spooled:
    """Read a file of the spool.

    :raises msgspec.DecodeError, msgspec.ValidationError: if it is none
    """
    return msgspec.msgpack.decode(body, type=Spooled)
