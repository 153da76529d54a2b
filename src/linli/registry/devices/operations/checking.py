"""What a device may be: at a place that is there, behind a gateway, on a wire that can be made."""

from collections.abc import Mapping, Sequence

from linli.contracts import wires
from linli.registry.devices import logic, queries
from linli.registry.devices.models import Device
from linli.registry.places import queries as places
from linli.registry.places.models import Place


def place_at(found: Mapping[str, Place], path: str, seen: Sequence[str]) -> Place:
    """Return the place at a path.

    :raises places.PlaceNotFound: if there is none where this person may look
    """
    place = found.get(path)
    if place is None or not queries.in_sight(path=path, seen=seen):
        raise places.PlaceNotFound(path=path)
    return place


def above(row: Device) -> list[str]:
    """Return the gateways above a device, going up, no further than a chain may be long."""
    codes: list[str] = []
    up = row.gateway
    while up is not None and len(codes) <= logic.MOST_STEPS:
        codes.append(up.code)
        up = up.gateway
    return codes


def check_wire(row: Device) -> None:
    """Refuse a way to a device of which no driver could make a line.

    :raises logic.NotSealable: if its payloads are to be sealed, and a driver carries them
    :raises Fault: what the driver says
    """
    if row.driver and row.link_key:
        raise logic.NotSealable(device=row.code)
    if row.driver:
        over = row.gateway.driver if row.gateway is not None else ""
        wires.check(
            wires.Wire(
                driver=row.driver,
                address=row.address,
                model=row.model,
                options=row.options,
                is_line=over != row.driver,
            )
        )
