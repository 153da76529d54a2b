"""Tables of parking. A plate is personal: whole in its row, masked wherever it is listed."""

from linli.domains.parking.models.lots import Area, Bay, Booth, Lane, Lot, LotTariff, Screen
from linli.domains.parking.models.rights import (
    Booking,
    CarWish,
    Coupon,
    Listed,
    Loan,
    Permit,
    PermitCar,
)
from linli.domains.parking.models.shifts import BoothShift
from linli.domains.parking.models.stays import Paid, Sighting, Stay, StayMark
from linli.domains.parking.models.wishes import PlateWish
from linli.domains.parking.models.zones import Misparked, Zone, ZoneCamera

__all__ = [
    "Area",
    "Bay",
    "Booking",
    "Booth",
    "BoothShift",
    "CarWish",
    "Coupon",
    "Lane",
    "Listed",
    "Loan",
    "Lot",
    "LotTariff",
    "Misparked",
    "Paid",
    "Permit",
    "PermitCar",
    "PlateWish",
    "Screen",
    "Sighting",
    "Stay",
    "StayMark",
    "Zone",
    "ZoneCamera",
]
