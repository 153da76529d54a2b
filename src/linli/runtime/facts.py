"""Facts reach the handlers of other domains: each handler deals with each fact once."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby

import msgspec
from django.db import transaction

from linli.foundation.outbox import operations as outbox
from linli.foundation.passing import is_passing
from linli.kernel.event import Event

log = logging.getLogger("linli.facts")

CONSUMER = "facts"


class Handler(msgspec.Struct, frozen=True, kw_only=True):
    """Who deals with a kind of fact, under a name that never changes.

    One that deals with facts `together` is given, in order, those that came one after the other
    (`facts`), and sees to it by itself that one told again changes nothing; any other is given
    each fact once (`fact`).
    """

    name: str
    fact: type[Event]
    deal: Callable[..., None]
    together: bool = False


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A message of FACTS."""

    sequence: int
    community: str
    topic: str
    body: bytes


def deliver(
    *, messages: Sequence[Told], table: Mapping[str, Sequence[Handler]], now: datetime
) -> int:
    """Let every handler of each fact deal with it, and move on, in one commit; return how many
    facts were dealt with now, counted for each handler.

    A handler that fails, or cannot read a fact, is remembered with its reason, and stops nobody.
    """
    dealt = 0
    with transaction.atomic():
        for (community, topic), run in groupby(messages, key=lambda m: (m.community, m.topic)):
            bodies = [message.body for message in run]
            for handler in table.get(topic, ()):
                dealt += _Desk(handler=handler, community=community, now=now).hand_over(bodies)
        if messages:
            outbox.move_to(consumer=CONSUMER, sequence=messages[-1].sequence)
    return dealt


class _Desk(msgspec.Struct, frozen=True, kw_only=True):
    """Where one handler deals with the facts of one community, or they are put aside."""

    handler: Handler
    community: str
    now: datetime

    def hand_over(self, bodies: Sequence[bytes]) -> int:
        facts = [fact for body in bodies if (fact := self._read(body)) is not None]
        if self.handler.together:
            return self._deal(facts) if facts else 0
        return sum(self._deal([fact]) for fact in facts)

    def _read(self, body: bytes) -> Event | None:
        try:
            return msgspec.json.decode(body, type=self.handler.fact)
        except (msgspec.DecodeError, RecursionError) as error:
            self._put_aside(outbox.unread(body=body), body, error)
            return None

    def _deal(self, facts: Sequence[Event]) -> int:
        """Deal with a run at once; where that is refused, one by one."""
        try:
            return deal_with(handler=self.handler, facts=facts)
        except Exception as error:  # a handler that fails must not stop the next
            if is_passing(error):
                raise
            if len(facts) == 1:
                self._put_aside(facts[0].id, msgspec.json.encode(facts[0]), error)
                return 0
            return sum(self._deal([fact]) for fact in facts)

    def _put_aside(self, number: str, body: bytes, error: Exception) -> None:
        log.error("fact %s was put aside by %s", number, self.handler.name, exc_info=error)
        outbox.put_aside(
            consumer=self.handler.name,
            fact=number,
            community=self.community,
            body=body,
            reason=repr(error),
            now=self.now,
        )


def deal_with(*, handler: Handler, facts: Sequence[Event]) -> int:
    """Let a handler deal with facts; return with how many it did so now."""
    if handler.together:
        with transaction.atomic():
            handler.deal(facts=facts)
        return len(facts)
    return sum(
        outbox.once(consumer=handler.name, fact=fact.id, deal=partial(handler.deal, fact=fact))
        for fact in facts
    )
