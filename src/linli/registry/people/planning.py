"""What entries would do to the register: what is new, what changes, what is wrong. Reads only."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import islice
from typing import Any

import msgspec
from django.db.models import Prefetch
from msgspec import UNSET

from linli.foundation.consent import queries as consents
from linli.foundation.privacy.purposes import PURPOSES
from linli.foundation.vault import queries as vault
from linli.foundation.vault import sealed as sealing
from linli.kernel.words import Words
from linli.registry.people import entry_checks, health, tables
from linli.registry.people.entries import Entry, StaffEntry
from linli.registry.people.logic import Problem
from linli.registry.people.models import CellDuty, GroupMembership, Shift, Staff
from linli.registry.people.tables import TABLES, TARGETS

_CHUNK = 500


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """One entry: its place in the list, as it would be written, its row if it has one.

    `state` is `new`, `changed` or `same`.
    """

    index: int
    entry: Any
    row: Any
    state: str


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a list of entries would do. `problems` are by place in the list; any one stops all."""

    steps: list[Planned]
    problems: list[tuple[int, Problem]]
    refs: dict[tuple[str, str], int]
    today: date


def plan(*, community: str, entries: Sequence[Entry], today: date) -> Plan:
    """Return what the entries would do, nothing being written."""
    shelves: dict[type, list[tuple[int, Entry]]] = defaultdict(list)
    found: list[tuple[int, Problem]] = []
    for index, given in enumerate(entries):
        shelves[type(given)].append((index, entry_checks.normal(given)))
    steps: list[Planned] = []
    for kind in TABLES:
        steps += _steps(community, kind, shelves[kind], found)
    for step in steps:
        wrong = entry_checks.problems(step.entry, new=step.state == "new", today=today)
        found += [(step.index, problem) for problem in wrong]
    refs = _references(community, steps, found)
    _refuse_shared(community, steps, found)
    return Plan(steps=steps, problems=sorted(found, key=lambda p: p[0]), refs=refs, today=today)


def _steps(
    community: str,
    kind: type,
    shelf: list[tuple[int, Entry]],
    found: list[tuple[int, Problem]],
) -> list[Planned]:
    rows = _rows(community, kind, [entry for _, entry in shelf])
    nameless = [(index, entry) for index, entry in shelf if not tables.key_of(entry)[0]]
    said: dict[tuple[Any, ...], tuple[int, Entry]] = {}
    for index, entry in shelf:
        key = tables.key_of(entry)
        if not key[0]:
            continue
        first, before = said.get(key, (index, entry))
        if (both := _merged(before, entry)) is None:
            found.append((index, _problem(entry, "twice")))
        else:
            said[key] = (first, both)
    return [_step(index, entry, rows) for index, entry in [*said.values(), *nameless]]


def _merged(one: Entry, other: Entry) -> Entry | None:
    """Return what both say together; None where they say different things."""
    said = {f: v for f in other.__struct_fields__ if (v := getattr(other, f)) is not UNSET}
    for field, value in said.items():
        if getattr(one, field) not in (UNSET, value):
            return None
    return msgspec.structs.replace(one, **said)


def _step(index: int, entry: Entry, rows: dict[tuple[Any, ...], Any]) -> Planned:
    table = TABLES[type(entry)]
    row = rows.get(tables.key_of(entry))
    if row is None and table.open_key:
        row = rows.get(("open", *tables.key_of(entry, fields=table.open_key)))
    if row is None:
        usual = entry_checks.USUAL.get(type(entry), {})
        said = {f: v for f, v in usual.items() if getattr(entry, f) is UNSET}
        return Planned(
            index=index, entry=msgspec.structs.replace(entry, **said), row=None, state="new"
        )
    now = tables.as_entry(row, type(entry))
    changed = any(
        (value := getattr(entry, f)) is not UNSET and _plain(value) != _plain(getattr(now, f))
        for f in entry.__struct_fields__
    )
    return Planned(index=index, entry=entry, row=row, state="changed" if changed else "same")


def _plain(value: Any) -> Any:
    return sorted(map(repr, value)) if isinstance(value, tuple) else value


def _rows(community: str, kind: type, entries: list[Entry]) -> dict[tuple[Any, ...], Any]:
    """Return the rows that these entries are about, by key, and by open key where they have one."""
    table = TABLES[kind]
    first, way = next(iter(table.key.items()))
    found: dict[tuple[Any, ...], Any] = {}
    for keys in chunks({getattr(entry, first) for entry in entries} - {""}):
        rows = table.model.rows.of(community).filter(**{f"{way}__in": keys})  # type: ignore[attr-defined]
        for row in opened(prepared(rows, community), community, purpose="correction"):
            entry = tables.as_entry(row, kind)
            found[tables.key_of(entry)] = row
            if table.open_key and row.until is None:
                found["open", *tables.key_of(entry, fields=table.open_key)] = row
    return found


def prepared(rows: Any, community: str) -> Any:
    """Return a query that also reads what turning its rows into entries needs."""
    ways = tables.related(rows.model)
    if ways:
        rows = rows.select_related(*ways)
    if rows.model is Staff:
        rows = rows.prefetch_related(
            Prefetch("shifts", queryset=Shift.rows.of(community)),
            Prefetch("cells", queryset=CellDuty.rows.of(community).select_related("cell")),
        )
    return rows


