"""Devices on the wire: real sockets, real bus, clients that others wrote."""

import asyncio
import json
import time

import aiomqtt
import gmqtt
import msgspec
import paho.mqtt.client as paho
import pytest

from tests.live import readback
from tests.live.conftest import until
from tests.live.house import SECRET
from tests.live.wire import Line, connect, publish, signed_in, subscribe


def on_over(house, device, *, version=paho.MQTTv311):
    """Let a paho client publish a crossing with QoS 1 and wait for its command."""
    heard = []
    client = paho.Client(paho.CallbackAPIVersion.VERSION2, protocol=version)
    client.username_pw_set(f"house/{device}", SECRET)
    client.on_message = lambda _c, _u, message: heard.append(json.loads(message.payload))
    client.on_connect = lambda c, *_: c.subscribe(f"v1/house/{device}/commands", 1)
    granted = []
    client.on_subscribe = lambda *_: granted.append(True)
    client.connect("127.0.0.1", house.port)
    client.loop_start()
    try:
        until(lambda: granted)
        for value in (12, 60):
            told = client.publish(f"v1/house/{device}/readings", json.dumps({"co": value}), qos=1)
            told.wait_for_publish(5)
        until(lambda: heard)
        ack = json.dumps({"id": heard[0]["id"], "ok": True})
        client.publish(f"v1/house/{device}/acks", ack, qos=1).wait_for_publish(5)
    finally:
        client.disconnect()
        client.loop_stop()
    return heard[0]


class TestChain:
    @pytest.mark.parametrize(("device", "version"), [("d0001", paho.MQTTv311), ("d0002", 5)])
    def test_commands_the_fan_and_hears_that_it_was_done(self, shared, device, version):
        command = on_over(shared, device, version=version)

        assert (command["service"], command["args"]) == ("fan.on", {})

        def steps():
            return {
                type(e).__name__ for e in readback.told(shared.nats.url)
                if getattr(e, "command", "") == command["id"] or e.id == command["id"]
            }  # fmt: skip

        until(lambda: steps() == {"CommandIssued", "CommandSent", "CommandAcknowledged"})

    async def test_serves_gmqtt(self, shared):
        heard = asyncio.Event()
        client = gmqtt.Client("gmqtt")
        client.set_auth_credentials("house/d0003", SECRET)
        client.on_message = lambda *_: heard.set() or 0
        await client.connect("127.0.0.1", shared.port, version=5)
        client.subscribe("v1/house/d0003/commands", qos=1)
        for value in (12, 60):
            client.publish("v1/house/d0003/readings", {"co": value}, qos=1)

        await asyncio.wait_for(heard.wait(), 10)

        await client.disconnect()

    async def test_serves_aiomqtt_as_a_gateway_with_children(self, shared):
        async with aiomqtt.Client(
            "127.0.0.1", shared.port, username="house/gw", password=SECRET
        ) as client:
            await client.subscribe("v1/house/+/commands", qos=1)
            for value in (12, 60):
                body = json.dumps({"co": value})
                await client.publish("v1/house/c0001/readings", body, qos=1)

            async with asyncio.timeout(10):
                message = await anext(client.messages)

        assert str(message.topic) == "v1/house/c0001/commands"


class TestGreet:
    def test_refuses_a_wrong_secret_in_each_version(self, shared):
        for level, code in ((4, 4), (5, 0x86)):
            line = Line(shared.port)
            line.send(connect(user="house/d0001", secret="wrong", level=level))

            first, body = line.receive()

            assert (first, body[1]) == (0x20, code)
            assert line.receive() is None

    @pytest.mark.parametrize("user", ["", "house/nobody", "other/d0001", "d0001", "house/c0001"])
    def test_refuses_strangers(self, shared, user):
        line = Line(shared.port)
        line.send(connect(user=user, secret=SECRET))

        assert line.receive()[1][1] == 4
        assert line.receive() is None

    def test_says_in_5_what_it_does_not_offer(self, shared):
        line = Line(shared.port)
        line.send(connect(user="house/d0001", secret=SECRET, level=5, client=""))

        _, body = line.receive()

        assert body[1] == 0
        assert b"\x24\x01" in body
        assert b"\x25\x00" in body
        assert b"\x12\x00\x16linli-" in body

    def test_refuses_another_packet_first(self, shared):
        line = Line(shared.port)
        line.send(publish("v1/house/d0001/readings", b"{}"))

        assert line.receive()[1][1] != 0
        assert line.receive() is None

    def test_refuses_a_version_that_it_does_not_know(self, shared):
        line = Line(shared.port)
        line.send(connect(user="house/d0001", secret=SECRET, level=3))

        assert line.receive() is not None
        assert line.receive() is None

    def test_hangs_up_on_a_second_connect(self, shared):
        line = signed_in(shared.port, "d0004", SECRET, level=5)
        line.send(connect(user="house/d0004", secret=SECRET, level=5))

        assert line.receive() == (0xE0, b"\x82")
        assert line.receive() is None


