"""Pushes of platforms, from the door of the live half to the gate, with the real catalogue."""

import asyncio
import time
from types import SimpleNamespace

import pytest

from linli.app import catalogue
from linli.contracts.directory import DeviceEntry, Directory, PlaceEntry, PointEntry
from linli.devices.batch import Quality
from linli.drivers import known
from linli.drivers.chirpstack import peer as lora
from linli.drivers.ctwing import peer as telecom
from linli.drivers.line import NotSigned, Push
from linli.drivers.once import Lately
from linli.drivers.onenet import peer as mobile
from linli.drivers.wiring import Wires
from linli.live.door import LiveDoor
from linli.live.gate import Gate
from linli.live.lines import Lines

EUI, IMEI, TOKEN = "24e124136b502219", "860000000000011", "agreed-word"
LEAK = bytes.fromhex("01755c050001")


class Log:
    """Stores at once; while it is `down` it keeps everybody waiting."""

    down = False

    def end(self, *, acks, line, safety_before, bulk_before):
        if not self.down:
            line.send(acks)

    def when_stored(self, line):
        self.end(acks=b"", line=line, safety_before=0, bulk_before=0)

    def full(self, *, safety):
        return False

    def kick(self):
        pass


def device(code, model, driver, *, gateway=None, address="", **options):
    return DeviceEntry(
        code=code, model=model, place="house", gateway=gateway, driver=driver,
        address=address, options=options,
    )  # fmt: skip


@pytest.fixture
def house():
    models, _ = catalogue.models()
    entries = [
        device("lora", "gateway", "chirpstack"),
        device("leak-1", "water_leak_sensor", "chirpstack", gateway="lora", address=EUI),
        device("telecom", "gateway", "ctwing"),
        device("smoke-1", "smoke_detector", "ctwing", gateway="telecom", address=IMEI),
        device("mobile", "gateway", "onenet", token=TOKEN),
        device("leak-2", "water_leak_sensor", "onenet", gateway="mobile", address=IMEI),
    ]
    named = [(e.code, name) for e in entries for name in models[e.model].points()]
    points = [PointEntry(number=n, device=d, name=name) for n, (d, name) in enumerate(named)]
    directory = Directory(
        community="house", version=1, places=[PlaceEntry(path="house", kind="estate")],
        devices=entries, points=points,
    )  # fmt: skip
    gate, log = Gate(directory=directory, models=models), Log()
    wires = Wires(tables=catalogue.wires(), models=models)
    lines = Lines(gate=gate, log=log, door=LiveDoor(), wires=wires)
    lines.learn()
    return SimpleNamespace(lines=lines, gate=gate, log=log, named=named)


async def post(house, line, driver, said):
    query, headers, body = said
    asked = Push(method="POST", query=query, headers=headers, body=body)
    return await house.lines.pushed(line=line, driver=driver, asked=asked, now=1_780_000_000.0)


def stored(house):
    pending = house.gate.safety.pending
    return [
        (house.named[point][1], value)
        for point, value in zip(pending.points, pending.values, strict=True)
    ]


def said_by(driver, *, number):
    """Return a line and what is posted to it; the drivers remember numbers from test to test."""
    if driver == "chirpstack":
        return "lora", lora.pushed("up", lora.up(EUI, LEAK, counter=number))
    if driver == "ctwing":
        values = {"Alarm_Status": 1, "Battery_Level": 92}
        return "telecom", telecom.pushed(telecom.report(IMEI, values, number=number))
    return "mobile", mobile.pushed(
        mobile.point(IMEI, "3200_0_5750", "015c"), token=TOKEN, nonce=f"n{number}"
    )


@pytest.mark.parametrize("driver", ["chirpstack", "ctwing", "onenet"])
class TestPushed:
    async def test_reaches_the_gate_once_however_often_it_is_posted(self, house, driver):
        line, said = said_by(driver, number=1)

        first = await post(house, line, driver, said)
        again = await post(house, line, driver, said)

        assert first.taken == len(stored(house))
        assert first.taken >= 2
        assert ("battery_pct", 92.0) in stored(house)
        assert (first.refused, again.taken, again.refused) == (0, 0, 0)

    async def test_is_taken_again_where_it_was_not_on_disk(self, house, driver):
        line, said = said_by(driver, number=2)
        house.log.down = True
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await post(house, line, driver, said)

        house.log.down = False
        again = await post(house, line, driver, said)

        assert again.taken >= 2


@pytest.mark.parametrize("driver", ["ctwing", "onenet"])
async def test_what_is_posted_again_after_a_restart_is_no_news(house, driver, monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 1_780_000_001.0)
    line, said = said_by(driver, number=3)
    await post(house, line, driver, said)
    pending = house.gate.safety.take_all()
    pending.columns(community="house", at=1_780_000_001.0, seen=house.gate.seen)
    monkeypatch.setattr(known.driver(driver).push.__self__, "_came", Lately(most=9))

    again = await post(house, line, driver, said)
    replayed = house.gate.safety.take_all().columns(
        community="house", at=1_780_000_100.0, seen=house.gate.seen
    )

    assert again.taken >= 2
    assert all(flags & (Quality.DUPLICATE | Quality.LATE) for flags in replayed.quality)


async def test_a_forged_push_reaches_nobody(house):
    said = mobile.pushed(mobile.point(IMEI, "3200_0_5750", "015c"), token="guessed")

    with pytest.raises(NotSigned):
        await post(house, "mobile", "onenet", said)

    assert stored(house) == []
