"""Every sample, both ways, over a socket; and none of them, broken anywhere, breaks us."""

import asyncio
import contextlib
import json

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from linli.drivers.frames import BadFrame
from linli.drivers.line import Order
from linli.drivers.ocpp import decoding, schemas
from linli.drivers.ocpp.charge_point import ChargePoint
from linli.drivers.ocpp.codec import Call, Version, Violation, decode
from linli.drivers.ocpp.desk import Desk
from linli.drivers.ocpp.roster import Post
from linli.drivers.ocpp.session import _HEARS
from tests.drivers.station import FakeStation
from tests.laws.source import ROOT

SAMPLES = ROOT / "tests" / "samples" / "ocpp"


def samples(name):
    return list(_samples(name))


def _samples(name):
    for version in Version:
        text = (SAMPLES / f"{name}_{version.number}.json").read_text("utf-8")
        for number, sample in enumerate(json.loads(text)):
            yield pytest.param(version, sample, id=f"{version.number}-{number}")


def like(found, wanted):
    """Compare, where NOW stands for any instant and NUMBER for any number."""
    if wanted == "NOW":
        return isinstance(found, str) and "T" in found
    if wanted == "NUMBER":
        return isinstance(found, int)
    if isinstance(wanted, dict):
        return found.keys() == wanted.keys() and all(like(found[k], wanted[k]) for k in wanted)
    if isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(like, found, wanted))
    return found == wanted


@pytest.fixture
async def speak(garage):
    """Return a function that connects with a version and gives the bare socket."""
    sockets = []

    async def speaking(version):
        socket = await connect(
            f"{garage.url}/CP1",
            subprotocols=[version],
            additional_headers=garage.peer()._headers(),
        )
        sockets.append(socket)
        return socket

    yield speaking
    for socket in sockets:
        await socket.close()


async def heard(socket):
    """Return what comes; nothing within seconds is a failure, not a wait for ever."""
    async with asyncio.timeout(10):
        return await socket.recv()


class TestSamples:
    @pytest.mark.parametrize(("version", "sample"), samples("heard"))
    async def test_is_answered_and_brought_as_the_sample_says(self, garage, speak, version, sample):
        socket = await speak(version)

        await socket.send(json.dumps(sample["frame"]))
        answer = json.loads(await heard(socket))

        wanted = sample["answer"]
        assert like(answer[: len(wanted)], wanted), answer
        brought = {reading.name: reading.value for _, reading in garage.station.readings}
        for name, value in sample.get("readings", {}).items():
            assert brought[name] == pytest.approx(value), name
        if wanted[0] == 4:
            assert garage.station.readings == []
            assert garage.station.refusals != []

    @pytest.mark.parametrize(("version", "sample"), samples("told"))
    async def test_is_called_and_judged_as_the_sample_says(self, garage, speak, version, sample):
        socket = await speak(version)
        order = Order(id="o1", service=sample["service"], args=sample["args"], expires_at=2e9)
        await garage.station.until(lambda: garage.station.present.get("dev-CP1", False))

        assert garage.line.send("dev-CP1", order)
        kind, name, *call = json.loads(await heard(socket))
        answer = [name if part == "ID" else part for part in sample["answer"]]
        await socket.send(json.dumps(answer))
        await garage.station.until(lambda: garage.station.answers != [])

        assert kind == 2
        assert like(call, sample["call"]), call
        assert garage.station.answers == [("dev-CP1", "o1", *sample["result"])]


class TestDecode:
    @pytest.mark.parametrize(("version", "sample"), samples("heard"))
    def test_says_what_a_frame_holds_and_which_version_allows_it(self, version, sample):
        frame, answer = sample["frame"], sample["answer"]
        if len(frame) < 4 or frame[3] == []:
            with pytest.raises(BadFrame):
                decoding.read(json.dumps(frame), {})
            return

        told = decoding.read(json.dumps(frame), {})

        assert (told["kind"], told["id"]) == ("call", frame[1])
        assert (told["action"], told["payload"]) == (frame[2], frame[3])
        if answer[0] == 3:
            assert version.number in told["versions"]
        elif not told["versions"]:
            assert set(told["wrong"]) == {"1.6", "2.0.1"}

    def test_tells_answers_and_errors(self):
        result = decoding.read('[3,"a",{"status":"Accepted"}]', {})
        error = decoding.read(' [4,"a","InternalError","x",{}] ', {})

        assert result == {"kind": "result", "id": "a", "payload": {"status": "Accepted"}}
        assert (error["kind"], error["code"]) == ("error", "InternalError")

    @pytest.mark.parametrize("text", ["", "[]", "{}", '[9,"a",{}]', "[2"])
    def test_refuses_what_is_no_message(self, text):
        with pytest.raises(BadFrame):
            decoding.read(text, {})


