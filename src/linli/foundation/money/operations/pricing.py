"""A change of a tariff: asked for by one, let pass by another, put in force by its owner."""

from datetime import datetime

import msgspec

from linli.contracts import approvals as contract
from linli.contracts import tariffs
from linli.contracts.tariffs import TariffAgreed, TariffChange
from linli.foundation.approvals import operations as approvals
from linli.foundation.approvals.models import Approval
from linli.kernel.fault import Fault


class NoSuchTariff(Fault):
    """Nobody keeps tariffs of this kind."""

    key = "money.no_such_tariff"
    status = 422


def propose(
    *, community: str, change: TariffChange, reason: str, by: int, now: datetime
) -> Approval:
    """Ask for a tariff to be put in force; a second person reads what it comes to and decides.

    :raises NoSuchTariff: if nobody keeps such a tariff
    :raises Fault: if its owner cannot read it, or it would begin before now
    """
    words = tariffs.check(community, change, now)
    return approvals.ask(
        kind=contract.TARIFF,
        community=community,
        about=f"tariff:{change.of}:{change.where}"[:200],
        words=words,
        request=msgspec.to_builtins(change),
        by=by,
        reason=reason,
        now=now,
    )


def carry(passed: contract.LetPass) -> None:
    """Put in force what a second person let pass. It is read once more: if it should have begun
    while nobody decided, its owner refuses it, and nothing was decided.
    """
    change = msgspec.convert(passed.request, TariffChange)
    tariffs.check(passed.community, change, passed.now)
    tariffs.put(
        TariffAgreed(
            community=passed.community,
            change=change,
            by=passed.by,
            approved_by=passed.approved_by,
            cause=passed.cause,
            now=passed.now,
        )
    )
