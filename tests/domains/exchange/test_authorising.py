"""One authorisation of a person, used by messages of several departments, within its limits."""

import json
import threading
from datetime import timedelta

import pytest
from django.db import connection

from linli.contracts import privacy
from linli.domains.cases.operations import opening
from linli.domains.cases.operations.opening import Report
from linli.domains.exchange import queries
from linli.domains.exchange.logic import authorising as logic
from linli.domains.exchange.logic.authorising import Beyond, Limits, Over
from linli.domains.exchange.logic.fields import NeverLeaves
from linli.domains.exchange.models import Authorisation, AuthorisationUse, Department, Message
from linli.domains.exchange.operations import authorising, sending
from linli.domains.exchange.operations.authorising import NewAuthorisation, Personal
from linli.foundation.audit import queries as trail
from linli.foundation.audit.models import Act
from linli.foundation.consent.operations import ConfirmWanted, GuardianWanted
from linli.foundation.consent.queries import NotInTheRegister, NotYours
from linli.foundation.identity.operations import rights
from linli.foundation.identity.queries import actor_of
from linli.registry.people import holdings
from linli.registry.people import operations as people
from linli.registry.people.entries import HouseholdEntry, MembershipEntry, PersonEntry
from linli.registry.people.models import Person
from tests.domains.exchange.post import LATER
from tests.registry.conftest import NOW
from tests.registry.people.conftest import ELDER_ID

pytestmark = pytest.mark.django_db
API = "/api/v1/hml"
ROOM = "hml/b03/u1/f02/201"


@pytest.fixture(autouse=True)
def whom(monkeypatch):
    monkeypatch.setattr(privacy.whom, "_answer", holdings.whom)


@pytest.fixture
def resident(somebody):
    """The elder of a room, and a child of her household, who signs in himself."""
    account, child = somebody("resident"), somebody("guardian")
    people.put_many(
        community="hml",
        entries=[
            HouseholdEntry(room=ROOM, occupancy="owner"),
            PersonEntry(code="p1", name="周桂兰", phone="13800008000", id_number=ELDER_ID,
                        account=account),
            PersonEntry(code="p2", name="周小宝", born_on=NOW.date() - timedelta(days=3000),
                        account=child),
            MembershipEntry(room=ROOM, person="p1", relation="owner", since=NOW.date()),
            MembershipEntry(room=ROOM, person="p2", relation="family", since=NOW.date()),
        ],
        today=NOW.date(),
    )  # fmt: skip
    return actor_of(account=account, community="hml", now=NOW)


@pytest.fixture
def report(resident):
    def made(title="加装扶手"):
        said = Report(kind="general", place="hml/b03", title=title)
        return opening.report(actor=resident, report=said, now=NOW).pk

    return made


@pytest.fixture
def offices(department):
    """Three departments: two that she authorises, one that she does not."""
    return [department(code=code).pk for code in ("civil", "health", "police")]


@pytest.fixture
def many(resident, offices, department, browser, monkeypatch):
    """Make more departments than are listed, one to which nothing goes, one elsewhere; return what
    seeks among them.
    """
    monkeypatch.setattr(queries, "MOST_TO_NAME", 1)
    department(code="sea", name_zh="海事", name_en="Harbour")
    Department.rows.of("hml").filter(pk=department(code="shut").pk).update(open=False)
    Department.rows.create(
        community="other", code="other", name_zh="海", adapter="workorder", key=b"", set_at=NOW
    )
    hers = browser(resident.account)
    return lambda sought: hers.get(f"{API}/me/authorisations", {"department": sought}).json()


@pytest.fixture
def give(resident, offices):
    def given(account=None, **other):
        new = {"what_for": "申请居家养老补贴", "fields": ["name", "phone"], "days": 30, "most": 3,
               "departments": offices[:2], "confirmed": True, **other}  # fmt: skip
        return authorising.give(
            community="hml", account=account or resident.account, new=NewAuthorisation(**new),
            now=NOW,
        )  # fmt: skip

    return given


@pytest.fixture
def send(desk, report):
    def sent(given, office, *fields, now=NOW, case=None):
        personal = Personal(fields=fields or ("name",), authorisation=given.pk if given else None)
        return authorising.send(
            actor=desk, department=office, case=case or report(), personal=personal, now=now
        )

    return sent


def subject(code="p1"):
    return f"person:{Person.rows.of('hml').get(code=code).pk}"


def body(row):
    row = queries.message(community="hml", id=row.pk)
    queries.opened([row])
    return json.loads(row.body)


def used(given):
    return Authorisation.rows.of("hml").get(pk=given.pk).used


LIMITS = {"fields": ["name"], "departments": [1, 2], "until": LATER, "most": 2, "used": 0,
          "withdrawn": False}  # fmt: skip


