"""What door controllers ask, and are told at once."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from linli.contracts.asking import Asked, Told
from linli.contracts.doors import Way
from linli.domains.doors.operations import presenting, pulling, telling
from linli.domains.doors.operations.telling import Run, Seen
from linli.domains.doors.queries.situation import Shown

_LONGEST = 400
_TRUE = (True,)
"""As JSON says it; 1, as many a device does, is the same."""


class _Presented(msgspec.Struct, frozen=True, kw_only=True):
    """`t` is the device's own time; `credential` a number that it knows (a face), `alive` whether
    it is no picture of one: read of faces alone, and what is not true (or 1) is false.
    """

    reader: str = "in"
    way: Way = Way.CARD
    value: str = ""
    bits: str = ""
    credential: int | None = None
    floor: str | int = ""
    t: float | None = None
    alive: Any = None


class _Passed(msgspec.Struct, frozen=True, kw_only=True):
    """`clock` is the device's own time as it asks."""

    clock: float
    items: list[Seen]


class _Rights(msgspec.Struct, frozen=True, kw_only=True):
    """`held` and `gone` are faces whose templates the device now holds, and has deleted; `upto` is
    what it was told with the part before.
    """

    since: int = 0
    upto: int = 0
    clock: float | None = None
    held: list[int] = []
    gone: list[int] = []


def presented(asked: Asked, now: datetime) -> Told:
    """Somebody shows something at a reader."""
    body = msgspec.convert(asked.body, _Presented)
    answer = presenting.present(
        community=asked.community,
        device=asked.device,
        ask=asked.id,
        shown=Shown(
            reader=body.reader[:16],
            way=body.way,
            value=body.value[:_LONGEST],
            bits=body.bits[:_LONGEST],
            id=body.credential,
            floor=str(body.floor)[:16],
            at=body.t,
            alive=None if body.alive is None else body.alive in _TRUE,
        ),
        now=now,
    )
    told = Told(ok=answer.opens, reason=answer.reason, body=dict(answer.body))
    return _with_event(told, asked, answer.event) if answer.event else told


def passed(asked: Asked, now: datetime) -> Told:
    """A controller tells what it decided by itself."""
    body = msgspec.convert(asked.body, _Passed)
    run = Run(clock=body.clock, items=body.items)
    taken = telling.tell(community=asked.community, device=asked.device, run=run, now=now)
    told = Told(ok=True, body={"taken": taken.count, "now": now.timestamp()})
    if taken.guessed:
        return _with_event(told, asked, presenting.GUESSED)
    return _with_event(told, asked, presenting.NOT_ALIVE) if taken.not_alive else told


def _with_event(told: Told, asked: Asked, event: str) -> Told:
    """Return an answer of which scenes hear an event of the door."""
    return msgspec.structs.replace(told, event=event, of=(asked.device,))


def rights(asked: Asked, now: datetime) -> Told:
    """A controller asks for what changed since a version."""
    body = msgspec.convert(asked.body, _Rights)
    known = pulling.Known(
        since=body.since, upto=body.upto, clock=body.clock, held=body.held, gone=body.gone
    )
    told = pulling.pull(community=asked.community, device=asked.device, known=known, now=now)
    return Told(ok=True, body=dict(told))


ANSWERS: Mapping[str, Callable[[Asked, datetime], Told]] = {
    "door.presented": presented,
    "door.passed": passed,
    "door.rights": rights,
}
