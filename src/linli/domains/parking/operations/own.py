"""What a resident pays for his own cars."""

from datetime import datetime

from django.db import transaction

from linli.domains.parking.models import Permit
from linli.domains.parking.operations import paying, rights
from linli.domains.parking.queries import known, pictured
from linli.domains.parking.queries import rights as held
from linli.foundation.identity.queries import Actor
from linli.foundation.money import queries as money
from linli.foundation.money.models import Order
from linli.foundation.money.operations import ordering
from linli.kernel.fault import Fault


class NoWallet(Fault):
    """The account is nobody's who is registered here."""

    key = "parking.no_wallet"


def wallet(*, actor: Actor) -> str:
    """Return the wallet of whoever asks.

    :raises NoWallet: if he is not registered here
    """
    people = known.persons_of(community=actor.community, account=actor.account)
    if not people:
        raise NoWallet
    return paying.wallet_of(people[0].pk)


@transaction.atomic
def pay_stay(*, actor: Actor, stay: int, way: str, now: datetime) -> Order:
    """Pay for a stay of one's own car out of the wallet, or ask for an order.

    :raises StayNotFound: if it is not one's own car's
    :raises NothingDue: if nothing is left to pay
    :raises NoWallet, NotEnough: if it is not in the wallet
    """
    row = pictured.own_stay(actor=actor, stay=stay, now=now, lock=True)
    source = wallet(actor=actor)
    order = paying.ask(stay=row, payer=source, now=now)
    if way == "wallet":
        order = paying.pay(stay=row, order=order, wallet=source, by=actor.account, now=now)
        paying.go_on(stay=row, now=now)
    return order


@transaction.atomic
def renew(*, actor: Actor, permit: int, months: int, way: str, now: datetime) -> Order:
    """Renew a permit of one's own cars out of the wallet, or ask for an order.

    :raises PermitNotFound: if none of its cars is one's own, nor the home that it names
    :raises PermitEnded, BadPermit: if it cannot be renewed
    :raises NoWallet, NotEnough: if it is not in the wallet
    """
    row = _own_permit(actor, permit, now)
    source = wallet(actor=actor)
    order = rights.ask_renewal(
        community=actor.community, permit=row.pk, months=months, payer=source, now=now
    )
    if way != "wallet":
        return order
    done = ordering.pay_from_wallet(
        community=actor.community, order=order.pk, wallet=source, by=actor.account, now=now
    )
    rights.renewed(paying.fact_of(done, now))
    return money.order(community=actor.community, id=order.pk)


def _own_permit(actor: Actor, id: int, now: datetime) -> Permit:
    row = held.permit(community=actor.community, id=id)
    cars = known.cars_of(community=actor.community, account=actor.account, at=now)
    homes = known.households_of(community=actor.community, account=actor.account, at=now)
    plates = held.plates_of(community=actor.community, permits=[row])[row.pk]
    if row.household_id not in homes and not {car.plate for car in cars} & set(plates):
        raise held.PermitNotFound(permit=id)
    return row
