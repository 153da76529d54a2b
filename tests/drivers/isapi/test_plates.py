"""Plates that cameras tell: asked as other cameras ask, hostile ones not, nothing of it kept."""

import hashlib

import pytest

from linli.drivers.frames import BadFrame
from linli.drivers.isapi import alerts, orders, plates, pushed, telling
from linli.drivers.isapi.options import LineOptions
from linli.drivers.isapi.peer import JPEG, alert, plate
from linli.drivers.line import Push
from linli.drivers.reading import BadPayload
from tests.drivers.isapi.test_codec import wired
from tests.drivers.isapi.test_line import running
from tests.drivers.station import FakeStation

CAR, U = "浙AD12345", "2026052116100697300edbIawTkCdRKyBzG1WsY1fXRgsEIWclUtyTfpx1Weqn1"
CAMERA = wired("cam", "")


def asked(raw, device=CAMERA):
    return telling.question(alert=alerts.read(raw), device=device)


class TestPlate:
    def test_is_asked_as_other_cameras_ask(self):
        found = asked(plate(CAR, uuid=U))

        assert (found.kind, found.body) == (
            "lane.seen",
            {
                "plate": CAR,
                "colour": "green",
                "confidence": 0.98,
                "direction": "in",
                "picture": "",
                "replayed": False,
                "commanded": True,
                "lane": "1",
                "at": 1_780_626_600.0,
            },
        )

    @pytest.mark.parametrize(
        ("said", "read"),
        [
            ("unknown", ""), ("无车牌", ""), ("noPlate", ""), ("", ""), ("蓝浙A12B45", "浙A12B45"),
            (" 浙A 12B45 ", "浙A12B45"), ("京港12", "京港12"),
        ],
    )  # fmt: skip
    def test_that_is_none_is_a_car_without_one_and_a_colour_before_it_is_none_of_it(
        self, said, read
    ):
        assert asked(plate(said)).body["plate"] == read

    @pytest.mark.parametrize(
        ("said", "share"),
        [("0", 0), ("92.5", 0.925), ("", 0.9), ("NaN", 0.9), ("-7", 0), ("1e9", 1)],
    )
    def test_is_as_sure_as_the_camera_and_never_more_than_can_be(self, said, share):
        assert asked(plate(CAR, confidence=said)).body["confidence"] == share

    @pytest.mark.parametrize(
        ("way", "forward", "direction"),
        [("forward", "in", "in"), ("reverse", "in", "out"), ("forward", "out", "out"),
         ("reverse", "out", "in"), ("unknown", "in", "")],
    )  # fmt: skip
    def test_goes_the_way_that_the_camera_looks(self, way, forward, direction):
        device = wired("cam", "", LineOptions(forward=forward))

        assert asked(plate(CAR, way=way), device).body["direction"] == direction

    @pytest.mark.parametrize(
        "raw",
        [
            plate("浙" * 17),
            plate("浙A1&#27;2345"),
            plate("x" * 100_000),
            plate(CAR).replace(b"<ANPR>", b'<!DOCTYPE a [<!ENTITY e "x">]><ANPR>'),
            plate(CAR).replace(b"</ANPR>", b"<a>" * 50 + b"</a>" * 50 + b"</ANPR>"),
            plate(CAR)[:-40],
        ],
        ids=range(6),
    )
    def test_that_can_be_none_or_comes_in_hostile_xml_is_refused_and_not_told(self, raw):
        with pytest.raises(BadFrame) as refused:
            asked(raw)
        assert "浙A" not in str(refused.value)

    def test_posted_again_is_the_same_question_and_another_car_is_another(self):
        same = {
            asked(plate(CAR, uuid=U, at=f"2026-06-05T10:30:{n:02}+08:00")).id for n in range(40)
        }
        nameless = {asked(plate(CAR)).id, asked(plate(CAR)).id, asked(plate("浙A00001")).id}

        assert (len(same), len(nameless)) == (1, 2)

    def test_sent_afterwards_is_put_on_record_and_one_that_ended_is_asked_no_more(self):
        assert asked(plate(CAR, again=True)).body["replayed"]
        assert asked(plate(CAR, active=False)) is None
        assert asked(alert("VMD")) is None

    def test_stands_in_no_frame_that_is_kept(self):
        assert plates.cover(plate(CAR)) == plates.cover(plate(CAR)[:400]) == plates.COVER
        assert plates.cover(alert("VMD")) == alert("VMD")

    def test_lets_the_arm_be_raised(self):
        asking = orders.request("barrier_open", {}, channel=2)

        assert asking.path == "/ISAPI/Parking/channels/2/barrierGate"
        assert asking.body == b"<BarrierGate><ctrlMode>open</ctrlMode></BarrierGate>"


class TestPush:
    def test_with_its_picture_is_asked_and_is_no_reading(self):
        raw = plate(CAR, uuid=U)
        body = b"".join(
            b"--b\r\nContent-Type: %s\r\n\r\n%s\r\n" % one
            for one in ((b"application/xml", raw), (b"image/jpeg", JPEG))
        )
        body += b"--b--\r\n"
        head = {"content-type": "multipart/form-data; boundary=b"}
        told = pushed.take(Push(method="POST", query={}, headers=head, body=body), CAMERA, {}, 0.0)

        assert [one.question.body["picture"] for one in told.asked] == [
            hashlib.sha256(JPEG).hexdigest()
        ]
        assert [one.readings for one in told.said] == [()]
        assert told.pictures[0].content == JPEG

    def test_of_a_device_whose_table_asks_nothing_is_refused(self):
        gateway = wired("nvr", "")
        table = type(gateway.map)(models=("gateway",))
        with pytest.raises(BadPayload):
            pushed.take(
                Push(method="POST", query={}, headers={}, body=plate(CAR)),
                type(gateway)(**{name: getattr(gateway, name) for name in (
                    "community", "code", "model", "address", "gateway", "options")}, map=table),
                {}, 0.0,
            )  # fmt: skip


class TestLine:
    async def test_the_same_car_forty_times_is_asked_once_while_it_waits_and_others_beside_it(self):
        station = FakeStation()
        station.answering.clear()
        async with running(station) as (_, camera):
            await camera.listening.wait()
            for n in range(40):
                await camera.say(plate(CAR, uuid=f"u{n}"))
            await camera.say(plate("浙A00001"))
            await station.until(lambda: len(station.asked) == 2)
            station.answering.set()
            await camera.say(plate(CAR, uuid="later"))
            await station.until(lambda: len(station.asked) == 3)

        assert [one.body["plate"] for _, one in station.asked] == [CAR, "浙A00001", CAR]
        assert (station.readings, station.refusals) == ([], [])
        kept = b"".join(frame for frames in station.frames.values() for _, frame in frames)
        assert CAR.encode() not in kept

    async def test_more_cars_than_can_be_asked_of_are_counted(self):
        station = FakeStation()
        station.answering.clear()
        async with running(station) as (_, camera):
            await camera.listening.wait()
            for n in range(10):
                await camera.say(plate(f"浙A0000{n}"))
            await station.until(lambda: len(station.refusals) == 2)

        assert len(station.asked) == 8
        assert station.refusals == [("cam", "busy", b"")] * 2
