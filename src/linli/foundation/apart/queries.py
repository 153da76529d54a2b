"""Every read of what is kept apart. Nothing here is for a door: `operations` opens it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from linli.foundation.apart.models import Kept, Mark
from linli.foundation.vault import logic
from linli.foundation.vault import queries as vault
from linli.foundation.vault.queries import APART


def bound(row: Kept) -> str:
    """Return where a value belongs: under another token, person or kind it does not open."""
    return f"{row.community}|{row.what}|{row.token}|{row.subject}"


def opened(*, community: str, tokens: Sequence[str], purpose: str) -> Mapping[str, str]:
    """Return what tokens open to for a purpose; one whose value or key was destroyed is not there.

    :raises vault.MasterKeyGone, logic.Broken: as `vault.data_keys`
    """
    if not tokens:
        return {}
    rows = list(Kept.rows.of(community).filter(token__in=tokens, purpose=purpose))
    keys = vault.data_keys(
        community=community,
        use=purpose,
        subjects=list(dict.fromkeys(row.subject for row in rows)),
        store=APART,
    )
    return {
        row.token: logic.unseal(key=keys[row.subject], sealed=row.sealed, bound=bound(row)).decode()
        for row in rows
        if row.subject in keys
    }


def kept_before(*, community: str, before: datetime, after: int, limit: int) -> list[Kept]:
    """Return what has been kept since before a time, in the order of its numbers."""
    rows = Kept.rows.of(community).filter(kept_at__lt=before, pk__gt=after)
    return list(rows.order_by("pk")[:limit])


def kept_after(*, community: str, after: int, limit: int) -> list[Kept]:
    """Return what is kept, in the order of its numbers, after one of them."""
    return list(Kept.rows.of(community).filter(pk__gt=after).order_by("pk")[:limit])


def mark(*, store: str) -> Mark | None:
    """Return the mark of a database; None if it bears none."""
    return Mark.objects.using(store).first()
