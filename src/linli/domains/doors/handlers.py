"""What doors do when something has happened."""

from collections.abc import Sequence
from datetime import UTC, datetime

from linli.contracts.alarms import AlarmClosed, AlarmGone, AlarmOpened
from linli.contracts.devices import DeviceWentOnline
from linli.contracts.doors import RightsChanged
from linli.domains.doors.operations import freeing, pulling


def rights_changed(fact: RightsChanged) -> None:
    """Tell controllers to fetch what is new."""
    pulling.nudge(
        community=fact.community, version=fact.version, cause=fact.id, now=datetime.now(UTC)
    )


def devices_online(facts: Sequence[DeviceWentOnline]) -> None:
    """Doors are back on the line: who lost his right meanwhile loses it there now. Whole sites come
    back at once, and most of what they have is no door.
    """
    causes = {fact.device: fact.id for fact in facts}
    pulling.back(community=facts[0].community, causes=causes, now=datetime.now(UTC))


def alarm_opened(fact: AlarmOpened) -> None:
    """A fire frees the ways out."""
    freeing.fire(fact=fact, now=datetime.now(UTC))


def alarm_gone(fact: AlarmGone) -> None:
    """The fire is over."""
    freeing.fire_over(
        community=fact.community, alarm=fact.alarm, cause=fact.id, now=datetime.now(UTC)
    )


def alarm_closed(fact: AlarmClosed) -> None:
    """Somebody closed the alarm of a fire: for doors it is over."""
    freeing.fire_over(
        community=fact.community, alarm=fact.alarm, cause=fact.id, now=datetime.now(UTC)
    )
