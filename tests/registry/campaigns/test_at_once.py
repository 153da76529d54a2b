"""Two workers, two people, at the same moment."""

from datetime import timedelta

import pytest

from linli.foundation.identity import operations as identity
from linli.foundation.outbox import operations as outbox
from linli.registry.campaigns import operations
from linli.registry.campaigns.models import Campaign, Release
from linli.registry.devices.models import Command
from linli.registry.places import operations as places
from tests.registry.campaigns.kit import (
    NOON,
    add,
    again,
    drafted,
    enter,
    facts,
    plan,
    started,
    states,
    when,
)
from tests.registry.conftest import NOW, tree
from tests.registry.people.test_at_once import TIMES, at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def account(answers, monkeypatch):
    monkeypatch.setattr(outbox.wake, "_answer", lambda: None)
    places.add_many(community="hml", places=list(tree("hml")), now=NOW)
    enter([f"bar-{n:02}" for n in range(10)])
    opened = identity.open_account(username="campaigner", name="王小和", password="long enough 7")
    return opened.account


def test_it_is_started_once(account):
    row = drafted(account, add(account))

    said = at_once(
        lambda _: (
            operations.start(community="hml", id=row.pk, devices=10, by=account, now=NOW).state
        )
    )

    assert sorted(said) == ["campaigns.wrong_state"] * (TIMES - 1) + ["running"]
    assert states(row) == {"waiting": 10}
    assert facts("CampaignStarted") == ["CampaignStarted"]


def test_several_workers_tell_each_device_once_and_never_too_many(account):
    row = started(account, add(account), at_once=4)

    at_once(lambda _: operations.advance(community="hml", hour=NOON, now=when(1)))

    assert states(row) == {"told": 4, "waiting": 6}
    assert Command.rows.of("hml").count() == 4


def test_one_version_is_added_once(account):
    said = at_once(lambda n: add(account, image=bytes([n]) * 100).version)

    assert sorted(said) == ["2.0.0"] + ["campaigns.version_taken"] * (TIMES - 1)
    assert Release.rows.of("hml").count() == 1


def test_one_key_plans_one_campaign(account):
    release = add(account)

    said = at_once(
        lambda _: (
            operations.draft(community="hml", plan=plan(release), key="k", by=account, now=NOW).pk
        )
    )

    assert len(set(said)) == Campaign.rows.of("hml").count() == 1


def test_stopping_and_telling_do_not_cross(account):
    row = started(account, add(account), at_once=4)

    def act(n):
        if n % 2:
            return operations.advance(community="hml", hour=NOON, now=when(1))
        return operations.cancel(
            community="hml", id=row.pk, by=account, now=NOW + timedelta(seconds=1)
        ).state

    at_once(act)

    found = states(row)
    assert again(row).state == "cancelled"
    assert found.get("waiting", 0) == 0
    assert Command.rows.of("hml").count() == found.get("told", 0)
