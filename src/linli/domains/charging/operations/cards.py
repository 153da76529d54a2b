"""Somebody shows a card at a charge point, or his car says its VIN: whose it is, and whether he may
begin.
"""

from datetime import datetime

import msgspec
from django.db import transaction

from linli.domains.charging import queries, residents
from linli.domains.charging.models import Session, State
from linli.domains.charging.operations import orders, sharing, starting
from linli.domains.charging.ports import holder_of_card
from linli.kernel.fault import Fault
from linli.kernel.port import Unanswered

CARD, VIN = "card", "vin"
"""By what somebody is known at a charge point, which is also the way of what begins."""


class UnknownCard(Fault):
    key = "charging.unknown_card"
    status = 404


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A card at a charge point that begins as soon as it may, or `by` VIN a car: `transaction` is
    how it will call what begins.
    """

    device: str
    transaction: str
    card: str
    by: str = CARD


def holder(community: str, card: str) -> int:
    """Return whose card it is.

    :raises UnknownCard: if it is nobody's
    """
    try:
        person = holder_of_card(community, card)
    except Unanswered:
        person = None
    if person is None:
        raise UnknownCard
    return person


def whose(community: str, tag: str, by: str) -> int:
    """Return who is meant by a card, or who pays for the car of a VIN.

    :raises UnknownCard: if it is nobody's
    """
    if by != VIN:
        return holder(community, tag)
    person = residents.payer_of_vin(community=community, vin=tag)
    if person is None:
        raise UnknownCard
    return person


def authorize(*, community: str, device: str, card: str, now: datetime) -> None:
    """Say whether a card may begin to charge; nothing is set aside yet.

    :raises UnknownCard: if it is nobody's
    :raises starting.ConnectorOff: if nothing is to begin there
    :raises starting.Owes, starting.TooMany, starting.TooLittle: if he may not now
    """
    connector = queries.connector(community=community, device=device)
    own = queries.open_at(connector=connector)
    if own is not None and own.number.casefold() == card.casefold():
        return
    person = holder(community, card)
    if own is not None and own.person_id == person:
        return
    starting.check_open(connector=connector)
    starting.check_may(community=community, person=person)
    starting.check_funds(connector=connector, person=person, now=now)


def wanted(*, community: str, shown: Shown, now: datetime) -> int | None:
    """Let a card begin where the charge point waits for this answer and begins by itself: its money
    is set aside, the connector is his until it begins or does not. Asked the same again it is one.
    Return what he may use before it must end, fen; None where nothing was set aside.

    :raises queries.ConnectorNotFound: if the device shows none
    :raises UnknownCard: if it is nobody's
    :raises starting.ConnectorOff, starting.ConnectorBusy, starting.ConnectorKept: if he cannot
        charge there now
    :raises starting.Owes, starting.TooMany, starting.TooLittle: if he may not
    """
    row, new = _wanted(community, shown, now)
    if new:
        sharing.share(community=community, site=row.connector.site_id, now=now)
    return orders.balance_fen(row)


@transaction.atomic
def _wanted(community: str, shown: Shown, now: datetime) -> tuple[Session, bool]:
    connector = queries.connector(community=community, device=shown.device, lock=True)
    known = queries.of_transaction(connector=connector, transaction=shown.transaction)
    if known is not None:
        if known.state not in {State.STARTING, State.CHARGING}:
            raise starting.ConnectorBusy(connector=connector.label)
        return known, False
    person = whose(community, shown.card, shown.by)
    own = queries.open_at(connector=connector, lock=True)
    if own is not None and _waits_for(own, person, shown.by):
        own.transaction = shown.transaction
        own.save(update_fields=["transaction"])
        return own, False
    starting.check_free(connector=connector, person=person, now=now)
    wish = starting.Wish(person=person, way=shown.by, transaction=shown.transaction)
    return starting.opened(connector, wish=wish, now=now), True


def _waits_for(own: Session, person: int, way: str) -> bool:
    """Tell whether a connector is his already, since he showed his card before: the charge point
    did not hear that he may.
    """
    return own.state == State.STARTING and own.way == way and own.person_id == person
