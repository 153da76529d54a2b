"""Is every balance what its lines make it? The ledger is read through once, nothing is written."""

import msgspec
from django.db.models import F, Max, Min, OuterRef, Q, Subquery, Sum

from linli.foundation.money.models import LedgerAccount, Posting, PostingLine

_WHY = "the proof is of every community's ledger"


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What was found: how many accounts and postings were read; the first that is wrong, by
    community and name.
    """

    ok: bool
    accounts: int
    postings: int
    first_bad: str | None


def verify() -> Proof:
    """Recompute every balance from its lines and every posting's sum; so each fen that is anywhere
    came from somewhere.
    """
    bad = _bad_posting() or _bad_account() or _bad_line() or _bad_community()
    return Proof(
        ok=bad is None,
        accounts=LedgerAccount.rows.across(_WHY).count(),
        postings=Posting.rows.across(_WHY).count(),
        first_bad=bad,
    )


def _bad_posting() -> str | None:
    """Find a posting that does not sum to zero, has no lines, or has lines of another community."""
    rows = Posting.rows.across(_WHY).annotate(
        all=Sum("lines__fen"),
        strange=Min("lines__community", filter=~Q(lines__community=F("community"))),
    )
    row = rows.filter(Q(all=None) | ~Q(all=0) | ~Q(strange=None)).order_by("id").first()
    return f"{row.community} posting {row.pk}" if row else None


def _bad_account() -> str | None:
    """Find an account whose balance or count of lines is not that of its lines, or that is below
    zero and must not be.
    """
    rows = LedgerAccount.rows.across(_WHY).annotate(
        all=Sum("posted__fen"),
        first=Min("posted__number"),
        last=Max("posted__number"),
    )
    empty = Q(all=None) & (~Q(fen=0) | ~Q(lines=0))
    wrong = ~Q(all=F("fen")) | ~Q(last=F("lines")) | ~Q(first=1)
    below = Q(covered=True, fen__lt=0)
    row = rows.filter(empty | (Q(all__isnull=False) & wrong) | below).order_by("id").first()
    return f"{row.community} {row.code}" if row else None


def _bad_line() -> str | None:
    """Find a line whose balance does not follow from that of the line before it."""
    before = PostingLine.rows.across(_WHY).filter(
        account=OuterRef("account"), number=OuterRef("number") - 1
    )
    rows = PostingLine.rows.across(_WHY).annotate(before=Subquery(before.values("after")[:1]))
    follows = Q(after=F("before") + F("fen")) | Q(number=1, after=F("fen"))
    row = rows.exclude(follows).select_related("account").order_by("id").first()
    return f"{row.community} {row.account.code} line {row.number}" if row else None


def _bad_community() -> str | None:
    """Find a community whose accounts together are not nothing."""
    rows = LedgerAccount.rows.across(_WHY).values("community").annotate(all=Sum("fen"))
    row = rows.exclude(all=0).order_by("community").first()
    return f"{row['community']} accounts" if row else None
