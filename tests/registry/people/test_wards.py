"""Guardians: whom they act for, by place and time, what of it is seen, and how it ends."""

import json
from datetime import date, datetime, timedelta
from types import SimpleNamespace

import msgspec
import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone

from linli.contracts import privacy
from linli.contracts.doors import Way
from linli.domains.doors import jobs as door_jobs
from linli.domains.doors.models import Credential
from linli.domains.doors.operations import issuing
from linli.domains.visits import jobs as visit_jobs
from linli.domains.visits.models import Visit
from linli.foundation.approvals.models import Approval
from linli.foundation.audit import operations as audit
from linli.foundation.audit.crowd import Crowd
from linli.foundation.audit.models import Act, Line
from linli.foundation.consent.models import Consent, Request
from linli.foundation.identity import operations as identity
from linli.foundation.identity.models import Account, Grant
from linli.foundation.identity.roles import FOR_WARD
from linli.registry.people import logic, wards
from linli.registry.people.entries import MembershipEntry, PersonEntry
from linli.registry.people.models import Household, Membership, Person
from linli.registry.places.models import Place
from linli.web import writes
from tests.fresh import fresh, stale
from tests.proof import world
from tests.registry.people.conftest import ROOM, put

pytestmark = pytest.mark.django_db
API = "/api/v1/hml"
OWN = f"{API}/me/privacy"


@pytest.fixture(autouse=True)
def nobody_was_noted(monkeypatch):
    """Accounts of other tests had the same numbers: what they may note in a minute is not his."""
    monkeypatch.setattr(audit, "_crowd", Crowd())


@pytest.fixture(autouse=True, scope="module")
def ports():
    """All as the web process has it."""
    with world.wired():
        yield


def born(years):
    """Return the birthday of somebody who has so many years, and had his birthday last week."""
    day = timezone.localdate() - timedelta(days=7)
    return day.replace(year=day.year - years, day=min(day.day, 28))


def account(name, role, **more):
    row = Account.objects.create(username=name, name=name, password=make_password(None))
    identity.grant(
        account=row.pk, role=role, community="hml", now=timezone.now(), **more
    )  # fmt: skip
    client = Client()
    client.force_login(row)
    client.account = row.pk
    return client


@pytest.fixture
def ward(lived_in):
    """A boy of fifteen in room 201; return how he is named."""
    put([
        PersonEntry(code="c1", name="周小宝", born_on=born(15)),
        MembershipEntry(room=ROOM, person="c1", relation="family", since=date(2020, 1, 1)),
    ])  # fmt: skip
    return f"person:{Person.rows.of('hml').get(code='c1').pk}"


@pytest.fixture
def uncle(ward):
    """His guardian, who lives elsewhere."""
    return account("uncle", "guardian", ward=ward)


def acting(client, ward, path, method="get", body=None):
    said = {"data": json.dumps(body), "content_type": "application/json"} if body else {}
    return getattr(client, method)(f"{API}{path}", headers={"Linli-For": ward}, **said)


