"""What is owed is paid out: what is left in a wallet, a merchant's shares."""

from datetime import datetime, timedelta

import msgspec
from django.conf import settings
from django.db import transaction

from linli.contracts import approvals as contract
from linli.contracts.money import Line, PaidOut
from linli.foundation import ids
from linli.foundation.approvals import operations as approvals
from linli.foundation.money import logic, queries
from linli.foundation.money.models import Posting
from linli.foundation.money.operations.ordering import CASH
from linli.foundation.money.operations.posting import KeyUsed, NotEnough, lock, post
from linli.foundation.outbox import operations as outbox
from linli.kernel.fault import Fault
from linli.kernel.money import in_yuan
from linli.kernel.words import Words

REASON = "paid_out"
TO = {"cash": CASH, "bank": "bank:main"}
"""Out of what it is paid: the cash desk, or the account at the bank."""
_OWED = {"wallet", "share"}
_TOGETHER = timedelta(days=1)


class NotPaidOut(Fault):
    """Only what is owed to a wallet or a merchant is paid out."""

    key = "money.not_paid_out"
    status = 422


class Paid(msgspec.Struct, frozen=True, kw_only=True):
    """What was posted, the receipt; or, where it is so large that a second person must let it pass,
    the number of the request.
    """

    posting: Posting | None = None
    approval: int | None = None


@transaction.atomic
def pay_out(
    *, community: str, account: str, fen: int, to: str, why: str, key: str, by: int, now: datetime
) -> Paid:
    """Pay out of a wallet or a merchant's share; with the same key once only. Beyond the limit of
    refunds, of all that single persons paid out of it within a day, a second person must let it
    pass.

    :param to: `cash` or `bank`
    :raises BadAccount, BadAmount, NotPaidOut: if the account or the sum is none
    :raises NotEnough: if less is owed
    :raises KeyUsed: if the key was used for something else
    """
    if logic.family(account) not in _OWED or to not in TO:
        raise NotPaidOut(account=account)
    logic.amount(fen)
    said = {"account": account, "fen": fen, "to": to, "key": key}
    found = _before(community, said)
    if found is not None:
        return Paid(posting=found)
    alone = queries.paid_out_alone(
        community=community, account=account, reason=REASON, since=now - _TOGETHER
    )
    if alone + fen > settings.REFUND_FEN:
        return Paid(approval=_ask(community, said, why, by, now))
    return Paid(posting=_post(community, said, by, "", now))


def carry(passed: contract.LetPass) -> None:
    """Pay out what a second person let pass, in the transaction of the decision."""
    said = passed.request
    if _before(passed.community, said) is None:
        _post(passed.community, said, passed.by, passed.cause, passed.now)


def _lines(said: dict[str, object]) -> list[Line]:
    fen = int(str(said["fen"]))
    return [Line(str(said["account"]), -fen), Line(TO[str(said["to"])], fen)]


def _before(community: str, said: dict[str, object]) -> Posting | None:
    """Return what was paid out under a key; else make sure that there is so much. The accounts are
    locked: of two at once one comes after. A share is no account that the ledger itself keeps above
    nothing.
    """
    account, fen = str(said["account"]), int(str(said["fen"]))
    there = lock(community=community, codes=[account, TO[str(said["to"])]])[account].fen
    found = Posting.rows.of(community).filter(key=f"paid-out:{said['key']}").first()
    if found is None and there < fen:
        raise NotEnough(account=account, short_fen=fen - there)
    if found is None:
        return None
    lines = queries.lines_of(community=community, postings=[found])[found.pk]
    if not logic.same(lines, _lines(said)):
        raise KeyUsed(key=str(said["key"]))
    return found


def _post(community: str, said: dict[str, object], by: int, cause: str, now: datetime) -> Posting:
    row = post(
        community=community,
        key=f"paid-out:{said['key']}",
        lines=_lines(said),
        reason=REASON,
        by=by,
        cause=cause,
        now=now,
    )
    fen, to = int(str(said["fen"])), str(said["to"])
    outbox.record(
        PaidOut(
            id=ids.new(), at=now, community=community, cause=cause or None,
            posting=row.pk, fen=fen, to=to, by=by,
        )
    )  # fmt: skip
    return row


def _ask(community: str, said: dict[str, object], why: str, by: int, now: datetime) -> int:
    fen = int(str(said["fen"]))
    yuan = in_yuan(fen)
    row = approvals.ask(
        kind=contract.PAY_OUT,
        community=community,
        about=f"account:{said['account']}",
        words=Words(
            zh=f"支付 {yuan} 元：{said['account']}", en=f"pay out {yuan} yuan: {said['account']}"
        ),
        request=said,
        by=by,
        reason=why,
        now=now,
    )
    return int(row.pk)
