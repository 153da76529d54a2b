"""Every message of YKC, both ways; nothing but right frames says anything."""

import json
from pathlib import Path

import pytest

from linli.drivers.frames import BadFrame, Frames, from_hex
from linli.drivers.ykc import codec, words
from linli.drivers.ykc.decoding import ykc

SAMPLES = json.loads(
    (Path(__file__).parents[2] / "samples" / "ykc" / "frames.json").read_text("utf-8")
)
samples = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["id"])
NOT_AS_EMITTED = {"heartbeat-binary-gun"}
"""Read, but written as the document has it."""


class TestDecode:
    @samples
    def test_says_what_the_sample_says(self, sample):
        told = ykc(sample["hex"], {})

        assert {name: told.get(name) for name in sample["expect"]} == sample["expect"]

    @samples
    def test_gives_json(self, sample):
        told = ykc(sample["hex"].lower(), {})

        assert json.loads(json.dumps(told, allow_nan=False)) == told

    def test_knows_every_type_of_the_samples_and_no_sample_is_missing(self):
        shown = {codec.decode(from_hex(sample["hex"])).type for sample in SAMPLES}

        assert shown == set(codec.MESSAGES)

    @samples
    def test_no_flipped_byte_gives_a_value(self, sample):
        frame = from_hex(sample["hex"])

        for at in range(len(frame)):
            for flip in (0x01, 0x80, 0xFF):
                wrong = frame[:at] + bytes((frame[at] ^ flip,)) + frame[at + 1 :]
                with pytest.raises(BadFrame):
                    ykc(wrong.hex(), {})

    @samples
    def test_nothing_cut_or_added_gives_a_value(self, sample):
        frame = from_hex(sample["hex"])

        for wrong in (*(frame[:end] for end in range(len(frame))), frame + b"\0", b"\0" + frame):
            with pytest.raises(BadFrame):
                ykc(wrong.hex(), {})

    def test_names_both_sums_of_a_wrong_one(self):
        with pytest.raises(BadFrame) as bad:
            ykc("680C000000025503141278230500DA4D", {})

        assert bad.value.why == "checksum 4DDA != 4CDA"

    def test_says_that_it_has_no_key(self):
        frame = bytearray(codec.enframe(0x03, b"\1" * 9, seq=0))
        frame[4] = 1
        frame[-2:] = codec.crc(bytes(frame[2:-2])).to_bytes(2, "little")

        with pytest.raises(BadFrame, match="encrypted"):
            codec.decode(bytes(frame))

    def test_a_right_frame_with_half_a_body_is_refused(self):
        with pytest.raises(BadFrame, match="body ends at 8"):
            codec.decode(codec.enframe(0x03, b"\1" * 8, seq=0))

    def test_passes_over_what_a_later_version_appends(self):
        frame = codec.enframe(0x03, bytes.fromhex("320102000000010100AABB"), seq=0)

        assert ykc(frame.hex(), {})["status"] == "normal"

    def test_shows_a_type_that_it_does_not_know(self):
        assert ykc(codec.enframe(0x65, b"\1\2", seq=7).hex(), {}) == {
            "type": 0x65,
            "seq": 7,
            "unknown_type": "0x65",
            "body": "0102",
        }


class TestEncode:
    @samples
    def test_gives_the_sample_back(self, sample):
        raw = from_hex(sample["hex"])
        frame = codec.decode(raw)

        again = codec.encode(frame.type, frame.body, seq=frame.seq)

        assert (again == raw) != (sample["id"] in NOT_AS_EMITTED)

    def test_refuses_what_does_not_fit_a_frame(self):
        with pytest.raises(ValueError, match="do not fit"):
            codec.enframe(0x44, bytes(197), seq=0)


class TestMeasure:
    def cut(self, *chunks):
        frames = Frames(measure=codec.measure, longest=codec.LONGEST)
        found = []
        for chunk in chunks:
            frames.feed(chunk)
            while (raw := frames.next()) is not None:
                try:
                    found.append(codec.decode(raw))
                except BadFrame:
                    frames.reject(raw)
        return [frame.type for frame in found]

    def test_finds_two_frames_in_one_segment(self):
        two = b"".join(from_hex(sample["hex"]) for sample in SAMPLES[:2])

        assert self.cut(two) == [0x02, 0x01]

    def test_finds_every_sample_byte_by_byte(self):
        stream = b"".join(from_hex(sample["hex"]) for sample in SAMPLES)

        found = self.cut(*(bytes((byte,)) for byte in stream))

        assert found == [from_hex(sample["hex"])[5] for sample in SAMPLES]

    @pytest.mark.parametrize("garbage", ["00FF", "68", "68FF", "6803", "680D01", "6868"])
    def test_finds_a_frame_behind_garbage(self, garbage):
        frame = from_hex(SAMPLES[2]["hex"])

        assert self.cut(bytes.fromhex(garbage) + frame + frame * 14)[0] == 0x03

    def test_keeps_no_more_than_a_frame_of_garbage(self):
        frames = Frames(measure=codec.measure, longest=codec.LONGEST)

        for _ in range(1000):
            frames.feed(b"\x68\xc8" + b"\0" * 30)
            while (raw := frames.next()) is not None:
                frames.reject(raw)

        assert len(frames.forget()) <= codec.LONGEST


class TestWords:
    @pytest.mark.parametrize(
        ("code", "zh", "en"),
        [
            (0x40, "App 远程停止", "stopped by the app"),
            (0x4E, "启动失败：余额不足", "not started: balance too low"),
            (0x7C, "异常中止：电池组过温", "aborted: battery over-temperature"),
            (0x83, "异常中止：充电桩断电", "aborted: pile lost power"),
            (0x90, "未知原因停止", "unknown"),
        ],
    )
    def test_a_stop_code_has_words_in_both_languages(self, code, zh, en):
        assert (words.STOPS[code].zh, words.STOPS[code].en) == (zh, en)

    def test_a_reserved_stop_code_shows_as_it_is(self):
        assert words.stop_reason(0x58) == "0x58"

    def test_a_reserved_fault_bit_is_not_swallowed(self):
        assert words.fault_bits(0x8001) == ["emergency stop", "bit 16"]
