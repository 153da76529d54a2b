import json
from datetime import timedelta

import msgspec
import pytest
from django.conf import settings

from linli.contracts import visits
from linli.contracts.visits import Panel, TalkAnswer
from linli.devices import catalogue
from linli.domains.visits import http, http_desk, logic, queries, speaking
from linli.domains.visits.models import Call
from linli.domains.visits.operations import calling, keeping, talking
from linli.foundation.identity.models import Account
from linli.foundation.outbox.models import Outgoing
from linli.kernel.fault import Fault
from linli.registry.devices.catalogue import models as thing_models
from linli.registry.devices.models import Command
from tests.domains.visits.conftest import HOME, NOW, UNIT
from tests.domains.visits.test_calling import ask, call, device, fact, panel

__all__ = ["call", "panel"]

S = timedelta(seconds=1)
SDP = "v=0" + "x" * 20
API = "/api/v1/hml"


class Lines:
    """What was carried; one that is `out` of order carries nothing."""

    def __init__(self):
        self.offers, self.out = [], False

    def __call__(self, offer):
        if self.out:
            raise Fault(reason="out")
        self.offers.append(offer)
        return TalkAnswer(sdp="v=0 answer", hears=True, speaks=False, why="unreachable")


@pytest.fixture
def lines(monkeypatch):
    carried = Lines()
    monkeypatch.setattr(visits.talk, "_answer", carried)
    monkeypatch.setattr(visits.panel, "_answer", lambda community, door: Panel(way=door))
    return carried


@pytest.fixture
def answered(call, host, lines):
    return calling.answer(actor=host, id=call.pk, now=NOW)


def talk(actor, row, now=NOW):
    return speaking.from_home(actor=actor, id=row.pk, sdp=SDP, now=now)


def begin(actor, row, line, now):
    return talking.begin_at_home(actor=actor, id=row.pk, line=line, now=now)


def end(row, line, spoke_s, now):
    talking.ended(community="hml", id=row.pk, line=line, spoke_s=spoke_s, now=now)


def record(row):
    row.refresh_from_db()
    return row.talk_line, row.talked_s, row.spoke_s


class TestTalk:
    def test_who_answered_talks_through_the_panel_of_that_door(self, answered, host, lines):
        told = talk(host, answered)

        [offer] = lines.offers
        assert told == {"sdp": "v=0 answer", "hears": True, "speaks": False, "why": "unreachable"}
        assert (offer.community, offer.call, offer.sdp) == ("hml", answered.pk, SDP)
        assert offer.panel == Panel(way=UNIT)
        assert queries.talks(community="hml", id=answered.pk, line=offer.line)
        assert not queries.talks(community="hml", id=answered.pk, line="")
        assert not queries.talks(community="other", id=answered.pk, line=offer.line)

    def test_nobody_talks_before_somebody_answered(self, call, host, lines):
        with pytest.raises(talking.AnswerFirst):
            talk(host, call)

        assert lines.offers == []
        assert record(call) == ("", 0, 0)

    def test_another_of_the_home_is_told_who_has_the_call(self, answered, wife, lines):
        with pytest.raises(calling.CallTaken) as refused:
            talk(wife, answered)

        assert refused.value.values == {"who": "host"}
        assert lines.offers == []

    def test_the_guard_is_not_told_who_of_the_home_it_is(self, answered, guard, lines):
        with pytest.raises(calling.TakenAtHome) as refused:
            speaking.from_desk(actor=guard, id=answered.pk, sdp=SDP, now=NOW)

        assert refused.value.values == {}
        assert lines.offers == []

    def test_the_home_is_told_that_the_guard_has_it(self, call, host, guard, lines):
        Call.rows.of("hml").update(passed_on_at=NOW)
        calling.answer_as_guard(actor=guard, id=call.pk, now=NOW)

        with pytest.raises(calling.TakenByGuard):
            talk(host, call)
        with pytest.raises(calling.TakenByGuard):
            calling.answer(actor=host, id=call.pk, now=NOW)
        assert speaking.from_desk(actor=guard, id=call.pk, sdp=SDP, now=NOW)["hears"]

    def test_to_a_neighbour_there_is_no_such_call(self, answered, neighbour, lines):
        with pytest.raises(queries.CallNotFound):
            talk(neighbour, answered)

    @pytest.mark.parametrize("over", ["open", "refuse", "left", "time"])
    def test_the_line_ends_with_the_call_and_none_begins_after_it(self, answered, host, over):
        line = begin(host, answered, "a", NOW).talk_line
        if over == "open":
            calling.open_door(actor=host, id=answered.pk, now=NOW + S)
        elif over == "refuse":
            calling.refuse(actor=host, id=answered.pk, now=NOW + S)
        elif over == "left":
            calling.hang_up(community="hml", door=answered.door, ask=answered.ask, now=NOW + S)
        else:
            calling.turn(community="hml", id=answered.pk, now=NOW + logic.TALK)

        assert not queries.talks(community="hml", id=answered.pk, line=line)
        with pytest.raises(calling.CallIsOver):
            talk(host, answered)

    def test_where_there_is_no_panel_and_no_sound_nobody_talks(self, answered, host, monkeypatch):
        monkeypatch.setattr(visits.panel, "_answer", lambda community, door: None)
        monkeypatch.setattr(visits.picture_source, "_answer", lambda community, door: "pattern")

        with pytest.raises(talking.NoSound):
            talk(host, answered)

    def test_a_line_that_cannot_be_carried_is_not_left_open(self, answered, host, lines):
        lines.out = True

        with pytest.raises(Fault):
            talk(host, answered)

        assert record(answered) == ("", 0, 0)


