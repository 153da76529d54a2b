"""A line to a camera, over real HTTP."""

import asyncio
from contextlib import asynccontextmanager, suppress

import msgspec
import pytest

from linli.drivers import markup, rests
from linli.drivers.isapi.line import Line
from linli.drivers.isapi.options import LineOptions
from linli.drivers.isapi.peer import HEARTBEAT, JPEG, IsapiCamera, alert
from linli.drivers.line import Order
from tests.drivers.isapi.test_codec import wired
from tests.drivers.station import FakeStation

MEMBERS = (wired("gate", "1"), wired("yard", "34"))


@asynccontextmanager
async def running(station, *, members=(), password="sesame", **options):
    camera = IsapiCamera(password="sesame")
    await camera.open()
    options = {"connect": f"127.0.0.1:{camera.port}", "password": password} | options
    line = wired("cam", "", LineOptions(**options))
    try:
        async with at_the_line(line, station, members=members) as at_work:
            yield at_work, camera
    finally:
        await camera.close()


@asynccontextmanager
async def at_the_line(line, station, *, members=()):
    at_work = Line(line=line, members=members, station=station)
    task = asyncio.create_task(at_work.run())
    try:
        yield at_work
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


class TestStream:
    @pytest.mark.parametrize("lengths", [True, False])
    @pytest.mark.parametrize("halves", [True, False])
    async def test_tells_what_a_camera_saw_once(self, lengths, halves):
        station = FakeStation()
        async with running(station) as (at_work, camera):
            camera.manners.lengths, camera.manners.halves = lengths, halves
            await camera.listening.wait()
            await camera.say(HEARTBEAT)
            await camera.say(alert("linedetection", name="A & B"))
            await camera.say(alert("linedetection", count=2))
            await camera.say(alert("linedetection", active=False))
            await camera.say(alert("fielddetection", namespace=""))
            await camera.say(HEARTBEAT)
            await station.until(lambda: station.last("cam", "intrusion") is not None)

        assert [one.name for _, one in station.readings] == ["line_crossed", "intrusion"]
        assert msgspec.json.decode(station.readings[0][1].extras)["channel_name"] == "A & B"
        assert at_work.about == {"name": "样机", "model": "DS-SAMPLE", "serial": "S0000001"}

    async def test_tells_a_recorders_channels_apart(self):
        station = FakeStation()
        async with running(station, members=MEMBERS) as (_, camera):
            await camera.listening.wait()
            await camera.say(alert("VMD", channel=34))
            await station.until(lambda: station.readings)

        assert station.readings[0][0] == "yard"

    async def test_goes_on_after_what_it_cannot_read(self):
        station = FakeStation()
        bomb = b'<!DOCTYPE a [<!ENTITY x "y">]><EventNotificationAlert/>'
        async with running(station) as (_, camera):
            await camera.listening.wait()
            await camera.say(bomb)
            await camera.say(alert("faceDetection"))
            await camera.say_raw(b"garbage" * 100)
            await camera.say(alert("VMD"))
            await station.until(lambda: station.readings)

        assert station.refusals == [
            ("cam", "bad_frame", b"XML with DTD"),
            ("cam", "unknown_event", b"facedetection"),
        ]

    async def test_hands_pictures_on_and_keeps_them_out_of_readings(self):
        station = FakeStation()
        async with running(station) as (_, camera):
            await camera.listening.wait()
            await camera.say(alert("VMD", at="2026-06-05T10:30:00+08:00"))
            await camera.say(JPEG, "image/jpeg")
            await camera.say(b"no picture", "image/jpeg")
            await camera.say(alert("PIR"))
            await station.until(lambda: len(station.readings) == 2)

        assert station.pictures == [("cam", JPEG, 1_780_626_600.0, "motion_seen")]
        assert ("cam", "no_picture", b"no picture") in station.refusals
        assert b"picture" not in station.readings[0][1].extras


class TestWhatWeBreakOver:
    async def test_a_question_over_which_we_break_is_told_and_asked_again(self, monkeypatch):
        monkeypatch.setattr(rests, "FIRST_S", 0.01)
        station, number = FakeStation(), markup.number
        broke = []

        def breaks_once(root, name):
            if not broke:
                broke.append(name)
                raise KeyError("odd")
            return number(root, name)

        async with running(station, members=MEMBERS, status_every_s=1) as (_, camera):
            monkeypatch.setattr(markup, "number", breaks_once)
            camera.manners.channels = {1: True, 2: False}
            await station.until(lambda: {"gate", "yard"} <= station.present.keys())

        assert ("cam", "internal_error", b"KeyError('odd')") in station.refusals
        assert "internal_error" not in station.reasons.values()


