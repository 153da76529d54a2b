"""A panel, its line and the gate of the live half, with the catalogue as it is."""

import asyncio
import json
import time
from types import SimpleNamespace

import pytest

from linli.app import catalogue
from linli.contracts.directory import DeviceEntry, Directory, PlaceEntry, PointEntry
from linli.drivers import known
from linli.drivers.gb26875.objects import Part
from linli.drivers.gb26875.peer import FAULT, FIRE, NORMAL, FirePanel, Fitted
from linli.drivers.line import Order
from linli.drivers.wiring import Wires
from linli.live.door import LiveDoor
from linli.live.gate import Gate
from linli.live.lines import Lines
from tests.drivers.gb26875.world import CALL, CURRENT, PARTS, SMOKE, TANK, models

UNKNOWN = Part(1, 1, 42, 0x90009)


class OnDisk:
    """A log that stores at once."""

    def end(self, *, acks, line, safety_before, bulk_before):
        line.send(acks)

    def full(self, *, safety):
        return False

    def kick(self):
        pass


def directory():
    driver = {"driver": "gb26875", "place": "house"}
    devices = [
        DeviceEntry(code="line", model="gateway", options={"listen": "127.0.0.1:0"}, **driver),
        DeviceEntry(code="ftx", model="fire_transmitter", gateway="line", address="1001", **driver),
        *(
            DeviceEntry(
                code=code,
                model=model,
                gateway="ftx",
                address=part.address(),
                options={"scales": {"level_pct": 40.0}} if code == "tank" else {},
                **driver,
            )
            for code, (model, part) in PARTS.items()
        ),
    ]
    names = [(one.code, name) for one in devices for name in models()[one.model].points()]
    return Directory(
        community="house",
        version=1,
        places=[PlaceEntry(path="house", kind="estate")],
        devices=devices,
        points=[
            PointEntry(number=number, device=code, name=name)
            for number, (code, name) in enumerate(names)
        ],
    )


@pytest.fixture
async def house():
    register = directory()
    gate = Gate(directory=register, models=models())
    wires = Wires(tables=catalogue.wires(), models=models())
    lines = Lines(gate=gate, log=OnDisk(), door=LiveDoor(), wires=wires)
    lines.learn()
    lines.open()
    async with asyncio.timeout(5):
        while not lines.ports().get("line"):
            await asyncio.sleep(0)
    panel = FirePanel(
        source=1001,
        parts=[Fitted(part, text=code) for code, (_, part) in PARTS.items()],
        clock=time.time,
    )
    task = asyncio.create_task(panel.run("127.0.0.1", lines.ports()["line"]))
    await panel.until(lambda: panel.clock_set_to is not None)
    yield SimpleNamespace(lines=lines, gate=gate, panel=panel, register=register)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await lines.close()


def values(house, device):
    """The last values of a device that the gate has taken, and what stood beside them."""
    names = {point.number: point for point in house.register.points}
    pending = house.gate.safety.pending, house.gate.bulk.pending
    return {
        names[number].name: (value, json.loads(lane.extras.get(row, b"{}")))
        for lane in pending
        for row, (number, value) in enumerate(zip(lane.points, lane.values, strict=True))
        if names[number].device == device
    }


class TestHouse:
    async def test_a_fire_in_test_comes_through_with_the_test_beside_it(self, house):
        house.panel.parts[SMOKE].state = FIRE
        house.panel.parts[CALL].state = FIRE | NORMAL

        assert await house.panel.tell_parts([SMOKE, CALL])

        smoke, beside = values(house, "smoke")["smoke"]
        assert (smoke, beside["test"]) == (1.0, True)
        assert values(house, "smoke")["test_mode"][0] == 1.0
        assert values(house, "call")["manual_alarm"][0] == 1.0

    async def test_the_gate_refuses_nothing_of_what_a_panel_tells(self, house):
        house.panel.parts[TANK].analogue, house.panel.parts[TANK].value = 2, 215
        house.panel.parts[CURRENT].analogue, house.panel.parts[CURRENT].value = 128, 287
        house.panel.parts[UNKNOWN] = Fitted(UNKNOWN, text="新装烟感", state=FIRE | FAULT)

        assert await house.panel.tell_parts(list(house.panel.parts))
        assert await house.panel.tell_values([TANK, CURRENT])
        assert await house.panel.press(0x24)
        assert await house.panel.reset()

        assert values(house, "tank")["level_pct"][0] == 86.0
        assert values(house, "current")["residual_current_ma"][0] == 287.0
        assert values(house, "ftx")["fire_alarm"][1]["name"] == "新装烟感"
        assert values(house, "ftx")["duty_answered"][1]["asked"] is False
        assert house.gate.refusals.tell(community="house", at=0.0) == []
        strangers = house.lines.strangers.tell()
        assert [(one.address, one.about["model"]) for one in strangers] == [
            ("1001/1.1.42.589833", "smoke_detector")
        ]

    async def test_an_order_of_the_model_reaches_the_panel(self, house):
        order = Order(id="o1", service="duty.check", args={}, expires_at=time.time() + 60)

        house.lines.send("ftx", order)

        await house.panel.until(lambda: house.panel.heard[-1].data[:1] == b"\x5b")
        async with asyncio.timeout(5):
            while "duty_answered" not in values(house, "ftx"):
                await asyncio.sleep(0)
        assert values(house, "ftx")["duty_answered"][1]["order"] == "o1"

    async def test_keeps_raw_frames_that_the_decoder_can_read(self, house):
        await house.panel.tell_state()

        kept = house.lines.frames.of("ftx")

        decode = known.decoder("gb26875")
        told = [(frame.way, decode(frame.data.hex(), {})["cmd_name"]["en"]) for frame in kept]
        assert told[-2:] == [("in", "send data"), ("out", "confirm")]