class TestLimits:
    @pytest.mark.parametrize(
        ("limits", "department", "fields", "fault"),
        [
            ({}, 1, ["name"], None),
            ({"used": 1}, 2, ["name"], None),
            ({"used": 2}, 1, ["name"], Over),
            ({"until": NOW}, 1, ["name"], Over),
            ({"withdrawn": True}, 1, ["name"], Over),
            ({}, 3, ["name"], Beyond),
            ({}, 1, ["name", "phone"], Beyond),
            ({"fields": []}, 1, ["name"], Beyond),
        ],
    )
    def test_lets_what_it_names_and_nothing_else(self, limits, department, fields, fault):
        said = Limits(**LIMITS | limits)

        if fault is None:
            logic.check(limits=said, department=department, fields=fields, now=NOW)
        else:
            with pytest.raises(fault):
                logic.check(limits=said, department=department, fields=fields, now=NOW)


class TestUse:
    def test_given_once_it_serves_several_departments_and_each_use_is_on_her_page(
        self, give, send, offices, browser
    ):
        given = give()

        first, second = send(given, offices[0], "name", "phone"), send(given, offices[1])

        page = browser(given.given_by_id).get(f"{API}/me/authorisations").json()["items"][0]
        looks = trail.lines(community="hml", act=Act.LOOK)
        assert body(first)["person"] == {"name": "周桂兰", "phone": "+8613800008000"}
        assert body(second)["person"] == {"name": "周桂兰"}
        assert body(second)["authorisation"]["for"] == "申请居家养老补贴"
        assert (first.subject, page["used"], page["state"]) == (subject(), 2, "standing")
        assert [(one["who"], [it["name"] for it in one["fields"]]) for one in page["uses"]] == [
            ("王小和", ["name"]), ("王小和", ["name", "phone"]),
        ]  # fmt: skip
        assert [(one.what, one.purpose, one.account) for one in looks] == [
            (subject(), "sharing", first.by_id)
        ] * 2

    def test_without_one_nothing_of_a_person_goes(self, send, offices):
        with pytest.raises(authorising.AuthorisationWanted):
            send(None, offices[0], "phone")

        assert not Message.rows.of("hml").exists()

    @pytest.mark.parametrize(
        ("office", "fields", "fault"),
        [
            (2, ["name"], Beyond),
            (0, ["name", "id_number"], Beyond),
            (0, ["face"], NeverLeaves),
        ],
    )
    def test_beyond_it_nothing_goes_and_nothing_is_used(self, give, send, office, fields, fault):
        given = give()
        named = [*given.departments, given.departments[-1] + 1][office]

        with pytest.raises(fault):
            send(given, named, *fields)

        assert (used(given), Message.rows.of("hml").count()) == (0, 0)
        assert trail.lines(community="hml", act=Act.LOOK) == []

    def test_expired_it_lets_nothing(self, give, send, offices):
        given = give(days=1)

        with pytest.raises(Over):
            send(given, offices[0], now=NOW + timedelta(days=1))

    def test_the_same_case_sent_twice_is_one_use(self, give, send, report, offices):
        given, case = give(most=1), report()

        first, second = (send(given, offices[0], case=case) for _ in range(2))

        assert (first.pk, used(given)) == (second.pk, 1)
        with pytest.raises(authorising.SentAlready):
            send(give(), offices[0], case=case)

    def test_anothers_authorisation_is_none(self, give, desk, case, offices):
        given = give()
        personal = Personal(fields=("name",), authorisation=given.pk)

        with pytest.raises(queries.AuthorisationNotFound):
            authorising.send(
                actor=desk, department=offices[0], case=case.pk, personal=personal, now=NOW
            )

        assert used(given) == 0

    def test_what_the_register_does_not_know_is_not_sent_empty(self, give, send, offices):
        given = give(subject=subject("p2"))

        with pytest.raises(authorising.NotKnown):
            send(given, offices[0], "phone")

        assert send(given, offices[0], "name").subject == subject("p2")

    def test_the_desk_sees_what_a_case_may_go_by(self, give, report, browser, desk):
        given, case = give(), report()

        listed = browser(desk.account).get(f"{API}/cases/{case}/authorisations").json()["items"]

        assert [(one["id"], one["left"]) for one in listed] == [(given.pk, 3)]


class TestWithdraw:
    def test_the_next_use_is_refused_and_what_waits_does_not_go(
        self, give, send, offices, desk, resident
    ):
        given = give()
        waits = send(given, offices[0])
        for _ in range(2):
            authorising.withdraw(community="hml", account=resident.account, id=given.pk, now=NOW)

        with pytest.raises(Over):
            send(given, offices[1])
        with pytest.raises(Over):
            sending.again(actor=desk, message=waits.pk, now=NOW)
        assert sending.letters(most=9, busy=[], now=NOW) == []
        row = queries.message(community="hml", id=waits.pk)
        assert (row.state, row.reason) == ("failed", "authorisation withdrawn")

    def test_what_came_to_wait_in_the_same_moment_does_not_go_either(self, give, send, offices):
        given = give(days=1)
        waits = send(given, offices[0])
        Authorisation.rows.of("hml").filter(pk=given.pk).update(withdrawn_at=NOW)

        assert sending.letters(most=9, busy=[], now=NOW) == []
        assert queries.message(community="hml", id=waits.pk).state == "failed"

    def test_another_resident_does_not_withdraw_it(self, give, somebody, browser):
        given = give()
        stranger = somebody("merchant")
        entry = PersonEntry(code="p9", name="李安", account=stranger)
        people.put_many(community="hml", entries=[entry], today=NOW.date())

        answer = browser(stranger).post(f"{API}/me/authorisations/{given.pk}/withdraw")

        assert (answer.status_code, answer.json()["key"]) == (
            404, "exchange.authorisation_not_found",
        )  # fmt: skip
        assert Authorisation.rows.of("hml").get().withdrawn_at is None

    def test_it_ends_with_who_is_erased(self, give, send, offices):
        given = give()
        send(given, offices[0])

        authorising.forget(community="hml", subject=subject(), account=given.given_by_id, now=NOW)

        row = Authorisation.rows.of("hml").get(pk=given.pk)
        assert (row.withdrawn_at, row.what_for) == (NOW, "")
        assert AuthorisationUse.rows.of("hml").count() == 1


