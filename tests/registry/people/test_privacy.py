"""A person's own page: what is held, who looked; consents whose withdrawal is felt; erasure."""

import json
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from linli.app import privacy as wired
from linli.contracts import privacy
from linli.domains.cases.models import Case
from linli.foundation.audit import operations as audit
from linli.foundation.audit import queries as trail
from linli.foundation.audit.models import Act
from linli.foundation.audit.things import Thing
from linli.foundation.consent import operations, queries
from linli.foundation.consent.models import Consent, Kind, Request
from linli.foundation.identity import operations as identity
from linli.foundation.identity.models import Account
from linli.foundation.outbox import operations as outbox
from linli.foundation.vault import sealed
from linli.foundation.vault.models import DataKey
from linli.kernel.port import Port
from linli.registry.imports import ledgers
from linli.registry.people import erasing, holdings, jobs
from linli.registry.people import operations as people
from linli.registry.people import queries as register
from linli.registry.people.entries import (
    HouseholdEntry,
    MembershipEntry,
    PersonEntry,
    StaffEntry,
)
from linli.registry.people.models import GroupMembership, Membership, Person, Staff, Vehicle
from linli.registry.people.search import search
from tests.registry.conftest import NOW
from tests.registry.people.conftest import ELDER_ID, ROOM, TODAY, person, put

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
JSON = "application/json"
OWN = "/api/v1/hml/me/privacy"


@pytest.fixture(autouse=True)
def ports(monkeypatch):
    for port in vars(privacy).values():
        if isinstance(port, Port):
            monkeypatch.setattr(port, "_answer", None)
    monkeypatch.setattr(outbox.wake, "_answer", lambda: None)
    wired.wire()


@pytest.fixture
def resident(lived_in, sign_in):
    """The elder of room 201 signs in herself; return her account."""
    account = sign_in("resident")
    put([PersonEntry(code="p1", account=account)])
    return account


@pytest.fixture
def desk(lived_in):
    """A colleague of the front desk, and one of the manager's, each with a client of his own."""
    return {role: _signed_in(role) for role in ("front_desk", "manager")}


def _signed_in(role):
    opened = identity.open_account(username=role, name=f"{role}甲", password="long enough 7")
    identity.grant(account=opened.account, role=role, community="hml", now=NOW)
    client = Client()
    client.force_login(Account.objects.get(pk=opened.account))
    return client


def subject():
    return f"person:{Person.rows.of('hml').get(code='p1').pk}"


def say(client, purpose, given, **more):
    body = json.dumps({"given": given, **more})
    return client.put(f"/api/v1/hml/me/consents/{purpose}", body, content_type=JSON)


def look(client, purpose):
    number = Person.rows.of("hml").get(code="p1").pk
    return client.get(f"/api/v1/hml/people/{number}?purpose={purpose}").json()


