"""Shapes of the exchange over HTTP."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from ninja import Field, Schema
from pydantic import ConfigDict

from linli.domains.exchange.logic.adapters import ADAPTERS
from linli.domains.exchange.logic.fields import ALWAYS, OFFERED, PERSONAL
from linli.domains.exchange.models import Authorisation, Comparison, Department, Message
from linli.domains.exchange.pages import AuthorisationShown, AuthorisationsShown
from linli.foundation.approvals.lines import LineAsked
from linli.foundation.approvals.schemas import ApprovalOut, approval_out
from linli.foundation.shapes import TwoLanguages
from linli.foundation.vault.sealed import ERASED
from linli.kernel.words import both

CODE = r"^[a-z0-9][a-z0-9_-]*$"


class DepartmentOut(Schema):
    """A department. `fields` are what of a case may go there; its key is shown to nobody."""

    id: int
    code: str
    name: TwoLanguages
    adapter: str
    url: str
    app: str
    fields: list[str]
    kinds: list[str]
    open: bool
    set_at: datetime


class LeavingField(Schema):
    """A field that can be given to a department; `always`: it goes with every case."""

    name: str
    words: TwoLanguages
    always: bool


class AdapterOut(Schema):
    name: str
    words: TwoLanguages


class DepartmentsOut(Schema):
    """Departments; and what can be given to one at most, and how one can be spoken with."""

    items: list[DepartmentOut]
    next: str | None
    fields: list[LeavingField]
    adapters: list[AdapterOut]


class DepartmentIn(Schema):
    """`key` is what both sides hold, 32 bytes in hexadecimal; empty: it is made here."""

    model_config = ConfigDict(extra="forbid")
    code: str = Field(max_length=32, pattern=CODE)
    name: TwoLanguages
    adapter: str = Field("workorder", max_length=24)
    url: str = Field(max_length=500)
    app: str = Field(min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$")
    fields: list[str] = Field(max_length=50)
    kinds: list[str] = Field([], max_length=200)
    key: str = Field("", pattern=r"^([0-9a-f]{64})?$")
    reason: str = Field("", max_length=300)


class DepartmentChange(Schema):
    """What is left out stays as it is. More fields, more kinds, and open again take a second
    person, as address and key do (`line`).
    """

    model_config = ConfigDict(extra="forbid")
    fields: list[str] | None = Field(None, max_length=50)
    kinds: list[str] | None = Field(None, max_length=200)
    open: bool | None = None


class DepartmentLine(Schema):
    """Where a department is to be reached, and by which key; null leaves it as it is. An empty key
    is made here.
    """

    model_config = ConfigDict(extra="forbid")
    url: str | None = Field(None, max_length=500)
    key: str | None = Field(None, pattern=r"^([0-9a-f]{64})?$")
    reason: str = Field("", max_length=300)


class DepartmentLineAsked(Schema):
    """What waits for a second person; and the key that was made: told here once."""

    approval: ApprovalOut
    key: str


class DepartmentChanged(Schema):
    """How a department stands; and what waits for a second person, where more was asked for."""

    department: DepartmentOut
    approval: ApprovalOut | None


class ExchangeMessage(Schema):
    """A message in a list. `case` is the row of the case that it is about."""

    id: int
    department: int
    department_name: TwoLanguages
    way: str
    kind: str
    number: str
    case: int | None
    case_number: str
    state: str
    tries: int
    at: datetime
    next_at: datetime | None
    done_at: datetime | None
    reason: str
    receipt: str
    by_name: str
    fact: str


class ExchangeMessages(Schema):
    items: list[ExchangeMessage]
    next: str | None


class ExchangeMessageShown(ExchangeMessage):
    """A message with what went or came, word for word; empty where whom it was about is erased."""

    body: dict[str, Any]


class SendIn(Schema):
    """To which department; and fields of who reported the case, by his authorisation: both or
    neither.
    """

    model_config = ConfigDict(extra="forbid")
    department: int = Field(ge=1, le=2**63 - 1)
    personal: list[str] = Field([], max_length=20)
    authorisation: int | None = Field(None, ge=1, le=2**63 - 1)


class AuthorisedField(Schema):
    name: str
    words: TwoLanguages


class AuthorisedDepartment(Schema):
    id: int
    name: TwoLanguages


class AuthorisationUseOut(Schema):
    """A use: who sent which fields where, with which case."""

    at: datetime
    who: str
    department: TwoLanguages
    fields: list[AuthorisedField]
    case_number: str


class AuthorisationOut(Schema):
    """What a person lets. `state` is standing, withdrawn, expired or used_up."""

    id: int
    what_for: str
    fields: list[AuthorisedField]
    departments: list[AuthorisedDepartment]
    until: datetime
    most: int
    used: int
    state: str
    given_at: datetime
    withdrawn_at: datetime | None
    uses: list[AuthorisationUseOut]


class Authorisations(Schema):
    """What a person authorised; and what he can: `offered` fields, to `departments`: the first 50
    by code, of those that were asked for; `departments_more`: there are more of them.
    """

    items: list[AuthorisationOut]
    next: int | None
    offered: list[AuthorisedField]
    departments: list[AuthorisedDepartment]
    departments_more: bool


class AuthorisationIn(Schema):
    """`confirmed` says that one was told what goes where and agrees again."""

    model_config = ConfigDict(extra="forbid")
    subject: str = Field("", max_length=48)
    what_for: str = Field(min_length=1, max_length=120)
    fields: list[str] = Field(min_length=1, max_length=20)
    departments: list[Annotated[int, Field(ge=1, le=2**63 - 1)]] = Field(
        min_length=1, max_length=20
    )
    days: int = Field(ge=1, le=366)
    most: int = Field(ge=1, le=100)
    confirmed: bool = False


class AuthorisationMade(Schema):
    id: int
    until: datetime


class CaseAuthorisation(Schema):
    """An authorisation that a case may go by: what it lets, how often still, until when."""

    id: int
    what_for: str
    fields: list[AuthorisedField]
    departments: list[int]
    until: datetime
    left: int


class CaseAuthorisations(Schema):
    items: list[CaseAuthorisation]


class ComparisonOut(Schema):
    """What a day's lists came to, by numbers of messages."""

    id: int
    department: int
    department_name: TwoLanguages
    day: date
    at: datetime
    missing_there: list[str]
    unreceipted: list[str]
    missing_here: list[str]
    differing: list[str]


