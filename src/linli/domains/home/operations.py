"""What a resident does to his own home."""

from datetime import datetime

from linli.domains.home import queries
from linli.foundation.identity.queries import Actor
from linli.kernel.fault import Fault
from linli.registry.devices import operations as devices
from linli.registry.devices import queries as device_queries
from linli.registry.devices.models import Command
from linli.registry.scenes import operations as scenes
from linli.registry.scenes.models import Mode

MODES = ("home", "away", "night")


class CannotShut(Fault):
    """The device is no valve, or of another home."""

    key = "home.cannot_shut"
    status = 404


def set_mode(*, actor: Actor, place: str, mode: str, now: datetime) -> Mode:
    """Put one's own home into a mode; scenes of the room hear it in their order of events. In it
    already, nothing happens.

    :raises queries.HomeNotFound: if it is none of his
    """
    room = queries.room(actor=actor, place=place, today=now)
    return scenes.set_mode(
        community=actor.community,
        place=room.path,
        mode=queries.MODE,
        value=mode,
        by=actor.account,
        seen=[room.path],
        now=now,
    )


def shut(*, actor: Actor, place: str, device: str, key: str, now: datetime) -> Command:
    """Shut a valve of one's own home, through the ledger of commands; asked again, once.

    :raises queries.HomeNotFound: if the home is none of his
    :raises CannotShut: if it is no valve of this home
    """
    room = queries.room(actor=actor, place=place, today=now)
    row = device_queries.by_code(community=actor.community, codes=[device]).get(device)
    if row is None or not device_queries.visible(row, [room.path]):
        raise CannotShut
    able = device_queries.model(id=row.model).services
    service = next((one for one in queries.SHUTS if one in able), None)
    if service is None:
        raise CannotShut
    return devices.request_command(
        community=actor.community,
        device=device,
        service=service,
        args={},
        key=key,
        by=actor.account,
        seen=[room.path],
        now=now,
    )
