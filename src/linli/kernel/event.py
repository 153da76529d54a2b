"""A fact: something that has happened and can no longer be argued with."""

from datetime import datetime

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The part every fact shares. `cause` is the id of the fact, effect or reading that made it."""

    id: str
    at: datetime
    community: str
    cause: str | None = None
