"""Every read of the copies: the mark of one, and whose copy a file is a part of."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.contrib.auth import get_user_model
from django.utils import timezone

from linli.foundation.copies import logic
from linli.foundation.copies.models import Copy
from linli.foundation.vault import kept
from linli.kernel.words import Words

_SURE = 1e-4
"""By its order a copy is named where chance would name a wrong one less often, all those that are
compared together.
"""
_COMPARED = 1_000
PROOF, ORDER = "linli.copies.proof", "linli.copies.order"


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A copy as it goes out: its mark, and the line that stands above it."""

    mark: logic.Mark
    banner: Words


class Whose(msgspec.Struct, frozen=True, kw_only=True):
    """Whose copy a file is a part of. `by` says how it is known: `sign`, in so many `rows`; or
    `order`, with the `chance` that it is another's.
    """

    copy: int
    community: str
    what: str
    form: str
    purpose: str
    username: str
    name: str
    at: datetime
    by: str
    rows: int
    chance: float


def mark(row: Copy) -> logic.Mark:
    """Return the mark of a copy; it follows from its number and this installation's own key."""
    proof, order = (kept.digests(use=use, value=str(row.pk))[0] for use in (PROOF, ORDER))
    return logic.Mark(number=row.pk, proof=proof[: logic.PROOF_BYTES], key=order)


def _proven(number: int, proof: bytes, keys: Sequence[bytes]) -> bool:
    """Tell whether this stands in a copy of this number, under the key of today or an older one."""
    return any(kept.under(key, str(number))[: logic.PROOF_BYTES] == proof for key in keys)


def named(account: int) -> str:
    """Return who somebody is, as the line above his copy says it."""
    one = get_user_model().objects.get(pk=account)
    return f"{one.name} ({one.username})"


def local(at: datetime) -> str:
    """Return a time as a clock in the estate shows it."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"


def whose(*, rows: Sequence[Sequence[str]]) -> list[Whose]:
    """Return of whose copies these rows are a part, the surest first; none where nothing tells.

    A file that bears signs is known by them; another by the order of its rows, held against the
    newest thousand copies.
    """
    said = logic.signs(cell for row in rows for cell in row)
    proofs, orders = kept.keys(use=PROOF), kept.keys(use=ORDER)
    ours = {
        number: rows for (number, proof), rows in said.items() if _proven(number, proof, proofs)
    }
    copies = Copy.rows.across("whose copy a file is").select_related("by")
    if ours:
        found = [_told(row, rows=ours[row.pk]) for row in copies.filter(pk__in=ours)]
        return sorted(found, key=lambda one: -one.rows)
    newest = list(copies.order_by("-pk")[:_COMPARED])
    many = len(newest) * len(orders)
    chances = [
        (logic.chance(rows, key=kept.under(key, str(row.pk))) * many, row)
        for row in newest
        for key in orders
    ]
    sure = sorted((one for one in chances if one[0] < _SURE), key=lambda one: one[0])
    return [_told(row, rows=len(rows), chance=by_chance) for by_chance, row in sure]


def _told(row: Copy, *, rows: int, chance: float = 0.0) -> Whose:
    return Whose(
        copy=row.pk,
        community=row.community,
        what=row.what,
        form=row.form,
        purpose=row.purpose,
        username=row.by.username,
        name=str(row.by.name),
        at=row.at,
        by="order" if chance else "sign",
        rows=rows,
        chance=chance,
    )
