"""Questions to history, and its answers: msgpack over the bus, on `subjects.ask("history", c)`.

Times are epoch seconds (UTC). A span holds its start and not its end. A question that is refused is
answered by `Refused`, with the key and values of its fault.
"""

from collections.abc import Mapping
from enum import StrEnum

import msgspec


class Reading(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One kept reading. `quality` is `devices.batch.Quality`; `extra` the JSON of its event."""

    point: int
    at: float
    value: float
    quality: int = 0
    extra: bytes | None = None


class Bucket(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A stretch of one point's readings, from `at` for as long as the asker's step."""

    at: float
    low: float
    mean: float
    high: float
    count: int


class PointSummary(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """All that came of one point in a span. `count` is of every reading but duplicates, and so are
    `out_of_range` and `clock_wrong`; `low`, `mean`, `high` and `last` are of those in range, None
    where there are none.
    """

    point: int
    count: int
    out_of_range: int
    clock_wrong: int
    low: float | None
    mean: float | None
    high: float | None
    last: float | None
    last_at: float


class Cell(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Readings of all points of one label, from `at` for one step."""

    label: str
    at: float
    value: float
    count: int


class How(StrEnum):
    """How readings become one number."""

    MEAN = "mean"
    MIN = "min"
    MAX = "max"
    SUM = "sum"
    COUNT = "count"


class LastAsked(msgspec.Struct, frozen=True, kw_only=True, tag="last"):
    """The newest reading of each point that has any. Answered by `Readings`."""

    points: list[int]


class RangeAsked(msgspec.Struct, frozen=True, kw_only=True, tag="range"):
    """A point's readings, oldest first. Answered by `Readings`."""

    point: int
    start: float
    end: float
    limit: int = 10_000


class BucketsAsked(msgspec.Struct, frozen=True, kw_only=True, tag="buckets"):
    """A point's readings in `count` equal stretches, empty ones left out. Answered by `Buckets`."""

    point: int
    start: float
    end: float
    count: int = 300


class AggregateAsked(msgspec.Struct, frozen=True, kw_only=True, tag="aggregate"):
    """One number for each label and step; the asker labels points. Answered by `Cells`."""

    points: dict[str, list[int]]
    start: float
    end: float
    how: How = How.MEAN
    step_s: float = 3600.0


class SummariesAsked(msgspec.Struct, frozen=True, kw_only=True, tag="summaries"):
    """What came of each point that sent anything in a span, by number: at most `limit` of those
    after `after`. Answered by `Summaries`.
    """

    start: float
    end: float
    after: int = -1
    limit: int = 5_000


class StateAsked(msgspec.Struct, frozen=True, kw_only=True, tag="state"):
    """How history is. Answered by `State`."""


Question = LastAsked | RangeAsked | BucketsAsked | AggregateAsked | SummariesAsked | StateAsked


class Readings(msgspec.Struct, frozen=True, kw_only=True, tag="readings"):
    items: list[Reading]


class Buckets(msgspec.Struct, frozen=True, kw_only=True, tag="buckets"):
    step_s: float
    items: list[Bucket]


class Cells(msgspec.Struct, frozen=True, kw_only=True, tag="cells"):
    items: list[Cell]


class Summaries(msgspec.Struct, frozen=True, kw_only=True, tag="summaries"):
    items: list[PointSummary]


class State(msgspec.Struct, frozen=True, kw_only=True, tag="state"):
    """`position` and `seen` are sequences of INPUT: on disk, and on disk or in memory. `today`
    counts the readings of the local day. `error` is the key of what is wrong now, if anything;
    `unreadable` counts messages that were no batch.
    """

    position: int
    seen: int
    waiting: int
    segments: int
    rows: int
    bytes: int
    today: int = 0
    error: str | None = None
    unreadable: int = 0


class Refused(msgspec.Struct, frozen=True, kw_only=True, tag="refused"):
    key: str
    values: Mapping[str, str | int | float]
    status: int


Answer = Readings | Buckets | Cells | Summaries | State | Refused

_encoder = msgspec.msgpack.Encoder()
_questions: msgspec.msgpack.Decoder[Question] = msgspec.msgpack.Decoder(Question)
_answers: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer)


def encode(message: Question | Answer) -> bytes:
    """Return a question or an answer as it travels."""
    return _encoder.encode(message)


def question(body: bytes) -> Question:
    """Return the question of a message.

    :raises msgspec.DecodeError: if it is none
    """
    return _questions.decode(body)


def answer(body: bytes) -> Answer:
    """Return the answer of a message.

    :raises msgspec.DecodeError: if it is none
    """
    return _answers.decode(body)
