"""Questions to history, answered from its store."""

import math
from collections.abc import Callable

import msgspec

from linli.adapters.history.store import Store
from linli.contracts import history as ask
from linli.kernel.fault import Fault


def reply(store: Store, body: bytes, state: Callable[[], ask.State]) -> bytes:
    """Return the answer to a question of the bus; a refusal is an answer too."""
    try:
        found: ask.Answer = _answer(store, ask.question(body), state)
    except Fault as fault:
        found = ask.Refused(
            key=fault.key,
            values={name: _plain(value) for name, value in fault.values.items()},
            status=fault.status,
        )
    except msgspec.DecodeError as error:
        found = ask.Refused(key="history.bad_question", values={"reason": str(error)}, status=422)
    return ask.encode(found)


def _answer(store: Store, question: ask.Question, state: Callable[[], ask.State]) -> ask.Answer:
    match question:
        case ask.LastAsked(points=points):
            return ask.Readings(items=list(store.last(points=points).values()))
        case ask.RangeAsked(point=point, start=start, end=end, limit=limit):
            return ask.Readings(items=store.range(point=point, start=start, end=end, limit=limit))
        case ask.BucketsAsked(point=point, start=start, end=end, count=count):
            found = store.buckets(point=point, start=start, end=end, count=count)
            return ask.Buckets(step_s=math.ceil((end - start) * 1e6 / count) / 1e6, items=found)
        case ask.AggregateAsked(points=labels, start=start, end=end, how=how, step_s=step_s):
            return ask.Cells(
                items=store.aggregate(points=labels, start=start, end=end, how=how, step_s=step_s)
            )
        case ask.SummariesAsked(start=start, end=end, after=after, limit=limit):
            return ask.Summaries(
                items=store.summaries(start=start, end=end, after=after, limit=limit)
            )
        case ask.StateAsked():
            return state()


def _plain(value: object) -> str | int | float:
    return value if isinstance(value, int | float) else str(value)
