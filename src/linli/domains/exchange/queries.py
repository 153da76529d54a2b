"""Every read of the exchange."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from django.db.models import F, Min, Q, QuerySet
from django.utils import timezone

from linli.domains.exchange.logic.authorising import Limits
from linli.domains.exchange.models import (
    Authorisation,
    AuthorisationUse,
    Comparison,
    Department,
    Message,
    MessageState,
    Way,
)
from linli.domains.exchange.ports import Line
from linli.foundation import sealing
from linli.foundation.identity.queries import Actor
from linli.foundation.scope.models import ScopedRows
from linli.foundation.vault import sealed
from linli.kernel.fault import Fault

KEY = "exchange"
_AUTHORISATIONS = 50
MOST_TO_NAME = 50
"""So many departments at most are in a list to choose from; others are sought by name."""
PURPOSE = "report"
"""What messages are kept and opened for."""
MESSAGES_FOR_PEOPLE = ("case", "result", "notice")
QUESTIONS = ("comparison", "resend")
"""What programs ask each other: it goes beside the cases, and keeps none of them waiting."""


class DepartmentNotFound(Fault):
    key = "exchange.department_not_found"
    status = 404


class MessageNotFound(Fault):
    key = "exchange.message_not_found"
    status = 404


class AuthorisationNotFound(Fault):
    key = "exchange.authorisation_not_found"
    status = 404


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which messages; what is left empty does not narrow."""

    department: int | None = None
    case: int | None = None
    way: str = ""
    state: str = ""
    kind: str = ""
    cursor: str = ""
    limit: int = 50


def departments(*, actor: Actor, after: str, limit: int) -> tuple[list[Department], str | None]:
    """Return a page of the departments that are spoken with, by their codes, and the cursor after
    it.
    """
    rows = Department.rows.of(actor.community).filter(code__gt=after).select_related("set_by")
    found = list(rows.order_by("code")[: limit + 1])
    return found[:limit], found[limit - 1].code if len(found) > limit else None


def department(*, community: str, id: int, lock: bool = False) -> Department:
    """Return a department.

    :raises DepartmentNotFound: if there is none of this number
    """
    rows = Department.rows.of(community)
    rows = rows.select_for_update(of=("self",)) if lock else rows
    row = rows.filter(pk=id).first()
    if row is None:
        raise DepartmentNotFound(department=id)
    return row


def by_code(*, community: str, code: str) -> Department | None:
    """Return the open department of a code, if there is one."""
    return Department.rows.of(community).filter(code=code, open=True).first()


def open_departments(*, community: str) -> list[Department]:
    """Return the departments with which messages are exchanged now."""
    return list(Department.rows.of(community).filter(open=True).order_by("pk"))


def to_name(*, community: str, sought: str) -> tuple[list[Department], bool]:
    """Return the departments that one can name: the first by code of those that are open, and whose
    code or name holds what is `sought`; and whether there are more.
    """
    text = sought.strip()
    called = Q(code__icontains=text) | Q(name_zh__icontains=text) | Q(name_en__icontains=text)
    rows = Department.rows.of(community).filter(called if text else Q(), open=True)
    found = list(rows.order_by("code")[: MOST_TO_NAME + 1])
    return found[:MOST_TO_NAME], len(found) > MOST_TO_NAME


def line(row: Department) -> Line:
    """Return the line to a department, its key opened."""
    return Line(url=row.url, app=row.app, key=sealing.open_sealed(bytes(row.key), use=KEY))


def messages(*, actor: Actor, wanted: Wanted) -> tuple[list[Message], str | None]:
    """Return a page of messages, the newest first, and the cursor after it."""
    rows = Message.rows.of(actor.community).select_related("department", "by").defer("body_sealed")
    exact = {
        "department": wanted.department,
        "case": wanted.case,
        "way": wanted.way,
        "state": wanted.state,
        "kind": wanted.kind,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value not in {None, ""}})
    if not wanted.kind:
        rows = rows.filter(kind__in=MESSAGES_FOR_PEOPLE)
    if wanted.cursor:
        rows = rows.filter(pk__lt=int(wanted.cursor))
    found = list(rows.order_by("-pk")[: wanted.limit + 1])
    more = len(found) > wanted.limit
    return found[: wanted.limit], str(found[wanted.limit - 1].pk) if more else None


