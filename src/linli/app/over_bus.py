"""What other processes answer over the bus: last values, frames, history, how they fare."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec

from linli.adapters.bus import Bus
from linli.contracts import history, subjects
from linli.kernel.fault import Fault
from linli.registry.devices import asks

ANSWER_S = 5.0
_AT_ONCE = 4_000
"""Points of which one message tells: 400 kB at most."""

Ask = Callable[[str, bytes], bytes]


class HistorySilent(Fault):
    """History cannot be asked now, or refused: `reason` is its key."""

    key = "app.history_silent"
    status = 503


def summaries(ask: Ask, community: str, start: float, end: float) -> Sequence[history.PointSummary]:
    """Return what came of every point, asked for in parts that one message holds."""
    found: list[history.PointSummary] = []
    while True:
        after = found[-1].point if found else -1
        asked = history.SummariesAsked(start=start, end=end, after=after, limit=_AT_ONCE)
        part = _by_history(ask, community, asked, history.Summaries).items
        found += part
        if len(part) < _AT_ONCE:
            return found


def newest(ask: Ask, community: str, points: Sequence[int]) -> dict[int, float]:
    asked = history.LastAsked(points=list(points))
    found = _by_history(ask, community, asked, history.Readings).items
    return {one.point: one.at for one in found}


A = TypeVar("A", bound=history.Answer)


def _by_history(ask: Ask, community: str, asked: history.Question, wanted: type[A]) -> A:
    """Return the answer of history.

    :raises HistorySilent: if it refuses
    """
    told = history.answer(ask(subjects.ask("history", community), history.encode(asked)))
    if isinstance(told, wanted):
        return told
    raise HistorySilent(reason=told.key if isinstance(told, history.Refused) else "unexpected")


def twin(ask: Ask, community: str, codes: Sequence[str]) -> Sequence[asks.LastValue]:
    body = msgspec.msgpack.encode({"devices": list(codes)})
    rows = msgspec.msgpack.decode(ask(subjects.ask("twin", community), body))
    return [
        asks.LastValue(device=device, point=point, at=at, value=value, quality=quality)
        for device, point, at, value, quality in rows
    ]


def frames(ask: Ask, community: str, device: str) -> Sequence[asks.RawFrame]:
    body = msgspec.msgpack.encode(device)
    rows = msgspec.msgpack.decode(ask(subjects.ask("frames", community), body))
    return [asks.RawFrame(at=at, way=way, size=size, data=data) for at, way, size, data in rows]


def chart(ask: Ask, community: str, *span: int | float) -> history.Buckets:
    point, start, end, count = span
    asked = history.BucketsAsked(point=int(point), start=start, end=end, count=int(count))
    return _by_history(ask, community, asked, history.Buckets)


def readings(  # noqa: PLR0917
    ask: Ask, community: str, point: int, start: float, end: float, limit: int
) -> Sequence[history.Reading]:
    asked = history.RangeAsked(point=point, start=start, end=end, limit=limit)
    return _by_history(ask, community, asked, history.Readings).items


def told(ask: Ask, question: str, body: bytes, community: str) -> dict[str, Any]:
    """Return what a process tells of itself; that it is silent, where it is."""
    try:
        told: dict[str, Any] = msgspec.msgpack.decode(ask(subjects.ask(question, community), body))
    except (Fault, TimeoutError):
        return {"silent": True}
    return told


_LOGS = {
    "input": subjects.INPUT_STREAM,
    "effects": subjects.EFFECTS_STREAM,
    "facts": subjects.FACTS_STREAM,
}


def logs(bus: Bus, loop: asyncio.AbstractEventLoop, community: str) -> dict[str, Any]:
    """Return how full each log is; that the bus is silent, where it is."""
    try:
        return {name: _fill(bus, loop, stream) for name, stream in _LOGS.items()}
    except (Fault, TimeoutError):
        return {"silent": True}


def _fill(bus: Bus, loop: asyncio.AbstractEventLoop, stream: str) -> dict[str, int]:
    asked = asyncio.run_coroutine_threadsafe(bus.state(stream=stream), loop)
    state = asked.result(ANSWER_S + 1)
    return {"bytes": state.bytes, "max_bytes": state.max_bytes, "messages": state.messages}