class TestRecord:
    def test_says_who_talked_for_how_long_and_was_heard(self, answered, host):
        begin(host, answered, "a", NOW)

        end(answered, "a", 12.4, NOW + 30 * S)
        end(answered, "a", 0, NOW + 90 * S)

        assert record(answered) == ("", 30, 12)
        [row] = Outgoing.objects.filter(topic="CallTalked")
        told = json.loads(bytes(row.body))
        assert (told["lasted_s"], told["spoke_s"], told["by"]) == (30, 12, host.account)
        assert (told["part"], told["place"]) == ("home", HOME)

    def test_a_line_takes_the_place_of_the_one_before(self, answered, host):
        begin(host, answered, "a", NOW)
        begin(host, answered, "b", NOW + 10 * S)

        end(answered, "a", 4, NOW + 12 * S)

        assert not queries.talks(community="hml", id=answered.pk, line="a")
        assert queries.talks(community="hml", id=answered.pk, line="b")
        assert record(answered) == ("b", 10, 4)
        end(answered, "b", 1, NOW + 20 * S)
        assert record(answered) == ("", 20, 5)

    def test_what_is_told_of_a_call_that_is_kept_no_longer_is_nothing(self, answered, host):
        begin(host, answered, "a", NOW)
        keeping.forget(community="hml", keep=timedelta(), now=NOW + S)

        end(answered, "a", 3, NOW + 5 * S)

        assert fact("CallTalked") == []

    def test_a_clock_that_was_put_back_counts_nothing(self, answered, host):
        begin(host, answered, "a", NOW)

        end(answered, "a", -3, NOW - 60 * S)

        assert record(answered) == ("", 0, 0)