class ComparisonsOut(Schema):
    items: list[ComparisonOut]
    next: str | None


class DepartmentReceipt(Schema):
    """Our receipt for a message of a department, signed."""

    code: int
    number: str
    receipt: str
    sign: str


def department_out(row: Department) -> dict[str, Any]:
    """Return a department as it is answered."""
    return {
        "id": row.pk,
        "code": row.code,
        "name": both(row.name),
        "adapter": row.adapter,
        "url": row.url,
        "app": row.app,
        "fields": row.fields,
        "kinds": row.kinds,
        "open": row.open,
        "set_at": row.set_at,
    }


def line_asked(asked: LineAsked, now: datetime) -> dict[str, Any]:
    """Return what waits for a second person."""
    return {"approval": approval_out(asked.approval, now), "key": asked.key}


def departments_out(rows: list[Department], after: str | None) -> dict[str, Any]:
    """Return a page of departments, and what can be said of one."""
    return {
        "items": [department_out(row) for row in rows],
        "next": after,
        "fields": [
            {"name": name, "words": both(words), "always": name in ALWAYS}
            for name, (words, _) in OFFERED.items()
        ],
        "adapters": [{"name": name, "words": both(words)} for name, (words, _) in ADAPTERS.items()],
    }


def message_out(row: Message) -> dict[str, Any]:
    """Return a message as a list shows it."""
    return {
        "id": row.pk,
        "department": row.department_id,
        "department_name": both(row.department.name),
        "way": row.way,
        "kind": row.kind,
        "number": row.number,
        "case": row.case,
        "case_number": row.case_number,
        "state": row.state,
        "tries": row.tries,
        "at": row.at,
        "next_at": row.next_at if row.state == "waiting" else None,
        "done_at": row.done_at,
        "reason": row.reason,
        "receipt": row.receipt,
        "by_name": row.by.name if row.by else "",
        "fact": row.fact,
    }


def message_shown(row: Message) -> dict[str, Any]:
    """Return a message that was opened, with what it says."""
    said = msgspec.json.decode(row.body) if row.body not in {"", ERASED} else {}
    return message_out(row) | {"body": said}


def authorisations_out(page: AuthorisationsShown) -> dict[str, Any]:
    """Return a page of what a person authorised."""
    return {
        "items": [authorisation_out(one) for one in page.items],
        "next": page.next,
        "offered": _fields(PERSONAL),
        "departments": [{"id": row.pk, "name": both(row.name)} for row in page.departments],
        "departments_more": page.more,
    }


def authorisation_out(one: AuthorisationShown) -> dict[str, Any]:
    """Return an authorisation, with its uses."""
    row = one.row
    return {
        "id": row.pk,
        "what_for": row.what_for,
        "fields": _fields(row.fields),
        "departments": [{"id": it.pk, "name": both(it.name)} for it in one.departments],
        "until": row.until,
        "most": row.most,
        "used": row.used,
        "state": one.state.value,
        "given_at": row.given_at,
        "withdrawn_at": row.withdrawn_at,
        "uses": [
            {
                "at": use.at,
                "who": use.by.name,
                "department": both(use.department.name),
                "fields": _fields(use.fields),
                "case_number": use.case_number,
            }
            for use in one.uses
        ],
    }


def _fields(names: Iterable[str]) -> list[dict[str, Any]]:
    return [{"name": name, "words": both(PERSONAL[name])} for name in names]


def case_authorisations(rows: list[Authorisation]) -> dict[str, Any]:
    """Return the authorisations that a case may go by."""
    items = [
        {
            "id": row.pk,
            "what_for": row.what_for,
            "fields": _fields(row.fields),
            "departments": row.departments,
            "until": row.until,
            "left": row.most - row.used,
        }
        for row in rows
    ]
    return {"items": items}


def comparison_out(row: Comparison) -> dict[str, Any]:
    """Return a comparison as it is answered."""
    return {
        "id": row.pk,
        "department": row.department_id,
        "department_name": both(row.department.name),
        "day": row.day,
        "at": row.at,
        "missing_there": row.missing_there,
        "unreceipted": row.unreceipted,
        "missing_here": row.missing_here,
        "differing": row.differing,
    }
