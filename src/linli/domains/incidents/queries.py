"""Every read of incidents and of what was written down."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from linli.domains.incidents.models import Incident, IncidentNote
from linli.foundation.scope.paging import NumberPage, by_number
from linli.foundation.vault import sealed
from linli.kernel.fault import Fault

USE = "emergency"
"""What for it is kept apart: its keys are under a wrapping key of their own."""


class IncidentNotFound(Fault):
    key = "incidents.not_found"
    status = 404


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A note, opened."""

    id: int
    subject: str
    text: str
    by: str
    at: datetime


def incident(*, community: str, id: int, lock: bool = False) -> Incident:
    """Return an emergency.

    :raises IncidentNotFound: if there is none of that number
    """
    rows = Incident.rows.of(community).filter(pk=id)
    row = (rows.select_for_update() if lock else rows).first()
    if row is None:
        raise IncidentNotFound(id=id)
    return row


def incidents(*, community: str, before: int | None, limit: int) -> list[Incident]:
    """Return incidents, the newest first."""
    rows = Incident.rows.of(community).select_related("opened_by", "closed_by")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[:limit])


def open_since(*, community: str, before: datetime) -> list[Incident]:
    """Return those that were opened before a time and that nobody has closed."""
    rows = Incident.rows.of(community).filter(closed_at=None, opened_at__lte=before)
    return list(rows.order_by("pk"))


def due(*, community: str, now: datetime) -> list[Incident]:
    """Return those of which what was written down is to be destroyed."""
    rows = Incident.rows.of(community).filter(closed_at__lte=now, destroyed_at=None)
    return [row for row in rows if is_due(row, now)]


def is_due(row: Incident, now: datetime) -> bool:
    """Tell whether what was written down is to be destroyed by now."""
    after = destroyed_after(row)
    return row.destroyed_at is None and after is not None and after <= now


def destroyed_after(row: Incident) -> datetime | None:
    """Return from when on nothing of it is kept; None while it lasts."""
    return row.closed_at + timedelta(days=row.keep_days) if row.closed_at else None


def written(*, notes: Sequence[IncidentNote], texts: Mapping[str, str]) -> list[Written]:
    """Return notes with what their tokens opened to; `erased` where that was destroyed.

    :param notes: with their writers read
    """
    return [
        Written(
            id=note.pk,
            subject=note.subject,
            text=texts.get(note.token, sealed.ERASED),
            by=note.by.name,
            at=note.at,
        )
        for note in notes
    ]


def notes_of(
    *, community: str, id: int, wanted: NumberPage
) -> tuple[list[IncidentNote], int | None]:
    """Return a page of the notes of an emergency in their order, closed, and its cursor."""
    rows = IncidentNote.rows.of(community).filter(incident=id).select_related("by")
    return by_number(rows, wanted=wanted, oldest_first=True)


def notes_about(*, community: str, subject: str, most: int) -> list[IncidentNote]:
    """Return the newest notes about somebody, closed."""
    rows = IncidentNote.rows.of(community).filter(subject=subject)
    return list(rows.select_related("incident", "by").order_by("-pk")[:most])


def named(*, community: str, names: Collection[str]) -> set[str]:
    """Return which of these names a note or an emergency still bears: tokens, and names of keys."""
    notes = IncidentNote.rows.of(community)
    lasting = Incident.rows.of(community).filter(destroyed_at=None)
    return {
        *notes.filter(token__in=names).values_list("token", flat=True),
        *notes.filter(vault_key__in=names).values_list("vault_key", flat=True),
        *lasting.filter(vault_key__in=names).values_list("vault_key", flat=True),
    }
