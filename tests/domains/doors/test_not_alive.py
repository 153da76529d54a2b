"""A face that is a picture or a mask opens nothing, and scenes hear of it; so does one of which a
device that looks says nothing.
"""

import pytest

from linli.contracts import privacy
from linli.contracts.doors import Way
from linli.domains.doors.models import Door, Passage
from linli.domains.doors.operations import own, setting
from linli.domains.doors.operations.setting import Kept
from linli.domains.doors.queries import finding
from linli.registry.devices.models import Device
from linli.registry.people import holdings
from tests.domains.doors.conftest import CARD, MODELS, NOW, later

TOLD = ("not_alive", ("door-3",))


@pytest.fixture
def face(resident, homes, monkeypatch):
    """Let Wang agree that doors know his face; return the number by which they do."""
    monkeypatch.setattr(privacy.whom, "_answer", holdings.whom)
    kept = Kept(ways=(*[Way(one) for one in setting.USUAL_WAYS], Way.FACE))
    setting.change(community="hml", code="door-3", kept=kept, by=None, now=NOW)
    own.face(actor=resident, agree=True, confirmed=True, now=NOW)
    [row] = finding.of_person(community="hml", person=homes.wang, way="face")
    return row.pk


@pytest.fixture
def look(controller, face):
    """Let the door's device see a face; return whether it opens, why, and what scenes hear."""
    door = controller()

    def look(ask="q1", now=NOW, credential=None, **said):
        number = face if credential is None else credential
        question = {"id": ask, "ask": "door.presented", "way": "face", "credential": number}
        told = door.ask(question | said, now)
        return told.ok, told.reason, (told.event, told.of)

    return look


def looks_for_life():
    """Let the device at the door be one that looks whether faces are alive."""
    Device.rows.of("hml").filter(code="door-3").update(model="face_terminal")


class TestAnyDevice:
    def test_opens_to_a_living_face_and_where_it_does_not_look(self, look):
        assert look("a", alive=True) == (True, "right", ("", ()))
        assert look("b") == (True, "right", ("", ()))

    def test_refuses_one_that_is_not_alive_and_scenes_hear_of_it_once(self, look):
        first, again = look(alive=False), look(alive=False)
        changed = look(alive=True)

        assert first == (False, "not_alive", TOLD)
        assert again == changed == (False, "not_alive", ("", ()))
        assert Passage.rows.of("hml").get().reason == "not_alive"

    def test_of_a_face_that_it_does_not_know_too(self, look):
        assert look(alive=False, credential=10**9) == (False, "not_alive", TOLD)

    def test_in_a_fire_the_way_out_is_free_and_nobody_is_told_of_a_mask(self, look):
        Door.rows.of("hml").filter(device__code="door-3").update(fire=1)

        assert look(alive=False) == (True, "fire", ("", ()))

    def test_a_card_is_asked_for_no_life(self, card, controller):
        looks_for_life()
        question = {"id": "c", "ask": "door.presented", "way": "card", "value": CARD}

        assert controller().ask({**question, "alive": False}).ok

    @pytest.mark.parametrize(
        ("alive", "reason"),
        [
            (1, "right"),
            (0, "not_alive"),
            ("yes", "not_alive"),
            ([1], "not_alive"),
            ({}, "not_alive"),
        ],
    )
    def test_what_is_not_true_is_false(self, look, alive, reason):
        assert look(alive=alive)[1] == reason

    @pytest.mark.parametrize("alive", [1, "yes", [], False])
    def test_of_a_card_it_is_not_read(self, card, controller, alive):
        question = {"id": "c", "ask": "door.presented", "way": "card", "value": CARD}

        assert controller().ask({**question, "alive": alive}).ok


class TestOneThatLooks:
    @pytest.mark.parametrize("said", [{}, {"alive": None}, {"alive": False}])
    def test_opens_to_no_face_of_which_it_does_not_say_that_it_is_alive(self, look, said):
        looks_for_life()

        assert look(**said) == (False, "not_alive", TOLD)

    def test_opens_to_one_that_is(self, look):
        looks_for_life()

        assert look(alive=True, now=later(seconds=1))[:2] == (True, "right")


class TestOneOfAnUnknownModel:
    @pytest.fixture(autouse=True)
    def unknown(self, face):
        Device.rows.of("hml").filter(code="door-3").update(model="sold_no_more")

    def test_opens_to_no_face_of_which_it_says_nothing(self, look):
        assert look() == (False, "not_alive", TOLD)
        assert look("b", alive=True)[:2] == (True, "right")

    def test_keeps_nobody_out_for_that(self, card, controller):
        question = {"id": "c", "ask": "door.presented", "way": "card", "value": CARD}

        assert controller().ask(question).ok


