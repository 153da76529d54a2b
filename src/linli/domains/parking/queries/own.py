"""What is one's own in parking."""

from collections.abc import Sequence
from datetime import datetime

from linli.domains.parking.models import Booking, CarWish, Stay
from linli.domains.parking.queries import known

_LAST = 20


def stays(*, community: str, plates: Sequence[str]) -> list[Stay]:
    """Return the stays of cars, those that are in first, then the newest."""
    rows = Stay.rows.of(community).filter(plate__in=list(plates)).exclude(state="void")
    rows = rows.select_related("lot", "permit")
    inside = list(rows.filter(state="inside").order_by("-pk"))
    return [*inside, *rows.exclude(state="inside").order_by("-pk")[:_LAST]]


def wishes(*, community: str, plates: Sequence[str], at: datetime) -> dict[str, CarWish]:
    """Return what the owners of cars want, by plate."""
    rows = CarWish.rows.of(community).filter(plate__in=list(plates))
    return {row.plate: row for row in rows if known.holds(wish=row, at=at)}


def bookings(*, home: str, account: int) -> list[Booking]:
    """Return the newest bookings of an account, in its own community and with neighbours."""
    rows = Booking.rows.across("a driver's own bookings, wherever they are")
    rows = rows.filter(account=account, home=home).select_related("lot", "bay")
    return list(rows.order_by("-pk")[:_LAST])
