"""Payloads described in words: every shape, and what must be refused."""

import math
import struct

import msgspec
import pytest

from linli.drivers.payload.forms import Key, Message, Request
from linli.drivers.payload.pack import BadRequest, pack
from linli.drivers.payload.table import Table
from linli.drivers.payload.unpack import read_json, unpack
from linli.drivers.reading import BadPayload


def message(**said):
    return msgspec.convert(said, Message)


def values(message, data, **more):
    return {r.name: r.value for r in unpack([message], bytes.fromhex(data), **more).readings}


def why(read, *args, **more):
    with pytest.raises(BadPayload) as found:
        read(*args, **more)
    return found.value.why


class TestFields:
    @pytest.mark.parametrize(
        ("type", "data", "value"),
        [
            ("u8", "ff", 255), ("i8", "ff", -1), ("u16", "0102", 258), ("i16", "fffe", -2),
            ("u24", "010203", 66051), ("i24", "ffffff", -1), ("u32", "00000100", 256),
            ("i32", "fffffffe", -2), ("u64", "0000000000000001", 1), ("f32", "41200000", 10),
            ("f64", "4024000000000000", 10), ("bcd8", "42", 42), ("bcd16", "1234", 1234),
            ("bcd24", "012345", 12345), ("bcd32", "12345678", 12345678),
        ],
    )  # fmt: skip
    def test_reads_every_type_in_both_orders(self, type, data, value):
        turned = bytes.fromhex(data)[::-1].hex()

        assert values(message(fields=[{"name": "x", "type": type}]), data) == {"x": value}
        little = message(fields=[{"name": "x", "type": type, "endian": "little"}])
        assert values(little, turned) == {"x": value}

    def test_scales_moves_rounds_and_clamps(self):
        field = {"name": "x", "scale": 0.1, "offset": -40, "clamp": [-10, 85]}

        assert values(message(fields=[field]), "ff") == {"x": -10.0}
        assert values(message(fields=[{"name": "x", "scale": 0.1}]), "03") == {"x": 0.3}

    def test_counts_from_the_end_where_the_offset_is_negative(self):
        assert values(message(fields=[{"name": "x", "at": -1}]), "010203") == {"x": 3}

    def test_cuts_bits(self):
        fields = [{"name": "low", "bits": [0, 3]}, {"name": "high", "bits": [7, 1], "flag": True}]

        assert values(message(fields=fields), "85") == {"low": 5, "high": True}

    def test_says_nothing_of_a_missing_value_and_of_an_event_that_did_not_happen(self):
        fields = [{"name": "x", "missing": [255]}, {"name": "pressed", "at": 1, "event": True}]

        assert values(message(fields=fields), "ff00") == {}
        assert values(message(fields=fields), "0005") == {"x": 0, "pressed": 1}

    def test_reads_a_field_only_where_a_byte_says_so(self):
        fields = [{"name": "x", "at": 1, "when": {"at": 0, "equals": [7]}}]

        assert values(message(fields=fields), "0709") == {"x": 9}
        assert values(message(fields=fields), "0809") == {}

    def test_refuses_a_value_that_is_none_it_knows(self):
        fields = [{"name": "x", "values": {"0": False, "1": True}}]

        assert why(values, message(fields=fields), "02") == "payload_value"

    def test_refuses_what_is_too_short_unless_the_field_may_be_missing(self):
        assert why(values, message(fields=[{"name": "x", "at": 4}]), "00") == "payload_short"
        assert values(message(fields=[{"name": "x", "at": 4, "optional": True}]), "00") == {}

    @pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
    def test_refuses_no_number(self, number):
        data = struct.pack(">f", number).hex()

        assert why(values, message(fields=[{"name": "x", "type": "f32"}]), data) == "payload_value"

    def test_refuses_bcd_that_has_letters(self):
        assert why(values, message(fields=[{"name": "x", "type": "bcd8"}]), "1a") == "payload_value"

    def test_does_not_load_bits_of_what_has_a_sign(self):
        with pytest.raises(msgspec.ValidationError, match="bits"):
            message(fields=[{"name": "x", "type": "i8", "bits": [0, 1]}])


