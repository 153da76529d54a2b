"""One card, however it is printed and whichever way its bytes are turned."""

import pytest

from linli.drivers.frames import BadFrame
from linli.drivers.wiegand import numbers
from linli.drivers.wiegand.codec import Card

CARD = Card(number=0xD14B0A54, bits=32)


class TestPrinted:
    @pytest.mark.parametrize(
        ("text", "card"),
        [
            ("3511355988", CARD),
            ("D14B0A54", CARD),
            ("0xd14b0a54", CARD),
            ("075,02644", Card(number=0x4B0A54, bits=24)),
            ("75 , 2644", Card(number=0x4B0A54, bits=24)),
            ("0004917844", Card(number=0x4B0A54, bits=32)),
            ("4B0A54", Card(number=0x4B0A54, bits=24)),
        ],
    )
    def test_reads_every_style(self, text, card):
        assert numbers.printed(text) == card

    @pytest.mark.parametrize(
        "text", ["", "4294967296", "256,00001", "001,65536", "12345", "card", "G14B0A54"]
    )
    def test_refuses_what_is_no_number(self, text):
        with pytest.raises(BadFrame):
            numbers.printed(text)

    def test_both_styles_are_read_as_they_are_written(self):
        assert numbers.printed(numbers.as_decimal(CARD)) == CARD
        assert numbers.printed(numbers.as_pair(CARD)).number == 0x4B0A54


class TestSame:
    @pytest.mark.parametrize("text", ["3511355988", "1409960913", "075,02644", "540A4BD1"])
    def test_knows_a_card_again(self, text):
        other = numbers.printed(text)

        assert numbers.same(CARD, other)
        assert numbers.same(other, CARD)

    @pytest.mark.parametrize("text", ["3511355989", "075,02645", "0A4BD154"])
    def test_knows_another_card(self, text):
        assert not numbers.same(CARD, numbers.printed(text))


class TestNormal:
    def test_is_one_for_both_ways_of_the_bytes(self):
        assert numbers.normal(CARD) == numbers.normal(numbers.turned(CARD)) == "540A4BD1"

    def test_turning_twice_is_not_turning(self):
        assert numbers.turned(numbers.turned(CARD)) == CARD
