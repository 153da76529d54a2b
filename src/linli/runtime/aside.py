"""What was put aside: shown, dealt with again through the table that refused it, or forgotten."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import transaction

from linli.contracts.effects import AnyEffect, decode
from linli.foundation.outbox.models import Undelivered
from linli.foundation.passing import is_passing
from linli.kernel.fault import Fault
from linli.runtime import facts, projector
from linli.runtime.facts import Handler
from linli.runtime.worker import Wiring

_PROJECTOR = projector.consumer("")
_effect = msgspec.json.Decoder(AnyEffect)


class NotAside(Fault):
    """Nothing is put aside under this number."""

    key = "runtime.not_aside"
    status = 404


class Stranger(RuntimeError):
    """No consumer of this name is wired."""


class Aside(msgspec.Struct, frozen=True, kw_only=True):
    """An effect or fact that was put aside: by whom, why and when."""

    number: int
    consumer: str
    fact: str
    community: str
    reason: str
    at: datetime


def waiting(*, limit: int, after: int = 0) -> list[Aside]:
    """Return what is put aside, the oldest first, from the number after `after` on."""
    rows = Undelivered.objects.filter(pk__gt=after).order_by("pk")[:limit]
    return [
        Aside(
            number=row.pk,
            consumer=row.consumer,
            fact=row.fact,
            community=row.community,
            reason=row.reason,
            at=row.at,
        )
        for row in rows
    ]


def again(*, number: int, wiring: Wiring) -> str:
    """Deal with it once more, and let it go in the same commit; return an empty string then.

    Where it is refused again, nothing of it is done, it stays with its new reason, and that is
    returned.

    :raises NotAside: if there is no such number
    :raises OperationalError: while the database is locked or away
    """
    row = _row(number)
    try:
        with transaction.atomic():
            _deal(row, wiring)
            row.delete()
    except Exception as error:  # refused again: whatever it is, it is told
        if is_passing(error):
            raise
        reason = repr(error)
        Undelivered.objects.filter(pk=number).update(reason=reason[:2000])
        return reason
    return ""


def forget(*, number: int) -> None:
    """Let it go without dealing with it.

    :raises NotAside: if there is no such number
    """
    _row(number).delete()


def _row(number: int) -> Undelivered:
    row = Undelivered.objects.filter(pk=number).first()
    if row is None:
        raise NotAside(number=number)
    return row


def _deal(row: Undelivered, wiring: Wiring) -> None:
    body = bytes(row.body)
    if row.consumer.startswith(_PROJECTOR):
        for effect in _effects(body):
            projector.deal_with(deal=wiring.effects[type(effect)], run=[effect])
        return
    handler = _handler(row.consumer, wiring)
    facts.deal_with(handler=handler, facts=[msgspec.json.decode(body, type=handler.fact)])


def _effects(body: bytes) -> Sequence[AnyEffect]:
    """Return the effects of a body: of one effect that was refused (JSON), or of a message of
    EFFECTS that could not be read (its bytes as they came).
    """
    return [_effect.decode(body)] if body.startswith(b"{") else decode(body)


def _handler(name: str, wiring: Wiring) -> Handler:
    for handlers in wiring.facts.values():
        for handler in handlers:
            if handler.name == name:
                return handler
    raise Stranger(name)
