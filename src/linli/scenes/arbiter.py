"""Who may move an actuator when several scenes want to.

Two services are opposite when one is the other's inverse. Safety beats all, then severity, then
the earlier. The loser is told; when the winner ends, the loser's wish is given again under a new
id. An inverse is given at the end only if nobody else still wants what it would undo.
"""

import msgspec

from linli.contracts.effects import CommandIssued, CommandOverruled
from linli.contracts.things import Service
from linli.kernel.period import seconds
from linli.scenes.naming import effect_id, stem
from linli.scenes.state import World
from linli.scenes.vocabulary import family

Args = dict[str, float | str | bool]


class Want(msgspec.Struct, kw_only=True):
    """A scene that is active wants a device to do something. `part` tells its steps apart.

    `ruling`: its command was given and stands; else another overrules it.
    """

    scene: str
    anchor: str
    part: str
    device: str
    service: str
    args: Args = {}
    rank: tuple[int, int]
    since: float
    order: int = 0
    safety: bool = False
    undo: bool = True
    ruling: bool = False
    command: str = ""

    def precedence(self) -> tuple[tuple[int, int], float, int]:
        return self.rank, self.since, self.order


class Arbiter:
    """The wants of all active scenes, by actuator: a device and a family of services."""

    def __init__(self) -> None:
        self.wants: dict[tuple[str, str], list[Want]] = {}
        self.order = 0
        self._owners: dict[tuple[str, str], list[tuple[str, str]]] = {}

    def standing_against(self, world: World, *, device: str, service: str) -> Want | None:
        """Return the safety scene's wish that stands and is the opposite of a service, or what it
        yields to.
        """
        asked = _service(world, device, service)
        if asked is None:
            return None
        for kind in dict.fromkeys(family(one) for one in (service, *asked.yields_to)):
            for one in self.wants.get((device, kind), ()):
                own = _service(world, device, one.service)
                inverse = own is not None and own.inverse == service
                against = inverse or one.service in (asked.inverse, *asked.yields_to)
                if one.ruling and one.safety and against:
                    return one
        return None

    def put(self, want: Want) -> None:
        """Note that a scene wants something of an actuator from now on."""
        actuator = (want.device, family(want.service))
        self.seat(want, actuator, (want.scene, want.anchor))

    def seat(self, want: Want, actuator: tuple[str, str], owner: tuple[str, str]) -> None:
        """Note a want whose actuator and owner are known."""
        wants = self.wants.get(actuator)
        if wants is None:
            self.seat_alone(want, actuator, owner)
            return
        wants.append(want)
        self._own(actuator, owner)

    def seat_alone(self, want: Want, actuator: tuple[str, str], owner: tuple[str, str]) -> None:
        """Note a want at an actuator that nobody wants."""
        self.wants[actuator] = [want]
        self._own(actuator, owner)

    def _own(self, actuator: tuple[str, str], owner: tuple[str, str]) -> None:
        owned = self._owners.get(owner)
        if owned is None:
            self._owners[owner] = [actuator]
        else:
            owned.append(actuator)

    def only(self, actuator: tuple[str, str], owner: tuple[str, str]) -> Want | None:
        """Return the want that rules an actuator if it is this owner's and nobody else's."""
        wants = self.wants.get(actuator, ())
        if len(wants) != 1 or not wants[0].ruling:
            return None
        return wants[0] if (wants[0].scene, wants[0].anchor) == owner else None

    def forget(self, actuator: tuple[str, str], owner: tuple[str, str]) -> None:
        """Let go of the only want of an owner, at an actuator that nobody else wants."""
        del self.wants[actuator]
        del self._owners[owner]

    def clear(self) -> None:
        self.wants.clear()
        self._owners.clear()

    def want(self, world: World, want: Want, cause: str, *, lasting: bool) -> None:
        """Give a command unless somebody stronger wants the opposite.

        :param lasting: the want stands until `release`; else it is for this moment only
        """
        service = _service(world, want.device, want.service)
        if service is None:
            return
        self.order += 1
        want.order = self.order
        rivals = self._rivals(want, service.inverse, world)
        stronger = [one for one in rivals if one.ruling and one.precedence() < want.precedence()]
        if lasting:
            self.put(want)
        if stronger:
            self._overrule(world, want, min(stronger, key=Want.precedence), cause)
            return
        self._give(world, want, service, cause)
        for one in rivals if lasting else ():
            if one.ruling:
                one.ruling = False
                self._overrule(world, one, want, cause)

    def release(self, world: World, *, scene: str, anchor: str, cause: str) -> None:
        """Let go of all that a scene wanted at a place, in the order of its steps."""
        actuators = self._owners.pop((scene, anchor), ())
        mine = [
            (actuator, want)
            for actuator in dict.fromkeys(actuators)
            for want in self.wants.get(actuator, ())
            if want.scene == scene and want.anchor == anchor
        ]
        mine.sort(key=lambda row: row[1].order)
        for actuator, want in mine:
            self._let_go(world, actuator, want, cause)

    def drop(self, *, device: str) -> None:
        """Forget what was wanted of a device that is gone."""
        for actuator in [one for one in self.wants if one[0] == device]:
            del self.wants[actuator]

    def _let_go(self, world: World, actuator: tuple[str, str], want: Want, cause: str) -> None:
        left = self.wants[actuator]
        left.remove(want)
        if not left:
            del self.wants[actuator]
        if not want.ruling or any(one.ruling and one.service == want.service for one in left):
            return
        waiting = min((one for one in left if not one.ruling), key=Want.precedence, default=None)
        if waiting is not None:
            self._revive(world, left, waiting, cause)
            return
        self._undo(world, want, cause)

    def _revive(self, world: World, left: list[Want], best: Want, cause: str) -> None:
        """Give again what the strongest of the losers wished, and all who wish the same."""
        for one in left:
            service = _service(world, one.device, one.service)
            if one.service == best.service and not one.ruling and service is not None:
                self._give(world, one, service, cause, part=f"again/{one.command}")

    def _undo(self, world: World, want: Want, cause: str) -> None:
        service = _service(world, want.device, want.service)
        if service is None or service.inverse is None or not want.undo:
            return
        inverse = _service(world, want.device, service.inverse)
        if inverse is not None:
            part = f"undo/{want.part}"
            issued = _command(world, want, inverse, cause=cause, part=part)
            world.out.append(
                msgspec.structs.replace(
                    issued, service=service.inverse, args={}, undoes=want.command
                )
            )

    def _give(self, world: World, want: Want, service: Service, cause: str, part: str = "") -> None:
        issued = _command(world, want, service, cause=cause, part=part or want.part)
        world.out.append(issued)
        want.ruling, want.command = True, issued.id

    def _overrule(self, world: World, loser: Want, winner: Want, cause: str) -> None:
        part = f"overruled/{loser.part}/{loser.order}"
        world.out.append(
            CommandOverruled(
                id=effect_id(stem(scene=loser.scene, anchor=loser.anchor, part=part), cause),
                at=world.clock,
                community=world.community,
                cause=cause,
                scene=loser.scene,
                device=loser.device,
                service=loser.service,
                winner_scene=winner.scene,
                winner_command=winner.command,
            )
        )

    def _rivals(self, want: Want, inverse: str | None, world: World) -> list[Want]:
        """Return those who want the opposite."""
        found = []
        for one in self.wants.get((want.device, family(want.service)), ()):
            other = _service(world, one.device, one.service)
            if one.service == inverse or (other is not None and other.inverse == want.service):
                found.append(one)
        return found


def _command(world: World, want: Want, service: Service, *, cause: str, part: str) -> CommandIssued:
    return CommandIssued(
        id=effect_id(stem(scene=want.scene, anchor=want.anchor, part=part), cause),
        at=world.clock,
        community=world.community,
        cause=cause,
        scene=want.scene,
        device=want.device,
        service=want.service,
        args=want.args,
        expires_at=world.clock + seconds(service.expires),
        safety=want.safety or service.safety,
    )


def _service(world: World, device: str, service: str) -> Service | None:
    at = world.wiring.device_of_code.get(device)
    if at is None:
        return None
    return world.models[world.wiring.model_of(at)].services.get(service)
