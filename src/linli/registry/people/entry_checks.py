"""What is wrong with an entry, in words, and how it should be written. Pure."""

from collections.abc import Callable, Iterator
from datetime import date

import msgspec
from msgspec import UNSET

from linli.kernel.checks import PLATE_COLOURS, check
from linli.kernel.words import Words
from linli.registry.people import logic
from linli.registry.people.entries import (
    Entry,
    EquipmentEntry,
    GroupEntry,
    HouseholdEntry,
    MembershipEntry,
    OrganisationEntry,
    PersonEntry,
    StaffEntry,
    VehicleEntry,
)
from linli.registry.people.logic import Problem

_LONGEST: dict[str, int] = {
    "code": 32, "note": 500, "name": 64, "post": 64, "contact": 64, "business": 120,
    "maker": 120, "model": 64, "parking": 32, "source": 120, "kind": 32,
}  # fmt: skip
_CHOICES: dict[tuple[type, str], tuple[str, ...]] = {
    (PersonEntry, "sex"): ("", "F", "M"),
    (HouseholdEntry, "occupancy"): logic.OCCUPANCIES,
    (MembershipEntry, "relation"): logic.RELATIONS,
    (GroupEntry, "group"): logic.GROUPS,
    (OrganisationEntry, "kind"): logic.ORGANISATION_KINDS,
    (VehicleEntry, "kind"): logic.VEHICLE_KINDS,
    (VehicleEntry, "colour"): (*PLATE_COLOURS, ""),
    (StaffEntry, "duty"): logic.DUTIES,
}
_REQUIRED: dict[type, tuple[str, ...]] = {
    PersonEntry: ("name",),
    OrganisationEntry: ("name", "kind"),
    StaffEntry: ("name",),
    EquipmentEntry: ("name", "kind"),
    GroupEntry: ("source",),
    HouseholdEntry: (),
    MembershipEntry: (),
    VehicleEntry: (),
}
USUAL: dict[type, dict[str, object]] = {
    HouseholdEntry: {"occupancy": "unknown"},
    VehicleEntry: {"kind": "car"},
    StaffEntry: {"duty": "by_shift", "employed": True, "skills": ()},
    GroupEntry: {"source": ""},
}
"""What a new row has where nothing was said."""

_NUMBERS: dict[tuple[type, str], str] = {
    (PersonEntry, "id_number"): "id",
    (PersonEntry, "phone"): "contact",
    (OrganisationEntry, "uscc"): "uscc",
    (OrganisationEntry, "phone"): "contact",
    (VehicleEntry, "plate"): "plate",
    (StaffEntry, "phone"): "contact",
}


def problems(entry: Entry, *, new: bool, today: date) -> list[Problem]:
    """Return all that is wrong with an entry as it stands, references aside."""
    return [
        *_wrong_numbers(entry, today),
        *_wrong_choices(entry),
        *_too_long(entry),
        *(_missing(entry) if new else ()),
        *_wrong_order(entry),
        *(_wrong_person(entry, today) if isinstance(entry, PersonEntry) else ()),
        *(_wrong_shifts(entry) if isinstance(entry, StaffEntry) else ()),
    ]


def normal(entry: Entry) -> Entry:
    """Return the entry with its numbers written the one right way, and what follows from them."""
    said: dict[str, object] = {}
    for (kind, field), name in _NUMBERS.items():
        value = getattr(entry, field) if isinstance(entry, kind) else UNSET
        if isinstance(value, str) and value:
            found = check(name, value)
            said[field] = found.value
            said |= _follows(entry, found.born_on, found.sex, found.colour)
    return msgspec.structs.replace(entry, **said)


def _follows(
    entry: Entry, born_on: date | None, sex: str | None, colour: str | None
) -> dict[str, object]:
    if isinstance(entry, PersonEntry) and born_on and sex:
        follows = {"born_on": born_on, "sex": sex}
        return {f: value for f, value in follows.items() if not _said(getattr(entry, f))}
    if isinstance(entry, VehicleEntry) and colour and not _said(entry.colour):
        return {"colour": colour}
    return {}


def _said(value: object) -> bool:
    return value is not UNSET and value not in {"", None}


