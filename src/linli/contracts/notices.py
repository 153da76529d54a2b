"""What the rest of the system may know of notices and broadcasts."""

from datetime import datetime

import msgspec

from linli.contracts.effects import Severity
from linli.kernel.event import Event
from linli.kernel.port import Port
from linli.kernel.words import Words

OF_ACCOUNT = "account:"
"""Before the number of the one account that a notice is for: nobody else reads it."""
CAR = "car"
"""A telephone rings for its owner's car, or his guest's, which stands where it must not."""
CHARGED = "charged"
"""It rings because a charging of his is over."""
UNPLUG = "unplug"
"""It rings because his car is charged and still plugged in, and staying costs something."""
REFUND = "refund"
"""It rings because somebody gave him money back."""


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


class BroadcastReviewed(Event, frozen=True, kw_only=True):
    """Another person has looked at what somebody spoke to many alone, and said whether it was
    right.
    """

    broadcast: int
    by: int
    justified: bool


class Posting(msgspec.Struct, frozen=True, kw_only=True):
    """Words that another domain has for people of a role, or with a skill, near a place. `source`
    is the id of the fact behind it; `link` the page of a community on which one sees more. `rings`:
    what the telephones of the account that it is `to` are rung for, where they let themselves be.
    """

    community: str
    to: str
    place: str
    text: Words
    severity: Severity
    source: str
    link: str
    now: datetime
    rings: str = ""


post: Port[[Posting], None] = Port("notices.post")
"""Post it in the asker's transaction; of one source to one role, once."""