def message(*, community: str, id: int, lock: bool = False) -> Message:
    """Return a message.

    :raises MessageNotFound: if there is none of this number
    """
    rows = Message.rows.of(community).select_related("department", "by", "authorisation")
    rows = rows.select_for_update(of=("self",)) if lock else rows
    row = rows.filter(pk=id).first()
    if row is None:
        raise MessageNotFound(message=id)
    return row


def authorisation(
    *, community: str, id: int, subjects: Collection[str], lock: bool = False
) -> Authorisation:
    """Return an authorisation of one of these persons.

    :raises AuthorisationNotFound: if there is none of this number, or it is another's
    """
    rows = Authorisation.rows.of(community).filter(pk=id, subject__in=list(subjects))
    row = (rows.select_for_update() if lock else rows).first()
    if row is None:
        raise AuthorisationNotFound(authorisation=id)
    return row


def limits(row: Authorisation) -> Limits:
    """Return what an authorisation lets."""
    return Limits(
        fields=row.fields,
        departments=row.departments,
        until=row.until,
        most=row.most,
        used=row.used,
        withdrawn=row.withdrawn_at is not None,
    )


def authorisations(
    *, community: str, subject: str, before: int | None, limit: int
) -> tuple[list[Authorisation], int | None]:
    """Return a page of what a person authorised, the newest first, and the cursor after it."""
    rows = Authorisation.rows.of(community).filter(subject=subject)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: limit + 1])
    return found[:limit], found[limit - 1].pk if len(found) > limit else None


def authorised_by(
    *, community: str, subjects: Collection[str], now: datetime
) -> list[Authorisation]:
    """Return what of these persons' authorisations has not run out."""
    rows = Authorisation.rows.of(community).filter(subject__in=list(subjects), withdrawn_at=None)
    left = rows.filter(until__gt=now, used__lt=F("most"))
    return list(left.order_by("-pk")[:_AUTHORISATIONS])


def uses(*, community: str, authorisations: Collection[int]) -> dict[int, list[AuthorisationUse]]:
    """Return the uses of authorisations, the newest first."""
    rows = AuthorisationUse.rows.of(community).filter(authorisation__in=list(authorisations))
    found: dict[int, list[AuthorisationUse]] = {number: [] for number in authorisations}
    for row in rows.select_related("department", "by").order_by("-pk"):
        found[row.authorisation_id].append(row)
    return found


def by_number(*, community: str, ids: Collection[int]) -> dict[int, Department]:
    """Return departments by their numbers."""
    rows = Department.rows.of(community).filter(pk__in=list(ids))
    return {row.pk: row for row in rows}


def stands(row: Message, now: datetime) -> bool:
    """Tell whether a message may go once more: what lets it go stands, as far as it needs any. How
    often that was used does not matter: it is the same use.
    """
    given = row.authorisation
    return given is None or (given.withdrawn_at is None and now < given.until)


def waiting_under(*, community: str, authorisation: int) -> list[Message]:
    """Return the messages under an authorisation that have not gone yet, locked."""
    rows = Message.rows.of(community).select_related("department")
    rows = rows.select_for_update(of=("self",)).filter(authorisation=authorisation)
    return list(rows.filter(state=MessageState.WAITING).order_by("pk"))


def lapsed(*, now: datetime, most: int) -> list[tuple[str, int]]:
    """Return (community, message) of what waits under an authorisation that was withdrawn, or has
    expired.
    """
    rows = Message.rows.across("the sender calls for all communities")
    over = Q(authorisation__until__lte=now) | Q(authorisation__withdrawn_at__isnull=False)
    found = rows.filter(over, state=MessageState.WAITING, authorisation__isnull=False)
    return list(found.order_by("pk").values_list("community", "pk")[:most])


def opened(rows: Sequence[Message]) -> None:
    """Open what messages say; `erased` where the key was destroyed.

    :raises vault.logic.Broken: if something was changed
    """
    for row in rows:
        sealed.open_all([row], community=row.community, purpose=PURPOSE)


def key_in_use(*, community: str, subject: str, now: datetime) -> str:
    """Return the name in the vault of the key of this month for messages about somebody; empty
    before the first of them.
    """
    rows = Message.rows.of(community).filter(subject=subject).order_by("-pk")
    newest = rows.values_list("vault_key", "at").first()
    if newest is None or _month(newest[1]) != _month(now):
        return ""
    return str(newest[0])


def _month(at: datetime) -> tuple[int, int]:
    day = timezone.localdate(at)
    return day.year, day.month


