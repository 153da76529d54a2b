from datetime import timedelta

import msgspec
import pytest
from django.conf import settings

from linli.contracts.asking import Asked
from linli.devices import catalogue
from linli.domains.visits import jobs, queries
from linli.domains.visits.desk import ANSWERS
from linli.domains.visits.models import Call
from linli.domains.visits.operations import calling
from linli.foundation.identity import operations as identity
from linli.foundation.identity.queries import actor_of
from linli.foundation.outbox.models import Outgoing
from linli.foundation.scope.paging import NumberPage
from linli.registry.devices.catalogue import models as thing_models
from linli.registry.devices.models import Command, Device
from linli.registry.people.models import Staff
from linli.registry.places import queries as places
from tests.domains.visits.conftest import HOME, NOW, UNIT

S = timedelta(seconds=1)


@pytest.fixture
def panel(estate):
    return device(UNIT, "hml/b03/u1")


def device(code, place, model="access_door"):
    return Device.rows.create(
        community="hml", code=code, model=model, name_zh=code,
        place=places.place(community="hml", path=place), registered_at=NOW,
    )  # fmt: skip


def ask(kind, body, id="1", device=UNIT, now=NOW):
    asked = Asked(community="hml", device=device, kind=kind, id=id, body=body, at=now.timestamp())
    return ANSWERS[kind](asked, now)


@pytest.fixture
def call(panel, host, wife):
    return Call.rows.of("hml").get(pk=ask("call.placed", {"room": "101"}).body["call"])


def fact(topic):
    return [str(one.body) for one in Outgoing.objects.filter(topic=topic)]


class TestRing:
    def test_rings_everybody_of_the_home_and_its_proxy(self, panel, host, wife, neighbour):
        opened = identity.open_account(username="nurse", name="护", password="long enough 7")
        identity.grant(
            account=opened.account, role="proxy_helper", community="hml", place=HOME, now=NOW
        )

        told = ask("call.placed", {"room": "101"})

        row = Call.rows.of("hml").get(pk=told.body["call"])
        heard = queries.telephones(community="hml", household=row.household, now=NOW)
        assert heard == tuple(sorted([host.account, wife.account, opened.account]))
        assert (told.ok, told.reason, row.state) == (True, "ringing", "ringing")

    def test_asked_again_is_one_call(self, call):
        again = ask("call.placed", {"room": "101"})

        assert again.body == {"call": call.pk}
        assert len(fact("CallRang")) == 1

    def test_is_open_until_it_is_over(self, call):
        assert queries.is_open(community="hml", id=call.pk)

        calling.hang_up(community="hml", door=call.door, ask=call.ask, now=NOW)

        assert not queries.is_open(community="hml", id=call.pk)
        assert not queries.is_open(community="other", id=call.pk)

    def test_a_new_call_from_the_panel_ends_the_one_before(self, call):
        ask("call.placed", {"room": "102"}, id="2")

        call.refresh_from_db()
        assert call.state == "left"

    @pytest.mark.parametrize("room", ["999", "", "other/b03/u1/f01/101", HOME[:-1]])
    def test_a_room_that_is_not_there_rings_at_the_guards(self, panel, host, room):
        told = ask("call.placed", {"room": room})

        assert told.reason == "guard"
        assert jobs.ring_on(NOW) == 1

    def test_is_malformed_without_a_room(self, panel):
        assert ask("call.placed", {"flat": 1}).reason == "malformed"


class TestLoudspeaker:
    @pytest.fixture
    def speaker(self, panel, host, monkeypatch):
        text = (settings.CATALOG / "devices" / "loudspeaker.toml").read_text("utf-8")
        model = catalogue.load(text, file="loudspeaker.toml")
        monkeypatch.setattr(thing_models, "_answer", lambda: {"loudspeaker": model})
        return device("speaker-101", HOME, model="loudspeaker")

    def test_says_at_home_that_somebody_rings(self, speaker):
        ask("call.placed", {"room": "101"})

        [told] = Command.rows.of("hml").filter(device="speaker-101")
        assert told.service == "speaker.say"

    def test_one_that_cannot_speak_keeps_no_telephone_from_ringing(self, speaker):
        Device.rows.of("hml").filter(code="speaker-101").update(enabled=False)

        assert ask("call.placed", {"room": "101"}).reason == "ringing"


