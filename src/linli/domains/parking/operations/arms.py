"""The arm of a lane: raised by the ledger of commands, for a car that may go."""

from datetime import datetime

from linli.contracts.parking import LaneDecided
from linli.domains.parking.logic import plates, verdict
from linli.domains.parking.logic.verdict import Reason
from linli.domains.parking.models import Lane, Sighting, Stay
from linli.domains.parking.operations import staying
from linli.domains.parking.queries import pricing, stays
from linli.foundation import ids
from linli.foundation.outbox import operations as outbox
from linli.registry.devices import operations as devices

OPEN = "barrier.open"


def rise(
    *,
    lane: Lane,
    key: str,
    cause: str,
    now: datetime,
    by: int | None = None,
    answered: bool = True,
) -> str:
    """Have an arm raised; return the command's id. A camera that raises the arm itself by what it
    is `answered` needs no command.
    """
    if not lane.barrier or (answered and lane.barrier == lane.camera):
        return ""
    command = devices.request_command(
        community=lane.community,
        device=lane.barrier,
        service=OPEN,
        args={},
        key=key,
        by=by,
        cause=cause,
        confirmed=True,
        now=now,
    )
    return str(command.pk)


def let_out(*, stay: Stay, now: datetime) -> bool:
    """Let a car go that paid while it stood at the lane; tell whether it did."""
    row = stays.waiting_at(stay=stay, now=now)
    if row is None or stay.state != "inside" or stay.entered_at is None:
        return False
    fact = LaneDecided(
        id=ids.new(),
        at=now,
        community=row.community,
        cause=stay.cause or None,
        sighting=row.pk,
        lane=row.lane.code,
        lot=stay.lot.code,
        direction="out",
        opened=True,
        reason=Reason.PAID,
        stay=stay.pk,
        visit=staying.guest_of(stay),
        place=stay.lot.where,
    )
    staying.go(stay=stay, lane=row.lane, at=now, fact=fact.id)
    _opened(row, stay, fact.id)
    outbox.record(fact)
    rise(lane=row.lane, key=f"lane-{row.pk}-paid", cause=fact.id, now=now, answered=False)
    return True


def let_out_if_paid(*, stay: Stay, now: datetime) -> bool:
    """Let a car go that stands at a lane and owes nothing; tell whether it did."""
    if stay.entered_at is None or pricing.due(stay=stay, now=now).due_fen > 0:
        return False
    return let_out(stay=stay, now=now)


def _opened(row: Sighting, stay: Stay, fact: str) -> None:
    said, name = verdict.SAID[Reason.PAID], plates.spoken(row.plate)
    row.opened, row.reason, row.fact = True, Reason.PAID, fact
    row.answer = {
        "open": True,
        "screen": [name, said.zh],
        "screen_en": [name, said.en],
        "speak": said.zh,
        "due_fen": 0,
        "free": staying.free(stay.lot),
        "scan": "",
    }
    row.save()
