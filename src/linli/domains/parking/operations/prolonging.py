"""A permit is prolonged at the desk, for cash."""

from datetime import datetime

from django.db import transaction

from linli.domains.parking.models import Permit
from linli.domains.parking.operations import paying, rights
from linli.domains.parking.queries import rights as held
from linli.foundation.identity.queries import Actor
from linli.foundation.money.models import Order
from linli.foundation.money.operations import ordering


@transaction.atomic
def at_desk(
    *, actor: Actor, permit: int, months: int, key: str, now: datetime
) -> tuple[Permit, Order]:
    """Take cash for some months more of a permit: the money and the months are one commit. With the
    same `key` it is the same money, taken once.

    :raises PermitNotFound: if there is none where the actor may act
    :raises PermitEnded, BadPermit: if it cannot be renewed
    :raises NumberUsed: if the key was used for something else
    """
    row = held.permit_of(actor=actor, id=permit, lock=True)
    asked = rights.ask_renewal(
        community=actor.community,
        permit=row.pk,
        months=months,
        number=f"permit-{row.pk}-{key}",
        now=now,
    )
    order = ordering.take_cash(community=actor.community, order=asked.pk, by=actor.account, now=now)
    rights.renewed(paying.fact_of(order, now))
    row.refresh_from_db(fields=["until"])
    return row, order
