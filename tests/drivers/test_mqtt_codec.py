"""MQTT packets, as the two standards draw them."""

import random
from contextlib import suppress

import pytest

from linli.drivers.mqtt import codec
from linli.drivers.mqtt.packets import V5, V311, BadPacket, Connect, Reason
from linli.drivers.mqtt.properties import offered, properties
from linli.drivers.mqtt.reader import Reader, varint

CONNECT_311 = bytes.fromhex("00044d5154540402003c000161")
"""MQTT 3.1.1, figure 3.6 in short: clean session, keep-alive 60 s, client `a`."""


def connect(*, level=4, flags=0x02, keep_alive=60, properties=b"", payload=b"\x00\x01a"):
    return (
        b"\x00\x04MQTT" + bytes((level, flags)) + keep_alive.to_bytes(2, "big")
        + properties + payload
    )  # fmt: skip


def code_of(read, *args):
    with pytest.raises(BadPacket) as found:
        read(*args)
    return found.value.code


class TestFrame:
    @pytest.mark.parametrize("size", [0, 1, 127, 128, 16_383, 16_384, 200_000])
    def test_finds_the_end_of_a_packet_of_any_length(self, size):
        data = b"\x30" + varint(size) + b"x" * size

        found = codec.frame(data, 0, 256 * 1024)

        assert found is not None
        assert found[1] == len(data)
        assert found[1] - found[0] == size

    def test_waits_while_the_length_is_cut_short(self):
        assert codec.frame(b"\x30\x80\x80", 0, 256 * 1024) is None

    def test_refuses_a_packet_larger_than_allowed_before_it_has_come(self):
        assert code_of(codec.frame, b"\x30\xff\xff\x7f", 0, 256 * 1024) is Reason.TOO_LARGE

    def test_refuses_a_length_of_five_bytes(self):
        assert code_of(codec.frame, b"\x30\x80\x80\x80\x80\x01", 0, 1 << 30) is Reason.MALFORMED


class TestConnect:
    def test_reads_the_least_of_3_1_1(self):
        found = codec.connect(CONNECT_311)

        assert (found.version, found.client_id, found.clean, found.keep_alive_s) == (
            V311, "a", True, 60,
        )  # fmt: skip
        assert found.username is None

    def test_reads_name_secret_and_will(self):
        payload = b"\x00\x01a\x00\x01t\x00\x02hi\x00\x01u\x00\x01p"

        found = codec.connect(connect(flags=0xCE, payload=payload))

        assert (found.username, found.password) == ("u", b"p")
        assert found.will is not None
        assert (found.will.topic, found.will.payload, found.will.qos) == ("t", b"hi", 1)

    def test_reads_the_properties_of_5(self):
        block = b"\x11\x00\x00\x00\x3c\x21\x00\x0a\x26\x00\x01a\x00\x01b"
        found = codec.connect(connect(level=5, properties=bytes((len(block),)) + block))

        assert (found.version, found.expiry_s, found.receive_maximum) == (V5, 60, 10)

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            (b"\x00\x06MQIsdp\x03\x02\x00\x3c\x00\x01a", Reason.UNSUPPORTED_VERSION),
            (connect(level=3), Reason.UNSUPPORTED_VERSION),
            (connect(flags=0x03), Reason.MALFORMED),
            (connect(flags=0x0A), Reason.MALFORMED),
            (connect(flags=0x42, payload=b"\x00\x01a\x00\x01p"), Reason.MALFORMED),
            (connect(payload=b"\x00\x01a\x00"), Reason.MALFORMED),
            (connect(payload=b"\x00\x01\xff"), Reason.MALFORMED),
            (connect(payload=b"\x00\x01\x00"), Reason.MALFORMED),
            (connect(flags=0x16, payload=b"\x00\x01a\x00\x01t\x00\x00"), Reason.NO_QOS2),
            (connect(level=5, properties=b"\x06\x21\x00\x0a\x21\x00\x0a"), Reason.MALFORMED),
            (connect(level=5, properties=b"\x06\x21\x00\x0a\x21\x00\x0b"), Reason.MALFORMED),
            (connect(level=5, properties=b"\x03\x21\x00\x00"), Reason.PROTOCOL_ERROR),
            (connect(level=5, properties=b"\x01\x7f"), Reason.MALFORMED),
            (b"", Reason.MALFORMED),
        ],
    )
    def test_refuses_what_breaks_the_rules_with_its_reason(self, body, code):
        found = code_of(codec.connect, body)

        assert found in (code, Reason.PROTOCOL_ERROR)


