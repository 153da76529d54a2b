"""Where nobody was asked about visits, and visits therefore show no numbers, is said."""

import logging
import sqlite3
from contextlib import closing

import pytest
from django.db import connection

from linli.app import consents_asked, prepare
from linli.foundation.consent.models import Consent, How
from linli.foundation.identity import operations as identity
from linli.registry.people import operations as people
from linli.registry.people.entries import PersonEntry
from tests.app.doctored import doctor_says, home
from tests.registry.conftest import NOW, estate, wired

__all__ = ["estate", "home", "wired"]


def enter(community="hml", **phones):
    entries = [PersonEntry(code=code, name=code, phone=said) for code, said in phones.items()]
    people.put_many(community=community, entries=entries, today=NOW.date())


def said_no(account):
    """Somebody was asked, and did not want it."""
    Consent.rows.create(
        community="hml", subject="person:1", purpose="visit", given=False, how=How.SPOKEN,
        by_id=account, at=NOW,
    )  # fmt: skip


@pytest.mark.django_db
class TestUnasked:
    def found(self):
        with connection.cursor() as line:
            return consents_asked.unasked(line)

    def test_counts_who_has_a_number_where_nobody_was_asked(self, estate):
        enter(p1="13800008000", p2="13800008001", p3="")

        assert self.found() == {"hml": 2}

    def test_one_answer_will_do_a_no_as_well_and_in_this_community_alone(self, estate, account):
        enter(p1="13800008000")
        enter("other", q1="13800008002")

        said_no(account)

        assert self.found() == {"other": 1}

    def test_a_start_says_it_once_with_the_cure_and_is_silent_else(self, estate, account, caplog):
        enter(p1="13800008000")

        with caplog.at_level(logging.WARNING, logger="linli.app.prepare"):
            prepare._say_who_was_not_asked()
            [line] = caplog.messages
            said_no(account)
            prepare._say_who_was_not_asked()

        assert "in hml (1 with a number)" in line
        assert "register/import" in line
        assert caplog.messages == [line]


@pytest.fixture
def account(db):
    return identity.open_account(username="desk", name="desk", password="long enough 7").account


class TestDoctor:
    def said(self):
        return doctor_says("consents to visits")

    def records(self, home, *, asked):
        with closing(sqlite3.connect(home / "linli.sqlite3")) as line, line:
            line.execute("CREATE TABLE people_person (community, phone_sealed)")
            line.execute("INSERT INTO people_person VALUES ('hml', 'x'), ('hml', '')")
            line.execute("CREATE TABLE consent_consent (community, purpose)")
            line.execute("INSERT INTO consent_consent VALUES ('hml', ?)", [asked])

    def test_is_well_before_there_are_records_or_consents(self, home):
        assert self.said().startswith("ok ")

        sqlite3.connect(home / "linli.sqlite3").close()

        assert self.said().startswith("ok ")

    @pytest.mark.parametrize(("asked", "mark"), [("visit", "ok "), ("service", "BAD")])
    def test_says_where_nobody_was_asked_and_what_to_do(self, home, asked, mark):
        self.records(home, asked=asked)

        said = self.said()

        assert said.startswith(mark)
        assert ("hml (1 with a number)" in said) is (mark == "BAD")
        assert ("import-the-register" in said) is (mark == "BAD")

    def test_records_that_cannot_be_read_are_not_called_well(self, home):
        (home / "linli.sqlite3").write_bytes(b"no database at all, but as long as one would be")

        assert self.said().startswith("BAD")
