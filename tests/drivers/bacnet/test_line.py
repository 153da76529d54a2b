"""The line against a device of the library's on loopback."""

import asyncio
import socket
import tomllib
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from linli.devices.model import ThingModel
from linli.drivers import rests
from linli.drivers.bacnet.driver import DRIVER
from linli.drivers.bacnet.member import Member
from linli.drivers.bacnet.peer import Peer
from linli.drivers.line import Order, Wired
from tests.drivers.station import FakeStation

ROOT = Path(__file__).resolve().parents[3]
OBJECTS = {
    "analog-input,1": 12.0,
    "analog-input,2": 21.5,
    "binary-input,1": 0,
    "binary-input,2": 0,
    "binary-output,1": 0,
}


def wired(code="box-1", address="", model="garage_air_unit", **options):
    catalog = ROOT / "catalog"
    return Wired(
        community="c1",
        code=code,
        model=msgspec.convert(
            tomllib.loads((catalog / f"devices/{model}.toml").read_text()), ThingModel
        ),
        address=address,
        gateway="line-1",
        options=msgspec.convert(options, DRIVER.member),
        map=msgspec.convert(
            tomllib.loads((catalog / f"wires/bacnet/{model}.toml").read_text()), DRIVER.map
        ),
    )


def the_line(**options):
    quick = {"timeout_s": 0.3, "retries": 0, **options}
    return msgspec.structs.replace(
        wired(code="line-1"), options=msgspec.convert(quick, DRIVER.line), map=None, gateway=None
    )


def order(service, id="o1", **args):
    return Order(id=id, service=service, args=args, expires_at=2e9)


@asynccontextmanager
async def running(*members, station=None, **options):
    station = station or FakeStation()
    line = DRIVER.run(the_line(**options), members, station)
    task = asyncio.create_task(line.run())
    try:
        yield line, station
    finally:
        task.cancel()
        await asyncio.wait((task,))


@pytest.fixture
async def peer():
    found = Peer(instance=1001, objects=OBJECTS)
    await found.start()
    yield found
    found.close()


@pytest.fixture
def box(peer):
    return wired(address=f"127.0.0.1:{peer.port}")


