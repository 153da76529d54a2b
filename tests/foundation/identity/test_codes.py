"""One-time codes: to whom, how often, how long, how many tries."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from linli.contracts import identity as contract
from linli.contracts import outbox
from linli.foundation.audit.models import Line
from linli.foundation.identity import logic, operations
from linli.foundation.identity.models import Account, CodesSent, OneTimeCode, Session
from linli.foundation.identity.operations import codes
from tests.foundation.identity.kit import NOW, PASSWORD, Browser, code_of, has_app

PHONE = "+8613800138000"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_to_wake(monkeypatch):
    monkeypatch.setattr(outbox.wake, "_answer", lambda: None)


@pytest.fixture
def sent(monkeypatch):
    """The codes that went out."""
    out = []
    monkeypatch.setattr(contract.send_code, "_answer", out.append)
    monkeypatch.setattr(contract.codes_by, "_answer", lambda: "gateway")
    return out


@pytest.fixture
def phones(monkeypatch):
    """Who has which number."""
    known = {}
    monkeypatch.setattr(contract.phone_of, "_answer", lambda account: known.get(account, ""))
    monkeypatch.setattr(
        contract.account_of_phone,
        "_answer",
        lambda phone: next((one for one, has in known.items() if has.endswith(phone)), None),
    )
    return known


@pytest.fixture
def resident(db, estates, phones):
    number = operations.open_account(username="zhao", name="赵小和", password=PASSWORD).account
    operations.grant(account=number, role="resident", community="hml", now=NOW)
    phones[number] = PHONE
    return number


@pytest.fixture
def working(guard, phones):
    phones[guard] = "+8613800138001"
    return guard


def ask(browser, name="zhao", use="sign_in"):
    return browser.post("/session/codes", {"name": name, "use": use})


def read(browser, asked, code):
    return browser.post("/session/code", {"asked": asked, "code": code})


def wrong(code):
    return f"{(int(code) + 1) % 10**6:06}"


class TestSend:
    def test_sends_six_digits_to_the_telephone_of_the_account(self, browser, resident, sent):
        answer = ask(browser)

        assert (answer.status_code, answer.json()["lasts_s"]) == (202, 300)
        assert [(one.phone, one.use, one.language) for one in sent] == [(PHONE, "sign_in", "zh")]
        assert sent[0].code.isdecimal()
        assert len(sent[0].code) == 6

    def test_takes_the_number_itself_for_a_name(self, browser, resident, sent):
        ask(browser, "13800138000")

        assert [one.phone for one in sent] == [PHONE]

    def test_answers_alike_whoever_it_is(self, browser, resident, working, sent):
        """A resident, nobody, who works here, who is closed, who has no telephone."""
        for name in ("ma", "qian"):
            number = operations.open_account(username=name, name="某人", password=PASSWORD).account
            operations.grant(account=number, role="resident", community="hml", now=NOW)
        operations.close_account(account=number, now=NOW)

        answers = [ask(browser, name) for name in ("zhao", "nobody", "wang", "qian", "ma")]

        shapes = {(a.status_code, *a.json(), len(a.json()["asked"])) for a in answers}
        assert shapes == {(202, "asked", "lasts_s", 24)}
        assert len({answer.json()["asked"] for answer in answers}) == 5
        assert len(sent) == 1
        assert OneTimeCode.objects.count() == 5

    def test_keeps_no_code_and_writes_none_into_the_trail(self, browser, resident, sent):
        ask(browser)

        row = OneTimeCode.objects.get()
        assert sent[0].code not in str(vars(row))
        assert not Line.objects.filter(words__contains=sent[0].code).exists()
        assert Line.objects.filter(what="code_sent:sign_in").count() == 1

    def test_is_bound_for_one_name_whether_or_not_there_is_such_an_account(
        self, browser, resident, sent
    ):
        known = [ask(browser).status_code for _ in range(6)]
        unknown = [ask(browser, "nobody").status_code for _ in range(6)]

        assert known == unknown == [202] * 5 + [429]
        assert len(sent) == 5
        assert ask(browser).json()["key"] == "identity.too_many_codes"

    def test_is_bound_for_one_account_by_whatever_name_and_does_not_say_so(
        self, browser, resident, sent
    ):
        by_name = [ask(browser).status_code for _ in range(4)]
        by_number = [ask(browser, "13800138000").status_code for _ in range(4)]

        assert by_name == by_number == [202] * 4
        assert len(sent) == 5

    def test_is_bound_for_one_address(self, browser, resident, sent):
        answers = [ask(browser, f"nobody{n}").status_code for n in range(21)]

        assert answers == [202] * 20 + [429]

    def test_goes_on_an_hour_later(self, browser, resident, sent):
        for _ in range(6):
            ask(browser)
        CodesSent.objects.update(since=timezone.now() - logic.CODES_WITHIN)

        assert ask(browser).status_code == 202

    def test_is_refused_where_nothing_sends_them(self, browser, resident):
        answer = ask(browser)

        assert (answer.status_code, answer.json()["key"]) == (404, "identity.no_codes")
        assert browser.get("/session/ways").json()["codes"] == ""
        assert not OneTimeCode.objects.exists()

    @pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "x" * 65}, {"name": "zhao",
                             "use": "other"}, {"name": "zhao", "phone": PHONE}])  # fmt: skip
    def test_refuses_what_has_not_the_shape(self, browser, sent, body):
        assert browser.post("/session/codes", body).status_code == 422

    def test_needs_the_token_of_the_form(self, resident, sent):
        client = Client(enforce_csrf_checks=True)

        answer = client.post("/api/v1/session/codes", {"name": "zhao"}, "application/json")

        assert (answer.status_code, answer.json()["key"]) == (403, "identity.forged")
        assert sent == []


class TestSignIn:
    def test_lets_a_resident_in_once(self, browser, resident, sent):
        asked = ask(browser).json()["asked"]

        first = read(browser, asked, sent[0].code)
        again = read(Browser(Client(enforce_csrf_checks=True)), asked, sent[0].code)

        assert (first.status_code, first.json()["user"]["username"]) == (200, "zhao")
        assert (again.status_code, again.json()["key"]) == (401, "identity.wrong_sent_code")
        assert Line.objects.filter(what="signed_in:code").count() == 1

    def test_five_tries_and_no_sixth(self, browser, resident, sent):
        asked = ask(browser).json()["asked"]

        answers = {read(browser, asked, wrong(sent[0].code)).status_code for _ in range(5)}

        assert answers == {401}
        assert read(browser, asked, sent[0].code).status_code == 401

    def test_wrong_ones_do_not_lock_the_password(self, browser, resident, sent):
        for _ in range(2):
            asked = ask(browser).json()["asked"]
            for _ in range(5):
                read(browser, asked, wrong(sent[-1].code))

        assert browser.sign_in("zhao").status_code == 200

    def test_is_too_late_after_five_minutes(self, browser, resident, sent):
        asked = ask(browser).json()["asked"]
        OneTimeCode.objects.update(until=timezone.now())

        assert read(browser, asked, sent[0].code).status_code == 401

    def test_a_later_code_voids_the_one_before(self, browser, resident, sent):
        first, second = ask(browser).json()["asked"], ask(browser).json()["asked"]

        assert read(browser, first, sent[0].code).status_code == 401
        assert read(browser, second, sent[1].code).status_code == 200

    def test_a_code_is_good_for_its_use_only(self, browser, resident, sent):
        asked = ask(browser, use="reset").json()["asked"]

        assert read(browser, asked, sent[0].code).status_code == 401

    def test_what_was_asked_for_nobody_opens_nothing(self, browser, resident, sent, monkeypatch):
        monkeypatch.setattr(codes, "_digits", lambda: "000000")
        asked = ask(browser, "nobody").json()["asked"]

        assert read(browser, asked, "000000").status_code == 401

    def test_who_came_to_work_here_since_is_refused(self, browser, resident, sent):
        asked = ask(browser).json()["asked"]
        operations.grant(account=resident, role="guard", community="hml", now=NOW)

        assert read(browser, asked, sent[0].code).status_code == 401

    def test_who_works_here_at_other_hours_is_sent_none(self, browser, resident, sent):
        tomorrow = str((timezone.localtime().isoweekday() % 7) + 1)
        terms = operations.Terms(days=tomorrow)
        operations.grant(account=resident, role="guard", community="hml", terms=terms, now=NOW)

        answers = [ask(browser, use=use).status_code for use in ("sign_in", "reset", "bind")]

        assert answers == [202] * 3
        assert sent == []

    def test_asks_for_a_factor_where_there_is_one(self, browser, resident, sent):
        browser.sign_in("zhao")
        secret, _ = has_app(browser)
        other = Browser(Client(enforce_csrf_checks=True))
        asked = ask(other).json()["asked"]

        halfway = read(other, asked, sent[0].code)
        before = other.get("/session").status_code
        wrong_one = other.post("/session/second", {"code": "000000"})
        done = other.post("/session/second", {"code": code_of(secret)})

        assert (halfway.status_code, halfway.json()["key"]) == (401, "identity.factor_wanted")
        assert (before, wrong_one.status_code) == (401, 401)
        assert done.json()["user"]["username"] == "zhao"
        assert other.get("/session").status_code == 200

    def test_half_way_lasts_five_minutes(self, browser, resident, sent):
        browser.sign_in("zhao")
        secret, _ = has_app(browser)
        other = Browser(Client(enforce_csrf_checks=True))
        read(other, ask(other).json()["asked"], sent[0].code)
        other.remember(half_at=timezone.now().timestamp() - 300)

        answer = other.post("/session/second", {"code": code_of(secret)})

        assert (answer.status_code, answer.json()["key"]) == (401, "identity.half_over")

    def test_nobody_is_half_way_by_himself(self, browser, resident):
        answer = browser.post("/session/second", {"code": "000000"})

        assert (answer.status_code, answer.json()["key"]) == (401, "identity.half_over")


class TestReset:
    NEW = "another long password 8"

    def reset(self, browser, sent, name="zhao", new=NEW):
        asked = ask(browser, name, "reset").json()["asked"]
        body = {"asked": asked, "code": sent[-1].code, "new": new}
        return body, browser.post("/session/password/reset", body)

    def test_changes_the_password_and_ends_all_sessions(self, browser, resident, sent):
        browser.sign_in("zhao")
        other = Browser(Client(enforce_csrf_checks=True))

        body, answer = self.reset(other, sent)

        assert answer.status_code == 204
        assert not Session.objects.filter(account=resident).exists()
        assert browser.get("/session").status_code == 401
        assert other.sign_in("zhao").status_code == 401
        assert other.sign_in("zhao", self.NEW).status_code == 200
        assert other.post("/session/password/reset", body).status_code == 401

    @pytest.mark.usefixtures("resident")
    def test_locks_the_account_before_it_voids_the_code_as_another_reset_does(self, browser, sent):
        with CaptureQueriesContext(connection) as asked:
            self.reset(browser, sent)

        said = [one["sql"] for one in asked]
        voided = f'DELETE FROM "{OneTimeCode._meta.db_table}"'
        [at] = [n for n, sql in enumerate(said) if sql.startswith(voided) and "name" in sql]
        assert f'FROM "{Account._meta.db_table}"' in said[at - 1]

    def test_a_weak_one_leaves_the_code_good(self, browser, resident, sent):
        body, refused = self.reset(browser, sent, new="password")

        done = browser.post("/session/password/reset", {**body, "new": self.NEW})

        assert refused.json()["key"] == "identity.weak_password"
        assert done.status_code == 204

    def test_a_wrong_code_changes_nothing(self, browser, resident, sent):
        before = Account.objects.get(pk=resident).password
        asked = ask(browser, use="reset").json()["asked"]

        body = {"asked": asked, "code": wrong(sent[0].code), "new": self.NEW}
        answer = browser.post("/session/password/reset", body)

        assert answer.status_code == 401
        assert Account.objects.get(pk=resident).password == before

    def test_is_not_for_who_works_here_without_a_factor(self, browser, working, sent):
        ask(browser, "wang", "reset")

        assert sent == []

    def test_keeps_the_factor_of_who_works_here(self, browser, working, sent):
        browser.sign_in()
        secret, _ = has_app(browser)
        other = Browser(Client(enforce_csrf_checks=True))

        _, answer = self.reset(other, sent, "wang")

        assert answer.status_code == 204
        assert other.sign_in(password=self.NEW).json()["key"] == "identity.factor_wanted"
        assert other.sign_in(password=self.NEW, code=code_of(secret)).status_code == 200


class TestStepUp:
    """Who came without a password shows again that it is himself by a code to his telephone."""

    def test_a_code_opens_what_is_sensitive(self, browser, resident, sent):
        browser.sign_in("zhao")
        browser.remember(shown=0)
        wanted = browser.post("/session/app").json()

        asked = ask(browser, use="show").json()["asked"]
        answer = browser.post("/session/factor", {"asked": asked, "code": sent[0].code})

        assert wanted["values"]["factors"] == ["password", "sent"]
        assert answer.status_code == 204, answer.json()
        assert browser.post("/session/app").status_code == 200

    def test_a_code_is_good_once_and_for_this_alone(self, browser, resident, sent):
        browser.sign_in("zhao")
        asked = ask(browser, use="sign_in").json()["asked"]
        other = browser.post("/session/factor", {"asked": asked, "code": sent[0].code})
        again = ask(browser, use="show").json()["asked"]
        said = {"asked": again, "code": sent[1].code}

        assert read(browser, again, sent[1].code).status_code == 401
        assert browser.post("/session/factor", said).status_code == 204
        assert browser.post("/session/factor", said).status_code == other.status_code == 401

    def test_anothers_code_shows_nothing(self, browser, resident, phones, sent):
        other = operations.open_account(username="qian", name="钱小和", password=PASSWORD).account
        operations.grant(account=other, role="resident", community="hml", now=NOW)
        phones[other] = "+8613800138009"
        browser.sign_in("zhao")
        asked = ask(browser, "qian", use="show").json()["asked"]

        answer = browser.post("/session/factor", {"asked": asked, "code": sent[0].code})

        assert (answer.status_code, answer.json()["key"]) == (401, "identity.wrong_sent_code")

    def test_who_works_here_or_has_a_factor_shows_more_than_a_code(
        self, browser, resident, working, sent
    ):
        browser.sign_in("zhao")
        has_app(browser)
        browser.remember(shown=0)

        factors = browser.post("/session/app").json()["values"]["factors"]
        ask(browser, use="show")
        ask(browser, "wang", use="show")

        assert "sent" not in factors
        assert sent == []


class TestShown:
    def test_no_code_can_be_read_where_they_go_to_telephones(self, browser, resident, sent):
        ask(browser)

        assert browser.get("/session/codes").json() == {"items": []}


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_of_many_who_read_one_code_one_comes_in(self, resident, sent):
        asked = operations.send(name="zhao", use="sign_in", address="", now=NOW)

        def enter(_):
            try:
                operations.sign_in_by_code(asked=asked, code=sent[0].code, now=NOW)
            except operations.WrongSentCode:
                return False
            finally:
                connection.close()
            return True

        with ThreadPoolExecutor(8) as many:
            came_in = list(many.map(enter, range(8)))

        assert sum(came_in) == 1

    def test_many_guesses_at_once_are_five(self, resident, sent):
        asked = operations.send(name="zhao", use="sign_in", address="", now=NOW)

        def guess(_):
            try:
                codes.check(asked=asked, code=wrong(sent[0].code), use="sign_in", now=NOW)
            except operations.WrongSentCode:
                return
            finally:
                connection.close()

        with ThreadPoolExecutor(8) as many:
            list(many.map(guess, range(8)))

        assert OneTimeCode.objects.get().tries_left == 0

    def test_many_who_ask_at_once_are_five(self, resident, sent):
        def one(_):
            try:
                operations.send(name="zhao", use="sign_in", address="", now=NOW)
            except operations.TooManyCodes:
                return False
            finally:
                connection.close()
            return True

        with ThreadPoolExecutor(8) as many:
            answered = list(many.map(one, range(8)))

        assert sum(answered) == len(sent) == 5


class TestForgetting:
    def test_what_is_long_over_is_gone(self, resident, sent):
        operations.send(name="zhao", use="sign_in", address="", now=NOW)

        operations.send(name="li", use="sign_in", address="", now=NOW + timedelta(hours=3))

        assert OneTimeCode.objects.count() == 1
        assert CodesSent.objects.count() == 2
