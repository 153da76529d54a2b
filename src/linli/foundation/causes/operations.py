"""Every write to the chain of causes."""

from collections.abc import Sequence
from datetime import datetime

from linli.foundation.causes.models import Cause


def note(
    *,
    id: str,
    cause: str | None,
    community: str,
    kind: str,
    at: datetime,
    about: dict[str, object] | None = None,
) -> None:
    """Remember what made this. Told twice, the first stands; a later may add what it is about."""
    row, new = Cause.objects.get_or_create(
        id=id,
        defaults={
            "cause": cause or "",
            "community": community,
            "kind": kind,
            "at": at,
            "about": about or {},
        },
    )
    if not new and about and not row.about:
        row.about = about
        row.save(update_fields=["about"])


def note_all(causes: Sequence[Cause]) -> None:
    """Remember what made each of these. One told before stands as it was, and so does the first of
    two with one id.
    """
    Cause.objects.bulk_create(causes, ignore_conflicts=True)