def opened(rows: Iterable[Any], community: str, *, purpose: str) -> list[Any]:
    """Return rows with their sealed fields opened as far as a purpose goes (`sealed.open_all`); of
    whoever withdrew his consent to it, or never gave one that must be given, nothing. Groups have
    their words (`health`).
    """
    found = list(rows)
    if found and isinstance(found[0], GroupMembership):
        return health.to_compare(found, community=community)
    closed: set[str] = set()
    if found and purpose and PURPOSES[purpose].withdrawal and sealing.fields(type(found[0])):
        names = {subject_of(row): row.vault_key for row in found}
        shut = consents.closed(community=community, purpose=purpose, subjects=names)
        closed = {names[name] for name in shut}
    sealing.open_all(found, community=community, purpose=purpose, closed=closed)
    return found


def subject_of(row: Any) -> str:
    """Return the name of a person in the audit trail: `person:12`, `staff:3`."""
    return f"{type(row).__name__.lower()}:{row.pk}"


def _references(
    community: str, steps: list[Planned], found: list[tuple[int, Problem]]
) -> dict[tuple[str, str], int]:
    """Return the number of everything named that there is; complain of what there is not.

    What the same list would make is there, but has no number yet.
    """
    wanted: dict[str, set[str]] = defaultdict(set)
    for step in steps:
        for _, target, key in _named(step.entry):
            wanted[target].add(key)
    refs = {
        (target, key): number
        for target, keys in wanted.items()
        for key, number in numbers(community, target, keys).items()
    }
    made = {
        (MAKES[type(step.entry)], tables.key_of(step.entry)[0])
        for step in steps
        if type(step.entry) in MAKES
    }
    for step in steps:
        for field, target, key in _named(step.entry):
            if (target, key) not in refs and (target, key) not in made:
                found.append((step.index, _missing(field, target, key)))
    return refs


MAKES = {
    kind: name
    for name, target in TARGETS.items()
    for kind, table in TABLES.items()
    if table.model is target.model
}


def numbers(community: str, target: str, keys: Iterable[str]) -> dict[str, int]:
    """Return the numbers of the rows with these keys."""
    at, found = TARGETS[target], dict[str, int]()
    for chunk in chunks(keys):
        rows = at.model.rows.of(community).filter(**{f"{at.key}__in": chunk})  # type: ignore[attr-defined]
        rows = rows.filter(kind=at.kind) if at.kind else rows
        found.update(rows.values_list(at.key, "pk"))
    return found


def _named(entry: Entry) -> Iterable[tuple[str, str, str]]:
    """Yield (field, target, key) of everything that an entry names."""
    for field, (_, target) in TABLES[type(entry)].refs.items():
        key = getattr(entry, field)
        if isinstance(key, str):
            yield field, target, key
    if isinstance(entry, StaffEntry) and isinstance(entry.cells, tuple):
        for path in entry.cells:
            yield "cells", "cell", path


def _refuse_shared(community: str, steps: list[Planned], found: list[tuple[int, Problem]]) -> None:
    """Complain of numbers that two rows would share: ID numbers, credit codes, accounts."""
    for kind, table in TABLES.items():
        for field in table.unique:
            mine = [
                (step, value)
                for step in steps
                if type(step.entry) is kind and (value := getattr(step.entry, field))
                if value is not UNSET
            ]
            held = holders(community, kind, field, {value for _, value in mine})
            for step, value in mine:
                key = tables.key_of(step.entry)[0] or f"#{step.index}"
                if held.setdefault(value, key) != key:
                    found.append((step.index, _problem(step.entry, "shared", field)))


def holders(community: str, kind: type, field: str, values: set[Any]) -> dict[Any, str]:
    """Return the code of who has each of these values; of a sealed field by its blind index."""
    model, out = TABLES[kind].model, dict[Any, str]()
    if any(one.name == field for one in sealing.fields(model)):
        values_of = vault.found_by(
            community=community, field=f"{model.__name__}.{field}", values=values
        )
        column = f"{field}_index"
    else:
        values_of, column = {value: value for value in values if value is not None}, field
    for chunk in chunks(values_of):
        rows = model.rows.of(community).filter(**{f"{column}__in": chunk})  # type: ignore[attr-defined]
        out.update({values_of[key]: code for key, code in rows.values_list(column, "code")})
    return out


def chunks(values: Iterable[Any]) -> Iterable[list[Any]]:
    rest = iter(values)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk


def _problem(entry: Entry, word: str, field: str = "") -> Problem:
    field = field or next(iter(TABLES[type(entry)].key))
    value = "" if field in {"id_number", "account"} else str(getattr(entry, field))
    return Problem(field=field, value=value, message=_WORDS[word])


def _missing(field: str, target: str, key: str) -> Problem:
    said = _WORDS[f"no_{target}"]
    words = Words(zh=said.zh.format(key), en=said.en.format(key))
    return Problem(field=field, value=key[:64], message=words)


_WORDS = {
    "twice": Words(
        zh="同一个编号出现了两次，内容不同。", en="The same key stands here twice, and differs."
    ),
    "shared": Words(zh="已登记在另一条记录上。", en="Another record has it already."),
    "no_place": Words(zh="没有地点“{}”。", en="There is no place “{}”."),
    "no_room": Words(zh="没有房屋“{}”。", en="There is no room “{}”."),
    "no_cell": Words(zh="没有网格“{}”。", en="There is no grid cell “{}”."),
    "no_person": Words(zh="没有编号为“{}”的人员。", en="There is no person “{}”."),
    "no_household": Words(zh="房屋“{}”还没有住户。", en="The room “{}” has no household."),
    "no_organisation": Words(zh="没有编号为“{}”的单位。", en="There is no organisation “{}”."),
    "no_staff": Words(zh="没有工号“{}”。", en="There is no staff member “{}”."),
}
