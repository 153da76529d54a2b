from datetime import date

import pytest

from linli.kernel.checks import UnknownCheck, check

RIGHT = [
    ("id", "11010519491231002X", "11010519491231002X"),
    ("id", "11010519491231002x", "11010519491231002X"),
    ("id", "１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X"),
    ("id", "440524188001010014", "440524188001010014"),
    ("uscc", "91110000600037341L", "91110000600037341L"),
    ("uscc", "91330106673959654P", "91330106673959654P"),
    ("uscc", "91350100M000100Y43", "91350100M000100Y43"),
    ("uscc", "91230184MA1BUFLT44", "91230184MA1BUFLT44"),
    ("uscc", "92371000ma3mxh0e3w", "92371000MA3MXH0E3W"),
    ("plate", "京A00599", "京A00599"),
    ("plate", "黑D23908", "黑D23908"),
    ("plate", "京AD92035", "京AD92035"),
    ("plate", "京A12345D", "京A12345D"),
    ("plate", "甘G23459F", "甘G23459F"),
    ("plate", "京AA92035", "京AA92035"),
    ("plate", "京a·00599", "京A00599"),
    ("plate", "粤Z1234港", "粤Z1234港"),
    ("phone", "19119255642", "+8619119255642"),
    ("phone", "+8617888829981", "+8617888829981"),
    ("phone", "0086 178 8882 9981", "+8617888829981"),
    ("contact", "0571-8800 1234", "+8657188001234"),
    ("contact", "(010)62001234", "+861062001234"),
    ("contact", "+852 9123 4567", "+85291234567"),
]
WRONG = [
    ("id", "110105194912310021", "X"),
    ("id", "11010519491231002", "17"),
    ("id", "110105194913310021", "19491331"),
    ("id", "1101051949123100XX", "17"),
    ("id", "", "没有填写"),
    ("uscc", "911100006000373410", "L"),
    ("uscc", "9111000060003734IL", "I"),
    ("uscc", "91110000", "8"),
    ("plate", "宁AD1234555555", "车牌"),
    ("plate", "浙苏H6F681", "车牌"),
    ("plate", "京I12345", "车牌"),
    ("plate", "京A1234O", "车牌"),
    ("phone", "12019255642", "手机号"),
    ("phone", "010-62001234", "手机号"),
    ("contact", "62001234", "区号"),
]


class TestCheck:
    @pytest.mark.parametrize(("kind", "given", "written"), RIGHT)
    def test_takes_a_right_number_and_writes_it_one_way(self, kind, given, written):
        found = check(kind, given)

        assert (found.valid, found.value, found.reason) == (True, written, None)

    @pytest.mark.parametrize(("kind", "given", "says"), WRONG)
    def test_says_in_words_why_a_number_is_wrong(self, kind, given, says):
        found = check(kind, given)

        assert not found.valid
        assert says in found.reason.zh
        assert found.reason.en

    def test_reads_birth_and_sex_from_an_identity_number(self):
        found = check("id", "11010519491231002X")

        assert (found.born_on, found.sex) == (date(1949, 12, 31), "F")
        assert check("id", "440524188001010014").sex == "M"

    def test_keeps_a_first_generation_number_for_history_only(self):
        found = check("id", "110105491231002")

        assert (found.valid, found.historic) == (False, True)
        assert (found.born_on, found.sex) == (date(1949, 12, 31), "F")

    def test_refuses_a_birth_yet_to_come(self):
        assert not check("id", "11010519491231002X", today=date(1949, 12, 30)).valid

    @pytest.mark.parametrize(
        ("plate", "colour"),
        [("京A00599", "blue"), ("京AD92035", "green"), ("京A12345D", "yellow_green"),
         ("京A1234学", "yellow"), ("京A1234警", "white"), ("粤Z1234澳", "black")],
    )  # fmt: skip
    def test_tells_the_usual_colour_of_a_plate(self, plate, colour):
        assert check("plate", plate).colour == colour

    def test_every_single_wrong_digit_of_an_identity_number_is_found(self):
        right = "11010519491231002X"

        for place in range(17):
            for digit in set("0123456789") - {right[place]}:
                assert not check("id", right[:place] + digit + right[place + 1 :]).valid

    def test_refuses_a_kind_that_there_is_not(self):
        with pytest.raises(UnknownCheck):
            check("passport", "E12345678")
