"""A line with cameras and recorders on it, over real sockets."""

import asyncio
import tomllib
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import msgspec
import pytest
from aiosipua import Registration, SipDigestAuth, SipMessage, SipResponse, SipUAC
from aiosipua.transport import SipTransport

from linli.contracts.things import ThingModel
from linli.drivers import rests
from linli.drivers.gb28181.driver import DRIVER
from linli.drivers.gb28181.options import LineOptions, Map, MemberOptions
from linli.drivers.gb28181.peer import Channel, SipCamera
from linli.drivers.line import Order, Wired
from linli.kernel.words import Words
from tests.drivers.station import FakeStation

SERVER = "34020000002000000001"
CAMERA = "34020000001320000001"
NVR = "34020000001180000001"
GATE = "34020000001310000001"
YARD = "34020000001310000002"
PATROL = "34020000001380000001"
HALL = "34020000001310000003"
WIRES = Path(__file__).parents[3] / "catalog/wires/gb28181"


def table(name):
    return msgspec.convert(tomllib.loads((WIRES / f"{name}.toml").read_text("utf-8")), Map)


def wired(code, address, *, model="camera", gateway="line", options=None):
    return Wired(
        community="hemu",
        code=code,
        model=ThingModel(id=model, name=Words(zh=model, en=model), category="video", period="1m"),
        address=address,
        gateway=gateway,
        options=options or MemberOptions(),
        map=table(model),
    )


MEMBERS = (
    wired("cam", CAMERA),
    wired("nvr", NVR, model="gateway", options=MemberOptions(password="of-its-own")),
    wired("gate", GATE, gateway="nvr"),
    wired("yard", YARD),
    wired("patrol", PATROL, model="patrol_recorder"),
)


class Datagrams(SipTransport, asyncio.DatagramProtocol):
    """UDP for aiosipua's user agent; its own does not start on Python 3.11."""

    async def start(self, agent, port):
        self.agent = agent
        loop = asyncio.get_running_loop()
        there = ("127.0.0.1", port)
        self.udp, _ = await loop.create_datagram_endpoint(lambda: self, remote_addr=there)
        self.local_addr = self.udp.get_extra_info("sockname")

    def datagram_received(self, data, addr):
        message = SipMessage.parse(data)
        if isinstance(message, SipResponse):
            self.agent.handle_response(message, addr)

    def send(self, message, addr):
        self.udp.sendto(bytes(message))

    async def stop(self):
        self.udp.close()


@asynccontextmanager
async def running(station, members=MEMBERS, **options):
    options = {"listen": "127.0.0.1:0", "id": SERVER, "password": "sesame"} | options
    line = Wired(
        community="hemu",
        code="line",
        model=MEMBERS[1].model,
        address="",
        gateway=None,
        options=msgspec.convert(options, LineOptions),
    )
    at_work = DRIVER.run(line, members, station)
    task = asyncio.create_task(at_work.run())
    while not at_work.port:
        await asyncio.sleep(0)
    try:
        yield at_work
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def camera(at_work, *, id=CAMERA, password="sesame", sign_in=True, **more):
    peer = SipCamera(id=id, password=password, server=SERVER, port=at_work.port, **more)
    await peer.open()
    try:
        if sign_in:
            assert await peer.sign_in() == 200
        yield peer
    finally:
        peer.close()


def recorder(at_work, **more):
    channels = [
        Channel(id=GATE, name="大门"),
        Channel(id=YARD, name="院子", on=False),
        Channel(id=HALL, name="门厅"),
    ]
    return camera(at_work, id=NVR, password="of-its-own", **({"channels": channels} | more))


