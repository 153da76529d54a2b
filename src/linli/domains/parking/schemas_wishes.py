"""Shapes of what households wish for their cars."""

from datetime import datetime
from typing import Any, Literal

from ninja import Field, Schema
from pydantic import AwareDatetime

from linli.domains.parking.logic import plates
from linli.domains.parking.models import PlateWish
from linli.domains.parking.schemas import CODE
from linli.foundation.shapes import TwoLanguages
from linli.kernel.words import both

Kind = Literal["car", "plate", "permit"]
_PLATE: Any = Field(min_length=2, max_length=16)


class PlateWishOut(Schema):
    """A wish: `plate` (in place of `before`, for `plate`; in `lot`, for `permit`), and what became
    of it. Plates are masked in the desk's lists.
    """

    id: int
    kind: str
    plate: str
    before: str
    lot: str
    lot_name: TwoLanguages | None
    home: TwoLanguages | None
    note: str
    state: str
    asked_at: datetime
    decided_at: datetime | None
    reason: str


class PlateWishes(Schema):
    items: list[PlateWishOut]
    next: int | None


class PlateWishShown(PlateWishOut):
    """A wish as the desk decides on it. `elsewhere`: the register knows the plate as another's.
    `cars` and `most`: how many its home has, and may have. `permits` of the home run in that lot.
    """

    elsewhere: bool
    cars: int
    most: int
    permits: int


class WishHome(Schema):
    """A home of one's own, with the cars it has and may have."""

    id: int
    name: TwoLanguages | None
    plates: list[str]
    most: int


class WishLot(Schema):
    """A lot where one may park by the month, and what the month costs there."""

    code: str
    name: TwoLanguages
    month_fen: int


class OwnPlateWishes(Schema):
    """One's own wishes, and for which homes and lots one may wish something: those of the first 200
    lots by code, of those that were asked for, where one may park by the month. `lots_more`: there
    are more lots to be asked for.
    """

    items: list[PlateWishOut]
    homes: list[WishHome]
    lots: list[WishLot]
    lots_more: bool
    next: int | None


class PlateWishIn(Schema):
    """A wish. `before` is said of `plate`, `lot` of `permit`; `household` by who has several."""

    kind: Kind
    plate: str = _PLATE
    before: str = Field("", max_length=16)
    lot: str = Field("", pattern=rf"^$|{CODE}")
    household: int | None = Field(None, ge=1, le=2**63 - 1)
    note: str = Field("", max_length=200)


class PlateWishAgreed(Schema):
    """`until` is said of a new permit; else it lasts to the end of the day."""

    until: AwareDatetime | None = None


class PlateWishRefused(Schema):
    reason: str = Field(max_length=200)


def wish_out(row: PlateWish, *, whole: bool, home: dict[str, str] | None) -> dict[str, Any]:
    """Return a wish; whole plates are for its household, or where the look is on record."""

    def shown(plate: str) -> str:
        return plate if whole or not plate else plates.masked(plate)

    return {
        "id": row.pk,
        "kind": row.kind,
        "plate": shown(row.plate),
        "before": shown(row.before),
        "lot": row.lot.code if row.lot else "",
        "lot_name": both(row.lot.name) if row.lot else None,
        "home": home,
        "note": row.note,
        "state": row.state,
        "asked_at": row.asked_at,
        "decided_at": row.decided_at,
        "reason": row.reason,
    }
