"""Registers to values and back; which reads a map needs."""

import random

import msgspec
import pytest

from linli.drivers.modbus.map import Map
from linli.drivers.modbus.pdu import Table
from linli.drivers.modbus.plan import Span, apart, spans
from linli.drivers.modbus.values import BadValue, Order, Place, Type, decode, encode, ordered

ABCD = Order.ABCD


def place(**options):
    return msgspec.convert({"address": 0, **options}, Place)


class TestOrdered:
    @pytest.mark.parametrize(
        ("order", "wire"),
        [
            ("ABCD", "42480000"),
            ("CDAB", "00004248"),
            ("BADC", "48420000"),
            ("DCBA", "00004842"),
        ],
    )
    def test_reads_fifty_in_every_order(self, order, wire):
        words = [int(wire[:4], 16), int(wire[4:], 16)]

        assert decode(place(type="float32"), words, Order(order)) == 50.0
        assert encode(place(type="float32", order=order), 50.0, ABCD) == words

    @pytest.mark.parametrize("order", list(Order))
    @pytest.mark.parametrize("size", [2, 4, 8])
    def test_is_its_own_inverse(self, order, size):
        data = bytes(range(size))

        assert ordered(ordered(data, order), order) == data


class TestDecode:
    @pytest.mark.parametrize(
        ("options", "words", "value"),
        [
            ({"type": "u16", "scale": 0.1}, [1234], 123.4),
            ({"type": "i16", "scale": 0.1}, [0xFF9C], -10.0),
            ({"type": "i16", "offset": -40}, [65], 25),
            ({"type": "u32"}, [1, 2], 65538),
            ({"type": "i32"}, [0xFFFF, 0xFFFE], -2),
            ({"type": "u64"}, [0, 0, 1, 0], 65536),
            ({"type": "float64"}, [0x4049, 0, 0, 0], 50.0),
            ({"type": "bcd"}, [0x1234], 1234),
            ({"type": "bcd", "registers": 2, "scale": 0.01}, [0x0012, 0x3456], 1234.56),
            ({"type": "bits", "bit": 3}, [0x0008], True),
            ({"type": "bits", "bit": 3, "invert": True}, [0x0008], False),
            ({"type": "bits", "bit": 4, "width": 3}, [0x0050], 5),
            ({"values": {"0": "closed", "1": "open"}}, [1], "open"),
            ({"values": {"2": True, "0": False}}, [2], True),
            ({"none": 65535}, [65535], None),
            ({"type": "i16", "none": -32768}, [0x8000], None),
            ({"table": "coil"}, [1], True),
            ({"table": "discrete", "invert": True}, [1], False),
        ],
    )
    def test_reads_every_type(self, options, words, value):
        found = decode(place(**options), words, ABCD)

        assert found == value
        assert isinstance(found, bool) == isinstance(value, bool)

    @pytest.mark.parametrize(
        ("options", "words", "reason"),
        [
            ({"type": "bcd"}, [0x12A4], "not_bcd"),
            ({"type": "float32"}, [0x7FC0, 0], "not_a_number"),
            ({"type": "float32"}, [0x7F80, 0], "not_a_number"),
            ({"values": {"0": "closed"}}, [7], "unknown_value"),
        ],
    )
    def test_refuses_what_is_no_value(self, options, words, reason):
        with pytest.raises(BadValue) as found:
            decode(place(**options), words, ABCD)

        assert found.value.reason == reason


class TestEncode:
    @pytest.mark.parametrize("order", list(Order))
    @pytest.mark.parametrize("type", [kind for kind in Type if kind != Type.BITS])
    def test_reads_back_what_it_wrote(self, type, order):
        where = place(type=type, scale=0.5, registers=2)

        assert decode(where, encode(where, 617.5, order), order) == 617.5

    @pytest.mark.parametrize(
        ("options", "value"),
        [
            ({"type": "u16"}, 70_000), ({"type": "u16"}, -1), ({"type": "bcd"}, 10_000),
            ({"type": "float32"}, 1e300), ({"type": "u16"}, float("nan")), ({}, "loud"),
            ({"type": "bits", "bit": 2, "width": 2}, 4),
        ],
    )  # fmt: skip
    def test_refuses_what_does_not_fit(self, options, value):
        with pytest.raises(BadValue):
            encode(place(**options), value, ABCD)