class TestOwnTopics:
    def test_takes_nothing_on_the_topic_of_another(self, shared):
        line = signed_in(shared.port, "d0005", SECRET, level=5)
        line.send(publish("v1/house/d0006/readings", b'{"co":404}', id=7, level=5))

        assert line.receive() == (0x40, b"\x00\x07\x87")
        assert 404.0 not in readback.values(shared.nats.url)

    @pytest.mark.parametrize(
        ("topic", "code"),
        [
            ("v1/house/d0005/commands", 1),
            ("v1/house/d0005/#", 1),
            ("v1/house/+/commands", 0x87),
            ("v1/house/d0006/commands", 0x87),
            ("#", 0x87),
            ("a#", 0x8F),
            ("$share/g/v1/house/d0005/commands", 0x9E),
        ],
    )
    def test_grants_only_ones_own(self, shared, topic, code):
        line = signed_in(shared.port, "d0005", SECRET, level=5)
        line.send(subscribe(topic, level=5))

        assert line.receive() == (0x90, b"\x00\x01\x00" + bytes((code,)))


class TestRules:
    @pytest.mark.parametrize(
        ("packet", "code"),
        [
            (publish("v1/house/d0007/readings", b"{}", level=5, retain=True), 0x9A),
            (b"\x34\x05\x00\x01a\x00\x01", 0x9B),
            (b"\x32\x06\x00\x01a\x00\x00\x00", 0x82),
            (b"\xc1\x00", 0x81),
            (b"\xf0\x00", 0x82),
            (b"\x00\x00", 0x82),
            (b"\x30\xff\xff\xff\xff\x7f", 0x95),
            (b"\x30" + b"\x80\xad\xe2\x04" + b"x" * 100, 0x95),
        ],
    )
    def test_closes_with_the_reason_of_5(self, shared, packet, code):
        line = signed_in(shared.port, "d0007", SECRET, level=5)
        line.send(packet)

        assert line.receive() == (0xE0, bytes((code,)))
        assert line.receive() is None

    def test_answers_pings(self, shared):
        line = signed_in(shared.port, "d0008", SECRET)
        line.send(b"\xc0\x00" * 3)

        assert [line.receive() for _ in range(3)] == [(0xD0, b"")] * 3

    def test_hears_a_packet_that_comes_byte_by_byte(self, shared):
        line = signed_in(shared.port, "d0009", SECRET)
        for byte in publish("v1/house/d0009/readings", b'{"co":17.25}', id=3):
            line.send(bytes((byte,)))

        assert line.receive() == (0x40, b"\x00\x03")

    def test_confirms_what_it_refuses_in_5_with_a_reason(self, shared):
        line = signed_in(shared.port, "d0009", SECRET, level=5)
        line.send(publish("v1/house/d0009/readings", b"hello", id=3, level=5))

        assert line.receive() == (0x40, b"\x00\x03\x99")

    def test_confirms_in_the_order_of_sending(self, shared):
        line = signed_in(shared.port, "d0010", SECRET)
        packets = [
            publish("v1/house/d0010/readings", b'{"co":1}' if n % 3 else b"bad", id=n)
            for n in range(1, 200)
        ]
        line.send(b"".join(packets))

        found = [int.from_bytes(line.receive()[1][:2], "big") for _ in packets]

        assert found == list(range(1, 200))


class TestTakeover:
    def test_ends_the_older_line_of_a_client(self, shared):
        old = signed_in(shared.port, "d0011", SECRET, client="same", level=5)
        new = signed_in(shared.port, "d0011", SECRET, client="same", level=5)

        assert old.receive() == (0xE0, b"\x8e")
        new.send(b"\xc0\x00")
        assert new.receive() == (0xD0, b"")

    def test_leaves_the_same_name_of_another_device_alone(self, shared):
        mine = signed_in(shared.port, "d0012", SECRET, client="name")
        signed_in(shared.port, "d0013", SECRET, client="name")

        mine.send(b"\xc0\x00")
        assert mine.receive() == (0xD0, b"")

    def test_keeps_the_session_of_a_client_that_asks_for_it(self, shared):
        line = signed_in(shared.port, "d0014", SECRET, client="kept", clean=False)
        line.send(subscribe("v1/house/d0014/commands"))
        line.receive()
        line.close()
        again = Line(shared.port)
        again.send(connect(user="house/d0014", secret=SECRET, client="kept", clean=False))

        assert again.receive() == (0x20, b"\x01\x00")
        for value in (b"12", b"60"):
            again.send(publish("v1/house/d0014/readings", b'{"co":' + value + b"}"))
        assert again.receive()[0] & 0xF0 == 0x30


