"""Who is erased is erased from doors too, and stays so when an older copy comes back."""

import pytest
from django.db import transaction

from linli.app import privacy as wired
from linli.contracts import privacy
from linli.contracts.doors import Way
from linli.domains.doors import own
from linli.domains.doors.models import Credential, Passage, Right
from linli.domains.doors.operations import forgetting, issuing
from linli.domains.doors.operations.granting import NewRight, grant
from linli.domains.doors.operations.issuing import NewCredential
from linli.foundation.audit.models import Line
from linli.foundation.consent import operations as consent
from linli.foundation.identity.models import Account
from linli.foundation.vault import operations as vault
from linli.foundation.vault import queries as keys
from linli.foundation.vault.models import DataKey
from linli.kernel.port import Port
from linli.kernel.words import Words
from linli.registry.people import erasing, holdings
from linli.registry.people.models import Membership, Person, Staff, Vehicle
from tests.domains.doors.conftest import CARD, NOW, later

pytestmark = pytest.mark.django_db(databases=["default", "apart"])
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def ports(monkeypatch, asked):
    for port in vars(privacy).values():
        if isinstance(port, Port):
            monkeypatch.setattr(port, "_answer", None)
    wired.wire()
    keys.forget()


@pytest.fixture
def passed(card, resident, show):
    """Wang has a card and passed by it; he signs in, and has a car."""
    Vehicle.rows.create(community="hml", plate="浙A12345", owner_id=card.person_id)
    assert show().opens
    return Person.rows.of("hml").get(code="wang")


@pytest.fixture
def guard(homes, show):
    """The guard has a card and a right, and passed by it."""
    new = NewCredential(way=Way.CARD, staff=homes.guard, value=CARD)
    issuing.issue(community="hml", new=new, by=None, now=NOW)
    right = NewRight(staff=homes.guard, door="door-3")
    grant(community="hml", new=right, by=None, now=NOW)
    assert show().opens
    return Staff.rows.of("hml").get()


def erased_since_the_copy(subject):
    """Erase somebody, then let the records be as they were before: the list of the destroyed, which
    lies beside them, stays.
    """
    copy = transaction.savepoint()
    consent.forget(community="hml", subject=subject, account=0, now=NOW)
    transaction.savepoint_rollback(copy)
    keys.forget()


def started():
    """Do what a start does; return how many were erased again."""
    vault.destroy_again(now=later(hours=1))
    return wired.erase_again(now=later(hours=1))


class TestHeld:
    @pytest.mark.parametrize("kind", ["person", "staff"])
    def test_each_passage_is_told_with_door_time_and_what_became_of_it(self, kind, request):
        row = request.getfixturevalue({"person": "passed", "staff": "guard"}[kind])

        found = {one.kind.en: one for one in own.held("hml", f"{kind}:{row.pk}", 100)}

        passage = found["passage"]
        assert passage.record == Words(zh="door-3 2026-06-01 12:00", en="door-3 2026-06-01 12:00")
        assert passage.fields[0].value == Words(zh="门禁卡 · 进 · 已开", en="card · in · opened")
        assert found["what opens doors"].fields[0].value.zh == f"{int(CARD):X}"
        assert "right at doors" in found or kind == "person"

    def test_so_many_are_told_at_most_the_newest(self, passed, show):
        for minutes in (1, 2, 3):
            show(now=later(minutes=minutes))

        times = [
            [one.record.zh[-5:] for one in own.held("hml", f"person:{passed.pk}", most)
             if one.kind.en == "passage"]
            for most in (2, 100)
        ]  # fmt: skip

        assert times == [["12:03", "12:02"], ["12:03", "12:02", "12:01", "12:00"]]

    @pytest.mark.parametrize("subject", ["person:x", "account:1", "person:999999", ""])
    def test_of_nobody_nothing_is_told(self, passed, subject):
        assert own.held("hml", subject, 100) == []


