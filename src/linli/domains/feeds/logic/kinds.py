"""What calendars there are, and what one must hold to read each."""

from collections.abc import Mapping
from enum import StrEnum

from linli.kernel.words import Words


class Kind(StrEnum):
    """A calendar."""

    ROSTER = "roster"
    MAINTENANCE = "maintenance"
    CAMPAIGNS = "campaigns"


NAMES: Mapping[Kind, Words] = {
    Kind.ROSTER: Words(zh="值班表", en="Duty roster"),
    Kind.MAINTENANCE: Words(zh="设备维护", en="Devices in maintenance"),
    Kind.CAMPAIGNS: Words(zh="升级活动", en="Updates of devices"),
}
NEEDS: Mapping[Kind, str] = {
    Kind.ROSTER: "register.read",
    Kind.MAINTENANCE: "devices.read",
    Kind.CAMPAIGNS: "devices.read",
}
