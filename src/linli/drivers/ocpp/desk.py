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
    that begins, `ended` for one that ends; `at` is when, by the charge point's clock.
    """

    community: str
    charge_point: str
    connector: str | None
    tag: str
    step: Literal["authorize", "started", "ended"]
    transaction: str = ""
    at: float


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a charge point is told of a card. `until` is epoch seconds."""

    status: TagStatus
    until: float | None = None
    parent: str | None = None


verdict: Port[[Asked], Awaitable[Verdict]] = Port("ocpp.verdict")
"""Asked of cards that are on no list of their line. Where nobody answers they are Invalid. A
charge point gets its answer only after this returned, so what it writes down is kept. It is
asked the same again when a charge point says the same again."""

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
        """Return what becomes of a card."""
        tag = asked.tag.casefold()
        if self._told.get((asked.charge_point, tag), 0.0) >= now:
            return Verdict(status="Accepted")
        found = self._tags.get(tag)
        if found is not None:
            return _listed(found, now)
        try:
            return await verdict(asked)
        except Unanswered:
            return _INVALID


def _listed(tag: Tag, now: float) -> Verdict:
    until = moments.read(tag.until) if tag.until else None
    late = until is not None and until <= now
    return Verdict(status="Expired" if late else tag.status, until=until, parent=tag.parent)


def masked(tag: str) -> str:
    """Return a card as it may stand in records that many read: its last four characters."""
    return f"****{tag[-4:]}" if len(tag) > 4 else "****"  # noqa: PLR2004
