"""What a guardian hears and says for his ward, what of it stands on the ward's page, and who that
is to whoever lets a guardian pass.
"""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from linli.contracts import doors
from linli.contracts.doors import OpenTold, Way
from linli.domains.doors.logic.life import Step
from linli.domains.doors.operations import issuing
from linli.domains.visits.models import Call
from linli.domains.visits.operations import calling
from linli.foundation.audit import operations as audit
from linli.foundation.audit.models import Act, Line
from linli.foundation.identity.models import Account, Grant
from linli.foundation.outbox.models import Outgoing
from linli.registry.people.entries import HouseholdEntry, MembershipEntry, PersonEntry
from linli.registry.people.models import Membership, Person
from tests.domains.visits.test_calling import device
from tests.fresh import fresh
from tests.registry.people.conftest import ROOM, put
from tests.registry.people.test_wards import (
    API,
    OWN,
    account,
    acting,
    born,
    nobody_was_noted,
    ports,
    uncle,
    ward,
)

__all__ = ["nobody_was_noted", "ports", "uncle", "ward"]
pytestmark = pytest.mark.django_db
DOOR, NEXT_DOOR = "door-b03", "hml/b03/u1/f02/202"


@pytest.fixture
def panel(ward):
    return device(DOOR, "hml/b03/u1")


def ring(room="201"):
    """Let somebody ring at the door for a room; return the call."""
    return calling.ring(
        community="hml", door=DOOR, ask=room, room=room, below="hml/b03/u1", now=timezone.now()
    )


def told(topic="CallRang"):
    """Return whose telephones and whose pages the last fact of a call names."""
    fact = json.loads(bytes(Outgoing.objects.filter(topic=topic).latest("pk").body))
    return fact["told"], fact["guardians"]


@pytest.mark.usefixtures("panel")
class TestCalls:
    def test_his_page_hears_it_and_he_answers_in_his_wards_place(self, uncle, ward):
        call = ring()

        [shown] = acting(uncle, ward, "/my/calls").json()["items"]
        answered = acting(uncle, ward, f"/my/calls/{call.pk}/answer", "post")

        assert told() == ([], [uncle.account])
        assert uncle.get(f"{API}/my/calls").json()["items"] == []
        assert (shown["id"], shown["state"], shown["by_me"]) == (call.pk, "ringing", False)
        assert answered.json()["by_me"]
        assert told("CallAnswered") == ([], [uncle.account])
        [deed] = uncle.get(f"{OWN}?subject={ward}").json()["deeds"]
        assert (deed["who"], deed["what"]["zh"]) == ("uncle", "接听门口呼叫")
        assert Line.objects.filter(what=ward, act=Act.LOOK, account=uncle.account).exists()

    def test_he_opens_as_his_ward_would_and_refuses(self, uncle, ward, monkeypatch):
        opened = []
        monkeypatch.setattr(
            doors.open_for,
            "_answer",
            lambda wanted: opened.append(wanted) or OpenTold(opened=True, reason="", passage=7),
        )
        first, again = ring(), acting(uncle, ward, f"/my/calls/{ring().pk}/open", "post")
        Call.rows.of("hml").filter(pk=first.pk).update(state="ringing", by=None)
        refused = acting(uncle, ward, f"/my/calls/{first.pk}/refuse", "post")

        assert [(one.person, one.account) for one in opened] == [(int(ward[7:]), uncle.account)]
        assert (again.json()["state"], refused.json()["state"]) == ("opened", "refused")
        assert told("CallOver") == ([], [uncle.account])

    def test_of_another_home_he_hears_nothing_and_answers_nothing(self, uncle, ward):
        put([HouseholdEntry(room=NEXT_DOOR), PersonEntry(code="n1", name="邻居"),
             MembershipEntry(room=NEXT_DOOR, person="n1", relation="owner")])  # fmt: skip

        call = ring("202")

        assert told() == ([], [])
        assert acting(uncle, ward, "/my/calls").json()["items"] == []
        for path in ("answer", "open", "refuse"):
            answer = acting(uncle, ward, f"/my/calls/{call.pk}/{path}", "post")
            assert (answer.status_code, answer.json()["key"]) == (404, "visits.call_not_found")
        call.refresh_from_db()
        assert call.state == "ringing"

    @pytest.mark.parametrize("end", ["hours", "over", "taken", "closed", "moved", "elsewhere"])
    def test_who_may_not_now_hears_nothing(self, uncle, ward, end):
        now, rows = timezone.now(), Grant.objects.filter(ward=ward)
        match end:
            case "hours":
                rows.update(days=str((timezone.localtime() + timedelta(days=1)).isoweekday()))
            case "over":
                rows.update(until=now - timedelta(seconds=1))
            case "taken":
                rows.delete()
            case "closed":
                Account.objects.filter(pk=uncle.account).update(is_active=False)
            case "moved":
                Membership.rows.of("hml").filter(person__code="c1").update(until=now.date())
            case "elsewhere":
                rows.update(place="hml/p1")

        ring()

        assert told() == ([], [])

    def test_family_that_lives_there_is_rung_as_before_and_named_once(self, ward):
        mother, father = account("mother", "resident"), account("father", "cleaner")
        put([PersonEntry(code="c1", born_on=born(9)),
             PersonEntry(code="p1", account=mother.account, born_on=born(40)),
             PersonEntry(code="p2", name="爸爸", account=father.account, born_on=born(41)),
             MembershipEntry(room=ROOM, person="p2", relation="owner")])  # fmt: skip

        ring()

        assert told() == (sorted([mother.account, father.account]), [])


