"""Lines of M-Bus meters over loopback."""

import asyncio
import json
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from linli.drivers.line import Order
from linli.drivers.mbus.driver import DRIVER
from linli.drivers.mbus.peer import Meter, MeterPeer
from linli.drivers.mbus.talk import LineOptions, MbusTalk, is_address
from linli.drivers.polling import NoAnswer
from linli.drivers.simulated import Mood
from tests.drivers.station import FakeStation
from tests.drivers.tables import wired

SAMPLES = {
    sample["id"]: bytes.fromhex(sample["hex"])
    for sample in json.loads(
        (Path(__file__).parents[2] / "samples" / "mbus" / "frames.json").read_text("utf-8")
    )
}
WATER = bytes.fromhex("0413453A0000" + "023B7100")
"""14.917 m3 and 0.113 m3/h."""
MORE = bytes.fromhex("0413453A00001F")


def body(sample):
    """Return the records of a captured answer."""
    return SAMPLES[sample][19:-2]


def water(identity="12345678", primary=5, bodies=(WATER,), **more):
    return Meter(identity=identity, primary=primary, bodies=lambda: bodies, **more)


def member(address, model="water_meter", code="", every="20ms"):
    found = wired("mbus", code or f"m{address}", model, address)
    return msgspec.structs.replace(found, map=msgspec.structs.replace(found.map, every=every))


@asynccontextmanager
async def running(peer, *members, **options):
    await peer.simulated.listen()
    way = {"connect": f"127.0.0.1:{peer.simulated.port}", "answer_within_s": 0.1, "rest_s": 0.0}
    line = wired("mbus", "line", "gateway", **way | options)
    station = FakeStation()
    task = asyncio.create_task(DRIVER.run(line, members, station).run())
    try:
        yield station
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        peer.simulated.close()


class TestPoll:
    async def test_reads_a_meter_by_its_primary_address(self):
        async with running(MeterPeer([water()]), member("5")) as station:
            await station.until(lambda: station.last("m5", "flow_m3_h"))

            assert station.last("m5", "volume_m3") == 14.917
            assert station.last("m5", "flow_m3_h") == 0.113
            assert station.present["m5"]

    @pytest.mark.parametrize("address", ["12345678", "12345678FFFFFFFF", "1234FFFF"])
    async def test_reads_a_meter_by_its_secondary_address(self, address):
        others = [water(identity="87654321", primary=0), water(identity="11111111", primary=0)]

        async with running(MeterPeer([*others, water(primary=0)]), member(address)) as station:
            await station.until(lambda: station.last(f"m{address}", "volume_m3"))

            assert station.present[f"m{address}"]

    async def test_reads_a_hundred_meters_on_one_line(self):
        meters = [water(identity=f"{at:08d}", primary=at) for at in range(1, 101)]
        members = [member(str(at), every="500ms") for at in range(1, 101)]

        async with running(MeterPeer(meters), *members) as station:
            await station.until(
                lambda: len({code for code, _ in station.readings}) == 100, within_s=10
            )

        assert all(station.present.values())

    @pytest.mark.parametrize(
        ("sample", "model", "values"),
        [
            (
                "heat-sensus",
                "heat_meter",
                {
                    "heat_kwh": 8640.0,
                    "heat_volume_m3": 7998.92,
                    "heat_power_w": 54580.0,
                    "supply_temperature_c": 75.5,
                    "return_temperature_c": 59.4,
                    "battery_low": False,
                    "fault": False,
                },
            ),
            (
                "electricity-nzr",
                "electricity_meter",
                {"energy_kwh": 1.274, "voltage_v": 237.2, "current_a": 0.0, "power_w": 0.0},
            ),
        ],
    )
    async def test_reads_what_real_meters_said(self, sample, model, values):
        meter = water(bodies=(body(sample),))

        async with running(MeterPeer([meter]), member("5", model)) as station:
            await station.until(lambda: len(station.readings) >= len(values))

        assert {reading.name: reading.value for _, reading in station.readings} == values

    async def test_follows_a_meter_that_has_more_to_say_and_one_that_always_says_so(self):
        flow = bytes.fromhex("023B7100")
        meters = [water(bodies=(MORE, flow)), water(identity="2" * 8, primary=6, bodies=(MORE,))]

        async with running(MeterPeer(meters), member("5"), member("6")) as station:
            await station.until(lambda: station.last("m5", "flow_m3_h"))
            await station.until(lambda: station.last("m6", "volume_m3"))

            assert station.last("m5", "volume_m3") == 14.917

    async def test_a_meter_that_is_not_there_goes_and_the_others_stay(self):
        members = [member("5"), member("9")]

        async with running(MeterPeer([water()]), *members, tries=1) as station:
            station.came("m9")
            await station.until(lambda: station.present.get("m9") is False)

            assert station.reasons["m9"] == "no_answer"
            assert station.present["m5"]

    @pytest.mark.parametrize("mood", [Mood.SILENT, Mood.HALF, Mood.WRONG, Mood.HANGS_UP])
    async def test_comes_back_when_its_line_is_well_again(self, mood):
        peer = MeterPeer([water()])

        async with running(peer, member("5"), tries=1, answer_within_s=0.05) as station:
            await station.until(lambda: station.present.get("m5"))
            peer.simulated.mood = mood
            await station.until(lambda: not station.present["m5"])
            peer.simulated.mood = Mood.WELL
            await station.until(lambda: station.present["m5"], within_s=10)

    async def test_reads_through_garbage(self):
        peer = MeterPeer([water()])
        peer.simulated.mood = Mood.GARBAGE

        async with running(peer, member("5")) as station:
            await station.until(lambda: station.last("m5", "volume_m3"))

    async def test_an_address_that_is_none_is_shown(self):
        async with running(MeterPeer([water()]), member("300")) as station:
            await station.until(lambda: station.refusals)

            assert station.refusals[0] == ("m300", "bad_address", b"300")

    async def test_what_cannot_be_read_is_counted_and_the_rest_is_brought(self):
        meter = water(bodies=(bytes.fromhex("0C7B02030000") + WATER,))

        async with running(MeterPeer([meter]), member("5")) as station:
            await station.until(lambda: station.last("m5", "volume_m3"))

            assert station.refusals[0][:2] == ("m5", "unread_record")

    async def test_a_broken_meter_says_so(self):
        meter = water(bodies=(body("heat-sensus"),))
        meter.status = 0x08

        async with running(MeterPeer([meter]), member("5", "heat_meter")) as station:
            await station.until(lambda: station.last("m5", "fault") is not None)

            assert station.last("m5", "fault") is True


