"""A history that has grown long: its newest lines with the case, all of it page by page."""

import pytest

from linli.domains.cases import pages
from linli.domains.cases.models import Move
from tests.domains.cases.conftest import HERE, NOON
from tests.domains.cases.telling import report, take
from tests.domains.cases.test_http import web

__all__ = ["web"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def long(people, monkeypatch):
    """A resident's case with thirty lines, of which its page bears ten."""
    monkeypatch.setattr(pages, "_STEPS", 10)
    case = report(people.resident)
    take(people.desk, case, "file")
    for n in range(28):
        Move.rows.create(
            community=HERE, case=case, at=NOON, step="note", before="filed", after="filed",
            by_name="desk", note=f"n{n}", fact=f"f{n}",
        )  # fmt: skip
    return case


def notes(lines):
    return [one["note"] for one in lines]


class TestHistory:
    def test_the_case_bears_the_newest_and_the_rest_comes_in_pages(self, web, long):
        web.sign_in("desk", "front_desk")
        shown, rest = web.get(f"/cases/{long.pk}").json(), []

        cursor = shown["history_next"]
        while cursor:
            page = web.get(f"/cases/{long.pk}/history?cursor={cursor}&limit=7").json()
            rest += page["items"]
            cursor = page["next"]

        assert notes(shown["history"]) == [f"n{n}" for n in range(18, 28)]
        assert notes(rest)[:-2] == [f"n{n}" for n in range(17, -1, -1)]
        assert [one["step"] for one in rest[-2:]] == ["file", "report"]

    def test_a_line_that_is_written_meanwhile_moves_no_page(self, web, long, people):
        web.sign_in("desk", "front_desk")
        first = web.get(f"/cases/{long.pk}/history?limit=20").json()
        take(people.desk, long, "note", note="later")

        second = web.get(f"/cases/{long.pk}/history?cursor={first['next']}").json()

        assert notes(first["items"])[-1] == "n8"
        assert (notes(second["items"])[0], len(second["items"])) == ("n7", 10)
        assert second["next"] is None

    def test_a_short_one_has_no_more(self, web, people):
        case = report(people.resident)
        web.sign_in("desk", "front_desk")

        assert web.get(f"/cases/{case.pk}").json()["history_next"] is None

    def test_who_may_not_see_the_case_sees_none_of_it(self, web, long):
        path = f"/cases/{long.pk}/history"
        nobody = web.get(path).status_code
        neighbour = web.sign_in("neighbour", "resident").get(path).status_code
        elsewhere = web.sign_in("m", "manager", community="elsewhere").get(path).status_code

        assert (nobody, neighbour, elsewhere) == (401, 404, 403)

    @pytest.mark.parametrize("query", ["cursor=x", "cursor=0", "limit=0", "limit=501"])
    def test_refuses_what_is_no_page(self, web, long, query):
        web.sign_in("desk", "front_desk")

        assert web.get(f"/cases/{long.pk}/history?{query}").status_code == 422
