"""The one mouth of the system: facts leave through here or not at all."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from hashlib import sha256

import msgspec
from django.db import IntegrityError, connection, transaction

from linli.contracts.outbox import wake
from linli.foundation.audit import operations as audit
from linli.foundation.audit.models import Act
from linli.foundation.causes import operations as causes
from linli.foundation.causes.models import Cause
from linli.foundation.outbox.models import Handled, Outgoing, Position, Undelivered
from linli.kernel.event import Event


class NotInTransaction(RuntimeError):
    """A fact was recorded outside the transaction that makes it true."""


_TELLING = (
    "alarm", "command", "device", "service", "place", "scene", "case", "state", "mode", "value",
    "severity", "count", "change", "proposal", "stage", "version", "stage_before", "version_before",
    "target", "key", "value_before",
)  # fmt: skip
"""Fields of facts by which the chain of causes says what they are about."""
_SUBJECTS = ("case", "alarm", "command", "device", "scene", "place")
"""The first of these that a fact has names it in the audit trail."""


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """After which message to read; whether the stream began anew, and how far it was `before`."""

    after: int
    anew: bool
    before: int


def _require_transaction(name: str) -> None:
    if not connection.in_atomic_block:
        raise NotInTransaction(name)


def record(event: Event) -> None:
    """Write the fact, and what caused it, beside the rows that it describes.

    :raises NotInTransaction: outside a transaction
    """
    record_all([event])


def record_all(
    events: Sequence[Event], *, about: Mapping[str, Mapping[str, object]] | None = None
) -> None:
    """Write many facts, in their order, and what caused each. `about` adds to what the chain of
    causes says of a fact, by its id: names, no personal data.

    :raises NotInTransaction: outside a transaction
    """
    if not events:
        return
    _require_transaction(type(events[0]).__name__)
    Outgoing.objects.bulk_create([_outgoing(event) for event in events])
    causes.note_all(
        [
            Cause(
                id=event.id,
                cause=event.cause or "",
                community=event.community,
                kind=type(event).__name__,
                at=event.at,
                about={**_about(event), **(about or {}).get(event.id, {})},
            )
            for event in events
        ]
    )
    audit.note_all([deed for event in events if (deed := _deed(event)) is not None])
    audit.became_true([event.id for event in events])
    transaction.on_commit(wake)


def _deed(event: Event) -> audit.Deed | None:
    """Return what the audit trail says of it, where a person made it true: who decided, where
    another only asked. What scenes and devices do has its causes and no person.
    """
    asked_by, decided_by = getattr(event, "by", None), getattr(event, "decided_by", None)
    by = asked_by if decided_by is None else decided_by
    if by is None:
        return None
    about = _about(event)
    if by != asked_by:
        about["asked_by"] = asked_by
    subject = next((about[name] for name in _SUBJECTS if name in about), "")
    return audit.Deed(
        community=event.community,
        account=int(by),
        act=Act.WRITE,
        what=f"{type(event).__name__}:{subject}" if subject != "" else type(event).__name__,
        place=str(getattr(event, "place", "") or ""),
        cause=event.id,
        words=msgspec.json.encode(about).decode(),
        now=event.at,
    )


def _about(event: Event) -> dict[str, object]:
    """Return what a fact is about, in its own words."""
    said = {name: getattr(event, name, None) for name in _TELLING}
    return {
        name: value.value if isinstance(value, Enum) else value
        for name, value in said.items()
        if value is not None
    }


def _outgoing(event: Event) -> Outgoing:
    return Outgoing(
        fact=event.id,
        community=event.community,
        topic=type(event).__name__,
        body=msgspec.json.encode(event),
        at=event.at,
    )


def once(*, consumer: str, fact: str, deal: Callable[[], None]) -> bool:
    """Deal with a fact unless this consumer already has; tell whether it was done now.

    What `deal` writes and the mark that it is done are one commit.
    """
    try:
        with transaction.atomic():
            Handled.objects.create(consumer=consumer, fact=fact)
            deal()
    except IntegrityError:
        if Handled.objects.filter(consumer=consumer, fact=fact).exists():
            return False
        raise
    return True


def reached(*, consumer: str) -> int:
    """Return the stream sequence up to which a consumer has dealt with everything."""
    row = Position.objects.filter(consumer=consumer).first()
    return row.sequence if row else 0


@transaction.atomic
def start(*, consumer: str, stream: str, last: int) -> Start:
    """Say, before a stream is read, which it is (`stream`: when it was made) and the sequence of
    its last message; return where to begin.

    Another stream than the last time, or one that ends before the place that was reached, numbers
    its messages afresh: it is read from its beginning, or they would all pass for dealt with.
    """
    row, _ = Position.objects.get_or_create(consumer=consumer, defaults={"stream": stream})
    anew = row.sequence > last or bool(row.stream and row.stream != stream)
    before = row.sequence
    if anew or row.stream != stream:
        row.sequence, row.stream = (0 if anew else before), stream
        row.save(update_fields=["sequence", "stream"])
    return Start(after=row.sequence, anew=anew, before=before)


def move_to(*, consumer: str, sequence: int) -> None:
    """Say, in the commit of what was done, how far a consumer has come.

    :raises NotInTransaction: outside a transaction
    """
    _require_transaction(consumer)
    if not Position.objects.filter(consumer=consumer).update(sequence=sequence):
        Position.objects.create(consumer=consumer, sequence=sequence)


def waiting(*, limit: int) -> list[Outgoing]:
    """Return the oldest facts that the relay has not sent."""
    return list(Outgoing.objects.filter(sent_at=None).order_by("id")[:limit])


def mark_sent(*, ids: list[int], now: datetime) -> None:
    """Remember that the bus has confirmed these facts."""
    Outgoing.objects.filter(pk__in=ids).update(sent_at=now)


def forget_sent(*, before: datetime, most: int = 10_000) -> int:
    """Drop facts that the bus confirmed before a time, so many at most; return how many."""
    old = Outgoing.objects.filter(sent_at__lt=before).order_by("pk")
    return Outgoing.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:most])).delete()[0]


def put_aside(
    *, consumer: str, fact: str, community: str, body: bytes, reason: str, now: datetime
) -> None:
    """Keep what a consumer could not deal with, and why. Told twice, the first stands.

    Whatever it was given, it finds room: what is too long for a column is cut.
    """
    Undelivered.objects.get_or_create(
        consumer=consumer,
        fact=_fits(fact, 64),
        defaults={
            "community": _fits(community, 32),
            "body": body,
            "reason": _fits(reason, 2000),
            "at": now,
        },
    )


def take_up(*, consumer: str, fact: str) -> None:
    """Let go of what a consumer put aside and can deal with now."""
    Undelivered.objects.filter(consumer=consumer, fact=fact).delete()


def _fits(text: str, most: int) -> str:
    return text.replace("\0", "")[:most]


def unread(*, body: bytes) -> str:
    """Return an id for a message whose own cannot be read: the same body, the same id."""
    return f"unread:{sha256(body).hexdigest()[:32]}"


def forget_handled(*, keep: int, most: int = 10_000) -> int:
    """Drop the oldest marks of facts dealt with, so many at most, but for the newest `keep`; return
    how many.
    """
    newest = list(Handled.objects.order_by("-id").values_list("id", flat=True)[keep : keep + 1])
    if not newest:
        return 0
    old = Handled.objects.filter(pk__lte=newest[0]).order_by("pk")
    return Handled.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:most])).delete()[0]


def forget_aside(*, before: datetime, most: int = 1_000) -> int:
    """Drop what was put aside before a time and nobody asked for since; return how many."""
    old = Undelivered.objects.filter(at__lt=before).order_by("pk")
    numbers = list(old.values_list("pk", flat=True)[:most])
    return Undelivered.objects.filter(pk__in=numbers).delete()[0]
