"""Who looks at 和睦里 from outside: those who sign in for the neighbourhood committee, the street
office, a department and the platform; the grid centre that cases are handed to; a firm whose
program the manager let in.
"""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db import transaction

from linli.app.demo import credentials, department
from linli.domains.exchange.models import Department
from linli.domains.exchange.operations import setting
from linli.domains.exchange.operations.setting import NewDepartment
from linli.domains.openapi.models import ThirdParty
from linli.domains.openapi.operations import entering
from linli.domains.openapi.operations.entering import Registration, Terms
from linli.foundation.approvals import operations as approvals
from linli.foundation.approvals.models import Approval
from linli.foundation.identity import operations as identity
from linli.foundation.identity import queries as accounts
from linli.foundation.identity.models import Account
from linli.foundation.identity.queries import Actor


class Outsider(NamedTuple):
    """Somebody who signs in and is neither at home nor on the staff here."""

    username: str
    name: str
    zh: str
    role: str


OUTSIDERS = (
    Outsider("committee", "何秀兰", "居委会", "neighbourhood_committee"),
    Outsider("street", "冯建国", "街道办", "street_office"),
    Outsider("department", "郑文博", "职能部门（网格中心）", "department"),
    Outsider("operator", "许知行", "平台运营", "operator"),
)
_ASKED = Registration(
    name="到家维修",
    home="https://repairs.example",
    words="在这里报修，师傅上门；进度在您的手机上看得到。（演示，没有这家公司）",
    contact="service@repairs.example",
    scopes=["cases.report", "notices.read"],
    redirects=["https://repairs.example/back"],
)
_TERMS = Terms(scopes=_ASKED.scopes, calls_a_day=2_000)
_GIVEN = ["kind", "kind_name", "title", "description", "severity", "state", "place_name",
          "reported_at"]  # fmt: skip


def seed(*, home: Path, community: str, key: str, now: datetime) -> None:
    """Open their accounts, set the department up, and let the firm in, each by two persons as
    people do; sown twice it is once.
    """
    for one in OUTSIDERS:
        if not Account.objects.filter(username=one.username).exists():
            password = credentials.password(key=key, username=one.username)
            opened = identity.open_account(username=one.username, name=one.name, password=password)
            identity.grant(account=opened.account, role=one.role, community=community, now=now)
    _let_in(community, now)
    _set_up(home, community, key, now)


@transaction.atomic
def _let_in(community: str, now: datetime) -> None:
    """Let the firm in: the operator looked at it, the manager lets it in. Its secret nobody is
    told: the manager has another made for it, on the page of the market.
    """
    if ThirdParty.rows.of(community).filter(name=_ASKED.name).exists():
        return
    operator = _actor("operator", "operator", community, now)
    manager = _actor("manager", "manager", community, now)
    if operator is None or manager is None:
        return
    made = entering.register(community=community, asked=_ASKED, now=now)
    row = entering.review(actor=operator, party=made.id, terms=_TERMS, now=now)
    entering.allow(actor=manager, party=made.id, version=row.version, now=now)


@transaction.atomic
def _set_up(home: Path, community: str, key: str, now: datetime) -> None:
    """Let the grid centre be known, where it now listens; only where it may be called there."""
    if not settings.DEPARTMENTS_INSIDE:
        return
    url = department.where(home)
    rows = Department.rows.of(community).filter(code=department.CODE)
    if rows.exists():
        rows.filter(url__startswith="http://127.0.0.1:").update(url=url)
        return
    manager = _actor("manager", "manager", community, now)
    supervisor = _actor("super", "supervisor", community, now)
    if manager is None or supervisor is None:
        return
    new = NewDepartment(
        code=department.CODE,
        name_zh="街道网格中心（演示）",
        name_en="Grid centre (demo)",
        url=url,
        app=department.APP,
        fields=_GIVEN,
        key=department.key(key).hex(),
    )
    asked: Approval = setting.ask_new(actor=manager, department=new, now=now).approval
    approvals.decide(actor=supervisor, id=asked.pk, approve=True, digest=asked.digest, now=now)


def _actor(username: str, role: str, community: str, now: datetime) -> Actor | None:
    """Return whose account this is; None where people closed it, or took its role."""
    row = Account.objects.filter(username=username, is_active=True).first()
    if row is None:
        return None
    actor = accounts.actor(account=row, community=community, now=now)
    return actor if role in actor.roles else None
