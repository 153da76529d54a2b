"""Frames both ways, and whatever is not one refused."""

import json
import random
from pathlib import Path

import msgspec
import pytest
from xknx.cemi import CEMIFrame
from xknx.knxip import KNXIPFrame

from linli.drivers import known
from linli.drivers.frames import BadFrame, Frames
from linli.drivers.knx import cemi, codec
from linli.drivers.knx.decoding import decode

FOLDER = Path(__file__).resolve().parents[2] / "samples/knx"
SAMPLES = [
    sample
    for name in ("vectors", "frames")
    for sample in json.loads((FOLDER / f"{name}.json").read_text())
]
EACH = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["id"])


def raw(sample):
    return bytes.fromhex(sample["hex"])


def told(frame, sample):
    return decode(frame.hex(), {"dpt": sample.get("dpt", "")})


def counted(frame):
    """Return a frame whose header counts the bytes that it has."""
    return frame[:4] + len(frame).to_bytes(2) + frame[6:]


class TestDecode:
    @EACH
    def test_tells_every_field(self, sample):
        found = known.decoder("knx")(sample["hex"], {"dpt": sample.get("dpt", "")})

        assert {name: found.get(name, "missing") for name in sample["expect"]} == sample["expect"]
        assert json.loads(msgspec.json.encode(found)) == found

    @EACH
    def test_refuses_a_frame_that_is_cut_off_whatever_it_counts(self, sample):
        for size in range(len(raw(sample))):
            with pytest.raises(BadFrame):
                told(raw(sample)[:size], sample)
        for size in range(6, len(raw(sample))):
            with pytest.raises(BadFrame):
                told(counted(raw(sample)[:size]), sample)

    @EACH
    @pytest.mark.parametrize("more", ["00", "0C1A", "FFFFFF"])
    def test_refuses_a_frame_with_something_behind_whatever_it_counts(self, sample, more):
        behind = raw(sample) + bytes.fromhex(more)

        for wrong in (behind, counted(behind)):
            with pytest.raises(BadFrame):
                told(wrong, sample)

    @EACH
    def test_refuses_a_changed_header_or_length(self, sample):
        whole = raw(sample)
        for at in (0, 1, 4, 5):
            for other in {0, 255, whole[at] ^ 1, whole[at] ^ 128} - {whole[at]}:
                changed = bytearray(whole)
                changed[at] = other
                with pytest.raises(BadFrame):
                    told(bytes(changed), sample)

    @pytest.mark.parametrize(
        ("text", "dpt", "why"),
        [
            ("", "", "nothing to decode"),
            ("06 10 05", "", "3 bytes are no frame"),
            ("06 20 05 30 00 06", "", "starts with 06 20, not 06 10"),
            ("06 10 09 99 00 06", "", "no service 0999"),
            ("06 10 05 30 00 06", "", "no cEMI message"),
            ("06 10 05 30 00 08 30 00", "", "no cEMI message 30"),
            (
                "06 10 05 30 00 11 29 00 BC D0 FF F9 01 49 02 00 80",
                "",
                "the cEMI message is not as long as it says",
            ),
            (
                "06 10 05 30 00 11 29 00 FC D0 FF F9 01 49 01 00 80",
                "",
                "control FC D0 has reserved bits",
            ),
            (
                "06 10 05 30 00 11 29 00 BC D0 FF F9 01 49 01 00 01",
                "",
                "APCI 001 has a value that its length leaves no room for",
            ),
            (
                "06 10 04 20 00 15 05 01 17 00 11 00 BC E0 00 00 48 08 01 00 81",
                "",
                "TunnellingRequest without its connection header",
            ),
            (
                "06 10 05 30 00 11 29 00 BC D0 FF F9 01 49 01 00 80",
                "9.001",
                "data point type 9.001 is 2 bytes, not 6 bits",
            ),
            (
                "06 10 05 30 00 11 29 00 BC D0 FF F9 01 49 01 00 82",
                "1.001",
                "2 is neither 0 nor 1",
            ),
            (
                "06 10 05 30 00 11 29 00 BC D0 FF F9 01 49 01 00 80",
                "99.001",
                "no data point type 99.001",
            ),
        ],
    )
    def test_says_what_is_wrong(self, text, dpt, why):
        with pytest.raises(BadFrame) as bad:
            decode(text, {"dpt": dpt})

        assert bad.value.why == why

    def test_tells_the_bytes_of_a_value_whose_type_nobody_said(self):
        found = decode("06 10 05 30 00 13 29 00 BC D0 11 05 0A 03 03 00 80 0C 1A", {})

        assert found["data"] == "0C1A"
        assert "value" not in found

    def test_survives_every_byte_changed_to_anything(self):
        rng = random.Random(7)
        for sample in SAMPLES:
            for _ in range(300):
                frame = bytearray(raw(sample))
                for _ in range(rng.choice((1, 1, 2, 5))):
                    frame[rng.randrange(len(frame))] = rng.randrange(256)
                try:
                    json.dumps(told(bytes(frame), sample), allow_nan=False)
                except BadFrame:
                    continue

    def test_walks_through_additional_information(self):
        with_it = "06 10 05 30 00 15 29 04 03 02 AA BB BC D0 FF F9 01 49 01 00 80"

        assert decode(with_it, {})["value"] == 0
        with pytest.raises(BadFrame, match="additional"):
            decode(with_it.replace("03 02 AA", "03 03 AA"), {})


class TestEncode:
    @EACH
    def test_writes_what_it_read(self, sample):
        assert codec.encode(codec.decode(raw(sample))) == raw(sample)

    @EACH
    def test_reads_what_the_library_reads(self, sample):
        theirs, rest = KNXIPFrame.from_knx(raw(sample))

        ours = codec.decode(raw(sample))

        assert rest == b""
        assert theirs.header.service_type_ident.value == ours.service
        if ours.cemi is not None:
            message = CEMIFrame.from_knx(theirs.body.raw_cemi)
            assert message.code.value == ours.cemi.code
            assert str(message.data.src_addr) == cemi.individual_text(ours.cemi.src)
            assert message.data.dst_addr.raw == ours.cemi.dst


class TestAddress:
    @pytest.mark.parametrize("text", ["0/0/1", "1/2/3", "31/7/255"])
    def test_names_a_group(self, text):
        assert cemi.group_text(cemi.group(text)) == text

    @pytest.mark.parametrize("text", ["0/0/0", "32/0/0", "1/8/0", "1/2/256", "1/2", "a/b/c", ""])
    def test_refuses_what_is_no_group(self, text):
        with pytest.raises(ValueError, match=r"."):
            cemi.group(text)

    @pytest.mark.parametrize("text", ["16.1.1", "1.16.1", "1.1.256", "1.1"])
    def test_refuses_what_is_no_individual(self, text):
        with pytest.raises(ValueError, match=r"."):
            cemi.individual(text)


class TestCut:
    def test_finds_glued_and_halved_frames_among_garbage(self):
        stream = b"".join(b"\x00\x06\x7f" + raw(sample) for sample in SAMPLES)
        frames = Frames(measure=codec.measure, longest=600)
        found = []

        for at in range(0, len(stream), 7):
            frames.feed(stream[at : at + 7])
            while (frame := frames.next()) is not None:
                found.append(frame)

        assert found == [raw(sample) for sample in SAMPLES]
        assert frames.skipped == 3 * len(SAMPLES)
