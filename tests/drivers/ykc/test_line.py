"""A line of piles, with simulated piles over real sockets."""

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import datetime
from random import Random

import msgspec
import pytest

from linli.drivers.line import Order
from linli.drivers.ykc import codec
from linli.drivers.ykc import line as ykc_line
from linli.drivers.ykc import messages as m
from linli.drivers.ykc.driver import DRIVER
from linli.drivers.ykc.layout import CHINA
from linli.drivers.ykc.peer import PilePeer
from tests.drivers.station import FakeStation
from tests.drivers.tables import wired

NUMBER = "55031412782305"
OTHER = "55031412782306"
CARD = "00000000D14B0A54"
TARIFF = {
    "number": "0100",
    "sharp": {"energy": "0.9", "service": "0.4"},
    "peak": {"energy": "0.8", "service": "0.4"},
    "flat": {"energy": "0.61235", "service": "0.4"},
    "valley": {"energy": "0.1", "service": "0.4"},
    "day": ["00:00 valley", "08:00 flat", "12:30 peak", "15:00 flat"],
}
NOON = datetime(2026, 5, 28, 12, 0, tzinfo=CHINA)


def pile(code="pile-1", number=NUMBER, **options):
    found = wired("ykc", code, "ev_charger", number, **options)
    return msgspec.structs.replace(found, gateway="line")


def gun(number, of="pile-1"):
    found = wired("ykc", f"{of}-gun-{number}", "ev_charger", str(number))
    return msgspec.structs.replace(found, gateway=of)


@asynccontextmanager
async def running(*members, **options):
    """Run a line; give it and its station."""
    line = wired("ykc", "line", "gateway", **{"listen": "127.0.0.1:0", "tariff": TARIFF} | options)
    station = FakeStation(now=NOON.timestamp())
    found = DRIVER.run(line, members or (pile(),), station)
    task = asyncio.create_task(found.run())
    try:
        await station.until(lambda: found.port)
        yield found, station
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def connected(line, number=NUMBER, **options):
    peer = PilePeer(number=number, **options)
    await peer.connect(host="127.0.0.1", port=line.port)
    try:
        yield peer
    finally:
        await peer.hang_up()


def order(service, /, id="o1", expires_in_s=120, **args):
    expires_at = NOON.timestamp() + expires_in_s
    return Order(id=id, service=service, args=args, expires_at=expires_at)


def events(station, name):
    return [json.loads(r.extras) for _, r in station.readings if r.name == name]


class TestSignIn:
    async def test_a_known_pile_is_let_in_priced_and_set_right(self):
        async with running() as (line, station), connected(line) as peer:
            await peer.until(lambda: peer.tariff == "0100" and peer.set_to)

            assert station.present["pile-1"]
            assert peer.set_to == NOON
            assert peer.prices_e5 == (130_000, 120_000, 101_235, 50_000)
            assert peer.slots[:1] + peer.slots[24:26] == (3, 2, 1)

    async def test_an_unknown_pile_is_refused_and_shown_as_a_stranger(self):
        async with running() as (line, station), connected(line, OTHER) as peer:
            await peer.until(lambda: not peer.connected)

            assert peer.heard[0].body == m.LoginAnswer(pile=OTHER, result=1)
            assert station.strangers[OTHER]["model"] == "ev_charger"
            assert station.readings == []

    @pytest.mark.parametrize("told", ["00032010200001", "32010200001000", "FFF32010200001"])
    async def test_a_short_number_is_known_however_it_is_filled(self, told):
        async with (
            running(pile(number="32010200001")) as (line, station),
            connected(line, told) as peer,
        ):
            await peer.until(lambda: peer.set_to)

            assert peer.heard[0].body == m.LoginAnswer(pile=told, result=0)
            assert station.present["pile-1"]

    async def test_says_nothing_to_who_has_not_signed_in(self):
        async with running() as (line, station):
            peer = PilePeer(number=NUMBER)
            await peer.connect(host="127.0.0.1", port=line.port, signs_in=False)
            peer.report(1)
            await station.until(lambda: station.refusals)
            await peer.hang_up()

            assert station.refusals[0][:2] == ("line", "not_signed_in")
            assert station.readings == []

    async def test_silent_strangers_keep_no_pile_out(self, monkeypatch):
        monkeypatch.setattr(ykc_line, "_MOST_GUESTS", 4)
        async with running() as (line, station):
            silent = [await asyncio.open_connection("127.0.0.1", line.port) for _ in range(7)]
            async with connected(line):
                await station.until(lambda: station.present.get("pile-1"))
            read = await asyncio.wait_for(asyncio.gather(*[r.read() for r, _ in silent[:3]]), 5)
            for _, writer in silent:
                writer.close()

        assert read == [b""] * 3
        assert ("line", "too_many_connections", b"127.0.0.1") in station.refusals

    async def test_guns_that_nobody_registered_are_strangers(self):
        async with running(pile(), gun(1)) as (line, station), connected(line, guns=2) as peer:
            await peer.until(lambda: peer.types().count(0x12) == 2)

            assert list(station.strangers) == [f"{NUMBER}/2"]

    async def test_a_pile_that_comes_twice_has_its_newer_connection(self):
        async with (
            running() as (line, station),
            connected(line) as first,
            connected(line) as second,
        ):
            await first.until(lambda: not first.connected)
            second.plug(1)
            await station.until(lambda: station.last("pile-1", "plugged_in"))

            assert station.present["pile-1"]

    async def test_comes_back_after_it_hung_up(self):
        async with running() as (line, station):
            async with connected(line):
                pass
            await station.until(lambda: not station.present["pile-1"])

            async with connected(line):
                await station.until(lambda: station.present["pile-1"])

            assert station.reasons["pile-1"] == "hung_up"