class TestActing:
    @pytest.mark.parametrize(
        "path",
        ["/my/homes", "/my/visits", "/my/calls", "/my/doors", "/my/door-ways", "/my/passages",
         "/my/wallet", "/my/wallet/lines", "/my/orders", "/my/home", "/my/charging/sessions"],
    )  # fmt: skip
    def test_he_sees_what_is_his_wards_and_it_is_remembered(self, uncle, ward, path):
        answer = acting(uncle, ward, path)

        assert answer.status_code == 200
        line = Line.objects.get(what=ward, act=Act.LOOK)
        assert (line.account, line.purpose) == (uncle.account, "proxy")

    def test_homes_and_wallet_are_the_wards_and_not_his_own(self, uncle, ward):
        homes = acting(uncle, ward, "/my/homes").json()["homes"]

        assert [one["place"] for one in homes] == [ROOM]
        assert uncle.get(f"{API}/my/homes").json()["homes"] == []

    @pytest.mark.parametrize(
        "path", ["/my/household", "/me/privacy", "/cases", "/notices", "/people", "/my/parking"]
    )
    def test_nothing_else_is_done_in_his_place(self, uncle, ward, path):
        assert acting(uncle, ward, path).status_code == 403

    def test_what_he_does_stands_on_the_wards_page_as_done_for_him(self, uncle, ward):
        answer = acting(uncle, ward, "/my/pin", "post", {"duress": False})

        page = uncle.get(f"{OWN}?subject={ward}").json()
        assert answer.status_code == 200
        said = [(one["who"], one["what"]["zh"]) for one in page["deeds"]]
        assert said == [("uncle", "换新开门密码")]
        assert [(one["name"], one["given"]) for one in page["guardians"]] == [("uncle", True)]
        line = Line.objects.get(what=f"ward:{ward[7:]}")
        assert (line.act, line.account) == (Act.WRITE, uncle.account)

    def test_what_is_refused_is_no_deed(self, uncle, ward):
        acting(uncle, ward, "/my/visits/999999/withdraw", "post")

        assert not Line.objects.filter(what__startswith="ward:").exists()

    def test_reads_his_record_which_he_sees(self, uncle, ward):
        first = uncle.get(f"{OWN}?subject={ward}").json()
        page = uncle.get(f"{OWN}?subject={ward}").json()

        assert (first["own"]["guardian"], first["looks"]) == (True, [])
        assert [one["who"] for one in page["looks"]] == ["uncle"]

    def test_that_he_read_who_looked_is_remembered_too(self, uncle, ward):
        answer = uncle.get(f"{OWN}/looks?subject={ward}")

        assert (answer.status_code, answer.json()["items"]) == (200, [])
        assert Line.objects.get(what=ward, act=Act.LOOK).account == uncle.account

    def test_he_alone_is_told_that_a_guardian_is_himself(self, uncle, ward):
        account("other", "guardian", ward=ward)

        page = uncle.get(f"{OWN}?subject={ward}").json()

        assert {one["name"]: one["mine"] for one in page["guardians"]} == {
            "uncle": True, "other": False,
        }  # fmt: skip

    def test_names_them_for_the_choice(self, uncle, ward):
        found = uncle.get(f"{API}/me/wards").json()

        assert [(one["subject"], one["name"]) for one in found["items"]] == [(ward, "周小宝")]
        assert set(found["permissions"]) == FOR_WARD

    def test_a_parent_acts_for_a_child_under_fourteen_of_his_home(self, ward):
        mother = account("mother", "resident")
        put([PersonEntry(code="p1", account=mother.account, born_on=born(40))])
        before = acting(mother, ward, "/my/homes").status_code
        put([PersonEntry(code="c1", born_on=born(9))])

        after = acting(mother, ward, "/my/homes")

        assert (before, after.status_code) == (404, 200)
        [guardian] = mother.get(f"{OWN}?subject={ward}").json()["guardians"]
        assert (guardian["name"], guardian["given"]) == ("周桂兰", False)
        assert guardian["mine"]

    def test_a_code_drawn_anew_is_one_deed_an_hour(self, uncle, ward, monkeypatch):
        shown = [acting(uncle, ward, "/my/door-code", "post").status_code for _ in range(3)]
        once = Line.objects.filter(what=f"ward:{ward[7:]}").count()
        later = timezone.now() + timedelta(hours=1)
        monkeypatch.setattr(writes, "timezone", SimpleNamespace(now=lambda: later))
        acting(uncle, ward, "/my/door-code", "post")

        assert (shown, once) == ([200] * 3, 1)
        assert Line.objects.filter(what=f"ward:{ward[7:]}").count() == 2

    def test_whatever_he_looks_at_is_one_look_an_hour(self, uncle, ward, monkeypatch):
        looks = Line.objects.filter(what=ward, act=Act.LOOK)
        at = timezone.now()
        monkeypatch.setattr(writes, "timezone", SimpleNamespace(now=lambda: at))
        for path in ("/my/calls", "/my/calls", "/my/visits", "/my/passages"):
            assert acting(uncle, ward, path).status_code == 200
        uncle.get(f"{OWN}?subject={ward}")
        once = looks.count()
        at += timedelta(hours=1)
        acting(uncle, ward, "/my/calls")
        uncle.get(f"{API}/my/calls")

        assert once == 1
        assert list(looks.values_list("purpose", "account")) == [("proxy", uncle.account)] * 2

    def test_another_guardian_is_a_look_of_his_own(self, uncle, ward):
        other = account("other", "guardian", ward=ward)
        for one in (uncle, other, uncle, other):
            acting(one, ward, "/my/visits")

        found = Line.objects.filter(what=ward, act=Act.LOOK).order_by("pk")
        assert [line.account for line in found] == [uncle.account, other.account]

    def test_a_door_that_he_opened_is_named_on_the_wards_page(self, uncle, ward):
        deed = audit.Deed(
            community="hml", account=uncle.account, act=Act.WRITE, what=f"ward:{ward[7:]}",
            words="POST /{community}/my/doors/{door}/open nowhere", now=timezone.now(),
        )  # fmt: skip
        audit.note_all([deed, msgspec.structs.replace(deed, words="POST /api/of/old")])

        page = uncle.get(f"{OWN}?subject={ward}").json()

        assert [one["what"]["zh"] for one in page["deeds"]] == ["代办", "开门"]


