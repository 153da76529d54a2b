"""A car comes and goes: told twice, late, out of order, by two gates, with one sign misread."""

from datetime import timedelta

import msgspec
import pytest

from linli.contracts import visits
from linli.contracts.approvals import REFUND
from linli.contracts.asking import Asked
from linli.contracts.parking import LaneDecided
from linli.domains.parking import desk
from linli.domains.parking.models import Lane, Sighting, Stay
from linli.domains.parking.operations import minding, owning, paying, rights
from linli.domains.parking.queries import lots
from linli.foundation.approvals.models import Approval
from linli.foundation.outbox.models import Outgoing
from linli.registry.devices.models import Command
from tests.domains.parking.conftest import CAR, MORNING, OTHER, minutes

pytestmark = pytest.mark.django_db


def only():
    return Stay.rows.of("hml").select_related("lot").get()


def stays(**fields):
    return Stay.rows.of("hml").filter(**fields).count()


class TestCome:
    def test_the_same_car_told_forty_times_is_one_stay_and_one_fact(self, sees):
        told = [sees("in", at=second / 60, ask=f"a{second}") for second in range(40)]

        assert stays() == 1
        assert Sighting.rows.of("hml").get().times == 40
        assert Outgoing.objects.filter(topic="LaneDecided").count() == 1
        assert all(row.answer["open"] for row in told)

    def test_a_car_that_turns_round_in_a_lane_both_ways_is_in_and_out(self, sees, lot):
        Lane.rows.of("hml").filter(code="p1-in").update(direction="both")
        sees("in", direction="in")
        sees("in", direction="out", at=0.5)

        assert (only().state, stays()) == ("left", 1)

    def test_tells_by_which_visit_the_car_of_a_guest_came(self, sees, monkeypatch):
        guest = visits.ExpectedCar(
            visit=12,
            household=1,
            place="hml/b03",
            since=MORNING,
            until=MORNING + timedelta(hours=4),
        )
        monkeypatch.setattr(visits.expected_car, "_answer", lambda *asked: guest)

        sees("in")

        [row] = Outgoing.objects.filter(topic="LaneDecided")
        fact = msgspec.json.decode(bytes(row.body), type=LaneDecided)
        assert (fact.reason, fact.visit) == ("expected", 12)

    def test_asked_again_with_the_same_id_answers_the_same_and_does_nothing(self, sees):
        first = sees("in", ask="one")
        again = sees("in", ask="one", at=300)

        assert (again.pk, again.times) == (first.pk, 1)
        assert stays() == 1

    def test_a_car_of_the_black_list_is_kept_out_and_one_is_told(self, sees, manager):
        rights.list_car(
            actor=manager, plate=CAR, colour="black", reason="逃费三次", until=None, now=MORNING
        )

        told = sees("in")

        assert (told.answer["open"], told.reason) == (False, "black_list")
        assert stays() == 0

    def test_a_full_lot_keeps_strangers_out_and_lets_residents_in(self, sees, home):
        for number in range(3):
            sees("in", f"浙C1000{number}", at=number * 2)

        stranger, resident = sees("in", CAR, at=10), sees("in", OTHER, at=12)

        assert (stranger.reason, resident.reason) == ("full", "resident")
        assert resident.answer["open"]

    def test_a_misread_plate_of_a_resident_is_put_right_and_stays_visible(self, sees, home):
        told = sees("in", "浙B8888B", confidence_milli=800)

        assert (told.plate_read, told.plate, told.corrected) == ("浙B8888B", OTHER, True)
        assert only().kind == "resident"

    def test_a_strange_car_one_sign_off_is_no_resident_to_a_camera_that_is_sure(self, sees, home):
        told = sees("in", "浙B8888B", confidence_milli=990)

        assert (told.plate, told.reason) == ("浙B8888B", "hourly")

    def test_a_camera_without_a_lane_is_refused(self, lot, sees):
        with pytest.raises(lots.LaneNotFound):
            sees("nowhere")