class TestToldAfterwards:
    """What a device without a line refused, hours ago: nobody runs, somebody looks into it."""

    @pytest.fixture
    def tell(self, controller, face):
        """Let the door tell what it refused so many minutes ago; return what scenes hear."""
        door = controller()

        def tell(*minutes, reason="not_alive", now=NOW, **said):
            items = [
                {"id": f"{reason} {one}", "at": now.timestamp() - 60 * one, "way": "face",
                 "opened": False, "reason": reason, **said}
                for one in minutes
            ]  # fmt: skip
            run = {"id": f"{now} {minutes}", "ask": "door.passed", "clock": now.timestamp()}
            return door.ask({**run, "items": items}, now).event

        return tell

    def test_of_several_there_is_one_case_that_says_when_and_no_alarm(self, tell, asked):
        heard = [tell(300, 296), tell(300, 296)]

        [case] = asked.cases
        assert (heard, asked.notices) == (["", ""], [])
        assert (case.kind, case.severity, case.device) == ("security.not_alive", "minor", "door-3")
        assert case.place == "hml/b03/u1"
        assert "2 times (06-01 07:00 to 06-01 07:04)" in case.description.en
        assert "2 次" in case.description.zh

    def test_in_two_runs_they_are_one_series_and_one_case(self, tell, asked):
        counts = []
        for minutes in ((300,), (296,), (290, 285), (120, 119)):
            tell(*minutes)
            counts.append(len(asked.cases))

        assert counts == [0, 1, 1, 2]

    @pytest.mark.parametrize("minutes", [(300,), (300, 289)])
    def test_of_one_and_of_two_far_apart_there_is_none(self, tell, asked, minutes):
        tell(*minutes)

        assert asked.cases == []

    def test_one_between_two_that_made_none_is_one_case_with_them(self, tell, asked):
        counts = []
        for minutes in (300, 288, 294, 297, 306, 283):
            tell(minutes)
            counts.append(len(asked.cases))

        assert counts == [0, 0, 1, 1, 1, 1]
        assert "3 times" in asked.cases[0].description.en

    def test_one_before_a_series_that_is_known_is_of_that(self, tell, asked):
        tell(284, 276), tell(292)

        assert len(asked.cases) == 1

    def test_of_one_of_just_now_scenes_hear_once(self, tell, asked):
        heard = [tell(0.5), tell(0.5), tell(0.2, now=later(seconds=30))]

        assert heard == ["not_alive", "", "not_alive"]
        assert asked.cases == []

    def test_several_that_are_one_event_are_a_case_too(self, tell, asked):
        assert tell(0.5, 0.2) == "not_alive"
        assert len(asked.cases) == 1

    def test_of_what_the_device_told_scenes_itself_they_do_not_hear_twice(self, tell, asked):
        assert tell(0.5, 0.2, heard=True) == ""
        assert asked.cases == []

    def test_a_face_that_it_does_not_know_is_on_record_as_with_a_line(self, tell, look, asked):
        late = tell(300, 299, 298, reason="unknown")
        live = look(credential=10**9)

        assert (late, live) == ("", (False, "unknown", ("", ())))
        assert Passage.rows.of("hml").filter(reason="unknown").count() == 4
        assert asked.cases == []

    def test_with_what_was_seen_at_once_they_are_one_series(self, tell, look, asked):
        look("a", alive=False), look("b", alive=False, now=later(minutes=1))

        tell(118, now=later(hours=2))

        assert asked.cases == []


@pytest.mark.parametrize("model", setting._MODELS)
def test_scenes_hear_of_it_at_whatever_can_be_a_door(model):
    assert {"not_alive", "codes_guessed"} <= MODELS[model].events.keys()


def test_its_model_declares_it_and_no_other_does():
    assert {one.id for one in MODELS.values() if one.liveness} == {"face_terminal"}
    same = [MODELS[one].services.keys() for one in ("access_door", "face_terminal")]
    assert same[0] == same[1]


def test_it_may_be_a_door(doors_there):
    Device.rows.of("hml").filter(code="plant").update(model="face_terminal")
    Door.rows.of("hml").filter(device__code="plant").delete()

    row = setting.add(community="hml", device="plant", kept=Kept(), by=None, now=NOW).door

    assert row.kind == "door"