class TestSilence:
    async def test_three_missed_heartbeats_and_a_pile_is_gone_with_its_guns(self):
        async with (
            running(pile(), gun(1), heartbeat_s=0.02) as (line, station),
            connected(line, beat_s=0) as peer,
        ):
            peer.report(1)
            await station.until(lambda: station.present.get("pile-1") is False)
            await peer.until(lambda: not peer.connected)

            assert station.reasons == {"pile-1": "silent", "pile-1-gun-1": "silent"}

    async def test_a_pile_that_beats_stays(self):
        async with (
            running(heartbeat_s=0.1) as (line, station),
            connected(line, beat_s=0.05) as peer,
        ):
            await peer.until(lambda: peer.types().count(0x04) >= 12)

            assert station.present["pile-1"]

    async def test_a_pile_that_waits_for_a_full_log_is_not_silent(self):
        async with (
            running(heartbeat_s=0.05) as (line, station),
            connected(line, beat_s=0.02) as peer,
        ):
            await peer.until(lambda: 0x04 in peer.types())
            station.open.clear()
            peer.plug(1)
            await station.until(lambda: station.held)
            await asyncio.sleep(0.3)
            station.open.set()
            beats = peer.types().count(0x04)
            await peer.until(lambda: peer.types().count(0x04) > beats)

            assert station.present["pile-1"]