class TestOnceByKey:
    """A key and the header: the answer of one person is never another's."""

    def pin(self, client, headers):
        return client.post(
            f"{API}/my/pin", '{"duress": false}', content_type="application/json",
            headers={"Idempotency-Key": "one-intention", **headers},
        )  # fmt: skip

    def test_for_another_it_is_another_request(self, uncle, ward):
        first = self.pin(uncle, {"Linli-For": ward})
        again = self.pin(uncle, {"Linli-For": ward})
        others = [self.pin(uncle, headers) for headers in ({}, {"Linli-For": "person:999999"})]

        assert (first.status_code, again.headers["Idempotency-Replayed"]) == (200, "true")
        assert again.json() == first.json()
        assert [one.json()["key"] for one in others] == ["replies.other_request"] * 2

    def test_nothing_is_told_again_once_he_is_guardian_no_more(self, uncle, ward):
        self.pin(uncle, {"Linli-For": ward})
        Grant.objects.filter(ward=ward).delete()

        answer = self.pin(uncle, {"Linli-For": ward})

        assert (answer.status_code, answer.json()["key"]) == (404, "identity.not_your_ward")


class TestRefused:
    def test_who_is_not_his_guardian(self, uncle, ward):
        stranger = account("stranger", "resident")
        elder = f"person:{Person.rows.of('hml').get(code='p1').pk}"

        answers = [
            acting(stranger, ward, "/my/doors"),
            acting(uncle, elder, "/my/doors"),
            acting(uncle, "person:0", "/my/doors"),
            acting(uncle, "x", "/my/doors"),
        ]

        assert {one.status_code for one in answers} == {404}
        assert {one.json()["key"] for one in answers} == {"identity.not_your_ward"}

    def test_in_another_community(self, uncle, ward, other_estate):
        answer = uncle.get("/api/v1/other/my/doors", headers={"Linli-For": ward})

        assert (answer.status_code, answer.json()["key"]) == (404, "identity.not_your_ward")

    def test_out_of_his_hours(self, ward):
        tomorrow = timezone.localtime() + timedelta(days=1)
        terms = identity.Terms(days=str(tomorrow.isoweekday()))
        uncle = account("uncle", "guardian", ward=ward, terms=terms)

        assert acting(uncle, ward, "/my/doors").status_code == 404
        assert uncle.get(f"{OWN}?subject={ward}").status_code == 403

    def test_where_his_ward_does_not_live(self, ward):
        near = account("near", "guardian", ward=ward, place="hml/b03")
        far = account("far", "guardian", ward=ward, place="hml/p1")

        assert acting(near, ward, "/my/doors").status_code == 200
        assert acting(far, ward, "/my/doors").status_code == 404

    def test_at_a_place_where_one_of_his_homes_does_not_lie(self, ward):
        near = account("near", "guardian", ward=ward, place="hml/b03")
        home = Household.rows.create(community="hml", room=elsewhere())
        there = Membership.rows.create(
            community="hml", household=home, person_id=int(ward[7:]), relation="family"
        )

        assert acting(near, ward, "/my/doors").status_code == 404
        there.delete()
        assert acting(near, ward, "/my/doors").status_code == 200

    @pytest.mark.parametrize(
        ("path", "method", "body"),
        [("", "get", None), ("/looks", "get", None), ("/download", "get", None),
         ("consents/push", "put", {"given": True}), ("consents/service", "put", {"given": False}),
         ("requests", "post", {"kind": "erasure"}),
         ("authorisations", "post", {"what_for": "补贴", "fields": ["name"], "departments": [1],
                                     "days": 9, "most": 2, "confirmed": True})],
    )  # fmt: skip
    def test_who_is_nobody_here_and_names_nobody_means_not_his_ward(
        self, uncle, ward, path, method, body
    ):
        address = f"{OWN}{path}" if method == "get" else f"{API}/me/{path}"
        said = {"data": json.dumps(body), "content_type": "application/json"} if body else {}

        answer = getattr(fresh(uncle), method)(address, **said)

        assert (answer.status_code, answer.json()["key"]) == (404, "consent.not_in_the_register")
        assert not Consent.rows.of("hml").exists()
        assert not Request.rows.of("hml").exists()

    def test_the_pin_of_somebody_of_age_is_not_his_guardians(self, uncle, ward):
        put([PersonEntry(code="c1", born_on=born(40))])
        uncle = account("aunt", "guardian", ward=ward)

        answer = acting(uncle, ward, "/my/pin", "post", {"duress": False})

        assert (answer.status_code, answer.json()["key"]) == (403, "doors.not_for_an_adult")
        assert not Credential.rows.of("hml").exists()


