"""A screen before strangers: what it may ask, and what whoever holds its secret tries in vain."""

from datetime import timedelta

import pytest

from linli.contracts.asking import Asked
from linli.domains.doors.desk import ANSWERS as DOORS
from linli.domains.doors.queries.finding import DoorNotFound
from linli.domains.visits import jobs, queries
from linli.domains.visits.desk import ANSWERS
from linli.domains.visits.models import Call, Unheard, Visit
from linli.domains.visits.operations import calling, gate, inviting, kiosk
from linli.domains.visits.operations.inviting import BadGuest, NotWelcome
from linli.domains.wallet.desk import ANSWERS as WALLET
from linli.foundation.outbox.models import Outgoing
from linli.registry.devices.models import Device
from linli.registry.people.models import Household, Membership
from linli.registry.places import queries as places
from linli.registry.places.models import Place
from tests.domains.visits.conftest import GATE, HOME, NEXT_DOOR, NOW
from tests.domains.visits.test_calling import device

SCREEN, OTHER = "screen-s", "screen-n"
S = timedelta(seconds=1)
WHO = {"room": HOME, "name": "赵访"}


@pytest.fixture(autouse=True)
def screens(estate):
    stand = places.place(community="hml", path="hml")
    Place.rows.create(
        community="hml", path="hml/gate-s", kind="gate", code="gate-s", parent=stand, name_zh="南门"
    )
    device(GATE, "hml/gate-s")
    device(OTHER, "hml", kiosk.logic.KIOSK)
    return device(SCREEN, "hml/gate-s", kiosk.logic.KIOSK)


def ask(kind, body, id="1", *, device=SCREEN, now=NOW, community="hml", answers=ANSWERS):
    asked = Asked(community=community, device=device, kind=kind, id=id, body=body, at=0.0)
    return answers[kind](asked, now)


class TestWant:
    def test_the_same_question_again_is_the_same_visit(self, host):
        said = [ask("visit.wanted", WHO), ask("visit.wanted", WHO)]

        assert [(one.ok, one.reason) for one in said] == [(True, "asked")] * 2
        assert Visit.rows.of("hml").get().source == "kiosk"
        assert Outgoing.objects.filter(topic="VisitAsked").count() == 1

    def test_the_guest_takes_his_pass_with_him_once_the_home_agrees(self, host):
        ask("visit.wanted", WHO)
        before = ask("visit.state", {"of": "1"})
        row = Visit.rows.of("hml").get()

        gate.answer(actor=host, id=row.pk, agreed=True, now=NOW)

        row.refresh_from_db()
        after = ask("visit.state", {"of": "1"})
        assert (before.reason, before.body) == ("asked", {})
        assert after.body == {"link": queries.link_of(row)}

    def test_what_became_of_it_is_told_only_while_he_stands_there(self, host):
        ask("visit.wanted", WHO)
        gate.answer(actor=host, id=Visit.rows.of("hml").get().pk, agreed=True, now=NOW)

        late = ask("visit.state", {"of": "1"}, now=NOW + timedelta(minutes=11))

        assert (late.ok, late.body) == (False, {})

    def test_another_screen_hears_nothing_of_it(self, host):
        ask("visit.wanted", WHO)

        assert ask("visit.state", {"of": "1"}, device=OTHER).reason == "no_such_visit"
        assert ask("call.state", {"of": "1"}, device=OTHER).reason == "no_such_call"

    def test_an_empty_home_sounds_like_one_where_nobody_answers(self, host):
        Household.rows.of("hml").filter(room__path=NEXT_DOOR).delete()

        empty = ask("visit.wanted", {**WHO, "room": NEXT_DOOR})

        assert (empty.ok, empty.reason, empty.body) == (True, "asked", {})
        assert ask("visit.wanted", {**WHO, "room": "hml/b03"}, id="2").reason == "no_such_room"
        assert not Visit.rows.of("hml").exists()

    def test_one_home_is_asked_a_few_times_and_then_left_in_peace(self, host, neighbour):
        for n in range(2):
            ask("visit.wanted", WHO, id=f"v{n}")
            ask("call.placed", {"room": HOME}, id=f"c{n}", device=OTHER)

        silent = ask("visit.wanted", WHO, id="v9")
        rung = ask("call.placed", {"room": HOME}, id="c9", device=OTHER)

        told = [(one.ok, one.reason, one.body) for one in (silent, rung)]
        assert told == [(True, "asked", {}), (True, "ringing", {})]
        assert Visit.rows.of("hml").count() == 2
        assert [bool(one.household_id) for one in Call.rows.of("hml").order_by("pk")] == [
            True, True, False,
        ]  # fmt: skip
        assert ask("visit.wanted", WHO, id="v1").reason == "asked"
        assert ask("visit.wanted", {**WHO, "room": NEXT_DOOR}, id="v9").ok
        assert ask("visit.wanted", WHO, id="v10", now=NOW + timedelta(minutes=10)).ok

    @pytest.mark.parametrize("wrong", [{"name": " "}, {"people": 0}, {"phone": "12"}])
    def test_who_cannot_be_is_refused_at_an_empty_home_too(self, host, wrong):
        Household.rows.of("hml").filter(room__path=NEXT_DOOR).delete()

        for room in (HOME, NEXT_DOOR):
            with pytest.raises(BadGuest):
                ask("visit.wanted", {**WHO, "room": room, **wrong})

    def test_a_screen_that_asks_of_everybody_waits(self, host, neighbour, monkeypatch):
        monkeypatch.setattr(kiosk.logic, "KIOSK_ASKS", 2)
        for n, room in enumerate((HOME, NEXT_DOOR)):
            ask("visit.wanted", {**WHO, "room": room}, id=str(n))

        with pytest.raises(kiosk.AskedTooMuch):
            ask("visit.wanted", WHO, id="9")
        assert ask("visit.wanted", WHO, id="9", device=OTHER).ok

    def test_a_screen_that_waits_waits_before_an_empty_home_too(self, host, monkeypatch):
        monkeypatch.setattr(kiosk.logic, "KIOSK_ASKS", 1)
        Household.rows.of("hml").filter(room__path=NEXT_DOOR).delete()
        ask("visit.wanted", WHO)

        with pytest.raises(kiosk.AskedTooMuch):
            ask("visit.wanted", {**WHO, "room": NEXT_DOOR}, id="2")


