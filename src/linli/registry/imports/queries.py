"""What spreadsheets would do, what they would hold, and those that wait for a word."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from hashlib import sha256
from threading import Lock

import msgspec

from linli.foundation.vault import blobs
from linli.kernel.fault import Fault
from linli.registry.imports import consenting, devicing, parsing, placing, reading
from linli.registry.imports.consenting import Said
from linli.registry.imports.devicing import DevicePlan
from linli.registry.imports.models import Upload
from linli.registry.imports.parsing import MAKERS, Parsed, RowError
from linli.registry.imports.placing import PlacePlan
from linli.registry.people import planning
from linli.registry.people.entries import Entry, PersonEntry
from linli.registry.people.planning import Plan

KEPT_FOR = timedelta(hours=1)


class UploadNotFound(Fault):
    key = "imports.upload_not_found"
    status = 404


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a file would do, counted by rows; with errors it would do nothing."""

    rows: int
    new: int
    changed: int
    same: int
    errors: list[RowError]
    plan: Plan | PlacePlan | DevicePlan | None
    consents: list[Said] = []


def digest(token: str) -> str:
    """Return under what an upload is kept."""
    return sha256(token.encode()).hexdigest()


def upload(*, community: str, kind: str, account: int, token: str, lock: bool = False) -> Upload:
    """Return the upload that somebody was shown, and only to him.

    :raises UploadNotFound: if it was another's, of another kind, imported already, or too long ago
    """
    rows = Upload.rows.of(community).filter(kind=kind, account=account, digest=digest(token))
    row = (rows.select_for_update() if lock else rows).first()
    if row is None:
        raise UploadNotFound
    return row


def opened(row: Upload) -> bytes:
    """Return the file as it was sent.

    :raises UploadNotFound: if its key is gone
    :raises Broken: if it was changed
    """
    try:
        key = blobs.key_of(community=row.community, name=row.vault_key)
    except blobs.Destroyed:
        raise UploadNotFound from None
    return b"".join(blobs.opened([bytes(row.content)], key=key, bound=bound(row)))


def bound(row: Upload) -> str:
    """Return where an upload belongs."""
    return f"{row.community}|upload|{row.digest}"


_at_the_desk = Lock()
"""One spreadsheet at a time: unpacked, a large one takes much memory and seconds of a processor."""


def parsed(*, kind: str, content: bytes) -> Parsed:
    """Return what a file says. It takes seconds, so it is no work for the inside of a transaction.

    :raises parsing.UnknownSheet, parsing.WrongHeadings: if it is not of that kind
    :raises reading.NotASheet, reading.Hostile, …: if it is no honest spreadsheet
    """
    parsing.columns_of(kind)
    with _at_the_desk:
        return parsing.parse(kind=kind, sheet=reading.sheet(content))


def outcome(*, community: str, kind: str, parsed: Parsed, today: date) -> Outcome:
    """Return what a file would do to the register as it is now, nothing being written."""
    if kind in _PLANS:
        return _planned(parsed, _PLANS[kind](community=community, parsed=parsed))
    return _people(community, kind, parsed, today)


_PLANS: dict[str, Callable[..., PlacePlan | DevicePlan]] = {
    "places": placing.plan,
    "devices": devicing.plan,
}


def _planned(parsed: Parsed, found: PlacePlan | DevicePlan) -> Outcome:
    return Outcome(
        rows=len(parsed.lines),
        new=len(found.new),
        changed=len(found.changed),
        same=found.same,
        errors=_sorted([*parsed.errors, *found.errors]),
        plan=found,
    )


def _people(community: str, kind: str, parsed: Parsed, today: date) -> Outcome:
    wrong = {error.row for error in parsed.errors}
    entries, rows = list[Entry](), list[int]()
    for line in parsed.lines:
        if line.row in wrong:
            continue
        for entry in MAKERS[kind](line.said):
            entries.append(entry)
            rows.append(line.row)
    if kind == "people":
        entries = _known_again(community, entries)
    found = planning.plan(community=community, entries=entries, today=today)
    states = _states(found, rows)
    told = consenting.said(parsed=parsed, entries=entries, rows=rows)
    fresh, not_so = consenting.news(community=community, told=told, parsed=parsed, today=today)
    for one in fresh:
        states[one.row] = "changed" if states[one.row] == "same" else states[one.row]
    return Outcome(
        rows=len(parsed.lines),
        new=sum(state == "new" for state in states.values()),
        changed=sum(state == "changed" for state in states.values()),
        same=sum(state == "same" for state in states.values()),
        errors=_sorted([*parsed.errors, *_errors(found, rows, parsed), *not_so]),
        plan=found,
        consents=fresh,
    )


def _known_again(community: str, entries: list[Entry]) -> list[Entry]:
    """Know a person again by the ID number, whatever code the row would have made up."""
    numbers = {e.id_number for e in entries if isinstance(e, PersonEntry) and e.id_number}
    codes = planning.holders(community, PersonEntry, "id_number", numbers)
    renamed = {
        entry.code: codes[entry.id_number]
        for entry in entries
        if isinstance(entry, PersonEntry) and entry.id_number in codes
        if entry.code.startswith("x")
    }
    return [_renamed(entry, renamed) for entry in entries]


def _renamed(entry: Entry, renamed: dict[str, str]) -> Entry:
    field = "code" if isinstance(entry, PersonEntry) else "person"
    code = getattr(entry, field, None)
    return msgspec.structs.replace(entry, **{field: renamed[code]}) if code in renamed else entry


def _states(plan: Plan, rows: list[int]) -> dict[int, str]:
    """Return the state of each row: the strongest of what it enters."""
    order = ("same", "changed", "new")
    states = dict.fromkeys(rows, "same")
    for step in plan.steps:
        row = rows[step.index]
        states[row] = max(states[row], step.state, key=order.index)
    return states


def _errors(plan: Plan, rows: list[int], parsed: Parsed) -> Iterator[RowError]:
    seen: set[tuple[int, str]] = set()
    for index, problem in plan.problems:
        row = rows[index]
        column = parsed.headings.get(_FIELDS.get(problem.field, problem.field), problem.field)
        if (row, column) not in seen:
            seen.add((row, column))
            yield RowError(row=row, column=column, value=problem.value, message=problem.message)


_FIELDS = {"person": "code", "group": "groups"}
"""Fields of entries that stand under another heading."""


def _sorted(errors: list[RowError]) -> list[RowError]:
    return sorted(errors, key=lambda error: error.row)
