"""A line to ChirpStack's broker, over loopback."""

import asyncio
from contextlib import asynccontextmanager

from linli.drivers import joined as joining
from linli.drivers import rests
from linli.drivers.chirpstack.driver import ChirpStack
from linli.drivers.chirpstack.peer import ChirpStackPeer, event, up
from linli.drivers.line import Order
from tests.drivers.station import FakeStation
from tests.drivers.tables import wired

LEAK_EUI, VALVE_EUI = "24e124136b502217", "24e124136b502218"
LEAK = bytes.fromhex("01755c050001")
ON = Order(id="c1", service="irrigation.on", args={}, expires_at=2e9)


def members():
    return [
        wired("chirpstack", "leak-1", "water_leak_sensor", LEAK_EUI),
        wired("chirpstack", "valve-1", "irrigation_valve", VALVE_EUI.upper()),
    ]


@asynccontextmanager
async def joined(monkeypatch, *, peer=None, below=None):
    """Give a peer, a station and a line that has joined it."""
    monkeypatch.setattr(rests, "FIRST_S", 0.02)
    peer, station = peer or ChirpStackPeer(), FakeStation()
    await peer.open()
    wanted = wired("chirpstack", "lora", "gateway", connect=f"127.0.0.1:{peer.port}")
    running = ChirpStack().run(wanted, members() if below is None else below, station)
    task = asyncio.create_task(running.run())
    try:
        async with asyncio.timeout(10):
            await peer.joined.wait()
            yield peer, station, running
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await peer.close()


class TestHears:
    async def test_brings_what_a_device_says_and_knows_it_present(self, monkeypatch):
        async with joined(monkeypatch) as (peer, station, _):
            number = peer.say("up", up(LEAK_EUI, LEAK, counter=0))

            await peer.until_confirmed(number)

            assert station.last("leak-1", "water_leak") is True
            assert station.present == {"lora": True, "leak-1": True}
            assert peer.filters == {"application/+/device/+/event/+"}

    async def test_confirms_nothing_before_it_is_stored(self, monkeypatch):
        async with joined(monkeypatch) as (peer, station, _):
            station.open.clear()
            number = peer.say("up", up(LEAK_EUI, LEAK, counter=0))
            await station.until(lambda: "leak-1" in station.present)

            early = set(peer.confirmed)
            station.open.set()
            await peer.until_confirmed(number)

            assert early == set()
            assert station.last("leak-1", "water_leak") is True

    async def test_takes_a_copy_once_and_confirms_it_too(self, monkeypatch):
        async with joined(monkeypatch) as (peer, station, _):
            said = up(LEAK_EUI, LEAK, counter=4)

            peer.say("up", said)
            number = peer.say("up", said)
            await peer.until_confirmed(number)

            assert len(station.readings) == 2
            assert [r[:2] for r in station.refusals] == [("leak-1", "copy")]

    async def test_shows_strangers_and_counts_what_it_cannot_read(self, monkeypatch):
        async with joined(monkeypatch) as (peer, station, _):
            peer.say("up", up("ffffffffffffffff", LEAK, counter=0))
            peer.publish("application/a/device/b/event/up", b"{")
            peer.publish("application/a/device/b/event/party", b"{}")
            peer.say("up", up(LEAK_EUI, b"\x09\x09\x09", counter=0))
            number = peer.say("log", event(LEAK_EUI, level="ERROR", code="UPLINK_MIC"))

            await peer.until_confirmed(number)

            assert list(station.strangers) == ["ffffffffffffffff"]
            assert [r[1] for r in station.refusals] == [
                "not_chirpstack", "unknown_event", "payload_unknown", "chirpstack_log",
            ]  # fmt: skip

    async def test_joins_again_after_the_broker_was_lost(self, monkeypatch):
        async with joined(monkeypatch) as (peer, station, _):
            peer.drop()
            await station.until(lambda: station.present.get("lora") is False)
            await peer.joined.wait()

            number = peer.say("up", up(LEAK_EUI, LEAK, counter=1))
            await peer.until_confirmed(number)

            assert station.reasons["lora"] == "hung_up"
            assert station.last("leak-1", "water_leak") is True

    async def test_says_that_the_broker_turned_it_away_and_tries_again(self, monkeypatch):
        peer = ChirpStackPeer()
        peer.turns_away = True
        monkeypatch.setattr(rests, "FIRST_S", 0.02)
        await peer.open()
        station = FakeStation()
        wanted = wired("chirpstack", "lora", "gateway", connect=f"127.0.0.1:{peer.port}")
        task = asyncio.create_task(ChirpStack().run(wanted, [], station).run())
        await station.until(lambda: bool(station.refusals))

        peer.turns_away = False
        await station.until(lambda: station.present.get("lora") is True)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await peer.close()

        assert station.refusals[0][:2] == ("lora", "broker_refused")

    async def test_lets_the_connection_wait_while_the_log_is_full(self, monkeypatch):
        monkeypatch.setattr(joining, "_WAITING", 4)
        async with joined(monkeypatch) as (peer, station, running):
            station.open.clear()
            numbers = [peer.say("up", up(LEAK_EUI, LEAK, counter=n)) for n in range(50)]
            await station.until(lambda: bool(station.frames["leak-1"]))

            kept, early = running._broker.waiting, set(peer.confirmed)
            station.open.set()
            await peer.until_confirmed(numbers[-1])

            assert kept <= 4
            assert early == set()
            assert len(station.readings) == 100

    async def test_ends_when_it_is_cancelled_with_readings_under_way(self, monkeypatch):
        async with joined(monkeypatch) as (peer, station, _):
            station.open.clear()
            number = peer.say("up", up(LEAK_EUI, LEAK, counter=0))
            await station.until(lambda: bool(station.frames["leak-1"]))

        assert number not in peer.confirmed

    async def test_waits_without_a_broker_where_only_pushes_come(self):
        station = FakeStation()
        line = wired("chirpstack", "lora", "gateway")
        task = asyncio.create_task(ChirpStack().run(line, members(), station).run())
        await asyncio.sleep(0)

        waits = not task.done()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

        assert waits
        assert (station.present, station.refusals) == ({}, [])

    async def test_takes_members_that_came_later(self, monkeypatch):
        async with joined(monkeypatch, below=[]) as (peer, station, running):
            running.rewire(members())

            number = peer.say("up", up(LEAK_EUI, LEAK, counter=1))
            await peer.until_confirmed(number)

            assert station.last("leak-1", "water_leak") is True


