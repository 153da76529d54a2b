"""The live process: devices in, scenes, commands out. It writes no record.

`run` serves every community of an installation until it is told to stop; `app` hands it what it
must know of the rest: models, scenes, the directory.
"""

import asyncio
import gc
import logging
import resource
import signal
import ssl
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import msgspec
import uvloop

from linli.adapters.bus import Bus, StreamLimits, connect
from linli.adapters.waiting import set_within
from linli.contracts import subjects
from linli.contracts.directory import Directory
from linli.devices.interlocks import Interlocks
from linli.devices.model import ThingModel
from linli.drivers.mqtt.acceptor import Acceptor, Limits
from linli.drivers.mqtt.client import Broker
from linli.drivers.wiring import Wires
from linli.foundation import durable
from linli.live import stuck
from linli.live.asker import AskDesk, ask_desk
from linli.live.community import Community
from linli.live.door import LiveDoor
from linli.live.engine import MakeEngine
from linli.runtime import sweeping

_log = logging.getLogger(__name__)
_LOOK_AGAIN_S = 5.0
_COLLECT_AFTER = 20_000
_TELL_PORTS_S = 0.5


class Outside(msgspec.Struct, frozen=True, kw_only=True):
    """Where devices off this machine come in, by TLS."""

    host: str
    port: int
    tls: ssl.SSLContext


class LiveSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where the live process listens, and what it was given.

    `communities` and `directory` are asked in a thread; `wire` is handed the way to ask the record
    half what a device waits to be told; `ready` is called with the MQTT port once
    devices are served.
    """

    host: str = "127.0.0.1"
    port: int = 1883
    outside: Outside | None = None
    nats_url: str
    home: Path
    models: Mapping[str, ThingModel]
    make_engine: MakeEngine
    communities: Callable[[], Sequence[str]]
    directory: Callable[[str], Directory]
    wire: Callable[[AskDesk], None] = lambda ask: None
    ready: Callable[[int], None] = lambda port: None
    streams: StreamLimits = StreamLimits()
    limits: Limits = Limits()
    wires: Wires
    interlocks: Interlocks = Interlocks(())
    brokers: Mapping[str, Broker] = {}
    """By community: an operator's own broker that is joined as a client."""


def main(settings: LiveSettings) -> None:
    """Run the live process until SIGTERM or SIGINT."""
    uvloop.run(run(settings))


async def run(settings: LiveSettings) -> None:
    """Serve until SIGTERM or SIGINT, then put everything on disk and leave.

    :raises NotStored: if there is no bus at the URL
    :raises OSError: if the port is taken
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    _raise_file_limit()
    bus = await connect(url=settings.nats_url, name="live")
    await bus.ensure_streams(limits=settings.streams)
    settings.wire(partial(ask_desk, bus))
    live = Live(bus=bus, settings=settings)
    try:
        await live.serve(stop)
    finally:
        await live.close()
        await bus.close()


class Live:
    """All communities of this process behind one acceptor."""

    def __init__(self, *, bus: Bus, settings: LiveSettings) -> None:
        self._bus = bus
        self._settings = settings
        self.door = LiveDoor()
        self.acceptor = Acceptor(door=self.door, limits=settings.limits)
        self.communities: dict[str, Community] = {}
        self.door.on_line = self._line_up

    def _line_up(self, community: str, device: str) -> None:
        found = self.communities.get(community)
        if found is not None:
            found.line_up(device)

    async def serve(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set; a community that appears later is taken up too.

        While the records are away at first, no device is let in; later, none is turned out.
        """
        async with asyncio.TaskGroup() as tasks:
            while not await self._take_up(tasks):
                if await set_within(stop, _LOOK_AGAIN_S):
                    return
            port = await self.acceptor.open(host=self._settings.host, port=self._settings.port)
            if outside := self._settings.outside:
                await self.acceptor.open(host=outside.host, port=outside.port, tls=outside.tls)
            _settle_memory()
            _log.info("devices are served on %s:%d", self._settings.host, port)
            self._settings.ready(port)
            looking = tasks.create_task(self._look_for_more(tasks))
            telling = tasks.create_task(self._tell_ports())
            watching = tasks.create_task(
                stuck.watch(bus=self._bus, home=self._settings.home, in_trouble=self._in_trouble)
            )
            await stop.wait()
            for task in (looking, telling, watching):
                task.cancel()
            for community in self.communities.values():
                community.stop()

    async def _take_up(self, tasks: asyncio.TaskGroup) -> bool:
        """Take up the communities that are new; tell whether there is one, or none is wanted."""
        try:
            names = await asyncio.to_thread(self._settings.communities)
        except Exception:
            _log.exception("the communities are not known; asked again later")
            return False
        for name in names:
            if name not in self.communities:
                await self._take_up_one(name, tasks)
        return bool(self.communities) or not names

    async def _take_up_one(self, name: str, tasks: asyncio.TaskGroup) -> None:
        try:
            community = await self._begin(name)
        except Exception:
            _log.exception("%s does not begin; tried again later", name)
            return
        community.task = tasks.create_task(community.run())

    async def _begin(self, name: str) -> Community:
        facts = (await self._bus.state(stream=subjects.FACTS_STREAM)).last
        directory = await asyncio.to_thread(self._settings.directory, name)
        community = Community(
            bus=self._bus,
            door=self.door,
            acceptor=self.acceptor,
            home=self._settings.home,
            models=self._settings.models,
            make_engine=self._settings.make_engine,
            ask_directory=self._settings.directory,
            directory=directory,
            broker=self._settings.brokers.get(name),
            wires=self._settings.wires,
            interlocks=self._settings.interlocks,
        )
        await community.begin(facts=facts)
        self.communities[name] = community
        return community

    async def _look_for_more(self, tasks: asyncio.TaskGroup) -> None:
        while True:
            await asyncio.sleep(_LOOK_AGAIN_S)
            await self._take_up(tasks)

    def _in_trouble(self) -> bool:
        return any(one.log.trouble for one in self.communities.values())

    async def _tell_ports(self) -> None:
        """Keep a file of where the lines of field protocols listen: `live/lines.json`."""
        file, told = self._settings.home / "live" / "lines.json", b""
        while True:
            found = {name: one.lines.ports() for name, one in self.communities.items()}
            body = msgspec.json.encode(found)
            if body != told and await _kept(file, body):
                told = body
            await asyncio.sleep(_TELL_PORTS_S)

    async def close(self) -> None:
        """Hang up on devices, then close each community."""
        await self.acceptor.close()
        for community in self.communities.values():
            await community.close()


async def _kept(file: Path, body: bytes) -> bool:
    """Replace a file that others look into; tell whether the disk took it."""
    try:
        await asyncio.to_thread(durable.put, file=file, parts=[body])
    except OSError as error:
        _log.warning("%s is not told: %s", file.name, error)
        return False
    return True


def _settle_memory() -> None:
    """Let the collector leave alone what is there for good, and look less often at the rest."""
    gc.collect()
    sweeping.settle()
    gc.set_threshold(_COLLECT_AFTER, 20, 50)


def _raise_file_limit() -> None:
    """Let as many files be open as the machine allows: each device is one."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
