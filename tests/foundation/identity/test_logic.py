from datetime import UTC, datetime, time, timedelta

import pytest

from linli.foundation.identity import logic

MONDAY, SATURDAY = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 6, 6, tzinfo=UTC)
DAY, NIGHT = (time(8), time(20)), (time(20), time(8))


class TestHours:
    @pytest.mark.parametrize(
        ("days", "hours", "at", "holds"),
        [
            ("", (None, None), MONDAY, True),
            ("12345", (None, None), MONDAY, True),
            ("12345", (None, None), SATURDAY, False),
            ("", DAY, MONDAY.replace(hour=8), True),
            ("", DAY, MONDAY.replace(hour=20), False),
            ("12345", DAY, SATURDAY.replace(hour=9), False),
            ("", NIGHT, MONDAY.replace(hour=23), True),
            ("", NIGHT, MONDAY.replace(hour=7, minute=59), True),
            ("", NIGHT, MONDAY.replace(hour=12), False),
            ("1", NIGHT, MONDAY.replace(day=2, hour=3), True),
            ("1", NIGHT, MONDAY.replace(hour=3), False),
            ("7", NIGHT, MONDAY.replace(hour=3), True),
        ],
    )
    def test_are_those_of_the_week(self, days, hours, at, holds):
        starts, ends = hours

        assert logic.in_hours(days=days, starts=starts, ends=ends, local=at) is holds


class TestOver:
    @pytest.mark.parametrize(
        ("began", "seen", "over"),
        [(0, 0, True), (9_000, 9_000, False), (9_000, 8_200, True), (0, 9_900, True)],
    )
    def test_unseen_or_old(self, began, seen, over):
        limits = logic.Limits(idle=timedelta(minutes=30), absolute=timedelta(seconds=9_999))

        assert logic.over(began=began, seen=seen, now=10_000, limits=limits) is over


class TestFresh:
    @pytest.mark.parametrize(
        ("shown", "fresh"),
        [(None, False), (10_000, True), (9_700, False), (9_701, True), (10_001, False)],
    )
    def test_for_five_minutes_and_never_from_the_future(self, shown, fresh):
        assert logic.fresh(shown=shown, now=10_000) is fresh

    @pytest.mark.parametrize(("hours", "fresh"), [(7.9, True), (8, False)])
    def test_for_a_shift_where_it_is_looked_at_all_through_one(self, hours, fresh):
        shown = 100_000 - hours * 3600

        assert logic.fresh(shown=shown, now=100_000, lasts=logic.SHIFT_LASTS) is fresh


class TestKeepsApart:
    @pytest.mark.parametrize(
        ("held", "role", "other"),
        [
            (["operator"], "auditor", "operator"),
            (["auditor", "guard"], "security_officer", "auditor"),
            (["operator"], "operator", None),
            (["operator"], "manager", None),
            (["manager"], "auditor", None),
        ],
    )
    def test_three_roles_are_three_persons(self, held, role, other):
        assert logic.keeps_apart(held=held, role=role) == other


class TestDeviceWords:
    @pytest.mark.parametrize(
        ("agent", "words"),
        [
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/149 Safari/537 Edg/149",
                "Edge · Windows",
            ),
            ("Mozilla/5.0 (iPhone; CPU) Version/18 Safari/604", "Safari · iPhone"),
            ("Mozilla/5.0 (Linux; Android 15) Chrome/149 MicroMessenger/8.0", "WeChat · Android"),
            ("curl/8", ""),
        ],
    )
    def test_are_two(self, agent, words):
        assert logic.device_words(agent) == words


WORDS = ("linli", "邻里", "hml", "和睦里", "hemuli", "wang", "王小和", "13800138000", "manager")


class TestWordsOfThisHouse:
    @pytest.mark.parametrize(
        "password",
        ["Linli2026!!", "LINLI-HML-2026", "L1nl1@2026", "ｈｅｍｕｌｉ12345", "h.e.m.u.l.i 2026",
         "和睦里123456", "wang13800138000", "manager@2026", "linlilinlilinli", "MANAGER_manager_1",
         "王小和19900101"],
    )  # fmt: skip
    def test_are_no_password(self, password):
        assert logic.of_this_house(password=password, words=WORDS, least=10)

    @pytest.mark.parametrize(
        "password",
        ["a long password 7", "!!!!@@@@####", "linli under the old camphor", "0123456789",
         "wang eats noodles", "xqhmlz82kdw"],
    )  # fmt: skip
    def test_may_stand_in_one_that_has_enough_beside_them(self, password):
        assert not logic.of_this_house(password=password, words=WORDS, least=8)

    @pytest.mark.parametrize(
        ("name", "parts"),
        [("Hemuli Garden", ["hemuligarden", "hemuli", "garden"]), ("和睦里", ["和睦里"]),
         ("王", []), ("Li Xi", ["lixi"]), ("li", ["li"]), ("", []),
         ("wang.xiao@mail", ["wangxiao@mail", "wang", "xiao", "mail"])],
    )  # fmt: skip
    def test_of_a_name(self, name, parts):
        assert logic.parts_of(name) == parts
