import json
from datetime import UTC, datetime, timedelta

import pytest

from linli.foundation.identity import operations, queries
from linli.foundation.identity.models import Account, FailedSignIn, Grant
from linli.foundation.outbox.models import Outgoing
from tests.foundation.identity.kit import SURE

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
PASSWORD = "a long password 7"


@pytest.fixture
def account():
    return operations.open_account(username="wang", name="王小和", password=PASSWORD).account


def facts():
    rows = Outgoing.objects.order_by("pk").values_list("topic", "body")
    return [(topic, json.loads(bytes(body))) for topic, body in rows]


def fail(username="wang", times=1, now=NOW):
    for _ in range(times):
        with pytest.raises(operations.WrongSignIn):
            operations.sign_in(username=username, password="wrong", now=now)


class TestSignIn:
    def test_gives_the_account_however_its_name_is_typed(self, account):
        found = operations.sign_in(username=" ＷＡＮＧ ", password=PASSWORD, now=NOW)

        assert found.pk == account
        assert found.password.startswith("argon2")

    def test_says_the_same_of_a_wrong_name_and_a_wrong_password(self, account):
        refusals = []
        for name, password in (
            ("wang", "wrong"),
            ("nobody", "wrong"),
            ("", ""),
            ("nobody", PASSWORD),
        ):
            with pytest.raises(operations.WrongSignIn) as refused:
                operations.sign_in(username=name, password=password, now=NOW)
            refusals.append((refused.value.key, refused.value.values))

        assert len({repr(one) for one in refusals}) == 1

    def test_works_as_hard_for_a_name_that_there_is_not(self, account, monkeypatch):
        checked = []
        real = operations.signing.check_password
        monkeypatch.setattr(
            operations.signing, "check_password", lambda p, h: checked.append(h[:7]) or real(p, h)
        )

        fail("wang")
        fail("nobody")

        assert checked == ["argon2$", "argon2$"]

    @pytest.mark.parametrize("name", ["wang", "nobody"])
    def test_locks_after_five_wrong_passwords_whether_or_not_there_is_such_a_name(
        self, account, name
    ):
        fail(name, times=5)

        with pytest.raises(operations.Locked) as refused:
            operations.sign_in(username=name, password=PASSWORD, now=NOW)

        assert refused.value.values == {"minutes": 15}

    def test_opens_again_after_a_quarter_of_an_hour(self, account):
        fail(times=5)

        later = NOW + timedelta(minutes=15)

        assert operations.sign_in(username="wang", password=PASSWORD, now=later).pk == account

    def test_the_fifth_try_may_still_be_right(self, account):
        fail(times=4)

        assert operations.sign_in(username="wang", password=PASSWORD, now=NOW).pk == account
        fail(times=4)
        assert operations.sign_in(username="wang", password=PASSWORD, now=NOW).pk == account

    def test_counts_anew_when_another_sign_in_took_the_count_away(self, account, monkeypatch):
        taken = []
        real = FailedSignIn.objects.bulk_create

        def and_taken_away(rows, **how):
            real(rows, **how)
            if not taken:
                taken.append(FailedSignIn.objects.all().delete())

        monkeypatch.setattr(FailedSignIn.objects, "bulk_create", and_taken_away)

        fail()

        assert len(taken) == 1
        assert FailedSignIn.objects.get().failures == 1

    def test_does_not_open_a_closed_account(self, account):
        operations.close_account(account=account, now=NOW)

        with pytest.raises(operations.WrongSignIn):
            operations.sign_in(username="wang", password=PASSWORD, now=NOW)

    def test_forgets_old_failures_and_never_keeps_what_was_typed(self, account):
        fail("my secret typed here")
        fail("wang", now=NOW + timedelta(days=2))

        assert FailedSignIn.objects.count() == 1
        assert "secret" not in FailedSignIn.objects.get().name


