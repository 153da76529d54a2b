"""Consents given at the desk, on paper or by word of mouth: seen, and recorded."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

import msgspec
from django.utils import timezone

from linli.foundation.audit.things import Thing
from linli.foundation.consent import queries as consents
from linli.foundation.consent import recording
from linli.foundation.consent.recording import Subject, Told
from linli.foundation.identity.queries import Actor
from linli.foundation.privacy.purposes import AT_THE_DESK
from linli.registry.people import logic, looking, planning, queries
from linli.registry.people.entries import PersonEntry
from linli.registry.people.models import Person


class Stands(msgspec.Struct, frozen=True, kw_only=True):
    """How a person stands to what is asked at the desk; for a `child` his guardian says it."""

    child: bool
    items: list[consents.Standing]


def standing(*, actor: Actor, person: int, now: datetime) -> Stands:
    """Return how a person stands to what is asked at the desk; the look is remembered.

    :raises queries.NotFound: if he is not there, or not where the actor may look
    """
    row = _person(actor, person)
    looking.remember(actor=actor, what=f"person:{row.pk}", thing=Thing.CONSENTS, now=now)
    return _stands(row, now)


def record(*, actor: Actor, person: int, told: Told, now: datetime) -> Stands:
    """Record what a person said at the desk; return how he stands then.

    :raises queries.NotFound: if he is not there, or not where the actor may act
    :raises recording.NotAtTheDesk, SheetWanted, NotYetSaid, GuardianWanted, WithdrawnSince: as
        `recording.record`
    """
    row = _person(actor, person)
    recording.record(
        community=actor.community, account=actor.account, subject=_subject(row, now), told=told,
        now=now,
    )  # fmt: skip
    return _stands(row, now)


def persons(*, community: str, codes: Collection[str], today: date) -> Mapping[str, Subject]:
    """Return persons by their codes, as consents name them."""
    rows = Person.rows.of(community).filter(erased_at=None)
    parts = (rows.filter(code__in=part) for part in planning.chunks(codes))
    return {row.code: _named(row, today) for part in parts for row in part}


def is_child(*, born_on: date, on: date) -> bool:
    """Tell whether whoever was born on a day is under 14 on another."""
    return logic.age(born_on=born_on, on=on) < logic.GUARDED_UNTIL


def _person(actor: Actor, person: int) -> Person:
    sought = queries.Sought(seen=actor.places)
    rows = queries.rows_of(community=actor.community, kind=PersonEntry, sought=sought)
    row: Person | None = rows.filter(pk=person).first()
    if row is None:
        raise queries.NotFound(id=person)
    return row


def _subject(row: Person, now: datetime) -> Subject:
    return _named(row, timezone.localdate(now))


def _named(row: Person, today: date) -> Subject:
    child = row.born_on is not None and is_child(born_on=row.born_on, on=today)
    return Subject(name=planning.subject_of(row), child=child)


def _stands(row: Person, now: datetime) -> Stands:
    subject = _subject(row, now)
    items = consents.standings(community=row.community, subject=subject.name, among=AT_THE_DESK)
    return Stands(child=subject.child, items=items)
