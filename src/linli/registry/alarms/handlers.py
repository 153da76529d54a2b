"""What alarms do when something else happened."""

from linli.contracts.places import PlaceMoved
from linli.registry.alarms import operations


def place_moved(fact: PlaceMoved) -> None:
    """Let the open alarms of a place that moved be found under its new path."""
    operations.place_moved(community=fact.community, before=fact.before, after=fact.after)
