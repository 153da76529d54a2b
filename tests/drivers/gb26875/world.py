"""A line with transmission devices of the catalogue, its peers, and a live half that remembers."""

import asyncio
import json
from contextlib import asynccontextmanager
from functools import cache

from linli.app import catalogue
from linli.drivers.gb26875.driver import DRIVER
from linli.drivers.gb26875.line import FireLine
from linli.drivers.gb26875.objects import Part
from linli.drivers.gb26875.options import LineOptions, MemberOptions
from linli.drivers.gb26875.peer import FirePanel, Fitted
from linli.drivers.line import Wired
from linli.drivers.wiring import Wires
from tests.drivers.station import FakeStation

SOURCE = 1001
SMOKE = Part(1, 1, 42, 0x20003)
HEAT = Part(1, 1, 31, 0x20004)
CALL = Part(1, 1, 23, 0x20005)
CURRENT = Part(1, 1, 17, 0x20006)
TANK = Part(11, 1, 92, 7)
FLOW = Part(12, 1, 96, 8)
PARTS = {
    "smoke": ("smoke_detector", SMOKE),
    "heat": ("heat_detector", HEAT),
    "call": ("manual_call_point", CALL),
    "current": ("electrical_fire_monitor", CURRENT),
    "tank": ("water_tank", TANK),
    "flow": ("fire_part", FLOW),
}


@cache
def models():
    return catalogue.load().models


@cache
def maps():
    found = Wires(tables=catalogue.wires(), models=models()).maps(DRIVER)
    return {model: map_ for map_ in found.values() for model in map_.models}


def wired(code, model, address, *, gateway="line", **options):
    return Wired(
        community="c1",
        code=code,
        model=models()[model],
        address=address,
        gateway=gateway,
        options=MemberOptions(**options),
        map=maps().get(model),
    )


def line_of(**options):
    options = {"listen": "127.0.0.1:0", "tick_s": 0.02} | options
    return Wired(
        community="c1",
        code="line",
        model=models()["gateway"],
        address="",
        gateway=None,
        options=LineOptions(**options),
    )


def members(*, source=SOURCE, code="ftx"):
    parts = [
        wired(
            name,
            model,
            part.address(),
            gateway=code,
            scales={"level_pct": 40.0} if name == "tank" else {},
        )
        for name, (model, part) in PARTS.items()
    ]
    return [wired(code, "fire_transmitter", str(source)), *parts]


def fitted(part, **what):
    return Fitted(part, **what)


@asynccontextmanager
async def running(*, station=None, with_members=None, **options):
    """A line at work and its station."""
    station = station or FakeStation()
    found = members() if with_members is None else with_members
    line = FireLine(line=line_of(**options), members=found, station=station)
    task = asyncio.create_task(line.run())
    while not line.port:
        await asyncio.sleep(0)
    try:
        yield line, station
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def panel_of(station, *, source=SOURCE, **options):
    parts = [Fitted(part, text=name) for name, (_, part) in PARTS.items()]
    options = {"answer_within_s": 0.5, "keep_alive_s": 1000.0} | options
    return FirePanel(source=source, parts=parts, clock=station.now, **options)


def _came_in(station, code):
    return sum(way == "in" for way, _ in station.frames[code])


@asynccontextmanager
async def dialled(line, panel, station, *, code="ftx", again=False):
    """A panel on the line, greeted: its state read, its clock set unless that was just now."""
    before = _came_in(station, code)
    task = asyncio.create_task(panel.run("127.0.0.1", line.port))
    try:
        async with asyncio.timeout(5):
            while _came_in(station, code) - before < (1 if again else 3):
                await asyncio.sleep(0)
        yield panel
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def one_panel(**options):
    """A line with one panel on it."""
    async with running(**options) as (line, station):
        panel = panel_of(station)
        async with dialled(line, panel, station):
            yield line, station, panel


def told(station, device, name):
    """Every reading of a name of a device, its extras read."""
    return [
        reading._replace(extras=json.loads(reading.extras) if reading.extras else {})
        for code, reading in station.readings
        if (code, reading.name) == (device, name)
    ]
