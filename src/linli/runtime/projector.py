"""Effects of the live half become rows, and the position in their stream moves in the same commit.

A message told twice changes nothing, for the position says that it was dealt with. An effect that
its operation refuses is put aside with its reason, and the rest go on.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby

import msgspec
from django.db import OperationalError, transaction

from linli.contracts.effects import AnyEffect, Because
from linli.foundation.causes import operations as causes
from linli.foundation.outbox import operations as outbox
from linli.kernel import ids

log = logging.getLogger("linli.projector")

Deal = Callable[[Sequence[AnyEffect]], None]
"""Deals with effects, in order. Kinds that share one are dealt with together."""


def consumer(community: str) -> str:
    """Return the name under which the projector of a community keeps its position."""
    return f"projector:{community}"


def project(
    *,
    community: str,
    messages: Sequence[tuple[int, Sequence[AnyEffect]]],
    table: Mapping[type, Deal],
) -> int:
    """Turn messages of EFFECTS (sequence, effects) into rows; return how many were new."""
    name = consumer(community)
    with transaction.atomic():
        reached = outbox.reached(consumer=name)
        fresh = [message for message in messages if message[0] > reached]
        effects = [effect for _, batch in fresh for effect in batch]
        for deal, run in groupby(effects, key=lambda effect: table[type(effect)]):
            _deal(name, deal, list(run))
        if fresh:
            outbox.move_to(consumer=name, sequence=fresh[-1][0])
    return len(fresh)


def _deal(name: str, deal: Deal, run: list[AnyEffect]) -> None:
    """Deal with a run at once; where that is refused, one by one."""
    for effect in run:
        _note_reading(effect)
    try:
        with transaction.atomic():
            deal(run)
    except OperationalError:
        raise
    except Exception as error:  # whatever is wrong with one effect must not stop the next
        if len(run) == 1:
            _put_aside(name, run[0], error)
            return
        for effect in run:
            _deal(name, deal, [effect])


def _put_aside(name: str, effect: AnyEffect, error: Exception) -> None:
    log.error("effect %s was put aside", effect.id, exc_info=error)
    outbox.put_aside(
        consumer=name,
        fact=effect.id,
        community=effect.community,
        body=msgspec.json.encode(effect),
        reason=f"{type(effect).__name__}: {error!r}",
        now=datetime.fromtimestamp(effect.at, UTC),
    )


def _note_reading(effect: AnyEffect) -> None:
    """Give the chain its top: the reading that made this, with what it said where that is known."""
    reading = ids.parse_reading(effect.cause)
    if reading is None:
        return
    because: Because | None = getattr(effect, "because", None)
    causes.note(
        id=effect.cause,
        cause=None,
        community=effect.community,
        kind="Reading",
        at=datetime.fromtimestamp(reading[1], UTC),
        about=msgspec.to_builtins(because) if because else None,
    )
