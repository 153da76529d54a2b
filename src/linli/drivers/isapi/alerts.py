"""EventNotificationAlert: what a camera says has happened.

Elements as the public fixtures of maciej-or/hikvision_next show them; the vendor's document was
not at hand. The namespace is Hikvision's, PSIA's or none; a loose `&` stands in text.
Access controllers say the same as JSON.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Any
from xml.etree.ElementTree import Element

import msgspec

from linli.drivers import markup
from linli.drivers.frames import BadFrame
from linli.drivers.isapi import access, plates
from linli.drivers.isapi.access import Access
from linli.drivers.isapi.plates import Plate

_ROOT = "EventNotificationAlert"
_ACCESS = "AccessControllerEvent"
_KEPT = {"majorEventType": "major", "subEventType": "minor"}
"""Names that stand otherwise in what is found afterwards."""
_LONGEST, _LONGEST_JSON, _LONGEST_WORD = 256 * 1024, 64 * 1024, 200
DIGITAL = 32
"""Channels of a recorder above this one are IP cameras."""
CHINA = timezone(timedelta(hours=8))


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """An alert. `event` is the type in small letters, the true one where it said `duration`.

    `count` is how often it was posted since it began; 0 where it does not say. `uuid` is the same
    whenever the same is posted; `plate` is what a camera read of a car.
    """

    event: str
    active: bool
    channel: int | None
    at: float | None
    count: int = 0
    name: str = ""
    region: str = ""
    target: str = ""
    input: str = ""
    description: str = ""
    uuid: str = ""
    plate: Plate | None = None
    access: Access | None = None

    @property
    def is_access(self) -> bool:
        """Whether an access controller says it, though it may be of a type that is no number."""
        return self.access is not None or self.event == _ACCESS.lower()

    @property
    def is_heartbeat(self) -> bool:
        """Whether it says no more than that the camera is there: video loss, not active."""
        return self.event == "heartbeat" or (self.event == "videoloss" and not self.active)

    def addresses(self) -> tuple[str, ...]:
        """The addresses that its channel may have in the register, the most special first.

        On a recorder the channels from 33 on are IP cameras: 34 is `34`, `D2` or `2`. Of a
        controller it is the number of the door.
        """
        if self.access is not None and self.access.door is not None:
            return (str(self.access.door),)
        if self.channel is None:
            return ()
        if self.channel <= DIGITAL:
            return (str(self.channel),)
        digital = self.channel - DIGITAL
        return (str(self.channel), f"D{digital}", str(digital))


def read(data: bytes) -> Alert:
    """Return an alert.

    :raises BadFrame: if it is none, or hostile
    """
    if data.lstrip()[:1] == b"{":
        return _of_json(data)
    root = markup.read(data, longest=_LONGEST)
    if root.tag != _ROOT:
        raise BadFrame(f"<{root.tag[:40]}> is no {_ROOT}")
    event = markup.text(root, "eventType", longest=60)
    if not event:
        raise BadFrame("an alert without eventType")
    region = next(markup.below(root, "DetectionRegionEntry"), None)
    channel = markup.number(root, "channelID", "dynChannelID")
    return Alert(
        event=(_relation(root) if event == "duration" else event).lower(),
        active=markup.text(root, "eventState").lower() != "inactive",
        channel=int(channel) if channel is not None else None,
        at=moment(markup.text(root, "dateTime")),
        count=int(markup.number(root, "activePostCount") or 0),
        name=markup.text(root, "channelName"),
        region=markup.text(region, "regionID"),
        target=markup.text(region, "detectionTarget") or markup.text(root, "targetType"),
        input=markup.text(root, "inputIOPortID", "dynInputIOPortID"),
        description=markup.text(root, "eventDescription"),
        uuid=markup.text(root, "UUID"),
        plate=plates.read(root),
        access=_access(root),
    )


def _access(root: Element) -> Access | None:
    said = markup.child(root, _ACCESS)
    return access.read(partial(markup.text, said)) if said is not None else None


def _of_json(data: bytes) -> Alert:
    """Return an alert that is said as JSON, bare or below its name."""
    said = _object(data)
    word = _words(said)
    if not word("eventType"):
        raise BadFrame("an alert without eventType")
    channel, inner = word("channelID") or word("dynChannelID"), said.get(_ACCESS)
    return Alert(
        event=word("eventType").lower(),
        active=word("eventState").lower() != "inactive",
        channel=int(channel) if channel.isascii() and channel.isdecimal() else None,
        at=moment(word("dateTime")),
        name=word("channelName"),
        description=word("eventDescription"),
        access=access.read(_words(inner)) if isinstance(inner, dict) else None,
    )


def kept(row: object) -> Alert | None:
    """Return an event that a controller kept, as it is found there afterwards; None where it is
    none, or does not say when it was.
    """
    if not isinstance(row, dict):
        return None
    word = _words(row)
    said, at = access.read(lambda name: word(_KEPT.get(name, name))), moment(word("time"))
    if said is None or at is None:
        return None
    return Alert(
        event=_ACCESS.lower(),
        active=True,
        channel=1,
        at=at,
        access=msgspec.structs.replace(said, current=False),
    )


def _object(data: bytes) -> dict[str, Any]:
    if len(data) > _LONGEST_JSON:
        raise BadFrame(f"JSON of {len(data)} bytes, at most {_LONGEST_JSON} are read")
    try:
        said = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        raise BadFrame(f"no JSON: {wrong}"[:_LONGEST_WORD]) from None
    found = said.get(_ROOT, said) if isinstance(said, dict) else said
    if not isinstance(found, dict):
        raise BadFrame(f"JSON that is no {_ROOT}")
    return found


def _words(said: Mapping[str, Any]) -> Callable[[str], str]:
    """Return how to ask for a word: text, or a number or boolean as text."""

    def word(name: str) -> str:
        found = said.get(name)
        if isinstance(found, bool):
            return str(found).lower()
        return str(found).strip()[:_LONGEST_WORD] if isinstance(found, str | int) else ""

    return word


def _relation(root: Element) -> str:
    """Return the true type of an alert of type `duration`."""
    for one in markup.below(root, "Duration"):
        if found := markup.text(one, "relationEvent", longest=60):
            return found
    raise BadFrame("an alert of type duration that does not say of what")


def moment(text: str) -> float | None:
    """Return epoch seconds; a time without a zone is Beijing's. None where it is no time."""
    try:
        said = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (said if said.tzinfo else said.replace(tzinfo=CHINA)).timestamp()
