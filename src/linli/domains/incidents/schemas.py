"""What the doors of incidents take and give."""

from datetime import datetime
from typing import Any

from ninja import Field, Schema

from linli.domains.incidents import queries
from linli.domains.incidents.models import Incident
from linli.foundation.shapes import Person

MOST_DAYS = 180


class IncidentIn(Schema):
    """`keep_days`: for how long what was written down is kept after it was closed."""

    title: str = Field(min_length=1, max_length=120)
    place: str = Field("", max_length=200)
    keep_days: int = Field(30, ge=1, le=MOST_DAYS)


class IncidentNoteIn(Schema):
    """`subject` is `person:12` where it is about somebody of the register."""

    text: str = Field(min_length=1, max_length=500, pattern=r"\S")
    subject: str = Field("", max_length=48, pattern=r"^(?:(?:person|staff):[0-9]{1,12})?$")


class IncidentNoteOut(Schema):
    id: int
    subject: str
    text: str
    by: str
    at: datetime


class IncidentNotes(Schema):
    items: list[IncidentNoteOut]
    next: int | None


class IncidentOut(Schema):
    """`destroyed_after`: from when on nothing of it is kept; `destroyed`: how many notes were."""

    id: int
    title: str
    place: str
    keep_days: int
    opened_by: Person
    opened_at: datetime
    closed_at: datetime | None
    destroyed_after: datetime | None
    destroyed_at: datetime | None
    destroyed: int


class Incidents(Schema):
    items: list[IncidentOut]
    next: int | None


def incident_out(row: Incident) -> dict[str, Any]:
    """Return an emergency; what was written down is asked for apart."""
    same = ("title", "place", "keep_days", "opened_at", "closed_at", "destroyed_at", "destroyed")
    return {
        "id": row.pk,
        "opened_by": {"id": row.opened_by_id, "name": row.opened_by.name},
        "destroyed_after": queries.destroyed_after(row),
        **{name: getattr(row, name) for name in same},
    }
