"""A tariff is put in force by two persons. Its owner keeps its versions and carries the change out;
what it is asked is here.
"""

from datetime import datetime

import msgspec

from linli.kernel.event import Event
from linli.kernel.port import Port
from linli.kernel.words import Words


class TariffChange(msgspec.Struct, frozen=True, kw_only=True):
    """The text (TOML) of a tariff that is to be in force somewhere from a moment on.

    `of` is who owns it (`parking`, `charging`); `where` is its own word for a lot, a site or a
    shed.
    """

    of: str
    where: str
    text: str
    from_at: datetime


class TariffAgreed(msgspec.Struct, frozen=True, kw_only=True):
    """A change as the second person let it pass: whose wish it was, who agreed. `cause` is the id
    of the fact that says so.
    """

    community: str
    change: TariffChange
    by: int
    approved_by: int
    cause: str
    now: datetime


check: Port[[str, TariffChange, datetime], Words] = Port("tariffs.check")
"""Asked with a community, a change and the time, before anybody is asked to agree: what it comes
to, in words that the second person reads. What cannot be read, or begins before now, is refused.
"""

put: Port[[TariffAgreed], None] = Port("tariffs.put")
"""Put it in force, in the transaction of the decision."""


class TariffPut(Event, frozen=True, kw_only=True):
    """A tariff is in force from a moment on; recorded by its owner. `version` is its owner's."""

    of: str
    where: str
    version: int
    from_at: datetime
    by: int
    approved_by: int
    place: str = ""