def elsewhere():
    """Return a place that does not lie in the ward's house."""
    return Place.rows.of("hml").get(path="hml/p1")


class TestFamily:
    """Whom the register knows as family of a child of nine in room 201."""

    @pytest.fixture
    def child(self, ward):
        put([PersonEntry(code="c1", born_on=born(9))])
        return ward

    @pytest.fixture
    def mother(self, child):
        mother = account("mother", "resident")
        put([PersonEntry(code="p1", account=mother.account, born_on=born(40))])
        return mother

    @pytest.mark.parametrize(
        ("stands", "beside", "speaks"),
        [({}, "", True),
         ({"relation": "family"}, "", True),
         ({"relation": "tenant"}, "", True),
         ({"relation": "family"}, "tenant", True),
         ({"relation": "tenant"}, "tenant", False),
         ({"relation": "family"}, "tenant tenant", False),
         ({"relation": "owner"}, "tenant", False),
         ({"relation": "tenant"}, "owner", False),
         ({"relation": "other"}, "", False),
         ({"occupancy": "rented"}, "", False),
         ({"since": 1}, "", False),
         ({"until": 0}, "", False),
         ({"born_on": None}, "", False),
         ({"born_on": 17}, "", False)],
    )  # fmt: skip
    def test_who_is(self, child, mother, stands, beside, speaks):
        home = Household.rows.of("hml").get(room__path=ROOM)
        for number, relation in enumerate(beside.split()):
            put([PersonEntry(code=f"b{number}", name="旁人", born_on=born(50)),
                 MembershipEntry(room=ROOM, person=f"b{number}", relation=relation)])  # fmt: skip
        for name, value in stands.items():
            if name == "occupancy":
                Household.rows.of("hml").filter(pk=home.pk).update(occupancy=value)
            elif name == "born_on":
                day = born(value) if value else None
                Person.rows.of("hml").filter(code="p1").update(born_on=day)
            else:
                day = timezone.localdate() + timedelta(days=value) if value in {0, 1} else value
                Membership.rows.of("hml").filter(person__code="p1").update(**{name: day})

        answer = acting(mother, child, "/my/homes")
        named = [one.account for one in wards.guardians("hml", child, timezone.now())]

        assert answer.status_code == (200 if speaks else 404)
        assert (mother.account in named) is speaks

    def test_does_not_what_his_own_roles_do_not_let_him(self, child):
        father = account("father", "cleaner")
        put([PersonEntry(code="p1", account=father.account, born_on=born(40))])

        assert acting(father, child, "/my/wallet").status_code == 200
        assert acting(father, child, "/my/doors").status_code == 403

    def test_who_has_no_role_here_does_nothing(self, child, mother):
        Grant.objects.filter(account=mother.account).update(community="other")

        assert acting(mother, child, "/my/doors").status_code == 403

    @pytest.mark.parametrize(
        ("relations", "one"),
        [([], True), (["owner", "owner", "family"], True), (["tenant", "family", "other"], True),
         (["tenant", "tenant"], False), (["owner", "tenant", "family"], False)],
    )  # fmt: skip
    def test_one_family(self, relations, one):
        assert logic.one_family(relations) is one