class TestGo:
    def test_pays_nothing_in_the_free_minutes(self, sees):
        sees("in")
        told = sees("out", at=30)

        assert (told.answer["open"], told.reason) == (True, "nothing_due")
        assert (only().state, only().fee_fen, only().settled) == ("left", 0, True)

    def test_owes_for_two_hours_and_stays_in_until_it_is_paid(self, sees):
        sees("in")
        told = sees("out", at=120)

        assert (told.answer["open"], told.answer["due_fen"]) == (False, 800)
        assert told.answer["scan"].startswith("/pay/hml/")
        assert only().state == "inside"

    def test_a_misread_plate_finds_the_one_car_that_is_in(self, sees):
        sees("in", CAR)
        told = sees("out", "浙A12845", at=20, confidence_milli=900)

        assert (told.plate, told.corrected, told.answer["open"]) == (CAR, True, True)
        assert only().state == "left"

    def test_a_car_that_nobody_saw_come_waits_for_a_person(self, sees, manager):
        told = sees("out", at=60)
        stay = only()
        minding.mend_entry(
            actor=manager, stay=stay.pk, at=MORNING, reason="看了录像", now=minutes(61)
        )
        again = sees("out", at=61)

        assert (told.reason, stay.why) == ("no_entry", "no_entry")
        assert (again.reason, again.answer["due_fen"]) == ("to_pay", 800)
        assert Outgoing.objects.filter(topic="StayMended").count() == 1

    def test_the_guard_opens_by_hand_and_what_is_owed_is_written_down(self, sees, manager):
        sees("in")
        sees("out", at=120)
        opening = minding.Opening(reason="道闸卡住", key="open-by-hand-1", trouble=True)
        mark = minding.open_by_hand(actor=manager, lane="p1-out", opening=opening, now=minutes(121))

        assert (only().state, only().why, only().fee_fen) == ("left", "unpaid", 1100)
        assert mark.case is not None
        command = Command.rows.of("hml").get()
        assert (command.device, command.service) == ("gate-out", "barrier.open")

    def test_opened_twice_with_one_key_is_one_act_and_frees_one_car(self, sees, manager):
        sees("in")
        sees("in", OTHER, at=1)
        sees("out", at=120)
        opening = minding.Opening(reason="断网", key="open-by-hand-1")
        first = minding.open_by_hand(
            actor=manager, lane="p1-out", opening=opening, now=minutes(121)
        )
        sees("out", OTHER, at=122)
        again = minding.open_by_hand(
            actor=manager, lane="p1-out", opening=opening, now=minutes(122)
        )

        assert first.pk == again.pk
        assert stays(state="inside", plate=OTHER) == 1
        assert Outgoing.objects.filter(topic="LaneOpenedByHand").count() == 1

    def test_a_car_that_is_let_in_by_hand_has_a_stay(self, sees, manager):
        rights.list_car(
            actor=manager, plate=CAR, colour="black", reason="逃费", until=None, now=MORNING
        )
        sees("in")
        opening = minding.Opening(reason="已补缴", key="open-by-hand-1")
        mark = minding.open_by_hand(actor=manager, lane="p1-in", opening=opening, now=minutes(1))

        assert (only().state, only().entered_at, mark.stay_id) == ("inside", minutes(1), only().pk)

    def test_what_was_paid_too_much_goes_back_when_the_exit_is_told_late(self, sees, manager):
        sees("in")
        paying.at_booth(actor=manager, stay=only().pk, now=minutes(120))
        sees("out", at=20, now=1500, replayed=True)

        assert (only().state, only().fee_fen, only().paid_fen) == ("left", 0, 0)

    def test_the_guard_needs_a_reason(self, sees, manager):
        with pytest.raises(minding.ReasonNeeded):
            minding.open_by_hand(
                actor=manager, lane="p1-in",
                opening=minding.Opening(reason="  ", key="open-by-hand-1"), now=MORNING,
            )  # fmt: skip


