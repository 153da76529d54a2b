"""What people put right of a stay: what cameras missed, and on which place the car stands."""

from datetime import datetime

import msgspec

from linli.domains.parking.models import Stay
from linli.domains.parking.operations import minding, standing
from linli.foundation.identity.queries import Actor


class Mending(msgspec.Struct, frozen=True, kw_only=True):
    """What is put right: `step` is entry, exit, plate, bay, void or let_off."""

    step: str
    reason: str
    at: datetime | None = None
    plate: str = ""
    bay: str = ""


def mend(*, actor: Actor, stay: int, mending: Mending, now: datetime) -> Stay:
    """Put right what a camera missed or misread, or say on which place a car stands.

    :raises StayNotFound, ReasonNeeded, BadTime, BadPlate, InsideAlready, OverAlready, NotMissing:
        if it cannot
    :raises NoSuchBay, BayTaken, BayEmpty: if the car cannot stand there
    """
    step, why = mending.step, mending.reason
    if step in {"entry", "exit"}:
        if mending.at is None:
            raise minding.BadTime
        by_time = minding.mend_entry if step == "entry" else minding.mend_exit
        return by_time(actor=actor, stay=stay, at=mending.at, reason=why, now=now)
    if step == "plate":
        plate = mending.plate
        return minding.correct_plate(actor=actor, stay=stay, plate=plate, reason=why, now=now)
    if step == "bay":
        return standing.stand(actor=actor, stay=stay, number=mending.bay, reason=why, now=now)
    ends = minding.void if step == "void" else minding.let_off
    return ends(actor=actor, stay=stay, reason=why, now=now)