class TestSeek:
    def sought(self, peer):
        """Play the dialogue with a peer, without a line."""
        dialogue = MbusTalk(LineOptions(connect="127.0.0.1:1")).seek()
        ask = next(dialogue)
        try:
            while True:
                said = peer.simulated.answer(ask.frame)
                ask = dialogue.send(ask.read(said)) if said else dialogue.throw(NoAnswer())
        except StopIteration as end:
            return end.value

    def test_the_only_meter_of_a_line_without_members_is_a_stranger(self):
        outcome = self.sought(MeterPeer([water()]))

        assert outcome.strangers == [
            (
                "12345678CC310107",
                {
                    "name": "LNL 12345678 water",
                    "serial": "12345678",
                    "vendor": "LNL",
                    "model": "water_meter",
                },
            )
        ]

    def test_nobody_is_nobody(self):
        outcome = self.sought(MeterPeer())

        assert not outcome.heard
        assert outcome.strangers == ()


class TestTell:
    async def test_a_meter_does_nothing(self):
        peer = MeterPeer([water()])
        await peer.simulated.listen()
        line = wired("mbus", "line", "gateway", connect=f"127.0.0.1:{peer.simulated.port}")
        order = Order(id="o", service="valve.close", args={}, expires_at=2e9)

        assert not DRIVER.run(line, [member("5")], FakeStation()).send("m5", order)
        peer.simulated.close()


class TestIsAddress:
    @pytest.mark.parametrize(
        ("text", "known"),
        [
            ("0", True),
            ("250", True),
            ("251", False),
            ("", False),
            ("-1", False),
            ("1234", False),
            ("12345678", True),
            ("1234567A", False),
            ("12345678244001", False),
            ("1234567824400107", True),
            ("123456782440010G", False),
        ],
    )
    def test_knows_primary_and_secondary_ones(self, text, known):
        assert is_address(text) is known