class TestBroken:
    @pytest.mark.parametrize(("version", "sample"), samples("heard"))
    async def test_any_byte_changed_or_missing_is_heard_or_refused(self, garage, version, sample):
        data = json.dumps(sample["frame"]).encode()
        point = ChargePoint(
            id="CP1",
            line=garage.line._line,
            post=Post(wired=garage.members[0]),
            station=FakeStation(),
            desk=Desk(()),
        )

        for at in range(len(data)):
            flipped = data[:at] + bytes([data[at] ^ (1 << at % 8)]) + data[at + 1 :]
            for broken in (flipped, data[:at], data + data[at:]):
                await heard_or_refused(point, version, broken)


async def heard_or_refused(point, version, data):
    try:
        message = decode(data)
        if not isinstance(message, Call):
            return
        schemas.check_call(version=version, action=message.action, payload=message.payload)
        hear = _HEARS[version].get(message.action)
        if hear is not None:
            answer = await hear(point, message.payload)
            schemas.check_result(version=version, action=message.action, payload=answer)
    except (BadFrame, Violation):
        return


HOSTILE = [
    b"",
    b"\x00",
    b"[" * 60_000,
    b'{"a":' * 9_000,
    b"null",
    b"2",
    b"{}",
    b"[]",
    b"[2]",
    b'[true,"a","Heartbeat",{}]',
    b'[2,1,"Heartbeat",{}]',
    b'[2,"","Heartbeat",{}]',
    b'[2,"' + b"x" * 37 + b'","Heartbeat",{}]',
    b'[2,"a",7,{}]',
    b'[2,"a","../../etc/passwd",{}]',
    b'[2,"a","Heartbeat",null]',
    b'[2,"a","Heartbeat",{},{}]',
    b'[3,"a"]',
    b'[3,"a",[]]',
    b'[3,"nobody asked",{}]',
    b'[4,"nobody asked","InternalError","",{}]',
    b'[4,"a"]',
    b'[5,"a","Heartbeat",{}]',
    b'[2,"a","Heartbeat",{"a":1e999}]',
    b'[2,"a","Heartbeat",{"a":NaN}]',
    b'[2,"a","Heartbeat",{"a":"\\ud800"}]',
    b'[2,"a","MeterValues",{"connectorId":1e30,"meterValue":[]}]',
    b'[2,"a","StopTransaction",{"transactionId":99999999999999999999,"meterStop":1,'
    b'"timestamp":"0001-01-01T00:00:00+14:00"}]',
]


class TestHostile:
    @pytest.mark.parametrize("version", list(Version))
    async def test_outlives_everything_and_goes_on(self, garage, speak, version):
        socket = await speak(version)

        for data in HOSTILE:
            await socket.send(data.decode("utf-8", "surrogateescape"))
            await socket.send('[2,"ok","Heartbeat",{}]')
            async with asyncio.timeout(5):
                while json.loads(await socket.recv())[:2] != [3, "ok"]:
                    continue

        assert garage.station.present == {"dev-CP1": True}

    async def test_a_broken_call_is_told_its_own_id_where_that_can_be_read(self, speak):
        socket = await speak(Version.V16)

        await socket.send('[2, "m-17", "Heartbeat", {')
        first = json.loads(await socket.recv())
        await socket.send("{")
        second = json.loads(await socket.recv())

        assert first[:3] == [4, "m-17", "FormationViolation"]
        assert second[:3] == [4, "-1", "FormationViolation"]

    async def test_an_oversized_message_ends_the_connection(self, garage, speak):
        socket = await speak(Version.V16)

        await socket.send('[2,"a","Heartbeat",{"a":"' + "x" * 70_000 + '"}]')
        await socket.wait_closed()

        assert socket.close_code == 1009
        await garage.station.until(lambda: garage.station.present == {"dev-CP1": False})

    async def test_one_that_sends_nothing_but_rubbish_is_sent_away(self, garage, speak):
        socket = await speak(Version.V16)

        with contextlib.suppress(ConnectionClosed):
            for _ in range(40):
                await socket.send("rubbish")
                await socket.recv()

        assert socket.close_code == 1008
        await garage.station.until(lambda: garage.station.present == {"dev-CP1": False})
        assert garage.station.reasons == {"dev-CP1": "bad_messages"}

    async def test_an_error_of_ours_is_an_answer_too(self, garage, speak, caplog):
        socket = await speak(Version.V16)

        async def broken(device, readings):
            raise RuntimeError("disk")

        garage.station.bring = broken
        await socket.send('[2,"a","FirmwareStatusNotification",{"status":"Idle"}]')

        assert json.loads(await socket.recv())[:3] == [4, "a", "InternalError"]
        assert "FirmwareStatusNotification could not be answered" in caplog.text
