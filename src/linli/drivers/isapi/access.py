"""AccessControllerEvent: what an access controller or a face terminal decided by itself, told as
`door.passed`; and how its door stands.

Modelled on the elements that public posts of DS-K1T terminals show, as JSON and as XML, and on the
list of major and minor types that the vendor's SDK prints; the vendor's document was not at hand.
Of whoever passed only the card's number is read, into the question alone: no name, no employee
number, no temperature.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, Literal

import msgspec

from linli.contracts.doors import Way
from linli.drivers import lane
from linli.drivers.plain.asks import Question
from linli.drivers.reading import Reading

Ask = Literal["door.passed"]
ASK: Ask = "door.passed"
COVER = b"(an access event: not kept)"
_COVERED = re.compile(rb"accesscontroller|cardno|employeeno", re.IGNORECASE)
_LIVE_S = 300.0
"""An event of now whose time is no further off tells how far the controller's clock is."""
_OLDEST_S = 7 * 86_400.0 - 60.0
"""What is told afterwards of before that is nothing of now: the live half takes seven days."""
_LONGEST_CARD = 24
_READER = "in"


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """What happened, by major and minor type. `serial` is the controller's own number of it;
    `current` is false for what it tells afterwards, from before its line came back.
    """

    major: int
    minor: int
    serial: int | None
    door: int | None
    reader: str
    card: str
    current: bool

    @property
    def type(self) -> str:
        """As the table has it: `5.27`."""
        return f"{self.major}.{self.minor}"


class Meaning(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a type means: somebody was let in or turned away by a `way`, an `event` of the thing
    model, a property that is so now. None of them: it is known, and says nothing to us.
    """

    way: Way | None = None
    opened: bool = False
    why: str = ""
    event: str = ""
    sets: str = ""
    to: bool = False


def read(word: Callable[[str], str]) -> Access | None:
    """Return what an alert's AccessControllerEvent says; None where its types are no numbers.

    :param word: returns what one of its elements says, "" where it has none
    """
    major, minor = _whole(word("majorEventType")), _whole(word("subEventType"))
    if major is None or minor is None:
        return None
    return Access(
        major=major,
        minor=minor,
        serial=_whole(word("serialNo")),
        door=_whole(word("doorNo")),
        reader=_number(word("cardReaderNo")) or _READER,
        card=_number(word("cardNo"))[:_LONGEST_CARD],
        current=word("currentEvent").lower() != "false",
    )


def readings(
    access: Access,
    meaning: Meaning,
    *,
    at: float | None,
    now: float,
    clock: float | None = None,
) -> Sequence[Reading]:
    """Return how the door stands, and what scenes are to hear. Where the controller was asked what
    time it has, which is `clock`, its time is put right, and none is later than now; what is told
    afterwards of too long ago is left out: it would be taken for something of now.
    """
    if at is not None and clock is not None:
        at = min(now, at + now - clock)
    if at is not None and not access.current and at < now - _OLDEST_S:
        return ()
    passed = "opened" if meaning.opened else "denied"
    event = meaning.event or (passed if meaning.way is not None else "")
    found = [Reading(name=event, value=1, at=at)] if event else []
    if meaning.sets:
        found.append(Reading(name=meaning.sets, value=meaning.to, at=at))
    return found


def question(
    access: Access, meaning: Meaning, *, at: float | None, now: float, clock: float | None = None
) -> Question | None:
    """Return the passage, as a controller tells it; None where nobody passed, nor tried to.

    The same event has the same id whenever it is told: it is on record once. What is of now tells
    the controller's clock; what is told later is believed in its time, unless the controller was
    asked what time it has now, which is `clock`.
    """
    if meaning.way is None:
        return None
    told_at = now if at is None else at
    is_live = access.current and abs(now - told_at) <= _LIVE_S
    known_as = mark(access, at)
    item: dict[str, Any] = {
        "id": known_as,
        "at": told_at,
        "way": meaning.way.value,
        "opened": meaning.opened,
        "reader": access.reader,
    }
    item |= {"reason": meaning.why} if meaning.why else {}
    item |= {"heard": True} if meaning.event else {}
    item |= {"value": access.card} if access.card and meaning.way is Way.CARD else {}
    if clock is None:
        clock = told_at if is_live else now
    return Question(id=known_as, kind=ASK, body={"clock": clock, "items": [item]})


def mark(access: Access, at: float | None) -> str:
    """Return the id of an event: the same whenever and however the same is told, its time in it,
    for a controller that was cleared counts anew.
    """
    said = f"{access.serial} {access.type} {access.door} {access.reader} {access.card} {at}"
    return lane.mark("acs", said)


def cover(frame: bytes) -> bytes:
    """Return what may be shown of a frame: nothing, where it may tell a card's number or a name."""
    return COVER if _COVERED.search(frame) else frame


def _whole(said: str) -> int | None:
    return int(said) if said.isascii() and said.isdecimal() and len(said) <= 10 else None  # noqa: PLR2004


def _number(said: str) -> str:
    """Return digits as they were said; "" for anything else."""
    return said if said.isascii() and said.isdecimal() and set(said) != {"0"} else ""
