"""The simulator: a process of its own that speaks to the platform as real devices do, and no other
way. Devices of gateways go over their gateway's line, some have a line of their own, some push, and
some speak a field protocol (`linli.app.demo.field`).
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from linli.app.demo import cashier, chosen, control, credentials, department, push
from linli.app.demo import wires as standing
from linli.app.demo.answers import Answers
from linli.app.demo.devices import Thing
from linli.app.demo.doors import Doors
from linli.app.demo.field.field import Field
from linli.app.demo.field.side import Far
from linli.app.demo.hands import Hands, Weighed
from linli.app.demo.incidents import IT, Tell
from linli.app.demo.lanes import Lanes
from linli.app.demo.line import Line
from linli.app.demo.plan import Plan, plan
from linli.app.demo.simulated import Order, Simulated
from linli.app.demo.world import NoSuch, Say, World
from linli.contracts.wires import Wire
from linli.devices.model import ThingModel
from linli.drivers.wiring import Wires

log = logging.getLogger("linli.simulator")

_STEP_S = 0.5
_TICK_S = 0.001
"""No device says two things at one time."""
_LINES_A_SECOND = 100
_PUSHES_KEPT = 20
_STORED = 200
_BUSY = 503
_FACTORS = (0.1, 100.0)

_json = msgspec.json.Encoder()
_orders = msgspec.json.Decoder(Order)


class Simulator:
    """All the lines, and the world behind them."""

    def __init__(
        self,
        *,
        community: str,
        world: World,
        mqtt: tuple[str, int],
        url: str,
        key: str,
        ports: Path,
        wires: Wires,
    ) -> None:
        self._community = community
        self._world = world
        self._mqtt = mqtt
        self._url = url
        self._key = key
        self._lines: dict[str, Line] = {}
        self._pushes: dict[str, asyncio.Queue[list[dict[str, Any]]]] = {}
        self._said_at: dict[str, float] = {}
        self.refused = 0
        for device in world.devices.values():
            self._connect(device)
        things = [device.thing for device in world.devices.values() if device.thing.wire]
        self._field = Field(
            community=community,
            ports=ports,
            lines=[thing for thing in things if not thing.above],
            fars=[_far(thing, wires, key) for thing in things if thing.above],
            moved=self._moved,
        )
        self._answers = Answers()
        every = [device.thing for device in world.devices.values()]
        self._doors = Doors(community=community, things=every, answers=self._answers)
        self._lanes = Lanes(every)
        self._hands = Hands(every, self._answers)
        for say in world.first():
            self._say(say, 0.0)

    def _connect(self, device: Simulated) -> None:
        if device.thing.line == "http":
            self._pushes[device.code] = asyncio.Queue(_PUSHES_KEPT)
        elif device.thing.line == "mqtt":
            topics = f"v1/{self._community}"
            whose = "+" if device.model == "gateway" else device.code
            self._lines[device.code] = Line(
                address=self._mqtt,
                device=device.code,
                username=f"{self._community}/{device.code}",
                secret=credentials.device_secret(key=self._key, code=device.code),
                will=(f"{topics}/{device.code}/status", b"offline"),
                listen=(f"{topics}/{whose}/commands", f"{topics}/{whose}/answers"),
                hear=self._hear,
            )

    async def run(self) -> None:
        """Simulate until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._go_on())
            tasks.create_task(self._field.run())
            for device in self._pushes:
                tasks.create_task(self._push(device))
            for line in self._lines.values():
                tasks.create_task(line.run())
                await asyncio.sleep(1 / _LINES_A_SECOND)

    async def _go_on(self) -> None:
        while True:
            now = time.time()
            for say in self._world.step(now):
                self._say(say, now)
            for device, question in self._doors.step(now):
                self._ask(device, question)
            for camera, question in self._lanes.step(now):
                self._ask(camera, question)
            for device, question in self._hands.step(now):
                self._ask(device, question)
            for lane in self._lanes.closing(now):
                self._moved(lane, "barrier.close")
            await asyncio.sleep(_STEP_S)

    def _ask(self, device: str, question: Mapping[str, Any]) -> None:
        """Let a device ask, over its own line or its gateway's."""
        line = self._lines[self._world.devices[device].thing.gateway or device]
        line.say(f"v1/{self._community}/{device}/asks", _json.encode(question))

    def _say(self, say: Say, now: float) -> None:
        thing = self._world.devices[say.device].thing
        if thing.line == "field":
            self._show(say)
            return
        at = round(max(now, self._said_at.get(say.device, 0.0) + _TICK_S), 3)
        self._said_at[say.device] = at
        if thing.line == "http":
            self._keep(say, at)
            return
        topic = f"v1/{self._community}/{say.device}/{say.what}"
        self._lines[thing.gateway or say.device].say(topic, _json.encode({**say.body, "t": at}))

    def _show(self, say: Say) -> None:
        """Let the far end of a field protocol know."""
        if say.what == "readings":
            self._field.show(say.device, say.body)
        elif say.what == "events":
            more = {name: value for name, value in say.body.items() if name != "event"}
            self._field.tell(say.device, str(say.body["event"]), more)
        else:
            self._field.silence(say.device, bool(say.body["silent"]))

    def _moved(self, device: str, service: str) -> None:
        """Something was done to a device over its wire."""
        now = time.time()
        for say in self._world.moved(device, service, now):
            self._say(say, now)

    def _keep(self, say: Say, at: float) -> None:
        """Put a push at the end of its queue; the oldest falls out when it is full."""
        queue = self._pushes[say.device]
        if queue.full():
            queue.get_nowait()
        queue.put_nowait(_senml(say, at))

    async def _push(self, device: str) -> None:
        """Push what a device has to say, each until it is stored or refused for good."""
        path = f"/push/v1/{self._community}/{device}/readings"
        secret = credentials.device_secret(key=self._key, code=device)
        queue = self._pushes[device]
        while True:
            body = _json.encode(await queue.get())
            pause_s = 1.0
            while (status := await self._post(path, secret, body)) in {0, _BUSY}:
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, 30.0)
            if status != _STORED:
                self.refused += 1
                log.warning("%s: push refused (%s)", device, status)

    async def _post(self, path: str, secret: str, body: bytes) -> int:
        """Return the status; 0 when nobody answered."""
        try:
            return await push.push(url=self._url, path=path, secret=secret, body=body)
        except (OSError, TimeoutError) as error:
            log.info("push: %s", error or type(error).__name__)
            return 0

    async def _hear(self, topic: str, payload: bytes) -> None:
        device, what = topic.split("/")[2:4]
        if what == "answers":
            self._doors.answered(device, payload, time.time())
            if self._lanes.answered(device, payload, time.time()):
                self._moved(device, "barrier.open")
            if weighed := self._hands.answered(device, payload):
                self._weighed(weighed)
            return
        if device not in self._world.devices:
            return
        try:
            order = _orders.decode(payload)
        except msgspec.DecodeError as error:
            log.warning("%s: not a command: %s", device, error)
            return
        now = time.time()
        answer, says = self._world.hear(device, order, now)
        if answer.ok:
            self._doors.told(device, order.service, order.args)
            self._hands.told(device, order.service, order.args)
        line = self._lines[self._world.devices[device].thing.gateway or device]
        line.say(f"v1/{self._community}/{device}/acks", _json.encode(answer))
        for say in says:
            self._say(say, now)

    def _weighed(self, one: Weighed) -> None:
        steps = [Tell(0, IT, "recycled", {"kind": one.kind, "kg": one.kg})]
        self._world.befall(steps, one.device, time.time())

    def obey(self, order: control.Order) -> control.Said:
        """Do what somebody at the command line wants."""
        does = self._orders.get(order.do)
        if does is None:
            return control.Said(ok=False, text=f"no such order: {order.do}")
        try:
            return control.Said(ok=True, text=does(order))
        except NoSuch as error:
            return control.Said(ok=False, text=str(error))

    @property
    def _orders(self) -> Mapping[str, Callable[[control.Order], str]]:
        return {
            "incident": self._incident,
            "reset": self._reset,
            "speed": self._speed,
            "state": self._state,
            "show": self._show_at,
            "ring": lambda order: self._doors.ring(order.device, order.name),
            "drive": self._drive_to,
            "follow": self._follow_at,
            "park": self._park_at,
            "say": lambda order: self._hands.say(order.device, order.name),
            "pay": self._pay_at,
            "recycle": self._recycle_at,
            "answer": lambda order: self._answers.of(order.name),
            "heard": lambda order: self._hands.heard(order.device),
        }

    def _incident(self, order: control.Order) -> str:
        return self._world.begin(order.name, order.device or None, time.time())

    def _show_at(self, order: control.Order) -> str:
        """Let somebody show something at a door: `name` is the way and the value; of a card, the
        resident's where none is named.
        """
        way, _, value = order.name.partition(":")
        if way == "card":
            value = value or _card()
        return self._doors.show(order.device, way, value)

    def _drive_to(self, order: control.Order) -> str:
        """Let a car stand at a lane: `name` is which way and the plate."""
        way, _, plate = order.name.partition(":")
        return self._lanes.drive(order.device, way, plate)

    def _park_at(self, order: control.Order) -> str:
        """Let a car drive into a charging bay: `name` is which way and the plate."""
        way, _, plate = order.name.partition(":")
        return self._hands.park(order.device, plate=plate, direction=way)

    def _follow_at(self, order: control.Order) -> str:
        """Let a second car through behind another: `name` is which way and the plate."""
        way, _, plate = order.name.partition(":")
        return self._lanes.follow(order.device, way, plate)

    def _reset(self, _order: control.Order) -> str:
        self._world.reset()
        return "reset"

    def _pay_at(self, order: control.Order) -> str:
        """Hold a card to a till: `name` is the card, the resident's where none is named; `fen` how
        much.
        """
        return self._hands.pay(order.device, card=order.name or _card(), fen=order.fen)

    def _recycle_at(self, order: control.Order) -> str:
        """Bring so many kilograms (`factor`) of a kind to a machine: `name` is the kind and the
        card, the resident's where none is named.
        """
        kind, _, card = order.name.partition(":")
        return self._hands.recycle(order.device, card=card or _card(), kind=kind, kg=order.factor)

    def _speed(self, order: control.Order) -> str:
        self._world.speed = min(max(order.factor, _FACTORS[0]), _FACTORS[1])
        return f"{self._world.speed:g}"

    def _state(self, _order: control.Order) -> str:
        up = sum(line.up for line in self._lines.values())
        lost = sum(line.lost for line in self._lines.values())
        return (
            f"{len(self._world.devices)} devices, {up}/{len(self._lines)} lines up,"
            f" {self._field.state} field lines up,"
            f" {lost} messages lost while down, {self.refused} pushes refused,"
            f" speed {self._world.speed:g}"
        )


