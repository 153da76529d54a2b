"""Effects of the live half become rows, and the position in their stream moves in the same commit.

A message told twice changes nothing, for the position says that it was dealt with. An effect that
its operation refuses is put aside with its reason, and the rest go on.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby

import msgspec
from django.db import transaction

from linli.contracts.effects import AnyEffect, Because, decode
from linli.foundation.causes import operations as causes
from linli.foundation.causes.models import Cause
from linli.foundation.outbox import operations as outbox
from linli.foundation.passing import is_passing
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
    messages: Sequence[tuple[int, bytes]],
    table: Mapping[type, Deal],
    now: datetime,
) -> int:
    """Turn messages of EFFECTS (sequence, body) into rows; return how many were new.

    What cannot be read, or has no place in the table, is put aside, and the position moves on.
    """
    try:
        return _project(Desk(community=community, table=table, now=now), messages)
    except Exception as error:  # the commit itself was refused: find the message that is to blame
        if is_passing(error) or not messages:
            raise
        if len(messages) == 1:
            _put_message_aside(community, messages[0], error, now)
            return 1
    return sum(
        project(community=community, messages=[message], table=table, now=now)
        for message in messages
    )


@transaction.atomic
def _project(desk: "Desk", messages: Sequence[tuple[int, bytes]]) -> int:
    name = consumer(desk.community)
    reached = outbox.reached(consumer=name)
    fresh = [message for message in messages if message[0] > reached]
    effects = [effect for _, body in fresh for effect in desk.read(body)]
    for deal, run in groupby(effects, key=lambda effect: desk.table.get(type(effect), _refuse)):
        desk.deal(deal, list(run))
    if fresh:
        outbox.move_to(consumer=name, sequence=fresh[-1][0])
    return len(fresh)


@transaction.atomic
def _put_message_aside(
    community: str, message: tuple[int, bytes], error: Exception, now: datetime
) -> None:
    sequence, body = message
    _put_aside_unread(community, body, error, now)
    outbox.move_to(consumer=consumer(community), sequence=sequence)


def _put_aside_unread(community: str, body: bytes, error: Exception, now: datetime) -> None:
    number = outbox.unread(body=body)
    log.error("a message of effects of %s was put aside as %s", community, number, exc_info=error)
    outbox.put_aside(
        consumer=consumer(community),
        fact=number,
        community=community,
        body=body,
        reason=repr(error),
        now=now,
    )


class Unwired(RuntimeError):
    """Nobody deals with effects of this kind."""


def _refuse(run: Sequence[AnyEffect]) -> None:
    raise Unwired(type(run[0]).__name__)


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """Where the effects of one community are dealt with, or put aside."""

    community: str
    table: Mapping[type, Deal]
    now: datetime

    def read(self, body: bytes) -> list[AnyEffect]:
        """Return the effects of a message; none where it cannot be read."""
        try:
            return decode(body)
        except Exception as error:  # whatever it is, the next message can be read
            _put_aside_unread(self.community, body, error, self.now)
            return []

    def deal(self, deal: Deal, run: list[AnyEffect]) -> None:
        """Deal with a run at once; where that is refused, one by one."""
        try:
            deal_with(deal=deal, run=run)
        except Exception as error:  # whatever is wrong with one effect must not stop the next
            if is_passing(error):
                raise
            if len(run) == 1:
                self._put_aside(run[0], error)
                return
            for effect in run:
                self.deal(deal, [effect])

    def _put_aside(self, effect: AnyEffect, error: Exception) -> None:
        log.error("effect %s was put aside", effect.id, exc_info=error)
        outbox.put_aside(
            consumer=consumer(self.community),
            fact=effect.id,
            community=self.community,
            body=msgspec.json.encode(effect),
            reason=f"{type(effect).__name__}: {error!r}",
            now=self.now,
        )


@transaction.atomic
def deal_with(*, deal: Deal, run: Sequence[AnyEffect]) -> None:
    """Deal with a run of effects and note the readings that made them, or do neither."""
    causes.note_each([top for effect in run if (top := _reading_of(effect)) is not None])
    deal(run)


def _reading_of(effect: AnyEffect) -> Cause | None:
    """Return the top of the chain: the reading that made this, with what it said where that is
    known.
    """
    reading = ids.parse_reading(effect.cause)
    if reading is None:
        return None
    because: Because | None = getattr(effect, "because", None)
    return Cause(
        id=effect.cause,
        community=effect.community,
        kind="Reading",
        at=datetime.fromtimestamp(reading[1], UTC),
        about=msgspec.to_builtins(because) if because else {},
    )
