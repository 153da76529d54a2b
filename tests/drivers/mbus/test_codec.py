"""Frames of M-Bus, both ways; nothing but right frames says anything."""

import json
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from linli.drivers.frames import BadFrame, Frames, from_hex
from linli.drivers.mbus import codec
from linli.drivers.mbus.codec import Frame
from linli.drivers.mbus.decoding import mbus

SAMPLES = json.loads(
    (Path(__file__).parents[2] / "samples" / "mbus" / "frames.json").read_text("utf-8")
)
samples = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["id"])


class TestDecode:
    @samples
    def test_says_what_the_sample_says(self, sample):
        told = mbus(sample["hex"], {})

        assert {name: told.get(name) for name in sample["expect"]} == sample["expect"]
        assert json.loads(json.dumps(told, allow_nan=False)) == told

    @samples
    def test_no_flipped_byte_gives_a_value(self, sample):
        frame = from_hex(sample["hex"])

        for at in range(len(frame)):
            for flip in (0x01, 0x80, 0xFF):
                wrong = frame[:at] + bytes((frame[at] ^ flip,)) + frame[at + 1 :]
                with pytest.raises(BadFrame):
                    mbus(wrong.hex(), {})

    @samples
    def test_nothing_cut_or_added_gives_a_value(self, sample):
        frame = from_hex(sample["hex"])

        for wrong in (*(frame[:end] for end in range(len(frame))), frame + b"\0", b"\0" + frame):
            with pytest.raises(BadFrame):
                mbus(wrong.hex(), {})

    @pytest.mark.parametrize(
        ("hex", "why"),
        [
            ("1040054616", "checksum 46 != 45"),
            ("1040054517", "ends with 17, not 16"),
            ("680304680805727F16", "lengths 03 and 04 differ"),
            ("680303680805727E16", "checksum 7E != 7F"),
            ("680404680805727F16", "length says 10 bytes, there are 9"),
        ],
    )
    def test_says_what_is_wrong(self, hex, why):
        with pytest.raises(BadFrame) as bad:
            mbus(hex, {})

        assert bad.value.why == why

    def test_fixed_data_are_refused_in_words(self):
        frame = codec.encode(Frame(c=8, a=5, ci=0x73, data=bytes(16)))

        with pytest.raises(BadFrame, match="only variable data"):
            mbus(frame.hex(), {})

    def test_any_records_in_a_right_frame_are_values_or_an_error(self):
        chance = Random(7)
        head = bytes.fromhex("78563412244001075500 0000".replace(" ", ""))

        for _ in range(2000):
            data = head + chance.randbytes(chance.randrange(40))
            frame = codec.encode(Frame(c=8, a=2, ci=0x72, data=data))
            with suppress(BadFrame):
                assert json.dumps(mbus(frame.hex(), {}), allow_nan=False)


class TestEncode:
    @samples
    def test_gives_the_sample_back(self, sample):
        raw = from_hex(sample["hex"])

        assert codec.encode(codec.decode(raw)) == raw

    def test_selects_by_eight_digits_or_sixteen(self):
        assert codec.select("12345678").data.hex() == "78563412ffffffff"
        assert codec.select("1234567824400107").data.hex() == "7856341224400107"


class TestMeasure:
    def cut(self, *chunks):
        frames = Frames(measure=codec.measure, longest=codec.LONGEST)
        found = []
        for chunk in chunks:
            frames.feed(chunk)
            while (raw := frames.next()) is not None:
                try:
                    codec.decode(raw)
                    found.append(raw)
                except BadFrame:
                    frames.reject(raw)
        return found

    def test_finds_every_sample_byte_by_byte(self):
        raw = [from_hex(sample["hex"]) for sample in SAMPLES]

        assert self.cut(*(bytes((byte,)) for byte in b"".join(raw))) == raw

    @pytest.mark.parametrize("garbage", ["00FF", "68", "6810", "681F1F69", "10"])
    def test_finds_a_frame_behind_garbage(self, garbage):
        frame = from_hex(SAMPLES[5]["hex"])

        assert frame in self.cut(bytes.fromhex(garbage) + frame * 3)
