"""What campaigns do when something else happened."""

from linli.contracts.devices import DeviceReplaced
from linli.registry.campaigns import operations


def device_replaced(fact: DeviceReplaced) -> None:
    """Nobody knows yet what the new unit has."""
    operations.forget(community=fact.community, device=fact.device, since=fact.at)
