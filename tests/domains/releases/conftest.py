"""An estate with forty invented people; two who may let releases pass."""

import json
from datetime import date

import pytest
from django.test import Client

from linli.contracts import approvals as contract
from linli.contracts.outbox import wake
from linli.foundation.identity import operations as identity
from linli.foundation.identity.models import Account
from linli.registry.people.entries import (
    GroupEntry,
    HouseholdEntry,
    MembershipEntry,
    PersonEntry,
)
from tests.registry.conftest import NOW, estate, other_estate, wired
from tests.registry.people.conftest import put

__all__ = ["estate", "other_estate", "wired"]

API = "/api/v1/hml"
ROOMS = [f"hml/b03/u1/f0{floor}/{floor}0{room}" for floor in (1, 2) for room in (1, 2)]


@pytest.fixture(autouse=True)
def wiring(monkeypatch):
    monkeypatch.setattr(contract.carry_out, "_answer", lambda passed: None)
    monkeypatch.setattr(wake, "_answer", lambda: None)


@pytest.fixture
def people(estate):
    put([HouseholdEntry(room=room, occupancy="owner") for room in ROOMS])
    put(
        [
            entry
            for n in range(40)
            for entry in (
                PersonEntry(
                    code=f"p{n}", name=f"某{n}", sex="FM"[n % 2], born_on=date(1930 + 2 * n, 3, 1)
                ),
                MembershipEntry(room=ROOMS[n % 4], person=f"p{n}", relation="owner"),
                *([GroupEntry(person=f"p{n}", group="low_income", source="街道")] * (n % 5 == 0)),
            )
        ]
    )


class Visitor:
    def __init__(self, role, community="hml", place=""):
        opened = identity.open_account(
            username=f"{role}-{community}{place[-3:]}", name=role, password="long enough 7"
        )
        self.account, self.client = opened.account, Client()
        identity.grant(account=self.account, role=role, community=community, place=place, now=NOW)
        self.client.force_login(Account.objects.get(pk=self.account))

    def get(self, path):
        return self.client.get(API + path)

    def post(self, path, said=None):
        return self.client.post(API + path, json.dumps(said or {}), "application/json")


@pytest.fixture
def manager(db):
    return Visitor("manager")


@pytest.fixture
def officer(db):
    return Visitor("security_officer")
