"""The columns of consent in the spreadsheet of people: what each said on paper or by word of mouth
to visits, the number of the sheet, and whether his guardian said it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

import msgspec
from django.utils import timezone

from linli.foundation.consent import queries as consents
from linli.foundation.consent import recording
from linli.foundation.consent.models import How
from linli.foundation.identity.queries import NotAllowed
from linli.kernel.words import Words
from linli.registry.imports.parsing import Parsed, RowError
from linli.registry.people import consenting
from linli.registry.people.entries import Entry, PersonEntry

PURPOSE = "visit"
RECORDS = "consents.record"
_NO_SHEET = Words(zh="书面同意请填写同意书编号。", en="For a consent on paper, its number.")
_REFUSED = Words(
    zh="已登记撤回或不同意，不能由表格恢复；请本人重新同意，或到窗口登记。",
    en="He withdrew or refused: no spreadsheet brings it back. He agrees again himself, or at the "
    "desk.",
)
_GUARDIAN = Words(
    zh="未满 14 周岁：由监护人表示的，请在“由监护人表示”一列填“是”。",
    en="Under 14: where his guardian said it, “yes” in the column “Said by the guardian”.",
)


class ConsentsNotAllowed(NotAllowed):
    """The file says who consented, and who sends it may not record consents."""

    key = "imports.consents_not_allowed"


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What the person of a code said, or by that row his `guardian` for him; `born_on` as the
    spreadsheet tells it.
    """

    row: int
    code: str
    given: bool
    how: How
    sheet: str
    guardian: bool
    born_on: date | None


def check_may(*, community: str, parsed: Parsed, holds: Callable[[str], bool]) -> None:
    """Refuse a file that says who consented, from somebody who may not record that.

    :raises ConsentsNotAllowed: if he may not
    """
    if any("visit_consent" in line.said for line in parsed.lines) and not holds(RECORDS):
        raise ConsentsNotAllowed(permission=RECORDS, community=community)


def said(*, parsed: Parsed, entries: Sequence[Entry], rows: Sequence[int]) -> list[Said]:
    """Return what the rows say of consents; `entries` and their `rows` tell whose."""
    people = [
        (row, entry)
        for row, entry in zip(rows, entries, strict=True)
        if isinstance(entry, PersonEntry)
    ]
    codes = {row: entry.code for row, entry in people}
    born = {entry.code: entry.born_on for _, entry in people if isinstance(entry.born_on, date)}
    return [
        Said(
            row=line.row,
            code=codes[line.row],
            given=line.said["visit_consent"] != "refused",
            how=How.PAPER if line.said["visit_consent"] == "paper" else How.SPOKEN,
            sheet=line.said.get("consent_sheet", ""),
            guardian=line.said.get("consent_guardian", False),
            born_on=born.get(codes[line.row]),
        )
        for line in parsed.lines
        if line.row in codes and "visit_consent" in line.said
    ]


def news(
    *, community: str, told: Sequence[Said], parsed: Parsed, today: date
) -> tuple[list[Said], list[RowError]]:
    """Return what is not so already, and what is wrong with it."""
    known = consenting.persons(community=community, codes={one.code for one in told}, today=today)
    names = {code: subject.name for code, subject in known.items()}
    given = consents.given(community=community, purpose=PURPOSE, subjects=names.values())
    stands = {code: given[name] for code, name in names.items() if name in given}
    fresh, errors = list[Said](), list[RowError]()
    for one in told:
        if one.how is How.PAPER and one.given and not one.sheet.strip():
            errors.append(_wrong(one, parsed, "consent_sheet", _NO_SHEET))
        if stands.get(one.code) is one.given:
            continue
        if not one.guardian and _child(one, known, today):
            errors.append(_wrong(one, parsed, "visit_consent", _GUARDIAN))
        # A spreadsheet tells no day: a refusal that stands, by a row above too, is never outdated.
        if one.given and one.code in stands:
            errors.append(_wrong(one, parsed, "visit_consent", _REFUSED))
        stands[one.code] = one.given
        fresh.append(one)
    return fresh, errors


def _child(one: Said, known: Mapping[str, recording.Subject], today: date) -> bool:
    """Tell whether it is a child once the file is in: by the day of birth there, or as known."""
    if one.born_on is not None:
        return consenting.is_child(born_on=one.born_on, on=today)
    return one.code in known and known[one.code].child


def _wrong(one: Said, parsed: Parsed, field: str, words: Words) -> RowError:
    return RowError(row=one.row, column=parsed.headings.get(field, field), value="", message=words)


def record(*, community: str, account: int, told: Sequence[Said], now: datetime) -> None:
    """Record what was said, in the transaction of the import.

    :raises recording.WithdrawnSince: if somebody withdrew meanwhile
    :raises GuardianWanted: if somebody turns out to be a child, and no guardian said it for him
    """
    today = timezone.localdate(now)
    known = consenting.persons(community=community, codes={one.code for one in told}, today=today)
    said = [
        (
            known[one.code],
            recording.Told(
                purpose=PURPOSE, given=one.given, how=one.how, sheet=one.sheet, said_on=today,
                guardian=one.guardian,
            ),
        )
        for one in told
    ]  # fmt: skip
    recording.record_all(community=community, account=account, said=said, now=now)