class TestErased:
    @pytest.mark.parametrize("kind", ["person", "staff"])
    def test_nothing_at_doors_is_anybodys(self, kind, request):
        row = request.getfixturevalue({"person": "passed", "staff": "guard"}[kind])
        key = Credential.rows.of("hml").get().vault_key

        forgetting.erase("hml", f"{kind}:{row.pk}", 0, NOW)

        held, way = Credential.rows.of("hml").get(), Passage.rows.of("hml").get()
        assert (held.state, held.value_sealed, held.mark, held.vault_key) == ("ended", "", "", "")
        assert (way.person, way.staff) == (None, None)
        assert not Right.rows.of("hml").filter(**{kind: row}, ended_at=None).exists()
        assert not DataKey.rows.of("hml").filter(subject=key).exists()

    def test_keys_of_the_hundred_and_first_are_destroyed_too(self, card):
        Credential.rows.bulk_create(
            Credential(
                community="hml", way="card", state="ended", person_id=card.person_id,
                vault_key=f"old{n}", version=1000 + n, at=NOW,
            )
            for n in range(101)
        )  # fmt: skip
        names = ["old0", "old100", card.vault_key]
        vault.grow(community="hml", use="sensitive", subjects=names[:2], today=TODAY)

        forgetting.erase("hml", f"person:{card.person_id}", 0, NOW)

        assert keys.having_keys(community="hml", subjects=names) == set()


class TestCameBack:
    def test_a_person_is_nobody_again_after_the_start(self, passed, resident):
        subject = f"person:{passed.pk}"
        erased_since_the_copy(subject)
        back = Person.rows.of("hml").get(pk=passed.pk)

        done = [started(), started()]

        row = Person.rows.of("hml").get(pk=passed.pk)
        assert (back.name, back.erased_at) == ("王小和", None)
        assert done == [1, 0]
        assert (row.name, row.account, row.vault_key) == ("已抹除", None, "")
        assert row.erased_at == later(hours=1)
        assert Passage.rows.of("hml").get().person is None
        assert Credential.rows.of("hml").get().value_sealed == ""
        assert Vehicle.rows.of("hml").get().owner is None
        assert not Membership.rows.of("hml").filter(person=row).exists()
        assert not Account.objects.get(pk=resident.account).is_active
        assert holdings.held("hml", subject, 100) == []

    def test_so_is_one_of_the_staff(self, guard):
        erased_since_the_copy(f"staff:{guard.pk}")

        done = [started(), started()]

        assert done == [1, 0]
        assert Staff.rows.of("hml").get().name == "已抹除"
        assert Passage.rows.of("hml").get().staff is None

    def test_it_is_done_also_where_his_keys_were_destroyed_at_an_earlier_start(self, passed):
        erased_since_the_copy(f"person:{passed.pk}")
        vault.destroy_again(now=NOW)

        assert started() == 1

    def test_the_trail_says_why(self, passed):
        erased_since_the_copy(f"person:{passed.pk}")

        started()

        words = Line.objects.filter(community="hml", what=f"person:{passed.pk}", act="write")
        assert "erased once more: he had come back with a backup" in words.values_list(
            "words", flat=True
        )

    def test_nobody_else_is_touched_nor_who_bears_the_name_elsewhere(self, passed, homes):
        erased_since_the_copy(f"person:{passed.pk}")
        other = Person.rows.of("hml").get(pk=homes.li)
        Person.rows.create(community="other", code="x", name="同名", vault_key=passed.vault_key)

        started()

        assert Person.rows.of("hml").get(pk=homes.li).name == other.name
        assert Person.rows.of("other").get().name == "同名"

    def test_where_nobody_came_back_a_start_asks_little(
        self, passed, homes, django_assert_max_num_queries
    ):
        consent.forget(community="hml", subject=f"person:{homes.li}", account=0, now=NOW)

        with django_assert_max_num_queries(3 * len(keys.destroyed())):
            assert started() == 0


class TestNamed:
    def test_whoever_is_entered_has_a_name_in_the_vault_though_nothing_sensitive_is_said(
        self, homes
    ):
        rows = [*Person.rows.of("hml"), *Staff.rows.of("hml")]

        names = [row.vault_key for row in rows]
        assert all(names)
        assert keys.having_keys(community="hml", subjects=names) == set(names)

    def test_who_was_entered_before_that_gets_one_at_a_start_and_once(self, homes):
        Person.rows.of("hml").filter(pk=homes.li).update(vault_key="")
        Staff.rows.of("hml").update(vault_key="")

        done = [erasing.name_all(community="hml", today=TODAY) for _ in range(2)]

        assert done == [2, 0]
        erased_since_the_copy(f"person:{homes.li}")
        assert started() == 1

    @pytest.mark.parametrize("kind", ["person", "staff"])
    def test_nobody_who_was_erased_gets_one(self, kind, request):
        row = request.getfixturevalue({"person": "passed", "staff": "guard"}[kind])
        consent.forget(community="hml", subject=f"{kind}:{row.pk}", account=0, now=NOW)

        assert erasing.name_all(community="hml", today=TODAY) == 0
