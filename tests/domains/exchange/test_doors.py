"""The doors of the exchange: who may, and what the front desk sees."""

import json
import threading
import time

import pytest
from django.db import connection

from linli.domains.exchange import queries
from linli.domains.exchange.models import Department, Message
from linli.domains.exchange.operations import sending, setting
from linli.foundation.approvals import operations as approvals
from linli.foundation.approvals.models import Approval
from linli.foundation.audit.models import Line
from tests.fresh import stale
from tests.registry.conftest import NOW

pytestmark = pytest.mark.django_db
API = "/api/v1/hml"
NEW = {
    "code": "hotline", "name": {"zh": "市民热线", "en": "Hotline"}, "app": "linli",
    "url": "https://hotline.example/api", "fields": ["title"],
}  # fmt: skip


def post(client, path, body):
    return client.post(f"{API}{path}", json.dumps(body), content_type="application/json")


@pytest.fixture
def fresh(browser, manager):
    """Return the manager's browser, a factor just shown."""
    client = browser(manager.account)
    session = client.session
    session["shown"] = session["began"] = session["seen"] = time.time()
    session.save()
    return client


class TestSetUp:
    def test_waits_for_a_second_person_and_shows_the_key_once(self, fresh, let_pass):
        asked = post(fresh, "/departments", NEW)
        waiting, before = Approval.rows.of("hml").get(), Department.rows.of("hml").exists()
        let_pass(waiting.pk)
        listed = fresh.get(f"{API}/departments").json()

        row, key = Department.rows.of("hml").get(), asked.json()["key"]
        assert (asked.status_code, before) == (202, False), asked.json()
        assert waiting.words_zh.startswith(
            "新设部门 市民热线（hotline），带去：案件编号、标题；密钥 SM3 "
        )
        assert len(key) == 64
        assert key not in json.dumps([listed, waiting.request])
        assert (bytes.fromhex(key) in bytes(row.key), queries.line(row).key.hex()) == (False, key)
        assert listed["items"][0]["fields"] == ["number", "title"]
        assert "reporter_contact" not in {one["name"] for one in listed["fields"]}

    def test_nobody_lets_his_own_department_in(self, fresh, let_pass, manager):
        number = post(fresh, "/departments", NEW).json()["approval"]["id"]

        with pytest.raises(approvals.OwnRequest):
            let_pass(number, manager)
        assert not Department.rows.of("hml").exists()

    def test_two_that_are_asked_for_by_one_code_are_one(self, fresh, let_pass, department):
        number = post(fresh, "/departments", NEW).json()["approval"]["id"]
        department(code="hotline")

        with pytest.raises(setting.CodeTaken):
            let_pass(number)
        assert Approval.rows.of("hml").get(pk=number).state == "waiting"

    def test_what_is_more_waits_and_what_is_less_holds_at_once(self, fresh, let_pass, department):
        row = department()
        path = f"{API}/departments/{row.pk}"

        def alter(**said):
            return fresh.patch(path, said, content_type="application/json").json()

        less = alter(fields=["title"], kinds=["general"])
        more = alter(fields=["title", "position"], kinds=[])
        let_pass(more["approval"]["id"])
        both = Department.rows.of("hml").get()

        assert (less["approval"], less["department"]["fields"]) == (None, ["number", "title"])
        assert more["department"]["fields"] == ["number", "title"]
        assert (both.fields, both.kinds) == (["number", "title", "position"], [])

    def test_of_a_change_that_is_both_what_is_less_holds_at_once(self, fresh, let_pass, department):
        path = f"{API}/departments/{department(kinds=['general', 'lift']).pk}"
        said = {"fields": ["title", "position"], "kinds": ["general", "water"], "open": False}

        done = fresh.patch(path, said, content_type="application/json").json()
        let_pass(done["approval"]["id"])
        row = Department.rows.of("hml").get()

        at_once = {name: done["department"][name] for name in ("fields", "kinds", "open")}
        assert at_once == {"fields": ["number", "title"], "kinds": ["general"], "open": False}
        assert (row.fields, row.kinds) == (["number", "title", "position"], ["general", "water"])
        assert row.open is False

    def test_where_no_kind_is_left_it_is_closed_until_the_others_are_let_pass(
        self, fresh, let_pass, department
    ):
        path = f"{API}/departments/{department(kinds=['general']).pk}"

        asked = fresh.patch(path, {"kinds": ["water"]}, content_type="application/json").json()
        let_pass(asked["approval"]["id"])

        row = Department.rows.of("hml").get()
        assert (asked["department"]["kinds"], asked["department"]["open"]) == (["general"], False)
        assert (row.kinds, row.open) == (["water"], True)

    @pytest.mark.parametrize("narrowed", [{"fields": ["title"]}, {"open": False}])
    def test_an_older_wish_undoes_nothing_that_was_narrowed_since(
        self, fresh, let_pass, department, narrowed
    ):
        path = f"{API}/departments/{department().pk}"
        more = {"fields": ["title", "description", "place_name", "position"]}
        asked = fresh.patch(path, more, content_type="application/json").json()
        fresh.patch(path, narrowed, content_type="application/json")

        with pytest.raises(setting.GivenMoved):
            let_pass(asked["approval"]["id"])
        row = Department.rows.of("hml").get()
        assert "position" not in row.fields
        assert Approval.rows.of("hml").get().state == "waiting"

    def test_it_is_closed_by_one_and_opened_by_two(self, fresh, let_pass, department):
        path = f"{API}/departments/{department().pk}"

        shut = fresh.patch(path, {"open": False}, content_type="application/json").json()
        asked = fresh.patch(path, {"open": True}, content_type="application/json").json()
        let_pass(asked["approval"]["id"])

        assert (shut["approval"], shut["department"]["open"]) == (None, False)
        assert asked["department"]["open"] is False
        assert Department.rows.of("hml").get().open is True

    @pytest.mark.parametrize(
        ("wrong", "key"),
        [
            ({"fields": ["reporter_contact"]}, "exchange.never_leaves"),
            ({"adapter": "pigeon"}, "exchange.unknown_adapter"),
            ({"url": "ftp://hotline.example"}, "exchange.bad_address"),
            ({"code": "UPPER"}, "web.bad_request"),
            ({"key": "short"}, "web.bad_request"),
            ({"state": "open"}, "web.bad_request"),
        ],
    )
    def test_refuses_what_would_not_do(self, fresh, wrong, key):
        answer = post(fresh, "/departments", NEW | wrong)

        assert (answer.status_code, answer.json()["key"]) == (422, key)
        assert not Department.rows.of("hml").exists()

    def test_calls_nothing_inside_unless_the_operator_said_so(self, fresh, settings):
        settings.DEPARTMENTS_INSIDE = False

        inside = post(fresh, "/departments", NEW | {"url": "http://10.0.0.1/api"})

        assert inside.json()["key"] == "exchange.bad_address"
        assert post(fresh, "/departments", NEW).status_code == 202

    def test_calls_nobody_whom_the_operator_did_not_list(self, fresh, settings):
        settings.OUTWARD_HOSTS = ("*.gov.example",)

        other = post(fresh, "/departments", NEW)

        assert (other.status_code, other.json()["key"]) == (422, "exchange.bad_address")
        listed = NEW | {"url": "https://12345.gov.example/api"}
        assert post(fresh, "/departments", listed).status_code == 202

    def test_what_webhooks_may_do_departments_may_not(self, fresh, settings):
        settings.DEPARTMENTS_INSIDE, settings.WEBHOOKS_INSIDE = False, True

        inside = post(fresh, "/departments", NEW | {"url": "http://10.0.0.1/api"})

        assert inside.json()["key"] == "exchange.bad_address"

    def test_a_code_is_given_once(self, fresh, department):
        department(code="hotline")

        assert post(fresh, "/departments", NEW).json()["key"] == "exchange.code_taken"

    def test_departments_are_read_page_by_page(self, fresh, department):
        for code in ("a", "b", "c"):
            department(code=code)
        found, cursor = [], ""

        while cursor is not None:
            page = fresh.get(f"{API}/departments", {"limit": 2, "cursor": cursor}).json()
            found, cursor = [*found, [one["code"] for one in page["items"]]], page["next"]

        assert found == [["a", "b"], ["c"]]

    def test_closing_it_stops_what_waits(self, fresh, department, desk, case):
        row = department()
        sending.send(actor=desk, department=row.pk, case=case.pk, now=NOW)

        answer = fresh.patch(
            f"{API}/departments/{row.pk}", {"open": False}, content_type="application/json"
        )

        assert answer.json()["department"]["open"] is False
        assert sending.letters(most=9, busy=[], now=NOW) == []

    def test_wants_a_factor_and_the_managers_right(self, browser, manager, desk):
        late = stale(browser(manager.account))
        assert post(late, "/departments", NEW).json()["key"] == "identity.step_up_wanted"

        assert post(browser(desk.account), "/departments", NEW).status_code == 403