class TestSends:
    async def heard(self, peer):
        """Let the line learn the application of the valve."""
        await peer.until_confirmed(peer.say("up", up(VALVE_EUI, b"\x03\x01\x00", counter=0)))

    async def test_queues_a_downlink_and_tells_the_devices_answer(self, monkeypatch):
        async with joined(monkeypatch) as (peer, station, running):
            await self.heard(peer)

            sent = running.send("valve-1", ON)
            await station.until(lambda: bool(station.answers))

            assert sent
            [command] = peer.commands
            assert (command["devEui"], command["fPort"]) == (VALVE_EUI, 85)
            assert command["bytes"].hex() == "ff1d20ff"
            assert station.answers == [("valve-1", "c1", True, "")]

    async def test_tells_that_the_device_did_not_confirm(self, monkeypatch):
        peer = ChirpStackPeer()
        peer.acknowledges = False
        async with joined(monkeypatch, peer=peer) as (_, station, running):
            await self.heard(peer)

            running.send("valve-1", ON)
            await station.until(lambda: bool(station.answers))

            assert station.answers == [("valve-1", "c1", False, "no_answer")]

    async def test_queues_the_same_order_once(self, monkeypatch):
        peer = ChirpStackPeer()
        peer.acknowledges = None
        async with joined(monkeypatch, peer=peer) as (_, _station, running):
            await self.heard(peer)

            sent = [running.send("valve-1", ON) for _ in range(3)]
            await self.heard_again(peer)

            assert sent == [True, True, True]
            assert len(peer.commands) == 1

    async def heard_again(self, peer):
        await peer.until_confirmed(peer.say("up", up(VALVE_EUI, b"\x03\x01\x00", counter=1)))

    async def test_has_no_way_to_a_device_that_was_never_heard(self, monkeypatch):
        async with joined(monkeypatch) as (peer, station, running):
            assert running.send("valve-1", ON) is False
            assert running.send("nobody", ON) is False
            assert (peer.commands, station.answers) == ([], [])

    async def test_refuses_what_the_device_has_no_words_for(self, monkeypatch):
        async with joined(monkeypatch) as (peer, station, running):
            await peer.until_confirmed(peer.say("up", up(LEAK_EUI, LEAK, counter=0)))

            assert running.send("leak-1", ON) is True
            assert station.answers == [("leak-1", "c1", False, "not_on_wire")]
