"""What the doors of releases take and give."""

from datetime import datetime
from typing import Any, Literal

import msgspec
from ninja import Field, Schema

from linli.domains.releases.logic.wishes import CountsWish, RowsWish, Wish
from linli.domains.releases.models import DataRelease
from linli.domains.releases.sources import COLUMNS
from linli.foundation.approvals.schemas import approval_out
from linli.foundation.privacy.classes import GRADES
from linli.foundation.shapes import Person, TwoLanguages

LEAST_K, MOST_K = 3, 100


class DataReleaseColumn(Schema):
    """A column of the residents, with the class that the register declares. One that is `grave` is
    never generalised: it is the sensitive column, or is left out.
    """

    key: str
    name: TwoLanguages
    grade: str
    grade_name: TwoLanguages
    grave: bool
    number: bool


class DataReleaseChoices(Schema):
    """What can be released, and how much ε, in thousandths, is left of this year."""

    columns: list[DataReleaseColumn]
    left_milli: int
    year_milli: int


class DataReleaseWish(Schema):
    """What is wanted. `rows`: alike in the columns `by` in classes of `k`, each with `l` different
    values of the `sensitive` column. `counts`: by the columns `by`, at the cost of `epsilon_milli`.
    """

    kind: Literal["rows", "counts"]
    by: list[str] = Field(min_length=1, max_length=6)
    sensitive: str = ""
    k: int = Field(5, ge=LEAST_K, le=MOST_K)
    l: int = Field(1, ge=1, le=10)  # noqa: E741 - as the literature calls it
    epsilon_milli: int = Field(100, ge=10, le=1000)
    place: str = Field("", max_length=200)


class DataReleaseAsked(DataReleaseWish):
    """`purpose`: what for; `recipient`: who gets it."""

    purpose: str = Field(min_length=1, max_length=300)
    recipient: str = Field(min_length=1, max_length=120)


class DataReleaseMeasures(Schema):
    """What a release tells and lost; of counts, what they cost. Shares from 0 to 1."""

    rows: int | None = None
    left_out: int | None = None
    classes: int | None = None
    smallest: int | None = None
    prosecutor: float | None = None
    journalist: float | None = None
    average: float | None = None
    at_risk: float | None = None
    diversity: int | None = None
    certainty: float | None = None
    ncp: float | None = None
    discernibility: int | None = None
    counts: int | None = None
    epsilon_milli: int | None = None
    error: int | None = None
    left_milli: int | None = None


class DataReleaseOut(Schema):
    """A release. `state` is that of its approval, `taken` once it has left. `own`: the reader asked
    for it.
    """

    id: int
    kind: Literal["rows", "counts"]
    wish: dict[str, Any]
    measures: DataReleaseMeasures
    purpose: str
    recipient: str
    state: str
    own: bool
    asked_by: Person
    asked_at: datetime
    taken_at: datetime | None


class DataReleases(Schema):
    items: list[DataReleaseOut]
    next: int | None


def wish_of(body: DataReleaseWish) -> Wish:
    """Return what is wanted."""
    if body.kind == "counts":
        return CountsWish(by=body.by, epsilon_milli=body.epsilon_milli, place=body.place)
    return RowsWish(by=body.by, sensitive=body.sensitive, k=body.k, l=body.l, place=body.place)


def columns_out() -> list[dict[str, Any]]:
    """Return the columns that there are."""
    return [
        {
            "key": key,
            "name": column.name,
            "grade": column.datum.grade,
            "grade_name": GRADES[column.datum.grade],
            "grave": column.grave,
            "number": column.most > 0,
        }
        for key, column in COLUMNS.items()
    ]


def measures_out(told: msgspec.Struct) -> dict[str, Any]:
    """Return measures."""
    return msgspec.structs.asdict(told)


def release_out(row: DataRelease, account: int, now: datetime) -> dict[str, Any]:
    """Return a release as the reader sees it."""
    state = approval_out(row.approval, now)["state"] if row.approval else "waiting"
    return {
        "id": row.pk,
        "kind": row.kind,
        "wish": row.wish,
        "measures": row.measures,
        "purpose": row.purpose,
        "recipient": row.recipient,
        "state": "taken" if row.taken_at else state,
        "own": row.asked_by_id == account,
        "asked_by": {"id": row.asked_by_id, "name": row.asked_by.name},
        "asked_at": row.asked_at,
        "taken_at": row.taken_at,
    }