class TestEnding:
    def test_by_the_day_of_age_also_where_it_was_found_out_later(self, uncle, ward):
        assert acting(uncle, ward, "/my/doors").status_code == 200

        put([PersonEntry(code="c1", born_on=born(15))])
        Grant.objects.filter(ward=ward).update(at=timezone.now() - timedelta(days=5 * 366))
        put([PersonEntry(code="c1", born_on=born(18))])

        assert acting(uncle, ward, "/my/doors").status_code == 404
        assert uncle.get(f"{API}/me/wards").json()["items"] == []

    def test_of_an_adult_under_guardianship_it_goes_on(self, ward):
        put([PersonEntry(code="c1", born_on=born(40))])
        uncle = account("uncle", "guardian", ward=ward)

        assert acting(uncle, ward, "/my/doors").status_code == 200

    def test_he_lays_it_down_with_a_factor_and_nobody_elses(self, uncle, ward):
        other = account("other", "guardian", ward=ward)

        again = stale(uncle).delete(f"{API}/me/wards/{ward}")
        done = fresh(uncle).delete(f"{API}/me/wards/{ward}")
        twice = uncle.delete(f"{API}/me/wards/{ward}")

        assert (again.status_code, done.status_code) == (401, 204)
        assert twice.status_code == 403  # it was all that he was here
        assert acting(other, ward, "/my/doors").status_code == 200

    def test_by_the_erasure_of_the_ward(self, uncle, ward):
        privacy.erase("hml", ward, uncle.account, timezone.now())

        assert not Grant.objects.filter(ward=ward).exists()


def at_home(ward, by):
    """Let somebody have invited a guest in the place of a ward."""
    now = timezone.now()
    home = Household.rows.of("hml").get(room__path=ROOM)
    return Visit.rows.create(
        community="hml", kind="guest", state="expected", household=home, place=ROOM,
        host_id=int(ward[7:]), by_id=by, source="home", since=now, until=now + timedelta(hours=2),
    )  # fmt: skip


class TestWhatHeMade:
    """A PIN that he made and a guest whom he invited are good as long as he is guardian."""

    @pytest.fixture
    def made(self, uncle, ward):
        acting(uncle, ward, "/my/pin", "post", {"duress": False})
        new = issuing.NewCredential(way=Way.PIN, person=int(ward[7:]), duress=True)
        desk = issuing.issue(community="hml", new=new, by=None, now=timezone.now()).row
        return Credential.rows.of("hml").get(duress=False), desk, at_home(ward, uncle.account)

    def swept(self):
        now = timezone.now()
        return door_jobs.end_unguarded(now), visit_jobs.end_unguarded(now)

    def how(self, end, uncle, ward):
        now = timezone.now()
        rows = Grant.objects.filter(ward=ward)
        match end:
            case "laid down":
                fresh(uncle).delete(f"{API}/me/wards/{ward}")
            case "run out":
                rows.update(until=now - timedelta(seconds=1))
            case "of age":
                rows.update(at=now - timedelta(days=5 * 366))
                put([PersonEntry(code="c1", born_on=born(18))])
            case "closed":
                Account.objects.filter(pk=uncle.account).update(is_active=False)

    @pytest.mark.parametrize("end", ["laid down", "run out", "of age", "closed"])
    def test_ends_with_it_once_and_nothing_else_does(self, uncle, ward, made, end):
        his, desk, visit = made

        before = self.swept()
        self.how(end, uncle, ward)
        ended, again = self.swept(), self.swept()

        assert (before, ended, again) == ((0, 0), (1, 1), (0, 0))
        his.refresh_from_db()
        desk.refresh_from_db()
        visit.refresh_from_db()
        assert (his.state, desk.state) == ("ended", "open")
        assert (visit.state, visit.over_why) == ("withdrawn", "unguarded")

    def test_stays_out_of_his_hours(self, ward, made):
        tomorrow = timezone.localtime() + timedelta(days=1)
        Grant.objects.filter(ward=ward).update(days=str(tomorrow.isoweekday()))

        assert self.swept() == (0, 0)

    def test_his_own_guests_stay(self, ward):
        boy = account("boy", "resident")
        put([PersonEntry(code="c1", account=boy.account)])
        at_home(ward, boy.account)

        assert self.swept() == (0, 0)


