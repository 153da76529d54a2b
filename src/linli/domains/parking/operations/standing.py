"""A car stands on a place for children or the disabled: who saw it says so, and the fee follows."""

from datetime import datetime

from django.db import transaction

from linli.domains.parking.logic.tariff import OF_PLACES
from linli.domains.parking.models import Bay, Stay
from linli.domains.parking.operations import minding, paying, staying
from linli.domains.parking.queries import lots, stays
from linli.foundation.identity.queries import Actor
from linli.kernel.fault import Fault


class NoSuchBay(Fault):
    """The lot has no place of this number that lets a car off anything."""

    key = "parking.no_such_bay"
    status = 422


class BayTaken(Fault):
    """Another car stands on it, as somebody said."""

    key = "parking.bay_taken"


class BayEmpty(Fault):
    """Its sensor says that no car stands there."""

    key = "parking.bay_empty"


def stand(*, actor: Actor, stay: int, number: str, reason: str, now: datetime) -> Stay:
    """Say on which place for children or the disabled a car stands, seen by a person; without a
    `number` it stands on none. What its sensor says goes before what a person saw.

    :raises StayNotFound: if there is none where the actor may act
    :raises ReasonNeeded: without a reason
    :raises NotMissing: if it is void, or its plate was deleted
    :raises NoSuchBay, BayTaken, BayEmpty: if the car cannot stand there
    """
    why = minding.reason_of(reason)
    seen = stays.stay_of(actor=actor, id=stay)
    inside = bool(number) and seen.state == "inside"
    if inside and lots.sensed(lot=seen.lot, number=number, now=now) is False:
        raise BayEmpty(bay=number[:16])
    return _stand(actor, stay, number, why, now)


@transaction.atomic
def _stand(actor: Actor, stay: int, number: str, why: str, now: datetime) -> Stay:
    row = minding.to_mend(actor=actor, stay=stay)
    row.bay = _free_bay(row, number) if number else None
    row.marks = staying.marks_of(row)
    if row.left_at is not None:
        staying.settle(row, at=row.left_at)
    row.save()
    paying.give_back(stay=row, now=now, by=actor.account)
    minding.mended(actor, row, "bay", f"{number}：{why}" if number else why, now)
    return row


def _free_bay(row: Stay, number: str) -> Bay:
    bay = lots.bay_of(lot=row.lot, number=number, lock=True)
    if bay is None or bay.kind not in OF_PLACES:
        raise NoSuchBay(bay=number[:16])
    if row.state == "inside" and stays.others_on(bay=bay, but=row):
        raise BayTaken(bay=bay.number)
    return bay
