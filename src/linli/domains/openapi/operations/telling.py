"""Facts told to third parties: laid down in order, sent, tried again, given up."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import transaction

from linli.contracts.openapi import WebhookPaused
from linli.domains.openapi import queries
from linli.domains.openapi.logic import offered, sending
from linli.domains.openapi.models import Delivery, Subscription
from linli.domains.openapi.operations import metering
from linli.domains.openapi.operations.subscribing import SIGNING
from linli.foundation import ids, sealing
from linli.foundation.outbox import operations as outbox
from linli.foundation.sending import Letter, Reply, next_try
from linli.kernel.event import Event
from linli.kernel.place import under
from linli.registry.alarms import queries as alarms
from linli.registry.devices import queries as devices


@transaction.atomic
def tell(*, facts: Sequence[Event], now: datetime) -> None:
    """Lay facts of one kind and community down for every subscription that asks for them and may
    know of them. Told again, nothing.
    """
    topic = type(facts[0]).__name__
    rows = queries.listeners(community=facts[0].community, topic=topic)
    for fact in facts if rows else ():
        _tell(fact, rows, now)


def _tell(fact: Event, rows: Sequence[Subscription], now: datetime) -> None:
    topic, place = type(fact).__name__, where(fact)
    body = _body(fact, topic, place)
    Delivery.rows.bulk_create(
        [
            Delivery(
                community=fact.community,
                subscription=row,
                fact=fact.id,
                topic=topic,
                body=body,
                at=fact.at,
                next_at=now,
            )
            for row in rows
            if _reaches(row, topic, place)
        ],
        ignore_conflicts=True,
    )


def _reaches(row: Subscription, topic: str, place: str) -> bool:
    if offered.untold([topic], frozenset(row.party.scopes)):
        return False
    return not row.party.place or bool(place and under(path=place, ancestor=row.party.place))


def where(fact: Event) -> str:
    """Return where something happened; empty where nobody knows."""
    said = msgspec.structs.asdict(fact)
    if said.get("place"):
        return str(said["place"])
    if said.get("device"):
        known = devices.by_code(community=fact.community, codes={str(said["device"])})
        return next((one.place.path for one in known.values()), "")
    if said.get("alarm"):
        alarm = int(said["alarm"])
        found = alarms.by_number(community=fact.community, numbers=[alarm])
        return found[alarm].place if alarm in found else ""
    return ""


_PERSONS = {"by", "assignee"}
"""What a fact says of who did it, or is to: third parties learn what happened."""
_WRITTEN = {"AlarmClosed": {"reason"}}
"""What somebody wrote in his own words: names and numbers may be in it."""


def _body(fact: Event, topic: str, place: str) -> str:
    kept_back = _PERSONS | _WRITTEN.get(topic, set())
    data = {name: told for name, told in msgspec.to_builtins(fact).items() if name not in kept_back}
    said = {"type": topic, "timestamp": fact.at, "data": data, "place": place}
    return msgspec.json.encode(said).decode()


def letters(*, most: int, busy: list[int], now: datetime) -> list[Letter]:
    """Return what is to be sent now: of each subscription the first that waits, unless one of it is
    on its way (`busy`).
    """
    return [_letter(row, now) for row in queries.due(now=now, most=most, busy=busy)]


def _letter(row: Delivery, now: datetime) -> Letter:
    body = row.body.encode()
    key = sealing.open_sealed(bytes(row.subscription.secret), use=SIGNING)
    return Letter(
        delivery=row.pk,
        community=row.community,
        line=row.subscription_id,
        url=row.subscription.url,
        headers=sending.headers(secret=key, id=row.fact, at=now, body=body),
        body=body,
    )


@transaction.atomic
def sent(*, letter: Letter, reply: Reply, now: datetime) -> None:
    """Write down what came of a message: taken, to be tried again, or given up for good; then
    nothing more is sent there until somebody resumes it.
    """
    rows = Subscription.rows.of(letter.community).select_related("party")
    found = rows.select_for_update(of=("self",)).filter(pk=letter.line).first()
    row = Delivery.rows.of(letter.community).filter(pk=letter.delivery, state="waiting").first()
    if found is None or row is None:
        return
    row.tries, row.status, row.reason = row.tries + 1, reply.status, reply.reason[:200]
    row.first_at = row.first_at or now
    if reply.taken:
        row.state, row.done_at, found.told_at = "told", now, now
        found.save(update_fields=["told_at"])
        metering.told(party=found.party, now=now)
    else:
        again = next_try(tries=row.tries, first_at=row.first_at, now=now)
        row.next_at = again or now
        if again is None:
            _pause(found, reply, now)
    row.save()


def _pause(row: Subscription, reply: Reply, now: datetime) -> None:
    row.paused_at = now
    row.reason = (reply.reason or f"HTTP {reply.status}")[:300]
    row.save(update_fields=["paused_at", "reason"])
    waiting = Delivery.rows.of(row.community).filter(subscription=row, state="waiting").count()
    outbox.record(
        WebhookPaused(
            id=ids.new(),
            at=now,
            community=row.community,
            party=row.party_id,
            subscription=row.pk,
            reason=row.reason,
            waiting=waiting,
        )
    )
