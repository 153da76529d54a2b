"""What is done once a second person let it pass, by kind. Other kinds are used by who asked."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from linli.contracts import approvals
from linli.contracts.tariffs import TariffAgreed, TariffChange
from linli.domains.charging.operations import setting as charging
from linli.domains.doors.operations import granting as doors
from linli.domains.doors.operations import household, introducing, joining, keeping
from linli.domains.exchange.operations import setting as departments
from linli.domains.notices import operations as notices
from linli.domains.openapi.operations import billing as statements
from linli.domains.parking.operations import prices
from linli.domains.parking.operations import setting as parking
from linli.foundation.money import operations as money
from linli.foundation.money.operations import paying_out, pricing, providing
from linli.foundation.rights import operations as rights
from linli.kernel.words import Words
from linli.registry.fleet import operations as fleet
from linli.registry.people import looking
from linli.registry.places import operations as places

CARRIED: Mapping[str, Callable[[approvals.LetPass], None]] = {
    approvals.MOVE: doors.carry,
    approvals.DOORS: keeping.carry,
    approvals.MEMBER: household.carry,
    approvals.JOIN: joining.carry,
    approvals.RIGHTS: rights.carry,
    approvals.DELETION: places.carry_removal,
    approvals.MASS_MESSAGE: notices.carry,
    approvals.BULK_COMMAND: fleet.carry,
    approvals.DEPARTMENT: departments.carry,
    approvals.REFUND: money.carry_refund,
    approvals.PAY_OUT: paying_out.carry,
    approvals.PAY_BACK: statements.carry,
    approvals.PROVIDER: providing.carry,
    approvals.TARIFF: pricing.carry,
}


_Told = Callable[[approvals.Reader, Sequence[str], datetime], Mapping[str, Sequence[Words]]]
BESIDE: Mapping[str, _Told] = {
    approvals.JOIN: introducing.who_joins,
    approvals.MEMBER: introducing.who_leaves,
}
"""By the kinds that say so of themselves."""


class Owner(NamedTuple):
    """Who keeps the versions of a kind of tariff: `check` reads one, `put` puts it in force."""

    check: Callable[[str, TariffChange, datetime], Words]
    put: Callable[[TariffAgreed], None]


TARIFFS: Mapping[str, Owner] = {
    "parking": Owner(check=parking.checked, put=parking.put),
    prices.OF_RESIDENTS: Owner(check=prices.check_residents, put=prices.put_residents),
    prices.OF_PERMIT: Owner(check=prices.check_permit, put=prices.put_permit),
    "charging": Owner(check=charging.check_tariff, put=charging.put_tariff),
}
"""By what a change says that it is `of`."""


def carry_out(passed: approvals.LetPass) -> None:
    """Do it, in the transaction of the decision; nothing for a kind that its asker uses."""
    carry = CARRIED.get(passed.kind)
    if carry is not None:
        carry(passed)


def beside(
    reader: approvals.Reader, kind: str, about: Sequence[str], now: datetime
) -> Mapping[str, Sequence[Words]]:
    """Return what who may let requests pass is told beside each. That he was told of a ward, of
    who is to leave or of whom he is to let in is remembered.
    """
    if kind == approvals.RIGHTS:
        wards = {one: ward for one in about if (ward := rights.ward_of(one))}
        known = looking.at_wards(reader=reader, subjects=sorted(set(wards.values())), now=now)
        return {one: [known[ward]] for one, ward in wards.items() if ward in known}
    return BESIDE[kind](reader, about, now)


def check_tariff(community: str, change: TariffChange, now: datetime) -> Words:
    """Say what a change of a tariff comes to.

    :raises pricing.NoSuchTariff: if nobody keeps such a tariff
    """
    if change.of not in TARIFFS:
        raise pricing.NoSuchTariff(of=change.of[:32])
    return TARIFFS[change.of].check(community, change, now)


def put_tariff(agreed: TariffAgreed) -> None:
    """Put a tariff in force, in the transaction of the decision."""
    TARIFFS[agreed.change.of].put(agreed)
