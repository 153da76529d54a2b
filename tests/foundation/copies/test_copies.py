from datetime import UTC, datetime

import pytest

from linli.foundation.copies import logic, operations, queries
from linli.foundation.copies.models import Copy
from linli.foundation.identity import operations as identity
from linli.kernel.words import Words

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)


@pytest.fixture
def account(db):
    return identity.open_account(username="wang", name="王小和", password="long enough 7").account


def take(account, **more):
    said = dict(community="hml", what="people", name=Words(zh="人员", en="people"), form="csv",
                purpose="visit", now=NOW)  # fmt: skip
    return operations.take(account=account, **{**said, **more})


def rows_of(taken, count=300):
    plain = [[f"q{n}", f"王{n}"] for n in range(count)]
    return list(logic.marked(plain, mark=taken.mark, by=0, into=[1]))


class TestTake:
    def test_the_line_says_who_when_and_what_for(self, account):
        taken = take(account)

        assert "王小和 (wang)" in taken.banner.zh
        assert "2026-06-01 12:00" in taken.banner.zh
        assert "走访关怀" in taken.banner.zh
        assert str(taken.mark.number) in taken.banner.en
        assert taken.banner.zh.startswith(logic.BANNER)

    def test_each_copy_has_a_mark_of_its_own(self, account):
        one, other = take(account), take(account)

        assert one.mark.sign != other.mark.sign
        assert one.mark.key != other.mark.key
        assert Copy.rows.of("hml").count() == 2


class TestWhose:
    def test_one_row_is_enough(self, account):
        take(account, purpose="")
        taken = take(account)

        [found] = queries.whose(rows=[rows_of(taken)[7]])

        assert (found.copy, found.username, found.purpose) == (taken.mark.number, "wang", "visit")
        assert (found.by, found.rows, found.at) == ("sign", 1, NOW)

    def test_an_invented_sign_blames_nobody(self, account):
        taken = take(account)
        forged = logic.Mark(number=taken.mark.number, proof=b"none", key=b"")

        assert queries.whose(rows=[["王" + forged.sign]]) == []

    def test_without_signs_the_order_tells(self, account):
        others = [take(account) for _ in range(20)]
        taken = take(account)
        bare = [[logic.without(cell) for cell in row] for row in rows_of(taken)]

        [found] = queries.whose(rows=bare[60:180])

        assert (found.copy, found.by) == (taken.mark.number, "order")
        assert found.chance < 1e-4
        assert len(others) == 20

    def test_a_list_of_somebody_else_is_nobodys(self, account):
        take(account)

        assert queries.whose(rows=[[f"q{n}", "x"] for n in range(300)]) == []
        assert queries.whose(rows=[]) == []
