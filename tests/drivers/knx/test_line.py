"""The line, which is the library's, against a gateway that speaks our own codec."""

import asyncio
import socket
import tomllib
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from linli.devices.model import ThingModel
from linli.drivers import rests
from linli.drivers.knx import cemi, codec
from linli.drivers.knx import line as knx_line
from linli.drivers.knx.dpt import Payload
from linli.drivers.knx.driver import DRIVER
from linli.drivers.knx.member import Member
from linli.drivers.knx.peer import Peer
from linli.drivers.line import Order, Wired
from tests.drivers.station import FakeStation

ROOT = Path(__file__).resolve().parents[3]
_GROUP = "224.0.23.12"
OBJECTS = {
    "1/2/40": ("1.001", 0),
    "1/2/41": ("1.001", 0),
    "1/2/43": ("5.001", 100),
    "1/2/44": ("14.056", 12.5),
}


def wired(code="light-1", address="1/2/40", model="lighting_circuit", **options):
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
            tomllib.loads((catalog / f"wires/knx/{model}.toml").read_text()), DRIVER.map
        ),
    )


def the_line(connect, **options):
    quick = {"connect": connect, "gap_s": 0.0, "answer_s": 0.2, **options}
    return msgspec.structs.replace(
        wired(code="line-1"), options=msgspec.convert(quick, DRIVER.line), map=None, gateway=None
    )


def order(service, id="o1", **args):
    return Order(id=id, service=service, args=args, expires_at=2e9)


@asynccontextmanager
async def running(peer, *members, station=None, **options):
    station = station or FakeStation()
    line = DRIVER.run(the_line(f"127.0.0.1:{peer.port}", **options), members, station)
    task = asyncio.create_task(line.run())
    try:
        yield line, station
    finally:
        task.cancel()
        await asyncio.wait((task,))


@pytest.fixture
async def peer():
    found = Peer(objects=OBJECTS)
    found.follows("1/2/41", "1/2/40")
    await found.start()
    yield found
    found.close()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(rests, "FIRST_S", 0.05)


async def ready(station, count=3):
    await station.until(lambda: len(station.readings) >= count)


class TestRead:
    async def test_asks_every_group_at_the_start(self, peer):
        async with running(peer, wired()) as (_, station):
            await ready(station)

        told = {reading.name: reading.value for _, reading in station.readings}
        assert told == {"light_on": False, "brightness_pct": 100.0, "power_w": 12.5}
        assert station.refusals == []

    async def test_keeps_whole_frames_for_the_engineer(self, peer):
        sent = []
        take = peer.received
        peer.received = lambda data, addr: (sent.append(data), take(data, addr))
        peer.close()
        await peer.start()

        async with running(peer, wired()) as (_, station):
            await ready(station)

        frames = station.frames["light-1"]
        out = [frame for way, frame in frames if way == "out"]
        told = [codec.decode(frame) for way, frame in frames if way == "in"]
        assert len(out) == 3
        assert set(out) <= set(sent)
        assert [each.seq for each in told] == [1, 3, 5]
        assert {each.cemi.apci for each in told} == {cemi.RESPONSE}

    async def test_hears_what_is_said_of_itself(self, peer):
        async with running(peer, wired(read=False)) as (_, station):
            await station.until(lambda: peer.connected)
            peer.set("1/2/41", 1)
            await station.until(lambda: station.last("light-1", "light_on") is True)

        assert station.present["light-1"] is True
        assert peer.unacknowledged == 0

    async def test_takes_groups_from_the_options(self, peer):
        groups = {"motion": "1/2/41"}
        member = wired("p-1", address="P-1", model="presence_sensor", groups=groups)

        async with running(peer, member) as (_, station):
            await ready(station, 1)

        assert station.last("p-1", "motion") is False

    async def test_converts_what_knx_tells_in_other_units(self):
        peer = Peer(objects={"3/1/1": ("1.011", 1), "3/1/2": ("1.005", 0), "3/1/3": ("9.008", 20)})
        await peer.start()

        async with running(peer, wired("g-1", "3/1", "garage_air_unit")) as (_, station):
            await ready(station)

        assert station.last("g-1", "co_mg_m3") == pytest.approx(23.3)
        peer.close()

    async def test_counts_a_telegram_of_another_type_and_a_sensor_without_value(self):
        peer = Peer(objects={"3/2/0": ("9.008", 400), "3/2/1": ("1.001", 1), "3/2/2": ("9.007", 1)})
        peer._values[0x1A02] = Payload(b"\x7f\xff")
        await peer.start()

        async with running(peer, wired("a-1", "3/2", "indoor_air_sensor")) as (_, station):
            await station.until(lambda: len(station.refusals) >= 2)

        assert [(code, why) for code, why, _ in station.refusals] == [
            ("a-1", "wrong_type"),
            ("a-1", "no_value"),
        ]
        assert [reading.name for _, reading in station.readings] == ["co2_ppm"]
        peer.close()

    async def test_asks_again_only_for_what_was_still(self, peer):
        asked = []
        async with running(peer, wired(poll_s=0.5)) as (_, station):
            await ready(station)
            asked.append(len([f for way, f in station.frames["light-1"] if way == "out"]))
            peer.set("1/2/41", 1)
            await ready(station, 6)

        assert asked == [3]

    async def test_shows_groups_that_nobody_registered(self, peer):
        async with running(peer, wired("p-1", "1/2/43", "presence_sensor")) as (_, station):
            await station.until(lambda: peer.connected)
            peer.set("1/2/41", 1)
            await station.until(lambda: bool(station.strangers))

        assert station.strangers == {"1/2/41": {"name": "1.1.5"}}

    @pytest.mark.parametrize("address", ["", "1/2/254", "32/0", "1/9", "P-1"])
    async def test_refuses_an_address_that_is_none_and_keeps_the_others(self, peer, address):
        async with running(peer, wired("bad", address), wired()) as (_, station):
            await ready(station)

        assert [(code, why) for code, why, _ in station.refusals] == [("bad", "bad_address")]