class TestGiving:
    def ask(self, manager, **more):
        wish = {"username": "uncle", "role": "guardian", "reason": "判决书", **more}
        return manager.post(f"{API}/grants", json.dumps(wish), content_type="application/json")

    def test_ends_at_the_latest_when_he_is_of_age_and_takes_two(self, ward):
        manager, officer = account("wang", "manager"), account("li", "security_officer")
        uncle = account("uncle", "resident")

        asked = self.ask(manager, ward=ward, place="hml").json()
        before = acting(uncle, ward, "/my/doors").status_code
        passed = officer.post(
            f"{API}/approvals/{asked['id']}/approve", json.dumps({"digest": asked["digest"]}),
            content_type="application/json",
        )  # fmt: skip

        assert (before, passed.status_code) == (404, 200)
        assert "周小宝" not in json.dumps(asked, ensure_ascii=False)
        assert f"编号 {ward[7:]}）" in asked["words"]["zh"]
        assert f"of person {ward[7:]}," in asked["words"]["en"]
        [grant] = Grant.objects.filter(ward=ward)
        assert grant.place == ""
        of_age = logic.of_age_on(born_on=born(15))
        assert timezone.localtime(grant.until).replace(tzinfo=None) == datetime.combine(
            of_age, datetime.min.time()
        )
        assert acting(uncle, ward, "/my/doors").status_code == 200
        [shown] = manager.get(f"{API}/grants?role=guardian").json()["items"]
        assert shown["ward"] == "周小宝"
        [masked] = officer.get(f"{API}/grants?role=guardian").json()["items"]
        assert masked["ward"] == ward

    def test_refuses_a_place_where_only_one_of_his_homes_lies(self, ward):
        manager = account("wang", "manager")
        account("uncle", "resident")

        answer = self.ask(manager, ward=ward, place="hml/b03")

        assert (answer.status_code, answer.json()["key"]) == (422, "rights.ward_no_place")
        assert not Approval.rows.of("hml").exists()

    def test_is_not_given_for_who_was_erased_meanwhile(self, ward):
        manager, officer = account("wang", "manager"), account("li", "security_officer")
        account("uncle", "resident")
        asked = self.ask(manager, ward=ward).json()
        privacy.erase("hml", ward, manager.account, timezone.now())

        passed = officer.post(
            f"{API}/approvals/{asked['id']}/approve", json.dumps({"digest": asked["digest"]}),
            content_type="application/json",
        )  # fmt: skip

        assert (passed.status_code, passed.json()["key"]) == (422, "rights.ward_wanted")
        assert not Grant.objects.filter(ward=ward).exists()

    @pytest.mark.parametrize(
        "wish", [{}, {"ward": "person:999999"}, {"ward": "ITS", "role": "guard"}]
    )
    def test_refuses_one_for_nobody_and_wards_of_others(self, ward, wish):
        manager = account("wang", "manager")
        account("uncle", "resident")

        wish = {key: ward if value == "ITS" else value for key, value in wish.items()}
        answer = self.ask(manager, **wish)

        assert (answer.status_code, answer.json()["key"]) == (422, "rights.ward_wanted")
        assert not Approval.rows.of("hml").exists()

    def test_refuses_himself_and_who_has_no_birthday(self, ward):
        manager, uncle = account("wang", "manager"), account("uncle", "resident")
        put([PersonEntry(code="c1", account=uncle.account)])
        put([PersonEntry(code="n1", name="无生日")])
        nobody = f"person:{Person.rows.of('hml').get(code='n1').pk}"

        answers = [self.ask(manager, ward=ward), self.ask(manager, ward=nobody)]

        assert {one.json()["key"] for one in answers} == {"rights.ward_wanted"}


@pytest.mark.parametrize(
    ("born_on", "day"),
    [(date(2010, 5, 6), date(2028, 5, 6)), (date(2008, 2, 29), date(2026, 3, 1)),
     (date(2012, 2, 29), date(2030, 3, 1))],
)  # fmt: skip
def test_of_age(born_on, day):
    assert logic.of_age_on(born_on=born_on) == day
    assert logic.age(born_on=born_on, on=day) == 18
    assert logic.age(born_on=born_on, on=day - timedelta(days=1)) == 17


def test_no_number_is_nobody(lived_in):
    for subject in ("", "person:", "person:x", "staff:1", "person:999999"):
        assert wards.known("hml", subject, timezone.localdate()) is None
        assert wards.guardians("hml", subject, timezone.now()) == []
