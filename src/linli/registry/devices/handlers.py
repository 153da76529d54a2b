"""What the register of devices does when something else happened."""

from linli.contracts.places import PlacesChanged
from linli.registry.devices import operations


def places_changed(fact: PlacesChanged) -> None:
    """Let the live half read the register again: devices stand in other places now."""
    operations.bump(community=fact.community, now=fact.at, cause=fact.id)
