"""A second car behind another: one unpaired stay for the booth, however often it is told."""

import msgspec
import pytest

from linli.contracts.asking import Asked
from linli.contracts.parking import CarFollowed
from linli.domains.parking import desk
from linli.domains.parking.models import Sighting, Stay, StayMark
from linli.domains.parking.operations import following, minding, paying, rights, seeing
from linli.domains.parking.queries import lots, stays
from linli.foundation.outbox.models import Outgoing
from linli.registry.devices.models import Command
from tests.domains.parking.conftest import CAR, MORNING, OTHER, camera, minutes

pytestmark = pytest.mark.django_db
THIRD = "浙C11111"


@pytest.fixture
def follows(lot):
    count = iter(range(1000))

    def tell(way, plate="", at=0, *, ask=None, device=None, now=None, **more):
        return following.take(
            community="hml",
            device=device or f"gate-{way}",
            ask=ask or f"behind-{next(count)}",
            seen=seeing.Seen(plate=plate, at=minutes(at), **more),
            now=minutes(at if now is None else now),
        )

    return tell


def stay(plate=""):
    return Stay.rows.of("hml").filter(plate=plate).latest("pk")


def black(manager, plate):
    rights.list_car(actor=manager, plate=plate, colour="black", reason="逃费", until=None,
                    now=MORNING)  # fmt: skip


def facts():
    return Outgoing.objects.filter(topic="CarFollowed").count()


class TestIn:
    def test_one_whose_plate_was_not_read_is_in_for_the_booth_to_name(self, sees, follows):
        sees("in")

        row = follows("in", at=0.1)

        found = stay()
        assert (row.opened, row.reason, row.stay_id) == (False, "followed", found.pk)
        assert (found.state, found.why, found.settled, found.kind) == (
            "inside", "followed", False, "hourly",
        )  # fmt: skip
        assert facts() == 1
        assert Command.rows.of("hml").count() == 0

    def test_one_that_might_have_passed_anyway_needs_nobody(self, follows):
        row = follows("in", OTHER)

        assert (row.stay.plate, row.stay.why, row.stay.kind) == (OTHER, "", "hourly")

    def test_one_on_the_black_list_is_for_the_booth(self, follows, manager):
        black(manager, OTHER)

        assert follows("in", OTHER).stay.why == "followed"

    def test_named_by_a_person_it_parks_by_its_own_right(self, follows, lot, home, manager):
        lot.residents_free = True
        lot.save()
        row = follows("in")

        done = minding.correct_plate(
            actor=manager, stay=row.stay_id, plate=OTHER, reason="看了录像", now=minutes(5)
        )

        assert (done.plate, done.kind, done.why, done.state) == (OTHER, "resident", "", "inside")
        assert [one.step for one in StayMark.rows.of("hml")] == ["plate"]

    def test_leaving_as_others_do_nothing_is_left_to_settle(self, follows, sees, manager):
        black(manager, CAR)
        follows("in", CAR)

        sees("out", CAR, at=5)

        assert (stay(CAR).state, stay(CAR).why, stay(CAR).settled) == ("left", "", True)


class TestOut:
    def test_it_owes_what_it_owes_until_it_is_paid(self, sees, follows, manager):
        sees("in", CAR)

        row = follows("out", CAR, at=120)

        found = stay(CAR)
        assert (row.stay_id, found.state, found.why, found.settled) == (
            found.pk, "left", "followed", False,
        )  # fmt: skip
        assert found.fee_fen > 0
        paying.at_booth(actor=manager, stay=found.pk, now=minutes(130))
        found.refresh_from_db()
        assert (found.why, found.settled) == ("", True)

    def test_that_owes_nothing_needs_nobody(self, sees, follows):
        sees("in", CAR)

        follows("out", CAR, at=5)

        assert (stay(CAR).state, stay(CAR).why, stay(CAR).settled) == ("left", "", True)

    def test_without_a_plate_it_is_the_car_that_stood_there_unpaid(self, sees, follows):
        sees("in", CAR)
        sees("in", OTHER, at=100)
        stood = sees("out", CAR, at=120)
        assert (stood.opened, stood.reason) == (False, "to_pay")

        row = follows("out", at=120.2)

        stood.refresh_from_db()
        assert (row.plate, row.stay.plate, stay(CAR).why) == (CAR, CAR, "followed")
        assert stood.reason == "followed"
        assert stays.waiting_at(stay=stay(CAR), now=minutes(121)) is None
        assert stay(OTHER).state == "inside"

    def test_nobody_knows_which_until_a_person_has_read_it(self, sees, follows, manager):
        sees("in", CAR)
        lost = follows("out", at=120).stay
        assert (lost.state, lost.why, lost.settled, lost.plate) == ("lost", "followed", False, "")

        done = minding.correct_plate(
            actor=manager, stay=lost.pk, plate=CAR, reason="看了录像", now=minutes(130)
        )

        own = Stay.rows.of("hml").get(plate=CAR, entered_at=MORNING)
        assert (done.state, done.settled) == ("void", True)
        assert (own.state, own.left_at, own.why) == ("left", minutes(120), "followed")
        assert own.fee_fen > 0

    def test_one_that_nobody_saw_come_lacks_its_entry_still(self, follows, manager):
        lost = follows("out", at=120).stay

        done = minding.correct_plate(
            actor=manager, stay=lost.pk, plate=THIRD, reason="看了录像", now=minutes(130)
        )

        assert (done.state, done.why, done.settled) == ("lost", "no_entry", False)


