"""Facts reach the handlers of other domains: each handler deals with each fact once."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import msgspec
from django.db import OperationalError, transaction

from linli.foundation.outbox import operations as outbox
from linli.kernel.event import Event

log = logging.getLogger("linli.facts")

CONSUMER = "facts"


class Handler(msgspec.Struct, frozen=True, kw_only=True):
    """Who deals with a kind of fact, under a name that never changes."""

    name: str
    fact: type[Event]
    deal: Callable[..., None]


def deliver(
    *, topic: str, body: bytes, sequence: int, table: Mapping[str, Sequence[Handler]], now: datetime
) -> int:
    """Let every handler of a fact deal with it; return how many did so now.

    A handler that fails is remembered with its reason, and does not stop the next.
    """
    dealt = sum(_hand_over(handler, body, now) for handler in table.get(topic, ()))
    with transaction.atomic():
        outbox.move_to(consumer=CONSUMER, sequence=sequence)
    return dealt


def _hand_over(handler: Handler, body: bytes, now: datetime) -> bool:
    fact = msgspec.json.decode(body, type=handler.fact)
    try:
        return outbox.once(
            consumer=handler.name, fact=fact.id, deal=lambda: handler.deal(fact=fact)
        )
    except OperationalError:
        raise
    except Exception as error:  # a handler that fails must not stop the next
        log.exception("fact %s was put aside by %s", fact.id, handler.name)
        outbox.put_aside(
            consumer=handler.name,
            fact=fact.id,
            community=fact.community,
            body=body,
            reason=repr(error),
            now=now,
        )
        return False
