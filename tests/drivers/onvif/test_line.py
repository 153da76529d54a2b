"""A line to a camera, over real HTTP and UDP; and a second opinion on the peer."""

import asyncio
import time
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import msgspec
import onvif
import pytest

from linli.drivers.line import Order
from linli.drivers.onvif.driver import DRIVER
from linli.drivers.onvif.options import LineOptions
from linli.drivers.onvif.peer import JPEG, OnvifCamera
from tests.drivers.onvif.test_codec import wired
from tests.drivers.station import FakeStation

MOTION = "RuleEngine/CellMotionDetector/Motion"


@asynccontextmanager
async def peer(station):
    camera = OnvifCamera(password="sesame", now=lambda: station.clock)
    await camera.open()
    try:
        yield camera
    finally:
        await camera.close()


@asynccontextmanager
async def running(station, camera, *, members=(), **options):
    options = {
        "connect": f"127.0.0.1:{camera.port}",
        "password": "sesame",
        "pull_s": 0.2,
        "lasts_s": 60,
    } | options
    line = wired("cam", "", LineOptions(**options))
    at_work = DRIVER.run(line, members, station)
    task = asyncio.create_task(at_work.run())
    try:
        yield at_work
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


class TestPictures:
    async def test_fetches_one_from_the_camera_itself_when_an_event_comes(self):
        station = FakeStation()
        async with peer(station) as camera, running(station, camera):
            await station.until(lambda: station.present.get("cam", False))
            camera.say("RuleEngine/LineDetector/Crossed", {"ObjectId": "1"}, operation="")
            await station.until(lambda: station.pictures)
            camera.say("RuleEngine/LineDetector/Crossed", {"ObjectId": "2"}, operation="")
            await station.until(lambda: len(station.readings) == 2)

        assert station.pictures == [("cam", JPEG, station.clock, "line_crossed")]
        assert camera.snapshots == 1

    async def test_goes_on_where_the_camera_shows_none(self):
        station = FakeStation()
        async with peer(station) as camera, running(station, camera):
            await station.until(lambda: station.present.get("cam", False))
            camera.manners.refuses = True
            camera.say("RuleEngine/LineDetector/Crossed", {"ObjectId": "1"}, operation="")
            await station.until(lambda: station.refusals)

        assert [one[:2] for one in station.refusals] == [("cam", "no_picture")]
        assert station.last("cam", "line_crossed") == 1

    async def test_fetches_none_where_it_is_told_not_to(self):
        station = FakeStation()
        async with peer(station) as camera, running(station, camera, snapshots=False):
            await station.until(lambda: station.present.get("cam", False))
            camera.say("RuleEngine/LineDetector/Crossed", {"ObjectId": "1"}, operation="")
            await station.until(lambda: station.readings)

        assert camera.snapshots == 0


class TestEvents:
    async def test_tells_what_happens_and_not_how_things_stood(self):
        station = FakeStation()
        async with peer(station) as camera:
            camera.say(MOTION, {"IsMotion": "true"})
            camera.say("Device/Trigger/DigitalInput", {"LogicalState": "false"})
            async with running(station, camera) as at_work:
                await station.until(lambda: station.present.get("cam", False))
                camera.say("Device/Trigger/DigitalInput", {"LogicalState": "true"})
                camera.say("RuleEngine/LineDetector/Crossed", {"ObjectId": "1"}, operation="")
                await station.until(lambda: len(station.readings) == 2)

        assert [one.name for _, one in station.readings] == ["input_alarm", "line_crossed"]
        assert at_work.about == {
            "vendor": "Sample",
            "model": "样机 1",
            "firmware": "1.0",
            "serial": "S1",
        }

    async def test_signs_by_the_cameras_own_clock_and_puts_its_times_right(self):
        station = FakeStation()
        async with peer(station) as camera:
            camera.manners.ahead_s = 86_400.0
            async with running(station, camera):
                await station.until(lambda: station.present.get("cam", False))
                camera.say("VideoSource/MotionAlarm", {"State": "1"})
                await station.until(lambda: station.readings)

        assert station.readings[0][1].at == pytest.approx(station.clock, abs=1)

    async def test_tells_the_sources_of_a_recorder_apart(self):
        station = FakeStation()
        members = (wired("gate", "source2"),)
        async with peer(station) as camera, running(station, camera, members=members):
            await station.until(lambda: station.present.get("gate", False))
            camera.say(MOTION, {"IsMotion": "true"}, source={"Source": "source2"})
            await station.until(lambda: station.readings)

        assert station.readings[0][0] == "gate"

    async def test_counts_what_no_table_has(self):
        station = FakeStation()
        async with peer(station) as camera, running(station, camera):
            await station.until(lambda: station.present.get("cam", False))
            camera.say("Vendor/Thing", {"State": "1"})
            await station.until(lambda: bool(station.refusals))

        assert station.refusals == [("cam", "unknown_event", b"Vendor/Thing")]