class TestReport:
    async def test_a_charging_gun_tells_what_it_does(self):
        async with running() as (line, station), connected(line) as peer:
            await peer.until(lambda: peer.tariff == "0100")
            peer.plug(1)
            peer.guns[1].start(order="1" * 32, at=NOON)
            peer.charge(1, minutes=15, power_w=60_000)
            await station.until(lambda: station.last("pile-1", "session_energy_kwh"))

            names = ("connector_state", "output_voltage_v", "power_w", "soc_pct", "left_minutes")
            assert [station.last("pile-1", name) for name in names] == [
                "charging",
                750.0,
                60_000.0,
                65,
                35,
            ]
            assert station.last("pile-1", "session_energy_kwh") == 15.0
            assert station.last("pile-1", "session_cost_yuan") == 15.1853
            assert events(station, "charge_started")[0]["connector"] == "1"

    async def test_follows_a_plug_from_in_to_out(self):
        async with running() as (line, station), connected(line) as peer:
            states = []
            for step, state in (
                (lambda: peer.plug(1), "preparing"),
                (lambda: (peer.guns[1].start(order="1" * 32, at=NOON), peer.report(1)), "charging"),
                (lambda: (peer.end(1), peer.report(1)), "finishing"),
                (lambda: peer.unplug(1), "available"),
            ):
                step()
                await station.until(
                    lambda state=state: station.last("pile-1", "connector_state") == state
                )
                states.append(station.last("pile-1", "connector_state"))

            assert states == ["preparing", "charging", "finishing", "available"]

    async def test_faults_are_told_once_when_they_come_and_when_they_go(self):
        async with running() as (line, station), connected(line) as peer:
            peer.fail(1, 0x1001)
            peer.report(1)
            await station.until(lambda: station.last("pile-1", "fault") is True)
            peer.fail(1, 0)
            await station.until(lambda: station.last("pile-1", "fault") is False)

            told = events(station, "fault_told")
            assert [fault["en"] for fault in told[0]["faults"]] == ["emergency stop", "door open"]
            assert [one["bits"] for one in told] == [0x1001, 0]

    async def test_each_gun_speaks_for_itself(self):
        async with (
            running(pile(), gun(1), gun(2)) as (line, station),
            connected(line, guns=2) as peer,
        ):
            peer.plug(2)
            await station.until(lambda: station.last("pile-1-gun-2", "plugged_in"))

            assert station.last("pile-1-gun-1", "plugged_in") is False
            assert station.last("pile-1", "plugged_in") is None

    async def test_a_parking_lock_tells(self):
        async with running() as (line, station), connected(line):
            assert line.send("pile-1", order("parking_lock.raise"))
            await station.until(lambda: station.last("pile-1", "parking_lock") == "up")

            assert station.last("pile-1", "lock_battery_pct") == 90
            assert station.answers == [("pile-1", "o1", True, "")]

    async def test_messages_for_another_pile_are_refused(self):
        async with running() as (line, station), connected(line) as peer:
            peer.say(0x03, m.Heartbeat(pile=OTHER, gun=1, status=0))
            await station.until(lambda: station.refusals)

            assert station.refusals[0][:2] == ("pile-1", "other_pile")

    async def test_garbage_halves_and_wrong_sums_do_not_hide_what_is_right(self):
        async with running() as (line, station), connected(line) as peer:
            wrong = bytearray(codec.encode(0x03, m.Heartbeat(pile=NUMBER, gun=1, status=1), seq=9))
            wrong[-1] ^= 1
            peer.say_bytes(b"\x00\x68\xff\x68" + bytes(wrong) + wrong[:7])
            peer.plug(1)
            await station.until(lambda: station.last("pile-1", "plugged_in"))

            assert any("checksum" in why for _, why, _ in station.refusals)
            assert station.last("pile-1", "fault") is False

    async def test_right_frames_with_any_body_do_it_no_harm(self):
        chance = Random(26)
        async with running(accounts=[]) as (line, station), connected(line) as peer:
            for kind in list(codec.MESSAGES) * 20:
                body = bytes.fromhex(NUMBER) + chance.randbytes(chance.choice((1, 9, 90, 180)))
                if kind in {0x13, 0x32, 0x33, 0x34, 0x3B, 0x40, 0xA3}:
                    body = chance.randbytes(16) + body
                peer.say_bytes(codec.enframe(kind, body[:196], seq=1))
                await asyncio.sleep(0)
            peer.plug(1)
            await station.until(lambda: station.last("pile-1", "plugged_in"))

            assert station.present["pile-1"]

    async def test_who_sends_only_garbage_is_hung_up_on(self):
        async with running() as (line, station), connected(line) as peer:
            for _ in range(3):
                peer.say_bytes(bytes(4000))
            await station.until(lambda: station.present.get("pile-1") is False)

            assert station.reasons["pile-1"] == "garbage"