class TestOwnPage:
    def test_shows_what_is_held_in_full_and_why(self, resident, client):
        page = client.get(OWN).json()

        fields = {field["field"]: field for record in page["held"] for field in record["fields"]}
        assert page["own"]["name"] == "周桂兰"
        assert fields["phone"]["value"]["zh"] == "+8613800008000"
        assert fields["id_number"]["value"]["zh"] == ELDER_ID
        assert fields["phone"]["grade"] == "sensitive"
        assert [one["key"] for one in fields["phone"]["purposes"]] == [
            "service", "emergency", "visit", "correction", "account", "sharing",
        ]  # fmt: skip
        assert fields["relation"]["value"] == {"zh": "业主", "en": "owner"}
        assert fields["group"]["value"]["zh"] == "独居老人"
        assert fields["plate"]["value"]["zh"] == "浙A12345"

    def test_shows_who_looked_and_why(self, resident, client, desk):
        look(desk["front_desk"], "service")

        [seen] = client.get(OWN).json()["looks"]
        assert (seen["who"], seen["purpose"]["key"], seen["many"]) == (
            "front_desk甲", "service", False,
        )  # fmt: skip

    def test_shows_what_of_one_was_looked_at(self, resident, client, desk):
        look(desk["front_desk"], "service")
        for words in (Thing.PASSAGE, Thing.MESSAGE, "somebody wrote this before"):
            audit.note(
                community="hml", account=resident, act=Act.LOOK, what=subject(), words=words,
                purpose="record", now=NOW,
            )  # fmt: skip

        seen = {one["what"]["en"] for one in client.get(OWN).json()["looks"]}

        assert seen == {
            "record and numbers", "a passage and its pictures",
            "a message to or from a department", "what is registered",
        }  # fmt: skip

    def test_the_page_tells_the_newest_hundred_and_the_file_all(self, resident, client):
        rows = [
            Case(
                community="hml", number=f"2026-{n}", kind="general", title="灯坏", matter="shared",
                state="closed", severity="minor", place=ROOM, reporter_id=resident, created_at=NOW,
            )
            for n in range(101)
        ]  # fmt: skip
        Case.rows.bulk_create(rows)

        page, file = (client.get(at).json() for at in (OWN, f"{OWN}/download"))

        told = [[one["record"]["zh"] for one in found["held"] if one["kind"]["en"] == "report"]
                for found in (page, file)]  # fmt: skip
        assert (page["newest"], len(told[0]), told[0][0]) == (100, 100, "2026-100")
        assert (len(told[1]), told[1][-1]) == (101, "2026-0")

    def test_account_devices_rights_and_what_one_did_are_told(self, resident, client):
        kinds = {one["kind"]["en"]: one for one in client.get(OWN).json()["held"]}

        assert {"account", "device that is signed in", "role and rights"} <= set(kinds)
        assert "password" not in {one["field"] for one in kinds["account"]["fields"]}

    def test_shows_that_a_list_of_all_was_taken_out(self, resident, client):
        identity.look(
            community="hml", account=resident, subject="export:people", purpose="visit", now=NOW
        )

        assert [one["many"] for one in client.get(OWN).json()["looks"]] == [True]

    def test_who_looked_comes_in_pages_the_looks_of_one_moment_too(self, resident, client):
        for subject_, times in ((subject(), 3), ("export:people", 2), ("person:77", 1)):
            for _ in range(times):
                identity.look(
                    community="hml", account=resident, subject=subject_, purpose="visit", now=NOW
                )

        found, cursor = [], ""
        while cursor is not None:
            page = client.get(f"{OWN}/looks", {"limit": 2, "cursor": cursor}).json()
            found.append(page["items"])
            cursor = page["next"]
        whole = client.get(OWN).json()

        assert [len(part) for part in found] == [2, 2, 1]
        assert [one for part in found for one in part] == whole["looks"]
        assert whole["looks_next"] is None
        assert sorted(one["many"] for one in whole["looks"]) == [False] * 3 + [True] * 2

    @pytest.mark.parametrize("cursor", ["1", "x-1", "1-x", "-1-1", "1-1-1", "9" * 40 + "-1"])
    def test_a_cursor_of_who_looked_that_was_not_given_out_is_refused(
        self, resident, client, cursor
    ):
        answer = client.get(f"{OWN}/looks", {"cursor": cursor})

        assert (answer.status_code, answer.json()["key"]) == (422, "web.bad_request")

    def test_who_looked_at_one_is_nobody_elses_to_read(self, resident, client, desk):
        answer = desk["front_desk"].get(f"{OWN}/looks?subject={subject()}")

        assert (answer.status_code, answer.json()["key"]) == (404, "consent.not_in_the_register")

    def test_ones_own_page_is_nobody_elses(self, resident, client, desk):
        answer = desk["front_desk"].get(f"{OWN}?subject={subject()}")

        assert (answer.status_code, answer.json()["key"]) == (404, "consent.not_in_the_register")

    def test_a_resident_speaks_for_no_other_resident(self, resident, client):
        put([PersonEntry(code="p9", name="邻居")])
        other = Person.rows.of("hml").get(code="p9").pk

        answer = client.get(f"{OWN}?subject=person:{other}")

        assert (answer.status_code, answer.json()["key"]) == (404, "consent.not_yours")

    def test_is_of_its_own_community(self, resident, other_estate, client):
        assert client.get("/api/v1/other/me/privacy").status_code == 403

    def test_staff_read_what_is_held_on_them_too(self, lived_in, sign_in, client):
        put([StaffEntry(code="e01", account=sign_in("engineer"))])

        page = client.get(OWN).json()

        values = {f["field"]: f["value"]["zh"] for r in page["held"] for f in r["fields"]}
        assert values["phone"] == "+8613900009000"
        assert {"work", "dispatch"} <= {one["purpose"]["key"] for one in page["consents"]}

    def test_reports_are_held_too(self, resident, client):
        row = Case(
            community="hml", number="2026-1", kind="general", title="灯坏", matter="shared",
            state="closed", severity="minor", place=ROOM, reporter_id=resident,
            reporter_name="周桂兰", description="门口的灯", created_at=NOW,
        )  # fmt: skip
        row.reporter_contact = "+8613800008000"
        sealed.seal_all([row], community="hml", today=TODAY)
        row.save()

        records = {r["record"]["zh"]: r for r in client.get(OWN).json()["held"]}

        assert {f["field"] for f in records["2026-1"]["fields"]} == {
            "description", "reporter_name", "reporter_contact",
        }  # fmt: skip

    def test_a_home_is_named_in_either_language(self, resident, client):
        homes = [one for one in client.get(OWN).json()["held"] if one["kind"]["en"] == "home"]

        assert [one["record"] for one in homes] == [
            {"zh": "3号楼1单元2层201室", "en": "201室, 2层, Unit 1, Building 3"}
        ]


