"""Frames of CJ/T 188: the samples, every one-byte error, streams."""

import json
import random
from contextlib import suppress
from pathlib import Path

import pytest

from linli.drivers import known
from linli.drivers.cjt188 import codec
from linli.drivers.cjt188.codec import Frame
from linli.drivers.frames import BadFrame, Frames, from_hex

SAMPLES = json.loads((Path(__file__).parents[2] / "samples/cjt188/frames.json").read_text("utf-8"))
RIGHT = [sample for sample in SAMPLES if "error" not in sample["expect"]]
decode = known.decoder("cjt188")


def ids(samples):
    return [sample["id"] for sample in samples]


def told(data: bytes):
    return decode(data.hex(), {})


def cut(*chunks: bytes):
    frames, out = Frames(measure=codec.measure, longest=codec.LONGEST), []
    for chunk in chunks:
        frames.feed(chunk)
        while (raw := frames.next()) is not None:
            try:
                out.append(codec.decode(raw))
            except BadFrame:
                frames.reject(raw)
    return out


class TestDecode:
    @pytest.mark.parametrize("sample", RIGHT, ids=ids(RIGHT))
    def test_tells_what_the_sample_says(self, sample):
        found = decode(sample["hex"], {})

        assert {name: found.get(name) for name in sample["expect"]} == sample["expect"]

    def test_names_both_sums_of_the_well_known_bad_sample(self):
        [bad] = [sample for sample in SAMPLES if "error" in sample["expect"]]

        with pytest.raises(BadFrame) as found:
            decode(bad["hex"], {})

        assert found.value.why == "checksum 08 != 13"

    @pytest.mark.parametrize("sample", RIGHT, ids=ids(RIGHT))
    def test_refuses_every_byte_changed_in_any_bit_or_wholly(self, sample):
        whole = from_hex(sample["hex"])
        first = whole.index(codec.START)

        for at in range(first, len(whole)):
            for change in (1, 2, 4, 8, 16, 32, 64, 128, 0xFF):
                bad = whole[:at] + bytes((whole[at] ^ change,)) + whole[at + 1 :]
                with pytest.raises(BadFrame):
                    told(bad)

    @pytest.mark.parametrize("sample", RIGHT, ids=ids(RIGHT))
    def test_refuses_a_frame_cut_short_or_too_long(self, sample):
        whole = from_hex(sample["hex"])

        for bad in [whole[:end] for end in range(len(whole))] + [whole + b"\x00", whole + whole]:
            with pytest.raises(BadFrame):
                told(bad)

    def test_refuses_digits_that_are_none_behind_a_right_sum(self):
        right = from_hex("68104433221100337881161F90000034120A2C000010002C003014080126200000")
        frame = right + bytes((sum(right) & 0xFF, 0x16))

        with pytest.raises(BadFrame, match="not BCD"):
            told(frame)

    def test_shows_what_it_does_not_know_as_it_is(self):
        frame = Frame(kind=0x10, address=bytes(7), control=0x81, data=b"\x55\xa0\x01\x0a\x0b")

        found = told(codec.encode(frame))

        assert (found["di"], found["ser"], found["data"]) == ("A055", 1, "0A0B")

    @pytest.mark.parametrize(("data", "battery"), [(b"\x07\x04\x00", "low"), (b"\x07", None)])
    def test_tells_an_abnormal_answer(self, data, battery):
        frame = Frame(kind=0x10, address=bytes(7), control=0xC1, data=data)

        found = told(codec.encode(frame))

        assert found["abnormal"] is True
        assert found.get("battery") == battery


class TestEncode:
    @pytest.mark.parametrize("sample", RIGHT, ids=ids(RIGHT))
    def test_writes_what_it_read(self, sample):
        whole = from_hex(sample["hex"])
        wake = whole.index(codec.START)

        assert codec.encode(codec.decode(whole), wake=wake) == whole

    @pytest.mark.parametrize("low_first", [True, False])
    @pytest.mark.parametrize("di", [0x901F, 0xA017, 0xD12B, 0x8103, 0xD3FF])
    def test_reads_an_identifier_in_either_order(self, di, low_first):
        found = codec.identify(codec.identified(di=di, ser=9, low_first=low_first))

        assert found is not None
        assert (found.di, found.ser, found.low_first) == (di, 9, low_first)


class TestAddress:
    def test_reads_the_number_as_the_label_has_it(self):
        assert codec.to_address("78330011223344") == bytes.fromhex("44332211003378")
        assert codec.from_address(bytes.fromhex("44332211003378")) == "78330011223344"

    def test_stands_for_any_vendor_where_none_is_said(self):
        asked = codec.to_address("0011223344")

        assert codec.meant(asked=asked, came=bytes.fromhex("44332211003378"))
        assert not codec.meant(asked=asked, came=bytes.fromhex("45332211003378"))

    @pytest.mark.parametrize("text", ["", "12", "7833001122334", "xx330011223344"])
    def test_refuses_what_is_no_number(self, text):
        with pytest.raises(ValueError):  # noqa: PT011
            codec.to_address(text)


class TestStream:
    WATER = from_hex(next(s["hex"] for s in SAMPLES if s["id"] == "water-1234"))
    ASK = from_hex(next(s["hex"] for s in SAMPLES if s["id"] == "read-req"))

    def test_cuts_glued_frames(self):
        assert [frame.control for frame in cut(self.WATER + self.ASK + self.WATER)] == [
            0x81, 0x01, 0x81,
        ]  # fmt: skip

    def test_joins_bytes_that_come_one_by_one(self):
        assert len(cut(*[bytes((byte,)) for byte in self.WATER])) == 1

    @pytest.mark.parametrize(
        "garbage", [b"\x68", b"\x68\x10\x68", b"\x00\xff\x16", b"\x68\x10" + bytes(8) + b"\x05"]
    )
    def test_finds_a_frame_behind_garbage_that_looks_like_one(self, garbage):
        assert cut(garbage + self.WATER + self.WATER + bytes(300))[-1].control == 0x81

    def test_passes_over_a_frame_with_a_wrong_sum(self):
        bad = self.WATER[:-2] + b"\x00\x16"

        assert len(cut(bad + self.WATER)) == 1

    def test_keeps_no_more_than_a_frame(self):
        frames = Frames(measure=codec.measure, longest=codec.LONGEST)
        for _ in range(200):
            frames.feed(b"\x68\x10" * 100)
            while frames.next() is not None:
                pass

        assert len(frames.forget()) <= codec.LONGEST


class TestHostileBytes:
    def test_tells_or_refuses_ten_thousand_frames_with_right_sums_and_never_fails_otherwise(self):
        chance = random.Random(188)
        for _ in range(10_000):
            data = bytearray(from_hex(chance.choice(RIGHT)["hex"]).lstrip(b"\xfe"))
            frame = codec.decode(bytes(data))
            body = bytearray(frame.data)[: chance.randrange(len(frame.data) + 1)]
            for _ in range(chance.randrange(4)):
                if body:
                    body[chance.randrange(len(body))] = chance.randrange(256)
            said = Frame(
                kind=chance.choice((0x10, 0x20, 0x30, 0x40, 0xAA)),
                address=chance.randbytes(7),
                control=chance.choice((1, 4, 0x81, 0x84, 0xC1, chance.randrange(256))),
                data=bytes(body),
            )
            with suppress(BadFrame):
                json.dumps(told(codec.encode(said)), allow_nan=False)
