"""Tables of charging: sites and what stands there, tariffs in force, chargings, packages."""

from linli.domains.charging.models.sessions import OPEN, UNSETTLED, Bought, Session, State
from linli.domains.charging.models.sites import (
    Answered,
    Closed,
    Connector,
    Feeder,
    Kind,
    Reservation,
    Site,
    TariffVersion,
)
from linli.domains.charging.models.wishes import CarVin, PlateWish

__all__ = [
    "OPEN",
    "UNSETTLED",
    "Answered",
    "Bought",
    "CarVin",
    "Closed",
    "Connector",
    "Feeder",
    "Kind",
    "PlateWish",
    "Reservation",
    "Session",
    "Site",
    "State",
    "TariffVersion",
]