def _card() -> str:
    return chosen.card(plan().homes)


def _senml(say: Say, at: float) -> list[dict[str, Any]]:
    """Return what a device says as a SenML pack (RFC 8428)."""
    if say.what == "events":
        return [{"bt": at, "n": str(say.body["event"]), "v": 1}]
    pack: list[dict[str, Any]] = [
        {
            "n": name,
            "vb" if isinstance(value, bool) else "vs" if isinstance(value, str) else "v": value,
        }
        for name, value in say.body.items()
    ]
    return [{"bt": at, **pack[0]}, *pack[1:]]


def _far(thing: Thing, known: Wires, key: str) -> Far:
    """Return a device as the far end of its line has it."""
    assert thing.wire is not None
    driver, address, options = thing.wire.driver, thing.wire.address, thing.wire.options
    wired = known.wired(
        wire=Wire(
            driver=driver, address=address, model=thing.model, options=options, is_line=False
        ),
        code=thing.code,
    )
    return Far(thing, wired.map, standing.secret(wire=thing.wire, code=thing.code, key=key))


def _as_registered(sown: Plan, file: Path) -> list[Thing]:
    """Return the devices as the register has them: those that were sown before there were field
    protocols speak MQTT still.
    """
    known = standing.Known()
    if file.exists():
        known = msgspec.json.decode(file.read_bytes(), type=standing.Known)
    field, former = set(known.field), set(known.former)
    old = {thing.code for thing in sown.things if thing.wire and thing.code not in field}
    if old or former:
        log.warning("%s devices, sown before, speak MQTT still", len(old) + len(former))
    things = [*sown.things, *(thing for thing in sown.former if thing.code in former)]
    return [thing._replace(wire=None) if thing.code in old else thing for thing in things]


async def run(
    *,
    home: Path,
    key: str,
    models: Mapping[str, ThingModel],
    mqtt: tuple[str, int],
    url: str,
    wires: Wires,
) -> None:
    """Simulate 和睦里 until cancelled.

    :param key: the installation's own secret, from which the devices' follow
    :param mqtt: host and port where devices connect; `url` where they push
    """
    sown = plan()
    things = _as_registered(sown, home / standing.WIRED)
    world = World(things=things, models=models, now=time.time())
    simulator = Simulator(
        community=sown.community,
        world=world,
        mqtt=mqtt,
        url=url,
        key=key,
        ports=home / "live" / "lines.json",
        wires=wires,
    )
    cashier.serve(home=home, installation=key)
    department.serve(home=home, installation=key, url=url, community=sown.community)
    async with control.listening(home, simulator.obey):
        await simulator.run()
