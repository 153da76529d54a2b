"""What cases do when scenes want one, or the alarm desk tells something."""

from django.utils import timezone

from linli.contracts.alarms import AlarmGone
from linli.contracts.effects import CaseWanted
from linli.contracts.health import DeviceFaultCleared, DeviceFaultFound
from linli.contracts.places import PlaceMoved
from linli.domains.cases.operations import devices, following, opening


def case_wanted(effect: CaseWanted) -> None:
    """Open the case that a scene wants, timed from then; told again, nothing."""
    opening.want(effect=effect, now=timezone.now())


def alarm_gone(fact: AlarmGone) -> None:
    """Tell the alarm's open case that the trouble cleared by itself; told again, nothing."""
    opening.trouble_gone(fact=fact)


def place_moved(fact: PlaceMoved) -> None:
    """Find cases under the new path of their place; told again, nothing."""
    following.place_moved(fact=fact)


def device_fault_found(fact: DeviceFaultFound) -> None:
    """Open the case that a fault of a device wants; told again, nothing."""
    devices.fault_found(fact=fact, now=timezone.now())


def device_fault_cleared(fact: DeviceFaultCleared) -> None:
    """Tell the open case of a fault that it is over; told again, nothing."""
    devices.fault_cleared(fact=fact)
