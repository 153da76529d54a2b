"""Alerts, parts, pictures and posts: what is read of them, and what is refused."""

import json
import random
import tomllib
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from linli.contracts.things import ThingModel
from linli.drivers.frames import BadFrame
from linli.drivers.isapi import alerts, orders, pictures, pushed, telling
from linli.drivers.isapi.options import LineOptions, Map
from linli.drivers.isapi.parts import LONGEST_PART, Parts, boundary
from linli.drivers.isapi.peer import HEARTBEAT, JPEG, alert
from linli.drivers.line import Push, Wired
from linli.drivers.reading import BadPayload
from linli.kernel.words import Words

ROOT = Path(__file__).parents[3]
SAMPLES = json.loads((ROOT / "tests/samples/isapi/alerts.json").read_text("utf-8"))
CAMERA = msgspec.convert(
    tomllib.loads((ROOT / "catalog/wires/isapi/camera.toml").read_text("utf-8")), Map
)


def wired(code, address, options=None):
    return Wired(
        community="hemu",
        code=code,
        model=ThingModel(id="camera", name=Words(zh="x", en="x"), category="video", period="1m"),
        address=address,
        gateway=None,
        options=options or LineOptions(),
        map=CAMERA,
    )


LINE = wired("nvr", "")
MEMBERS = {one.address: one for one in (wired("a", "2"), wired("b", "35"), wired("c", "D4"))}


class TestAlerts:
    @pytest.mark.parametrize("sample", SAMPLES, ids=lambda one: one["source"][:40])
    def test_reads_every_sample(self, sample):
        found = alerts.read(sample["xml"].encode())

        assert sample["fields"].items() <= msgspec.structs.asdict(found).items()
        assert telling.reading(alert=found, device=LINE).name == sample["event"]

    @pytest.mark.parametrize(
        "raw",
        [
            b"",
            b"<a/>",
            b"<EventNotificationAlert/>",
            alert("duration"),
            b'<!DOCTYPE a [<!ENTITY x "y">]><EventNotificationAlert>&x;</EventNotificationAlert>',
            b"<EventNotificationAlert>" + b" " * 10_000_000,
            JPEG,
        ],
        ids=range(7),
    )
    def test_refuses_what_is_none_or_hostile(self, raw):
        with pytest.raises(BadFrame):
            alerts.read(raw)

    def test_survives_any_byte_that_is_wrong(self):
        raw = SAMPLES[0]["xml"].encode()
        for at in range(len(raw)):
            broken = bytearray(raw)
            broken[at] ^= 0x21
            try:
                alerts.read(bytes(broken))
            except BadFrame:
                continue

    def test_holds_video_loss_that_is_not_active_for_a_heartbeat(self):
        assert alerts.read(HEARTBEAT).is_heartbeat
        assert not alerts.read(alert("videoloss")).is_heartbeat

    @pytest.mark.parametrize(
        ("channel", "code"), [(2, "a"), (34, "a"), (35, "b"), (36, "c"), (1, "nvr"), (99, "nvr")]
    )
    def test_finds_the_camera_of_a_recorders_channel(self, channel, code):
        found = alerts.read(alert("VMD", channel=channel))

        assert telling.whose(alert=found, line=LINE, members=MEMBERS).code == code


class TestGoing:
    def test_tells_what_goes_on_once_and_again_after_it_ended(self):
        going = telling.Going(again_s=30)
        on, off = alerts.read(alert("VMD")), alerts.read(alert("VMD", active=False))

        told = [
            going.is_news(device=LINE, alert=one, now=now)
            for one, now in [(on, 0), (on, 1), (on, 20), (off, 21), (on, 22), (on, 60)]
        ]

        assert told == [True, False, False, False, True, True]


class TestParts:
    BODY = (
        b"".join(
            b"--b\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n\r\n%s\r\n"
            % (len(x), x)
            for x in (HEARTBEAT, alert("VMD"))
        )
        + b"--b\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(JPEG)
        + JPEG
    )

    def test_finds_parts_in_halves_as_whole(self):
        whole = Parts(boundary=b"b").feed(b"preamble\r\n" + self.BODY)
        parts = Parts(boundary=b"b")
        halves = [one for at in range(len(self.BODY)) for one in parts.feed(self.BODY[at : at + 1])]

        assert [one.content_type for one in whole] == ["application/xml"] * 2 + ["image/jpeg"]
        assert whole[2].body == JPEG
        assert halves == whole

    @pytest.mark.parametrize("length", [b"", b"Content-Length: 9999\r\n", b"Content-Length: x\r\n"])
    def test_finds_the_next_part_where_a_length_lies_or_lacks(self, length):
        body = (
            b"--b\r\n"
            + length
            + b"\r\n"
            + alert("VMD")
            + b"\r\n--b\r\n\r\n"
            + HEARTBEAT
            + b"\r\n--b"
        )

        found = Parts(boundary=b"b").feed(body)

        assert [alerts.read(one.body).event for one in found] == ["vmd", "videoloss"]

    def test_ends_a_part_without_length_with_its_alert(self):
        assert len(Parts(boundary=b"b").feed(b"--b\r\n\r\n" + HEARTBEAT)) == 1

    def test_gives_up_a_part_without_end(self):
        parts = Parts(boundary=b"b")
        parts.feed(b"--b\r\n\r\n")

        with pytest.raises(BadFrame):
            parts.feed(b"x" * (LONGEST_PART + 100))

    def test_gives_up_a_head_without_end(self):
        with pytest.raises(BadFrame):
            Parts(boundary=b"b").feed(b"--b\r\n" + b"x" * 10_000)

    def test_keeps_nothing_of_garbage(self):
        parts = Parts(boundary=b"b")
        for _ in range(1000):
            assert parts.feed(b"x" * 1000) == []

        assert len(parts._kept) < 10

    def test_survives_any_bytes(self):
        chance = random.Random(3)
        for _ in range(300):
            raw = bytearray(self.BODY)
            for _ in range(20):
                raw[chance.randrange(len(raw))] = chance.randrange(256)
            try:
                Parts(boundary=b"b").feed(bytes(raw))
            except BadFrame:
                continue

    @pytest.mark.parametrize(
        "text",
        ["multipart/mixed; boundary=b", 'multipart/form-data;boundary="b"', "x; Boundary=--b"],
    )
    def test_reads_a_boundary_however_it_is_written(self, text):
        assert boundary(text) == b"b"