class TestPhrase:
    @pytest.fixture
    def speakers(self, answered, monkeypatch):
        text = (settings.CATALOG / "devices" / "loudspeaker.toml").read_text("utf-8")
        model = catalogue.load(text, file="loudspeaker.toml")
        monkeypatch.setattr(thing_models, "_answer", lambda: {"loudspeaker": model})
        device("speaker-101", HOME, model="loudspeaker")
        return device("speaker-door", "hml/b03/u1", model="loudspeaker")

    def test_is_shown_by_the_panel_and_said_at_the_door_alone(self, answered, host, speakers):
        talking.say_from_home(actor=host, id=answered.pk, phrase="coming", now=NOW)

        body = ask("call.state", {"of": answered.ask}).body
        assert body["phrase"] == msgspec.to_builtins(logic.PHRASES["coming"])
        [told] = Command.rows.of("hml").all()
        assert (told.device, told.service) == ("speaker-door", "speaker.say")
        assert logic.PHRASES["coming"].zh in told.args["text"]

    def test_said_twice_at_once_it_sounds_once(self, answered, host, speakers):
        for _ in range(2):
            talking.say_from_home(actor=host, id=answered.pk, phrase="coming", now=NOW)

        assert Command.rows.of("hml").count() == 1

    def test_a_panel_is_told_none_before(self, answered):
        assert "phrase" not in ask("call.state", {"of": answered.ask}).body

    def test_words_of_ones_own_are_none_of_them(self, answered, host):
        with pytest.raises(talking.NoSuchPhrase):
            talking.say_from_home(actor=host, id=answered.pk, phrase="go away!", now=NOW)

    def test_only_who_answered_has_a_say(self, answered, wife, guard):
        with pytest.raises(calling.CallTaken):
            talking.say_from_home(actor=wife, id=answered.pk, phrase="coming", now=NOW)
        with pytest.raises(calling.TakenAtHome):
            talking.say_from_desk(actor=guard, id=answered.pk, phrase="coming", now=NOW)
        answered.refresh_from_db()
        assert answered.phrase == ""


class TestHttp:
    @pytest.fixture(autouse=True)
    def clock(self, monkeypatch):
        class Now:
            now = staticmethod(lambda: NOW)

        monkeypatch.setattr(http, "timezone", Now)
        monkeypatch.setattr(http_desk, "timezone", Now)

    def as_(self, client, actor):
        client.force_login(Account.objects.get(pk=actor.account))
        return client

    def post(self, client, path, **said):
        return client.post(f"{API}{path}", json.dumps(said), "application/json")

    def test_a_home_talks_has_a_phrase_said_and_reads_it_afterwards(self, client, answered, host):
        self.as_(client, host)

        told = self.post(client, f"/my/calls/{answered.pk}/talk", sdp=SDP)
        said = self.post(client, f"/my/calls/{answered.pk}/say", phrase="who")
        listed = client.get(f"{API}/my/calls").json()

        assert (told.status_code, said.status_code) == (200, 200)
        assert told.json()["hears"] is True
        [row] = listed["items"]
        assert (row["talk"], row["who"], row["talked_s"], row["by_me"]) == (True, "host", 0, True)
        assert [one["key"] for one in listed["phrases"]] == list(logic.PHRASES)

    def test_each_side_reads_the_names_of_its_own(self, client, answered, wife, guard):
        at_home = self.as_(client, wife).get(f"{API}/my/calls").json()["items"]
        at_desk = self.as_(client, guard).get(f"{API}/calls").json()["items"]

        assert [at_home[0]["who"], at_desk[0]["who"]] == ["host", ""]

    @pytest.mark.parametrize("what", [{"talk": {"sdp": SDP}}, {"say": {"phrase": "coming"}}])
    def test_without_the_right_there_is_none(self, client, answered, neighbour, lines, what):
        [(path, body)] = what.items()
        nobody = self.post(client, f"/my/calls/{answered.pk}/{path}", **body)
        at_desk = self.post(self.as_(client, neighbour), f"/calls/{answered.pk}/{path}", **body)
        at_home = self.post(client, f"/my/calls/{answered.pk}/{path}", **body)

        statuses = [one.status_code for one in (nobody, at_desk, at_home)]
        assert statuses == [401, 403, 404]
        assert lines.offers == []

    def test_the_second_is_told_in_words(self, client, answered, wife):
        refused = self.post(self.as_(client, wife), f"/my/calls/{answered.pk}/talk", sdp=SDP)

        assert (refused.status_code, refused.json()["key"]) == (409, "visits.call_taken")
        assert "host" in refused.json()["message"]