class TestGive:
    @pytest.mark.parametrize(
        ("other", "fault"),
        [
            ({"confirmed": False}, ConfirmWanted),
            ({"fields": ["face"]}, NeverLeaves),
            ({"fields": []}, authorising.NothingAuthorised),
            ({"departments": []}, authorising.NothingAuthorised),
            ({"departments": [99]}, queries.DepartmentNotFound),
            ({"what_for": "  "}, authorising.NothingAuthorised),
            ({"days": 367}, authorising.NothingAuthorised),
            ({"most": 101}, authorising.NothingAuthorised),
            ({"subject": "person:999"}, NotYours),
        ],
    )
    def test_refuses_what_is_not_said(self, give, other, fault):
        with pytest.raises(fault):
            give(**other)

        assert not Authorisation.rows.of("hml").exists()

    def test_a_child_does_not_say_it_alone(self, give):
        child = Person.rows.of("hml").get(code="p2").account_id

        with pytest.raises(GuardianWanted):
            give(account=child)

    def test_with_a_case_goes_what_is_his_and_his_childs_not_of_a_ward_that_was_given_him(
        self, resident, report
    ):
        day = NOW.date()
        entries = [
            PersonEntry(code="p1", born_on=day.replace(year=1941)),
            PersonEntry(code="p9", name="李老", born_on=day.replace(year=1940)),
        ]
        people.put_many(community="hml", entries=entries, today=day)
        ward = f"person:{Person.rows.of('hml').get(code='p9').pk}"
        rights.grant(account=resident.account, role="guardian", community="hml", ward=ward, now=NOW)
        spoken_for = [one.subject for one in holdings.whom("hml", resident.account, NOW)]

        found = authorising.reporters(community="hml", case=report(), now=NOW)

        assert (len(spoken_for), spoken_for[-1]) == (3, ward)
        assert found == spoken_for[:2]

    def test_who_works_here_and_does_not_live_here_has_nothing_to_give(self, give, desk):
        with pytest.raises(NotInTheRegister):
            give(account=desk.account)

    @pytest.mark.parametrize(
        ("sought", "found", "more"),
        [("", ["civil"], True), (" SEA", ["sea"], False), ("海", ["sea"], False),
         ("市民", ["civil"], True), ("shut", [], False), ("%", [], False), ("other", [], False)],
    )  # fmt: skip
    def test_of_very_many_departments_the_first_come_or_those_that_are_sought(
        self, many, sought, found, more
    ):
        page = many(sought)

        codes = dict(Department.rows.of("hml").values_list("pk", "code"))
        assert [codes[one["id"]] for one in page["departments"]] == found
        assert page["departments_more"] is more

    def test_over_http_it_is_given_used_withdrawn(self, resident, offices, browser, desk, report):
        hers = browser(resident.account)
        said = {"what_for": "补贴", "fields": ["name"], "departments": offices[:1], "days": 9,
                "most": 2, "confirmed": True}  # fmt: skip
        made = hers.post(f"{API}/me/authorisations", said, "application/json")
        number, case = made.json()["id"], report()
        body = {"department": offices[0], "personal": ["name"], "authorisation": number}

        sent = browser(desk.account).post(f"{API}/cases/{case}/exchange", body, "application/json")
        done = browser(resident.account).post(f"{API}/me/authorisations/{number}/withdraw")
        page = browser(resident.account).get(f"{API}/me/authorisations").json()

        assert (made.status_code, sent.status_code, done.status_code) == (201, 201, 204)
        assert page["items"][0]["state"] == "withdrawn"
        assert [one["name"] for one in page["offered"]] == ["name", "phone", "id_number", "address"]


@pytest.mark.django_db(transaction=True)
def test_of_two_uses_at_once_of_the_last_one_is_left(give, report, desk, offices):
    given, cases, ends = give(most=1), [report("一"), report("二")], []
    personal = Personal(fields=("name",), authorisation=given.pk)

    def send(case):
        try:
            ends.append(
                authorising.send(
                    actor=desk, department=offices[0], case=case, personal=personal, now=NOW
                ).pk
            )
        except Over:
            ends.append(None)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(case,)) for case in cases]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert (len(ends), ends.count(None), used(given)) == (2, 1, 1)
    assert AuthorisationUse.rows.of("hml").count() == 1
