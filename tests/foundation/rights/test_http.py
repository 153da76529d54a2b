import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from linli.contracts import approvals as contract
from linli.contracts import places
from linli.foundation.audit.models import Act, Line
from linli.foundation.identity import operations as identity
from linli.foundation.identity import queries
from linli.foundation.identity.models import EmergencyAccess, Grant
from linli.foundation.outbox.models import Outgoing
from linli.foundation.rights import operations
from linli.kernel.words import Words
from tests.foundation.identity.kit import PASSWORD, Browser, has_app

FOUND = {"justified": True, "words": "确有困人"}
pytestmark = pytest.mark.django_db
SURE = {"sure": "document", "words": "看了身份证，本人在窗口"}
KNOWN = {"hml/b03": Words(zh="3号楼", en="Building 3")}


@pytest.fixture(autouse=True)
def wired(monkeypatch, estates):
    names = lambda community, paths: {p: KNOWN[p] for p in paths if p in KNOWN}  # noqa: E731
    monkeypatch.setattr(places.names, "_answer", names)
    monkeypatch.setattr(contract.carry_out, "_answer", operations.carry)


def open_account(username):
    return identity.open_account(username=username, name=username, password=PASSWORD).account


@pytest.fixture
def enter():
    def enter(username, role, community="hml"):
        number = open_account(username)
        identity.grant(account=number, role=role, community=community, now=timezone.now())
        browser = Browser(Client(enforce_csrf_checks=True))
        browser.sign_in(username)
        browser.account = number
        return browser

    return enter


@pytest.fixture
def manager(enter):
    return enter("wang", "manager")


@pytest.fixture
def officer(enter):
    return enter("li", "security_officer")


def roles(account, community="hml"):
    found = queries.actor_of(account=account, community=community, now=timezone.now())
    return set(found.roles)


def ask(browser, username="xiao", role="guard", **more):
    return browser.post("/hml/grants", {"username": username, "role": role, **more})


def approve(browser, asked):
    said = asked.json()
    return browser.post(f"/hml/approvals/{said['id']}/approve", {"digest": said["digest"]})


class TestGive:
    def test_takes_two_persons(self, manager, officer):
        xiao = open_account("xiao")

        asked = ask(manager, place="hml/b03", reason="新来的保安")
        before = roles(xiao)
        approve(officer, asked)

        assert (asked.status_code, before, roles(xiao)) == (202, set(), {"guard"})
        row = Grant.objects.get(account=xiao)
        assert (row.place, row.by) == ("hml/b03", manager.account)
        assert "3号楼" in asked.json()["words"]["zh"]

    def test_on_terms_and_ends_by_itself(self, manager, officer):
        xiao = open_account("xiao")
        until = timezone.now() + timedelta(days=3)

        approve(officer, ask(manager, until=until.isoformat(), purposes=["visit"]))

        now = {"account": xiao, "community": "hml"}
        held = queries.actor_of(**now, now=until - timedelta(seconds=1))
        over = queries.actor_of(**now, now=until)
        assert [one.purposes for one in held.grants] == [("visit",)]
        assert over.roles == frozenset()

    def test_who_receives_it_cannot_let_it_pass(self, manager, officer):
        asked = ask(manager, username="li", role="manager")

        answer = approve(officer, asked)

        assert (answer.status_code, answer.json()["key"]) == (403, "rights.own_right")
        assert roles(officer.account) == {"security_officer"}

    def test_operator_security_officer_and_auditor_are_three(self, manager, officer):
        answer = ask(manager, username="li", role="auditor")

        assert (answer.status_code, answer.json()["key"]) == (409, "identity.roles_apart")

    def test_what_became_forbidden_while_it_waited_is_not_given(self, manager, officer):
        xiao = open_account("xiao")
        asked = ask(manager, role="auditor")
        identity.grant(account=xiao, role="operator", community="*", now=timezone.now())

        answer = approve(officer, asked)

        assert answer.json()["key"] == "identity.roles_apart"
        assert roles(xiao) == {"operator"}

    @pytest.mark.parametrize(
        ("wrong", "key"),
        [
            ({"username": "nobody"}, "rights.nobody"),
            ({"role": "king"}, "identity.unknown_role"),
            ({"place": "hml/moon"}, "rights.no_place"),
            ({"starts": "08:00"}, "identity.bad_terms"),
            ({"days": "89"}, "identity.bad_terms"),
            ({"purposes": ["curiosity"]}, "privacy.unknown_purpose"),
            ({"until": "2020-01-01T00:00:00Z"}, "identity.bad_terms"),
        ],
    )
    def test_refuses_what_could_not_be_given(self, manager, wrong, key):
        open_account("xiao")

        answer = ask(manager, **wrong)

        assert answer.json()["key"] == key
        assert not Outgoing.objects.filter(topic="ApprovalAsked").exists()

    def test_is_not_asked_for_by_those_who_may_not(self, enter):
        open_account("xiao")

        assert ask(enter("zhao", "guard")).status_code == 403
        assert ask(enter("qian", "security_officer")).status_code == 403


