"""The demo's department holds a list of its own, and believes nobody who did not sign."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from linli.app.demo import department
from linli.app.demo.department import APP, Department
from linli.domains.exchange.logic.workorder import WorkOrder
from linli.domains.exchange.ports import Line
from linli.foundation import signing, sm3
from linli.foundation.sending import Reply
from linli.foundation.signing import Shown

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
KEY = department.key("an installation's secret")
URL = "http://127.0.0.1:9/api/v1/hml/departments/grid-centre/messages"


@pytest.fixture
def told():
    return []


@pytest.fixture
def later(monkeypatch):
    """What it means to say later, instead of a clock."""
    waiting = []
    monkeypatch.setattr(Department, "_later", lambda _, *case: waiting.append(case))
    return waiting


@pytest.fixture
def side(tmp_path, told, later):
    def made():
        def tell(packed):
            told.append(packed)
            return 200

        return Department(key=KEY, url=URL, file=tmp_path / "list.jsonl", tell=tell)

    return made


def said(path, *, key=KEY, at=NOW, **body):
    raw = json.dumps(body).encode()
    sent = signing.packed(
        url=f"http://127.0.0.1:9/api{path}", key=key, app=APP, body=raw, at=at, nonce="n-1"
    )
    return Shown(path=f"/api{path}", headers=sent.headers, body=raw)


def order(**more):
    return said("/orders", number="o-1", kind="case", case={"number": "1121-000001"}, **more)


def receipt(body, number):
    line = Line(url="http://127.0.0.1:9/api", app=APP, key=KEY)
    reply = Reply(status=200, body=body)
    return WorkOrder().receipt(line=line, number=number, reply=reply)


class TestDepartment:
    def test_takes_a_case_once_and_gives_the_same_receipt_again(self, side, later):
        one = side()

        first, again = one.answer(order(), NOW), one.answer(order(), NOW)

        assert first == again
        assert receipt(first, "o-1").taken
        assert later == [("o-1", "1121-000001")]

    @pytest.mark.parametrize(
        "shown",
        [
            order(key=b"x" * 32),
            order(at=NOW - timedelta(hours=1)),
            Shown(path="/api/orders", headers={}, body=b"{}"),
        ],
    )
    def test_takes_nothing_that_was_not_signed_just_now(self, side, later, shown):
        assert side().answer(shown, NOW) is None
        assert later == []

    def test_says_what_became_of_a_case_signed_as_ours_are(self, side, told):
        status = side().conclude("o-1", "1121-000001")

        [sent] = told
        shown = Shown(
            path=sent.url.removeprefix("http://127.0.0.1:9"), headers=sent.headers, body=sent.body
        )
        line = Line(url="http://127.0.0.1:9/api", app=APP, key=KEY)
        came = WorkOrder().unpack(line=line, shown=shown, now=datetime.now(UTC))
        assert status == 200
        assert (came.kind, came.case, came.state) == ("result", "1121-000001", "已办结")

    def test_compares_by_a_list_that_outlasts_it(self, side, told):
        one = side()
        one.answer(order(), NOW)
        one.conclude("o-1", "1121-000001")
        [sent] = told

        span = {"since": "2026-11-20T00:00:00+08:00", "until": "2126-11-22T00:00:00+08:00"}
        asked = said("/comparisons", number="c-1", kind="comparison", sent=[], received=[], **span)
        found = receipt(side().answer(asked, NOW), "c-1")

        assert found.received == (("o-1", sm3.digest(order().body)),)
        assert found.sent == (("Ro-1", sm3.digest(sent.body)),)

    def test_says_again_what_did_not_come_and_no_more(self, side, told):
        one = side()
        one.conclude("o-1", "1121-000001")

        one.answer(said("/resends", number="r-1", numbers=["Ro-1", "unknown"]), NOW)

        first, again = told
        assert first.body == again.body