class TestConsent:
    def test_a_withdrawal_is_felt_at_the_next_look(self, resident, client, desk):
        assert look(desk["front_desk"], "service")["phone"] == "+8613800008000"

        assert say(client, "service", given=False).status_code == 204

        shown = look(desk["front_desk"], "service")
        assert (shown["phone"], shown["withdrawn"]) == ("138****8000", ["service"])
        assert look(desk["front_desk"], "emergency")["phone"] == "+8613800008000"

    def test_is_as_easily_given_again(self, resident, client, desk):
        say(client, "service", given=False)
        say(client, "service", given=True)

        assert look(desk["front_desk"], "service")["phone"] == "+8613800008000"
        assert [row.given for row in Consent.rows.of("hml").order_by("pk")] == [False, True]

    def test_said_twice_is_so_once(self, resident, client):
        say(client, "service", given=False)
        say(client, "service", given=False)

        assert Consent.rows.of("hml").count() == 1
        lines = trail.lines(community="hml", act=Act.WRITE)
        assert [line.what for line in lines if "withdraws" in line.what] == [
            f"{subject()} withdraws"
        ]

    def test_a_sensitive_one_is_agreed_to_twice(self, resident, client, desk):
        once = say(client, "visit", given=True)
        still = queries.closed(community="hml", purpose="visit", subjects=[subject()])
        twice = say(client, "visit", given=True, confirmed=True)

        assert (once.status_code, once.json()["key"]) == (409, "consent.confirm_wanted")
        assert still == {subject()}
        assert twice.status_code == 204

    def test_who_wants_no_visits_is_in_no_group_for_them(self, resident, client, desk):
        unsaid = look(desk["front_desk"], "visit")
        say(client, "visit", given=True, confirmed=True)
        agreed = look(desk["front_desk"], "visit")

        say(client, "visit", given=False)

        assert (unsaid["groups"], unsaid["phone"]) == ([], "138****8000")
        assert (unsaid["unsaid"], unsaid["withdrawn"]) == (["visit"], [])
        assert (len(agreed["groups"]), agreed["phone"]) == (1, "+8613800008000")
        assert look(desk["front_desk"], "visit")["groups"] == []
        assert look(desk["front_desk"], "emergency")["groups"]

    @pytest.mark.parametrize("purpose", ["emergency", "verification", "curiosity"])
    def test_what_stands_on_no_consent_is_not_withdrawn(self, resident, client, purpose):
        answer = say(client, purpose, given=False)

        assert answer.status_code == 422
        assert not Consent.rows.of("hml").exists()

    def test_an_export_hides_it_too(self, resident, client):
        say(client, "service", given=False)

        [line] = ledgers.lines(community="hml", kind="people", purpose="service", full=True)
        assert line["phone"] == "138****8000"

    def test_who_withdraws_his_position_is_not_followed(self, lived_in, sign_in, client):
        account = sign_in("engineer")
        put([StaffEntry(code="e01", account=account)])
        now = datetime(2026, 6, 1, 9, tzinfo=SHANGHAI)
        where = {"longitude_deg": 120.1, "latitude_deg": 30.2}
        [standing] = [
            one for one in client.get(OWN).json()["consents"] if one["purpose"]["key"] == "dispatch"
        ]
        assert standing["state"] == "unsaid"
        say(client, "dispatch", given=True, confirmed=True)
        people.report_position(community="hml", account=account, now=now, **where)

        say(client, "dispatch", given=False)

        row = Staff.rows.of("hml").get(code="e01")
        assert (row.position_sealed, row.position_at) == ("", None)
        with pytest.raises(people.PositionNotAgreed):
            people.report_position(community="hml", account=account, now=now, **where)


