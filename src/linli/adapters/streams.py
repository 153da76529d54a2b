"""What the bus says: streams and their limits, messages kept, confirmations, refusals."""

from typing import Any

import msgspec
from nats.aio.msg import Msg

from linli.contracts import subjects
from linli.kernel.fault import Fault

_MEGABYTE = 1024 * 1024
_DUPLICATES_S = 120
_UNAVAILABLE = 503
_FULL_CODES = frozenset({10023, 10047, 10077, 10122})
"""JetStream's words for no room: resources, storage, maximum bytes, maximum messages."""


class NotStored(Fault):
    """The bus did not confirm an append: `why` is full, timeout, away or refused."""

    key = "adapters.not_stored"
    status = 503


class Unheard(Fault):
    """Nobody answered a question in time."""

    key = "adapters.unheard"
    status = 503


class BusRefused(Fault):
    """The bus refused a request of its administration."""

    key = "adapters.bus_refused"
    status = 503


class Stored(msgspec.Struct, frozen=True):
    """A message of a stream. `id` is the one it was appended with, `headers` all it carries."""

    sequence: int
    subject: str
    body: bytes
    headers: dict[str, str]
    pending: int = 0
    """How many messages the stream holds after this one, for this reader."""
    queued: int = 0
    """How many of them have come already."""

    @property
    def id(self) -> str:
        """Return the id against storing twice; empty when it has none."""
        return self.headers.get("Nats-Msg-Id", "")


class StreamLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How much the streams may hold. INPUT and EFFECTS refuse when full, and so slow the sender."""

    input_bytes: int = 2048 * _MEGABYTE
    effects_bytes: int = 2048 * _MEGABYTE
    facts_bytes: int = 1024 * _MEGABYTE
    facts_age_s: float = 14 * 86400.0
    replicas: int = 1


class StreamState(msgspec.Struct, frozen=True, kw_only=True):
    """How full a stream is. `first` and `last` are sequences; `created` tells apart this stream
    and an earlier one of its name.
    """

    messages: int
    bytes: int
    max_bytes: int
    first: int
    last: int
    created: str = ""


class _Confirm(msgspec.Struct):
    seq: int = 0
    duplicate: bool = False
    error: dict[str, Any] | None = None


_confirm = msgspec.json.Decoder(_Confirm)


def sequence(message: Msg, subject: str) -> int:
    """Return the sequence of a confirmation.

    :raises NotStored: if it is a refusal
    """
    if message.headers and message.headers.get("Status") == "503":
        raise NotStored(why="away", subject=subject)
    confirm = _confirm.decode(message.data)
    if confirm.error is not None:
        why = "full" if confirm.error.get("err_code") in _FULL_CODES else "refused"
        if confirm.error.get("code") == _UNAVAILABLE:
            why = "full" if why == "full" else "away"
        raise NotStored(why=why, subject=subject, said=confirm.error.get("description"))
    return confirm.seq


def position(reply: str) -> tuple[int, int, int]:
    """Return (stream sequence, position in the reading, pending) of a delivery's reply subject.

    `$JS.ACK.<stream>.<consumer>.<delivered>.<sseq>.<cseq>.<time>.<pending>`, or with domain and
    account before the stream (NATS ADR-15).
    """
    tokens = reply.split(".")
    at = 5 if len(tokens) == 9 else 7  # noqa: PLR2004 - the two forms
    return int(tokens[at]), int(tokens[at + 1]), int(tokens[at + 3])


def missed(message: Msg, expected: int) -> bool:
    """Tell whether a heartbeat speaks of a message that has not come."""
    last = (message.headers or {}).get("Nats-Last-Consumer")
    return last is not None and int(last) >= expected


def configurations(limits: StreamLimits) -> list[dict[str, Any]]:
    """Return what JetStream is told of the three streams."""
    common = {
        "retention": "limits",
        "storage": "file",
        "num_replicas": limits.replicas,
        "allow_direct": True,
        "max_msgs": -1,
        "max_msg_size": -1,
        "max_consumers": -1,
    }
    window = int(_DUPLICATES_S * 1e9)
    return [
        {
            **common,
            "name": subjects.INPUT_STREAM,
            "subjects": [subjects.inputs("*")],
            "discard": "new",
            "max_bytes": limits.input_bytes,
            "duplicate_window": window,
        },
        {
            **common,
            "name": subjects.EFFECTS_STREAM,
            "subjects": [subjects.effects("*")],
            "discard": "new",
            "max_bytes": limits.effects_bytes,
            "duplicate_window": window,
        },
        {
            **common,
            "name": subjects.FACTS_STREAM,
            "subjects": [subjects.facts("*", "*")],
            "discard": "old",
            "max_bytes": limits.facts_bytes,
            "max_age": int(limits.facts_age_s * 1e9),
            "duplicate_window": window,
        },
    ]