class TestPlace:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"address": 65536}, {"address": -1}, {"address": 65535, "type": "u32"},
            {"bit": 16}, {"bit": 15, "width": 2}, {"scale": 0}, {"type": "bcd", "registers": 5},
            {"type": "u8"}, {"table": "register"}, {"adress": 1}, {"order": "ACBD"},
        ],
    )  # fmt: skip
    def test_refuses_what_no_device_has(self, wrong):
        with pytest.raises(msgspec.ValidationError):
            place(**wrong)


class TestMap:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"every": "often"},
            {"most": 126},
            {"gap": 125},
            {"events": {"e": {"address": 1}}},
            {"services": {"s": {"writes": []}}},
            {"services": {"s": {"writes": [{"address": 1, "value": 1, "read_back": False}]}}},
            {"services": {"s": {"writes": [{"address": 1}]}}},
            {"services": {"s": {"writes": [{"address": 1, "value": 1, "table": "input"}]}}},
            {
                "services": {
                    "s": {
                        "writes": [{"address": 1, "value": 1}],
                        "until": {"property": "gone", "value": 1},
                    }
                }
            },
        ],
    )
    def test_refuses_what_could_not_be_kept(self, wrong):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({"models": [], **wrong}, Map)


def held(table="holding", **at):
    return {name: place(address=address, table=table) for name, address in at.items()}


class TestSpans:
    def test_reads_neighbours_together(self):
        found = spans(held(a=0, c=5, b=1), gap=4, most=125)

        assert found == (Span(Table.HOLDING, 0, 6, ("a", "b", "c")),)

    def test_leaves_a_gap_that_is_too_wide(self):
        found = spans(held(a=0, b=6), gap=4, most=125)

        assert [(one.address, one.count) for one in found] == [(0, 1), (6, 1)]

    def test_never_reads_more_than_a_device_gives(self):
        found = spans(held(**{f"p{i}": i for i in range(300)}), gap=16, most=125)

        assert [(one.address, one.count) for one in found] == [(0, 125), (125, 125), (250, 50)]

    def test_reads_2000_coils_at_once_and_no_more(self):
        found = spans(held("coil", **{f"p{i}": i for i in range(2001)}), gap=16, most=125)

        assert [(one.address, one.count) for one in found] == [(0, 2000), (2000, 1)]

    def test_keeps_tables_apart_and_values_whole(self):
        places = {
            **held(a=0),
            **held("input", b=1),
            "long": place(address=124, type="u64"),
        }

        found = spans(places, gap=124, most=125)

        assert {(one.table, one.address, one.count) for one in found} == {
            (Table.HOLDING, 0, 1), (Table.HOLDING, 124, 4), (Table.INPUT, 1, 1),
        }  # fmt: skip

    def test_reads_a_register_of_many_bits_once(self):
        places = {f"b{i}": place(address=7, type="bits", bit=i) for i in range(16)}

        assert [(one.address, one.count) for one in spans(places, gap=0, most=125)] == [(7, 1)]

    def test_covers_every_place_wherever_they_are(self):
        chance = random.Random(3)
        for _ in range(200):
            places = {
                f"p{i}": place(
                    address=chance.randrange(400),
                    table=chance.choice(["coil", "input"]),
                    type=chance.choice(["u16", "u32", "u64"]),
                )
                for i in range(20)
            }

            found = spans(places, gap=chance.randrange(20), most=chance.randrange(20, 126))

            for span in found:
                for name in span.names:
                    own = places[name]
                    assert own.table == span.table
                    assert span.address <= own.address
                    assert own.address + own.count <= span.address + span.count
            assert sorted(name for span in found for name in span.names) == sorted(places)


class TestApart:
    def test_leaves_out_what_nobody_asked_for(self):
        places = held(a=0, b=1, c=5)
        [whole] = spans(places, gap=4, most=125)

        assert [(one.address, one.count) for one in apart(whole, places)] == [(0, 2), (5, 1)]
