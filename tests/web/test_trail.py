"""The trail over HTTP."""

from datetime import UTC, datetime, timedelta

import pytest

from linli.foundation.audit import operations as audit
from linli.foundation.audit.models import Act

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 4, 0, 0, 123_456, tzinfo=UTC)


def note(what, now):
    audit.note(community="hml", account=0, act=Act.LOOK, what=what, now=now)


@pytest.fixture
def auditor(client, estate, sign_in):
    sign_in("auditor")
    return client


def pages(client, **wanted):
    """Yield the pages, following their cursors."""
    cursor = {}
    while True:
        answer = client.get("/api/v1/hml/audit", {"act": "look", **wanted, **cursor})
        assert answer.status_code == 200, answer.content
        yield [line["what"] for line in answer.json()["items"]]
        if answer.json()["next"] is None:
            return
        cursor = {"cursor": answer.json()["next"]}


class TestLines:
    @pytest.mark.parametrize("limit", [1, 3, 4, 10, 100])
    def test_pages_lose_and_repeat_no_line_of_one_time(self, auditor, limit):
        told = [f"same:{at}" for at in range(7)]
        for what in told:
            note(what, NOW)
        for at in range(3):
            note(f"near:{at}", NOW + timedelta(microseconds=at + 1))
            told.append(f"near:{at}")

        found = list(pages(auditor, limit=limit))

        assert [what for page in found for what in page] == told[::-1]
        assert len(found) == -(-10 // limit)

    def test_tells_the_time_in_every_digit(self, auditor):
        note("person:1", NOW)

        (line,) = auditor.get("/api/v1/hml/audit?act=look").json()["items"]

        assert line["at"] == "2026-06-01T04:00:00.123456+00:00"

    def test_narrows_to_what_was_before_a_time(self, auditor):
        note("person:1", NOW)
        note("person:2", NOW + timedelta(microseconds=1))

        before = (NOW + timedelta(microseconds=1)).isoformat()

        assert list(pages(auditor, before=before)) == [["person:1"]]

    @pytest.mark.parametrize("cursor", ["", "x", "1", "1-", "1-2-3", "-1-2", "9" * 30 + "-1"])
    def test_refuses_a_cursor_that_is_none(self, auditor, cursor):
        answer = auditor.get("/api/v1/hml/audit", {"cursor": cursor})

        assert answer.status_code == 422
