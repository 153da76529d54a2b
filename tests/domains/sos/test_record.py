"""The record of a call: its newest lines with it, all of them page by page, to whom it is told."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from linli.domains.sos import pages, queries
from linli.domains.sos.models import Deed
from linli.foundation.identity import operations as identity
from linli.foundation.identity.models import Account
from linli.foundation.scope.paging import NumberPage
from tests.domains.sos.conftest import HERE, NOW
from tests.registry.conftest import sign_in, wired

__all__ = ["sign_in", "wired"]


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """Let a call bear ten lines, and three in a list."""
    monkeypatch.setattr(pages, "_LINES", 10)
    monkeypatch.setattr(pages, "_LINES_IN_A_LIST", 3)


def goes_on(row, lines):
    """Let so many lines be written into the record of a call."""
    Deed.rows.bulk_create(
        [
            Deed(community=HERE, call=row, at=NOW, what="closed", said={"note": f"n{n}"})
            for n in range(lines)
        ]
    )


def notes(lines):
    return [one["note"] for one in lines]


def turned(actor, row, cursor, limit=4):
    """Return the notes of a record page by page, from a cursor on."""
    found = []
    while cursor:
        page = pages.record(actor=actor, id=row.pk, wanted=NumberPage(cursor=cursor, limit=limit))
        assert len(page["items"]) <= limit
        found += notes(page["items"])
        cursor = page["next"]
    return found


class TestNewest:
    @pytest.mark.parametrize(("lines", "cut"), [(8, False), (9, True), (60, True)])
    def test_a_call_bears_its_newest_lines_and_where_those_before_are(
        self, call, people, lines, cut
    ):
        row, guard = call(), people("near", "guard")
        goes_on(row, lines)

        shown = pages.call(actor=guard, id=row.pk, now=NOW)

        every = ["", "", *(f"n{n}" for n in range(lines))]
        assert notes(shown["record"]) == every[-10:]
        assert (shown["record_next"] is not None) is cut
        assert turned(guard, row, shown["record_next"]) == every[-11::-1]

    def test_in_a_list_each_bears_fewer_and_one_long_record_takes_nothing_from_another(
        self, call, people
    ):
        guard, long, test = people("near", "guard"), call(), call(by="boss", place=HERE, test=True)
        goes_on(long, 40)
        goes_on(test, 2)

        shown = {
            one["id"]: one for one in pages.board(actor=guard, cursor="", limit=9, now=NOW)["items"]
        }

        assert notes(shown[long.pk]["record"]) == ["n37", "n38", "n39"]
        assert notes(shown[test.pk]["record"]) == ["", "n0", "n1"]
        assert turned(guard, long, shown[long.pk]["record_next"])[:2] == ["n36", "n35"]
        assert turned(guard, test, shown[test.pk]["record_next"]) == [""]
        [own] = pages.mine(actor=people("wang"), now=NOW)["items"]
        assert notes(own["record"]) == ["n37", "n38", "n39"]

    def test_of_many_lines_and_calls_it_reads_no_more_rows(self, call, people):
        row = call()
        goes_on(row, 200)

        with CaptureQueriesContext(connection) as asked:
            [lines] = queries.deeds(community=HERE, calls=[row.pk], most=3).values()

        assert (len(asked), len(lines)) == (2, 4)
        assert "OVER (" not in "".join(one["sql"] for one in asked)

    @pytest.mark.parametrize(("lines", "kept"), [(0, 2), (1, 3), (2, 4), (3, 4), (9, 4)])
    def test_of_each_call_the_newest_lines_are_read_and_one_more(self, call, lines, kept):
        row, beside = call(), call(by="boss", place=HERE, test=True)
        goes_on(row, lines)

        found = queries.deeds(community=HERE, calls=[row.pk, beside.pk], most=3)

        all_ = list(Deed.rows.of(HERE).filter(call=row).order_by("pk"))
        assert found[row.pk] == all_[-kept:]
        assert found[beside.pk] == list(Deed.rows.of(HERE).filter(call=beside).order_by("pk"))
        assert queries.deeds(community="other", calls=[row.pk], most=3) == {}


class TestTold:
    def test_a_line_that_is_written_meanwhile_moves_no_page(self, call, people):
        row, guard = call(), people("near", "guard")
        goes_on(row, 9)
        first = pages.record(actor=guard, id=row.pk, wanted=NumberPage(limit=5))
        goes_on(row, 3)

        rest = turned(guard, row, first["next"])

        assert notes(first["items"]) + rest == [*(f"n{n}" for n in range(8, -1, -1)), "", ""]

    def test_who_called_reads_it_and_a_neighbour_does_not(self, client, call, people, sign_in):
        row = call()
        goes_on(row, 2)
        path = f"/api/v1/{HERE}/sos/{row.pk}/record"

        stranger = client.get(path)
        sign_in("resident")
        neighbour = client.get(path)
        wang = Account.objects.get(username="wang")
        identity.grant(account=wang.pk, role="resident", community=HERE, now=NOW)
        client.force_login(wang)
        own = client.get(path, {"limit": 2})
        bad = [client.get(path, query).status_code for query in ({"cursor": "x"}, {"limit": 501})]

        assert (stranger.status_code, neighbour.status_code) == (401, 404)
        assert notes(own.json()["items"]) == ["n1", "n0"]
        assert client.get(path, {"cursor": own.json()["next"]}).json()["next"] is None
        assert bad == [422, 422]
        assert client.get(f"/api/v1/elsewhere/sos/{row.pk}/record").status_code in {403, 404}
