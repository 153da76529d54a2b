"""A line with cameras on it, over real HTTP on loopback."""

import asyncio
import hashlib
from contextlib import asynccontextmanager, suppress

import aiohttp
import pytest

from linli.contracts.asking import BUSY, NOBODY, Told
from linli.drivers import lane
from linli.drivers.gat1400 import doors, hearing, line
from linli.drivers.gat1400.driver import DRIVER
from linli.drivers.gat1400.peer import DRIVER as DRIVERS_FACE
from linli.drivers.gat1400.peer import FACE, PLATE, WHOLE, VehicleCamera, car, picture
from linli.drivers.isapi.peer import JPEG
from linli.drivers.line import Order
from tests.drivers.station import FakeStation
from tests.drivers.tables import wired

CODE, OTHER, PLATFORM = "34020000001320000001", "34020000001320000002", "34020000005030000009"
PASSED = 1_780_626_600.0
CAR = "浙A12B45"


def barrier(code, address, *, gateway="line", **options):
    return of_line(wired("gat1400", code, "parking_barrier", address, **options), gateway)


def of_line(found, gateway):
    fields = ("community", "code", "model", "address", "options", "map")
    return type(found)(gateway=gateway, **{name: getattr(found, name) for name in fields})


MEMBERS = (
    barrier("gate-in", CODE, way_in="3"),
    barrier("gate-out", OTHER, password="of-its-own"),
    of_line(wired("gat1400", "platform", "gateway", PLATFORM), "line"),
    barrier("lane-7", "34020000001320000007", gateway="platform"),
    barrier("lane-8-2", "34020000001320000008/2", gateway="platform"),
)


def station(**more):
    found = FakeStation(now=PASSED + 5)
    for name, value in more.items():
        setattr(found, name, value)
    return found


@asynccontextmanager
async def running(at, members=MEMBERS, **options):
    options = {"listen": "127.0.0.1:0", "password": "sesame"} | options
    at_work = DRIVER.run(wired("gat1400", "line", "field_line", **options), members, at)
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
async def camera(at_work, *, id=CODE, password="sesame", sign_in=True, **more):
    async with VehicleCamera(id=id, password=password, port=at_work.port, **more) as peer:
        if sign_in:
            assert await peer.sign_in() == 200
        yield peer


