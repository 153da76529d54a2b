"""What an account is called, what a posting must be, how a sum is shared out. Pure.

Signs: a credit is positive. What the estate owes or has earned (a resident's wallet, what is held
for a session, income) is positive; what it has or is owed (money at a provider, in the cash desk)
is negative. So the sum of all accounts is zero, always.
"""

import re
from collections.abc import Mapping, Sequence

import msgspec

from linli.contracts.money import Line
from linli.kernel.fault import Fault
from linli.kernel.words import Words

MOST_FEN = 10**12
"""Ten billion yuan: more is no amount of a community, but a slip."""
_CODE = re.compile(r"[a-z]+(:[a-z0-9][a-z0-9._-]{0,39}){1,3}")


class BadAccount(Fault):
    """It is no code of an account."""

    key = "money.bad_account"
    status = 422


class BadAmount(Fault):
    """An amount is a whole number of fen, more than none and less than ten billion yuan."""

    key = "money.bad_amount"
    status = 422


class Unbalanced(Fault):
    """The lines of a posting do not sum to zero, or are none."""

    key = "money.unbalanced"
    status = 422


class Family(msgspec.Struct, frozen=True, kw_only=True):
    """A family of accounts by the first word of their codes; one that is `covered` never falls
    below zero.
    """

    name: Words
    covered: bool = False


FAMILIES: Mapping[str, Family] = {
    "wallet": Family(name=Words(zh="居民钱包", en="wallets"), covered=True),
    "held": Family(name=Words(zh="冻结中", en="set aside"), covered=True),
    "owed": Family(name=Words(zh="待退待查", en="owed to payers"), covered=True),
    "share": Family(name=Words(zh="应付分成", en="shares owed")),
    "income": Family(name=Words(zh="收入", en="income")),
    "cost": Family(name=Words(zh="费用", en="costs")),
    "clearing": Family(name=Words(zh="支付渠道在途", en="at payment providers")),
    "bank": Family(name=Words(zh="银行存款", en="at the bank")),
    "cash": Family(name=Words(zh="现金", en="in the cash desk")),
}
"""By the first word of the code, in the order of a trial balance."""


def family(code: str) -> str:
    """Return the family of an account.

    :raises BadAccount: if it is no code of an account
    """
    word = code.partition(":")[0]
    if word not in FAMILIES or not _CODE.fullmatch(code):
        raise BadAccount(account=code[:80])
    return word


def covered(code: str) -> bool:
    """Tell whether an account must never fall below zero.

    :raises BadAccount: if it is no code of an account
    """
    return FAMILIES[family(code)].covered


def amount(fen: int) -> int:
    """Return an amount that is one.

    :raises BadAmount: if it is none
    """
    if type(fen) is not int or not 0 < fen <= MOST_FEN:
        raise BadAmount(fen=str(fen)[:20])
    return fen


def check(lines: Sequence[Line]) -> None:
    """Refuse what is no posting.

    :raises BadAccount, BadAmount: for a line that is none
    :raises Unbalanced: if they do not sum to zero, or are none
    """
    for line in lines:
        family(line.account)
        amount(abs(line.fen) if type(line.fen) is int else line.fen)
    left = sum(line.fen for line in lines)
    if not lines or left:
        raise Unbalanced(fen=left)


def same(one: Sequence[Line], other: Sequence[Line]) -> bool:
    """Tell whether two postings say the same, in whichever order."""
    return sorted((line.account, line.fen) for line in one) == sorted(
        (line.account, line.fen) for line in other
    )


def shared_out(*, payee: str, shares: Sequence[Line], of_fen: int, part_fen: int) -> list[Line]:
    """Return to whom a part of a sum goes: each share its exact part rounded down, the payee what
    is left. The parts of a sum that grows add up: the share of `a + b` less that of `a` is that of
    `b` after `a`.

    :param shares: of the whole, together no more than it
    """
    parts = [Line(one.account, one.fen * part_fen // of_fen) for one in shares]
    rest = Line(payee, part_fen - sum(one.fen for one in parts))
    return [line for line in (*parts, rest) if line.fen]


def turned(lines: Sequence[Line]) -> list[Line]:
    """Return lines that undo these."""
    return [Line(line.account, -line.fen) for line in lines]


def less(after: Sequence[Line], before: Sequence[Line]) -> list[Line]:
    """Return what `after` says beyond `before`, account by account."""
    left: dict[str, int] = {}
    for line in after:
        left[line.account] = left.get(line.account, 0) + line.fen
    for line in before:
        left[line.account] = left.get(line.account, 0) - line.fen
    return [Line(account, fen) for account, fen in left.items() if fen]