class TestTake:
    def test_is_one_persons_and_at_once(self, manager, enter):
        guard = enter("zhao", "guard")
        [line] = [
            one for one in manager.get("/hml/grants").json()["items"] if one["role"] == "guard"
        ]

        answer = manager.send("delete", f"/hml/grants/{line['id']}")

        assert answer.status_code == 204
        assert roles(guard.account) == set()
        assert guard.get("/hml/approvals").status_code == 403

    def test_not_of_another_community_nor_of_all(self, manager, enter):
        there, all_over = enter("zhao", "guard", "other"), enter("qian", "operator", "*")

        for browser in (there, all_over):
            row = Grant.objects.get(account=browser.account)
            assert manager.send("delete", f"/hml/grants/{row.pk}").status_code == 404


class TestList:
    def test_says_who_may_what_since_when_and_by_whom(self, manager, officer):
        open_account("xiao")
        approve(officer, ask(manager, place="hml/b03", days="12345", starts="08:00", ends="20:00"))

        [line] = [
            one
            for one in officer.get("/hml/grants?q=xia").json()["items"]
            if one["role"] == "guard"
        ]

        assert line["account"]["name"] == "xiao"
        assert (line["place_name"]["zh"], line["by"]["name"]) == ("3号楼", "wang")
        assert (line["days"], line["starts"], line["ends"]) == ("12345", "08:00:00", "20:00:00")
        assert line["at"] is not None

    def test_shows_those_of_all_communities_and_none_of_others(self, manager, enter):
        enter("zhao", "guard", "other")
        enter("qian", "operator", "*")

        lines = manager.get("/hml/grants").json()["items"]

        assert {(one["username"], one["everywhere"]) for one in lines} == {
            ("wang", False),
            ("qian", True),
        }

    def test_goes_on_after_the_cursor(self, manager, enter):
        for n in range(4):
            enter(f"guard-{n}", "guard")

        first = manager.get("/hml/grants?limit=3").json()
        rest = manager.get(f"/hml/grants?limit=3&cursor={first['next']}").json()

        assert (len(first["items"]), len(rest["items"]), rest["next"]) == (3, 2, None)

    def test_is_not_for_a_part_of_the_community(self, enter):
        number = open_account("sun")
        identity.grant(
            account=number, role="manager", community="hml", place="hml/b03", now=timezone.now()
        )
        browser = Browser(Client(enforce_csrf_checks=True))
        browser.sign_in("sun")

        assert browser.get("/hml/grants").json()["key"] == "identity.not_everywhere"


class TestAccounts:
    def test_one_is_opened_with_a_password_told_once_and_no_right(self, manager):
        made = manager.post("/hml/accounts", {"username": "xiao", "name": "小和"}).json()

        browser = Browser(Client(enforce_csrf_checks=True))
        answer = browser.sign_in("xiao", made["password"])
        assert answer.json()["user"]["must_change_password"]
        assert answer.json()["user"]["roles"] == {}

    def test_another_password_ends_sessions(self, manager, enter):
        guard = enter("zhao", "guard")

        made = manager.post("/hml/accounts/reset", {"username": "zhao", **SURE}).json()

        assert guard.get("/session").status_code == 401
        assert guard.sign_in("zhao", made["password"]).status_code == 200

    def test_does_not_get_past_the_factors_that_he_has(self, manager, enter):
        guard = enter("zhao", "guard")
        _, codes = has_app(guard)

        made = manager.post("/hml/accounts/reset", {"username": "zhao", **SURE}).json()["password"]
        without = guard.sign_in("zhao", made)
        shut = guard.get("/session").status_code
        paper = guard.sign_in("zhao", made, code=codes[0])

        assert (without.status_code, without.json()["key"]) == (401, "identity.factor_wanted")
        assert (shut, paper.status_code) == (401, 200)
        assert queries.factors(account=guard.account) == ["totp", "recovery"]

    def test_makes_factors_void_that_are_lost_too_and_says_so_in_the_trail(self, manager, enter):
        guard = enter("zhao", "guard")
        has_app(guard)

        wish = {"username": "zhao", **SURE, "lost": True}
        made = manager.post("/hml/accounts/reset", wish).json()["password"]

        assert guard.sign_in("zhao", made).status_code == 200
        assert queries.factors(account=guard.account) == []
        [line] = Line.objects.filter(what=f"account_reset:{guard.account}")
        assert json.loads(line.words)["factors"] == "void"

    @pytest.mark.parametrize(
        ("role", "community"), [("operator", "*"), ("guard", "other"), ("security_officer", "hml")]
    )
    @pytest.mark.parametrize("act", ["reset", "close"])
    def test_those_of_others_and_those_who_guard_rights_are_left_alone(
        self, manager, enter, role, community, act
    ):
        enter("zhao", role, community)

        sure = SURE if act == "reset" else {}
        answer = manager.post(f"/hml/accounts/{act}", {"username": "zhao", **sure})

        assert (answer.status_code, answer.json()["key"]) == (403, "rights.not_yours")

    def test_how_one_made_sure_who_he_is_stays_in_the_trail(self, manager, enter):
        guard = enter("zhao", "guard")

        manager.post("/hml/accounts/reset", {"username": "zhao", **SURE, "words": "  看了身份证  "})

        [line] = Line.objects.filter(what=f"account_reset:{guard.account}")
        assert (line.community, line.account, line.act) == ("hml", manager.account, Act.WRITE)
        assert json.loads(line.words) == {
            "sure": "document", "words": "看了身份证", "factors": "kept"
        }  # fmt: skip
        assert Outgoing.objects.get(fact=line.cause).topic == "AccountReset"

    @pytest.mark.parametrize(
        ("said", "key"),
        [
            ({}, None),
            ({"sure": "document"}, None),
            ({"sure": "guessed", "words": "看了身份证"}, None),
            ({"sure": "document", "words": "看" * 121}, None),
            ({"sure": "document", "words": "   看  "}, "identity.not_sure"),
            ({"sure": "called", "words": "回拨 138 0013 8000"}, "identity.number_told"),
            ({"sure": "document", "words": "证件 ３３０１９９１９８８"}, "identity.number_told"),
        ],
    )
    def test_who_does_not_say_how_changes_nothing(self, manager, enter, said, key):
        guard = enter("zhao", "guard")

        answer = manager.post("/hml/accounts/reset", {"username": "zhao", **said})

        assert (answer.status_code, answer.json()["key"]) == (422, key or "web.bad_request")
        assert guard.get("/session").status_code == 200
        assert guard.sign_in("zhao").status_code == 200
        assert not Line.objects.filter(what__startswith="account_reset").exists()

    def test_one_that_is_closed_signs_in_no_more(self, manager, enter):
        guard = enter("zhao", "guard")

        manager.post("/hml/accounts/close", {"username": "zhao"})

        assert guard.sign_in("zhao").status_code == 401