class TestOpenAccount:
    def test_makes_a_password_that_must_be_changed(self):
        opened = operations.open_account(username="li", name="李")

        row = Account.objects.get(pk=opened.account)
        assert len(opened.password) >= 16
        assert row.must_change_password
        assert opened.password not in row.password

    def test_refuses_a_name_that_somebody_has(self, account):
        with pytest.raises(operations.UsernameTaken):
            operations.open_account(username="WANG", name="x", password=PASSWORD)

    @pytest.mark.parametrize("password", ["", "short", "1234567890", "password12"])
    def test_refuses_a_password_that_is_easy_to_guess(self, password):
        with pytest.raises(operations.WeakPassword):
            operations.open_account(username="li", name="李", password=password)

        assert not Account.objects.exists()

    def test_takes_a_long_password_whole_as_it_was_typed(self):
        long = "Sieben Bäume 七棵树 " * 8
        operations.open_account(username="li", name="李", password=long)

        for other in (long[:-1], long.lower(), long.strip(), long + " "):
            with pytest.raises(operations.WrongSignIn):
                operations.sign_in(username="li", password=other, now=NOW)
        assert operations.sign_in(username="li", password=long, now=NOW).name == "李"

    @pytest.mark.parametrize("name", ["", "a", "a b", "a" * 65, "<script>", "a\nb"])
    def test_refuses_a_name_that_cannot_be_typed(self, name):
        with pytest.raises(operations.BadUsername):
            operations.open_account(username=name, name="x", password=PASSWORD)


class TestFirstOperator:
    def test_is_opened_once_with_a_password_of_chance(self):
        first = operations.first_operator(now=NOW)
        second = operations.first_operator(now=NOW)

        assert second is None
        assert operations.sign_in(username="operator", password=first.password, now=NOW)
        actor = queries.actor(account=Account.objects.get(), community="anywhere", now=NOW)
        assert actor.may("accounts.write")
        assert not actor.may("register.people")

    @pytest.mark.parametrize("community", ["", "*"])
    def test_may_nothing_where_there_is_no_community(self, community):
        operations.first_operator(now=NOW)

        actor = queries.actor(account=Account.objects.get(), community=community, now=NOW)

        assert not actor.may("register.read")


class TestGrant:
    def test_given_twice_is_given_once(self, account):
        for _ in range(2):
            operations.grant(account=account, role="guard", community="hml", now=NOW)

        assert Grant.objects.count() == 1

    def test_refuses_a_role_that_there_is_not(self, account):
        with pytest.raises(operations.UnknownRole):
            operations.grant(account=account, role="king", community="hml", now=NOW)

    def test_operator_security_officer_and_auditor_are_three_persons(self, account):
        operations.grant(account=account, role="operator", community="*", now=NOW)

        for role in ("auditor", "security_officer"):
            with pytest.raises(operations.RolesApart):
                operations.grant(account=account, role=role, community="hml", now=NOW)

        assert Grant.objects.count() == 1

    def test_who_was_one_of_the_three_may_be_another_once_it_has_ended(self, account):
        until = NOW + timedelta(days=1)
        operations.grant(
            account=account, role="auditor", community="hml", terms=operations.Terms(until=until),
            now=NOW,
        )  # fmt: skip

        operations.grant(account=account, role="operator", community="*", now=until)

        held = queries.held(account=account, now=until)
        assert [one.role for one in held] == ["operator"]

    def test_given_again_holds_on_the_later_terms(self, account):
        until = NOW + timedelta(days=1)
        for terms in (operations.Terms(), operations.Terms(until=until, days="1")):
            operations.grant(account=account, role="guard", community="hml", terms=terms, now=NOW)

        row = Grant.objects.get()
        assert (row.until, row.days) == (until, "1")
        assert queries.held(account=account, now=until) == []

    def test_is_taken_back(self, account):
        operations.grant(account=account, role="guard", community="hml", now=NOW)
        operations.revoke(account=account, role="guard", community="hml", now=NOW)

        actor = queries.actor(account=Account.objects.get(), community="hml", now=NOW)
        assert not actor.may("devices.read")

    def test_holds_in_its_community_and_below_its_place_only(self, account):
        operations.grant(account=account, role="guard", community="hml", place="hml/b1", now=NOW)

        row = Account.objects.get()
        here, there = (queries.actor(account=row, community=c, now=NOW) for c in ("hml", "other"))
        assert here.sees("hml/b1/u1")
        assert not here.sees("hml/b10")
        assert not there.may("devices.read")

    def test_a_role_of_one_place_reaches_no_further_by_a_role_of_another(self, account):
        operations.grant(account=account, role="manager", community="hml", place="hml/b1", now=NOW)
        operations.grant(account=account, role="resident", community="hml", now=NOW)

        actor = queries.actor(account=Account.objects.get(), community="hml", now=NOW)
        writing, reporting = actor.acting("register.write"), actor.acting("cases.report")
        assert (writing.places, reporting.places) == (("hml/b1",), ())
        assert writing.may("register.people")
        assert not reporting.may("register.people")
        assert reporting.may_at("cases.read", "hml/b1/u1")
        assert not reporting.may_at("cases.read", "hml/b10")

    def test_what_is_allowed_in_a_part_only_is_not_allowed_in_all(self, account):
        operations.grant(account=account, role="guard", community="hml", place="hml/b1", now=NOW)
        operations.grant(
            account=account, role="grid_worker", community="hml", place="hml/b2", now=NOW
        )

        actor = queries.actor(account=Account.objects.get(), community="hml", now=NOW)
        assert actor.acting("register.read").places == ("hml/b1", "hml/b2")
        assert actor.holds("register.people")
        assert not actor.acting("register.read").may("register.people")
        assert actor.acting("register.people").places == ("hml/b2",)
        with pytest.raises(queries.NotAllowed):
            actor.acting("register.write")

    def test_leaves_a_trace_once_with_who_did_it(self, account):
        for _ in range(2):
            operations.grant(account=account, role="guard", community="hml", by=9, now=NOW)
        for _ in range(2):
            operations.revoke(account=account, role="guard", community="hml", now=NOW)

        assert [(told, said["role"], said["by"]) for told, said in facts()] == [
            ("RoleGranted", "guard", 9),
            ("RoleTaken", "guard", 0),
        ]

    def test_a_role_in_all_communities_is_told_under_a_name_that_no_estate_has(self, account):
        operations.grant(account=account, role="operator", community="*", now=NOW)

        [(_, said)] = facts()
        assert said["community"] == "_platform"


