"""Where a department is reached, and by which key: two persons say so."""

import json
import time

import pytest

from linli.domains.exchange import queries
from linli.domains.exchange.models import Department
from linli.domains.exchange.operations import setting
from linli.foundation import sealing
from linli.foundation.approvals import operations as approvals
from linli.foundation.approvals.models import Approval
from linli.foundation.outbox.models import Outgoing
from tests.domains.exchange.conftest import KEY

pytestmark = pytest.mark.django_db
API = "/api/v1/hml"
ELSEWHERE = "https://elsewhere.example:8443/in?key=secret"


@pytest.fixture
def ask(browser, manager, department):
    """Ask as the manager, a factor just shown; the department first."""
    row, client = department(), browser(manager.account)
    session = client.session
    session["shown"] = session["began"] = session["seen"] = time.time()
    session.save()

    def put(**said):
        path = f"{API}/departments/{row.pk}/line"
        return client.put(path, json.dumps(said), content_type="application/json")

    return put


def line():
    return queries.line(Department.rows.of("hml").get())


class TestAsk:
    def test_nothing_is_other_until_a_second_person_let_it_pass(self, ask, let_pass):
        asked = ask(url=ELSEWHERE)
        before = line().url
        let_pass(asked.json()["approval"]["id"])

        told = Outgoing.objects.filter(topic="DepartmentSet").order_by("-pk").first()
        assert (asked.status_code, before) == (202, "https://hotline.example/api")
        assert (line().url, line().key) == (ELSEWHERE, KEY)
        assert json.loads(bytes(told.body))["host"] == "elsewhere.example"
        assert json.loads(bytes(told.body))["cause"]

    def test_a_key_is_told_once_and_lies_sealed_while_it_waits(self, ask, let_pass):
        asked = ask(key="").json()
        waiting = Approval.rows.of("hml").get()
        let_pass(waiting.pk)

        assert len(asked["key"]) == 64
        assert asked["key"] not in json.dumps([waiting.request, asked["approval"]])
        assert (line().key.hex(), line().url) == (asked["key"], "https://hotline.example/api")

    def test_nobody_lets_his_own_wish_pass(self, ask, let_pass, manager):
        number = ask(url=ELSEWHERE).json()["approval"]["id"]

        with pytest.raises(approvals.OwnRequest):
            let_pass(number, manager)
        assert line().url == "https://hotline.example/api"

    def test_who_was_overtaken_asks_again(self, ask, let_pass):
        first = ask(url=ELSEWHERE).json()["approval"]["id"]
        Department.rows.of("hml").update(url="https://third.example")

        with pytest.raises(setting.LineMoved):
            let_pass(first)
        assert Approval.rows.of("hml").get(pk=first).state == "waiting"

    @pytest.mark.parametrize("said", [{"url": ELSEWHERE}, {"key": ""}, {"key": "cc" * 32}])
    def test_so_does_who_was_overtaken_by_another_key(self, ask, let_pass, said):
        first = ask(**said).json()["approval"]["id"]
        key = sealing.seal(bytes.fromhex("dd" * 32), use=queries.KEY)
        Department.rows.of("hml").update(key=key)

        with pytest.raises(setting.LineMoved):
            let_pass(first)
        assert (line().url, line().key.hex()) == ("https://hotline.example/api", "dd" * 32)

    def test_a_key_that_cannot_be_read_any_more_is_changed_for_another(self, ask, let_pass):
        Department.rows.of("hml").update(key=b"sealed by another installation")

        asked = ask(key="").json()
        let_pass(asked["approval"]["id"])

        assert line().key.hex() == asked["key"]

    def test_an_address_that_is_not_called_any_more_is_not_taken(self, ask, let_pass, settings):
        number = ask(url="http://10.0.0.1/api").json()["approval"]["id"]
        settings.DEPARTMENTS_INSIDE = False

        with pytest.raises(setting.BadAddress):
            let_pass(number)
        assert line().url == "https://hotline.example/api"

    @pytest.mark.parametrize(
        ("said", "key"),
        [
            ({}, "exchange.nothing_new"),
            ({"url": "https://hotline.example/api"}, "exchange.nothing_new"),
            ({"key": KEY.hex()}, "exchange.nothing_new"),
            ({"url": "https://hotline.example/api", "key": KEY.hex()}, "exchange.nothing_new"),
            ({"url": "ftp://hotline.example"}, "exchange.bad_address"),
            ({"key": "short"}, "web.bad_request"),
        ],
    )
    def test_refuses_what_would_not_do(self, ask, said, key):
        assert ask(**said).json()["key"] == key
        assert not Approval.rows.of("hml").exists()

    def test_it_is_no_more_changed_alone(self, ask, browser, manager):
        row = Department.rows.of("hml").get()
        client = browser(manager.account)
        session = client.session
        session["shown"] = session["began"] = session["seen"] = time.time()
        session.save()

        answer = client.patch(
            f"{API}/departments/{row.pk}", {"url": ELSEWHERE}, content_type="application/json"
        )

        assert answer.status_code == 422
        assert line().url == "https://hotline.example/api"
