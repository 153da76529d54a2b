"""What the rest of the system may know of visits and of calls from the door. Who the guest is stays
in the records; `told` are the accounts whose telephones hear of it, `guardians` those whose open
pages do, while they act for who lives there.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

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
    (`reason`: `asked`, `over`, `host_gone`, `unguarded`, `barred`).
    """

    visit: int
    place: str
    reason: str
    by: int | None


class GuestCame(Event, frozen=True, kw_only=True):
    """A guest came, and was first seen at this door or lane: told once each time that he comes, not
    at every door of his way. `told` is his host, unless he wants to hear nothing of it. `late`: it
    was heard afterwards, and nobody is rung for it.
    """

    visit: int
    place: str
    door: str
    told: tuple[int, ...]
    late: bool = False


class GuestLeft(Event, frozen=True, kw_only=True):
    """A guest went out, by this door or lane. `late`: it was heard afterwards."""

    visit: int
    place: str
    door: str
    told: tuple[int, ...]
    late: bool = False


class CallRang(Event, frozen=True, kw_only=True):
    """Somebody rings at a door for a home; `place` is the home, or the door's place where none."""

    call: int
    door: str
    place: str
    told: tuple[int, ...]
    guardians: tuple[int, ...] = ()


class CallPassedOn(Event, frozen=True, kw_only=True):
    """Nobody at home answered in time: the guard may. `guards` are the accounts of those on duty
    there.
    """

    call: int
    door: str
    place: str
    told: tuple[int, ...]
    guards: tuple[int, ...] = ()
    guardians: tuple[int, ...] = ()


class CallAnswered(Event, frozen=True, kw_only=True):
    """Somebody answered: the other telephones fall silent. `part` is `home`, `proxy` or `guard`."""

    call: int
    door: str
    place: str
    part: str
    told: tuple[int, ...]
    by: int
    guardians: tuple[int, ...] = ()


class CallTalked(Event, frozen=True, kw_only=True):
    """Whoever answered a call was on the line with the door for `lasted_s` seconds, and was heard
    there for `spoke_s` of them. What was said is kept nowhere. A line that broke and was taken up
    again is told each time.
    """

    call: int
    door: str
    place: str
    part: str
    lasted_s: int
    spoke_s: int
    told: tuple[int, ...]
    by: int
    guardians: tuple[int, ...] = ()


class CallOver(Event, frozen=True, kw_only=True):
    """A call ended: `opened`, `refused`, `missed` or `left` (who rang went away)."""

    call: int
    door: str
    place: str
    outcome: str
    told: tuple[int, ...]
    by: int | None
    guardians: tuple[int, ...] = ()


leaving: Port[[str, Sequence[int], datetime], Sequence[str]] = Port("visits.leaving")
"""Asked with a community, households and the time, in the transaction in which somebody moved out
of them: lock the visits whose hosts live there no more; return as whom the doors know the guests.
"""

moved_out: Port[[str, Sequence[str], datetime], int] = Port("visits.moved_out")
"""Told a community, guests that are `leaving` and the time, in the same transaction, once the doors
have locked what they gave to those: end the visits at once; return how many did.
"""


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

hosts_of_car: Port[[str, str, datetime], tuple[int, ...]] = Port("visits.hosts_of_car")
"""Asked with a community, a plate and the time: the accounts to be told of this car, for a pass of
theirs names it and holds now; whose guest it is, and who he is, is not said.
"""

cars_of_host: Port[[str, int, datetime], tuple[str, ...]] = Port("visits.cars_of_host")
"""Asked with a community, an account and the time: the plates that passes name of which this
account is to be told (`hosts_of_car`, the other way round).
"""


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What a browser offers to see the picture of a door, or of the camera nearest to a call for
    help (SDP), during which call, and from where the picture comes: `rtsp://…`, a file, or
    `pattern`, the test picture of the demo.
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


class Panel(msgspec.Struct, frozen=True, kw_only=True):
    """Through what one speaks at a door, as the register has it: the `way` (`isapi`, or `echo`, the
    test panel of the demo), the options of its line, and which channel of a recorder's; None where
    the panel is a line of its own.
    """

    way: str
    options: Mapping[str, Any] = {}
    channel: int | None = None


class PanelAway(Exception):
    """A panel cannot be spoken through; `reason` is a word, and names neither it nor its place."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Speaking(Protocol):
    """A panel that is being spoken through. Blocks are samples of 16 bits, one channel, 8,000 a
    second. Both may raise `PanelAway`.
    """

    hears: bool

    async def say(self, pcm: bytes) -> None:
        """Let it sound."""

    async def hear(self) -> bytes:
        """Return what it hears next; nothing when it has hung up."""


class TalkOffer(msgspec.Struct, frozen=True, kw_only=True):
    """What a browser offers to talk to a door (SDP), during which call, on which line of it; from
    where the sound of the door comes (as its picture), and through what it is spoken to.
    """

    community: str
    call: int
    line: str
    source: str
    panel: Panel | None
    sdp: str


class TalkAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer (SDP); whether the door is heard, and whether it can be spoken to; if not, why."""

    sdp: str
    hears: bool
    speaks: bool
    why: str = ""


panel: Port[[str, str], Panel | None] = Port("visits.panel")
"""Asked with a community and the code of a door: through what one speaks there; None if through
nothing.
"""

talk: Port[[TalkOffer], TalkAnswer] = Port("visits.talk")
"""Begin to carry sound between a browser and a door, and return the answer; it then flows beside
us, until the browser leaves, the call is over, or another line of the same call took its place.
"""
