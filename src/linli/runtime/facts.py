"""Facts reach the handlers of other domains: each handler deals with each fact once."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import msgspec
from django.db import transaction

from linli.foundation.outbox import operations as outbox
from linli.foundation.passing import is_passing
from linli.kernel.event import Event

log = logging.getLogger("linli.facts")

CONSUMER = "facts"


class Handler(msgspec.Struct, frozen=True, kw_only=True):
    """Who deals with a kind of fact, under a name that never changes."""

    name: str
    fact: type[Event]
    deal: Callable[..., None]


def deliver(
    *,
    community: str,
    topic: str,
    body: bytes,
    sequence: int,
    table: Mapping[str, Sequence[Handler]],
    now: datetime,
) -> int:
    """Let every handler of a fact deal with it; return how many did so now.

    A handler that fails, or cannot read it, is remembered with its reason, and does not stop the
    next.
    """
    dealt = sum(_hand_over(handler, community, body, now) for handler in table.get(topic, ()))
    with transaction.atomic():
        outbox.move_to(consumer=CONSUMER, sequence=sequence)
    return dealt


def _hand_over(handler: Handler, community: str, body: bytes, now: datetime) -> bool:
    fact = None
    try:
        fact = msgspec.json.decode(body, type=handler.fact)
        return deal_once(handler=handler, fact=fact)
    except Exception as error:  # a handler that fails must not stop the next
        if is_passing(error):
            raise
        number = fact.id if fact else outbox.unread(body=body)
        log.exception("fact %s was put aside by %s", number, handler.name)
        outbox.put_aside(
            consumer=handler.name,
            fact=number,
            community=community,
            body=body,
            reason=repr(error),
            now=now,
        )
        return False


def deal_once(*, handler: Handler, fact: Event) -> bool:
    """Let a handler deal with a fact unless it already has; tell whether it did so now."""
    return outbox.once(consumer=handler.name, fact=fact.id, deal=lambda: handler.deal(fact=fact))
