"""Cards and keys of Wiegand, both ways; parities in words; silence that ends a frame."""

import json
from pathlib import Path

import pytest

from linli.drivers.frames import BadFrame
from linli.drivers.wiegand.codec import Card, Key, Pulse, decode, encode, frames
from linli.drivers.wiegand.decoding import wiegand

SAMPLES = json.loads(
    (Path(__file__).parents[2] / "samples" / "wiegand" / "frames.json").read_text("utf-8")
)
samples = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["id"])


class TestDecode:
    @samples
    def test_says_what_the_sample_says(self, sample):
        told = wiegand(sample["bits"], {})

        assert {name: told.get(name) for name in sample["expect"]} == sample["expect"]
        assert json.loads(json.dumps(told)) == told

    @samples
    def test_no_flipped_bit_gives_a_value_where_there_is_a_check(self, sample):
        bits = sample["bits"]

        for at in range(len(bits) if len(bits) > 4 else 0):
            wrong = bits[:at] + str(1 - int(bits[at])) + bits[at + 1 :]
            with pytest.raises(BadFrame):
                wiegand(wrong, {})

    @pytest.mark.parametrize(
        ("bits", "why"),
        [
            ("00111101110110010011011101", "first parity (even over bits 1 to 13) is wrong"),
            ("10111101110110010011011100", "last parity (odd over bits 14 to 26) is wrong"),
            ("1110100010100101100001010010101000", "first parity (even over bits 1 to 17)"),
            ("11100011", "high nibble is not the inverse"),
            ("1111", "no key F"),
            ("00001111", "no key F"),
            ("1011110111011001001101110", "25 bits, not 4, 8, 26 or 34"),
            ("101111011101100100110111010", "27 bits, not 4, 8, 26 or 34"),
            ("", "not bits"),
            ("1011x", "not bits"),
            ("１０１１", "not bits"),
        ],
    )
    def test_says_what_is_wrong(self, bits, why):
        with pytest.raises(BadFrame) as bad:
            wiegand(bits, {})

        assert why in bad.value.why

    def test_passes_over_blanks(self):
        assert wiegand("1110 0001", {})["key"] == "1"


class TestEncode:
    @samples
    def test_gives_the_sample_back(self, sample):
        assert encode(decode(sample["bits"])) == sample["bits"]

    @pytest.mark.parametrize("bits", [24, 32])
    @pytest.mark.parametrize("number", [0, 1, 0x800000, 0xABCDEF, 0xFFFFFF])
    def test_what_it_writes_is_read(self, bits, number):
        card = Card(number=number, bits=bits)

        assert decode(encode(card)) == card

    @pytest.mark.parametrize("bits", [4, 8])
    @pytest.mark.parametrize("key", [*"0123456789*#"])
    def test_every_key_is_read_as_it_was_written(self, bits, key):
        assert decode(encode(Key(key=key, bits=bits))) == Key(key=key, bits=bits)

    @pytest.mark.parametrize(
        "said", [Card(number=1 << 24, bits=24), Card(number=1, bits=26), Key(key="A", bits=4)]
    )
    def test_refuses_what_there_is_not(self, said):
        with pytest.raises(ValueError, match=r"is no card|no key"):
            encode(said)


def pulses(bits: str, start_s: float) -> list[Pulse]:
    return [Pulse(start_s + 0.002 * at, int(bit)) for at, bit in enumerate(bits)]


class TestFrames:
    def test_silence_parts_two_frames(self):
        both = pulses("1011", 0.0) + pulses("0111", 1.0)

        found, rest = frames(both, now_s=2.0)

        assert (found, rest) == (["1011", "0111"], [])

    def test_what_may_go_on_is_kept(self):
        first = pulses("1110", 0.0)

        found, rest = frames(first, now_s=0.02)
        more, end = frames([*rest, *pulses("0001", 0.026)], now_s=0.08)

        assert (found, more, end) == ([], ["11100001"], [])

    def test_just_25_ms_are_silence(self):
        assert frames([Pulse(0.0, 1)], now_s=0.025) == (["1"], [])

    def test_nothing_gives_nothing(self):
        assert frames([], now_s=1.0) == ([], [])
