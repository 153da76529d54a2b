"""Facts leave the outbox for the bus, in order, and are marked when the bus has confirmed them."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from linli.contracts import subjects
from linli.foundation.outbox import operations as outbox
from linli.foundation.outbox.models import Outgoing

_AT_ONCE = 256

Publish = Callable[[str, bytes, str], Awaitable[object]]
"""Publish a body on a subject under a message id, and come back when it is stored."""


async def relay(
    *,
    waiting: Callable[[int], Awaitable[Sequence[Outgoing]]],
    publish: Publish,
    mark: Callable[[list[int]], Awaitable[None]],
) -> int:
    """Send every fact that waits; return how many. What fails half-way is sent again next time,
    under the same message id, so the bus stores it once.
    """
    sent = 0
    while rows := await waiting(_AT_ONCE):
        for row in rows:
            await publish(subjects.facts(row.community, row.topic), bytes(row.body), row.fact)
        await mark([row.pk for row in rows])
        sent += len(rows)
    return sent


def take(limit: int) -> list[Outgoing]:
    """Return the oldest facts not sent."""
    return outbox.waiting(limit=limit)


def mark_sent(ids: list[int], now: datetime) -> None:
    """Remember that these are stored on the bus."""
    outbox.mark_sent(ids=ids, now=now)