class TestSend:
    async def test_writes_sees_it_moved_and_answers(self, peer):
        async with running(peer, wired()) as (line, station):
            await ready(station)
            taken = line.send("light-1", order("light.on"))
            await station.until(lambda: bool(station.answers))

        assert taken is True
        assert station.answers == [("light-1", "o1", True, "")]
        assert peer.written == [("1/2/40", Payload(b"\x01", True))]
        assert station.last("light-1", "light_on") is True

    async def test_asks_where_the_state_does_not_speak_of_itself(self, peer):
        peer._follows.clear()
        peer.hears(lambda group, payload: peer._values.update({0x0A29: payload}))

        async with running(peer, wired()) as (line, station):
            await ready(station)
            line.send("light-1", order("light.on"))
            await station.until(lambda: bool(station.answers))

        assert station.answers == [("light-1", "o1", True, "")]

    async def test_says_so_when_it_did_not_move(self, peer):
        peer._follows.clear()

        async with running(peer, wired()) as (line, station):
            await ready(station)
            line.send("light-1", order("light.on"))
            await station.until(lambda: bool(station.answers))

        assert station.answers == [("light-1", "o1", False, "not_moved")]

    async def test_says_so_when_the_state_is_not_told(self, peer):
        peer._follows.clear()

        async with running(peer, wired()) as (line, station):
            await ready(station)
            peer.unreadable = {"1/2/41"}
            line.send("light-1", order("light.on"))
            await station.until(lambda: bool(station.answers))

        assert station.answers == [("light-1", "o1", False, "no_answer")]

    async def test_says_so_when_the_bus_does_not_carry_it(self, peer):
        async with running(peer, wired()) as (line, station):
            await ready(station)
            peer.refuses = True
            line.send("light-1", order("light.on"))
            await station.until(lambda: bool(station.answers))

        assert station.answers == [("light-1", "o1", False, "not_confirmed")]

    async def test_does_the_same_order_once_and_answers_it_again(self, peer):
        async with running(peer, wired()) as (line, station):
            await ready(station)
            line.send("light-1", order("light.on"))
            line.send("light-1", order("light.on"))
            await station.until(lambda: bool(station.answers))
            line.send("light-1", order("light.on"))

        assert station.answers == [("light-1", "o1", True, "")] * 2
        assert len(peer.written) == 1

    @pytest.mark.parametrize(
        ("given", "reason"),
        [
            (order("fan.on"), "unknown_service"),
            (Order(id="o1", service="light.on", args={}, expires_at=1.0), "expired"),
        ],
    )
    async def test_says_why_it_was_not_done(self, peer, given, reason):
        async with running(peer, wired()) as (line, station):
            await ready(station)
            line.send("light-1", given)
            await station.until(lambda: bool(station.answers))

        assert station.answers == [("light-1", "o1", False, reason)]
        assert peer.written == []

    async def test_obeys_in_order_and_counts_beyond_one_octet(self, peer):
        async with running(peer, wired()) as (line, station):
            await ready(station)
            for number in range(300):
                service = "light.on" if number % 2 == 0 else "light.off"
                line.send("light-1", order(service, id=f"o{number}"))
                await station.until(lambda n=number: len(station.answers) == n + 1)

        assert all(ok for _, _, ok, _ in station.answers)
        assert [payload.data[0] for _, payload in peer.written] == [1, 0] * 150

    async def test_takes_nothing_without_a_connection_or_for_others(self, peer):
        idle = DRIVER.run(the_line("127.0.0.1:1"), [wired()], FakeStation())

        async with running(peer, wired()) as (line, station):
            await ready(station)

            assert line.send("light-9", order("light.on")) is False
        assert idle.send("light-1", order("light.on")) is False