class TestRead:
    async def test_reads_every_property_and_says_that_the_device_came(self, box):
        async with running(box) as (_, station):
            await station.until(lambda: len(station.readings) >= 4)

        told = {reading.name: reading.value for _, reading in station.readings}
        assert told == {"co_mg_m3": 12.0, "temperature_c": 21.5, "running": False, "fault": False}
        assert station.present == {"line-1": True, "box-1": True}
        assert station.refusals == []
        assert {way for way, _ in station.frames["box-1"]} == {"in", "out"}

    async def test_reads_one_by_one_where_the_device_cannot_read_several(self, peer, box):
        peer.refuses_multiple = True

        async with running(box) as (_, station):
            await station.until(lambda: len(station.readings) >= 4)

        assert station.last("box-1", "co_mg_m3") == 12.0

    async def test_finds_a_device_by_its_number(self, peer):
        member = wired(address="1001")

        async with running(member, broadcast=f"127.0.0.1:{peer.port}") as (_, station):
            await station.until(lambda: station.last("box-1", "co_mg_m3") == 12.0)

        assert station.strangers == {}

    async def test_hears_changes_of_a_device_at_the_usual_port(self):
        peer = Peer(instance=7, objects=OBJECTS)
        await peer.start(host="127.0.47.8", port=47808)

        async with running(wired(address="127.0.47.8:47808")) as (_, station):
            await station.until(lambda: peer.subscriptions >= 4)
            peer.set("analog-input,1", 41.0)
            await station.until(lambda: station.last("box-1", "co_mg_m3") == 41.0)

        peer.close()

    async def test_a_member_over_which_we_break_is_told_and_the_others_go_on(
        self, peer, box, monkeypatch
    ):
        monkeypatch.setattr(rests, "FIRST_S", 0.01)
        round_of = Member._round
        broke = []

        async def breaks_once(self):
            if self.code == "box-1" and not broke:
                broke.append(self.code)
                raise KeyError("odd")
            await round_of(self)

        monkeypatch.setattr(Member, "_round", breaks_once)
        other = wired(code="box-2", address=f"127.0.0.1:{peer.port}")
        async with running(box, other) as (_, station):
            await station.until(lambda: station.reasons.get("box-1") == "internal_error")
            await station.until(lambda: station.last("box-2", "co_mg_m3") == 12.0)
            await station.until(lambda: station.last("box-1", "co_mg_m3") == 12.0)

        assert station.refusals == [("box-1", "internal_error", b"KeyError('odd')")]
        assert station.present == {"line-1": True, "box-1": True, "box-2": True}

    async def test_shows_a_device_that_nobody_registered(self, peer):
        async with running(broadcast=f"127.0.0.1:{peer.port}") as (_, station):
            await station.until(lambda: bool(station.strangers))

        assert station.strangers == {"1001": {"name": "device,1001", "vendor": "999"}}

    async def test_counts_a_value_that_the_device_calls_faulty_and_does_not_take_it(
        self, peer, box
    ):
        peer.fault("analog-input,1")

        async with running(box) as (_, station):
            await station.until(lambda: len(station.readings) >= 3)

        assert station.last("box-1", "co_mg_m3") is None
        assert ("box-1", "fault_flag", b"co_mg_m3") in station.refusals

    async def test_counts_an_object_that_is_not_there_and_reads_the_others(self, peer):
        member = wired(
            address=f"127.0.0.1:{peer.port}", objects={"temperature_c": "analog-input,99"}
        )

        async with running(member) as (_, station):
            await station.until(lambda: len(station.readings) >= 3)

        assert ("box-1", "object_unknown_object", b"temperature_c") in station.refusals
        assert station.last("box-1", "co_mg_m3") == 12.0

    async def test_shifts_the_objects_of_the_second_fan_of_one_controller(self):
        peer = Peer(instance=7, objects=OBJECTS | {name.replace(",", ",2"): 1 for name in OBJECTS})
        await peer.start()
        members = [
            wired(address=f"127.0.0.1:{peer.port}"),
            wired(code="box-2", address=f"127.0.0.1:{peer.port}#20"),
        ]

        async with running(*members) as (_, station):
            await station.until(lambda: len(station.readings) >= 8)

        assert station.last("box-1", "co_mg_m3") == 12.0
        assert station.last("box-2", "co_mg_m3") == 1.0
        peer.close()

    @pytest.mark.parametrize("address", ["", "nowhere", "1.2.3.4:99999", "5000000", "1001#x"])
    async def test_refuses_an_address_that_is_none_and_keeps_the_others(self, box, address):
        async with running(wired(code="bad", address=address), box) as (_, station):
            await station.until(lambda: len(station.readings) >= 4)

        assert [(code, why) for code, why, _ in station.refusals] == [("bad", "bad_address")]


