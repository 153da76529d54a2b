"""Every look at who is registered, remembered: who looked at whom, and what for."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from django.utils import timezone

from linli.contracts.approvals import Reader
from linli.foundation.audit import operations as audit
from linli.foundation.audit.models import Act
from linli.foundation.audit.things import Thing
from linli.foundation.identity import operations as identity
from linli.foundation.identity.queries import Actor
from linli.foundation.privacy import purposes
from linli.kernel.words import Words
from linli.registry.people import health, homes, logic, planning, queries, wards
from linli.registry.people.entries import HouseholdEntry, PersonEntry, VehicleEntry
from linli.registry.people.models import Person
from linli.registry.people.tables import TABLES

_HOUR = timedelta(hours=1)


def look_up(*, actor: Actor, kind: type, id: int, purpose: str, now: datetime) -> queries.Shown:
    """Return one record in full as far as the purpose goes, and remember who looked and why.

    :raises queries.NotFound: if it is not there, or not where the actor may look
    :raises UnknownPurpose: if the purpose is none of those declared
    :raises PurposeNotGranted: if the actor's rights do not reach to it
    """
    purposes.purpose(purpose, among=logic.READ_FOR)
    reach = actor.opening("register.people", purpose)
    shown = queries.shown(
        community=actor.community, kind=kind, id=id, purpose=purpose, seen=reach.places, now=now
    )
    grave = [one for one in shown.beside.get("groups", ()) if one["group"] == logic.HEALTH]
    whose = [id] if grave else []
    texts, looked = health.told(
        actor=reach, persons=whose, purpose=purpose, thing=Thing.RECORD, now=now
    )
    if not looked:
        remember(
            actor=actor, what=f"{_named(kind)}:{id}", purpose=purpose, thing=Thing.RECORD, now=now
        )
    return queries.with_words(shown, texts) if texts else shown


def look_at(*, actor: Actor, kind: type, id: int, now: datetime) -> queries.Shown:
    """Return one record as a list shows it, and remember who looked where it tells of people.

    :raises queries.NotFound: if it is not there, or not where the actor may look
    """
    full = actor.may("register.people")
    shown = queries.shown(
        community=actor.community, kind=kind, id=id, purpose="", seen=actor.places, now=now,
        full=full,
    )  # fmt: skip
    if full and kind in {HouseholdEntry, VehicleEntry}:
        remember(actor=actor, what=f"{_named(kind)}:{id}", now=now)
    return shown


def list_rows(
    *, actor: Actor, kind: type, sought: queries.Sought, now: datetime
) -> list[queries.Shown]:
    """Return rows of a list, and remember who looked where it tells of people.

    :raises PurposeNotGranted, apart.TooMany: as `list_members`, where a group is sought
    """
    if kind is PersonEntry and sought.group:
        return list_members(actor=actor, sought=sought, now=now)
    full = actor.may("register.people")
    if full and kind in {PersonEntry, HouseholdEntry}:
        remember(actor=actor, what=f"list:{_named(kind)}", now=now)
    return queries.listed(community=actor.community, kind=kind, sought=sought, now=now, full=full)


def list_members(*, actor: Actor, sought: queries.Sought, now: datetime) -> list[queries.Shown]:
    """Return who is in a special group and agreed to visits; who asks is remembered by each. One
    more than are shown is sought: the last of that many only says that there are more.

    :raises PurposeNotGranted: if the actor's rights do not reach to visits
    :raises apart.TooMany: if more than can be opened at once are in such groups where he looks
    """
    reach = actor.opening("register.people", "visit")
    rows = queries.listed(
        community=actor.community, kind=PersonEntry, now=now, full=True, groups="visit",
        sought=msgspec.structs.replace(sought, seen=reach.places, agreeing="visit"),
    )  # fmt: skip
    shown, more = rows[: sought.limit - 1], rows[sought.limit - 1 :]
    ids = [row.id for row in shown]
    texts, looked = health.told(
        actor=reach, persons=ids, purpose="visit", thing=Thing.GROUPS, now=now
    )
    for one in sorted(set(ids) - looked):
        remember(actor=actor, what=f"person:{one}", purpose="visit", thing=Thing.GROUPS, now=now)
    return [*(queries.with_words(row, texts) for row in shown), *more]


def at_wards(*, reader: Reader, subjects: Sequence[str], now: datetime) -> dict[str, Words]:
    """Return who those are for whom guardians are to be let pass, by how the trail names them, as
    `at_asked`. Who may not know people by name is told no home.
    """
    rows = Person.rows.of(reader.community).filter(
        pk__in=[int(one.removeprefix("person:")) for one in subjects], erased_at=None
    )
    people, today = list(rows.order_by("pk")), timezone.localdate(now)
    known = homes.named(community=reader.community, people=people, on=today)
    names = at_asked(reader=reader, people=people, now=now)
    return {
        planning.subject_of(row): _ward(
            row, names[row.pk], known.get(row.pk) if reader.names else None,
            wards.under_age(row, today),
        )
        for row in people
    }  # fmt: skip


def at_asked(*, reader: Reader, people: Sequence[Person], now: datetime) -> dict[int, str]:
    """Return, by their numbers, the names of people about whom something is asked, for who may let
    it pass, and remember that he looked.
    """
    remember_asked(reader=reader, whats=[planning.subject_of(one) for one in people], now=now)
    return {one.pk: as_asked(reader=reader, name=one.name) for one in people}


def as_asked(*, reader: Reader, name: str) -> str:
    """Return a name for who may let pass what is asked about it: who may not know people by name is
    told no more of it than its first sign.
    """
    return name if reader.names else logic.masked_name(name)


def remember_asked(*, reader: Reader, whats: Sequence[str], now: datetime) -> None:
    """Remember of each that he looked who may let pass what is asked about it: once an hour, for
    the page stays open.
    """
    deed = audit.Deed(
        community=reader.community, account=reader.account, act=Act.LOOK, what="",
        purpose="verification", words=Thing.ASKED, now=now,
    )  # fmt: skip
    audit.note_each_now_and_then(deed, whats, every=_HOUR)


def _ward(row: Person, name: str, lives: Words | None, minor: bool) -> Words:
    return Words(
        zh=f"被监护人：{name}（编号 {row.pk}），{'未成年' if minor else '成年'}"
        + (f"，{lives.zh}" if lives else ""),
        en=f"Ward: {name} (person {row.pk}), {'a minor' if minor else 'of age'}"
        + (f", {lives.en}" if lives else ""),
    )


def remember(
    *,
    actor: Actor,
    what: str,
    purpose: str = "residence",
    thing: Thing = Thing.DATA,
    now: datetime,
) -> None:
    """Remember that somebody looked; where it was at who lives where (a list, a search, a home) no
    purpose needs to be said.
    """
    identity.look(
        community=actor.community, account=actor.account, subject=what, purpose=purpose,
        thing=thing, now=now,
    )  # fmt: skip


def _named(kind: type) -> str:
    """Return how the trail names what is of a kind."""
    return TABLES[kind].model.__name__.lower()