class TestCards:
    @pytest.fixture
    def card(self, ward):
        new = issuing.NewCredential(way=Way.CARD, person=int(ward[7:]), value="0000000077")
        return issuing.issue(community="hml", new=new, by=None, now=timezone.now()).row

    def says(self, client, ward):
        """Return what the page lets him say of the card."""
        [card] = acting(client, ward, "/my/door-ways").json()["credentials"]
        return {"lost", "found"} & set(card["steps"])

    def step(self, client, ward, card, what):
        answer = acting(client, ward, f"/my/credentials/{card.pk}/steps", "post", {"step": what})
        card.refresh_from_db()
        return answer.status_code, answer.json().get("key"), card.state

    def test_what_he_reported_lost_himself_he_says_found(self, uncle, ward, card):
        said = [
            (self.says(uncle, ward), self.step(uncle, ward, card, one)[2])
            for one in ("lost", "found")
        ]

        assert said == [({"lost"}, "lost"), ({"found"}, "open")]
        assert self.step(uncle, ward, card, "found") == (409, "doors.not_now", "open")

    @pytest.mark.parametrize("other", ["desk", "guardian", "ward"])
    def test_what_another_reported_stays_lost(self, uncle, ward, card, other):
        boy = account("boy", "resident")
        put([PersonEntry(code="c1", account=boy.account)])
        by = {"desk": None, "ward": boy.account, "guardian": 0}[other]
        if other == "guardian":
            by = account("aunt", "guardian", ward=ward).account
        self.step(uncle, ward, card, "lost")
        self.step(uncle, ward, card, "found")
        issuing.take_step(community="hml", id=card.pk, step=Step.LOST, by=by, now=timezone.now())

        assert self.says(uncle, ward) == set()
        refused = (403, "doors.not_yours_to_say", "lost")
        assert self.step(uncle, ward, card, "found") == refused

    def test_of_many_lost_cards_the_page_asks_as_much_as_of_one(self, uncle, ward, card):
        def asked():
            with CaptureQueriesContext(connection) as queries:
                ways = acting(uncle, ward, "/my/door-ways").json()["credentials"]
            return len(queries), ["found" in one["steps"] for one in ways]

        acting(uncle, ward, "/my/door-ways")  # that he looked is noted by the first alike
        self.step(uncle, ward, card, "lost")
        few, before = asked()
        for n in range(5):
            new = issuing.NewCredential(way=Way.CARD, person=int(ward[7:]), value=f"000000009{n}")
            more = issuing.issue(community="hml", new=new, by=None, now=timezone.now()).row
            issuing.take_step(
                community="hml", id=more.pk, step=Step.LOST, by=None, now=timezone.now()
            )

        assert (before, asked()) == ([True], (few, [False] * 5 + [True]))

    def test_his_own_card_the_ward_says_found_whoever_reported_it(self, uncle, ward, card):
        boy = account("boy", "resident")
        put([PersonEntry(code="c1", account=boy.account)])
        self.step(uncle, ward, card, "lost")

        answer = boy.post(
            f"{API}/my/credentials/{card.pk}/steps", json.dumps({"step": "found"}),
            content_type="application/json",
        )  # fmt: skip

        card.refresh_from_db()
        assert (answer.status_code, card.state) == (200, "open")

    def test_a_card_of_another_is_not_there(self, uncle, ward):
        other = Person.rows.of("hml").get(code="p1").pk
        new = issuing.NewCredential(way=Way.CARD, person=other, value="0000000078")
        card = issuing.issue(community="hml", new=new, by=None, now=timezone.now()).row

        missing = (404, "doors.credential_not_found", "open")
        assert self.step(uncle, ward, card, "lost") == missing