class TestLose:
    async def test_connects_again_after_the_gateway_hung_up(self, peer):
        async with running(peer, wired()) as (_, station):
            await ready(station)
            peer.hang_up()
            await station.until(lambda: station.present["light-1"] is False)
            await station.until(lambda: station.present["light-1"] is True)

        assert station.reasons == {"line-1": "hung_up", "light-1": "line_lost"}

    async def test_says_that_a_gateway_is_not_reached(self, peer):
        peer.full = True

        async with running(peer, wired()) as (_, station):
            await station.until(lambda: station.present.get("line-1") is False)
            peer.full = False
            await ready(station)

        assert station.reasons == {"line-1": "unreachable"}

    async def test_says_that_a_device_does_not_answer(self, peer):
        peer.unreadable = {"1/2/41", "1/2/43", "1/2/44"}

        async with running(peer, wired(poll_s=0.05)) as (_, station):
            await station.until(lambda: station.present.get("light-1") is False)

        assert station.reasons == {"light-1": "no_answer"}

    async def test_goes_on_after_garbage(self, peer):
        async with running(peer, wired()) as (_, station):
            await ready(station)
            for junk in (b"", b"\x06", b"\x06\x10\x04\x20\x00\x15", bytes(600), b"\xff" * 40):
                peer.throw(junk)
            for message in (b"\x29", b"\x29\xff\x00", b"\x29\x00" + bytes(7), b"\x77\x00"):
                peer.throw_message(message)
            peer.set("1/2/41", 1)
            await station.until(lambda: station.last("light-1", "light_on") is True)

        assert ("line-1", "bad_frame", b"\x29\xff\x00") in station.refusals

    async def test_counts_frames_that_break_the_library(self, peer):
        wrong = bytes.fromhex("06100421000A040101FF")

        async with running(peer, wired()) as (_, station):
            await ready(station)
            peer.throw(wrong)
            peer.set("1/2/41", 1)
            await station.until(lambda: station.last("light-1", "light_on") is True)

        assert station.refusals == [("line-1", "bad_frame", wrong)]
        assert station.present["line-1"] is True

    async def test_hears_nobody_but_its_gateway(self, peer):
        async with running(peer, wired()) as (_, station):
            await ready(station)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
                other.bind(("127.0.0.99", 0))
                hang_up = codec.Frame(
                    service=codec.DISCONNECT_REQUEST, channel=1, endpoint=codec.Endpoint()
                )
                other.sendto(codec.encode(hang_up), peer._client)
            peer.set("1/2/41", 1)
            await station.until(lambda: station.last("light-1", "light_on") is True)

        assert [(code, why) for code, why, _ in station.refusals] == [("line-1", "unknown_sender")]
        assert "line-1" not in station.reasons

    async def test_loses_the_oldest_and_counts_it_while_the_log_is_full(self, peer, monkeypatch):
        monkeypatch.setattr(knx_line, "_MOST_WAITING", 2)
        async with running(peer, wired()) as (_, station):
            await ready(station)
            station.open.clear()
            for number in range(6):
                peer.set("1/2/44", number)
            await station.until(lambda: peer.unacknowledged == 0 and len(station.refusals) == 3)
            station.open.set()
            await ready(station, 6)

        assert [reading.value for _, reading in station.readings[3:]] == [0.0, 4.0, 5.0]
        assert {why for _, why, _ in station.refusals} == {"log_full"}


class TestTcp:
    async def test_reads_writes_and_connects_again_by_tcp(self):
        peer = Peer(objects=OBJECTS)
        peer.follows("1/2/41", "1/2/40")
        await peer.start(tcp=True)

        async with running(peer, wired(), transport="tcp") as (line, station):
            await ready(station)
            line.send("light-1", order("light.on"))
            await station.until(lambda: bool(station.answers))
            peer.throw(bytes(300) + b"\x06\x10\x04\x20\xff\xff")
            peer.set("1/2/44", 99.0)
            await station.until(lambda: station.last("light-1", "power_w") == 99.0)
            for stream in tuple(peer._streams.values()):
                stream.abort()
            await station.until(lambda: station.present["light-1"] is False)
            await station.until(lambda: station.present["light-1"] is True)

        assert station.answers == [("light-1", "o1", True, "")]
        assert {why for _, why, _ in station.refusals} == {"bad_frame"}
        peer.close()