class TestWhatWeBreakOver:
    async def test_a_request_over_which_we_break_is_refused_and_the_line_goes_on(self, monkeypatch):
        station = FakeStation()
        async with running(station) as at_work:
            register = at_work._signing.register

            def breaks_first(path, request):
                monkeypatch.setattr(at_work._signing, "register", register)
                raise KeyError("odd")

            monkeypatch.setattr(at_work._signing, "register", breaks_first)
            async with camera(at_work, sign_in=False) as peer:
                said = [await peer.sign_in(), await peer.sign_in()]

        assert said == [500, 200]
        assert ("line", "internal_error") in [one[:2] for one in station.refusals]

    async def test_an_order_over_which_we_break_gets_its_answer(self, monkeypatch):
        station = FakeStation()

        async def breaks(*_):
            raise KeyError("odd")

        async with running(station) as at_work, camera(at_work):
            monkeypatch.setattr(at_work, "_told", breaks)
            order = Order(id="o1", service="camera.stop", args={}, expires_at=2e9)
            assert at_work.send("cam", order)
            await station.until(lambda: bool(station.answers))

        assert station.answers == [("cam", "o1", False, "line_broke")]

    async def test_a_visit_over_which_we_break_is_told_and_begun_again(self, monkeypatch):
        monkeypatch.setattr(rests, "FIRST_S", 0.01)
        station = FakeStation()
        async with running(station) as at_work:
            statuses = at_work._visits._statuses

            async def breaks_once(partner):
                monkeypatch.setattr(at_work._visits, "_statuses", statuses)
                raise KeyError("odd")

            monkeypatch.setattr(at_work._visits, "_statuses", breaks_once)
            async with camera(at_work):
                await station.until(lambda: station.last("cam", "recording") is not None)
                present = dict(station.present)

        assert ("cam", "internal_error") in [one[:2] for one in station.refusals]
        assert present["cam"] is True


class TestSignIn:
    @pytest.mark.parametrize("transport", ["UDP", "TCP"])
    async def test_lets_a_camera_in_and_asks_what_it_is(self, transport):
        station = FakeStation()
        async with running(station) as at_work, camera(at_work, transport=transport) as peer:
            await station.until(lambda: station.last("cam", "recording") is not None)

            assert station.present["cam"] is True
            assert station.last("cam", "recording") is True
            assert station.last("cam", "fault") is False
            assert {"DeviceInfo", "Catalog", "DeviceStatus"} <= {b.command for b in peer.told}
            assert sorted(peer.subscribed) == ["Alarm", "Catalog", "MobilePosition"]

    async def test_refuses_a_wrong_password_and_tells_the_operator(self):
        station = FakeStation()
        async with running(station) as at_work, camera(at_work, sign_in=False) as peer:
            status = await peer.sign_in(password="guess")

        assert status == 403
        assert station.refusals == [("cam", "wrong_password", CAMERA.encode())]
        assert "cam" not in station.present

    async def test_lets_nobody_in_where_no_password_is_set(self):
        station = FakeStation()
        async with (
            running(station, password="") as at_work,
            camera(at_work, password="", sign_in=False) as peer,
        ):
            assert await peer.sign_in() == 403

    async def test_shows_a_stranger_who_knows_the_password(self):
        station = FakeStation()
        async with (
            running(station) as at_work,
            camera(at_work, id="34020000001320000099", sign_in=False) as peer,
        ):
            assert await peer.sign_in() == 403

        assert station.strangers == {"34020000001320000099": {"model": "camera"}}

    async def test_lets_it_sign_out(self):
        station = FakeStation()
        async with running(station) as at_work, camera(at_work) as peer:
            assert await peer.sign_in(expires_s=0) == 200

            assert (station.present["cam"], station.reasons["cam"]) == (False, "signed_out")
            assert await peer.beat() == 403

    async def test_does_not_hear_who_did_not_sign_in(self):
        station = FakeStation()
        async with running(station) as at_work, camera(at_work, sign_in=False) as peer:
            assert await peer.alarm(method="5", type="6") == 403

        assert station.readings == []


class TestSilence:
    async def test_holds_a_camera_gone_after_three_beats_missed_and_back_when_it_speaks(self):
        station = FakeStation()
        async with (
            running(station, heartbeat_s=0.4, subscribe=[]) as at_work,
            camera(at_work) as peer,
        ):
            await station.until(lambda: station.last("cam", "recording") is not None)
            assert await peer.beat() == 200

            station.clock += 1.3
            await station.until(lambda: not station.present["cam"])
            assert station.reasons["cam"] == "silent"

            assert await peer.beat() == 200
            assert station.present["cam"] is True

    async def test_holds_a_camera_gone_when_its_signing_in_expires(self):
        station = FakeStation()
        async with (
            running(station, heartbeat_s=0.4, misses=10000) as at_work,
            camera(at_work) as peer,
        ):
            station.clock += 3601
            await station.until(lambda: not station.present["cam"])

            assert station.reasons["cam"] == "expired"
            assert await peer.beat() == 403

    async def test_holds_a_camera_gone_when_its_line_is_cut(self):
        station = FakeStation()
        async with running(station) as at_work, camera(at_work, transport="TCP") as peer:
            peer.close()

            await station.until(lambda: not station.present["cam"])
            assert station.reasons["cam"] == "hung_up"