async def raw(at_work, *parts, pause_s=0.0):
    """Send bytes as they are; return all that is answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", at_work.port)
    for part in parts:
        writer.write(part)
        await asyncio.sleep(pause_s)
    said = b""
    async with asyncio.timeout(8):
        with suppress(ConnectionResetError):
            said = await reader.read()
    writer.close()
    return said


class TestSignIn:
    async def test_lets_a_camera_in_and_out(self):
        at = station()
        async with running(at) as at_work, camera(at_work) as peer:
            assert at.present["gate-in"] is True
            heard = await peer.beat()
            assert (heard.status, heard.codes, heard.ids) == (200, [0], [CODE])
            assert heard.headers["Content-Type"] == "application/VIID+JSON;charset=UTF-8"

            assert await peer.sign_out() == 200
            assert (at.present["gate-in"], at.reasons["gate-in"]) == (False, "signed_out")
            assert (await peer.beat()).status == 401

    async def test_takes_the_digest_of_another_program(self):
        at = station()
        signs = aiohttp.DigestAuthMiddleware(login=CODE, password="sesame")
        async with (
            running(at) as at_work,
            aiohttp.ClientSession(middlewares=(signs,), trust_env=False) as session,
        ):
            there = f"http://127.0.0.1:{at_work.port}/VIID/System/"
            for what in ("Register", "Register", "UnRegister"):
                said = {f"{what}Object": {"DeviceID": CODE}}
                async with session.post(there + what, json=said) as answer:
                    assert answer.status == 200

        assert at.reasons["gate-in"] == "signed_out"

    async def test_by_a_user_and_password_of_its_own(self):
        at = station()
        members = (barrier("gate-in", CODE, user="admin", password="x7"),)
        async with running(at, members) as at_work:
            async with camera(at_work, user="admin", password="x7"):
                assert at.present["gate-in"] is True
            async with camera(at_work, user="admin", sign_in=False) as peer:
                assert await peer.sign_in() == 403

    async def test_refuses_a_wrong_password_and_tells_the_operator(self):
        at = station()
        async with running(at) as at_work, camera(at_work, sign_in=False) as peer:
            assert await peer.sign_in(password="guess") == 403

        assert at.refusals == [("gate-in", "wrong_password", CODE.encode())]
        assert "gate-in" not in at.present

    async def test_lets_nobody_in_where_no_password_is_set(self):
        at = station()
        async with (
            running(at, password="") as at_work,
            camera(at_work, password="", sign_in=False) as peer,
        ):
            assert await peer.sign_in() == 403

    async def test_shows_a_stranger_who_knows_the_password_and_no_other(self):
        at = station()
        strange = "34020000001320000099"
        async with (
            running(at) as at_work,
            camera(at_work, id=strange, sign_in=False) as peer,
        ):
            assert await peer.sign_in(password="guess") == 403
            assert at.strangers == {}
            assert await peer.sign_in() == 403

        assert at.strangers == {strange: {"model": "camera"}}
        assert at.refusals == [("line", "wrong_password", strange.encode())]

    async def test_a_signature_counts_once_and_for_its_path_and_its_name_alone(self):
        at = station()
        body = {"RegisterObject": {"DeviceID": CODE}}
        async with running(at) as at_work, camera(at_work, sign_in=False) as peer:
            asked = await peer.post("/VIID/System/Register", body)
            signed = {"Authorization": peer.signature(asked, path="/VIID/System/Register")}
            first = await peer.post("/VIID/System/Register", body, headers=signed)
            again = await peer.post("/VIID/System/Register", body, headers=signed)

            asked = await peer.post("/VIID/System/Register", body)
            other = {"Authorization": peer.signature(asked, path="/VIID/System/UnRegister")}
            elsewhere = await peer.post("/VIID/System/Register", body, headers=other)
            named = await peer.post(
                "/VIID/System/Register",
                {"RegisterObject": {"DeviceID": OTHER}},
                headers={**other, "User-Identify": OTHER},
            )

        assert [one.status for one in (first, again, elsewhere, named)] == [200, 401, 403, 403]
        assert "stale=true" in again.headers["WWW-Authenticate"]
        assert ("gate-out", "signed_by_another", OTHER.encode()) in at.refusals

    @pytest.mark.parametrize(
        "said", ["Basic eDp5", "Digest", "Digest x", "Digest \u00e9=1", 'Digest nonce="", uri="["']
    )
    async def test_a_signature_that_is_none_is_refused(self, said):
        at = station()
        body = {"RegisterObject": {"DeviceID": CODE}}
        async with running(at) as at_work, camera(at_work, sign_in=False) as peer:
            heard = await peer.post("/VIID/System/Register", body, headers={"Authorization": said})
            assert heard.status in (400, 403)
        assert at.present == {}

    @pytest.mark.parametrize(
        "body",
        [b"", b"[]", b"{}", b'{"RegisterObject": 5}', b'{"RegisterObject": {"DeviceID": "x"}}',
         b'{"RegisterObject": {"DeviceID": "34020000001320000002"}}', b"x" * 20_000],
    )  # fmt: skip
    async def test_a_body_that_names_nobody_or_somebody_else_is_refused(self, body):
        at = station()
        async with running(at) as at_work, camera(at_work, sign_in=False) as peer:
            heard = await peer.post("/VIID/System/Register", body)
            assert heard.status in (400, 413)
        assert [reason for _, reason, _ in at.refusals] in (["bad_frame"], ["too_large"])

    async def test_is_heard_from_the_host_alone_that_signed_in(self):
        at = station()
        async with (
            running(at) as at_work,
            camera(at_work) as peer,
            camera(at_work, sign_in=False, host="127.0.0.2") as other,
        ):
            assert (await other.tell(car(CAR, device=CODE))).status == 401
            assert (await other.beat()).status == 401
            assert (await peer.beat()).status == 200
            assert await other.sign_in() == 200
            assert (await peer.beat()).status == 401

        assert at.asked == []

    async def test_tells_the_time_to_anybody(self):
        at = station()
        async with running(at) as at_work, camera(at_work, sign_in=False) as peer:
            heard = await peer.time()

        assert heard.body["SystemTimeObject"] == {
            "VIIDServerID": "34020000005030000001",
            "TimeMode": "1",
            "LocalTime": "20260605103005",
            "TimeZone": "Asia/Shanghai",
        }


class TestSilence:
    async def test_holds_a_camera_gone_after_three_beats_missed_until_it_signs_in_anew(self):
        at = station()
        async with running(at, heartbeat_s=0.4) as at_work, camera(at_work) as peer:
            at.clock += 1.0
            assert (await peer.beat()).status == 200
            at.clock += 1.3
            await at.until(lambda: not at.present["gate-in"])
            assert at.reasons["gate-in"] == "silent"

            assert (await peer.tell(car(CAR, device=CODE))).status == 401
            assert await peer.sign_in() == 200
            assert at.present["gate-in"] is True

    async def test_all_are_gone_when_the_line_closes_and_who_is_taken_out_of_the_register(self):
        at = station()
        async with running(at) as at_work, camera(at_work) as peer:
            at_work.rewire(MEMBERS[1:])
            assert (at.present["gate-in"], at.reasons["gate-in"]) == (False, "removed")
            assert (await peer.beat()).status == 401
            at_work.rewire(MEMBERS)
            assert await peer.sign_in() == 200

        assert at.reasons["gate-in"] == "line_closed"
        assert at_work.port == 0


class TestCars:
    async def test_ask_as_other_lane_cameras_ask_with_the_picture_of_the_plate(self):
        at = station()
        shown = [picture(JPEG + b"\xff\xd9", type=WHOLE), picture(type=PLATE), picture(type=FACE)]
        async with running(at) as at_work, camera(at_work) as peer:
            heard = await peer.tell(car(CAR, device=CODE, Direction="4", pictures=shown))

        assert (heard.status, heard.codes, len(heard.ids[0])) == (200, [0], 48)
        [(device, asked)] = at.asked
        assert (device, asked.kind) == ("gate-in", "lane.seen")
        assert asked.body == {
            "plate": CAR,
            "colour": "blue",
            "confidence": 0.98,
            "direction": "out",
            "picture": hashlib.sha256(JPEG).hexdigest(),
            "replayed": False,
            "commanded": True,
            "lane": "1",
            "at": PASSED,
        }
        assert at.pictures == [("gate-in", JPEG, PASSED, "")]
        assert at.readings == []

    async def test_a_plate_stands_in_no_frame_that_is_kept(self):
        at = station()
        async with running(at) as at_work, camera(at_work) as peer:
            await peer.tell(car(CAR, device=CODE))
            await peer.post("/VIID/MotorVehicles", f'{{"PlateNo": "{CAR}"'.encode())

        kept = [data for frames in at.frames.values() for _, data in frames]
        assert lane.COVER in kept
        assert all(CAR.encode() not in data for data in kept)
        assert all(CAR.encode() not in sample for *_, sample in at.refusals)

    async def test_told_again_are_asked_once_alone_in_a_list_and_at_once(self):
        at = station()
        one = car(CAR, device=CODE, pictures=[picture()])
        async with running(at) as at_work, camera(at_work) as peer:
            heard = await asyncio.gather(*(peer.tell(one, one) for _ in range(20)))

        assert {tuple(one.codes) for one in heard} == {(0, 0)}
        assert len(at.asked) == len(at.pictures) == 1

    async def test_each_gets_its_own_status_and_the_bad_one_harms_no_other(self):
        at = station()
        rows = [
            car(CAR, device=CODE, serial=1),
            {"MotorVehicleID": "no car"},
            7,
            car("浙" * 17, device=CODE, serial=2),
            car("浙A00001", device=CODE, serial=3),
            car("浙A00002", device=OTHER, serial=4),
        ]
        async with running(at) as at_work, camera(at_work) as peer:
            heard = await peer.tell(*rows)

        assert heard.codes == [0, 8, 8, 8, 0, 8]
        assert heard.ids[1:3] == ["no car", ""]
        assert [asked.body["plate"] for _, asked in at.asked] == [CAR, "浙A00001"]
        assert ("gate-in", "not_its_channel", OTHER.encode()) in at.refusals

    async def test_with_a_picture_that_is_none_are_asked_without_it(self):
        at = station()
        bad = {**picture(), "Data": "%%%not base64"}
        async with running(at) as at_work, camera(at_work) as peer:
            heard = await peer.tell(car(CAR, device=CODE, pictures=[bad]))

        assert (heard.codes, at.asked[0][1].body["picture"], at.pictures) == ([0], "", [])
        assert at.refusals == [("gate-in", "no_picture", b"")]

    async def test_no_picture_of_a_driver_or_a_face_is_handed_on(self):
        at = station()
        shown = [picture(type=one) for one in (DRIVERS_FACE, "05", FACE, "10", "100")]
        async with running(at) as at_work, camera(at_work) as peer:
            await peer.tell(car(CAR, device=CODE, pictures=shown))

        assert (len(at.asked), at.pictures) == (1, [])

    async def test_told_by_a_wrong_clock_go_by_ours_and_of_a_list_the_newest_waits(self):
        at = station()
        hours = ("07", "08", "09")
        rows = [car(f"浙A000{one}", device=CODE, at=f"20260605{one}3000") for one in hours]
        async with running(at) as at_work, camera(at_work) as peer:
            await peer.tell(*rows)

        asked = [one.body for _, one in at.asked]
        assert [one["replayed"] for one in asked] == [True, True, False]
        assert [one.get("at") for one in asked] == [at.clock - 7200, at.clock - 3600, None]
        assert at.refusals == [("gate-in", "clock_wrong", b"")]

    async def test_that_nobody_can_answer_now_are_told_again_and_then_asked_again(self):
        at = station()
        answers = [BUSY, Told(ok=False, reason="full")]
        asked = []

        async def ask(device, question):
            asked.append(question.body["plate"])
            return answers.pop(0)

        at.ask = ask
        rows = [car(CAR, device=CODE, serial=1), car("浙A00001", device=CODE, serial=2)]
        async with running(at) as at_work, camera(at_work) as peer:
            first = await peer.tell(*rows)
            again = await peer.tell(rows[0])

        assert (first.codes, again.codes) == ([2, 2], [0])
        assert asked == [CAR, CAR]
        assert at.refusals == [("gate-in", "busy", b"")]

    @pytest.mark.parametrize("told", [NOBODY, Told(ok=False, reason="parking.lane_not_found")])
    async def test_of_a_camera_that_watches_no_lane_are_shown_to_the_operator(self, told):
        at = station()

        async def ask(device, question):
            return told

        at.ask = ask
        async with running(at) as at_work, camera(at_work) as peer:
            heard = await peer.tell(car(CAR, device=CODE))

        assert heard.codes == [4]
        assert at.refusals == [("gate-in", told.reason, b"")]

    async def test_of_a_platform_are_those_of_the_cameras_below_it(self):
        at = station()
        rows = [
            car("浙A00001", device="34020000001320000007", serial=1),
            car("浙A00002", device="34020000001320000008", serial=2, LaneNo=2),
            car("浙A00003", device="34020000001320000008", serial=3, LaneNo=1),
            car("浙A00004", device="", serial=4, TollgateID="34020000001320000007"),
            car("浙A00005", device=CODE, serial=5),
        ]
        async with running(at) as at_work, camera(at_work, id=PLATFORM) as peer:
            heard = await peer.tell(*rows)
            present = dict(at.present)
            await peer.sign_out()

        assert heard.codes == [0, 0, 8, 0, 8]
        assert [device for device, _ in at.asked] == ["lane-7", "lane-8-2", "lane-7"]
        assert present["lane-7"] is present["lane-8-2"] is True
        assert (at.present["lane-7"], at.reasons["lane-8-2"]) == (False, "signed_out")
        assert at.strangers == {"34020000001320000008": {"model": "camera"}}

    async def test_of_a_device_that_asks_nothing_are_refused(self):
        at = station()
        async with running(at) as at_work, camera(at_work, id=PLATFORM) as peer:
            heard = await peer.tell(car(CAR, device=PLATFORM))

        assert (heard.codes, at.asked) == ([4], [])
        assert at.refusals == [("platform", "unknown_event", b"MotorVehicle")]


class TestOthers:
    @pytest.mark.parametrize(
        "kind",
        ["Faces", "Persons", "NonMotorVehicles", "Things", "Images", "VideoSlices", "Subscribes"],
    )
    async def test_are_refused_politely_and_not_kept(self, kind):
        at = station()
        body = {"FaceListObject": {"FaceObject": [{"FaceID": "1", "SubImageList": picture()}]}}
        async with running(at) as at_work, camera(at_work) as peer:
            frames = {device: list(kept) for device, kept in at.frames.items()}
            heard = await peer.post(f"/VIID/{kind}", body)

        assert (heard.status, heard.codes) == (200, [4])
        assert at.refusals == [("gate-in", "not_taken", kind.lower().encode())]
        assert (at.pictures, at.readings, at.asked) == ([], [], [])
        assert {device: list(kept) for device, kept in at.frames.items()} == frames

    async def test_are_not_answered_to_who_did_not_sign_in(self):
        at = station()
        async with running(at) as at_work, camera(at_work, sign_in=False) as peer:
            for path in ("/VIID/Faces", "/VIID/MotorVehicles", "/VIID/APEs"):
                heard = await peer.post(path, {})
                assert (heard.status, heard.codes) == (401, [4])
            assert (await peer.post("/", {})).status == 404
        assert at.refusals == []

    async def test_are_not_read_back_or_changed(self):
        at = station()
        async with running(at) as at_work, camera(at_work) as peer:
            for method in ("GET", "PUT", "DELETE"):
                heard = await peer.ask(method, "/VIID/MotorVehicles", None)
                assert (heard.status, heard.codes) == (405, [4])

    async def test_an_order_is_answered_at_once_in_vain(self):
        at = station()
        async with running(at) as at_work:
            order = Order(id="o1", service="barrier.open", args={}, expires_at=2e9)
            assert at_work.send("gate-in", order)

        assert at.answers == [("gate-in", "o1", False, "unknown_service")]


class TestHostile:
    async def test_a_body_that_is_too_long_is_not_read_and_the_next_request_is_taken(self):
        at = station()
        async with running(at) as at_work, camera(at_work) as peer:
            heard = await peer.post("/VIID/MotorVehicles", b" " * (9 * 1024 * 1024))
            assert (heard.status, heard.codes) == (413, [7])
            assert (await peer.tell(car(CAR, device=CODE))).codes == [0]

        assert [one[:2] for one in at.refusals] == [("gate-in", "too_large")]

    async def test_a_body_without_a_length_is_cut_off_where_it_grows_too_long(self):
        at = station()
        head = (
            f"POST /VIID/MotorVehicles HTTP/1.1\r\nHost: x\r\nUser-Identify: {CODE}\r\n"
            "Transfer-Encoding: chunked\r\n\r\n"
        ).encode()
        chunk = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
        async with running(at) as at_work, camera(at_work):
            said = await raw(at_work, head, *[chunk] * 9, b"0\r\n\r\n")

        assert said.startswith(b"HTTP/1.1 413")

    @pytest.mark.parametrize(
        "body",
        [
            b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
            b'{"MotorVehicleListObject": {"MotorVehicleObject": [%s{}]}}' % (b"{}," * 10_000),
            b'{"MotorVehicleListObject": [5',
            b"\x00\xff",
        ],
        ids=["deep", "ten thousand", "cut", "no text"],
    )
    async def test_a_body_that_is_no_list_is_refused_and_the_next_is_taken(self, body):
        at = station()
        async with running(at) as at_work, camera(at_work) as peer:
            heard = await peer.post("/VIID/MotorVehicles", body)
            assert (heard.status, heard.codes) == (400, [7])
            assert (await peer.tell(car(CAR, device=CODE))).codes == [0]

        assert [one[:2] for one in at.refusals] == [("gate-in", "bad_frame")]

    async def test_a_packed_body_is_refused_unread(self):
        at = station()
        async with running(at) as at_work, camera(at_work) as peer:
            heard = await peer.post(
                "/VIID/MotorVehicles", b"\x1f\x8b" * 9, headers={"Content-Encoding": "gzip"}
            )

        assert heard.status == 400

    async def test_a_slow_body_is_given_up_and_holds_up_no_other_camera(self, monkeypatch):
        monkeypatch.setattr(hearing, "_WITHIN_S", 0.3)
        monkeypatch.setattr(doors, "_THROWN_AWAY_S", 0.1)
        at = station()
        head = (
            f"POST /VIID/MotorVehicles HTTP/1.1\r\nHost: x\r\nUser-Identify: {CODE}\r\n"
            "Content-Length: 1000\r\n\r\n"
        ).encode()
        async with (
            running(at) as at_work,
            camera(at_work),
            camera(at_work, id=OTHER, password="of-its-own") as other,
        ):
            slow = [asyncio.create_task(raw(at_work, head, b"{")) for _ in range(12)]
            await asyncio.sleep(0.05)
            heard = await other.tell(car(CAR, device=OTHER))
            said = await slow[0]
            for one in slow[1:]:
                one.cancel()

        assert heard.codes == [0]
        assert said.startswith(b"HTTP/1.1 408")
        assert ("gate-in", "body_cut") in [one[:2] for one in at.refusals]

    async def test_too_much_of_one_camera_at_once_is_told_to_come_again(self, monkeypatch):
        monkeypatch.setattr(hearing, "_TURN_WITHIN_S", 0.1)
        at = station()
        at.answering.clear()
        async with running(at) as at_work, camera(at_work) as peer:
            first = asyncio.create_task(peer.tell(car(CAR, device=CODE)))
            await at.until(lambda: bool(at.asked))
            second = await peer.tell(car("浙A00001", device=CODE, serial=2))
            at.answering.set()

            assert (second.status, second.codes) == (503, [2])
            assert (await first).codes == [0]

    async def test_what_is_no_http_is_counted_and_the_line_goes_on(self):
        at = station()
        async with running(at) as at_work, camera(at_work) as peer:
            said = await raw(at_work, b"\x16\x03\x01\x02\x00\x01\x00 not http at all\r\n\r\n")
            await raw(at_work, b"POST / HTTP/1.1\r\n" + b"a: b\r\n" * 5000 + b"\r\n")
            assert (await peer.beat()).status == 200

        assert b" 400 " in said[:20]
        assert {one[:2] for one in at.refusals} == {("line", "bad_frame")}

    async def test_a_camera_that_asks_whether_it_may_send_is_told_so_only_if_it_may(self):
        at = station()
        body = b'{"KeepaliveObject": {"DeviceID": "%s"}}' % CODE.encode()
        head = "POST {} HTTP/1.1\r\nHost: x\r\nUser-Identify: {}\r\nContent-Length: {}\r\n"
        head += "Connection: close\r\nExpect: 100-continue\r\n\r\n"
        async with running(at) as at_work, camera(at_work):
            asked = head.format("/VIID/System/Keepalive", CODE, len(body)).encode()
            said = await raw(at_work, asked, body, pause_s=0.05)
            asked = head.format("/VIID/MotorVehicles", OTHER, len(body)).encode()
            refused = await raw(at_work, asked, body, pause_s=0.05)

        assert said.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200")
        assert refused.startswith(b"HTTP/1.1 401")

    async def test_a_request_over_which_we_break_is_answered_and_the_line_goes_on(
        self, monkeypatch
    ):
        at = station()

        def breaks(*_, **__):
            raise KeyError("odd")

        async with running(at) as at_work, camera(at_work) as peer:
            with monkeypatch.context() as broken:
                broken.setattr(line.answers, "clock", breaks)
                assert (await peer.time()).status == 500
            assert (await peer.time()).status == 200

        assert at.refusals == [("line", "internal_error", b"KeyError('odd')")]

    async def test_more_connections_than_there_may_be_are_hung_up(self, monkeypatch):
        monkeypatch.setattr(doors, "_MOST_LINES", 2)
        at = station()
        async with running(at) as at_work:
            held = [await asyncio.open_connection("127.0.0.1", at_work.port) for _ in range(2)]
            await asyncio.sleep(0.05)
            assert await raw(at_work) == b""
            for _, writer in held:
                writer.close()
            await asyncio.sleep(0.05)
            async with camera(at_work):
                assert at.present["gate-in"] is True

    async def test_half_a_head_is_hung_up(self, monkeypatch):
        monkeypatch.setattr(doors, "_IDLE_S", 0.2)
        async with running(station()) as at_work:
            assert await raw(at_work) == b""
            assert await raw(at_work, b"POST /VIID/System/Register HTTP/1.1\r\nHost:") == b""


class TestOptions:
    def test_listens_on_loopback_unless_it_is_told_otherwise(self):
        assert DRIVER.line().listen.startswith("127.0.0.1:")

    @pytest.mark.parametrize(
        "options",
        [{"listen": ":1400"}, {"id": "1"}, {"heartbeat_s": 0}, {"misses": 0}, {"late_s": 3},
         {"late_s": -60}],
    )  # fmt: skip
    def test_that_reach_nobody_or_wait_for_nothing_are_refused(self, options):
        with pytest.raises(ValueError, match=r"\w"):
            DRIVER.line(**options)

    async def test_a_port_that_is_taken_is_told(self):
        at = station()
        async with running(at) as at_work:
            taken = wired("gat1400", "two", "field_line", listen=f"127.0.0.1:{at_work.port}")
            with pytest.raises(OSError, match="in use"):
                await DRIVER.run(taken, (), at).run()
