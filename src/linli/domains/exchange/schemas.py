"""Shapes of the exchange over HTTP."""

from datetime import date, datetime
from typing import Any

import msgspec
from ninja import Field, Schema
from pydantic import ConfigDict

from linli.domains.exchange.logic.adapters import ADAPTERS
from linli.domains.exchange.logic.fields import ALWAYS, OFFERED
from linli.domains.exchange.models import Comparison, Department, Message
from linli.foundation.shapes import TwoLanguages
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


class DepartmentChange(Schema):
    """What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")
    url: str | None = Field(None, max_length=500)
    fields: list[str] | None = Field(None, max_length=50)
    kinds: list[str] | None = Field(None, max_length=200)
    open: bool | None = None


class DepartmentOpened(Schema):
    """A department that was set up, and the key that it is given: told here once."""

    department: DepartmentOut
    key: str


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
    """A message with what went or came, word for word."""

    body: dict[str, Any]


class SendIn(Schema):
    department: int


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


def departments_out(rows: list[Department]) -> dict[str, Any]:
    """Return departments, and what can be said of one."""
    return {
        "items": [department_out(row) for row in rows],
        "next": None,
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
    """Return a message with what it says."""
    return message_out(row) | {"body": msgspec.json.decode(row.body)}


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