class TestAtTheDesk:
    """A consent that was given on paper, or by word of mouth, is recorded by a colleague."""

    def put(self, client, purpose="visit", code="p1", **said):
        number = Person.rows.of("hml").get(code=code).pk
        body = {"given": True, "how": "paper", "sheet": "HML-0017", "said_on": "2026-05-20"} | said
        path = f"/api/v1/hml/people/{number}/consents/{purpose}"
        return client.put(path, json.dumps(body), content_type=JSON)

    def standing(self, client):
        return next(
            one for one in client.get(OWN).json()["consents"] if one["purpose"]["key"] == "visit"
        )

    def test_he_reads_who_recorded_it_and_how_and_withdraws_it(self, resident, client, desk):
        before = self.standing(client)["state"]
        recorded = self.put(desk["front_desk"]).json()
        mine = self.standing(client)
        seen = look(desk["front_desk"], "visit")["phone"]
        say(client, "visit", given=False)

        wanted = ("given", "paper", "HML-0017", "2026-05-20", "front_desk甲")
        fields = ("state", "how", "sheet", "said_on", "recorded_by")
        assert before == "unsaid"
        assert tuple(mine[field] for field in fields) == wanted
        assert [one["state"] for one in recorded["items"]] == ["assumed", "given"]
        assert seen == "+8613800008000"
        assert look(desk["front_desk"], "visit")["phone"] == "138****8000"
        assert (self.standing(client)["how"], self.standing(client)["recorded_by"]) == ("own", "")

    def test_a_withdrawal_by_word_of_mouth_is_recorded_as_easily(self, resident, client, desk):
        self.put(desk["front_desk"])
        self.put(desk["front_desk"], given=False, how="spoken", sheet="")
        self.put(desk["front_desk"], given=False, how="spoken", sheet="")

        assert [row.given for row in Consent.rows.of("hml").order_by("pk")] == [True, False]
        assert self.standing(client)["state"] == "withdrawn"
        lines = [line.what for line in trail.lines(community="hml", act=Act.WRITE)]
        assert [line for line in lines if "paper" in line or "spoken" in line] == [
            f"{subject()} withdraws: spoken", f"{subject()} agrees: paper",
        ]  # fmt: skip

    def test_no_sheet_of_before_brings_back_what_he_withdrew_at_the_desk(
        self, resident, client, desk
    ):
        no = {"given": False, "how": "spoken", "sheet": ""}
        self.put(desk["front_desk"], said_on="2026-05-10")
        self.put(desk["front_desk"], **no, said_on="2026-05-18")
        self.put(desk["front_desk"], **no, said_on="2026-05-20")

        older = self.put(desk["front_desk"], said_on="2026-05-19")
        of_that_day = self.put(desk["front_desk"])
        withdrawn = self.standing(client)["state"]
        newer = self.put(desk["front_desk"], said_on="2026-05-21")

        assert {older.json()["key"], of_that_day.json()["key"]} == {"consent.withdrawn_since"}
        assert (withdrawn, newer.status_code) == ("withdrawn", 200)
        assert self.standing(client)["state"] == "given"

    def test_what_the_desk_recorded_as_withdrawn_he_confirms_himself(self, resident, client, desk):
        self.put(desk["front_desk"], given=False, how="spoken", sheet="")
        for _ in range(2):
            say(client, "visit", given=False)

        lines = [(row.given, row.how) for row in Consent.rows.of("hml").order_by("pk")]
        assert lines == [(False, "spoken"), (False, "own")]
        answer = self.put(desk["front_desk"], said_on="2026-05-21")
        assert answer.json()["key"] == "consent.withdrawn_since"

    def test_recording_takes_a_factor_and_reading_none(self, resident, desk):
        session = desk["front_desk"].session
        session["shown"] = 0
        session.save()

        answer = self.put(desk["front_desk"])

        read = desk["front_desk"].get(f"/api/v1/hml/people/{subject()[7:]}/consents")
        assert (answer.status_code, answer.json()["key"]) == (401, "identity.step_up_wanted")
        assert read.status_code == 200
        assert not Consent.rows.of("hml").exists()

    def test_no_sheet_of_before_brings_back_what_he_withdrew_himself(self, resident, client, desk):
        say(client, "visit", given=True, confirmed=True)
        say(client, "visit", given=False)

        answer = self.put(desk["front_desk"])

        assert (answer.status_code, answer.json()["key"]) == (409, "consent.withdrawn_since")
        assert self.standing(client)["state"] == "withdrawn"

    @pytest.mark.parametrize(
        ("purpose", "said", "key"),
        [
            ("face", {}, "consent.not_at_the_desk"),
            ("curiosity", {}, "privacy.unknown_purpose"),
            ("visit", {"sheet": " "}, "consent.sheet_wanted"),
            ("visit", {"said_on": "2999-01-01"}, "consent.not_yet_said"),
            ("visit", {"how": "own"}, "web.bad_request"),
        ],
    )
    def test_refuses_what_would_not_do(self, resident, desk, purpose, said, key):
        assert self.put(desk["front_desk"], purpose, **said).json()["key"] == key
        assert not Consent.rows.of("hml").exists()

    def test_for_a_child_its_guardian_says_it(self, resident, desk):
        put([PersonEntry(code="c1", name="周小", born_on=date(2020, 5, 1))])

        alone = self.put(desk["front_desk"], code="c1")
        by_guardian = self.put(desk["front_desk"], code="c1", guardian=True)

        assert alone.json()["key"] == "consent.guardian_wanted"
        assert (by_guardian.json()["child"], Consent.rows.of("hml").get().guardian) == (True, True)

    def test_is_for_who_has_the_right_and_where_he_has_it(self, resident, client, desk):
        opened = identity.open_account(username="grid", name="网格甲", password="long enough 7")
        identity.grant(
            account=opened.account, role="grid_worker", community="hml", place="hml/b01", now=NOW
        )
        elsewhere = Client()
        elsewhere.force_login(Account.objects.get(pk=opened.account))

        assert self.put(client).status_code == 403
        assert self.put(elsewhere).json()["key"] == "people.not_found"
        assert not Consent.rows.of("hml").exists()