class TestSubscribe:
    async def test_brings_a_change_at_once(self, peer, box):
        async with running(box) as (_, station):
            await station.until(lambda: peer.subscriptions >= 4)
            peer.set("analog-input,1", 41.0)
            await station.until(lambda: station.last("box-1", "co_mg_m3") == 41.0)

    async def test_acknowledges_a_change_only_when_it_is_kept(self, peer, box):
        async with running(box) as (_, station):
            await station.until(lambda: peer.subscriptions >= 4)
            station.open.clear()
            peer.set("analog-input,1", 41.0)
            async with asyncio.timeout(5):
                while not peer.unacknowledged:
                    await asyncio.sleep(0.02)

            assert station.last("box-1", "co_mg_m3") == 12.0

    async def test_takes_unconfirmed_changes_too(self, peer):
        member = wired(address=f"127.0.0.1:{peer.port}", confirmed=False)

        async with running(member) as (_, station):
            await station.until(lambda: peer.subscriptions >= 4)
            peer.set("binary-input,1", 1)
            await station.until(lambda: station.last("box-1", "running") is True)

    async def test_renews_before_the_lifetime_ends(self, peer):
        member = wired(address=f"127.0.0.1:{peer.port}", lifetime_s=1)

        async with running(member) as (_, station):
            await station.until(lambda: peer.subscriptions >= 12)
            peer.set("analog-input,1", 33.0)
            await station.until(lambda: station.last("box-1", "co_mg_m3") == 33.0)

        assert station.reasons == {}

    async def test_polls_where_subscriptions_are_refused(self, peer):
        peer.refuses_cov = True
        member = wired(address=f"127.0.0.1:{peer.port}", poll_s=0.1)

        async with running(member) as (_, station):
            await station.until(lambda: len(station.readings) >= 4)
            peer.set("analog-input,1", 35.0)
            await station.until(lambda: station.last("box-1", "co_mg_m3") == 35.0)

        assert ("box-1", "cov_services_cov_subscription_failed", b"") in station.refusals

    async def test_subscribes_anew_when_a_device_begins_anew(self, peer, box):
        async with running(box) as (_, station):
            await station.until(lambda: peer.subscriptions >= 4)
            peer.forget()
            peer.introduce()
            await station.until(lambda: len(station.readings) >= 8)
            async with asyncio.timeout(5):
                while peer.subscriptions < 8:
                    await asyncio.sleep(0.02)
            peer.set("analog-input,1", 50.0)
            await station.until(lambda: station.last("box-1", "co_mg_m3") == 50.0)


class TestSend:
    async def test_writes_reads_back_and_answers(self, peer, box):
        peer.follows("binary-input,1", "binary-output,1")

        async with running(box) as (line, station):
            await station.until(lambda: len(station.readings) >= 4)
            taken = line.send("box-1", order("fan.on"))
            await station.until(lambda: bool(station.answers))

        assert taken is True
        assert station.answers == [("box-1", "o1", True, "")]
        assert peer.value("binary-output,1") == 1
        assert station.last("box-1", "running") is True

    async def test_does_the_same_order_once(self, peer, box):
        async with running(box) as (line, station):
            await station.until(lambda: len(station.readings) >= 4)
            line.send("box-1", order("fan.on"))
            again = line.send("box-1", order("fan.on"))
            await station.until(lambda: bool(station.answers))
            peer.command("binary-output,1", 0, priority=8)
            after = line.send("box-1", order("fan.on"))

        assert (again, after) == (True, True)
        assert station.answers == [("box-1", "o1", True, "")] * 2
        assert peer.value("binary-output,1") == 0

    async def test_says_so_when_somebody_outranks_us(self, peer, box):
        peer.command("binary-output,1", 0, priority=2)

        async with running(box) as (line, station):
            await station.until(lambda: len(station.readings) >= 4)
            line.send("box-1", order("fan.on"))
            await station.until(lambda: bool(station.answers))

        assert station.answers == [("box-1", "o1", False, "overridden")]

    @pytest.mark.parametrize(
        ("service", "objects", "reason"),
        [
            ("fan.on", {"fan.on": "binary-output,9"}, "object_unknown_object"),
            ("light.on", {}, "unknown_service"),
        ],
    )
    async def test_says_why_it_was_not_done(self, peer, service, objects, reason):
        member = wired(address=f"127.0.0.1:{peer.port}", objects=objects)

        async with running(member) as (line, station):
            await station.until(lambda: len(station.readings) >= 4)
            line.send("box-1", order(service))
            await station.until(lambda: bool(station.answers))

        assert station.answers == [("box-1", "o1", False, reason)]

    async def test_does_not_do_what_has_expired(self, peer, box):
        late = Order(id="o1", service="fan.on", args={}, expires_at=1.0)

        async with running(box) as (line, station):
            await station.until(lambda: len(station.readings) >= 4)
            line.send("box-1", late)
            await station.until(lambda: bool(station.answers))

        assert station.answers == [("box-1", "o1", False, "expired")]
        assert peer.value("binary-output,1") == 0

    async def test_obeys_in_order(self, peer, box):
        async with running(box) as (line, station):
            await station.until(lambda: len(station.readings) >= 4)
            for number in range(8):
                service = "fan.on" if number % 2 == 0 else "fan.off"
                line.send("box-1", order(service, id=f"o{number}"))
            await station.until(lambda: len(station.answers) == 8)

        assert [answer[1:3] for answer in station.answers] == [
            (f"o{number}", True) for number in range(8)
        ]
        assert peer.value("binary-output,1") == 0

    async def test_takes_nothing_for_a_device_that_is_not_here(self, box):
        async with running(box) as (line, _):
            assert line.send("box-9", order("fan.on")) is False


