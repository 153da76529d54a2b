"""Shapes that the others of doors share."""

from datetime import time

import segno
from ninja import Field, Schema

from linli.contracts.doors import Hours
from linli.domains.doors.logic.reasons import said
from linli.domains.doors.models import (
    Credential,
    Passage,
    Right,
)
from linli.kernel.words import both
from linli.registry.people.logic import masked_name


class DoorHours(Schema):
    """Days are `1` Monday … `7` Sunday, or `working`, `rest`, `all`."""

    days: str = Field("all", pattern=r"^([1-7]{1,7}|working|rest|all)$")
    starts: time = time(0)
    ends: time = time(0)


def hours_of(rows: list[DoorHours]) -> list[Hours]:
    return [Hours(days=one.days, starts=one.starts, ends=one.ends) for one in rows]


def reason_words(reason: str) -> dict[str, str]:
    return both(said(reason))


def name_of(row: Passage | Credential | Right, *, named: bool) -> str:
    name = row.person.name if row.person else row.staff.name if row.staff else ""
    return name if named else masked_name(name)


def picture_of(token: str) -> str:
    """Return a QR code as the address of its own picture."""
    return segno.make(token, error="m", micro=False).svg_data_uri(scale=8, border=3)