class TestGuardian:
    @pytest.fixture
    def child(self, resident):
        put(
            [
                PersonEntry(code="p1", born_on=date(1941, 3, 2)),
                PersonEntry(code="c1", name="周小", born_on=date(2020, 5, 1), phone="13811112222"),
                MembershipEntry(room=ROOM, person="c1", relation="family"),
            ]
        )
        return f"person:{Person.rows.of('hml').get(code='c1').pk}"

    def test_speaks_for_a_child_of_the_household(self, child, client):
        page = client.get(f"{OWN}?subject={child}").json()
        answer = say(client, "service", given=False, subject=child)

        assert [one["name"] for one in page["people"]] == ["周桂兰", "周小"]
        assert (page["own"]["guardian"], answer.status_code) == (True, 204)
        assert queries.given(community="hml", purpose="service", subjects=[child]) == {child: False}

    def test_a_child_does_not_agree_for_itself(self, child, sign_in, client):
        put([PersonEntry(code="c1", account=sign_in("guardian"))])

        answer = say(client, "service", given=False)

        assert (answer.status_code, answer.json()["key"]) == (403, "consent.guardian_wanted")

    def test_who_shares_the_rooms_and_is_not_of_the_family_does_not_speak_for_it(
        self, child, client
    ):
        Membership.rows.of("hml").filter(person__code="p1").update(relation="other")

        assert client.get(f"{OWN}?subject={child}").status_code == 404

    def test_nobody_speaks_for_a_child_of_fourteen_or_of_another_home(self, child, client):
        put([PersonEntry(code="c1", born_on=date(2005, 5, 1))])

        assert client.get(f"{OWN}?subject={child}").status_code == 404


