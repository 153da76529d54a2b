"""Objects of GA/T 1400 and the question that a car is: what is read, and what is refused."""

import json
from base64 import b64encode
from pathlib import Path

import msgspec
import pytest

from linli.drivers import decoding
from linli.drivers.frames import BadFrame
from linli.drivers.gat1400 import objects, telling
from linli.drivers.gat1400.decoding import decode
from linli.drivers.gat1400.objects import Picture
from linli.drivers.gat1400.peer import FACE, PLATE, WHOLE, car, picture
from linli.drivers.isapi.peer import JPEG
from tests.drivers.tables import wired
from tests.drivers.test_odd_json import changed

CODE = "34020000001320000001"
SAMPLES = json.loads((Path(__file__).parents[2] / "samples/gat1400/cars.json").read_text("utf-8"))
PASSED = 1_780_626_600.0
NOW = PASSED + 5


def read(row):
    [found] = objects.cars({"MotorVehicleListObject": {"MotorVehicleObject": [row]}})
    return objects.car(found)


def asked(row, *, model="parking_barrier", when=None, **options):
    device = wired("gat1400", "gate-in", model, CODE, **options)
    passed = when or telling.When(at=PASSED)
    return telling.question(read(row), device=device, when=passed, picture="")


def shown(*types):
    return [Picture(type=one, at=None, data="x") for one in types]


class TestCars:
    @pytest.mark.parametrize("sample", SAMPLES, ids=lambda one: one["source"][:40])
    def test_reads_every_sample(self, sample):
        found = objects.cars(objects.read(msgspec.json.encode(sample["json"])))

        said = [msgspec.to_builtins(objects.car(row)) for row in found]
        wanted = sample["cars"]
        assert [
            {name: one[name] for name in row} for one, row in zip(said, wanted, strict=True)
        ] == wanted

    @pytest.mark.parametrize("sample", SAMPLES, ids=lambda one: one["source"][:40])
    def test_reads_or_refuses_each_value_made_odd(self, sample):
        read_all = 0
        for odd in changed(sample["json"]):
            try:
                rows = objects.cars(objects.read(msgspec.json.encode(odd)))
                for row in rows:
                    telling.mark(objects.car(row))
                    asked(row)
            except BadFrame:
                continue
            read_all += 1

        assert read_all > 100

    @pytest.mark.parametrize(
        "raw",
        [
            b"", b"[]", b"7", b"{", b"\xff{}", b'{"a":' * 5000 + b"1" + b"}" * 5000,
            b"<MotorVehicleList/>", b'{"MotorVehicleListObject": 5}', b'{"FaceListObject": {}}',
            b'{"MotorVehicleListObject": {"MotorVehicleObject": "x"}}',
            b'{"MotorVehicleListObject": {"MotorVehicleObject": [%s{}]}}' % (b"{}," * 10_000),
        ],
        ids=range(11),
    )  # fmt: skip
    def test_that_are_no_list_or_too_many_are_refused(self, raw):
        with pytest.raises(BadFrame):
            objects.cars(objects.read(raw))

    @pytest.mark.parametrize("row", [{}, {"PlateNo": []}, {"PlateNo": 1e300, "HasPlate": None}])
    def test_one_that_says_nothing_of_a_plate_is_no_car(self, row):
        with pytest.raises(BadFrame):
            read(row)

    @pytest.mark.parametrize(
        "said",
        ["20261305103000", "x", "", "9" * 60, None, True, [], 1e30, "２０２６０６０５１０３０００"],
    )
    def test_a_time_that_is_none_is_none(self, said):
        assert read(car("浙A12B45", device=CODE, PassTime=said)).passed_at is None