def vacant(room):
    """Let nobody live in a room, its household gone too."""
    Household.rows.of("hml").filter(room__path=room).delete()


def moved_out(room):
    """Let nobody live in a room that is still a household's."""
    place = places.place(community="hml", path=room)
    Household.rows.of("hml").get_or_create(room=place, defaults={"occupancy": "owner"})
    Membership.rows.of("hml").filter(household__room__path=room).delete()


@pytest.mark.parametrize("empty", [vacant, moved_out])
class TestEmpty:
    """Whoever holds the secret of a screen cannot tell an empty home from one that is silent."""

    TIMES = (0, 3, 29, 31, 61, 89, 92, 599, 601)

    def told(self, kind, of, room, body):
        """Return all that is answered about a question as time passes, from the first answer on."""
        said = [ask(kind, {**body, "room": room}, id=room)]
        for s in self.TIMES:
            now = NOW + timedelta(seconds=s)
            jobs.ring_on(now)
            jobs.finish(now)
            said.append(ask(of, {"of": room}, now=now))
        said.append(ask(kind, {**body, "room": room}, id=room))
        return [(one.ok, one.reason, one.body) for one in said]

    def test_a_ring_sounds_the_same_at_all_times(self, host, empty):
        empty(NEXT_DOOR)

        silent = self.told("call.placed", "call.state", HOME, {})

        assert self.told("call.placed", "call.state", NEXT_DOOR, {}) == silent
        assert silent[0] == (True, "ringing", {})
        passed_on = [body.get("passed_on") for _, _, body in silent[1:-1]]
        assert passed_on == [False, False, False, *[True] * 6]
        assert [reason for _, reason, _ in silent[1:-1]] == ["ringing"] * 6 + ["missed"] * 3

    def test_a_wish_sounds_the_same_at_all_times(self, host, empty):
        empty(NEXT_DOOR)
        wish = {"name": "赵访"}

        silent = self.told("visit.wanted", "visit.state", HOME, wish)

        assert self.told("visit.wanted", "visit.state", NEXT_DOOR, wish) == silent
        assert silent[-3:-1] == [(True, "asked", {}), (False, "no_such_visit", {})]

    def test_it_goes_on_to_the_guard_and_rings_nobody_at_home(self, guard, empty):
        empty(NEXT_DOOR)
        ask("call.placed", {"room": NEXT_DOOR})
        row = Call.rows.of("hml").get()
        with pytest.raises(calling.NotPassedOn):
            calling.answer_as_guard(actor=guard, id=row.pk, now=NOW)

        jobs.ring_on(NOW + timedelta(seconds=30))

        assert calling.answer_as_guard(actor=guard, id=row.pk, now=NOW).part == "guard"
        assert (row.household, row.room) == (None, NEXT_DOOR)

    def test_it_counts_like_any_other(self, host, monkeypatch, empty):
        monkeypatch.setattr(kiosk.logic, "KIOSK_ASKS", 4)
        empty(NEXT_DOOR)
        for n in range(2):
            ask("visit.wanted", {**WHO, "room": NEXT_DOOR}, id=f"v{n}")
            ask("visit.wanted", {**WHO, "room": NEXT_DOOR}, id=f"v{n}")
            ask("call.placed", {"room": NEXT_DOOR}, id=f"c{n}")

        for kind in ("visit.wanted", "call.placed"):
            with pytest.raises(kiosk.AskedTooMuch):
                ask(kind, {**WHO, "room": NEXT_DOOR}, id="9")
        assert ask("visit.wanted", {**WHO, "room": NEXT_DOOR}, id="v1").reason == "asked"

    def test_a_number_without_its_house_names_none(self, host, empty):
        empty(NEXT_DOOR)

        for room in ("101", "102"):
            assert ask("call.placed", {"room": room}).reason == "no_such_room"
            assert ask("visit.wanted", {**WHO, "room": room}).reason == "no_such_room"

    def test_who_is_barred_is_refused_there_too(self, host, empty, monkeypatch):
        empty(NEXT_DOOR)

        def barred(*_):
            raise NotWelcome

        monkeypatch.setattr(kiosk, "refuse_barred", barred)

        with pytest.raises(NotWelcome):
            ask("visit.wanted", {**WHO, "room": NEXT_DOOR})

    def heard(self, now):
        """Return what is answered to the same two questions, of a home that stays silent and of an
        empty one, as they are asked again.
        """
        rooms = (HOME, NEXT_DOOR)
        said = [ask("visit.wanted", {**WHO, "room": room}, id=room, now=now) for room in rooms]
        return [(one.ok, one.reason, one.body) for one in said]

    def test_the_same_question_again_sounds_the_same_however_late(self, host, empty, settings):
        settings.VISIT_DAYS = 30
        empty(NEXT_DOOR)
        lasts, days = timedelta(minutes=30), timedelta(days=30)
        told = []
        for late in (
            timedelta(0), timedelta(minutes=11), lasts - S, lasts, timedelta(hours=2), days,
        ):  # fmt: skip
            told += [self.heard(NOW + late)]
            jobs.finish(NOW + late + 17 * S)
            jobs.forget(NOW + late + 17 * S)
            told += [self.heard(NOW + late + 17 * S)]

        assert [silent == empty for silent, empty in told] == [True] * 12
        reasons = [silent[1] for silent, _ in told]
        assert reasons == ["asked"] * 5 + ["over"] * 7
        jobs.forget(NOW + lasts + days)
        assert self.heard(NOW + lasts + days) == [(True, "over", {})] * 2
        jobs.forget(NOW + lasts + days + S)
        assert not Visit.rows.of("hml").exists()
        assert not Unheard.rows.of("hml").exists()
        assert self.heard(NOW + lasts + days + S) == [(True, "asked", {})] * 2

    def test_whose_people_moved_out_since_sounds_the_same_too(self, host, empty, settings):
        settings.VISIT_DAYS = 30
        empty(NEXT_DOOR)
        first = self.heard(NOW)
        Membership.rows.of("hml").filter(household__room__path=HOME).delete()
        jobs.finish(NOW + S)

        for late in (S, timedelta(minutes=11), timedelta(minutes=30)):
            silent, vacant = self.heard(NOW + late)
            states = [ask("visit.state", {"of": of}, now=NOW + late) for of in (HOME, NEXT_DOOR)]
            assert silent == vacant
            assert states[0] == states[1]

        assert first == [(True, "asked", {})] * 2
        assert Visit.rows.of("hml").get().state == "withdrawn"
        jobs.forget(NOW + timedelta(days=30, minutes=30))
        assert (Visit.rows.of("hml").count(), Unheard.rows.of("hml").count()) == (1, 1)
        jobs.forget(NOW + timedelta(days=30, minutes=31))
        assert (Visit.rows.of("hml").count(), Unheard.rows.of("hml").count()) == (0, 0)

    def test_what_the_home_says_is_told_as_it_is(self, host, empty):
        empty(NEXT_DOOR)
        ask("visit.wanted", WHO)

        inviting.withdraw(actor=host, id=Visit.rows.of("hml").get().pk, now=NOW)

        assert ask("visit.wanted", WHO).reason == "withdrawn"
        assert ask("visit.state", {"of": "1"}).reason == "withdrawn"