class TestPublish:
    def test_reads_topic_identifier_and_payload(self):
        found = codec.publish(0x32, b"\x00\x03a/b\x00\x07{}", V311)

        assert (found.topic, found.id, found.qos, found.payload) == (b"a/b", 7, 1, b"{}")

    def test_passes_over_the_properties_of_5(self):
        found = codec.publish(0x32, b"\x00\x01a\x00\x07\x02\x01\x01{}", V5)

        assert found.payload == b"{}"

    @pytest.mark.parametrize(
        ("first", "body", "version", "code"),
        [
            (0x36, b"\x00\x01a\x00\x01", V311, Reason.MALFORMED),
            (0x34, b"\x00\x01a\x00\x01", V311, Reason.NO_QOS2),
            (0x38, b"\x00\x01a", V311, Reason.MALFORMED),
            (0x31, b"\x00\x01a\x00", V5, Reason.NO_RETAIN),
            (0x32, b"\x00\x01a\x00\x00", V311, Reason.PROTOCOL_ERROR),
            (0x30, b"\x00\x01+", V311, Reason.BAD_TOPIC),
            (0x30, b"\x00\x03a/#", V311, Reason.BAD_TOPIC),
            (0x30, b"\x00\x00", V311, Reason.BAD_TOPIC),
            (0x30, b"\x00\x05a", V311, Reason.MALFORMED),
            (0x30, b"\x00\x01a\x03\x23\x00\x01", V5, Reason.BAD_ALIAS),
            (0x30, b"\x00\x01a\x02\x0b\x01", V5, Reason.PROTOCOL_ERROR),
        ],
    )
    def test_refuses_what_is_not_offered_or_breaks_the_rules(self, first, body, version, code):
        assert code_of(codec.publish, first, body, version) is code

    def test_writes_what_it_reads(self):
        raw = codec.write_publish(topic=b"a/b", payload=b"{}", qos=1, id=9, version=V5)

        found = codec.publish(raw[0], raw[2:], V5)

        assert (found.topic, found.id, found.payload) == (b"a/b", 9, b"{}")


class TestSubscribe:
    def test_reads_every_filter(self):
        found = codec.subscribe(0x82, b"\x00\x01\x00\x01a\x01\x00\x03b/+\x00", V311)

        assert [(wish.filter, wish.qos) for wish in found.wishes] == [("a", 1), ("b/+", 0)]

    @pytest.mark.parametrize(
        ("first", "body", "version", "code"),
        [
            (0x80, b"\x00\x01\x00\x01a\x01", V311, Reason.MALFORMED),
            (0x82, b"\x00\x01", V311, Reason.PROTOCOL_ERROR),
            (0x82, b"\x00\x00\x00\x01a\x01", V311, Reason.PROTOCOL_ERROR),
            (0x82, b"\x00\x01\x00\x01a\x03", V311, Reason.MALFORMED),
            (0x82, b"\x00\x01\x00\x01a\x04", V311, Reason.MALFORMED),
            (0x82, b"\x00\x01\x02\x0b\x01\x00\x01a\x00", V5, Reason.NO_IDENTIFIERS),
        ],
    )
    def test_refuses_what_breaks_the_rules(self, first, body, version, code):
        assert code_of(codec.subscribe, first, body, version) is code


class TestWrite:
    def test_says_in_a_connack_of_5_what_is_not_offered(self):
        raw = codec.write_connack(
            version=V5, reason=Reason.SUCCESS, offered=offered(receive_maximum=100)
        )

        found = properties(Reader(raw[4:]))

        assert (found[0x24], found[0x25], found[0x29], found[0x2A]) == (1, 0, 0, 0)
        assert (found[0x21], found[0x27]) == (100, 256 * 1024)

    def test_words_a_refusal_for_3_1_1(self):
        raw = codec.write_connack(version=V311, reason=Reason.BAD_CREDENTIALS)

        assert raw == b"\x20\x02\x00\x04"

    def test_has_one_word_for_every_refused_filter_in_3_1_1(self):
        raw = codec.write_suback(id=1, codes=[1, Reason.NOT_AUTHORIZED], version=V311)

        assert raw == b"\x90\x04\x00\x01\x01\x80"


class TestWhatAClientSaid:
    def test_takes_no_message_larger_than_it_said(self):
        said = Connect(version=V5, client_id="c", clean=True, keep_alive_s=0, max_packet_bytes=64)

        assert said.takes(b"v1/h/d/commands", b"x" * 39)
        assert not said.takes(b"v1/h/d/commands", b"x" * 40)

    def test_is_kept_for_another_time_if_it_was_to_be_kept_at_all(self):
        said = Connect(version=V5, client_id="c", clean=True, keep_alive_s=0, expiry_s=5)

        assert said.kept_for(60).expiry_s == 60
        assert said.kept_for(0).expiry_s == 0
        with pytest.raises(BadPacket):
            said.kept_for(0).kept_for(1)


class TestDisconnect:
    def test_reads_how_long_the_session_is_to_be_kept(self):
        assert codec.disconnect(b"", V5) == (0, None)
        assert codec.disconnect(b"\x00\x05\x11\x00\x00\x00\x3c", V5) == (0, 60)
        assert codec.disconnect(b"\x04", V5) == (4, None)


class TestHostileBytes:
    def test_refuses_or_reads_ten_thousand_bodies_and_never_fails_otherwise(self):
        chance = random.Random(7)
        readers = [
            codec.connect,
            lambda body: codec.publish(chance.choice((0x30, 0x32, 0x3D)), body, V5),
            lambda body: codec.publish(0x32, body, V311),
            lambda body: codec.subscribe(0x82, body, V5),
            lambda body: codec.unsubscribe(0xA2, body, V5),
            lambda body: codec.puback(body, V5),
            lambda body: codec.disconnect(body, V5),
        ]
        seeds = [CONNECT_311, connect(level=5, properties=b"\x05\x11\x00\x00\x00\x3c")]

        for _ in range(10_000):
            body = bytearray(chance.choice([*seeds, chance.randbytes(chance.randrange(40))]))
            for _ in range(chance.randrange(4)):
                if body:
                    body[chance.randrange(len(body))] = chance.randrange(256)
            with suppress(BadPacket):
                chance.choice(readers)(bytes(body))