def keys_in_use(*, community: str, keys: Collection[str]) -> set[str]:
    """Return of these keys those under which there still is a message."""
    rows = Message.rows.of(community).filter(vault_key__in=list(keys))
    return set(rows.order_by().values_list("vault_key", flat=True).distinct())


def about(*, community: str, subject: str, most: int) -> list[Message]:
    """Return the newest messages about somebody, closed."""
    rows = Message.rows.of(community).filter(subject=subject).select_related("department")
    return list(rows.order_by("-pk")[:most])


def of_number(*, department: Department, way: Way, number: str) -> Message | None:
    """Return the message of a number, if it is here."""
    rows = Message.rows.of(department.community).select_related("department")
    return rows.filter(department=department, way=way, number=number).first()


def of_case(*, department: Department, case: int) -> Message | None:
    """Return the message by which a case went to a department, if it did."""
    rows = Message.rows.of(department.community).select_related("department", "by")
    return rows.filter(department=department, case=case, way=Way.OUT, kind="case").first()


def case_out(*, department: Department, number: str) -> Message | None:
    """Return the message by which the case of this number went out there, if it did."""
    rows = Message.rows.of(department.community)
    return rows.filter(department=department, case_number=number, way=Way.OUT, kind="case").first()


def due(*, now: datetime, most: int, busy: Sequence[int]) -> list[Message]:
    """Return, for each open department, the first case that waits and the first question that
    does, if its time has come and its line (`line_of`) is not `busy`.
    """
    rows = Message.rows.across("the sender calls for all communities")
    waiting = rows.filter(state=MessageState.WAITING, department__open=True)
    of_questions = waiting.filter(kind__in=QUESTIONS)
    of_cases = waiting.exclude(kind__in=QUESTIONS)
    heads = Q(pk__in=_heads(of_cases.exclude(department__in=[one for one in busy if one > 0])))
    heads |= Q(pk__in=_heads(of_questions.exclude(department__in=[-one for one in busy])))
    found = rows.select_related("department").filter(heads, next_at__lte=now)
    return list(found.order_by("pk")[:most])


def _heads(waiting: ScopedRows[Message]) -> QuerySet[Message, Any]:
    return waiting.order_by().values("department").annotate(head=Min("pk")).values("head")


def line_of(row: Message) -> int:
    """Return the number of the line on which a message goes, one after another: a department has
    one for cases, and one, below zero, for questions.
    """
    department: int = row.department_id
    return -department if row.kind in QUESTIONS else department


def of_span(*, department: Department, start: datetime, end: datetime) -> list[Message]:
    """Return the messages for people that were taken in a span, both ways."""
    rows = Message.rows.of(department.community).filter(department=department).defer("body_sealed")
    taken = rows.filter(state=MessageState.TAKEN, done_at__gte=start, done_at__lt=end)
    return list(taken.filter(kind__in=MESSAGES_FOR_PEOPLE))


def first_at(*, department: Department) -> datetime | None:
    """Return when the first message of a department that is still kept was laid down or came."""
    rows = Message.rows.of(department.community).filter(department=department)
    return rows.order_by("pk").values_list("at", flat=True).first()


def of_numbers(*, department: Department, way: Way, numbers: Sequence[str]) -> list[Message]:
    """Return the messages of these numbers, locked."""
    rows = Message.rows.of(department.community).filter(department=department, way=way)
    rows = rows.select_related("authorisation").select_for_update(of=("self",))
    return list(rows.filter(number__in=list(numbers)))


def not_asked(*, department: Department, days: Sequence[date]) -> list[date]:
    """Return of these days those whose lists neither were compared nor were asked for."""
    numbers = {f"comparison-{day}": day for day in days}
    rows = Message.rows.of(department.community).filter(department=department, way=Way.OUT)
    asked = rows.filter(number__in=list(numbers)).values_list("number", flat=True)
    compared = Comparison.rows.of(department.community).filter(department=department)
    done = {numbers[one] for one in asked}
    done.update(compared.filter(day__in=list(days)).values_list("day", flat=True))
    return [day for day in days if day not in done]


def comparisons(*, actor: Actor, before: str, limit: int) -> tuple[list[Comparison], str | None]:
    """Return a page of comparisons, the newest first, and the cursor after it."""
    rows = Comparison.rows.of(actor.community).select_related("department")
    if before:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows.order_by("-pk")[: limit + 1])
    return found[:limit], str(found[limit - 1].pk) if len(found) > limit else None