class TestQuestion:
    def test_is_the_one_that_every_lane_camera_asks(self):
        found = asked(car("浙A12B45", device=CODE))

        assert (found.kind, found.body) == (
            "lane.seen",
            {
                "plate": "浙A12B45",
                "colour": "blue",
                "confidence": 0.98,
                "direction": "",
                "picture": "",
                "replayed": False,
                "commanded": True,
                "lane": "1",
                "at": PASSED,
            },
        )
        assert found.id.startswith("viid-")

    @pytest.mark.parametrize(
        ("said", "plate"),
        [("无车牌", ""), ("", ""), (" 浙A 12B45 ", "浙A12B45"), ("蓝浙A12B45", "浙A12B45"),
         ("浙A1-B45", "浙A1-B45")],
    )  # fmt: skip
    def test_a_plate_that_is_none_is_a_car_without_one(self, said, plate):
        assert asked(car("x", device=CODE, PlateNo=said)).body["plate"] == plate

    @pytest.mark.parametrize("said", ["浙" * 17, "浙A\u00072345"])
    def test_a_plate_that_can_be_none_is_refused_and_not_told(self, said):
        with pytest.raises(BadFrame) as refused:
            asked(car("x", device=CODE, PlateNo=said))
        assert "浙" not in str(refused.value)

    @pytest.mark.parametrize(
        ("colour", "kind", "seen"),
        [("5", "02", "blue"), ("6", "01", "yellow"), ("2", "23", "white"), ("1", "03", "black"),
         ("9", "02", "green"), ("9", "51", "yellow_green"), ("99", "52", "green"),
         ("99", "02", ""), ("4", "99", ""), ("x", "x", "")],
    )  # fmt: skip
    def test_has_the_colour_of_its_codes(self, colour, kind, seen):
        row = car("x", device=CODE, PlateColor=colour, PlateClass=kind)

        assert asked(row).body["colour"] == seen

    @pytest.mark.parametrize(
        ("said", "share"), [("0", 0), (92.5, 0.925), ("", 0.9), ("NaN", 0.9), (-7, 0), ("1e9", 1)]
    )
    def test_is_as_sure_as_the_camera_and_never_more_than_can_be(self, said, share):
        assert asked(car("x", device=CODE, PlateReliability=said)).body["confidence"] == share

    @pytest.mark.parametrize(
        ("said", "way_in", "direction"),
        [("3", "3", "in"), ("4", "3", "out"), (4, "3", "out"), ("1", "3", ""), ("9", "3", ""),
         ("3", "", ""), ("x", "3", ""), ("5", "6", "out")],
    )  # fmt: skip
    def test_goes_the_way_that_its_camera_is_set_up_for(self, said, way_in, direction):
        row = car("x", device=CODE, Direction=said)

        assert asked(row, way_in=way_in).body["direction"] == direction

    def test_is_the_same_when_told_again_and_another_when_another_car_is_told(self):
        one = car("浙A12B45", device=CODE)
        same = {telling.mark(read(one)), telling.mark(read({**one, "PlateNo": "浙A12B46"}))}
        lazy = {
            telling.mark(read({**car(plate, device=CODE), "MotorVehicleID": "1"}))
            for plate in ("浙A12B45", "浙A12B45", "浙A00001")
        }
        serials = {telling.mark(read(car("x", device=CODE, serial=n))) for n in range(5)}

        assert (len(same), len(lazy), len(serials)) == (1, 2, 5)


class TestWhen:
    @pytest.mark.parametrize(
        ("passed", "newest", "late_s", "at", "replayed"),
        [
            (PASSED, PASSED, 0, PASSED, False),
            (None, None, 0, None, False),
            (PASSED - 3600, PASSED - 3600, 0, None, False),
            (PASSED + 3600, PASSED + 3600, 0, None, False),
            (PASSED - 3600, PASSED - 3600, 120, PASSED - 3600, True),
            (PASSED - 61, PASSED, 0, PASSED - 61, True),
            (PASSED - 59, PASSED, 0, PASSED - 59, False),
            (PASSED - 86400 * 400 - 300, PASSED - 86400 * 400, 0, NOW - 300, True),
        ],
    )
    def test_a_clock_that_is_wrong_shuts_no_gate_and_what_is_long_gone_opens_none(
        self, passed, newest, late_s, at, replayed
    ):
        found = telling.when(passed, newest=newest, late_s=late_s, now=NOW)

        assert (found.at, found.replayed) == (at, replayed)

    def test_a_car_of_last_week_is_no_news(self):
        with pytest.raises(BadFrame):
            telling.when(PASSED - 7 * 86400, newest=PASSED, late_s=0, now=NOW)


class TestPictures:
    def test_the_plate_is_taken_before_the_car_and_a_face_never(self):
        assert telling.best(shown("01", "04", "02", "11")).type == PLATE
        assert telling.best(shown("11", "04", "05", "10", "01")).type == WHOLE
        assert telling.best(shown("04", "05", "10", FACE, "12", "13", "14", "100", "00")) is None
        assert telling.best([]) is None

    def test_of_no_jpeg_or_bad_base64_or_too_long_are_none(self):
        good = b64encode(JPEG).decode()

        assert telling.jpeg(Picture(type="02", at=None, data=f"{good[:20]}\r\n{good[20:]}")) == JPEG
        for data in ("%%%", good[:-4], "é", b64encode(b"GIF89a").decode(), "A" * 7**8):
            assert telling.jpeg(Picture(type="02", at=None, data=data)) == b""


class TestDecode:
    def test_shows_cars_with_the_size_of_their_pictures(self):
        row = car("浙A12B45", device=CODE, pictures=[picture(device=CODE)])
        body = {"MotorVehicleListObject": {"MotorVehicleObject": [row]}}

        [found] = decode(msgspec.json.encode(body).decode(), {})["cars"]

        assert (found["plate"], found["device"]) == ("浙A12B45", CODE)
        assert found["pictures"] == [{"type": "02", "base64": len(b64encode(JPEG))}]

    def test_shows_what_a_camera_says_of_itself_and_refuses_the_rest(self):
        said = decode('{"KeepaliveObject": {"DeviceID": "34020000001320000001"}}', {})

        assert said == {"object": "KeepaliveObject", "DeviceID": CODE}
        for text in ("{}", "[]", "x", '{"FaceListObject": {"FaceObject": []}}'):
            with pytest.raises(BadFrame):
                decode(text, {})
        assert decoding.shown("gat1400", b"{}") == {"error": "an object that is not read: ''"}
