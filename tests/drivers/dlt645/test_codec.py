"""Frames both ways, and what is none."""

import random

import pytest

from linli.drivers.dlt645 import codec
from linli.drivers.dlt645.codec import Frame
from linli.drivers.dlt645.decoding import dlt645
from linli.drivers.frames import BadFrame, Frames
from tests.drivers.dlt645.samples import SAMPLES, holds

_BY_ID = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.id)
_READ = bytes.fromhex("68 61 01 00 00 00 00 68 91 08 33 33 34 33 59 33 33 33 8A 16")


class TestDecode:
    @_BY_ID
    def test_says_what_the_sample_says(self, sample):
        told = dlt645(sample.hex, {})

        assert holds(sample.expect, told), told

    @_BY_ID
    def test_ignores_case_blanks_and_wake_up_bytes(self, sample):
        bare = sample.frame.lstrip(b"\xfe")

        told = dlt645("fefefefefe" + bare.hex(), {})

        assert told == dlt645(sample.hex, {})

    @_BY_ID
    def test_takes_no_frame_with_one_byte_changed(self, sample):
        frame = sample.frame
        taken = [
            (at, bit)
            for at in range(sample.wake, len(frame))
            for bit in range(1, 256)
            if _decodes(bytes((*frame[:at], frame[at] ^ bit, *frame[at + 1 :])))
        ]

        assert taken == []

    @_BY_ID
    def test_takes_no_frame_cut_short_or_longer(self, sample):
        frame = sample.frame
        cuts = [frame[:at] for at in range(len(frame))]
        longer = [frame + bytes((tail,)) for tail in (0x00, 0x16, 0x68, 0xFE)]

        assert not any(_decodes(one) for one in (*cuts, *longer, frame + frame))

    def test_names_a_wrong_checksum(self):
        with pytest.raises(BadFrame) as caught:
            codec.decode(_READ[:-2] + b"\x8b\x16")

        assert caught.value.why == "checksum 8B != 8A"

    def test_survives_whatever_comes(self):
        dice = random.Random(645)
        for _ in range(3000):
            data = bytearray(dice.choice(SAMPLES).frame)
            for _ in range(dice.randrange(1, 5)):
                data[dice.randrange(len(data))] = dice.randrange(256)
            if len(data) > 2:
                data[-2] = sum(data.lstrip(b"\xfe")[:-2]) & 0xFF
            _decodes(bytes(data))

    @pytest.mark.parametrize("text", ["", "  ", "zz", "681", "FE FE FE FE"])
    def test_refuses_what_is_no_frame(self, text):
        with pytest.raises(BadFrame):
            dlt645(text, {})

    @pytest.mark.parametrize(
        ("control", "before"),
        [
            (0x14, "01010004"),
            (0x18, "010C0004"),
            (0x04, "10C0"),
            *((control, "") for control in (0x19, 0x1A, 0x1B, 0x1C, 0x0F, 0x10)),
        ],
    )
    def test_tells_nothing_of_a_password(self, control, before):
        rest = "02563412" + "08000000" + "1C00595923311226"
        frame = Frame("202603010001", control, bytes.fromhex(before + rest))

        told = dlt645(codec.encode(frame).hex(), {})

        assert "563412" not in str(told)
        assert "123456" not in str(told)

    def test_tells_nothing_of_a_password_that_is_written(self):
        data = "020C0004" + "02000000" + "08000000" + "02563412"

        told = dlt645(codec.encode(Frame("0" * 12, 0x14, bytes.fromhex(data))).hex(), {})

        assert told["di"] == "04000C02"
        assert "563412" not in str(told)


class TestEncode:
    @_BY_ID
    def test_gives_the_sample_back(self, sample):
        again = codec.encode(codec.decode(sample.frame), wake=sample.wake)

        assert again == sample.frame

    @pytest.mark.parametrize(
        "frame", [Frame("123", 0x11), Frame("x" * 12, 0x11), Frame("0" * 12, 0x11, bytes(256))]
    )
    def test_refuses_what_fits_no_frame(self, frame):
        with pytest.raises(BadFrame):
            codec.encode(frame)


class TestMeasure:
    @pytest.mark.parametrize("step", [1, 2, 7, 19, 1000])
    def test_finds_frames_in_halves_glued_and_among_garbage(self, step):
        wanted = [sample.frame.lstrip(b"\xfe") for sample in SAMPLES]
        stream = b"\x68\x16\x00" + b"\xfe\xfe\x00\x11".join(wanted) + b"\x68\x68"

        found = _cut(stream, step)

        assert found == wanted

    def test_finds_a_frame_behind_a_false_start(self):
        false = bytes.fromhex("68 11 22 33 44 55 66 68 91 30")

        found = _cut(false + _READ + bytes(60), 5)

        assert found == [_READ]

    def test_goes_on_after_a_corrupt_frame(self):
        corrupt = _READ[:-2] + b"\x00\x16"

        found = _cut(corrupt + _READ, 3)

        assert found == [_READ]


def _cut(stream: bytes, step: int) -> list[bytes]:
    frames, found = Frames(measure=codec.measure, longest=codec.LONGEST), []
    for at in range(0, len(stream), step):
        frames.feed(stream[at : at + step])
        while (frame := frames.next()) is not None:
            try:
                codec.decode(frame)
            except BadFrame:
                frames.reject(frame)
            else:
                found.append(frame)
    return found


def _decodes(data: bytes) -> bool:
    try:
        dlt645(data.hex(), {})
    except BadFrame:
        return False
    return True