class TestCall:
    def test_opens_the_door_at_the_gate_where_the_screen_stands(self, host, gates):
        ask("call.placed", {"room": HOME})

        row = calling.open_door(actor=host, id=Call.rows.of("hml").get().pk, now=NOW)

        assert [one.door for one in gates.opened] == [GATE]
        assert ask("call.state", {"of": "1"}).reason == row.state == "opened"

    def test_rings_no_guard_for_a_number_that_there_is_not(self, host):
        assert ask("call.placed", {"room": "999"}).reason == "no_such_room"
        assert not Call.rows.of("hml").exists()


class TestLook:
    def test_knows_houses_and_numbers_and_nobodys_name(self, host):
        houses = ask("kiosk.houses", {}).body["items"]
        rooms = ask("kiosk.homes", {"house": "hml/b03", "number": "101"}).body["items"]

        assert {"path", "name"} == set(houses[0])
        assert [one["path"] for one in rooms] == [HOME]
        assert "host" not in str([houses, rooms])

    def test_knows_the_estate_and_whom_to_telephone(self, host):
        Place.rows.of("hml").filter(path="hml").update(phone="+8657188880000")

        told = ask("kiosk.estate", {}).body

        assert told == {"name": {"zh": "和睦里", "en": "Hemuli"}, "phone": "+8657188880000"}

    @pytest.mark.parametrize("number", ["", "1", "%", "10_"])
    def test_lists_no_homes_of_a_part_of_a_number(self, host, number):
        assert ask("kiosk.homes", {"house": "hml/b03", "number": number}).body["items"] == []

    @pytest.mark.parametrize("body", [{}, {"house": 3}, {"house": "hml", "number": ["101"]}])
    def test_refuses_what_is_malformed(self, body):
        assert ask("kiosk.homes", body).reason == "malformed"