class TestLink:
    def test_nobody_links_himself_to_a_person(self, lived_in, desk, client):
        number = Person.rows.of("hml").get(code="p1").pk
        me = Account.objects.get(username="manager").pk
        body = json.dumps({"account": me})

        answer = desk["manager"].patch(f"/api/v1/hml/people/{number}", body, content_type=JSON)
        made = desk["manager"].post(
            "/api/v1/hml/people", json.dumps({"name": "甲", "account": me}), content_type=JSON
        )

        assert [answer.json()["key"], made.json()["key"]] == ["people.own_account"] * 2
        assert not Person.rows.of("hml").exclude(account=None).exists()


class TestRequests:
    def ask(self, client, **body):
        return client.post("/api/v1/hml/me/requests", json.dumps(body), content_type=JSON)

    def decide(self, client, number, **body):
        path = f"/api/v1/hml/privacy/requests/{number}/decide"
        return client.post(path, json.dumps(body), content_type=JSON)

    def correction(self, client, wanted="13811113333"):
        return self.ask(client, kind="correction", field="phone", wanted=wanted)

    def test_a_correction_is_carried_out_by_somebody_else(self, resident, client):
        number = self.correction(client).json()["id"]

        manager = Account.objects.create(username="m", name="经理")
        done = operations.decide(
            community="hml", id=number, account=manager.pk, accept=True, reason="", now=NOW
        )

        assert done.state == "done"
        assert person("p1").phone == "+8613811113333"

    def test_what_is_wanted_lies_sealed(self, resident, client):
        answer = self.correction(client)

        row = Request.rows.of("hml").get()
        assert answer.json()["wanted"] == "13811113333"
        assert "13811113333" not in repr(row.__dict__)

    @pytest.mark.parametrize(("field", "wanted"), [("phone", "123"), ("born_on", "去年")])
    def test_what_cannot_be_is_refused_and_nothing_decided(self, resident, client, field, wanted):
        asked = self.ask(client, kind="correction", field=field, wanted=wanted)
        number = asked.json()["id"]
        manager = Account.objects.create(username="m", name="经理")

        with pytest.raises(people.Refused):
            operations.decide(
                community="hml", id=number, account=manager.pk, accept=True, reason="", now=NOW
            )

        assert person("p1").phone == "+8613800008000"
        assert Request.rows.of("hml").get().state == "open"

    def test_nobody_decides_his_own(self, resident, client):
        number = self.correction(client).json()["id"]

        with pytest.raises(operations.OwnRequest):
            operations.decide(
                community="hml", id=number, account=resident, accept=True, reason="", now=NOW
            )

    def test_who_refuses_says_why_and_once(self, resident, client):
        number = self.correction(client).json()["id"]
        manager = Account.objects.create(username="m", name="经理").pk
        said = {"community": "hml", "id": number, "account": manager, "accept": False, "now": NOW}

        with pytest.raises(operations.ReasonWanted):
            operations.decide(reason=" ", **said)
        operations.decide(reason="号码未核实", **said)
        with pytest.raises(operations.DecidedAlready):
            operations.decide(reason="再次", **said)

        [shown] = client.get(OWN).json()["requests"]
        assert (shown["state"], shown["reason"]) == ("refused", "号码未核实")

    @pytest.mark.parametrize(
        ("body", "key"),
        [
            ({"kind": "correction"}, "consent.nothing_wanted"),
            ({"kind": "correction", "field": "plate", "wanted": "浙A1"}, "consent.not_held"),
            ({"kind": "correction", "field": "code", "wanted": "x"}, "consent.not_held"),
        ],
    )
    def test_says_what_is_wrong_with_a_request(self, resident, client, body, key):
        assert self.ask(client, **body).json()["key"] == key

    def test_the_same_twice_waits_once(self, resident, client):
        self.correction(client)

        assert self.correction(client).json()["key"] == "consent.asked_already"
        assert Request.rows.of("hml").count() == 1

    def test_residents_do_not_see_the_desk(self, resident, client):
        assert client.get("/api/v1/hml/privacy/requests").status_code == 403
        assert self.decide(client, 1, accept=True).status_code == 403

    def test_the_desk_sees_them_with_the_day_of_the_answer(self, resident, client, desk):
        self.correction(client)

        [item] = desk["manager"].get("/api/v1/hml/privacy/requests").json()["items"]
        due_in = (
            date.fromisoformat(item["due_on"])
            - datetime.fromisoformat(item["asked_at"]).astimezone(SHANGHAI).date()
        )
        assert (item["kind"], item["wanted"], due_in) == (
            "correction", "13811113333", timedelta(days=30),
        )  # fmt: skip