class TestTold:
    def test_twice_under_one_id_it_happened_once(self, follows):
        first, again = follows("in", ask="x"), follows("in", ask="x", at=3)

        assert (first.pk, facts(), Stay.rows.of("hml").count()) == (again.pk, 1, 1)

    def test_by_a_loop_that_chatters_it_is_one_car(self, sees, follows):
        sees("in", CAR)
        sees("out", CAR, at=120)
        for count in range(5):
            follows("out", at=120.1 + count / 100)

        assert (facts(), Stay.rows.of("hml").count()) == (1, 1)

    def test_by_the_barrier_it_is_the_lane_where_that_stands(self, follows, lot):
        row = lots.lane(community="hml", code="p1-in")
        row.barrier = "arm-7"
        row.save()

        assert follows("in", device="arm-7").lane_id == row.pk

    def test_by_a_device_of_no_lane_or_of_another_community_nothing_is(self, follows):
        with pytest.raises(lots.LaneNotFound):
            follows("in", device="bay-1")
        with pytest.raises(lots.LaneNotFound):
            following.take(community="other", device="gate-in", ask="a", now=MORNING,
                           seen=seeing.Seen(plate="", at=MORNING))  # fmt: skip

        assert Sighting.rows.of("hml").count() == 0

    def test_a_day_late_of_a_passage_that_is_known_changes_nothing(self, sees, follows):
        sees("in", CAR)
        sees("out", CAR, at=5)

        row = follows("out", CAR, at=5, replayed=True)

        assert (row.stay, Stay.rows.of("hml").count()) == (None, 1)

    def test_late_of_a_car_that_is_in_again_ends_a_stay_of_its_own(self, sees, follows):
        sees("in", CAR, at=600)

        row = follows("out", CAR, at=20, now=700, replayed=True)

        assert (row.stay.left_at, row.stay.entered_at) == (minutes(20), None)
        assert stay(CAR).state == "lost"
        assert Stay.rows.of("hml").get(state="inside").entered_at == minutes(600)
        fact = msgspec.json.decode(
            bytes(Outgoing.objects.get(topic="CarFollowed").body), type=CarFollowed
        )
        assert (fact.at, fact.passed_at) == (minutes(700), minutes(20))

    def test_the_next_car_is_answered_for_itself(self, sees, follows):
        follows("in", at=0)

        nameless, named = sees("in", "", at=0.1), sees("in", CAR, at=0.2)

        assert (nameless.reason, nameless.times) == ("no_plate", 1)
        assert named.opened

    def test_the_car_itself_told_afterwards_raises_no_arm(self, sees, follows):
        follows("in", CAR)

        again = sees("in", CAR, at=0.1)

        assert (again.opened, again.reason, again.times) == (False, "followed", 2)
        assert Stay.rows.of("hml").count() == 1

    def test_an_arm_raised_by_hand_is_for_nobody_who_has_gone(self, follows, manager):
        row = follows("out", at=120)

        minding.open_by_hand(
            actor=manager,
            lane="p1-out",
            opening=minding.Opening(reason="下一辆", key="by-hand-1"),
            now=minutes(121),
        )

        row.refresh_from_db()
        assert (row.opened, row.reason) == (False, "followed")


def asked(kind, id="1", device="gate-in", **body):
    return desk.ANSWERS[kind](
        Asked(community="hml", device=device, kind=kind, id=id, body=body, at=MORNING.timestamp()),
        MORNING,
    )


class TestEvents:
    """What scenes hear of a lane: without a plate, once for each car."""

    @pytest.mark.parametrize(
        ("body", "event"),
        [
            ({"plate": CAR, "confidence": 0.99}, "plate_read"),
            ({"plate": CAR, "confidence": 0.5}, "plate_unread"),
            ({"plate": ""}, "plate_unread"),
            ({"plate": "浙A1"}, "plate_unread"),
            ({"plate": CAR, "replayed": True}, ""),
        ],
    )
    def test_of_a_car_that_is_seen(self, lot, body, event):
        assert asked("lane.seen", **body).event == event

    def test_is_told_once_of_a_car_that_stands_there(self, lot):
        first, again = (asked("lane.seen", id=one, plate=CAR).event for one in "12")

        assert (first, again) == ("plate_read", "")

    def test_of_one_that_followed(self, lot):
        told = asked("lane.followed", device="gate-out")

        assert (told.ok, told.event, told.body) == (True, "followed", {})

    def test_is_of_the_lanes_barrier_too(self, lot):
        camera("arm-7")
        row = lots.lane(community="hml", code="p1-in")
        row.barrier = "arm-7"
        row.save()

        assert asked("lane.seen", plate=CAR).of == ("arm-7", "gate-in")