class TestSubscription:
    async def test_is_renewed_in_its_middle_and_closed_at_the_end(self):
        station = FakeStation()
        async with peer(station) as camera:
            async with running(station, camera, pull_s=0.05, lasts_s=0.2):
                async with asyncio.timeout(5):
                    while "Renew" not in [one.name for one in camera.asked]:
                        await asyncio.sleep(0.02)
                assert camera.subscribed == 1
            names = [one.name for one in camera.asked]

        assert (camera.subscribed, names[-1]) == (0, "Unsubscribe")
        assert station.reasons["cam"] == "line_closed"

    async def test_is_opened_anew_where_the_camera_forgot_it(self):
        station = FakeStation()
        async with peer(station) as camera, running(station, camera):
            await station.until(lambda: station.present.get("cam", False))
            camera.manners.forgets = True
            await station.until(lambda: station.reasons.get("cam") == "refused")
            await station.until(lambda: station.present["cam"])
            camera.say(MOTION, {"IsMotion": "true"})
            await station.until(lambda: station.readings)

    async def test_ends_where_the_camera_falls_silent(self):
        station = FakeStation()
        async with peer(station) as camera, running(station, camera, answer_s=0.2):
            await station.until(lambda: station.present.get("cam", False))
            camera.manners.silent = True

            await station.until(lambda: station.reasons.get("cam") == "no_answer")

    @pytest.mark.parametrize(
        ("options", "reason"),
        [({"password": "guess"}, "wrong_password"), ({"connect": "127.0.0.1:1"}, "unreachable")],
    )
    async def test_says_why_there_is_none(self, options, reason):
        station = FakeStation()
        async with peer(station) as camera, running(station, camera, **options):
            await station.until(lambda: station.reasons.get("cam") == reason)


class TestDiscovery:
    async def test_shows_who_answers_a_probe(self):
        station = FakeStation()
        async with peer(station) as camera:
            probe = f"127.0.0.1:{camera.probe_port}"
            async with running(station, camera, connect="", discover=probe):
                await station.until(lambda: station.strangers)

        assert station.strangers == {
            f"127.0.0.1:{camera.port}": {
                "model": "camera",
                "name": "Gate X 1",
                "serial": "urn:uuid:00000000-0000-0000-0000-000000000001",
            }
        }
        assert station.refusals == [("cam", "bad_frame", b"probe")]

    async def test_shows_nobody_that_it_has_already(self):
        station = FakeStation()
        async with peer(station) as camera:
            probe = f"127.0.0.1:{camera.probe_port}"
            async with running(station, camera, discover=probe):
                await station.until(lambda: station.refusals)

        assert station.strangers == {}


