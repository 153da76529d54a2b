"""The trail over HTTP."""

import importlib
import pkgutil
from datetime import UTC, datetime, timedelta

import pytest

from linli import contracts
from linli.contracts.identity import PLATFORM
from linli.foundation.audit import operations as audit
from linli.foundation.audit.models import Act
from linli.foundation.identity import operations as identity
from linli.kernel.event import Event
from linli.web import doorwords
from linli.web.api import api
from linli.web.chain import TITLES
from tests.registry.conftest import other_estate

__all__ = ["other_estate"]
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

    @pytest.mark.parametrize(
        "cursor", ["", "x", "1", "1-", "1-2-3", "-1-2", "9" * 30 + "-1", "١-٢"]
    )
    def test_refuses_a_cursor_that_is_none(self, auditor, cursor):
        answer = auditor.get("/api/v1/hml/audit", {"cursor": cursor})

        assert answer.status_code == 422


def noted(**words):
    given = {"community": "hml", "account": 0, "act": Act.LOOK, "what": "person:1", "now": NOW}
    audit.note(**(given | words))


def whats(answer):
    assert answer.status_code == 200, answer.content
    return [line["what"] for line in answer.json()["items"]]


class TestSought:
    def test_narrows_to_a_purpose_and_to_whom_it_is_about(self, auditor):
        noted(purpose="visit")
        noted(purpose="service", what="person:2")

        assert whats(auditor.get("/api/v1/hml/audit?act=look&purpose=service")) == ["person:2"]
        assert whats(auditor.get("/api/v1/hml/audit?what=person:1")) == ["person:1"]

    def test_narrows_to_what_people_did(self, auditor):
        noted(act=Act.WRITE, what="person:2", words="kept no longer")
        noted(act=Act.WRITE, what="person:3", account=7, who="desk-7")
        noted(act=Act.REFUSAL, what="identity.not_signed_in")
        noted()

        people = auditor.get("/api/v1/hml/audit?people=true")
        mixed = auditor.get("/api/v1/hml/audit")

        assert whats(people)[:3] == ["person:1", "identity.not_signed_in", "person:3"]
        assert "person:2" in whats(mixed)
        assert "person:2" not in whats(people)

    def test_narrows_from_a_time_on_and_until_another(self, auditor):
        for second in range(3):
            noted(what=f"person:{second}", now=NOW + timedelta(seconds=second))
        span = {
            "since": (NOW + timedelta(seconds=1)).isoformat(),
            "before": (NOW + timedelta(seconds=2)).isoformat(),
        }

        assert whats(auditor.get("/api/v1/hml/audit", {"act": "look", **span})) == ["person:1"]

    @pytest.mark.parametrize(
        ("who", "found"),
        [("desk-7", ["person:1"]), (" DESK-7 ", ["person:1"]), ("前台小李", ["person:1"]),
         ("nobody", [])],
    )  # fmt: skip
    def test_narrows_to_who_did_it_by_either_name(self, auditor, who, found):
        opened = identity.open_account(username="desk-7", name="前台小李", password="long enough 7")
        noted(account=opened.account)
        noted(what="person:2")

        assert whats(auditor.get("/api/v1/hml/audit", {"act": "look", "who": who})) == found

    def test_tells_sign_ins_of_who_has_a_role_here_and_of_nobody_else(self, auditor, other_estate):
        for name, community in (("here", "hml"), ("there", "other")):
            opened = identity.open_account(username=name, name=name, password="long enough 7")
            identity.grant(
                account=opened.account, role="guard", community=community, place="", now=NOW
            )
            noted(community=PLATFORM, account=opened.account, act=Act.SIGN_IN, what="signed_in")

        items = auditor.get("/api/v1/hml/audit?act=sign_in").json()["items"]

        assert "here" in {line["who"] for line in items}
        assert "there" not in {line["who"] for line in items}

    def test_is_for_nobody_but_an_auditor(self, client, estate, sign_in):
        sign_in("manager")

        answer = client.get("/api/v1/hml/audit")

        assert (answer.status_code, answer.json()["key"]) == (403, "identity.not_allowed")


class TestWords:
    @pytest.mark.parametrize(
        ("act", "what", "said"),
        [
            (Act.LOOK, "person:12", "查看居民档案 12"),
            (Act.WRITE, "CaseMoved:31", "案件流转 31"),
            (Act.WRITE, "AgreementGiven", "居民同意服务"),
            (Act.WRITE, "PermitMoved:hml/g1", "月卡变动"),
            (Act.WRITE, "CommandRequested:" + "d" * 32, "要求下令"),
            (Act.REFUSAL, "identity.not_signed_in", "请先登录"),
            (Act.WRITE, "PUT /{community}/me", "设定：本人资料与授权"),
            (Act.WRITE, "POST /{community}/my/charging/code", "出示充电码"),
            (Act.WRITE, "POST /{community}/nowhere", "改动：POST /{community}/nowhere"),
        ],
    )
    def test_says_what_was_done(self, auditor, act, what, said):
        noted(act=act, what=what)

        [line] = auditor.get("/api/v1/hml/audit", {"what": what}).json()["items"]

        assert said in line["title"]["zh"]
        assert line["title"]["en"]
        assert "hml/g1" not in line["title"]["zh"]
        assert "ddd" not in line["title"]["zh"]

    def test_names_the_program_and_who_it_was_done_for(self, auditor):
        opened = identity.open_account(username="zhang-7", name="张七", password="long enough 7")
        with audit.done_by("快梯维保"):
            noted(account=opened.account)

        [line] = auditor.get("/api/v1/hml/audit?act=look").json()["items"]

        assert (line["who"], line["name"], line["program"]) == ("zhang-7", "张七", "快梯维保")

    def test_every_door_at_which_something_is_done_has_words(self):
        doors = {
            f"{method.upper()} {path.removeprefix('/api/v1')}"
            for path, operations in api.get_openapi_schema()["paths"].items()
            for method in operations
            if method in {"post", "put", "patch", "delete"}
        }

        assert len(doors) > 250
        assert [door for door in sorted(doors) if doorwords.said(door) is None] == []

    def test_words_of_their_own_have_doors_that_are_there(self):
        known = {path.removeprefix("/api/v1") for path in api.get_openapi_schema()["paths"]}

        assert {door.partition(" ")[2] for door in doorwords._NAMED} - known == set()

    def test_every_fact_of_a_person_has_a_title(self):
        facts = set()
        for module in pkgutil.iter_modules(contracts.__path__):
            found = vars(importlib.import_module(f"linli.contracts.{module.name}")).values()
            facts |= {one for one in found if isinstance(one, type) and issubclass(one, Event)}
        of_persons = {
            one.__name__ for one in facts if {"by", "decided_by"} & set(one.__struct_fields__)
        }

        assert len(of_persons) > 50
        assert of_persons - set(TITLES) == set()