class TestAnswer:
    def test_one_tap_opens_by_intercom_once(self, call, host, gates):
        calling.open_door(actor=host, id=call.pk, now=NOW + S)
        calling.open_door(actor=host, id=call.pk, now=NOW + S)

        [opened] = gates.opened
        assert (opened.door, opened.way, opened.person) == (UNIT, "intercom", call_person(host))
        assert opened.home == HOME
        call.refresh_from_db()
        assert (call.state, call.part, call.passage) == ("opened", "home", 7)
        assert ask("call.state", {"of": "1"}).reason == "opened"

    def test_who_comes_second_is_told_that_it_is_taken(self, call, host, wife, gates):
        calling.answer(actor=host, id=call.pk, now=NOW + S)

        with pytest.raises(calling.CallTaken):
            calling.open_door(actor=wife, id=call.pk, now=NOW + S)

        assert gates.opened == []

    def test_a_door_that_did_not_open_may_be_tried_again(self, call, host, gates):
        gates.opens = False

        with pytest.raises(calling.NotOpened):
            calling.open_door(actor=host, id=call.pk, now=NOW + S)
        gates.opens = True
        calling.open_door(actor=host, id=call.pk, now=NOW + 5 * S)

        call.refresh_from_db()
        assert (call.state, len(gates.opened)) == ("opened", 2)

    def test_of_another_home_is_not_there(self, call, neighbour, gates):
        for act in (calling.answer, calling.open_door, calling.refuse):
            with pytest.raises(queries.CallNotFound):
                act(actor=neighbour, id=call.pk, now=NOW + S)

        assert gates.opened == []

    def test_over_is_over(self, call, host, gates):
        ask("call.ended", {"of": "1"})

        with pytest.raises(calling.CallIsOver):
            calling.open_door(actor=host, id=call.pk, now=NOW + S)

        assert gates.opened == []

    def test_a_proxy_opens_as_a_proxy(self, call, gates):
        opened = identity.open_account(username="nurse", name="护", password="long enough 7")
        identity.grant(
            account=opened.account, role="proxy_helper", community="hml", place=HOME, now=NOW
        )
        nurse = actor_of(account=opened.account, community="hml", now=NOW)

        calling.open_door(actor=nurse, id=call.pk, now=NOW + S)

        call.refresh_from_db()
        assert (call.part, call.by_id) == ("proxy", opened.account)
        assert gates.opened[0].person is not None


def call_person(actor):
    return queries.homes(actor=actor, now=NOW)[0].person


class TestPassOn:
    def test_the_guard_answers_only_when_nobody_at_home_does(self, call, guard, gates):
        with pytest.raises(calling.NotPassedOn):
            calling.open_as_guard(actor=guard, id=call.pk, now=NOW + 29 * S)
        assert jobs.ring_on(NOW + 29 * S) == 0

        assert jobs.ring_on(NOW + 30 * S) == 1
        calling.open_as_guard(actor=guard, id=call.pk, now=NOW + 31 * S)

        [opened] = gates.opened
        assert (opened.way, opened.person, opened.account) == ("staff", None, guard.account)
        assert opened.home == HOME

    def test_the_guards_on_duty_there_are_told_and_nobody_else(self, call, guard, estate):
        def works(code, account, duty="on"):
            Staff.rows.create(
                community="hml",
                code=code,
                name=code,
                duty=duty,
                account_id=account,
                skills=["guard"],
            )

        def opened(name, place):
            number = identity.open_account(username=name, name=name).account
            if place is not None:
                identity.grant(account=number, role="guard", community="hml", place=place, now=NOW)
            return number

        works("s1", guard.account)
        works("s2", opened("off", ""), duty="off")
        works("s3", opened("elsewhere", "hml/p1"))
        works("s4", opened("nobody", None))
        closed = opened("closed", "")
        works("s5", closed)
        identity.close_account(account=closed, now=NOW)

        jobs.ring_on(NOW + 30 * S)

        [body] = Outgoing.objects.filter(topic="CallPassedOn").values_list("body", flat=True)
        told = msgspec.json.decode(bytes(body))
        assert told["guards"] == [guard.account]
        assert guard.account not in told["told"]

    def test_home_may_answer_still(self, call, host, guard):
        jobs.ring_on(NOW + 30 * S)

        calling.answer(actor=host, id=call.pk, now=NOW + 31 * S)

        with pytest.raises(calling.CallTaken):
            calling.answer_as_guard(actor=guard, id=call.pk, now=NOW + 32 * S)

    def test_is_missed_in_the_end_and_listed(self, call, host):
        jobs.ring_on(NOW + 30 * S)

        assert jobs.ring_on(NOW + 90 * S) == 1
        assert jobs.ring_on(NOW + 91 * S) == 0
        [row], _ = queries.own_calls(actor=host, wanted=NumberPage(limit=10), now=NOW)
        assert row.state == "missed"
        assert "missed" in fact("CallOver")[0]


class TestWord:
    @pytest.fixture(autouse=True)
    def speaker(self, call):
        return device("speaker-101", HOME)

    def test_one_word_at_home_opens(self, call, gates):
        told = ask("voice.said", {"text": "开门。"}, device="speaker-101")

        assert (told.ok, told.reason) == (True, "open")
        assert [one.way for one in gates.opened] == ["voice"]

    @pytest.mark.parametrize(
        ("text", "reason", "state"),
        [("不要开门", "refuse", "refused"), ("今天下雨", "nothing", "ringing")],
    )
    def test_another_word_does_not(self, call, gates, text, reason, state):
        told = ask("voice.said", {"text": text}, device="speaker-101")

        call.refresh_from_db()
        assert (told.reason, call.state, gates.opened) == (reason, state, [])

    def test_a_loudspeaker_elsewhere_is_not_heard(self, call, gates):
        device("speaker-hall", "hml/b03/u1/f01")
        device("speaker-102", "hml/b03/u1/f01/102")

        told = [
            ask("voice.said", {"text": "开门"}, device=one)
            for one in ("speaker-hall", "speaker-102")
        ]

        assert [one.reason for one in told] == ["nobody", "nobody"]
        assert gates.opened == []
