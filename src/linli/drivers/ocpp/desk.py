"""Whether a card may charge: the line's own list first, then whoever answers
`charge_points.verdict`.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence

import msgspec

from linli.contracts import charge_points
from linli.contracts.charge_points import Asked, Why
from linli.drivers.ocpp import moments
from linli.drivers.ocpp.options import Tag, TagStatus
from linli.kernel.port import Unanswered

_TOLD_KEPT = 64
_TOLD_FOR_S = 900.0


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a charge point is told of a card. `until` is epoch seconds."""

    status: TagStatus
    until: float | None = None
    parent: str | None = None


_STATUS: Mapping[Why, TagStatus] = {
    Why.BLOCKED: "Blocked",
    Why.EXPIRED: "Expired",
    Why.TOO_LITTLE: "Blocked",
    Why.OWES: "Blocked",
    Why.KEPT: "Blocked",
    Why.TOO_MANY: "ConcurrentTx",
}
"""What stands not here is Invalid (OCPP 1.6, 7.2; AuthorizationStatusEnumType of 2.0.1 has these
words too).
"""
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
        """Return what becomes of a card: a line's own list outranks whoever keeps the records, but
        opens no site that is closed; a start that we asked for ourselves does not outrank them.

        :raises charge_points.NotNow: if a transaction cannot be put on record now
        """
        tag = asked.tag.casefold()
        told = self._told.get((asked.charge_point, tag), 0.0) >= now
        found = self._tags.get(tag)
        listed = _listed(found, now) if found is not None else None
        known = listed or (Verdict(status="Accepted") if told else None)
        if known is not None and asked.step == "authorize":
            return known
        try:
            answered = await charge_points.verdict(asked)
        except Unanswered:
            return known or _INVALID
        if listed is not None and answered.why is not Why.OFF:
            return listed
        return _said(answered)


def _said(answered: charge_points.Verdict) -> Verdict:
    if answered.why is not None:
        return Verdict(status=_STATUS.get(answered.why, "Invalid"))
    return Verdict(status="Accepted", until=answered.until, parent=answered.parent)


def _listed(tag: Tag, now: float) -> Verdict:
    until = moments.read(tag.until) if tag.until else None
    late = until is not None and until <= now
    return Verdict(status="Expired" if late else tag.status, until=until, parent=tag.parent)


def masked(tag: str) -> str:
    """Return a card as it may stand in records that many read: its last four characters."""
    return f"****{tag[-4:]}" if len(tag) > 4 else "****"  # noqa: PLR2004
