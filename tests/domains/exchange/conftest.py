"""An estate, its front desk, a case, and a department on the other side."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from linli.adapters import working_calendar
from linli.app import agreed
from linli.contracts import approvals as contract
from linli.contracts import calendar, cases, directory
from linli.contracts.outbox import wake
from linli.domains.cases import ports as case_ports
from linli.domains.cases import told
from linli.domains.cases.logic import kinds
from linli.domains.cases.operations import opening, remarking
from linli.domains.cases.operations.opening import Report
from linli.domains.exchange import http, queries
from linli.domains.exchange.logic import fields
from linli.domains.exchange.operations import setting
from linli.domains.exchange.operations.setting import NewDepartment
from linli.foundation import ids, sealing
from linli.foundation.approvals import operations as approvals
from linli.foundation.approvals.models import Approval
from linli.foundation.identity import operations as identity
from linli.foundation.identity.models import Account
from linli.foundation.identity.queries import actor_of
from tests.domains.cases.conftest import KINDS
from tests.domains.exchange.department import Hotline
from tests.registry.conftest import NOW, estate, wired

__all__ = ["estate", "wired"]

KEY = b"k" * 32
SECRET_PHONE, SECRET_ID = "13800138000", "110101199003070000"
FIELDS = ["title", "description", "place_name"]


@pytest.fixture(autouse=True)
def wiring(monkeypatch, settings):
    settings.DEPARTMENTS_INSIDE = True
    loaded = kinds.load(KINDS)
    day = working_calendar.calendar(arrangement=working_calendar.Arrangement())
    for port, answer in (
        (case_ports.case_kinds, lambda: loaded),
        (calendar.working_day, day),
        (wake, lambda: None),
        (cases.case_told, told.case_told),
        (cases.reporter_of, told.reporter_of),
        (cases.remark, remarking.remark),
        (directory.communities, lambda: ["hml"]),
    ):
        monkeypatch.setattr(port, "_answer", answer)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """Let the doors see this time; return a function that sets it."""

    def set_(now):
        monkeypatch.setattr(http, "timezone", SimpleNamespace(now=lambda: now))

    set_(NOW)
    return set_


@pytest.fixture
def somebody(estate):
    def make(role, place=""):
        opened = identity.open_account(
            username=f"{role}-{place[-3:]}", name="王小和", password="long enough 7"
        )
        identity.grant(account=opened.account, role=role, community="hml", place=place, now=NOW)
        return opened.account

    return make


@pytest.fixture
def manager(somebody):
    return actor_of(account=somebody("manager"), community="hml", now=datetime.now(UTC))


@pytest.fixture
def second(somebody):
    return actor_of(account=somebody("security_officer"), community="hml", now=NOW)


@pytest.fixture
def let_pass(monkeypatch, second):
    """Let what waits pass, as the second person; carried out as in the process."""
    monkeypatch.setattr(contract.carry_out, "_answer", agreed.carry_out)

    def let_pass(number, actor=second):
        digest = Approval.rows.of("hml").get(pk=number).digest
        return approvals.decide(actor=actor, id=number, approve=True, digest=digest, now=NOW)

    return let_pass


@pytest.fixture
def desk(somebody):
    return actor_of(account=somebody("front_desk"), community="hml", now=datetime.now(UTC))


@pytest.fixture
def hotline():
    return Hotline(KEY)


@pytest.fixture
def department(manager, hotline):
    def make(url="https://hotline.example/api", code="hotline", **more):
        new = {
            "code": code, "name_zh": "市民热线", "name_en": "Hotline", "url": url, "app": "linli",
            "fields": FIELDS, **more, "key": sealing.seal(KEY, use=queries.KEY).hex(),
        }  # fmt: skip
        new["fields"] = fields.check(new["fields"])
        return setting.add(
            community="hml",
            wanted=NewDepartment(**new),
            by=manager.account,
            cause=ids.new(),
            now=NOW,
        )

    return make


@pytest.fixture
def case(desk):
    said = Report(
        kind="general",
        place="hml/b03",
        title="井盖缺失",
        description=f"请打 {SECRET_PHONE} 找我，身份证 {SECRET_ID}",
        contact=SECRET_PHONE,
    )
    return opening.report(actor=desk, report=said, now=NOW)


@pytest.fixture
def browser(client):
    def sign_in(account):
        client.force_login(Account.objects.get(pk=account))
        return client

    return sign_in