class TestMend:
    def test_an_exit_that_nobody_saw_ends_where_the_car_was_last_seen(self, sees):
        sees("in")
        sees("in", at=600)

        lost = Stay.rows.of("hml").get(state="lost")
        assert (lost.why, lost.left_at) == ("no_exit", MORNING)
        assert stays(state="inside") == 1

    def test_what_is_free_anyway_asks_nobody_when_a_camera_missed_it(self, sees):
        sees("in", "浙A1234警", colour="white")
        sees("in", "浙A1234警", at=600, colour="white")
        told = sees("out", "浙A8888警", at=601, colour="white")

        assert (told.answer["open"], told.reason) == (True, "emergency")
        assert Stay.rows.of("hml").filter(settled=False).exclude(state="inside").count() == 0

    def test_an_exit_told_a_day_late_mends_the_stay_that_lacked_it(self, sees):
        sees("in")
        sees("in", at=600)
        told = sees("out", at=20, now=1500, replayed=True)

        assert (told.answer["open"], told.reason) == (False, "late")
        first = Stay.rows.of("hml").order_by("pk").first()
        assert (first.state, first.why, first.left_at) == ("left", "", minutes(20))
        assert stays(state="inside") == 1

    def test_an_entry_told_after_its_exit_makes_one_stay(self, sees):
        sees("out", at=90, now=95, replayed=True)
        sees("in", at=0, now=96, replayed=True)

        row = only()
        assert (row.state, row.entered_at, row.left_at) == ("left", MORNING, minutes(90))
        assert (row.fee_fen, row.why) == (800, "unpaid")

    @pytest.mark.parametrize("order", [("in", "out"), ("out", "in")])
    def test_a_whole_stay_told_after_the_car_came_again_has_its_own_times_and_fee(
        self, sees, order
    ):
        sees("in", at=600)
        for number, way in enumerate(order):
            at = {"in": 0, "out": 90}[way]
            for _ in range(2):
                sees(way, at=at, now=700 + number, replayed=True)

        first, now = Stay.rows.of("hml").order_by("entered_at")
        assert (first.state, first.entered_at, first.left_at) == ("left", MORNING, minutes(90))
        assert (first.fee_fen, first.why) == (800, "unpaid")
        assert (now.state, now.entered_at) == ("inside", minutes(600))

    def test_an_entry_told_after_the_next_one_waits_for_its_exit(self, sees):
        sees("in", at=600)
        sees("in", at=0, now=700, replayed=True)
        sees("in", at=2, now=701, replayed=True)

        first, now = Stay.rows.of("hml").order_by("entered_at")
        assert (first.state, first.why, first.settled) == ("lost", "no_exit", False)
        assert (now.state, now.entered_at) == ("inside", minutes(600))

    @pytest.mark.parametrize("off", [-4, -1, 0])
    def test_the_entry_itself_told_again_by_a_clock_that_is_wrong_is_that_entry(self, sees, off):
        sees("in", at=600)
        sees("in", at=600 + off, now=900, replayed=True)

        assert (stays(), only().entered_at) == (1, minutes(600))

    def test_the_fact_says_when_a_car_passed_that_is_told_late(self, sees):
        sees("in")
        sees("out", at=20, now=1500, replayed=True)

        facts = [
            msgspec.json.decode(bytes(row.body), type=LaneDecided)
            for row in Outgoing.objects.filter(topic="LaneDecided").order_by("pk")
        ]
        assert [(one.at, one.late, one.passed_at) for one in facts] == [
            (MORNING, False, None), (minutes(1500), True, minutes(20)),
        ]  # fmt: skip

    def test_a_passage_told_again_a_day_late_changes_nothing(self, sees):
        sees("in", ask="i")
        sees("out", at=20, ask="o")
        sees("in", at=0, now=1500, ask="i2", replayed=True)
        sees("out", at=20, now=1501, ask="o2", replayed=True)

        assert stays() == 1
        assert only().left_at == minutes(20)

    @pytest.mark.parametrize("off", [3, -3, -600])
    def test_a_camera_whose_clock_is_wrong_closes_no_lane_and_moves_no_fee(self, sees, off):
        came = sees("in", at=off, now=0)
        out = sees("out", at=120 + off, now=120)

        assert (came.answer["open"], only().entered_at) == (True, MORNING)
        assert (out.reason, out.answer["due_fen"]) == ("to_pay", 800)

    def test_what_is_paid_too_much_goes_back_when_the_exit_is_found(self, sees, manager):
        sees("in")
        paying.at_booth(actor=manager, stay=only().pk, now=minutes(120))
        sees("in", at=600)
        lost = Stay.rows.of("hml").get(state="lost")
        minding.mend_exit(
            actor=manager, stay=lost.pk, at=minutes(20), reason="看了录像", now=minutes(700)
        )

        lost.refresh_from_db()
        assert (lost.fee_fen, lost.paid_fen, lost.settled) == (0, 0, True)

    def test_two_persons_let_a_large_sum_pass_that_one_mended(self, sees, manager, settings):
        settings.REFUND_FEN = 500
        sees("in")
        paying.at_booth(actor=manager, stay=only().pk, now=minutes(120))
        sees("in", at=600)
        lost = Stay.rows.of("hml").get(state="lost")
        minding.mend_exit(
            actor=manager, stay=lost.pk, at=minutes(20), reason="看了录像", now=minutes(700)
        )

        lost.refresh_from_db()
        assert lost.paid_fen == 800
        assert Approval.rows.of("hml").get().kind == REFUND

    def test_nobody_mends_what_a_camera_saw_nor_what_is_void(self, sees, manager):
        sees("in")
        sees("out", at=20)
        said = {"actor": manager, "stay": only().pk, "reason": "改", "now": minutes(30)}

        for mend in (minding.mend_entry, minding.mend_exit):
            with pytest.raises(minding.NotMissing):
                mend(at=minutes(1), **said)
        minding.void(**said)
        with pytest.raises(minding.NotMissing):
            minding.correct_plate(plate=OTHER, **said)

    def test_the_plate_of_another_is_put_right_by_hand(self, sees, manager):
        sees("in", CAR)
        minding.correct_plate(
            actor=manager, stay=only().pk, plate="浙A12845", reason="认错", now=minutes(5)
        )

        assert only().plate == "浙A12845"
        assert Sighting.rows.of("hml").get().plate_read == CAR