class TestPictures:
    def test_tells_what_a_jpeg_is(self):
        found = pictures.look(JPEG)

        assert (found.bytes, len(found.sha256)) == (len(JPEG), 64)

    @pytest.mark.parametrize("data", [b"", b"GIF89a", JPEG[:-2], JPEG + b"x" * 5_000_000])
    def test_does_not_take_what_is_none(self, data):
        assert pictures.look(data) is None


class TestTake:
    def post(self, body, content_type="application/xml"):
        return Push(method="POST", query={}, headers={"content-type": content_type}, body=body)

    def test_reads_a_plain_alert_of_a_member(self):
        told = pushed.take(self.post(alert("linedetection", channel=34)), LINE, MEMBERS, 0.0)

        [said] = told.said
        assert (said.address, said.online, said.readings[0].name) == ("2", True, "line_crossed")

    def test_reads_an_alert_with_its_picture_and_hands_it_on(self):
        body = b"--x\r\nContent-Type: application/xml\r\n\r\n" + alert("VMD", name="A & B")
        body += b"\r\n--x\r\nContent-Type: image/jpeg\r\n\r\n" + JPEG + b"\r\n--x--"

        told = pushed.take(self.post(body, "multipart/form-data; boundary=x"), LINE, MEMBERS, 0.0)

        said = msgspec.json.decode(told.said[0].readings[0].extras)
        assert said["picture"] == {"sha256": sha256(JPEG).hexdigest(), "bytes": len(JPEG)}
        assert said["channel_name"] == "A & B"
        [one] = told.pictures
        assert (one.address, one.content, one.event) == ("", JPEG, "motion_seen")

    def test_takes_a_heartbeat_for_a_sign_of_life(self):
        [said] = pushed.take(self.post(HEARTBEAT), LINE, MEMBERS, 0.0).said

        assert (said.address, said.online, said.readings) == ("", True, ())

    @pytest.mark.parametrize(("count", "told"), [(1, 1), (2, 0), (9, 0), (10, 1), (0, 1)])
    def test_tells_a_repeated_post_now_and_then(self, count, told):
        [said] = pushed.take(self.post(alert("VMD", count=count)), LINE, MEMBERS, 0.0).said

        assert len(said.readings) == told

    def test_refuses_an_event_that_no_table_has(self):
        with pytest.raises(BadPayload, match="facedetection"):
            pushed.take(self.post(alert("faceDetection")), LINE, MEMBERS, 0.0)

    @pytest.mark.parametrize(
        ("body", "content_type"),
        [
            (b"", "application/xml"),
            (JPEG, "image/jpeg"),
            (b"x", "multipart/mixed"),
            (b"x", "multipart/mixed; boundary=b"),
            (b"--b\r\n\r\nx\r\n" * 40, "multipart/mixed; boundary=b"),
        ],
    )
    def test_refuses_a_post_without_an_alert(self, body, content_type):
        with pytest.raises(BadFrame):
            pushed.take(self.post(body, content_type), LINE, MEMBERS, 0.0)


class TestOrders:
    def test_writes_movements_and_presets(self):
        move = orders.request("move", {"pan_pct": -60.0, "zoom_pct": 5}, channel=2)
        call = orders.request("preset_call", {"preset": 3.0}, channel=1)

        assert move.path == "/ISAPI/PTZCtrl/channels/2/continuous"
        assert move.body == b"<PTZData><pan>-60</pan><tilt>0</tilt><zoom>5</zoom></PTZData>"
        assert (call.method, call.path) == ("PUT", "/ISAPI/PTZCtrl/channels/1/presets/3/goto")

    @pytest.mark.parametrize(
        ("action", "args"),
        [
            ("move", {"pan_pct": 101}),
            ("move", {"pan_pct": "x"}),
            ("preset_set", {}),
            ("preset_call", {"preset": 0}),
            ("preset_delete", {"preset": True}),
        ],
    )
    def test_refuses_arguments_out_of_range(self, action, args):
        with pytest.raises(orders.BadArguments):
            orders.request(action, args, channel=1)