class TestRouting:
    async def test_hears_and_speaks_in_a_multicast_group(self):
        loop = asyncio.get_running_loop()
        heard = asyncio.Queue()
        bus, port = await _join(heard)
        options = {"transport": "routing", "local": "127.0.0.1", "individual": "1.1.200"}
        station = FakeStation()
        line = DRIVER.run(the_line(f"{_GROUP}:{port}", **options), [wired()], station)
        task = loop.create_task(line.run())

        asked = codec.decode(await heard.get())
        state = cemi.Cemi(
            code=cemi.INDICATION,
            src=cemi.individual("1.1.5"),
            dst=asked.cemi.dst,
            apci=cemi.RESPONSE,
            data=b"\x01",
            small=True,
        )
        frame = codec.Frame(service=codec.ROUTING_INDICATION, cemi=state)
        bus.sendto(codec.encode(frame), (_GROUP, port))
        await ready(station, 1)

        assert cemi.group_text(asked.cemi.dst) == "1/2/41"
        assert cemi.individual_text(asked.cemi.src) == "1.1.200"
        assert station.last("light-1", "light_on") is True
        services = {codec.decode(frame).service for _, frame in station.frames["light-1"]}
        assert services == {codec.ROUTING_INDICATION}
        task.cancel()
        await asyncio.wait((task,))
        bus.close()


async def _join(heard):
    """Join the multicast group on loopback; what is heard goes into a queue."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    own = socket.inet_aton("127.0.0.1")
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, own)
    membership = socket.inet_aton(_GROUP) + own
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
    sock.setblocking(False)
    sock.bind((_GROUP, 0))

    class Ear(asyncio.DatagramProtocol):
        def datagram_received(self, data, addr):
            heard.put_nowait(data)

    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Ear, sock=sock)
    return transport, sock.getsockname()[1]


class TestRewire:
    async def test_takes_new_members_and_lets_others_go(self, peer):
        async with running(peer) as (line, station):
            await station.until(lambda: station.present.get("line-1", False))
            line.rewire([wired()])
            await ready(station)
            line.rewire([])

            assert line.send("light-1", order("light.on")) is False


class TestWhatWeBreakOver:
    async def test_a_member_over_which_we_break_is_told_and_the_others_go_on(
        self, peer, monkeypatch
    ):
        monkeypatch.setattr(rests, "FIRST_S", 0.01)
        round_of = Member._round
        broke = []

        async def breaks_once(self, period_s):
            if self.code == "light-1" and not broke:
                broke.append(self.code)
                raise KeyError("odd")
            await round_of(self, period_s)

        monkeypatch.setattr(Member, "_round", breaks_once)
        async with running(peer, wired(), wired(code="light-2")) as (_, station):
            await station.until(lambda: station.reasons.get("light-1") == "internal_error")
            await station.until(lambda: station.last("light-2", "power_w") == 12.5)
            await station.until(lambda: station.last("light-1", "power_w") == 12.5)

        assert station.refusals == [("light-1", "internal_error", b"KeyError('odd')")]
        assert station.present["line-1"] is True

    async def test_a_member_that_cannot_hear_does_not_deafen_who_shares_its_group(
        self, peer, monkeypatch
    ):
        hear = Member.hear

        def deaf(self, group, payload):
            if self.code == "light-1":
                raise KeyError("odd")
            return hear(self, group, payload)

        monkeypatch.setattr(Member, "hear", deaf)
        async with running(peer, wired(), wired(code="light-2")) as (_, station):
            await station.until(lambda: station.last("light-2", "power_w") == 12.5)

        assert ("light-1", "internal_error", b"KeyError('odd')") in station.refusals


class TestEnd:
    async def test_brings_what_it_heard_before_it_ends(self, peer):
        station = FakeStation()
        station.open.clear()
        async with running(peer, wired(), station=station) as (_, _):
            await station.until(lambda: station.held == 1)
            await station.until(lambda: len(station.frames["light-1"]) >= 6)
            asyncio.get_running_loop().call_later(0.05, station.open.set)

        assert {reading.name for _, reading in station.readings} == {
            "light_on", "brightness_pct", "power_w"
        }  # fmt: skip
        assert station.refusals == []

    async def test_counts_what_a_full_log_does_not_take_in_time(self, peer, monkeypatch):
        monkeypatch.setattr(knx_line, "_BRINGS_THE_REST_WITHIN_S", 0.01)
        station = FakeStation()
        station.open.clear()
        async with running(peer, wired(), station=station) as (_, _):
            await station.until(lambda: station.held == 1)
            await station.until(lambda: len(station.frames["light-1"]) >= 6)

        assert station.refusals == [("light-1", "log_full", b"")] * 2