class TestAnother:
    @pytest.mark.parametrize(
        "kind", ["kiosk.estate", "kiosk.houses", "kiosk.homes", "visit.wanted", "visit.state"]
    )
    def test_no_other_device_asks_as_a_screen(self, host, kind):
        body = {"house": "hml", "number": "1", "of": "1", **WHO}

        with pytest.raises(kiosk.NotAKiosk):
            ask(kind, body, device=GATE)

    def test_a_screen_out_of_use_asks_nothing(self, host):
        Device.rows.of("hml").filter(code=SCREEN).update(enabled=False)

        with pytest.raises(kiosk.NotAKiosk):
            ask("visit.wanted", WHO)
        with pytest.raises(kiosk.NotAKiosk):
            ask("call.placed", {"room": HOME})

    def test_a_screen_opens_no_door_and_pays_nothing(self, host):
        shown = {"reader": "in", "way": "qr", "value": "x", "clock": 0.0, "items": []}
        spend = {"way": "qr", "shown": "x", "fen": 100}

        for kind in ("door.presented", "door.passed", "door.rights"):
            with pytest.raises(DoorNotFound):
                ask(kind, shown, answers=DOORS)
        assert ask("card.spend", spend, answers=WALLET).reason == "no_terminal"

    def test_a_screen_of_another_estate_is_unknown_here(self, host, other_estate):
        with pytest.raises(kiosk.devices.DeviceNotFound):
            ask("visit.wanted", WHO, community="other")

    @pytest.mark.parametrize("path", ["visits", "people", "places", "my/visits", "devices"])
    def test_its_secret_is_nobodys_session(self, host, client, path):
        answer = client.get(
            f"/api/v1/hml/{path}", headers={"authorization": "Bearer the secret of the screen"}
        )

        assert answer.status_code == 401