class TestPresence:
    async def test_knows_which_channels_of_a_recorder_are_there(self):
        station = FakeStation()
        async with running(station, members=MEMBERS, status_every_s=1) as (_, camera):
            camera.manners.channels = {1: True, 2: False}
            await station.until(lambda: {"gate", "yard", "cam"} <= station.present.keys())

            assert (station.present["gate"], station.reasons["yard"]) == (True, "reported_off")

    async def test_notices_a_silent_camera_and_dials_again(self):
        station = FakeStation()
        async with running(station, heartbeat_s=0.1, misses=2) as (_, camera):
            await camera.listening.wait()
            await station.until(lambda: station.reasons.get("cam") == "silent")
            camera.listening.clear()

            await asyncio.wait_for(camera.listening.wait(), 5)
            await camera.say(alert("VMD"))
            await station.until(lambda: station.readings)

    async def test_notices_a_camera_that_hung_up(self):
        station = FakeStation()
        async with running(station, members=MEMBERS) as (_, camera):
            await camera.listening.wait()
            await station.until(lambda: station.present.get("gate", False))
            camera.cut()

            await station.until(lambda: station.present["gate"] is False)
            assert station.reasons == {"cam": "hung_up", "gate": "hung_up", "yard": "hung_up"}

    async def test_says_that_the_password_is_wrong(self):
        station = FakeStation()
        async with running(station, password="guess"):
            await station.until(lambda: station.reasons.get("cam") == "wrong_password")

    async def test_says_that_nobody_is_there(self):
        station = FakeStation()
        async with running(station, connect="127.0.0.1:1"):
            await station.until(lambda: station.reasons.get("cam") == "unreachable")

    async def test_waits_for_posts_where_it_is_told_no_way(self):
        station = FakeStation()
        async with running(station, connect="") as (at_work, _):
            order = Order(id="o", service="camera.stop", args={}, expires_at=2e9)

            assert not at_work.send("cam", order)


class TestSend:
    async def test_says_no_to_an_order_over_which_we_broke(self, monkeypatch):
        station = FakeStation()

        async def closed(*_):
            raise RuntimeError("Session is closed")

        async with running(station) as (at_work, camera):
            await camera.listening.wait()
            monkeypatch.setattr(at_work, "_told", closed)

            told = await self.told(at_work, station, "cam", "camera.stop")

        assert told == (False, "line_broke")

    async def told(self, at_work, station, device, service, **args):
        order = Order(id=f"o-{service}", service=service, args=args, expires_at=2e9)
        assert at_work.send(device, order)
        assert at_work.send(device, order)
        await station.until(lambda: any(one[1] == order.id for one in station.answers))
        return station.answers[-1][2:]

    async def test_moves_and_takes_pictures(self):
        station = FakeStation()
        async with running(station, members=MEMBERS) as (at_work, camera):
            await camera.listening.wait()

            moved = await self.told(at_work, station, "yard", "camera.move", pan_pct=50)
            taken = await self.told(at_work, station, "gate", "camera.snapshot")

        assert (moved, taken) == ((True, ""), (True, ""))
        assert station.pictures == [("gate", JPEG, station.clock, "")]
        assert [one[1] for one in camera.asked] == [
            "/ISAPI/PTZCtrl/channels/2/continuous",
            "/ISAPI/Streaming/channels/101/picture",
        ]

    async def test_says_what_it_would_not(self):
        station = FakeStation()
        async with running(station) as (at_work, camera):
            await camera.listening.wait()
            camera.manners.refuses = True

            moved = await self.told(at_work, station, "cam", "camera.stop")
            guarded = await self.told(at_work, station, "cam", "camera.guard")
            called = await self.told(at_work, station, "cam", "camera.preset_call")

        assert moved == (False, "refused")
        assert guarded == (False, "unknown_service")
        assert called == (False, "bad_arguments")


class TestOptions:
    @pytest.mark.parametrize(
        "options",
        [
            {"connect": "x"},
            {"certificate_sha256": "ab"},
            {"path": "x"},
            {"heartbeat_s": 0},
            {"a": 1},
        ],
    )
    def test_refuses_what_no_line_could_be_made_of(self, options):
        with pytest.raises((msgspec.ValidationError, ValueError)):
            msgspec.convert(options, LineOptions)
