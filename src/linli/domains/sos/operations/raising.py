"""How a call for help begins: a telephone, or a button on a wall or a wrist."""

from datetime import datetime

import msgspec
from django.db import IntegrityError, transaction

from linli.contracts import cases
from linli.contracts.alarms import AlarmOpened
from linli.contracts.effects import Severity
from linli.contracts.sos import SosRaised
from linli.domains.sos import logic, queries
from linli.domains.sos.models import Call
from linli.domains.sos.operations import placing, recording
from linli.domains.sos.operations.ringing import ring_next
from linli.domains.sos.operations.telling_devices import photograph, sound
from linli.foundation import ids
from linli.foundation.identity.queries import Actor
from linli.foundation.outbox import operations as outbox
from linli.kernel.geometry import Position
from linli.kernel.words import Words
from linli.registry.places import queries as places
from linli.registry.places.models import Place

CASE = "care.sos"
_ASKED = Words(zh="手机一键求助，请立即到场", en="a call for help by telephone: go there")


class Raised(msgspec.Struct, frozen=True, kw_only=True):
    """What a telephone says as it calls for help. `position` is (longitude, latitude) in degrees;
    `place` is which of his places he is at; `at_home` says so of his first home, whatever the
    position says. A test names the place for which it is one. `key` is the same for the same press.
    """

    key: str
    position: Position | None = None
    at_home: bool = False
    note: str = ""
    place: str = ""
    test: bool = False


def call_help(*, actor: Actor, raised: Raised, now: datetime) -> Call:
    """Call for help. Pressed again while a call is open it is the same call, and said so; where it
    had stopped ringing it rings anew. A test is a call of its own: it rings the same telephones,
    opens no case, and sounds no siren.

    :raises PlaceNotFound: if a place is named that there is not
    """
    source = f"{'test' if raised.test else 'account'}:{actor.account}"
    try:
        with transaction.atomic():
            return _again(actor, source, raised, now) or _call(actor, source, raised, now)
    except IntegrityError:
        with transaction.atomic():  # two presses at once: this one finds the other
            found = _again(actor, source, raised, now)
        if found is None:
            raise
        return found


def _again(actor: Actor, source: str, raised: Raised, now: datetime) -> Call | None:
    done = queries.call_of_key(community=actor.community, source=source, key=raised.key)
    if done is not None:
        return done
    row = queries.open_call(community=actor.community, source=source, lock=True)
    if row is not None:
        recording.deed(row, "again", now=now, by=actor.account)
        if raised.position is not None:
            placing.put_position(row=row, position=raised.position, now=now)
            row.save(update_fields=["vault_key", "position_sealed"])
        if row.next_at is None:
            _anew(row, now)
    return row


def _call(actor: Actor, source: str, raised: Raised, now: datetime) -> Call:
    row = Call(
        community=actor.community,
        place=_place(actor, raised, now),
        way="phone",
        caller_id=actor.account,
        note=raised.note.strip()[:200],
        test=raised.test,
        source=source,
        key=raised.key,
    )
    if raised.position is not None:
        placing.put_position(row=row, position=raised.position, now=now)
    return _begin(row, now)


def _place(actor: Actor, raised: Raised, now: datetime) -> Place:
    if raised.test:
        return places.place(community=actor.community, path=raised.place)
    return placing.found(
        actor=actor, named=raised.place, at_home=raised.at_home, position=raised.position, now=now
    )


def alarm_opened(*, fact: AlarmOpened, now: datetime) -> None:
    """Let telephones ring for a button that was pressed; told again, nothing. The scene gives the
    alarm its case and its notice. What a worker hears half an hour late is not rung for any more.
    """
    if fact.scene != logic.HELP_SCENE or fact.device is None:
        return
    if now - fact.at <= logic.GIVE_UP:
        outbox.once(consumer="sos.pressed", fact=fact.id, deal=lambda: _pressed(fact, now))


def _pressed(fact: AlarmOpened, now: datetime) -> None:
    source = f"device:{fact.device}"
    row = queries.open_call(community=fact.community, source=source, lock=True)
    if row is not None:
        recording.deed(row, "again", now=now)
        if row.next_at is None:
            row.alarm = fact.alarm
            _anew(row, now)
        return
    row = Call(
        community=fact.community,
        place=places.place(community=fact.community, path=fact.place),
        way="device",
        device=fact.device or "",
        source=source,
        alarm=fact.alarm,
        cause=fact.id,
    )
    _begin(row, now)


def _begin(row: Call, now: datetime) -> Call:
    """Write a call down, and ring the first telephones in the same breath."""
    row.state, row.started_at = logic.RINGING, now
    row.camera = queries.camera(row=row)
    row.save(force_insert=True)
    fact = _fact(row, now)
    recording.deed(row, "raised", now=now, by=row.caller_id)
    recording.tell(row, fact, "raised")
    if not row.test:
        _summon(row, fact, now)
    row.cause = row.cause or fact.id
    ring_next(row, now)
    row.save()
    return row


def _anew(row: Call, now: datetime) -> None:
    """Let a call ring from its first telephones that is open and rings no more: nobody answered for
    too long, or somebody came and left it open.
    """
    row.state, row.started_at, row.step, row.unanswered = logic.RINGING, now, -1, False
    row.answered_by, row.answered_at, row.arrived_by, row.arrived_at = None, None, None, None
    fact = _fact(row, now)
    recording.tell(row, fact, "again")
    if not row.test:
        if not row.device:
            recording.post(row, fact, _ASKED, now)
        sound(row=row, cause=fact.id, now=now)
    ring_next(row, now)
    row.save()


def _fact(row: Call, now: datetime) -> SosRaised:
    return SosRaised(
        id=ids.new(),
        at=now,
        community=row.community,
        cause=row.cause or None,
        call=row.pk,
        place=row.place.path,
        device=row.device,
        test=row.test,
    )


def _summon(row: Call, fact: SosRaised, now: datetime) -> None:
    """Open the case of a telephone's call, and sound what the call tree wants sounded."""
    if not row.device:
        asked = cases.CaseAsked(
            kind=CASE, fact=fact, place=row.place.path, description=_ASKED,
            severity=Severity.CRITICAL, to="guard",
        )  # fmt: skip
        row.case = cases.ask(asked).id
        recording.post(row, fact, _ASKED, now)
        photograph(row=row, cause=fact.id, now=now)
    sound(row=row, cause=fact.id, now=now)