class TestErasure:
    def test_who_lives_here_is_not_erased(self, resident, client):
        answer = client.post(
            "/api/v1/hml/me/requests", json.dumps({"kind": "erasure"}), content_type=JSON
        )

        assert (answer.status_code, answer.json()["key"]) == (409, "consent.in_the_way")
        assert not Request.rows.of("hml").exists()

    def test_nor_who_still_has_an_open_report(self, resident):
        self.move_out()
        Case.rows.create(
            community="hml", number="2026-1", kind="general", title="灯坏", matter="shared",
            state="handling", severity="minor", place=ROOM, reporter_id=resident, created_at=NOW,
        )  # fmt: skip

        with pytest.raises(operations.InTheWay) as refused:
            self.ask(resident)

        assert "2026-1" in refused.value.values["what"]

    def move_out(self):
        Membership.rows.of("hml").update(until=date(2026, 5, 1))

    def ask(self, account):
        return operations.ask(
            community="hml", account=account, subject="", kind=Kind.ERASURE, now=NOW
        )

    def erased(self, resident):
        self.move_out()
        row = Person.rows.of("hml").get(code="p1")
        number = self.ask(resident).pk
        manager = Account.objects.create(username="m", name="经理").pk
        operations.decide(
            community="hml", id=number, account=manager, accept=True, reason="", now=NOW
        )
        return row

    def test_leaves_a_number_and_no_key(self, resident):
        before = self.erased(resident)

        row = Person.rows.of("hml").get(pk=before.pk)
        assert not DataKey.rows.of("hml").filter(subject=before.vault_key).exists()
        assert (row.name, row.phone_sealed, row.phone_index, row.words, row.born_on) == (
            "已抹除", "", "", "", None,
        )  # fmt: skip
        assert row.erased_at == NOW
        assert not GroupMembership.rows.of("hml").exists()
        assert Vehicle.rows.of("hml").get().owner is None
        assert not Account.objects.get(pk=resident).is_active

    def test_an_older_spreadsheet_makes_a_new_row_and_wakes_no_erased_one(self, resident):
        before = self.erased(resident)

        put([PersonEntry(code="p1", name="周桂兰", phone="13800008000")])

        assert Person.rows.of("hml").get(pk=before.pk).vault_key == ""
        assert Person.rows.of("hml").get(code="p1").pk != before.pk

    def test_leaves_a_proof(self, resident):
        before = self.erased(resident)

        whats = [line.what for line in trail.lines(community="hml", act=Act.WRITE)]
        assert f"DataKey:{before.vault_key}" in whats

    def test_is_found_and_shown_no_more(self, resident):
        before = self.erased(resident)

        assert search(community="hml", text="周桂兰", people=True) == []
        assert search(community="hml", text="13800008000", people=True) == []
        with pytest.raises(register.NotFound):
            register.shown(
                community="hml", kind=PersonEntry, id=before.pk, purpose="service", seen=(), now=NOW
            )
        assert holdings.held("hml", f"person:{before.pk}", 100) == []

    def test_an_older_copy_of_the_row_reads_erased(self, resident):
        before = self.erased(resident)
        code = f"erased-{before.pk}"
        Person.rows.of("hml").filter(pk=before.pk).update(
            vault_key=before.vault_key, phone_sealed=before.phone_sealed
        )

        assert person(code).phone == "erased"

    def test_twice_is_once(self, resident):
        before = self.erased(resident)

        erasing.erase("hml", f"person:{before.pk}", 0, NOW)

        assert Person.rows.of("hml").get(pk=before.pk).erased_at == NOW