class TestPresence:
    def heard(self, house, device):
        return [(s.online, s.reason) for s in readback.heard(house.nats.url)
                if getattr(s, "device", "") == device]  # fmt: skip

    def test_tells_of_a_will_but_not_of_a_goodbye(self, shared):
        will = ("v1/house/d0015/status", "offline")
        line = signed_in(shared.port, "d0015", SECRET, will=will)
        line.close()
        until(lambda: len(self.heard(shared, "d0015")) == 2)
        line = signed_in(shared.port, "d0015", SECRET, will=will)
        line.send(b"\xe0\x00")
        assert line.receive() is None

        until(lambda: len(self.heard(shared, "d0015")) == 3)
        assert self.heard(shared, "d0015") == [(True, ""), (False, "will"), (True, "")]

    def test_hangs_up_after_one_and_a_half_keep_alives(self, shared):
        line = signed_in(shared.port, "d0016", SECRET, keep_alive=1, level=5)
        began = time.monotonic()

        assert line.receive(8) == (0xE0, b"\x8d")
        assert 1.4 <= time.monotonic() - began <= 4.0


class TestRefusals:
    def test_tells_the_operator_what_was_refused(self, shared):
        line = signed_in(shared.port, "d0017", SECRET)
        for payload in (b"not json", b'{"co":9999}', b'{"nox":1}'):
            line.send(publish("v1/house/d0017/readings", payload, id=1))
            line.receive()

        def told():
            return {
                (e.reason, e.taken) for e in readback.told(shared.nats.url)
                if type(e).__name__ == "ReadingsRefused" and e.device == "d0017"
            }  # fmt: skip

        expected = {("not_json", False), ("out_of_range", True), ("unknown_property", False)}
        until(lambda: told() == expected)

    def test_takes_no_packet_of_ten_megabytes(self, shared):
        line = signed_in(shared.port, "d0018", SECRET, level=5)
        packet = publish("v1/house/d0018/readings", b"x" * 10_000_000, id=1, level=5)
        try:
            line.send(packet)
            assert line.receive() == (0xE0, b"\x95")
        except (ConnectionError, TimeoutError):
            pass

        def told():
            return any(
                e.device == "d0018" and e.reason == "too_large"
                for e in readback.told(shared.nats.url)
                if type(e).__name__ == "ReadingsRefused"
            )

        until(told)


class TestPush:
    def push(self, house, device="d0020", secret=SECRET, kind="application/json", body=b"{}"):
        asked = msgspec.msgpack.encode(
            {"device": device, "secret": secret, "content_type": kind, "body": body}
        )
        return msgspec.msgpack.decode(readback.ask(house.nats.url, "ingest", asked))

    def test_answers_when_it_is_stored(self, shared):
        told = self.push(shared, body=b'[{"co":314.5},{"nox":1}]')

        assert (told["status"], told["taken"]) == (200, 1)
        assert told["refused"] == [{"index": 1, "reason": "unknown_property"}]
        assert 314.5 in readback.values(shared.nats.url)

    @pytest.mark.parametrize(
        ("asked", "status"),
        [
            ({"secret": "wrong"}, 401),
            ({"device": "nobody"}, 401),
            ({"kind": "text/xml"}, 415),
            ({"body": b"hello"}, 422),
            ({"body": b"x" * 300_000}, 413),
            ({"kind": "application/senml+json", "body": b'[{"n":"co","v":3}]'}, 200),
        ],
    )
    def test_words_its_answer_by_status(self, shared, asked, status):
        assert self.push(shared, **asked)["status"] == status


class TestQuestions:
    def test_tells_last_values_by_device_and_by_place(self, shared):
        line = signed_in(shared.port, "d0021", SECRET)
        line.send(publish("v1/house/d0021/readings", b'{"co":21.5}', id=1))
        line.receive()

        def asked(**body):
            raw = readback.ask(shared.nats.url, "twin", msgspec.msgpack.encode(body))
            return [row[:2] + row[3:] for row in msgspec.msgpack.decode(raw)]

        until(lambda: ["d0021", "co", 21.5, 0] in asked(devices=["d0021"]))
        assert ["d0021", "co", 21.5, 0] in asked(place="house/garage")
        assert asked(place="house/roof") == []

    def test_tells_how_it_fares(self, shared):
        told = msgspec.msgpack.decode(readback.ask(shared.nats.url, "live"))

        assert told["caught_up"] is True
        assert told["stored"] >= told["appends"] > 0