class TestAlarm:
    async def test_is_an_event_with_what_it_said(self):
        station = FakeStation()
        async with running(station) as at_work, camera(at_work) as peer:
            status = await peer.alarm(
                method="5",
                type="6",
                AlarmTime="2026-06-05T10:30:00",
                AlarmDescription="南门有人翻越",
            )

            [(device, reading)] = [one for one in station.readings if one[1].name == "intrusion"]
            said = msgspec.json.decode(reading.extras)
            assert (status, device, reading.at) == (200, "cam", 1780626600.0)
            assert (said["text"], said["priority"]) == ("南门有人翻越", "1")
            await station.until(lambda: any(b.kind == "Response" for b in peer.told))

    async def test_is_acknowledged_only_when_it_is_on_disk(self):
        station = FakeStation()
        async with running(station, subscribe=[]) as at_work, camera(at_work) as peer:
            await station.until(lambda: station.last("cam", "recording") is not None)
            station.open.clear()

            waiting = asyncio.create_task(peer.alarm(method="2", type="1"))
            done, _ = await asyncio.wait({waiting}, timeout=0.2)
            assert not done
            station.open.set()

            assert await waiting == 200
            assert station.last("cam", "video_lost") == 1

    async def test_sent_twice_is_one(self):
        station = FakeStation()
        async with running(station) as at_work, camera(at_work) as peer:
            body = (
                f"<Notify><CmdType>Alarm</CmdType><SN>9</SN><DeviceID>{CAMERA}</DeviceID>"
                "<AlarmMethod>5</AlarmMethod><Info><AlarmType>8</AlarmType></Info></Notify>"
            )
            answer = await peer.request("MESSAGE", headers={}, body=body.encode(), twice=True)
            assert answer.status_code == 200
            assert await peer.beat() == 200

        assert [one.name for _, one in station.readings].count("loitering") == 1

    async def test_that_no_table_has_is_counted_and_thanked_all_the_same(self):
        station = FakeStation()
        async with running(station) as at_work, camera(at_work) as peer:
            assert await peer.alarm(method="3") == 200

        assert ("cam", "unknown_event", b"3") in station.refusals

    async def test_that_cannot_be_read_is_refused_and_the_next_is_taken(self):
        station = FakeStation()
        bomb = b'<!DOCTYPE a [<!ENTITY x "y">]><Notify><CmdType>&x;</CmdType></Notify>'
        async with running(station) as at_work, camera(at_work) as peer:
            assert await peer.say(bomb) == 400
            peer.send_raw(b"\x00\xff not sip at all")
            peer.send_raw(b"INVITE sip:x SIP/2.0\r\n\r\n")
            assert await peer.alarm(method="5", type="5", info="info") == 200

        assert station.last("cam", "line_crossed") == 1
        assert ("cam", "bad_frame", b"XML with DTD") in station.refusals

    async def test_of_another_recorders_channel_is_not_taken(self):
        station = FakeStation()
        async with running(station) as at_work, camera(at_work) as peer:
            assert await peer.alarm(method="5", type="6", device=GATE) == 200

        assert not [one for one in station.readings if one[1].name == "intrusion"]
        assert ("cam", "not_its_channel", GATE.encode()) in station.refusals

    async def test_of_a_channel_is_taken_before_the_catalogue_came(self):
        station = FakeStation()
        async with running(station) as at_work, recorder(at_work, sign_in=False) as peer:
            peer.manners.mute = frozenset({"Catalog"})
            assert await peer.sign_in() == 200
            assert await peer.alarm(method="5", type="6", device=YARD) == 200

        assert [device for device, one in station.readings if one.name == "intrusion"] == ["yard"]

    async def test_is_asked_for_again_before_the_subscription_ends(self):
        station = FakeStation()
        options = {"subscribe": ["Alarm"], "subscribe_s": 1}
        async with running(station, **options) as at_work, camera(at_work) as peer:
            async with asyncio.timeout(5):
                while len(peer.subscribed) < 2:
                    await asyncio.sleep(0.02)

            assert peer.subscribed == ["Alarm", "Alarm"]
            assert not [one for one in station.refusals if one[1] == "no_subscription"]


