"""An estate with two managers, a resident, and a third party that is let in."""

import json
from base64 import urlsafe_b64encode
from hashlib import sha256
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from linli.contracts import cases
from linli.contracts import openapi as contract
from linli.contracts.outbox import wake
from linli.domains.cases import told as cases_told
from linli.domains.openapi import queries
from linli.foundation.identity import operations as identity
from linli.foundation.identity.models import Account
from tests.registry.conftest import NOW, estate, wired
from tests.web.conftest import reports

__all__ = ["estate", "reports", "wired"]

API = "/api/v1/hml"
BACK = "https://lifts.example/back"
VERIFIER = "a-verifier-of-forty-three-signs-or-more-0123456789"
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
SCOPES = ["alarms.read", "cases.report"]
REGISTRATION = {
    "name": "快梯维保",
    "home": "https://lifts.example",
    "words": "电梯停了，几分钟就来",
    "contact": "service@lifts.example",
    "scopes": SCOPES,
    "redirects": [BACK],
}


@pytest.fixture(autouse=True)
def wiring(monkeypatch):
    def bearing(token):
        return queries.bearing(token=token, now=timezone.now())

    def agreed_to(community, party, scope, accounts):
        return queries.agreed_to(community=community, party=party, scope=scope, accounts=accounts)

    monkeypatch.setattr(contract.bearing, "_answer", bearing)
    monkeypatch.setattr(contract.agreed_to, "_answer", agreed_to)
    monkeypatch.setattr(wake, "_answer", lambda: None)
    monkeypatch.setattr(cases.case_told, "_answer", cases_told.case_told)


class Visitor:
    """Somebody at his browser, or a program with its token."""

    def __init__(self, account=None, token=""):
        self.client, self.account = Client(), account
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        if account:
            self.client.force_login(Account.objects.get(pk=account))

    def get(self, path, **query):
        return self.client.get(self.at(path), query, headers=self.headers)

    def post(self, path, body=None):
        text = json.dumps(body or {})
        return self.client.post(
            self.at(path), text, content_type="application/json", headers=self.headers
        )

    def delete(self, path):
        return self.client.delete(self.at(path), headers=self.headers)

    def at(self, path):
        return path if path.startswith("/api") else f"{API}{path}"


@pytest.fixture
def person(estate):
    def make(username, role, place="", community="hml"):
        opened = identity.open_account(username=username, name=username, password="long enough 7")
        identity.grant(account=opened.account, role=role, community=community, place=place, now=NOW)
        return Visitor(opened.account)

    return make


@pytest.fixture
def manager(person):
    return person("manager-1", "manager")


@pytest.fixture
def second(person):
    return person("manager-2", "manager")


@pytest.fixture
def resident(person):
    return person("resident-1", "resident", "hml/b03/u1/f01/101")


class Party:
    """A third party: its names and secrets, and what it does with them."""

    def __init__(self, made):
        self.id, self.name, self.secret = made["id"], made["client_id"], made["client_secret"]

    def token(self, grant="client_credentials", secret=None, **more):
        data = {"grant_type": grant, "client_id": self.name, **more}
        data["client_secret"] = self.secret if secret is None else secret
        return Client().post("/api/v1/oauth/token", data)

    def itself(self, **more):
        return Visitor(token=self.token(**more).json()["access_token"])

    def asking(self, **more):
        asked = {
            "response_type": "code",
            "client_id": self.name,
            "redirect_uri": BACK,
            "scope": "cases.report",
            "state": "st-1",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        return {name: value for name, value in (asked | more).items() if value is not None}

    def code(self, person, **more):
        said = person.post(f"/agree?{urlencode(self.asking(**more))}", {"agrees": True})
        return parse_qs(urlsplit(said.json()["location"]).query)["code"][0]

    def tokens(self, person, **more):
        return self.token(
            "authorization_code",
            code=self.code(person, **more),
            redirect_uri=BACK,
            code_verifier=VERIFIER,
        )


@pytest.fixture
def waiting(estate):
    """Return a third party that has registered."""
    return Party(Visitor().post("/third-parties", REGISTRATION).json())


@pytest.fixture
def party(waiting, manager, second):
    """Return a third party that two managers have let in."""
    let_in(waiting, manager, second)
    return waiting


def let_in(party, manager, second, **terms):
    asked = {"scopes": SCOPES, "calls_a_day": 1000, **terms}
    version = manager.post(f"/third-parties/{party.id}/review", asked).json()["version"]
    said = second.post(f"/third-parties/{party.id}/allow", {"version": version})
    assert said.status_code == 200, said.json()