class TestLose:
    async def test_says_that_a_device_is_gone_and_that_it_came_back(self, peer):
        peer.refuses_cov = True
        member = wired(address=f"127.0.0.1:{peer.port}", poll_s=0.1)

        async with running(member) as (line, station):
            await station.until(lambda: len(station.readings) >= 4)
            peer.silent = True
            await station.until(lambda: station.present["box-1"] is False)
            line.send("box-1", order("fan.on"))
            await station.until(lambda: bool(station.answers))
            peer.silent = False
            await station.until(lambda: station.present["box-1"] is True)

        assert station.reasons["box-1"] == "no_answer"
        assert station.answers == [("box-1", "o1", False, "no_answer")]

    async def test_goes_on_after_garbage_of_a_member_and_of_strangers(self, peer, box):
        whole = bytes.fromhex("810A001701003001 0C0C0000000119553E44429000003F")
        async with running(box) as (line, station):
            await station.until(lambda: peer.subscriptions >= 4)
            for cut in range(len(whole) + 1):
                peer.throw(whole[:cut])
                peer.throw(bytes(255 - octet for octet in whole[cut:]))
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
                stranger.sendto(whole, ("127.0.0.1", line.port))
            peer.set("analog-input,1", 44.0)
            await station.until(lambda: station.last("box-1", "co_mg_m3") == 44.0)
            await station.until(
                lambda: any(reason == "unknown_sender" for _, reason, _ in station.refusals)
            )

    async def test_does_not_believe_a_second_device_of_the_same_number(self, peer):
        other = Peer(instance=1001, objects=OBJECTS | {"analog-input,1": 400.0})
        await other.start()
        member = wired(address="1001")

        async with running(member, broadcast=f"127.0.0.1:{peer.port}") as (line, station):
            await station.until(lambda: station.last("box-1", "co_mg_m3") == 12.0)
            other.heard(("127.0.0.1", line.port))
            other.introduce()
            await station.until(
                lambda: any(reason == "number_taken" for _, reason, _ in station.refusals)
            )

            peer.set("analog-input,1", 13.0)
            await station.until(lambda: station.last("box-1", "co_mg_m3") == 13.0)
            assert list(line._sockets) == [("127.0.0.1", peer.port)]

        other.close()


class TestRewire:
    async def test_takes_new_members_and_lets_others_go(self, peer, box):
        async with running() as (line, station):
            await station.until(lambda: station.present.get("line-1", False))
            line.rewire([box])
            await station.until(lambda: len(station.readings) >= 4)
            line.rewire([])

            assert line.send("box-1", order("fan.on")) is False

    async def test_goes_on_hearing_a_device_that_was_found_by_its_number(self, peer):
        member = wired(address="1001")

        async with running(member, broadcast=f"127.0.0.1:{peer.port}") as (line, station):
            await station.until(lambda: peer.subscriptions >= 4)
            line.rewire([member, wired(code="box-2", address="1002")])
            peer.set("analog-input,1", 41.0)
            await station.until(lambda: station.last("box-1", "co_mg_m3") == 41.0)

    async def test_says_when_it_cannot_listen(self, peer):
        line = DRIVER.run(the_line(listen=f"127.0.0.1:{peer.port}"), (), FakeStation())

        with pytest.raises(OSError, match="in use"):
            await line.run()
