"""What the rest of the system may know of visits and of calls from the door. Who the guest is stays
in the records; `told` are the accounts whose telephones hear of it.
"""

from datetime import datetime

import msgspec

from linli.kernel.event import Event
from linli.kernel.port import Port


class VisitInvited(Event, frozen=True, kw_only=True):
    """A household expects a guest; `place` is its home."""

    visit: int
    kind: str
    place: str
    by: int


class VisitAsked(Event, frozen=True, kw_only=True):
    """A guest stands at the gate and nobody had said so: the household is asked. `by` is who wrote
    it down, None where a machine did.
    """

    visit: int
    place: str
    told: tuple[int, ...]
    by: int | None


class VisitUnheard(Event, frozen=True, kw_only=True):
    """Somebody at a visitors' screen comes to see a home in which nobody lives (`place`): there is
    nobody to ask. `device` is the screen; `wish` its question, as the gate desk sees it.
    """

    wish: int
    place: str
    device: str


class VisitAttended(Event, frozen=True, kw_only=True):
    """A guard sees to somebody who came to see a home in which nobody lives."""

    wish: int
    place: str
    device: str
    by: int


class VisitDecided(Event, frozen=True, kw_only=True):
    """A guest who came unexpected is let in (`agreed`) or not; `part` is `home` or `guard`."""

    visit: int
    place: str
    agreed: bool
    part: str
    by: int


class VisitWithdrawn(Event, frozen=True, kw_only=True):
    """A guest is not expected any more; `by` is None where time, or the host's moving out, did it
    (`reason`: `asked`, `over`, `host_gone`, `barred`).
    """

    visit: int
    place: str
    reason: str
    by: int | None


class GuestCame(Event, frozen=True, kw_only=True):
    """A guest came in for the first time, by this door."""

    visit: int
    place: str
    door: str
    told: tuple[int, ...]


class GuestLeft(Event, frozen=True, kw_only=True):
    """A guest went out, by this door."""

    visit: int
    place: str
    door: str
    told: tuple[int, ...]


class CallRang(Event, frozen=True, kw_only=True):
    """Somebody rings at a door for a home; `place` is the home, or the door's place where none."""

    call: int
    door: str
    place: str
    told: tuple[int, ...]


class CallPassedOn(Event, frozen=True, kw_only=True):
    """Nobody at home answered in time: the guard may. `guards` are the accounts of those on duty
    there.
    """

    call: int
    door: str
    place: str
    told: tuple[int, ...]
    guards: tuple[int, ...] = ()


class CallAnswered(Event, frozen=True, kw_only=True):
    """Somebody answered: the other telephones fall silent. `part` is `home`, `proxy` or `guard`."""

    call: int
    door: str
    place: str
    part: str
    told: tuple[int, ...]
    by: int


class CallOver(Event, frozen=True, kw_only=True):
    """A call ended: `opened`, `refused`, `missed` or `left` (who rang went away)."""

    call: int
    door: str
    place: str
    outcome: str
    told: tuple[int, ...]
    by: int | None


class ExpectedCar(msgspec.Struct, frozen=True, kw_only=True):
    """A guest's car that a household expects: which visit and home, from when until when."""

    visit: int
    household: int
    place: str
    since: datetime
    until: datetime


expected_car: Port[[str, str, datetime], ExpectedCar | None] = Port("visits.expected_car")
"""Asked with a community, a plate and the time: the visit that expects this car now; None if none.
"""


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What a browser offers to see the picture of a door (SDP), during which call, and from where
    the picture comes: `rtsp://…`, a file, or `pattern`, the test picture of the demo.
    """

    community: str
    call: int
    source: str
    sdp: str


picture: Port[[Offer], str] = Port("visits.picture")
"""Return the answer to an offer (SDP); the picture then flows beside us, until the browser leaves
or the call is over.
"""

picture_source: Port[[str, str], str] = Port("visits.picture_source")
"""Asked with a community and the code of a door: where its picture comes from; empty if there is
none.
"""
