"""Data point types against the library's."""

import random

import pytest
from xknx.dpt import DPTArray, DPTBase, DPTBinary
from xknx.exceptions import ConversionError

from linli.drivers.frames import BadFrame
from linli.drivers.knx import dpt
from linli.drivers.knx.dpt import Payload

NUMBERS = [
    "5.010",
    "5.001",
    "5.003",
    "6.010",
    "7.001",
    "7.013",
    "8.001",
    "8.010",
    "9.001",
    "9.007",
    "9.008",
    "12.001",
    "13.001",
    "13.010",
    "14.056",
    "14.068",
]


def library(number):
    return DPTBase.parse_transcoder(number)


class TestDecode:
    @pytest.mark.parametrize("number", NUMBERS)
    def test_reads_what_the_library_reads(self, number):
        rng = random.Random(number)
        theirs = library(number)
        for _ in range(500):
            data = rng.randbytes(theirs.payload_length)
            try:
                expected = theirs.from_knx(DPTArray(tuple(data)))
                found = dpt.decode(Payload(data), number)
            except (ConversionError, BadFrame):
                continue
            resolution = {"5.001": 0.51, "5.003": 0.71}.get(number, 0.0051)
            assert found == pytest.approx(expected, abs=resolution, rel=1e-6)

    @pytest.mark.parametrize(
        ("data", "value"),
        [("0C1A", 21.0), ("8418", -10.0), ("06A0", 16.96), ("7FFF", 670760.96), ("0000", 0.0)],
    )
    def test_reads_the_published_values_of_type_9(self, data, value):
        assert dpt.decode(Payload(bytes.fromhex(data)), "9.001") == value

    def test_knows_the_word_for_no_value(self):
        assert dpt.is_invalid(Payload(b"\x7f\xff"), "9.001") is True
        assert dpt.is_invalid(Payload(b"\x7f\xff"), "7.001") is False

    @pytest.mark.parametrize(
        ("payload", "number"),
        [
            (Payload(b"\x01"), "1.001"),
            (Payload(b"\x02", True), "1.001"),
            (Payload(b"\x01", True), "5.001"),
            (Payload(b"\x01\x02\x03"), "9.001"),
            (Payload(b"\x7f\xc0\x00\x00"), "14.056"),
            (Payload(b"a\x00b" + bytes(11)), "16.000"),
            (Payload(b"\xff" + bytes(13)), "16.000"),
            (Payload(b"\x01", True), "2.001"),
            (Payload(b"\x01", True), "1.1"),
            (Payload(b"\x01", True), ""),
        ],
    )
    def test_refuses_what_is_not_of_the_type(self, payload, number):
        with pytest.raises(BadFrame):
            dpt.decode(payload, number)


class TestEncode:
    @pytest.mark.parametrize("number", NUMBERS)
    def test_writes_what_the_library_writes(self, number):
        rng = random.Random(number)
        theirs = library(number)
        for _ in range(300):
            low, high = max(theirs.value_min, -600_000), min(theirs.value_max, 600_000)
            value = round(rng.uniform(low, high), rng.choice((0, 1, 2)))
            value = min(max(value, low), high)
            try:
                expected = bytes(theirs.to_knx(value).value)
            except ConversionError:
                continue
            found = dpt.encode(value, number).data
            if number in ("5.001", "5.003", "8.010"):
                gap = int.from_bytes(found) - int.from_bytes(expected)
                assert abs(gap) <= 1
            elif number.startswith(("9", "14")):
                assert found == expected
            else:
                assert dpt.decode(Payload(found), number) == pytest.approx(value, abs=1)

    def test_writes_near_nothing_as_nothing(self):
        assert dpt.encode(-0.005, "9.001") == Payload(b"\x00\x00")

    def test_writes_a_switch_in_six_bits(self):
        assert dpt.encode(1, "1.001") == Payload(b"\x01", True)
        assert library("1.001").to_knx(True) == DPTBinary(1)

    @pytest.mark.parametrize(
        ("value", "number"),
        [
            (2, "1.001"),
            (256, "5.010"),
            (-1, "7.001"),
            (40_000, "8.001"),
            (700_000, "9.001"),
            (1e39, "14.056"),
            (5.0, "16.000"),
            ("x" * 15, "16.000"),
            ("中", "16.001"),
            ("x", "9.001"),
            (1, "99.001"),
        ],
    )
    def test_refuses_what_does_not_fit(self, value, number):
        with pytest.raises(ValueError, match="is none of data point type"):
            dpt.encode(value, number)

    @pytest.mark.parametrize(("text", "number"), [("Garage 2", "16.000"), ("Grüße", "16.001")])
    def test_writes_text_that_is_read_back(self, text, number):
        assert dpt.decode(dpt.encode(text, number), number) == text
        assert bytes(library(number).to_knx(text).value) == dpt.encode(text, number).data
