"""Special groups: which one is sealed. Of those that tell of somebody's health the register says
`health`, and the word lies apart (`foundation.apart`), under a key of its own.
"""

import logging
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time

from django.db import IntegrityError
from django.db.models import QuerySet
from django.utils import timezone

from linli.foundation.apart import operations as apart
from linli.foundation.audit.things import Thing
from linli.foundation.identity.queries import Actor
from linli.foundation.vault import operations as vault
from linli.foundation.vault import queries as index
from linli.foundation.vault import sealed
from linli.registry.people.logic import GROUPS, HEALTH, HEALTH_GROUPS
from linli.registry.people.models import GroupMembership, Person

log = logging.getLogger("linli.people")

OPENED_FOR = frozenset({"visit", "emergency", "correction"})
"""What alone the words are told for."""
_USE = "visit"
_WHAT = "people.group"
_FIELD = "GroupMembership.group"


def put_away(rows: Sequence[GroupMembership], *, community: str, today: date) -> None:
    """Keep apart the words of rows that are about to be saved, and leave `health` in their place;
    rows whose words lie there already get `health` back. Until the end of the day they are not
    swept, whenever the rows are committed.

    :raises IntegrityError: if a person has joined one of these groups meanwhile
    :raises MasterKeyGone: if the master key of what is kept apart is not there
    """
    fresh = [row for row in rows if row.group in HEALTH_GROUPS and not row.token]
    if fresh:
        _refuse_joined(fresh, community)
        for row in fresh:
            row.apart_key = secrets.token_hex(16)
        tokens = apart.keep_all(
            community=community, what=_WHAT, values={row.apart_key: row.group for row in fresh},
            purpose=_USE, now=_end_of(today),
        )  # fmt: skip
        for row in fresh:
            row.token = tokens[row.apart_key]
    for row in rows:
        if row.token:
            row.group = HEALTH


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.max))


def _refuse_joined(fresh: Sequence[GroupMembership], community: str) -> None:
    """Refuse what stands already: the words of two rows are compared here, for no table can."""
    ids = sorted({row.person_id for row in fresh if row.until is None})
    list(Person.rows.of(community).select_for_update().filter(pk__in=ids).order_by("pk"))
    standing = _apart(community).filter(person__in=ids, until=None)
    there = {(row.person_id, row.group) for row in to_compare(standing, community=community)}
    if any(row.until is None and (row.person_id, row.group) in there for row in fresh):
        raise IntegrityError("a_group_is_joined_once")


def to_compare(rows: Iterable[GroupMembership], *, community: str) -> list[GroupMembership]:
    """Return rows with their words, to compare what is entered with what stands: for writing, not
    for showing. They are saved after `put_away` only.
    """
    found = to_count(rows, community=community)
    texts = _texts(found, community)
    for row in found:
        row.group = texts.get(row.token, row.group)
    return found


def to_count(rows: Iterable[GroupMembership], *, community: str) -> list[GroupMembership]:
    """Return rows with their words, `health` for those that lie apart: to count by them or to
    compare, not to show whose they are.
    """
    return opened(rows, community=community, purpose="correction")


def opened(
    rows: Iterable[GroupMembership], *, community: str, purpose: str
) -> list[GroupMembership]:
    """Return rows with their words as far as a purpose goes, else with nothing; `health` where the
    word lies apart.
    """
    found = list(rows)
    sealed.open_all(found, community=community, purpose=purpose)
    for row in found:
        if row.token:
            row.group = HEALTH
    return found


def by_index(*, community: str) -> Mapping[str, str]:
    """Return by which blind indices the groups are found whose words are sealed here."""
    said = [group for group in GROUPS if group not in HEALTH_GROUPS]
    return index.found_by(community=community, field=_FIELD, values=said)


def _texts(rows: Sequence[GroupMembership], community: str) -> Mapping[str, str]:
    tokens = [row.token for row in rows if row.token]
    return apart.open_to_compare(community=community, tokens=tokens, purpose=_USE) if tokens else {}


def in_group(*, community: str, group: str) -> QuerySet[GroupMembership]:
    """Return who stands in a group whose word is sealed here; `health`: in any that lies apart."""
    rows = GroupMembership.rows.of(community).filter(until=None)
    if group == HEALTH:
        return rows.exclude(token="")
    held = [key for key, word in by_index(community=community).items() if word == group]
    return rows.filter(token="", group_index__in=held)


def _apart(community: str) -> QuerySet[GroupMembership]:
    return GroupMembership.rows.of(community).exclude(token="")


def told(
    *, actor: Actor, persons: Collection[int], purpose: str, thing: Thing, now: datetime
) -> tuple[Mapping[int, str], set[int]]:
    """Return the words about persons that lie apart, by the numbers of their rows; and of whom
    there are any: who reads them is remembered by each of those. Nothing where they are for no such
    purpose. While what is kept apart is away the words are left out, for the rest is wanted now.

    :param actor: as `Actor.opening` returned it, for whom they were found to see
    :raises apart.TooMany: if it is more than can be opened at once
    """
    if purpose not in OPENED_FOR:
        return {}, set()
    rows = list(_apart(actor.community).filter(person__in=persons))
    whose = {row.person_id for row in rows}
    try:
        texts = apart.open_seen(
            actor=actor, tokens=[row.token for row in rows],
            about=[f"person:{one}" for one in sorted(whose)], purpose=purpose, use=_USE,
            thing=thing, now=now,
        )  # fmt: skip
    except apart.ApartAway:
        log.warning("what is kept apart is away: shown without it", exc_info=True)
        return {}, whose
    return {row.pk: texts[row.token] for row in rows if row.token in texts}, whose


def members(*, community: str, group: str, persons: QuerySet[Person]) -> set[int]:
    """Return which of these persons belong to a group whose word lies apart: for whoever remembers
    of whom he tells (`looking.list_members`).

    :raises apart.TooMany: if more than can be opened at once belong to any such group
    """
    standing = _apart(community).filter(until=None, person__in=persons.values("pk"))
    rows = list(standing[: apart.MOST_AT_ONCE + 1])  # one more is refused
    texts = _texts(rows, community)
    return {row.person_id for row in rows if texts.get(row.token) == group}


def own(community: str, person: Person) -> Mapping[int, str]:
    """Return the words about somebody that lie apart, by the numbers of their rows, for himself."""
    rows = list(_apart(community).filter(person=person))
    texts = apart.open_own(
        community=community, tokens=[row.token for row in rows], purpose=_USE
    )  # fmt: skip
    return {row.pk: texts[row.token] for row in rows if row.token in texts}


def forget(*, community: str, person: Person, account: int, now: datetime) -> None:
    """Destroy the words about somebody and their keys; of those that lie apart once his erasure is
    committed. Before it his rows are deleted.
    """
    rows = GroupMembership.rows.of(community).filter(person=person)
    names = list(rows.exclude(token="").values_list("apart_key", flat=True))
    keys = list(rows.exclude(vault_key="").values_list("vault_key", flat=True))
    rows.delete()
    for key in keys:
        vault.destroy(
            community=community, subject=key, account=account, words=f"person:{person.pk}", now=now
        )
    for name in names:
        apart.drop(
            community=community, subject=name, account=account, words=f"person:{person.pk}", now=now
        )


def named(*, community: str, names: Collection[str]) -> set[str]:
    """Return which of these names a row still bears: tokens, and names of keys."""
    rows = GroupMembership.rows.of(community)
    return {
        *rows.filter(token__in=names).values_list("token", flat=True),
        *rows.filter(apart_key__in=names).values_list("apart_key", flat=True),
    }