class TestSend:
    def test_the_desk_sends_sees_and_sends_again(self, browser, desk, department, case):
        row, client = department(), browser(desk.account)

        made = post(client, f"/cases/{case.pk}/exchange", {"department": row.pk})
        twice = post(client, f"/cases/{case.pk}/exchange", {"department": row.pk})
        waits = post(client, f"/exchange/{made.json()['id']}/again", {})
        Message.rows.of("hml").update(state="failed")
        again = post(client, f"/exchange/{made.json()['id']}/again", {})
        shown = client.get(f"{API}/exchange/{made.json()['id']}").json()
        listed = client.get(f"{API}/exchange", {"case": case.pk}).json()["items"]

        assert (made.status_code, twice.json()["id"]) == (201, made.json()["id"])
        assert waits.json()["key"] == "exchange.not_again"
        assert again.json()["state"] == "waiting"
        assert shown["body"]["case"]["title"] == "井盖缺失"
        assert [one["case_number"] for one in listed] == [case.number]
        assert {"CaseSentOut", "MessageSentAgain"} <= {
            one.partition(":")[0] for one in Line.objects.values_list("what", flat=True)
        }

    def test_only_kinds_that_go_there_and_cases_that_are(self, browser, desk, department, case):
        client = browser(desk.account)
        other = department(kinds=["facility.air"]).pk

        assert post(client, f"/cases/{case.pk}/exchange", {"department": other}).status_code == 409
        assert post(client, "/cases/999/exchange", {"department": other}).status_code == 404
        assert post(client, f"/cases/{case.pk}/exchange", {"department": 99}).status_code == 404

    @pytest.mark.parametrize("role", ["resident", "guard", "department", "auditor", "operator"])
    def test_nobody_else_sends(self, browser, somebody, department, case, role):
        client = browser(somebody(role))

        answer = post(client, f"/cases/{case.pk}/exchange", {"department": department().pk})

        assert answer.status_code == 403
        assert not Message.rows.of("hml").exists()

    def test_a_desk_of_one_building_does_not_see_what_the_estate_exchanges(self, browser, somebody):
        client = browser(somebody("front_desk", "hml/b03"))

        assert client.get(f"{API}/exchange").json()["key"] == "identity.not_everywhere"

    def test_pages_by_cursor(self, browser, desk, department, hotline):
        department()
        for number in range(5):
            hotline.tell(now=NOW, number=f"N-{number}", kind="notice")
        client, found, cursor = browser(desk.account), [], ""

        while cursor is not None:
            page = client.get(f"{API}/exchange", {"limit": 2, "cursor": cursor}).json()
            found, cursor = found + [one["number"] for one in page["items"]], page["next"]

        assert found == ["N-4", "N-3", "N-2", "N-1", "N-0"]
        assert client.get(f"{API}/exchange/comparisons").json()["items"] == []


@pytest.mark.django_db(transaction=True)
def test_sent_twice_at_once_it_is_one(department, desk, case):
    row, made = department(), []

    def send():
        try:
            made.append(sending.send(actor=desk, department=row.pk, case=case.pk, now=NOW).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert (len(made), len(set(made))) == (4, 1)
    assert Message.rows.of("hml").count() == 1