class TestRetention:
    def test_who_moved_out_long_ago_is_erased_and_nobody_else(self, resident, settings):
        put(
            [
                HouseholdEntry(room="hml/b03/u1/f01/101"),
                PersonEntry(code="gone", name="旧住户", phone="13811110000"),
                MembershipEntry(
                    room="hml/b03/u1/f01/101", person="gone", relation="tenant",
                    since=date(2019, 1, 1), until=date(2020, 1, 1),
                ),
                PersonEntry(code="late", name="新搬走", phone="13811110001"),
                MembershipEntry(
                    room="hml/b03/u1/f01/101", person="late", relation="tenant",
                    since=date(2025, 1, 1), until=date(2026, 5, 1),
                ),
                PersonEntry(code="never", name="访客"),
            ]
        )  # fmt: skip

        done = [jobs.forget_moved_out_of("hml", NOW) for _ in range(2)]

        left = set(Person.rows.of("hml").filter(erased_at=None).values_list("code", flat=True))
        assert (done, left) == ([1, 0], {"p1", "late", "never"})

    def test_positions_are_forgotten_after_a_day(self, lived_in):
        rows = Staff.rows.of("hml")
        rows.filter(code="e01").update(position_sealed="x", position_at=NOW - timedelta(hours=25))
        rows.filter(code="g01").update(position_sealed="y", position_at=NOW - timedelta(hours=23))

        assert jobs.forget_positions_of("hml", NOW) == 1
        assert [row.position_sealed for row in rows.order_by("code")] == ["", "y"]


def test_an_assessment_is_kept_three_years(desk):
    body = {"title": "走访名单", "purpose": "visit", "risks": "泄露", "measures": "加密、留痕"}

    answer = desk["manager"].post(
        "/api/v1/hml/privacy/assessments", json.dumps(body), content_type=JSON
    )

    made = answer.json()
    kept = date.fromisoformat(made["keep_until"]) - datetime.fromisoformat(made["at"]).date()
    assert answer.status_code == 201
    assert kept >= timedelta(days=3 * 365)
    assert desk["front_desk"].get("/api/v1/hml/privacy/assessments").status_code == 403


def test_a_look_by_a_program_names_it_on_the_persons_page(resident, client):
    """Who looked is the person for whom the program worked; by which program stands beside it."""
    with audit.done_by("快梯维保"):
        identity.look(
            community="hml", account=resident, subject=subject(), purpose="visit", now=NOW
        )
    identity.look(community="hml", account=resident, subject=subject(), purpose="visit", now=NOW)

    looks = client.get(OWN).json()["looks"]

    assert [(one["who"], one["program"]) for one in looks] == [
        ("王小和", ""), ("王小和", "快梯维保"),
    ]  # fmt: skip


def test_an_auditor_reads_assessments_and_makes_none(desk, sign_in, client):
    body = {"title": "走访名单", "purpose": "visit", "risks": "泄露", "measures": "加密、留痕"}
    at = "/api/v1/hml/privacy/assessments"
    desk["manager"].post(at, json.dumps(body), content_type=JSON)
    sign_in("auditor")

    made = client.post(at, json.dumps(body), content_type=JSON)

    assert [one["title"] for one in client.get(at).json()["items"]] == ["走访名单"]
    assert (made.status_code, made.json()["key"]) == (403, "identity.not_allowed")