class TestCloseAccount:
    def test_leaves_a_trace_once(self, account):
        for _ in range(2):
            operations.close_account(account=account, by=9, now=NOW)

        assert [(told, said["account"], said["by"]) for told, said in facts()] == [
            ("AccountClosed", account, 9)
        ]


class TestResetAccount:
    def test_gives_another_password_that_must_be_changed_and_ends_sessions(self, account, client):
        client.force_login(Account.objects.get(pk=account))
        fail(times=5)

        made = operations.reset_account(account=account, sure=SURE, now=NOW)

        row = operations.sign_in(username="wang", password=made.password, now=NOW)
        assert row.must_change_password
        assert client.get("/api/v1/session").status_code == 401
        assert [told for told, _ in facts()] == ["AccountReset"]
        assert made.password not in str(facts())

    def test_opens_no_closed_account(self, account):
        operations.close_account(account=account, now=NOW)

        with pytest.raises(queries.NotSignedIn):
            operations.reset_account(account=account, sure=SURE, now=NOW)


class TestChangePassword:
    def test_changes_it(self, account):
        operations.change_password(account=account, old=PASSWORD, new="another long one 8")

        assert operations.sign_in(username="wang", password="another long one 8", now=NOW)

    @pytest.mark.parametrize(
        ("old", "new", "fault"),
        [
            ("wrong", "another long one 8", operations.WrongPassword),
            (PASSWORD, PASSWORD, operations.WeakPassword),
            (PASSWORD, "123", operations.WeakPassword),
            (PASSWORD, "qwertyuiop", operations.WeakPassword),
            (PASSWORD, "1234567890", operations.WeakPassword),
        ],
    )
    def test_refuses_and_keeps_the_old_one(self, account, old, new, fault):
        with pytest.raises(fault):
            operations.change_password(account=account, old=old, new=new)

        assert operations.sign_in(username="wang", password=PASSWORD, now=NOW)


class TestTicket:
    def test_says_whose_it_is_for_a_minute(self, account):
        given = operations.ticket(account=account, community="hml", now=NOW)

        visitor = operations.verify_ticket(
            ticket=given.ticket, community="hml", now=NOW + timedelta(seconds=59)
        )
        assert (visitor.account, visitor.community) == (account, "hml")

    @pytest.mark.parametrize(
        ("community", "after_s", "spoil"),
        [("other", 0, ""), ("hml", 60, ""), ("hml", 0, "x")],
    )
    def test_refuses_another_community_an_old_one_and_a_forged_one(
        self, account, community, after_s, spoil
    ):
        given = operations.ticket(account=account, community="hml", now=NOW)

        with pytest.raises(operations.BadTicket):
            operations.verify_ticket(
                ticket=given.ticket + spoil,
                community=community,
                now=NOW + timedelta(seconds=after_s),
            )
