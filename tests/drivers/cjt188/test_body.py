"""The data of answers: layouts, units, status bits."""

import pytest

from linli.drivers.cjt188 import body, writing
from linli.drivers.cjt188.body import Amount, Status
from linli.drivers.cjt188.codec import Family
from linli.drivers.frames import BadFrame

REVERSED = Status(valve=0xC0, open=0x00, closed=0x40, battery_low=0x20)


def read(di, family, raw, **options):
    return body.fields(di=di, family=family, body=raw, status=Status(), **options)


class TestFields:
    @pytest.mark.parametrize(
        ("di", "family"),
        [
            (0x901F, Family.WATER), (0x901F, Family.GAS), (0x901F, Family.HEAT),
            (0x907F, Family.WATER), (0xD120, Family.WATER), (0xD12B, Family.HEAT),
            (0xD205, Family.HEAT), (0xD300, Family.GAS), (0x8103, Family.WATER),
        ],
    )  # fmt: skip
    def test_reads_what_is_written_in_every_layout(self, di, family):
        unit = "kWh" if family == Family.HEAT else "m3"
        for parts in body.layouts(di, family):
            values = {
                part.name: {
                    "amount": (12.5, unit), "number": 7, "clock": "2026-02-28 23:59:58",
                    "status": 5,
                }[part.shape]
                for part in parts
            }  # fmt: skip

            found = read(di, family, writing.write(parts, values))

            for part in parts:
                value = found[part.name]
                shown = (value.value, value.unit) if isinstance(value, Amount) else value
                assert part.shape == "status" or shown == values[part.name]

    def test_tells_two_layouts_of_heat_by_their_length(self):
        lengths = [body.length(parts) for parts in body.layouts(0x901F, Family.HEAT)]

        assert lengths == [43, 40]

    @pytest.mark.parametrize("size", [0, 18, 20])
    def test_refuses_a_body_of_another_length(self, size):
        with pytest.raises(BadFrame, match="not 19"):
            read(0x901F, Family.WATER, bytes(size))

    def test_has_no_value_where_the_meter_has_none(self):
        found = read(0xD120, Family.WATER, b"\xff\xff\xff\xff\x2c")

        assert found["settle"] == Amount(None, "m3", None, "m3")

    def test_puts_the_point_where_a_product_has_it(self):
        found = read(0xD120, Family.WATER, b"\x00\x34\x12\x00\x2c", decimals={"settle": 3})

        assert found["settle"] == Amount(123.4, "m3", 123.4, "m3")

    @pytest.mark.parametrize(("di", "months"), [(0xD120, 1), (0xD12B, 12), (0xD2FF, 256)])
    def test_knows_of_which_month_a_history_is(self, di, months):
        assert body.month(di) == months


class TestAmount:
    @pytest.mark.parametrize(
        ("code", "unit", "value", "base", "base_unit"),
        [
            (0x05, "kWh", 1234.0, 1234.0, "kWh"),
            (0x08, "MWh", 1234.0, 1_234_000.0, "kWh"),
            (0x0E, "MJ", 1234.0, 342.777777778, "kWh"),
            (0x11, "GJ", 1234.0, 342_777.777777778, "kWh"),
            (0x14, "W", 1234.0, 1234.0, "W"),
            (0x17, "kW", 1234.0, 1_234_000.0, "W"),
            (0x29, "L", 1234.0, 1.234, "m3"),
            (0x2A, "L", 12340.0, 12.34, "m3"),
            (0x2C, "m3", 1234.0, 1234.0, "m3"),
            (0x2D, "m3", 12340.0, 12340.0, "m3"),
            (0x32, "L/h", 1234.0, 1.234, "m3/h"),
            (0x35, "m3/h", 1234.0, 1234.0, "m3/h"),
            (0x43, "kJ/h", 1234.0, 342.777777778, "W"),
        ],
    )
    def test_reads_a_unit_and_what_it_is_worth(self, code, unit, value, base, base_unit):
        found = body.amount(b"\x00\x34\x12\x00" + bytes((code,)), 2)

        assert found == Amount(value, unit, pytest.approx(base), base_unit)

    def test_refuses_a_unit_that_it_does_not_know(self):
        with pytest.raises(BadFrame, match="no unit 7F"):
            body.amount(b"\x00\x34\x12\x00\x7f", 2)


class TestTold:
    @pytest.mark.parametrize(
        ("map", "first", "valve", "low"),
        [
            (Status(), 0x00, "open", False),
            (Status(), 0x01, "closed", False),
            (Status(), 0x03, "abnormal", False),
            (Status(), 0x02, "abnormal", False),
            (Status(), 0x05, "closed", True),
            (REVERSED, 0x00, "open", False),
            (REVERSED, 0x40, "closed", False),
            (REVERSED, 0xC0, "abnormal", False),
            (REVERSED, 0x20, "open", True),
        ],
    )
    def test_reads_the_bits_where_a_product_has_them(self, map, first, valve, low):
        found = body.told(bytes((first, 0)), map)

        assert (found.valve, found.battery_low) == (valve, low)

    def test_names_faults(self):
        found = body.told(b"\x00\x09", Status(faults={"calculator": 0x0100, "flow": 0x0800}))

        assert found.faults == ("calculator", "flow")


class TestClock:
    @pytest.mark.parametrize("digits", ["00" * 7, "FF" * 7, "60301408012620", "00301432012620"])
    def test_is_none_where_it_is_no_time(self, digits):
        assert body.clock(bytes.fromhex(digits)) is None


class TestWrite:
    @pytest.mark.parametrize("value", [-1, 100])
    def test_refuses_digits_that_do_not_fit(self, value):
        with pytest.raises(ValueError, match="digits"):
            writing.bcd(value, 1)