class TestBill:
    async def charged(self, station, peer):
        """Charge over the end of a period."""
        await peer.until(lambda: peer.tariff == "0100")
        peer.plug(1)
        peer.guns[1].start(order=NUMBER + "01" + "260528120000" + "0001", at=NOON)
        peer.charge(1, minutes=60, power_w=60_000)
        await station.until(lambda: station.last("pile-1", "session_energy_kwh"))

    async def test_is_acknowledged_only_when_it_is_on_disk(self):
        async with running() as (line, station), connected(line) as peer:
            await self.charged(station, peer)
            station.open.clear()
            peer.end(1)
            await station.until(lambda: station.held)
            early = 0x40 in peer.types()
            station.open.set()
            await peer.until(lambda: not peer.bills)

            assert not early
            assert events(station, "charge_ended")[0] == {
                "transaction": NUMBER + "01" + "260528120000" + "0001",
                "connector": "1",
                "started_at": "2026-05-28T12:00:00+08:00",
                "ended_at": "2026-05-28T13:00:00+08:00",
                "energy_wh": 60_000.0,
                "by": "app",
                "energy_e4": 600_000,
                "money_e4": 303_705 + 360_000,
                "shares": {
                    "peak": [120_000, 300_000, 300_000, 360_000],
                    "flat": [101_235, 300_000, 300_000, 303_705],
                },
                "stop": 0x45,
                "reason": {"zh": "手动停止", "en": "stopped by hand"},
            }
            assert station.last("pile-1", "energy_kwh") == 1060.0
            assert events(station, "bill_differs") == []

    async def test_one_sent_again_is_acknowledged_again_and_read_once(self):
        async with running() as (line, station), connected(line) as peer:
            await self.charged(station, peer)
            bill = peer.end(1)
            peer.say(0x3B, bill)
            await peer.until(lambda: peer.types().count(0x40) == 2)
            await peer.hang_up()
            await peer.connect(host="127.0.0.1", port=line.port)
            peer.say(0x3B, bill)
            await peer.until(lambda: peer.types().count(0x40) == 3)

            assert len(events(station, "charge_ended")) == 1
            assert all(f.body.result == 0 for f in peer.heard if f.type == 0x40)

    async def test_one_sent_on_two_connections_at_once_is_read_once(self):
        async with running() as (line, station), connected(line) as peer:
            await self.charged(station, peer)
            station.open.clear()
            bill = peer.end(1)
            async with connected(line) as again:
                again.say(0x3B, bill)
                await station.until(lambda: station.held > 1)
                station.open.set()
                await again.until(lambda: 0x40 in again.types())

            assert len(events(station, "charge_ended")) == 1

    async def test_money_that_does_not_add_up_is_told(self):
        async with running() as (line, station), connected(line) as peer:
            await self.charged(station, peer)
            peer.dishonest_e4 = 20_000
            peer.end(1)
            await peer.until(lambda: not peer.bills)

            assert events(station, "bill_differs")[0]["why"] == [
                "total money: 683705 != 663705 (0.0001)"
            ]

    async def test_says_nothing_of_who_paid(self):
        async with running() as (line, station), connected(line) as peer:
            await self.charged(station, peer)
            peer.guns[1].card, peer.guns[1].vin = CARD, "LSVAU2A37N1234567"
            peer.end(1)
            await peer.until(lambda: not peer.bills)

            extras = b"".join(reading.extras for _, reading in station.readings)
            assert CARD.encode() not in extras
            assert b"LSVAU" not in extras

    async def test_what_was_charged_offline_is_billed_with_its_own_time(self):
        async with running() as (line, station):
            peer = PilePeer(number=NUMBER)
            peer.charge_offline(1, card=CARD, order="2" * 32, minutes=10)
            await peer.connect(host="127.0.0.1", port=line.port)
            await peer.until(lambda: not peer.bills)
            await peer.hang_up()

            (ended,) = [r for _, r in station.readings if r.name == "charge_ended"]
            assert ended.at == NOON.timestamp() + 600
            assert json.loads(ended.extras)["by"] == "offline card"

    async def test_one_that_does_not_come_is_noticed(self):
        async with running(bill_within_s=0.05) as (line, station), connected(line) as peer:
            await self.charged(station, peer)
            peer.guns[1].end(stop=0x83, prices_e5=(0,) * 4)
            peer.report(1)
            await station.until(lambda: station.refusals)

            number = NUMBER + "01" + "260528120000" + "0001"
            assert station.refusals == [("pile-1", "bill_missing", number.encode())]

    async def test_one_that_came_is_not_missed(self):
        async with running(bill_within_s=0.05) as (line, station), connected(line) as peer:
            await self.charged(station, peer)
            peer.end(1)
            peer.report(1)
            await station.until(lambda: station.last("pile-1", "connector_state") == "finishing")
            await asyncio.sleep(0.1)

            assert station.refusals == []

    async def test_one_of_another_pile_is_illegal(self):
        async with running() as (line, station), connected(line) as peer:
            await self.charged(station, peer)
            bill = msgspec.structs.replace(peer.guns[1].end(stop=0x45, prices_e5=(0,) * 4))
            peer.say(0x3B, msgspec.structs.replace(bill, pile=OTHER))
            await peer.until(lambda: 0x40 in peer.types())

            assert peer.heard[-1].body.result == 1
            assert events(station, "charge_ended") == []

    async def test_a_gun_that_nobody_registered_is_billed_to_its_pile(self):
        async with running() as (line, station), connected(line, guns=2) as peer:
            peer.guns[2].start(order="3" * 32, at=NOON)
            peer.end(2)
            await peer.until(lambda: not peer.bills)

            assert events(station, "charge_ended")[0]["connector"] == "2"