class TestCatalogue:
    @pytest.mark.parametrize("backwards", [False, True])
    async def test_is_whole_when_all_that_was_promised_is_there(self, backwards):
        station = FakeStation()
        async with running(station) as at_work, recorder(at_work, sign_in=False) as peer:
            peer.manners.backwards = backwards
            assert await peer.sign_in() == 200
            await station.until(lambda: HALL in station.strangers and "yard" in station.present)
            await station.until(lambda: station.present.get("gate", False))

            assert station.reasons["yard"] == "reported_off"
        assert station.strangers[HALL] == {
            "name": "门厅",
            "vendor": "Sample",
            "gateway": "nvr",
            "model": "camera",
        }

    async def test_of_a_thousand_comes_in_many_messages(self):
        station = FakeStation()
        many = [Channel(id=f"3402000000132{n:07d}", name=f"{n} 号") for n in range(100, 1100)]
        async with (
            running(station) as at_work,
            recorder(at_work, channels=many, sign_in=False) as peer,
        ):
            peer.manners.part = 10
            assert await peer.sign_in() == 200
            await station.until(lambda: len(station.strangers) == 1000)

        assert "catalogue_incomplete" not in {reason for _, reason, _ in station.refusals}

    async def test_that_stops_in_its_middle_is_taken_as_far_as_it_came(self):
        station = FakeStation()
        async with (
            running(station, part_s=0.2) as at_work,
            recorder(at_work, sign_in=False) as peer,
        ):
            peer.manners.short = True
            assert await peer.sign_in() == 200
            await station.until(lambda: HALL not in station.strangers and "yard" in station.reasons)

        assert ("nvr", "catalogue_incomplete", b"") in station.refusals
        assert HALL not in station.strangers

    async def test_without_a_channel_that_it_had_says_that_it_is_gone(self):
        station = FakeStation()
        async with running(station, catalog_every_s=1) as at_work, recorder(at_work) as peer:
            await station.until(lambda: station.present.get("gate", False))
            del peer.channels[0]

            await station.until(lambda: station.reasons.get("gate") == "removed")

    async def test_changes_are_taken(self):
        station = FakeStation()
        async with running(station) as at_work, recorder(at_work) as peer:
            await station.until(lambda: station.last("gate", "recording") is not None)

            assert await peer.changed(event="OFF", device=GATE) == 200
            assert (station.present["gate"], station.reasons["gate"]) == (False, "reported_off")
            assert await peer.changed(event="ON", device=GATE) == 200
            assert station.present["gate"] is True
            assert await peer.changed(event="VLOST", device=GATE) == 200
            assert station.last("gate", "video_lost") == 1
            assert await peer.changed(event="ADD", device=YARD[:-1] + "9", name="新机") == 200
            assert station.strangers[YARD[:-1] + "9"]["name"] == "新机"

    async def test_cannot_claim_what_another_has(self):
        station = FakeStation()
        thief = [Channel(id=GATE, name="大门"), Channel(id=NVR, name="录像机")]
        async with running(station) as at_work, recorder(at_work):
            await station.until(lambda: station.present.get("gate", False))
            async with camera(at_work, channels=thief) as peer:
                await station.until(
                    lambda: ("cam", "not_its_channel", NVR.encode()) in station.refusals
                )
                await peer.alarm(method="5", type="6", device=GATE)

        assert station.last("gate", "intrusion") is None

    async def test_channels_go_with_their_recorder(self):
        station = FakeStation()
        async with running(station) as at_work, recorder(at_work) as peer:
            await station.until(lambda: station.present.get("gate", False))

            await peer.sign_in(expires_s=0)

        assert station.present["gate"] is False


class TestPosition:
    async def test_is_told_in_degrees(self):
        station = FakeStation()
        async with running(station) as at_work, camera(at_work, id=PATROL) as peer:
            where = {"Longitude": "120.1551", "Latitude": "30.2741", "Speed": "3"}
            assert await peer.notify("MobilePosition", where, method="NOTIFY") == 200

        assert station.last("patrol", "longitude") == 120.1551
        assert station.last("patrol", "latitude") == 30.2741


