"""What becomes of a device's question: a panel rings, somebody spoke."""

from datetime import datetime
from typing import Any

from linli.contracts.asking import Told
from linli.domains.visits import logic, queries
from linli.domains.visits.operations import calling, kiosk
from linli.kernel.words import both
from linli.registry.devices import queries as devices


def _place(community: str, device: str) -> str:
    return devices.device(community=community, code=device).place.path


def call(*, community: str, device: str, ask: str, room: str, now: datetime) -> Told:
    """Ring at a room from a door panel; a room that there is not rings at the guard's. A visitors'
    screen rings as `kiosk.ring` says.
    """
    at = devices.device(community=community, code=device)
    room = room.strip()[:200]
    if at.model == logic.KIOSK:
        return kiosk.ring(community=community, device=device, ask=ask, room=room, now=now)
    row = calling.ring(
        community=community, door=device, ask=ask, room=room, below=at.place.path, now=now
    )
    reason = "ringing" if row.household_id else "guard"
    return Told(ok=True, reason=reason, body={"call": row.pk})


def call_state(*, community: str, device: str, ask: str) -> Told:
    """Tell a panel what became of its call, by the number of its question, and what whoever
    answered has it show.
    """
    row = queries.call_of_ask(community=community, door=device, ask=ask)
    if row is None:
        return Told(ok=False, reason="no_such_call")
    passed_on = row.passed_on_at is not None
    body: dict[str, Any] = {"passed_on": passed_on, "part": row.part}
    if row.phrase in logic.PHRASES:
        body["phrase"] = both(logic.PHRASES[row.phrase])
    return Told(ok=True, reason=row.state, body=body)


def hang_up(*, community: str, device: str, ask: str, now: datetime) -> Told:
    """End a call from its panel: who rang went away."""
    row = calling.hang_up(community=community, door=device, ask=ask, now=now)
    return Told(ok=True, reason=row.state) if row else Told(ok=False, reason="no_such_call")


def word(*, community: str, device: str, text: str, now: datetime) -> Told:
    """Do what was said to the loudspeaker of a home, while somebody rings there."""
    what = calling.hear(
        community=community, device=device, place=_place(community, device), text=text, now=now
    )
    return Told(ok=what in {"open", "refuse"}, reason=what)