class TestDeeds:
    def done(self, uncle, ward, times):
        """Let so many things have been done in the place of a ward, all at one moment."""
        deed = audit.Deed(
            community="hml", account=uncle.account, act=Act.WRITE, what=f"ward:{ward[7:]}",
            words="POST /{community}/my/pin", now=timezone.now(),
        )  # fmt: skip
        audit.note_all([deed] * times)

    def test_they_come_in_pages_those_of_one_moment_too(self, uncle, ward):
        self.done(uncle, ward, 5)
        self.done(uncle, "person:999999", 1)

        found, cursor = [], ""
        while cursor is not None:
            address = f"{OWN}/deeds?subject={ward}&limit=2&cursor={cursor}"
            page = uncle.get(address).json()
            found.append(page["items"])
            cursor = page["next"]
        whole = uncle.get(f"{OWN}?subject={ward}").json()

        assert [len(part) for part in found] == [2, 2, 1]
        assert [one for part in found for one in part] == whole["deeds"]
        assert whole["deeds_next"] is None

    def test_the_page_has_the_newest_and_goes_on_and_the_file_has_all(self, uncle, ward):
        self.done(uncle, ward, 53)

        page = uncle.get(f"{OWN}?subject={ward}").json()
        rest = uncle.get(f"{OWN}/deeds?subject={ward}&cursor={page['deeds_next']}").json()
        file = json.loads(fresh(uncle).get(f"{OWN}/download?subject={ward}").content)

        assert (len(page["deeds"]), len(rest["items"]), rest["next"]) == (50, 3, None)
        assert (len(file["deeds"]), file["deeds_next"]) == (53, None)

    @pytest.mark.parametrize("cursor", ["1", "x-1", "-1-1", "1-1-1", "9" * 40 + "-1"])
    def test_a_cursor_that_was_not_given_out_is_refused(self, uncle, ward, cursor):
        answer = uncle.get(f"{OWN}/deeds?subject={ward}&cursor={cursor}")

        assert (answer.status_code, answer.json()["key"]) == (422, "web.bad_request")

    def test_they_are_nobody_elses_to_read_and_that_his_guardian_did_is_remembered(
        self, uncle, ward
    ):
        stranger = account("stranger", "resident")
        put([PersonEntry(code="n1", name="邻居", account=stranger.account)])

        answers = [one.get(f"{OWN}/deeds?subject={ward}") for one in (stranger, uncle)]

        assert [one.status_code for one in answers] == [404, 200]
        assert answers[0].json()["key"] == "consent.not_yours"
        [line] = Line.objects.filter(what=ward, act=Act.LOOK)
        assert (line.account, line.purpose) == (uncle.account, "proxy")


class TestApproving:
    def ask(self, by, role="guardian", **more):
        account("uncle", "resident")
        wish = {"username": "uncle", "role": role, "reason": "判决书", **more}
        answer = by.post(f"{API}/grants", json.dumps(wish), content_type="application/json")
        assert answer.status_code == 202
        return answer.json()

    def beside(self, by):
        """Return what somebody reads beside the request, in the list and alone."""
        [one] = by.get(f"{API}/approvals").json()["items"]
        assert by.get(f"{API}/approvals/{one['id']}").json()["beside"] == one["beside"]
        return [(said["zh"], said["en"]) for said in one["beside"]]

    def looks(self, ward):
        rows = Line.objects.filter(what=ward, act=Act.LOOK).order_by("pk")
        return [(row.who, row.purpose) for row in rows]

    def test_who_lets_it_pass_reads_who_it_is_about_as_far_as_he_may_know_people(self, ward):
        manager, officer = account("wang", "manager"), account("li", "security_officer")
        operator = account("op", "operator")
        self.ask(operator, ward=ward)

        number = ward[7:]
        assert self.beside(operator) == []
        assert self.looks(ward) == []
        [(zh, en)] = self.beside(manager)
        assert zh.startswith(f"被监护人：周小宝（编号 {number}），未成年，")
        assert "201" in zh
        assert en.startswith(f"Ward: 周小宝 (person {number}), a minor, ")
        assert self.beside(officer) == [
            (f"被监护人：周**（编号 {number}），未成年", f"Ward: 周** (person {number}), a minor")
        ]

    def test_that_he_looked_is_remembered_once_an_hour(self, ward):
        manager, officer = account("wang", "manager"), account("li", "security_officer")
        self.ask(manager, ward=ward)

        for by in (manager, officer, manager):
            self.beside(by)

        assert self.looks(ward) == [("wang", "verification"), ("li", "verification")]

    def test_once_it_is_decided_nobody_is_told(self, ward):
        manager, officer = account("wang", "manager"), account("li", "security_officer")
        asked = self.ask(manager, ward=ward)
        officer.post(
            f"{API}/approvals/{asked['id']}/refuse",
            json.dumps({"digest": asked["digest"], "reason": "不清楚"}),
            content_type="application/json",
        )

        assert (self.beside(manager), self.looks(ward)) == ([], [])

    def test_of_who_was_erased_meanwhile_nothing_is_told(self, ward):
        manager = account("wang", "manager")
        self.ask(manager, ward=ward)
        Person.rows.of("hml").filter(code="c1").update(erased_at=timezone.now())

        assert (self.beside(manager), self.looks(ward)) == ([], [])

    def test_a_right_that_is_for_nobody_tells_of_nobody(self, ward):
        manager = account("wang", "manager")
        self.ask(manager, role="guard")

        assert self.beside(manager) == []
        assert not Line.objects.filter(act=Act.LOOK, purpose="verification").exists()
