"""A home at its broker, over loopback: newcomers, states, commands, and what is too much."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from linli.drivers import rests
from linli.drivers.homeassistant import codec, home
from linli.drivers.homeassistant.driver import DRIVER
from linli.drivers.homeassistant.peer import HomePeer, config
from linli.drivers.line import Order
from tests.drivers.station import FakeStation
from tests.drivers.tables import wired

HALL = config(
    dev_cla="motion", stat_t="z2m/hall", val_tpl="{{ value_json.occupancy }}", pl_on=True,
    pl_off=False, uniq_id="hall", dev={"ids": ["hall"], "name": "玄关"}, avty_t="z2m/hall/there",
)  # fmt: skip
VALVE = config(
    dev_cla="gas", stat_t="gas/state", cmd_t="gas/set", uniq_id="gv", dev={"ids": ["gv"]}
)
CLOSE = Order(id="c1", service="gas_valve.close", args={}, expires_at=2e9)


def members():
    return [
        wired("homeassistant", "pass-1", "home_passage_sensor", "hall"),
        wired("homeassistant", "gv-1", "gas_valve", "gv"),
    ]


@asynccontextmanager
async def joining(monkeypatch, *, below=None, announced=True, base="homes/101"):
    """Give a peer that has announced two devices, a station and a line that has joined it."""
    monkeypatch.setattr(rests, "FIRST_S", 0.02)
    peer, station = HomePeer(), FakeStation()
    await peer.open()
    if announced:
        peer.say("homes/101/homeassistant/binary_sensor/hall/config", HALL)
        peer.say("homes/101/homeassistant/valve/gv/config", VALVE)
    line = wired("homeassistant", "home-1", "gateway", connect=f"127.0.0.1:{peer.port}", base=base)
    running = DRIVER.run(line, members() if below is None else below, station)
    task = asyncio.create_task(running.run())
    try:
        async with asyncio.timeout(10):
            await peer.joined.wait()
            yield peer, station, running
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await peer.close()


async def heard(peer, topic):
    """Wait until the line hears a topic."""
    async with asyncio.timeout(5):
        while topic not in peer.filters:
            await asyncio.sleep(0.01)


class TestHears:
    async def test_brings_how_a_device_stands(self, monkeypatch):
        async with joining(monkeypatch) as (peer, station, _):
            await heard(peer, "homes/101/z2m/hall")

            peer.say("homes/101/z2m/hall/there", b"online")
            number = peer.say("homes/101/z2m/hall", b'{"occupancy": true}')
            await peer.until_confirmed(number)

            assert station.last("pass-1", "motion") is True
            assert station.present["pass-1"] is True

    async def test_confirms_nothing_before_it_is_stored(self, monkeypatch):
        async with joining(monkeypatch) as (peer, station, _):
            await heard(peer, "homes/101/z2m/hall")
            station.open.clear()
            number = peer.say("homes/101/z2m/hall", b'{"occupancy": true}')
            await station.until(lambda: station.held > 0)

            early = number in peer.confirmed
            station.open.set()
            await peer.until_confirmed(number)

            assert not early

    async def test_knows_what_the_broker_kept_after_a_loss(self, monkeypatch):
        async with joining(monkeypatch) as (peer, station, _):
            await heard(peer, "homes/101/gas/state")
            peer.drop()
            await station.until(lambda: station.present.get("home-1") is False)
            peer.say("homes/101/gas/state", b"open")

            await station.until(lambda: station.last("gv-1", "gas_valve_open") is True)

            assert station.reasons["pass-1"] == "hung_up"

    async def test_says_that_a_device_went(self, monkeypatch):
        async with joining(monkeypatch) as (peer, station, _):
            await heard(peer, "homes/101/z2m/hall/there")

            peer.say("homes/101/z2m/hall/there", b"offline")
            await station.until(lambda: station.present.get("pass-1") is False)

            assert station.reasons["pass-1"] == "silent"


class TestNewcomers:
    async def test_shows_who_is_behind_the_gateway_and_takes_him_when_let_in(self, monkeypatch):
        async with joining(monkeypatch, below=[]) as (peer, station, running):
            await station.until(lambda: len(station.strangers) == 2)
            peer.say("homes/101/gas/state", b"open")

            running.rewire(members())
            await station.until(lambda: station.last("gv-1", "gas_valve_open") is True)

            assert station.strangers["hall"]["model"] == "home_passage_sensor"
            assert station.strangers["gv"]["model"] == "gas_valve"
            assert station.strangers["hall"]["name"] == "玄关"

    async def test_forgets_what_is_taken_back(self, monkeypatch):
        async with joining(monkeypatch) as (peer, _station, _):
            await heard(peer, "homes/101/gas/state")

            peer.say("homes/101/homeassistant/valve/gv/config", b"")

            async with asyncio.timeout(5):
                while "homes/101/gas/state" in peer.filters:
                    await asyncio.sleep(0.01)


class TestTells:
    async def test_is_answered_by_how_the_valve_stands(self, monkeypatch):
        async with joining(monkeypatch) as (peer, station, running):
            peer.obeys["homes/101/gas/set"] = ("homes/101/gas/state", {b"CLOSE": b"closed"})
            await heard(peer, "homes/101/gas/state")

            assert running.send("gv-1", CLOSE)
            assert running.send("gv-1", CLOSE)
            await station.until(lambda: station.answers)

            assert station.answers == [("gv-1", "c1", True, "")]
            assert set(peer.commands) == {("homes/101/gas/set", b"CLOSE")}
            assert station.last("gv-1", "gas_valve_open") is False

    async def test_has_no_way_to_who_never_announced_himself(self, monkeypatch):
        async with joining(monkeypatch, announced=False) as (_peer, station, running):
            assert running.send("gv-1", CLOSE)
            assert not running.send("nobody", CLOSE)

            assert station.answers == [("gv-1", "c1", False, "not_on_wire")]


class TestTooMuch:
    async def test_hears_nothing_beside_its_own_home(self, monkeypatch):
        async with joining(monkeypatch, announced=False) as (peer, station, _):
            spying = config(dev_cla="motion", stat_t="../102/z2m/hall", uniq_id="spy")
            wide = config(dev_cla="motion", stat_t="#", uniq_id="wide")
            peer.say("homes/101/homeassistant/binary_sensor/spy/config", spying)
            number = peer.say("homes/101/homeassistant/binary_sensor/wide/config", wide)

            await peer.until_confirmed(number)

            assert all(one.startswith("homes/101/") for one in peer.filters)
            assert [r[1] for r in station.refusals] == ["bad_topic"]

    async def test_is_bounded(self, monkeypatch):
        monkeypatch.setattr(home, "MOST_ENTITIES", 3)
        async with joining(monkeypatch, announced=False) as (peer, station, _):
            for n in range(5):
                said = config(stat_t=f"s/{n}", uniq_id=f"u{n}")
                number = peer.say(f"homes/101/homeassistant/sensor/u{n}/config", said)
            await peer.until_confirmed(number)

            assert [r[1] for r in station.refusals] == ["too_many_entities"] * 2

    @pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b'{"state_topic": 5}', b"0" * 20_000])
    async def test_counts_what_is_no_announcement(self, monkeypatch, body):
        async with joining(monkeypatch, announced=False) as (peer, station, _):
            number = peer.say("homes/101/homeassistant/sensor/x/config", body)
            await peer.until_confirmed(number)

            assert len(station.refusals) == 1
            assert station.strangers == {}

    @pytest.mark.parametrize("part", ["entity", "state", "present"])
    async def test_goes_on_after_a_message_that_breaks_its_reader(self, monkeypatch, part):
        async with joining(monkeypatch) as (peer, station, _):
            await heard(peer, "homes/101/z2m/hall")
            whole = getattr(codec, part)

            def breaks(*said):
                if b"bad" in said[-1]:
                    raise ValueError
                return whole(*said)

            monkeypatch.setattr(codec, part, breaks)
            peer.say("homes/101/homeassistant/sensor/x/config", b'{"stat_t": "bad"}')
            peer.say("homes/101/z2m/hall", b'{"occupancy": false, "bad": 1}')
            peer.say("homes/101/z2m/hall/there", b"bad")
            number = peer.say("homes/101/z2m/hall", b'{"occupancy": true}')
            await peer.until_confirmed(number)

            assert [r[1:] for r in station.refusals] == [("unreadable", b"")]
            assert station.last("pass-1", "motion") is True
