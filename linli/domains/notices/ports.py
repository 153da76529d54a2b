"""What notices ask of the outside; answered in the application's wiring."""

import msgspec

from linli.kernel.port import Port
from linli.kernel.words import Words


class Saying(msgspec.Struct, frozen=True, kw_only=True):
    """Words for one loudspeaker. `key` is the same whenever the same words are asked for again."""

    community: str
    device: str
    text: Words
    urgent: bool
    cause: str
    key: str


speakers: Port[[str, str], list[str]] = Port("notices.speakers")
"""Asked with a community and a place: the codes of the loudspeakers that are heard there."""

say: Port[[Saying], str] = Port("notices.say")
"""Make one loudspeaker say it, by the system; answers the id of the command."""