class TestEmergency:
    def take(self, browser, **more):
        wish = {"role": "engineer", "place": "hml/b03", "reason": "电梯困人，要开门", **more}
        return browser.post("/hml/emergencies", wish)

    @pytest.fixture
    def guard(self, enter):
        browser = enter("zhao", "front_desk")
        has_app(browser)
        return browser

    def test_gives_a_role_at_once_for_minutes_and_says_so(self, guard):
        answer = self.take(guard, minutes=30)

        assert answer.status_code == 201
        assert roles(guard.account) == {"front_desk", "engineer"}
        later = timezone.now() + timedelta(minutes=30)
        after = queries.actor_of(account=guard.account, community="hml", now=later)
        assert after.roles == {"front_desk"}
        [fact] = Outgoing.objects.filter(topic="EmergencyTaken")
        assert json.loads(bytes(fact.body))["role"] == "engineer"

    def test_reaches_no_further_than_its_place(self, guard):
        self.take(guard)

        actor = queries.actor_of(account=guard.account, community="hml", now=timezone.now())
        assert actor.places_for("devices.command") == ("hml/b03",)

    @pytest.mark.parametrize(
        ("wrong", "status", "key"),
        [
            ({"role": "auditor"}, 422, "identity.no_emergency_role"),
            ({"role": "operator"}, 422, "identity.no_emergency_role"),
            ({"reason": "急"}, 422, "identity.emergency_reason"),
            ({"place": "hml/moon"}, 404, "rights.no_place"),
        ],
    )
    def test_refuses(self, guard, wrong, status, key):
        answer = self.take(guard, **wrong)

        assert (answer.status_code, answer.json()["key"]) == (status, key)
        assert not EmergencyAccess.rows.of("hml").exists()

    def test_is_an_hour_at_most(self, guard):
        assert self.take(guard, minutes=61).status_code == 422

    def test_needs_a_factor_beside_the_password(self, enter):
        answer = self.take(enter("qian", "guard"))

        assert (answer.status_code, answer.json()["key"]) == (403, "identity.factor_needed")

    def test_is_for_those_who_work_here(self, enter):
        assert self.take(enter("sun", "resident")).status_code == 403

    def test_one_at_a_time(self, guard):
        self.take(guard)

        assert self.take(guard, role="guard").json()["key"] == "identity.emergency_in_force"

    def test_is_reviewed_once_and_by_another(self, guard, officer, manager):
        number = self.take(guard).json()["id"]
        waiting = officer.get("/hml/emergencies?unreviewed=true").json()["items"]
        done = officer.post(f"/hml/emergencies/{number}/review", FOUND)
        again = manager.post(f"/hml/emergencies/{number}/review", FOUND)

        assert [one["id"] for one in waiting] == [number]
        assert done.json()["reviewed_by"]["name"] == "li"
        assert again.json()["key"] == "identity.reviewed_already"
        assert officer.get("/hml/emergencies?unreviewed=true").json()["items"] == []

    def test_not_by_oneself(self, manager):
        has_app(manager)
        number = self.take(manager).json()["id"]

        answer = manager.post(f"/hml/emergencies/{number}/review", FOUND)

        assert (answer.status_code, answer.json()["key"]) == (403, "identity.own_deed")

    def test_of_another_community_is_none(self, guard, enter):
        number = self.take(guard).json()["id"]

        answer = enter("sun", "manager", "other").post(f"/other/emergencies/{number}/review", FOUND)

        assert answer.status_code == 404
