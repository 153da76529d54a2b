"""What the register holds on one person, as he may read it himself; and whom an account speaks for.

A person is named as in the audit trail: `person:12`, `staff:3`.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from linli.contracts.privacy import Held, HeldField, Own
from linli.foundation.privacy.classes import Datum, Grade, declared
from linli.foundation.privacy.telling import told
from linli.kernel.words import Words, alike
from linli.registry.people import health, logic, planning, wards, words
from linli.registry.people.models import (
    GroupMembership,
    Household,
    Membership,
    Person,
    Staff,
    Vehicle,
)
from linli.registry.places import queries as places

CORRECTABLE = frozenset({"name", "sex", "born_on", "phone", "id_number", "note"})
"""Fields of a person or staff member that are put right by saying what they should be."""

_NOT_SHOWN = frozenset({"words", "account", "person", "household", "owner"})
"""Ways from one record to another, and what is made of other fields."""
_SAID: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "relation": words.RELATIONS,
    "occupancy": words.OCCUPANCIES,
    "group": words.GROUPS | words.HEALTH_GROUPS,
    "sex": words.SEXES,
}
_KINDS: dict[str, Any] = {"person": Person, "staff": Staff}


def row_of(community: str, subject: str, *, lock: bool = False) -> Any:
    """Return the row of a person, None where there is none or he was erased."""
    kind, _, number = subject.partition(":")
    if kind not in _KINDS or not number.isdecimal():
        return None
    rows = _KINDS[kind].rows.of(community).filter(pk=int(number))
    rows = rows.filter(erased_at=None) if kind == "person" else rows
    return (rows.select_for_update() if lock else rows).first()


def account_of(community: str, subject: str) -> int | None:
    """Return the account by which a person signs in, if he has one."""
    row = row_of(community, subject)
    return row.account_id if row else None


def person_of(community: str, account: int) -> str:
    """Return who of those who live or own here signs in by an account; empty if nobody does."""
    row = Person.rows.of(community).filter(account=account, erased_at=None).first()
    return planning.subject_of(row) if row else ""


def whom(community: str, account: int, now: datetime) -> Sequence[Own]:
    """Return whom an account speaks for now: itself, the children under 14 of its family, and
    of whom it was made guardian.
    """
    today = timezone.localdate(now)
    people = Person.rows.of(community).filter(account=account, erased_at=None)
    staff = Staff.rows.of(community).filter(account=account)
    found: dict[str, Own] = {}
    for person in people:
        found[planning.subject_of(person)] = _own(person, today)
    for row in staff:
        subject = planning.subject_of(row)
        found[subject] = Own(subject=subject, name=row.name)
    for person in [child for one in people for child in wards.family(community, one, today)]:
        found.setdefault(planning.subject_of(person), _own(person, today, guardian=True))
    for person in wards.given(community, account, now):
        ward = _own(person, today, guardian=True, given=True)
        found.setdefault(planning.subject_of(person), ward)
    return list(found.values())


def _own(person: Person, today: date, *, guardian: bool = False, given: bool = False) -> Own:
    child = wards.under_age(person, today, logic.GUARDED_UNTIL)
    subject = planning.subject_of(person)
    return Own(subject=subject, name=person.name, guardian=guardian, given=given, child=child)


def held(community: str, subject: str, most: int) -> Sequence[Held]:
    """Return all that the register holds on a person, in full: it is his own. Nothing of it comes
    anew by itself: it is all told, whatever is told at `most`.
    """
    del most
    row = row_of(community, subject)
    if row is None:
        return []
    if isinstance(row, Staff):
        planning.opened([row], community, purpose="dispatch")
        values = {"position": row.position}
        planning.opened([row], community, purpose="correction")
        return [_record(row, Words(zh="工作人员", en="staff"), alike(row.code), values=values)]
    planning.opened([row], community, purpose="correction")
    himself = _record(row, Words(zh="人员登记", en="person"), alike(row.code))
    return [himself, *_around(community, row)]


def sharing(community: str, subject: str) -> dict[str, str]:
    """Return what of somebody can be given to a department that he authorised, by name: `name`,
    `phone`, `id_number`, `address` (his home); what is not known is not there. Empty where he is
    nobody who lives or owns here.
    """
    row = row_of(community, subject)
    if not isinstance(row, Person):
        return {}
    planning.opened([row], community, purpose="sharing")
    members = Membership.rows.of(community).filter(person=row, until=None).order_by("pk")
    paths = list(members.values_list("household__room__path", flat=True)[:1])
    names = places.full_names(community=community, paths=paths)
    texts = {
        "name": row.name,
        "phone": row.phone,
        "id_number": row.id_number,
        "address": names[paths[0]][0] if paths else "",
    }
    return {name: value for name, value in texts.items() if value}


def _around(community: str, person: Person) -> Iterator[Held]:
    members = Membership.rows.of(community).filter(person=person)
    named = list(members.select_related("household__room").order_by("pk"))
    paths = [member.household.room.path for member in named]
    names = places.full_names(community=community, paths=paths)
    for member in named:
        home = member.household
        zh, en = names[home.room.path]
        yield _record(member, Words(zh="住户关系", en="home"), Words(zh=zh, en=en))
        yield _home(home, Words(zh=zh, en=en))
    texts = health.own(community, person)
    groups = GroupMembership.rows.of(community).filter(person=person).order_by("pk")
    for group in health.opened(groups, community=community, purpose="correction"):
        record = _record(
            group,
            Words(zh="特殊群体", en="special group"),
            alike(""),
            values={"group": texts.get(group.pk, group.group)},
        )
        yield _of_health(record) if group.token else record
    for vehicle in Vehicle.rows.of(community).filter(owner=person).order_by("pk"):
        yield _record(vehicle, Words(zh="车辆", en="vehicle"), alike(vehicle.plate))


def _of_health(record: Held) -> Held:
    """Return a group with what is true of one whose word lies apart."""
    apart = Words(zh=f"另库存放，{record.kept.zh}", en=f"apart, {record.kept.en}")
    fields = [
        msgspec.structs.replace(one, grade=Grade.HIGHLY_SENSITIVE) if one.field == "group" else one
        for one in record.fields
    ]
    return msgspec.structs.replace(record, kept=apart, fields=fields)


def _home(home: Household, name: Words) -> Held:
    return _record(home, Words(zh="房屋使用", en="use of the home"), name)


def _record(
    row: Any, kind: Words, record: Words, *, values: Mapping[str, object] | None = None
) -> Held:
    """Return a row as what is held: its personal fields that say something."""
    fields = [
        _field(datum, value, own=isinstance(row, Person | Staff))
        for datum in declared(type(row)).values()
        if datum.name.zh and datum.field not in _NOT_SHOWN
        if (value := (values or {}).get(datum.field, getattr(row, datum.field))) not in {"", None}
    ]
    purposes = {key for datum in declared(type(row)).values() for key in datum.purposes}
    return Held(
        kind=kind, record=record, fields=fields, kept=_kept(), purposes=tuple(sorted(purposes))
    )


def _field(datum: Datum, value: object, *, own: bool) -> HeldField:
    said = _SAID.get(datum.field, {}).get(str(value))
    words = Words(zh=said[0], en=said[1]) if said else str(value)
    return told(datum, words, correctable=own and datum.field in CORRECTABLE)


def _kept() -> Words:
    days = settings.MOVED_OUT_DAYS
    return Words(
        zh=f"居住或在职期间，搬离后最长 {days} 天",
        en=f"while living or working here, and {days} days after moving out at most",
    )


def obstacles(community: str, subject: str, today: date) -> Sequence[Words]:
    """Return what stands in the way of erasing a person: who lives or works here is registered."""
    row = row_of(community, subject)
    if isinstance(row, Staff):
        return [Words(zh="仍在职", en="still employed here")] if row.employed else []
    if row is None:
        return []
    standing = Q(until=None) | Q(until__gt=today)
    lives = Membership.rows.of(community).filter(standing, person=row).exists()
    return [Words(zh="仍登记居住在本小区", en="still registered as living here")] if lives else []


def moved_out_before(community: str, *, before: date, limit: int) -> list[str]:
    """Return persons whose last membership ended before a day, as many at most."""
    standing = Q(until=None) | Q(until__gte=before)
    there = Membership.rows.of(community).filter(standing).values("person")
    left = Membership.rows.of(community).filter(until__lt=before).values("person")
    rows = Person.rows.of(community).filter(pk__in=left, erased_at=None).exclude(pk__in=there)
    return [planning.subject_of(row) for row in rows.order_by("pk")[:limit]]


def under(community: str, keys: Collection[str]) -> list[str]:
    """Return the persons whose rows bear one of these names in the vault."""
    wanted = frozenset(keys) - {""}
    return [
        f"{kind}:{number}"
        for kind, model in _KINDS.items()
        for number, key in model.rows.of(community).order_by("pk").values_list("pk", "vault_key")
        if key in wanted
    ]