class TestRows:
    ROW = {
        "form": "channel",
        "records": [{"type": 1, "length": 1, "fields": [{"name": "x"}]},
                    {"type": 2, "channel": 9, "length": 2}],
    }  # fmt: skip

    def test_passes_over_what_it_knows_and_does_not_want(self):
        assert values(message(**self.ROW), "0902ffff 000105") == {"x": 5}

    def test_keeps_what_stands_before_a_record_that_it_does_not_know(self):
        found = unpack([message(**self.ROW)], bytes.fromhex("000105 00ee01"))

        assert [r.value for r in found.readings] == [5]
        assert found.rest == bytes.fromhex("00ee01")

    def test_refuses_a_row_that_begins_with_what_it_does_not_know(self):
        assert why(values, message(**self.ROW), "00ee01") == "payload_unknown"

    def test_takes_the_time_of_a_record_that_was_kept(self):
        record = {"type": 1, "length": 5, "stamp": {"at": 0}, "fields": [{"name": "x", "at": 4}]}
        row = message(form="channel", records=[record])

        found = unpack([row], bytes.fromhex("0001 65000000 07"), at=5.0)

        assert [(r.value, r.at) for r in found.readings] == [(7, 0x65000000)]

    def test_reads_cayenne_and_passes_over_axes(self):
        row = message(form="cayenne", records=[{"type": 0x67, "name": "t"}])

        assert values(row, "0671000000000000 0167ffd7") == {"t": -4.1}

    def test_passes_over_a_tag_by_its_length(self):
        row = message(form="tlv", records=[{"type": 3, "fields": [{"name": "x"}]}])

        assert values(row, "7f03aabbcc 030105") == {"x": 5}

    def test_does_not_load_a_channel_without_a_length(self):
        with pytest.raises(msgspec.ValidationError, match="length"):
            message(form="channel", records=[{"type": 1}])


class TestJson:
    def keys(self, *said):
        return msgspec.convert(said, list[Key])

    def test_follows_paths_and_takes_numbers_as_text(self):
        keys = self.keys({"key": "a.b", "name": "x"}, {"key": "c.d", "name": "y"})

        found = read_json(keys, [], {"a": {"b": "4.5"}, "c.d": True, "e": 1})

        assert [(r.name, r.value) for r in found] == [("x", 4.5), ("y", 1.0)]

    def test_unpacks_bytes_written_as_text(self):
        keys = self.keys({"key": "p", "unpack": "base64"})

        found = read_json(keys, [message(fields=[{"name": "x"}])], {"p": "BQ=="})

        assert [(r.name, r.value) for r in found] == [("x", 5)]
        assert why(read_json, keys, [], {"p": "B"}) == "not_base64"
        assert why(read_json, keys, [], {"p": 5}) == "payload_value"

    def test_refuses_what_is_no_value(self):
        assert (
            why(read_json, self.keys({"key": "a", "name": "x"}), [], {"a": [1]}) == "payload_value"
        )
        assert (
            why(read_json, self.keys({"key": "a", "name": "x"}), [], {"a": "on"}) == "payload_value"
        )
        assert (
            why(read_json, self.keys({"key": "a", "name": "x"}), [], {"a": "nan"})
            == "payload_value"
        )


class TestPack:
    def request(self, **slot):
        said = {"hex": "aa0000bb", "slots": [{"argument": "n", "at": 1, "type": "u16", **slot}]}
        return msgspec.convert(said, Request)

    def test_writes_arguments_into_the_bytes(self):
        assert pack(self.request(), {"n": 258}).hex() == "aa0102bb"
        assert pack(self.request(endian="little", scale=0.1), {"n": 25.8}).hex() == "aa0201bb"
        assert pack(self.request(type="bcd16"), {"n": 1234}).hex() == "aa1234bb"

    @pytest.mark.parametrize("args", [{}, {"n": 70000}, {"n": -1}, {"n": "x"}])
    def test_refuses_an_argument_that_does_not_fit(self, args):
        with pytest.raises(BadRequest):
            pack(self.request(), args)


class TestTable:
    def test_does_not_load_without_a_sample_or_a_source(self):
        said = {"models": ["m"], "source": "s", "messages": [{"fields": [{"name": "x"}]}]}

        with pytest.raises(msgspec.ValidationError, match="samples"):
            msgspec.convert(said, Table)
        with pytest.raises(msgspec.ValidationError, match="sample"):
            msgspec.convert({**said, "samples": [{"hex": "01", "refused": "x"}]}, Table)
        with pytest.raises(msgspec.ValidationError, match="source"):
            msgspec.convert({**said, "source": "", "samples": [{"hex": "01"}]}, Table)

    def test_does_not_load_a_service_without_a_sample(self):
        said = {"models": ["m"], "source": "s", "services": {"a": {"hex": "00"}}, "samples": []}

        with pytest.raises(msgspec.ValidationError, match="no sample of a"):
            msgspec.convert(said, Table)