class TestAsk:
    def test_the_desk_answers_a_lane(self, lot):
        told = desk.ANSWERS["lane.seen"](
            Asked(
                community="hml", device="gate-in", kind="lane.seen", id="a1",
                body={"plate": CAR, "confidence": 0.98}, at=MORNING.timestamp(),
            ),
            MORNING,
        )  # fmt: skip

        assert (told.ok, told.reason) == (True, "hourly")
        assert told.body["screen"] == ["浙A·12B45", "临时停车，欢迎"]

    @pytest.mark.parametrize("body", [{"plate": 7}, {"confidence": 3}, {"direction": "up"}])
    def test_a_malformed_question_is_refused(self, lot, body):
        asked = Asked(
            community="hml", device="gate-in", kind="lane.seen", id="a1", body=body, at=0.0
        )

        with pytest.raises(msgspec.ValidationError):
            desk.ANSWERS["lane.seen"](asked, MORNING)

    def test_no_plate_takes_a_ticket_at_the_lane_and_leaves_by_it(self, sees):
        waiting = sees("in", "")
        stay = owning.ticket(community="hml", lane="p1-in", now=minutes(1))
        sees("out", "", at=20)
        out = owning.show_ticket(
            community="hml", lane="p1-out", ticket=stay.ticket, now=minutes(20)
        )

        assert waiting.reason == "no_plate"
        assert waiting.answer["scan"] == "/pay/hml/lane/p1-in"
        out.refresh_from_db()
        assert (out.state, out.fee_fen) == ("left", 0)
        assert Command.rows.of("hml").count() == 2

    def test_nobody_takes_a_ticket_where_no_car_stands(self, lot):
        with pytest.raises(owning.NobodyThere):
            owning.ticket(community="hml", lane="p1-in", now=MORNING)


def test_a_group_of_two_cars_pays_for_the_second_while_the_first_stands_there(sees, manager):
    rights.give(
        actor=manager,
        permit=rights.NewPermit(
            lot="p1", plates=[CAR, OTHER], places=1, since=MORNING - timedelta(days=1),
            until=MORNING + timedelta(days=30),
        ),
        now=MORNING,
    )  # fmt: skip

    sees("in", CAR)
    sees("in", OTHER, at=2)
    first = sees("out", CAR, at=122)
    second = sees("out", OTHER, at=182)

    assert (first.reason, first.answer["open"]) == ("nothing_due", True)
    assert (second.reason, second.answer["due_fen"]) == ("to_pay", 800)
