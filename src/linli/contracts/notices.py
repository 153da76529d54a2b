"""What the rest of the system may know of notices and broadcasts."""

from linli.kernel.event import Event
from linli.kernel.words import Words


class NoticePosted(Event, frozen=True, kw_only=True):
    """Words for people of a role, on their screens."""

    notice: int
    to: str
    place: str
    text: Words
    severity: str


class BroadcastSpoken(Event, frozen=True, kw_only=True):
    """Words sent to the loudspeakers of a place; `speakers` are device codes.

    `blocked` says why they were not sent: `night`, `late`, `no_speaker`; empty where they were.
    """

    broadcast: int
    place: str
    text: Words
    urgent: bool
    speakers: tuple[str, ...]
    blocked: str = ""