def _wrong_numbers(entry: Entry, today: date) -> Iterator[Problem]:
    for (kind, field), name in _NUMBERS.items():
        value = getattr(entry, field) if isinstance(entry, kind) else UNSET
        if not isinstance(value, str) or not value:
            continue
        found = check(name, value, today=today)
        if found.reason:
            yield Problem(field=field, value=_safe(entry, field, value), message=found.reason)
    if isinstance(entry, VehicleEntry) and not entry.plate:
        yield Problem(field="plate", value="", message=_WORDS["missing"])


def _wrong_choices(entry: Entry) -> Iterator[Problem]:
    for (kind, field), choices in _CHOICES.items():
        value = getattr(entry, field) if isinstance(entry, kind) else UNSET
        if isinstance(value, str) and value not in choices:
            said = _WORDS["choice"]
            options = "、".join(c for c in choices if c), ", ".join(c for c in choices if c)
            words = Words(zh=said.zh.format(options[0]), en=said.en.format(options[1]))
            yield Problem(field=field, value=value[:64], message=words)


def _too_long(entry: Entry) -> Iterator[Problem]:
    for field, longest in _LONGEST.items():
        value = getattr(entry, field, UNSET)
        if isinstance(value, str) and len(value) > longest:
            said = _WORDS["long"]
            words = Words(zh=said.zh.format(longest), en=said.en.format(longest))
            yield Problem(field=field, value=value[:32] + "…", message=words)


def _missing(entry: Entry) -> Iterator[Problem]:
    for field in _REQUIRED[type(entry)]:
        if not _said(getattr(entry, field)):
            yield Problem(field=field, value="", message=_WORDS["missing"])


def _wrong_order(entry: Entry) -> Iterator[Problem]:
    since, until = getattr(entry, "since", UNSET), getattr(entry, "until", UNSET)
    if isinstance(since, date) and isinstance(until, date) and until < since:
        yield Problem(field="until", value=until.isoformat(), message=_WORDS["order"])


def _wrong_person(entry: PersonEntry, today: date) -> Iterator[Problem]:
    if isinstance(entry.born_on, date) and entry.born_on > today:
        yield Problem(field="born_on", value=entry.born_on.isoformat(), message=_WORDS["future"])
    if not isinstance(entry.id_number, str) or not entry.id_number:
        return
    found = check("id", entry.id_number)
    if found.valid and isinstance(entry.born_on, date) and entry.born_on != found.born_on:
        yield Problem(field="born_on", value=entry.born_on.isoformat(), message=_WORDS["not_as_id"])
    if found.valid and _said(entry.sex) and entry.sex != found.sex:
        yield Problem(field="sex", value=str(entry.sex), message=_WORDS["not_as_id"])


def _wrong_shifts(entry: StaffEntry) -> Iterator[Problem]:
    for shift in entry.shifts or () if entry.shifts is not UNSET else ():
        if not shift.days or set(shift.days) - set("1234567"):
            yield Problem(field="shifts", value=shift.days[:16], message=_WORDS["days"])


_HIDDEN: dict[tuple[type, str], Callable[[str], str]] = {
    (PersonEntry, "id_number"): logic.masked_id,
    (PersonEntry, "phone"): logic.masked_phone,
    (StaffEntry, "phone"): logic.masked_phone,
}


def _safe(entry: Entry, field: str, value: str) -> str:
    """Return a wrong number as it may be shown: a person's own with its middle hidden."""
    hide = _HIDDEN.get((type(entry), field))
    return hide(value[:64]) if hide else value[:64]


_WORDS = {
    "missing": Words(zh="必须填写。", en="This must be filled in."),
    "choice": Words(zh="只能填：{}。", en="One of: {}."),
    "long": Words(zh="太长，最多 {} 个字。", en="Too long: {} signs at most."),
    "order": Words(zh="结束日期早于开始日期。", en="It ends before it begins."),
    "future": Words(zh="日期还没有到。", en="This day has not come yet."),
    "not_as_id": Words(zh="与身份证号不一致。", en="The ID number says otherwise."),
    "days": Words(zh="星期应写成 1–7 的数字，如 12345。", en="Days are digits 1 to 7, as 12345."),
}
