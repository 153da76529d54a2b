"""PTZCmd both ways: every movement, every byte that may be wrong."""

import json
from itertools import product
from pathlib import Path

import pytest

from linli.drivers.frames import BadFrame
from linli.drivers.gb28181 import ptz
from linli.drivers.gb28181.decoding import DECODERS

SAMPLES = json.loads(
    (Path(__file__).parents[2] / "samples/gb28181/ptz.json").read_text(encoding="utf-8")
)
decode = DECODERS["gb28181-ptz"]


class TestDecode:
    @pytest.mark.parametrize("sample", SAMPLES, ids=lambda one: one["fields"]["action"])
    def test_reads_every_sample_and_writes_it_again(self, sample):
        fields = decode(sample["text"].lower(), {})

        assert sample["fields"].items() <= fields.items()
        assert ptz.encode(ptz.decode(bytes.fromhex(sample["text"]))) == sample["text"]

    @pytest.mark.parametrize("text", [one["text"] for one in SAMPLES])
    def test_finds_any_byte_that_was_flipped_by_its_sum(self, text):
        frame = bytes.fromhex(text)

        for at, bit in product(range(len(frame)), range(8)):
            broken = bytearray(frame)
            broken[at] ^= 1 << bit
            with pytest.raises(BadFrame, match="checksum"):
                decode(broken.hex(), {})

    def test_names_the_sum_that_it_found_and_the_one_that_it_computed(self):
        with pytest.raises(BadFrame) as bad:
            decode("A5 0F 01 01 1F 00 00 D4", {})

        assert bad.value.why == "checksum D4 != D5"

    @pytest.mark.parametrize("text", ["", "A5", "A50F01011F0000", "A50F01011F0000D500", "zz"])
    def test_refuses_too_little_too_much_and_what_is_no_hex(self, text):
        with pytest.raises(BadFrame):
            decode(text, {})

    @pytest.mark.parametrize("command", [0x03, 0x0C, 0x30, 0x0F, 0x3F, 0xC0, 0xFF, 0x60])
    def test_refuses_what_moves_two_ways_or_is_unknown(self, command):
        text = ptz.encode(ptz.Ptz(command=command))

        with pytest.raises(BadFrame):
            decode(text, {})


class TestMove:
    @pytest.mark.parametrize(
        ("pan", "tilt", "zoom"), list(product((-7, 0, 7), (-9, 0, 9), (-3, 0, 3)))
    )
    def test_tells_every_combination_of_directions(self, pan, tilt, zoom):
        names = [
            *(["pan right"] if pan > 0 else ["pan left"] if pan else []),
            *(["tilt up"] if tilt > 0 else ["tilt down"] if tilt else []),
            *(["zoom in"] if zoom > 0 else ["zoom out"] if zoom else []),
        ]

        fields = decode(ptz.encode(ptz.move(pan=pan, tilt=tilt, zoom=zoom)), {})

        assert fields["action"] == (", ".join(names) or "stop")
        assert fields.get("pan_speed", 0) == abs(pan)
        assert fields.get("tilt_speed", 0) == abs(tilt)
        assert fields.get("zoom_speed", 0) == abs(zoom)
        assert ("speed" in fields) == (len(names) == 1)

    def test_keeps_to_the_fastest_that_there_is(self):
        made = ptz.move(pan=1000, zoom=-99)

        assert (made.pan_speed, made.zoom_speed) == (255, 15)

    @pytest.mark.parametrize("number", [0, 256, -1])
    def test_knows_no_preset_out_of_range(self, number):
        with pytest.raises(ValueError, match="no preset"):
            ptz.preset(command=0x82, number=number)
