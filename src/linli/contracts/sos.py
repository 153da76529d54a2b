"""What the rest of the system may know of calls for help. Who called, and where his telephone was,
stays in the records; `told` are the accounts whose telephones ring, or hear how it went on.
"""

from collections.abc import Mapping, Sequence

from linli.contracts.visits import Offer
from linli.kernel.event import Event
from linli.kernel.port import Port


class SosRaised(Event, frozen=True, kw_only=True):
    """Somebody calls for help at a place, by his telephone or a `device`. `test`: it is one."""

    call: int
    place: str
    device: str
    test: bool


class SosRung(Event, frozen=True, kw_only=True):
    """The telephones of one rung of the call tree ring: `whom` is `nearest`, `family`, `duty` or
    `all`. `step` counts from 0; `told` are empty where nobody of this rung was to be found.
    """

    call: int
    place: str
    step: int
    whom: str
    told: tuple[int, ...]
    test: bool


class SosUnanswered(Event, frozen=True, kw_only=True):
    """The whole call tree rang and nobody answered."""

    call: int
    place: str


class SosMoved(Event, frozen=True, kw_only=True):
    """Whoever calls says where he really is: no longer at `before`, at `place`. `going` are of
    those that hear of it the ones whose telephones rang before.
    """

    call: int
    before: str
    place: str
    going: tuple[int, ...]
    told: tuple[int, ...]


class SosAnswered(Event, frozen=True, kw_only=True):
    """Somebody is on his way: the other telephones fall silent."""

    call: int
    place: str
    by: int
    told: tuple[int, ...] = ()


class SosArrived(Event, frozen=True, kw_only=True):
    call: int
    place: str
    by: int
    told: tuple[int, ...] = ()


class SosClosed(Event, frozen=True, kw_only=True):
    """It is over: `helped`, `ambulance`, `false_alarm`, `test`, or `cancelled` by who called."""

    call: int
    place: str
    outcome: str
    by: int
    told: tuple[int, ...] = ()


picture: Port[[Offer], str] = Port("sos.picture")
"""Return the answer to an offer (SDP) to see the camera nearest to a call for help, as at a door:
it then flows beside us, until the browser leaves or the call is over.
"""

picture_sources: Port[[str, Sequence[str]], Mapping[str, str]] = Port("sos.picture_sources")
"""Asked with a community and the codes of cameras: where the live picture comes from of each that
has one.
"""
