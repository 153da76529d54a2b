"""Frames of Modbus: the samples, every one-byte error of RTU, the header of TCP."""

import json
import random
from contextlib import suppress
from pathlib import Path

import pytest

from linli.drivers import known
from linli.drivers.frames import BadFrame, from_hex
from linli.drivers.modbus import codec, pdu
from linli.drivers.modbus.codec import Message
from linli.drivers.modbus.pdu import DeviceRefused, Table

SAMPLES = json.loads((Path(__file__).parents[2] / "samples/modbus/frames.json").read_text("utf-8"))
RTU = [sample for sample in SAMPLES if sample["protocol"] == "modbus-rtu"]
TCP = [sample for sample in SAMPLES if sample["protocol"] == "modbus-tcp"]


def ids(samples):
    return [sample["id"] for sample in samples]


def decode(protocol, data):
    return known.decoder(protocol)(data.hex(), {})


class TestDecode:
    @pytest.mark.parametrize("sample", SAMPLES, ids=ids(SAMPLES))
    def test_tells_what_the_sample_says(self, sample):
        found = known.decoder(sample["protocol"])(sample["hex"], {})

        assert {name: found.get(name) for name in sample["expect"]} == sample["expect"]
        json.dumps(found, allow_nan=False)

    @pytest.mark.parametrize("sample", RTU, ids=ids(RTU))
    def test_refuses_every_byte_of_rtu_changed_to_any_other(self, sample):
        whole = from_hex(sample["hex"])

        for at in range(len(whole)):
            for change in range(1, 256):
                with pytest.raises(BadFrame):
                    decode(
                        "modbus-rtu",
                        whole[:at] + bytes((whole[at] ^ change,)) + whole[at + 1 :],
                    )

    @pytest.mark.parametrize("sample", TCP, ids=ids(TCP))
    def test_refuses_a_changed_protocol_or_length_over_tcp(self, sample):
        whole = from_hex(sample["hex"])

        for at in range(2, 6):
            with pytest.raises(BadFrame):
                decode("modbus-tcp", whole[:at] + bytes((whole[at] ^ 1,)) + whole[at + 1 :])

    @pytest.mark.parametrize("sample", SAMPLES, ids=ids(SAMPLES))
    def test_refuses_a_frame_cut_short_or_too_long(self, sample):
        whole = from_hex(sample["hex"])

        for bad in [whole[:end] for end in range(len(whole))] + [whole + b"\x00"]:
            with pytest.raises(BadFrame):
                decode(sample["protocol"], bad)

    def test_names_both_checksums(self):
        with pytest.raises(BadFrame) as found:
            known.decoder("modbus-rtu")("11 03 00 6B 00 03 76 88", {})

        assert found.value.why == "checksum 8876 != 8776"

    @pytest.mark.parametrize(
        "body",
        [
            "09", "0300000000", "03006B007E", "0304000000", "0303000000", "05000012FF",
            "0F001300 0A03CD0100", "1000010002 02000A", "8309", "83", "8902", "FF02",
            "03FFFF0002", "2B0D0100", "",
        ],
    )  # fmt: skip
    def test_refuses_a_body_without_the_shape_of_its_function(self, body):
        message = Message(17, bytes.fromhex(body), 1)

        for protocol, encode in (("rtu", codec.encode_rtu), ("tcp", codec.encode_tcp)):
            with pytest.raises(BadFrame):
                decode(f"modbus-{protocol}", encode(message))

    def test_refuses_a_frame_longer_than_any(self):
        long = Message(1, b"\x03\xfc" + bytes(252), 1)

        with pytest.raises(BadFrame, match="at most"):
            decode("modbus-tcp", codec.encode_tcp(long))


class TestEncode:
    @pytest.mark.parametrize("sample", SAMPLES, ids=ids(SAMPLES))
    def test_writes_what_it_read(self, sample):
        whole = from_hex(sample["hex"])
        if sample["protocol"] == "modbus-rtu":
            assert codec.encode_rtu(codec.decode_rtu(whole)) == whole
        else:
            assert codec.encode_tcp(codec.decode_tcp(whole)) == whole


class TestAnswer:
    ASKED = pdu.read(Table.HOLDING, address=107, count=3)

    def test_gives_the_registers(self):
        said = bytes.fromhex("0306AE4156524340")

        assert pdu.answer(self.ASKED, said) == [44609, 22098, 17216]

    def test_gives_as_many_bits_as_were_asked_for(self):
        asked = pdu.read(Table.COIL, address=0, count=10)

        assert pdu.answer(asked, b"\x01\x02\xff\xff") == [1] * 10

    @pytest.mark.parametrize(
        ("code", "word"),
        [
            (1, "illegal_function"), (2, "illegal_data_address"), (3, "illegal_data_value"),
            (4, "device_failure"), (6, "device_busy"), (99, "exception_99"),
        ],
    )  # fmt: skip
    def test_says_in_words_why_a_device_refused(self, code, word):
        with pytest.raises(DeviceRefused) as found:
            pdu.answer(self.ASKED, bytes((0x83, code)))

        assert (found.value.code, found.value.word) == (code, word)

    @pytest.mark.parametrize("said", ["", "04", "0304AE415652", "0306AE41565243", "8402"])
    def test_refuses_an_answer_to_another_question(self, said):
        with pytest.raises(BadFrame):
            pdu.answer(self.ASKED, bytes.fromhex(said))

    def test_refuses_an_echo_of_another_value(self):
        asked = pdu.write(Table.HOLDING, address=1, values=[3])

        assert pdu.answer(asked, asked) == []
        with pytest.raises(BadFrame, match="echoes"):
            pdu.answer(asked, b"\x06\x00\x01\x00\x04")


class TestWrite:
    @pytest.mark.parametrize(
        ("table", "values", "body"),
        [
            (Table.COIL, [1], "0500AC FF00"),
            (Table.COIL, [0], "0500AC 0000"),
            (Table.COIL, [1, 0, 1], "0F00AC 0003 01 05"),
            (Table.HOLDING, [3], "0600AC 0003"),
            (Table.HOLDING, [10, 258], "1000AC 0002 04 000A 0102"),
        ],
    )
    def test_takes_the_short_form_for_one(self, table, values, body):
        assert pdu.write(table, address=0xAC, values=values) == bytes.fromhex(body)

    @pytest.mark.parametrize("table", [Table.INPUT, Table.DISCRETE])
    def test_writes_no_inputs(self, table):
        with pytest.raises(ValueError, match="cannot be written"):
            pdu.write(table, address=0, values=[1])


class TestHostileBytes:
    def test_tells_or_refuses_twenty_thousand_bodies_and_never_fails_otherwise(self):
        chance = random.Random(5)
        for _ in range(10_000):
            sample = chance.choice(RTU)
            body = bytearray(codec.decode_rtu(from_hex(sample["hex"])).body)
            for _ in range(chance.randrange(4)):
                body[chance.randrange(len(body))] = chance.randrange(256)
            cut = bytes(body[: chance.randrange(1, len(body) + 1)])
            message = Message(chance.randrange(256), cut, chance.randrange(65536))
            for protocol, encode in (("rtu", codec.encode_rtu), ("tcp", codec.encode_tcp)):
                with suppress(BadFrame):
                    json.dumps(decode(f"modbus-{protocol}", encode(message)), allow_nan=False)