class TestSend:
    async def told(self, at_work, station, service, **args):
        order = Order(id=f"o-{service}", service=service, args=args, expires_at=2e9)
        assert at_work.send("cam", order)
        assert at_work.send("cam", order)
        await station.until(lambda: any(one[1] == order.id for one in station.answers))
        return station.answers[-1][2:]

    async def test_says_no_to_an_order_over_which_we_broke(self, monkeypatch):
        station = FakeStation()

        async def closed(*_):
            raise RuntimeError("Session is closed")

        async with peer(station) as camera, running(station, camera) as at_work:
            await station.until(lambda: station.present.get("cam", False))
            monkeypatch.setattr(at_work, "_told", closed)

            told = await self.told(at_work, station, "camera.stop")

        assert told == (False, "line_broke")

    async def test_moves_calls_presets_and_restarts(self):
        station = FakeStation()
        async with peer(station) as camera, running(station, camera) as at_work:
            await station.until(lambda: station.present.get("cam", False))

            answers = [
                await self.told(at_work, station, "camera.move", pan_pct=25),
                await self.told(at_work, station, "camera.stop"),
                await self.told(at_work, station, "camera.preset_call", preset=3),
                await self.told(at_work, station, "device.restart"),
            ]

        asked = {one.name: one.leaves for one in camera.asked}
        assert answers == [(True, "")] * 4
        assert asked["ContinuousMove"]["ProfileToken"] == "main"
        assert asked["GotoPreset"]["PresetToken"] == "3"
        assert [one.name for one in camera.asked].count("ContinuousMove") == 1
        assert "SystemReboot" in asked

    async def test_says_what_it_would_not(self):
        station = FakeStation()
        async with peer(station) as camera, running(station, camera) as at_work:
            await station.until(lambda: station.present.get("cam", False))
            camera.manners.refuses = True

            moved = await self.told(at_work, station, "camera.move", pan_pct=5)
            guarded = await self.told(at_work, station, "camera.guard")
            called = await self.told(at_work, station, "camera.preset_call")

        assert moved == (False, "refused")
        assert guarded == (False, "unknown_service")
        assert called == (False, "bad_arguments")

    async def test_says_that_a_camera_cannot_move(self):
        station = FakeStation()
        async with peer(station) as camera:
            camera.manners.ptz = False
            async with running(station, camera) as at_work:
                assert not at_work.send("cam", Order(id="x", service="a", args={}, expires_at=2e9))
                await station.until(lambda: station.present.get("cam", False))

                assert await self.told(at_work, station, "camera.stop") == (False, "no_ptz")


class TestPeer:
    async def test_is_understood_by_another_client(self, monkeypatch):
        """onvif-zeep-async reads the peer's answers by the WSDLs, so that our client and our peer
        do not merely agree with each other."""
        station = FakeStation()
        async with peer(station) as camera:
            monkeypatch.setattr(
                camera, "_url", lambda service: f"http://127.0.0.1:{camera.port}/onvif/{service}"
            )
            monkeypatch.setattr(camera, "_now", time.time)
            camera.manners.strict = False
            camera.say(MOTION, {"IsMotion": "true"})
            other = onvif.ONVIFCamera("127.0.0.1", camera.port, "admin", "sesame")
            await other.update_xaddrs()
            devices = await other.create_devicemgmt_service()
            about = await devices.GetDeviceInformation()
            media = await other.create_media_service()
            profiles = await media.GetProfiles()
            manager = await other.create_pullpoint_manager(timedelta(minutes=1), lambda: None)
            pulled = await manager.get_service().PullMessages(
                {"MessageLimit": 10, "Timeout": timedelta(seconds=1)}
            )
            await manager.shutdown()
            await other.close()

        assert (about.Manufacturer, about.Model) == ("Sample", "样机 1")
        assert profiles[0].token == "main"
        assert pulled.NotificationMessage[0].Topic._value_1 == f"tns1:{MOTION}"


class TestOptions:
    @pytest.mark.parametrize(
        "options",
        [
            {},
            {"connect": "x"},
            {"connect": "a:1", "pull_s": 50, "lasts_s": 60},
            {"connect": "a:1", "path": "x"},
            {"connect": "a:1", "pasword": ""},
        ],
    )
    def test_refuses_what_no_line_could_be_made_of(self, options):
        with pytest.raises((msgspec.ValidationError, ValueError)):
            msgspec.convert(options, LineOptions)
