"""Keys at the operator's own terminal."""

from datetime import UTC, date, datetime

import pytest
from click.testing import CliRunner
from django.utils import timezone

from linli.app import agreed as agreements
from linli.app import privacy as desk
from linli.app import wiring
from linli.app.keys import keys
from linli.contracts import approvals, directory, marks, outbox, privacy
from linli.domains.doors.models import SigningKey
from linli.domains.doors.operations import marking
from linli.foundation.approvals.models import Approval
from linli.foundation.audit import operations as audit
from linli.foundation.audit import proof
from linli.foundation.audit import queries as trail
from linli.foundation.identity import operations as identity
from linli.foundation.vault import operations as vault_operations
from linli.foundation.vault import queries as vault
from linli.foundation.vault.models import DataKey, WrappingKey
from linli.foundation.vault.sealed import open_all
from linli.registry.devices import catalogue as device_catalogue
from linli.registry.people import queries as people
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


class TestTurning:
    """The keys above and beside the wrapping keys."""

    @pytest.fixture(autouse=True)
    def apart_from_others(self, settings, tmp_path, monkeypatch):
        settings.HOME, settings.KEYS = tmp_path, tmp_path / "keys"
        settings.APART_KEYS = tmp_path / "apart" / "keys"
        settings.AUDIT_ANCHORS = tmp_path / "audit" / "anchors.jsonl"
        vault.forget()
        monkeypatch.setattr(marks.remark, "_answer", marking.remark)
        monkeypatch.setattr(marks.behind, "_answer", marking.behind)
        monkeypatch.setattr(device_catalogue.models, "_answer", dict)

    def two(self, *said, by="head", agreed="safe", passwords=(PASSWORD, PASSWORD)):
        typed = "".join(f"{password}\n\n" for password in passwords)
        return run(*said, "--by", by, "--agreed", agreed, typed=typed)

    def opens(self):
        vault.forget()
        [row] = Person.rows.of("hml")
        open_all([row], community="hml", purpose="service")
        return row.phone == "+8613800008000"

    def test_the_master_key_is_turned_then_the_older_retired(self, person, officers):
        before = vault.master().name()

        turned, listed = self.two("turn-master"), run("list")
        retired = self.two("retire-master")

        assert "2 wrapping keys were brought under it" in turned.output, turned.output
        assert f"{before} still opens" in turned.output
        assert f"{before}  kept           0" in listed.output
        assert f"master key {before} is destroyed" in retired.output, retired.output
        assert self.opens()
        kinds = [row.kind for row in Approval.rows.of("hml")]
        assert kinds == ["keys", "keys"]
        assert vault.master().key().hex() not in turned.output + listed.output

    def test_that_of_what_is_kept_apart_is_another(self, person, officers):
        vault_operations.grow(
            community="hml", use="emergency", subjects=["i1"], today=date(2026, 6, 1),
            store="apart",
        )  # fmt: skip
        before = vault.master().name()

        said = self.two("turn-master", "--apart")

        assert "1 wrapping keys were brought under it" in said.output, said.output
        assert vault.master().names() == [before]

    def test_one_that_is_prepared_is_not_used_yet(self, person, officers):
        before = vault.master().name()

        said = self.two("turn-master", "--prepare")

        assert "it opens nothing yet" in said.output
        assert vault.master().names() == [before]

    def test_none_is_retired_while_a_backup_is_made(self, person, officers, tmp_path):
        self.two("turn-master")
        (tmp_path / "backup.staging").mkdir()

        assert "A backup is being made" in self.two("retire-master").output
        assert len(vault.master().names()) == 2

    def test_the_key_of_blind_indices_is_turned(self, person, officers):
        said = self.two("turn-index", "hml")

        assert "index key 2 is in use" in said.output, said.output
        assert "hml              index          2  in use" in run("list").output
        assert people.rows_of(
            community="hml", kind=PersonEntry, sought=people.Sought(text="8000")
        ).exists()

    def test_the_key_of_codes_is_turned_and_with_leaked_at_once(self, person, officers):
        assert "hml: key 2 signs; believed too: [1]" in self.two("turn-doors", "hml").output
        said = self.two("turn-doors", "hml", "--leaked").output
        assert "hml: key 3 signs; believed too: []" in said

    def test_the_key_of_anchors_is_turned(self, person, officers):
        while audit.seal(now=datetime.now(UTC)):
            pass

        said = self.two("turn-anchors").output

        assert "another key seals the anchors after line" in said
        while audit.seal(now=datetime.now(UTC)):
            pass
        assert proof.verify(anchors=audit.anchored()).ok

    @pytest.mark.parametrize(
        "said",
        [
            ("turn-master",), ("turn-master", "--apart"), ("retire-master",), ("turn-anchors",),
            ("turn-index", "hml"), ("turn-doors", "hml"), ("turn-doors", "hml", "--leaked"),
        ],
    )  # fmt: skip
    def test_each_takes_two(self, person, officers, said):
        alone = [
            run(*said),
            self.two(*said, by="safe"),
            self.two(*said, agreed="head"),
            self.two(*said, passwords=(PASSWORD, "wrong wrong")),
        ]

        assert all(answer.exit_code != 0 for answer in alone)
        assert len(vault.master().names()) == 1
        assert [row.number for row in WrappingKey.rows.of("hml").order_by("pk")] == [1, 1]
        assert not SigningKey.rows.of("hml").exists()
        assert not Approval.rows.of("hml").exists()

    def test_what_concerns_all_communities_takes_rights_in_all(self, person, officers, monkeypatch):
        monkeypatch.setattr(directory.communities, "_answer", lambda: ["hml", "other"])

        for said in (("turn-master",), ("turn-anchors",)):
            assert self.two(*said).exit_code != 0
        assert len(vault.master().names()) == 1
