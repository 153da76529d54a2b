"""The one way in which money moves."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from linli.contracts.money import Line
from linli.foundation.money import logic, queries
from linli.foundation.money.models import LedgerAccount, Posting, PostingLine
from linli.foundation.scope.writing import update_all
from linli.kernel.fault import Fault


class KeyUsed(Fault):
    """The key was used for another posting."""

    key = "money.key_used"


class NotEnough(Fault):
    """There is less on an account than is to be taken from it: `short_fen` are missing."""

    key = "money.not_enough"


@transaction.atomic
def post(
    *,
    community: str,
    key: str,
    lines: Sequence[Line],
    reason: str,
    about: str = "",
    by: int | None = None,
    cause: str = "",
    now: datetime,
) -> Posting:
    """Move money, all of it or nothing; with the same key and lines once only.

    Accounts that are not there yet are opened. They are locked in the order of their codes, so that
    two who post at once never wait for each other.

    :raises BadAccount, BadAmount, Unbalanced: if it is no posting
    :raises KeyUsed: if the key was used for other lines
    :raises NotEnough: if a wallet, or what is held or owed, would fall below zero
    """
    logic.check(lines)
    found = _before(community, key, lines)
    if found is not None:
        return found
    accounts = lock(community=community, codes=(line.account for line in lines))
    found = _before(community, key, lines)
    if found is not None:
        return found
    row = Posting(
        community=community,
        key=key,
        reason=reason,
        about=about,
        cause=cause,
        by_id=by,
        at=now,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        found = _before(community, key, lines)
        if found is None:
            raise
        return found
    _write(row, lines, accounts)
    return row


def lock(*, community: str, codes: Iterable[str]) -> dict[str, LedgerAccount]:
    """Return accounts, locked until the end of the transaction; those that are missing are opened
    first, and then all are locked, both in the order of their codes.
    """
    wanted = sorted(set(codes))
    there = LedgerAccount.rows.of(community).filter(code__in=wanted)
    missing = sorted(set(wanted) - set(there.values_list("code", flat=True)))
    LedgerAccount.rows.bulk_create(
        [
            LedgerAccount(
                community=community,
                code=code,
                family=logic.family(code),
                covered=logic.covered(code),
            )
            for code in missing
        ],
        ignore_conflicts=True,
    )
    rows = LedgerAccount.rows.of(community).select_for_update().filter(code__in=wanted)
    return {row.code: row for row in rows.order_by("code")}


def _before(community: str, key: str, lines: Sequence[Line]) -> Posting | None:
    """Return what was posted under a key.

    :raises KeyUsed: if it was something else
    """
    row = Posting.rows.of(community).filter(key=key).first()
    if row is None:
        return None
    said = queries.lines_of(community=community, postings=[row])[row.pk]
    if not logic.same(said, lines):
        raise KeyUsed(key=key)
    return row


def _write(row: Posting, lines: Sequence[Line], accounts: dict[str, LedgerAccount]) -> None:
    made = []
    for line in lines:
        account = accounts[line.account]
        account.fen += line.fen
        account.lines += 1
        made.append(
            PostingLine(
                community=row.community,
                posting=row,
                account=account,
                number=account.lines,
                fen=line.fen,
                after=account.fen,
            )
        )
    for account in accounts.values():
        if account.covered and account.fen < 0:
            raise NotEnough(account=account.code, short_fen=-account.fen)
    update_all(list(accounts.values()), ["fen", "lines"])
    PostingLine.rows.bulk_create(made)
