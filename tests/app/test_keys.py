"""Keys at the operator's own terminal."""

from datetime import UTC, date, datetime

import pytest
from click.testing import CliRunner
from django.utils import timezone

from linli.app import agreed as agreements
from linli.app import privacy as desk
from linli.app import wiring
from linli.app.keys import keys
from linli.contracts import approvals, directory, outbox, privacy
from linli.foundation.approvals.models import Approval
from linli.foundation.audit import queries as trail
from linli.foundation.identity import operations as identity
from linli.foundation.vault import operations as vault_operations
from linli.foundation.vault import queries as vault
from linli.foundation.vault.models import DataKey, WrappingKey
from linli.registry.people.entries import PersonEntry
from linli.registry.people.models import Person
from linli.registry.people.operations import put_many
from linli.registry.places import operations as places
from linli.registry.places.logic import NewPlace

pytestmark = pytest.mark.django_db(databases=["default", "apart"])
PASSWORD = "long enough 7"


@pytest.fixture(autouse=True)
def wired(monkeypatch):
    monkeypatch.setattr(wiring, "wire_records", lambda: None)
    monkeypatch.setattr(outbox.wake, "_answer", lambda: None)
    monkeypatch.setattr(approvals.carry_out, "_answer", agreements.carry_out)
    monkeypatch.setattr(directory.communities, "_answer", lambda: ["hml"])
    for port in (privacy.whom, privacy.held, privacy.withdrawn, privacy.correct,
                 privacy.obstacles, privacy.erase):  # fmt: skip
        monkeypatch.setattr(port, "_answer", None)
    desk.wire()


@pytest.fixture
def person(db):
    now = datetime.now(UTC)
    places.add_many(
        community="hml",
        places=[
            NewPlace(kind="street", code="s", parent="", name_zh="街"),
            NewPlace(kind="neighbourhood", code="n", parent="@s", name_zh="社区"),
            NewPlace(kind="estate", code="hml", parent="@s/n", name_zh="和睦里"),
        ],
        now=now,
    )
    entry = PersonEntry(code="p1", name="周桂兰", phone="13800008000", born_on=date(1941, 3, 2))
    put_many(community="hml", entries=[entry], today=timezone.localdate(now))
    return f"person:{Person.rows.of('hml').get().pk}"


@pytest.fixture
def officers(db):
    numbers = {}
    for username, role in (("head", "manager"), ("safe", "security_officer")):
        opened = identity.open_account(username=username, name=username, password=PASSWORD)
        now = datetime.now(UTC)
        identity.grant(account=opened.account, role=role, community="hml", now=now)
        numbers[username] = opened.account
    return numbers


def run(*arguments, typed=""):
    return CliRunner().invoke(keys, arguments, input=typed)


def destroy(person, by="head", agreed="safe", passwords=(PASSWORD, PASSWORD)):
    typed = "".join(f"{password}\n\n" for password in passwords)
    return run("destroy", "hml", person, "--by", by, "--agreed", agreed, typed=typed)


def test_lists_what_there_is_and_no_key(person):
    said = run("list").output

    assert "hml              sensitive      1  in use         1" in said
    assert vault.master().key().hex() not in said


class TestRotate:
    def rotate(self, by="head", agreed="safe", passwords=(PASSWORD, PASSWORD)):
        typed = "".join(f"{password}\n\n" for password in passwords)
        return run("rotate", "hml", "--by", by, "--agreed", agreed, typed=typed)

    def test_brings_all_under_the_new_one_and_says_by_whom(self, person, officers):
        said = self.rotate().output

        row = Approval.rows.of("hml").get()
        assert "wrapping key 2 is in use, 1 keys are under it" in said
        assert DataKey.rows.of("hml").get().number == 2
        assert (row.kind, row.state) == ("keys", "approved")
        assert (row.asked_by_id, row.decided_by_id) == (officers["head"], officers["safe"])
        assert row.used_at is not None

    def test_turns_over_every_class_of_data(self, person, officers):
        keys_of_one = dict(
            community="hml", use="emergency", subjects=["i1"], today=date(2026, 6, 1)
        )
        [key] = vault_operations.grow(**keys_of_one).values()

        said = self.rotate().output

        assert "hml emergency: wrapping key 2 is in use, 1 keys are under it" in said
        assert vault.data_keys(community="hml", use="emergency", subjects=["i1"]) == {"i1": key}

    def test_turns_over_those_of_what_is_kept_apart(self, person, officers):
        one = dict(community="hml", use="emergency", subjects=["i1"], store="apart")
        [key] = vault_operations.grow(**one, today=date(2026, 6, 1)).values()

        said = self.rotate().output

        assert "hml emergency: wrapping key 2 is in use apart, 1 keys are under it" in said
        assert vault.data_keys(**one) == {"i1": key}
        assert [row.number for row in WrappingKey.rows.using("apart").of("hml")] == [2]
        assert "master key apart: " in run("list").output

    def test_takes_two(self, person, officers):
        alone = [
            run("rotate", "hml"),
            self.rotate(by="safe"),
            self.rotate(agreed="head"),
            self.rotate(passwords=(PASSWORD, "wrong wrong")),
        ]

        assert all(answer.exit_code != 0 for answer in alone)
        assert DataKey.rows.of("hml").get().number == 1


class TestDestroy:
    def test_takes_two_persons_and_leaves_proof(self, person, officers):
        answer = destroy(person)

        assert answer.exit_code == 0, answer.output
        assert not DataKey.rows.of("hml").exists()
        proofs = [line for line in trail.lines(community="hml") if "DataKey" in line.what]
        assert [line.account for line in proofs] == [officers["head"]]

    @pytest.mark.parametrize(
        "said",
        [
            {"agreed": "head"},
            {"by": "safe", "agreed": "head"},
            {"passwords": (PASSWORD, "wrong wrong")},
            {"passwords": ("wrong wrong", PASSWORD)},
            {"by": "nobody"},
        ],
    )
    def test_refuses_anything_less(self, person, officers, said):
        answer = destroy(person, **said)

        assert answer.exit_code != 0
        assert DataKey.rows.of("hml").exists()

    def test_refuses_whom_there_is_not(self, person, officers):
        assert "Nothing is held" in destroy("person:999999").output
        assert DataKey.rows.of("hml").exists()
