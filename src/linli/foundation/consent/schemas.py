"""What the doors of privacy take and give."""

from datetime import date, datetime
from typing import Any, Literal

from ninja import Field, Schema

from linli.foundation.consent import queries
from linli.foundation.consent.models import Assessment, How, Request
from linli.foundation.privacy.classes import GRADES, Grade
from linli.foundation.privacy.purposes import BASES, PURPOSES
from linli.foundation.shapes import TwoLanguages
from linli.kernel.words import Words


class PrivacyPerson(Schema):
    """Someone whom the account speaks for: himself, or (`guardian`) a child under 14 or a ward."""

    subject: str
    name: str
    guardian: bool


class Wards(Schema):
    """For whom one may act as guardian, and with which permissions."""

    items: list[PrivacyPerson]
    permissions: list[str]


class GuardianOut(Schema):
    """Who is guardian: by a right that was `given`, until then; or as the family of a child.
    `mine`: it is who asks.
    """

    name: str
    given: bool
    until: datetime | None
    mine: bool


class WardDeed(Schema):
    """What a guardian did in one's place, and when."""

    at: datetime
    who: str
    what: TwoLanguages


class WardDeeds(Schema):
    items: list[WardDeed]
    next: str | None


class PrivacyPurpose(Schema):
    key: str
    name: TwoLanguages


class HeldFieldOut(Schema):
    """A field as it is held: its class, what it is kept for, and its value. A `correctable` one is
    put right by saying what it should be.
    """

    field: str
    name: TwoLanguages
    grade: str
    grade_name: TwoLanguages
    purposes: list[PrivacyPurpose]
    value: TwoLanguages
    correctable: bool


class HeldOut(Schema):
    """A record as it is held: `record` tells it from others of its kind, empty where there is but
    one.
    """

    kind: TwoLanguages
    record: TwoLanguages
    fields: list[HeldFieldOut]
    kept: TwoLanguages


class ConsentOut(Schema):
    """How one stands to a purpose. `state` is `given`, `withdrawn`; else `assumed` since the
    registration, or `unsaid` where silence is no consent; only where `withdrawal` says what
    ceases one can say so. `how` it was said last: `own` by himself here, on `paper` (`sheet` is its
    number) or `spoken`, on `said_on`, which `recorded_by` recorded.
    """

    purpose: PrivacyPurpose
    basis: str
    basis_name: TwoLanguages
    sensitive: bool
    withdrawal: TwoLanguages | None
    state: Literal["given", "withdrawn", "assumed", "unsaid"]
    at: datetime | None
    how: Literal["own", "paper", "spoken"] | None
    sheet: str
    said_on: date | None
    recorded_by: str


class LookOut(Schema):
    """Who read one's record in full, `what` of it and what for; `many` where it was a list of all.
    `program` is the third party by whose program, empty where he did it himself.
    """

    at: datetime
    who: str
    purpose: PrivacyPurpose
    what: TwoLanguages
    many: bool
    program: str


class PrivacyRequestOut(Schema):
    id: int
    subject: str
    kind: str
    field: str
    wanted: str
    state: str
    asked_at: datetime
    due_on: date
    decided_at: datetime | None
    reason: str


class LooksOut(Schema):
    items: list[LookOut]
    next: str | None


class PrivacyOut(Schema):
    """Of each kind of record that comes anew `held` has the `newest` so many; the file has all.
    `looks` and `deeds` are the newest; `looks_next` and `deeds_next` are the cursors with which
    those before are asked for.
    """

    own: PrivacyPerson
    people: list[PrivacyPerson]
    held: list[HeldOut]
    newest: int
    consents: list[ConsentOut]
    looks: list[LookOut]
    looks_next: str | None
    requests: list[PrivacyRequestOut]
    guardians: list[GuardianOut]
    deeds: list[WardDeed]
    deeds_next: str | None


class ConsentSaid(Schema):
    """`confirmed` says that one was told what the purpose is and agrees again."""

    given: bool
    confirmed: bool = False
    subject: str = ""


class PrivacyAsked(Schema):
    kind: Literal["correction", "erasure"]
    field: str = ""
    wanted: str = ""
    subject: str = ""


class PrivacyRequests(Schema):
    items: list[PrivacyRequestOut]
    next: int | None


class PrivacyDecision(Schema):
    accept: bool
    reason: str = ""


class AssessmentIn(Schema):
    title: str = Field(min_length=1, max_length=120)
    purpose: str
    risks: str = Field(min_length=1, max_length=4000)
    measures: str = Field(min_length=1, max_length=4000)


class AssessmentOut(Schema):
    id: int
    title: str
    purpose: PrivacyPurpose
    risks: str
    measures: str
    at: datetime
    keep_until: date


class Assessments(Schema):
    items: list[AssessmentOut]
    next: int | None


def mine_out(mine: queries.Mine, account: int) -> dict[str, Any]:
    """Return the page of a person about himself, for the account that reads it."""
    return {
        "own": mine.own,
        "people": mine.people,
        "newest": mine.newest,
        "held": [
            {
                "kind": record.kind,
                "record": record.record,
                "kept": record.kept,
                "fields": [
                    {
                        "field": field.field,
                        "name": field.name,
                        "grade": field.grade,
                        "grade_name": GRADES[Grade(field.grade)],
                        "purposes": [_purpose(key) for key in field.purposes],
                        "value": field.value,
                        "correctable": field.correctable,
                    }
                    for field in record.fields
                ],
            }
            for record in mine.held
        ],
        "consents": [consent_out(one) for one in mine.consents],
        "looks": [look_out(look) for look in mine.looks],
        "looks_next": mine.looks_next,
        "requests": [request_out(row) for row in mine.requests],
        "guardians": [
            {
                "name": one.name,
                "given": one.given,
                "until": one.until,
                "mine": one.account == account,
            }
            for one in mine.guardians
        ],
        "deeds": mine.deeds,
        "deeds_next": mine.deeds_next,
    }


def look_out(look: queries.Look) -> dict[str, Any]:
    """Return who read one's record, and what for."""
    return {
        "at": look.at,
        "who": look.who,
        "what": look.what,
        "many": look.many,
        "program": look.program,
        "purpose": _purpose(look.purpose),
    }


def consent_out(one: queries.Standing) -> dict[str, Any]:
    """Return how somebody stands to a purpose, and how he said so."""
    said = one.said
    desk = said is not None and said.how != How.OWN
    return {
        "purpose": _purpose(one.purpose),
        "basis": one.about.basis,
        "basis_name": BASES[one.about.basis],
        "sensitive": one.about.sensitive,
        "withdrawal": one.about.withdrawal,
        "state": one.state,
        "at": said.at if said else None,
        "how": said.how if said else None,
        "sheet": said.sheet if said else "",
        "said_on": said.said_on if said else None,
        "recorded_by": said.by.name if said and desk else "",
    }


def request_out(row: Request) -> dict[str, Any]:
    """Return a request, opened."""
    names = PrivacyRequestOut.model_fields
    return {name: getattr(row, "pk" if name == "id" else name) for name in names}


def assessment_out(row: Assessment) -> dict[str, Any]:
    """Return an impact assessment."""
    said = {name: getattr(row, name) for name in ("title", "risks", "measures", "at", "keep_until")}
    return {"id": row.pk, "purpose": _purpose(row.purpose), **said}


def _purpose(key: str) -> dict[str, Any]:
    """Return a purpose; of one that was dropped since, its key."""
    about = PURPOSES.get(key)
    return {"key": key, "name": about.name if about else Words(zh=key, en=key)}
