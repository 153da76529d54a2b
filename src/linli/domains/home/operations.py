"""What a resident does to his own home."""

from datetime import datetime

from linli.contracts import doors
from linli.contracts.doors import PassageDecided, Way
from linli.domains.home import queries
from linli.foundation.identity.queries import Actor
from linli.kernel.fault import Fault
from linli.registry.devices import operations as devices
from linli.registry.devices import queries as device_queries
from linli.registry.devices.models import Command
from linli.registry.scenes import operations as scenes
from linli.registry.scenes.models import Mode

MODES = ("home", "away", "night")


_HIS_OWN = frozenset({Way.CARD, Way.SIM, Way.QR, Way.PIN, Way.FACE, Way.BLUETOOTH})
"""What somebody shows who stands at the door himself: nobody is let in by it from afar."""
_KNOWN = frozenset({"right", "inside_already"})


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


def known_at_the_door(*, fact: PassageDecided) -> None:
    """Somebody passed the door of a home. Who lives there, and came in by what is his own, is
    known: a home that is away is disarmed, one that sleeps is armed anew, so that he has the time
    of leaving to come in. Told late, or twice, it changes nothing; a guest's pass disarms nothing.
    """
    own = fact.way in _HIS_OWN and fact.reason in _KNOWN and not fact.guest
    if not own or fact.late or not fact.opened or fact.direction != "in":
        return
    mode = queries.armed(community=fact.community, place=fact.place)
    if mode is None or mode.at >= fact.at:
        return
    person = doors.passer_of(fact.community, fact.passage)
    at_home = person is not None and queries.lives_in(
        community=fact.community, person=person, place=fact.place, today=fact.at
    )
    if not at_home:
        return
    where = {"community": fact.community, "place": fact.place, "mode": queries.MODE}
    if mode.value == "night":
        scenes.renew_mode(**where, value="night", cause=fact.id, now=fact.at)
    else:
        scenes.set_mode(**where, value="home", by=None, cause=fact.id, now=fact.at)
