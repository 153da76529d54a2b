"""What notices ask of the outside; answered in the application's wiring."""

from datetime import datetime

import msgspec

from linli.kernel.port import Port
from linli.kernel.words import Words


class Saying(msgspec.Struct, frozen=True, kw_only=True):
    """Words for one loudspeaker. `key` is the same whenever the same words are asked for again.

    `by` is the account that wants it said; empty where a scene does.
    """

    community: str
    device: str
    text: Words
    urgent: bool
    cause: str
    key: str
    by: int | None
    now: datetime


speakers: Port[[str, str], list[str]] = Port("notices.speakers")
"""Asked with a community and a place: the codes of the loudspeakers in use at or below it."""

say: Port[[Saying], str] = Port("notices.say")
"""Make one loudspeaker say it, by the system; answers the id of the command."""
