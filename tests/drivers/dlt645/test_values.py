"""Values by their identifiers: exact, signed, in blocks."""

from decimal import Decimal

import pytest

from linli.drivers.dlt645 import values
from linli.drivers.dlt645.identifiers import identified, members
from linli.drivers.frames import BadFrame


class TestRead:
    @pytest.mark.parametrize(
        ("code", "data", "value"),
        [
            ("00010000", "78563412", Decimal("123456.78")),
            ("00010000", "99999999", Decimal("999999.99")),
            ("00000000", "78563492", Decimal("-123456.78")),
            ("02010100", "0010", Decimal("100.0")),
            ("02020100", "010080", Decimal("-0.001")),
            ("02020100", "000080", Decimal("0")),
            ("02060000", "0010", Decimal("1.000")),
            ("02800007", "5582", Decimal("-25.5")),
            ("04000503", "1000", 16),
            ("04000401", "010001032620", "202603010001"),
            ("04000404", "563032320000", "220V"),
            ("B621", "3412", Decimal("12.34")),
            ("9010", "01000000", Decimal("0.01")),
        ],
    )
    def test_is_exact(self, code, data, value):
        found = values.read(code, bytes.fromhex(data))

        assert found is not None
        assert [one.value for one in found] == [value]

    @pytest.mark.parametrize(
        ("code", "data"),
        [
            ("00010000", "785634"),
            ("00010000", "7856341200"),
            ("00010000", "7856341A"),
            ("00010000", "FFFFFF12"),
            ("0201FF00", "000010"),
            ("0201FF00", "00100010001000"),
            ("0201FF00", ""),
            ("04000102", "5A3412"),
        ],
    )
    def test_refuses_data_that_do_not_fit(self, code, data):
        with pytest.raises(BadFrame):
            values.read(code, bytes.fromhex(data))

    def test_knows_nothing_of_what_is_in_no_table(self):
        assert values.read("0ABBCCDD", b"\x01") is None


class TestIdentified:
    @pytest.mark.parametrize(
        "code",
        ["00014000", "0001000D", "02010000", "02010400", "020A0101", "0B010000", "9090", "A010"],
    )
    def test_knows_only_what_the_tables_say(self, code):
        assert identified(code) is None

    @pytest.mark.parametrize(
        ("code", "count", "first", "last"),
        [
            ("0001FF00", 64, "00010000", "00013F00"),
            ("0201FF00", 3, "02010100", "02010300"),
            ("0203FF00", 4, "02030000", "02030300"),
            ("901F", 15, "9010", "901E"),
            ("B61F", 3, "B611", "B613"),
        ],
    )
    def test_knows_the_members_of_a_block(self, code, count, first, last):
        found = members(code)

        assert (len(found), found[0], found[-1]) == (count, first, last)


class TestWritten:
    @pytest.mark.parametrize(
        ("code", "number"),
        [("00010000", "123456.78"), ("02020100", "-79.999"), ("02030000", "3.2105"), ("B611", "9")],
    )
    def test_is_read_back(self, code, number):
        identifier = identified(code)
        assert identifier is not None

        found = values.read(code, values.written(identifier, Decimal(number)))

        assert found is not None
        assert found[0].value == Decimal(number)

    @pytest.mark.parametrize(
        ("code", "number"),
        [
            ("00010000", "1000000"),
            ("00010000", "-1"),
            ("00010000", "0.001"),
            ("02020100", "800"),
        ],
    )
    def test_refuses_what_does_not_fit(self, code, number):
        identifier = identified(code)
        assert identifier is not None

        with pytest.raises(BadFrame):
            values.written(identifier, Decimal(number))