class TestSend:
    def order(self, service, **args):
        return Order(id=f"o-{service}", service=service, args=args, expires_at=2e9)

    async def told(self, at_work, station, device, order):
        assert at_work.send(device, order)
        await station.until(lambda: any(one[1] == order.id for one in station.answers))
        return next(one[2:] for one in station.answers if one[1] == order.id)

    async def test_moves_a_camera_below_a_recorder(self):
        station = FakeStation()
        async with running(station) as at_work, recorder(at_work) as peer:
            await station.until(lambda: station.present.get("gate", False))

            answer = await self.told(
                at_work, station, "gate", self.order("camera.move", pan_pct=-50, tilt_pct=10)
            )
            called = await self.told(
                at_work, station, "gate", self.order("camera.preset_call", preset=3)
            )

            commands = [b for b in peer.told if b.command == "DeviceControl"]
            assert (answer, called) == ((True, ""), (True, ""))
            assert [b.device for b in commands] == [GATE, GATE]
            assert commands[0].root.findtext("PTZCmd") == "A50F010A801A0059"
            assert commands[1].root.findtext("PTZCmd") == "A50F01820003003A"

    async def test_guards_and_records_and_hears_that_it_was_done(self):
        station = FakeStation()
        async with running(station) as at_work, camera(at_work) as peer:
            guard = await self.told(at_work, station, "cam", self.order("camera.guard"))
            record = await self.told(at_work, station, "cam", self.order("camera.stop_record"))
            reset = await self.told(at_work, station, "cam", self.order("camera.reset_alarm"))

            assert (guard, record, reset) == ((True, ""),) * 3
            assert (peer.manners.guarded, peer.manners.recording) == (True, False)

    async def test_hears_that_it_would_not(self):
        station = FakeStation()
        async with running(station) as at_work, camera(at_work) as peer:
            peer.manners.controls = False

            answer = await self.told(at_work, station, "cam", self.order("camera.guard"))

        assert answer == (False, "refused")

    async def test_says_that_nobody_answered(self):
        station = FakeStation()
        async with running(station, answer_s=0.3) as at_work, camera(at_work) as peer:
            peer.manners.silent = True

            answer = await self.told(at_work, station, "cam", self.order("device.restart"))

        assert answer == (False, "no_answer")

    async def test_does_one_order_once_however_often_it_comes(self):
        station = FakeStation()
        order = self.order("camera.preset_set", preset=2)
        async with running(station) as at_work, camera(at_work) as peer:
            assert at_work.send("cam", order)
            await self.told(at_work, station, "cam", order)
            assert at_work.send("cam", order)

            controls = [b for b in peer.told if b.command == "DeviceControl"]
            assert len(controls) == 1

    @pytest.mark.parametrize(
        ("service", "args", "reason"),
        [
            ("camera.snapshot", {}, "unknown_service"),
            ("camera.preset_call", {"preset": 0}, "bad_arguments"),
            ("camera.preset_call", {}, "bad_arguments"),
        ],
    )
    async def test_says_what_it_cannot_do(self, service, args, reason):
        station = FakeStation()
        async with running(station) as at_work, camera(at_work):
            answer = await self.told(at_work, station, "cam", self.order(service, **args))

        assert answer == (False, reason)

    async def test_has_no_way_to_who_is_not_here(self):
        station = FakeStation()
        async with running(station) as at_work:
            assert not at_work.send("cam", self.order("camera.stop"))
            assert not at_work.send("nobody", self.order("camera.stop"))


class TestRewire:
    async def test_lets_go_of_who_is_no_member_any_more(self):
        station = FakeStation()
        async with running(station) as at_work, camera(at_work) as peer:
            at_work.rewire(MEMBERS[1:])

            assert (station.present["cam"], station.reasons["cam"]) == (False, "removed")
            assert await peer.beat() == 403


class TestOptions:
    @pytest.mark.parametrize(
        "options",
        [{"listen": "5060"}, {"id": "1"}, {"heartbeat_s": 0}, {"pasword": "x"}, {"xml": "BIG5"}],
    )
    def test_refuses_what_no_line_could_be_made_of(self, options):
        with pytest.raises((msgspec.ValidationError, ValueError)):
            msgspec.convert(options, LineOptions)

    @pytest.mark.parametrize("name", ["camera", "gateway", "patrol_recorder"])
    def test_reads_the_tables_of_the_catalogue(self, name):
        assert table(name).models == (name,)


class TestAnotherClient:
    async def test_signs_in_and_out_as_we_understand_it(self):
        """A second peer, whose messages and digests are not ours: aiosipua's own user agent."""
        station = FakeStation()
        async with running(station) as at_work:
            transport = Datagrams()
            agent = SipUAC(transport)
            await transport.start(agent, at_work.port)
            registration = Registration(
                agent,
                f"sip:{CAMERA}@{SERVER[:10]}",
                ("127.0.0.1", at_work.port),
                auth=SipDigestAuth(CAMERA, "sesame"),
                registrar_uri=f"sip:{SERVER}@{SERVER[:10]}",
            )
            registration.register()
            await station.until(lambda: station.present.get("cam", False))
            registration.unregister()
            await station.until(lambda: not station.present["cam"])
            await transport.stop()

        assert station.reasons["cam"] == "signed_out"
