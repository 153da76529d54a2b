"""Whether a card may charge: the line's own list first, then whoever answers `verdict`."""

from collections import OrderedDict
from collections.abc import Awaitable, Sequence
from typing import Literal

import msgspec

from linli.drivers.ocpp import moments
from linli.drivers.ocpp.options import Tag, TagStatus
from linli.kernel.port import Port, Unanswered

_TOLD_KEPT = 64
_TOLD_FOR_S = 900.0


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Who wants to charge where. `transaction` is there where charging began: `started` for one
    that begins, `ended` for one that ends (without a `tag` where none was shown), `meter` for what
    its meter told late; `at` is when, by the charge point's clock. `device` shows the connector,
    registers are Wh; of one that ends it is said how it began, where that is known.
    """

    community: str
    charge_point: str
    connector: str | None
    tag: str
    step: Literal["authorize", "started", "meter", "ended"]
    transaction: str = ""
    at: float
    device: str = ""
    meter_wh: float | None = None
    reason: str = ""
    readings: tuple[tuple[float, float], ...] = ()
    started_at: float | None = None
    meter_start_wh: float | None = None


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a charge point is told of a card. `until` is epoch seconds."""

    status: TagStatus
    until: float | None = None
    parent: str | None = None


verdict: Port[[Asked], Awaitable[Verdict]] = Port("ocpp.verdict")
"""Asked of cards that are on no list of their line, and of every transaction that begins or ends.
Where nobody answers a card is Invalid. A charge point gets its answer only after this returned, so
what it writes down is kept. It is asked the same again when a charge point says the same again.

:raises NotNow: if it cannot be said now: the charge point keeps what it told, and tells it again
"""


class NotNow(Exception):
    """Whoever keeps the records cannot be reached now."""


_INVALID = Verdict(status="Invalid")


class Desk:
    """The cards of one line. Case does not count in them (CiString20Type)."""

    def __init__(self, tags: Sequence[Tag]) -> None:
        self._tags = {tag.tag.casefold(): tag for tag in tags}
        self._told: OrderedDict[tuple[str, str], float] = OrderedDict()

    def told(self, charge_point: str, tag: str, now: float) -> None:
        """We told a charge point to start for this card: it is let in when it asks."""
        self._told[charge_point, tag.casefold()] = now + _TOLD_FOR_S
        while len(self._told) > _TOLD_KEPT:
            self._told.popitem(last=False)

    async def ask(self, asked: Asked, *, now: float) -> Verdict:
        """Return what becomes of a card: a line's own list outranks whoever keeps the records, a
        start that we asked for ourselves does not.

        :raises NotNow: if a transaction cannot be put on record now
        """
        tag = asked.tag.casefold()
        told = self._told.get((asked.charge_point, tag), 0.0) >= now
        found = self._tags.get(tag)
        listed = _listed(found, now) if found is not None else None
        known = listed or (Verdict(status="Accepted") if told else None)
        if known is not None and asked.step == "authorize":
            return known
        try:
            answered = await verdict(asked)
        except Unanswered:
            return known or _INVALID
        return listed or answered


def _listed(tag: Tag, now: float) -> Verdict:
    until = moments.read(tag.until) if tag.until else None
    late = until is not None and until <= now
    return Verdict(status="Expired" if late else tag.status, until=until, parent=tag.parent)


def masked(tag: str) -> str:
    """Return a card as it may stand in records that many read: its last four characters."""
    return f"****{tag[-4:]}" if len(tag) > 4 else "****"  # noqa: PLR2004
