"""A booth and its clerk: he signs on, what he does by hand is counted, his cash is handed over."""

import msgspec
import pytest

from linli.contracts.parking import BoothShiftMoved
from linli.domains.parking import booth_pages, jobs
from linli.domains.parking.models import Booth, BoothShift, Lane, Stay
from linli.domains.parking.operations import minding, paying, seeing, setting, shifts
from linli.domains.parking.operations.minding import Opening, ReasonNeeded
from linli.domains.parking.operations.setting import CodeTaken, NewLane, NewLot
from linli.domains.parking.queries import booths
from linli.domains.parking.queries.lots import LotNotFound
from linli.foundation.outbox.models import Outgoing
from linli.foundation.scope.paging import CodePage, NumberPage
from linli.kernel.words import Words
from tests.domains.parking.conftest import CAR, MORNING, OTHER, account_of, actor, minutes
from tests.domains.parking.test_doors import API, post
from tests.past import NEWEST as LAST
from tests.past import migrate, standing

pytestmark = pytest.mark.django_db
EAST = Words(zh="东门岗亭", en="East booth")


@pytest.fixture
def booth(lot, manager):
    return setting.set_booth(actor=manager, code="east", lot="p1", name=EAST, now=MORNING)


@pytest.fixture
def clerk(estate):
    return actor(account_of("guard", "老周"))


@pytest.fixture
def next_one(estate):
    return actor(account_of("guard", "小李"))


@pytest.fixture
def shift(booth, clerk):
    return shifts.sign_on(actor=clerk, booth="east", now=MORNING)


def facts():
    rows = Outgoing.objects.filter(topic="BoothShiftMoved").order_by("pk")
    return [msgspec.json.decode(bytes(row.body), type=BoothShiftMoved) for row in rows]


def taken(sees, clerk, plate=CAR, at=60):
    """Let a car come in the morning and pay in cash: 3 yuan an hour after."""
    sees("in", plate)
    found = paying.at_booth(actor=clerk, stay=sees.stay(plate).pk, now=minutes(at))
    return found.paid_fen


@pytest.fixture
def sees(lot):
    def see(way, plate, at=0):
        seen = seeing.Seen(plate=plate, at=minutes(at))
        return seeing.take(
            community="hml", device=f"gate-{way}", ask=f"{way}-{plate}-{at}", seen=seen,
            now=minutes(at),
        )  # fmt: skip

    see.stay = lambda plate: Stay.rows.of("hml").get(plate=plate)
    return see


class TestSetBooth:
    def lane(self, manager, booth, lot="p1"):
        return setting.set_lane(
            actor=manager,
            lane=NewLane(
                code="p1-in", name=Words(zh="in", en="in"), lot=lot, direction="in",
                camera="gate-in", booth=booth,
            ),
            now=MORNING,
        )  # fmt: skip

    def test_a_lane_is_minded_from_it_and_no_more(self, booth, manager):
        self.lane(manager, "east")
        [with_it] = booth_pages.booths_page(actor=manager, wanted=CodePage())["items"]
        self.lane(manager, "")
        [without] = booth_pages.booths_page(actor=manager, wanted=CodePage())["items"]

        assert (with_it["lot"], with_it["lanes"], without["lanes"]) == ("p1", ["p1-in"], [])

    def test_no_lane_of_another_lot_nor_a_booth_that_is_not_there(self, booth, manager):
        setting.set_lot(
            actor=manager, lot=NewLot(code="p2", name=EAST, place="hml/p1", capacity=3), now=MORNING
        )

        with pytest.raises(booths.BoothNotFound):
            self.lane(manager, "east", lot="p2")
        with pytest.raises(booths.BoothNotFound):
            self.lane(manager, "west")
        with pytest.raises(CodeTaken):
            setting.set_booth(actor=manager, code="east", lot="p2", name=EAST, now=MORNING)
        with pytest.raises(LotNotFound):
            setting.set_booth(actor=manager, code="east", lot="p9", name=EAST, now=MORNING)


class TestSignOn:
    def test_twice_is_once(self, shift, clerk):
        again = shifts.sign_on(actor=clerk, booth="east", now=minutes(5))

        assert (again.pk, [one.step for one in facts()]) == (shift.pk, ["signed_on"])

    def test_where_another_sits_only_if_he_is_relieved(self, shift, next_one):
        with pytest.raises(shifts.BoothTaken):
            shifts.sign_on(actor=next_one, booth="east", now=minutes(5))
        made = shifts.sign_on(actor=next_one, booth="east", relieve=True, now=minutes(6))

        shift.refresh_from_db()
        assert (shift.ended_at, shift.relieved_by_id) == (minutes(6), next_one.account)
        assert (made.ended_at, shift.handed_at) == (None, None)
        assert [one.step for one in facts()] == ["signed_on", "relieved", "signed_on"]

    def test_one_sits_in_one_booth(self, shift, clerk, manager):
        setting.set_booth(actor=manager, code="west", lot="p1", name=EAST, now=MORNING)

        with pytest.raises(shifts.OnShiftAlready):
            shifts.sign_on(actor=clerk, booth="west", now=minutes(5))
        assert BoothShift.rows.of("hml").count() == 1

    def test_not_in_a_booth_of_elsewhere(self, booth, clerk, other_estate):
        away = msgspec.structs.replace(clerk, places=("hml/b03",))
        other = msgspec.structs.replace(clerk, community="other")

        for one in (away, other):
            with pytest.raises(booths.BoothNotFound):
                shifts.sign_on(actor=one, booth="east", now=MORNING)


class TestHandOver:
    def test_counts_what_he_did_by_hand_and_took_and_nothing_of_others(
        self, shift, clerk, next_one, sees
    ):
        fen = taken(sees, clerk)
        minding.open_by_hand(
            actor=clerk, lane="p1-in", opening=Opening(reason="停电", key="by-hand-1"),
            now=minutes(61),
        )  # fmt: skip
        minding.void(
            actor=clerk, stay=sees("in", OTHER, at=62).stay_id, reason="没有车", now=minutes(63)
        )
        minding.open_by_hand(
            actor=next_one, lane="p1-in", opening=Opening(reason="停电", key="by-hand-2"),
            now=minutes(64),
        )  # fmt: skip
        live = booth_pages.own_page(actor=clerk, now=minutes(65))["now"]

        done = shifts.hand_over(actor=clerk, shift=shift.pk, fen=fen, now=minutes(66))
        again = shifts.hand_over(actor=clerk, shift=shift.pk, fen=fen, now=minutes(67))

        assert fen > 0
        assert (live["opened"], live["mended"], live["cash_fen"]) == (1, 1, fen)
        assert (done.opened, done.mended, done.cash_fen, done.handed_fen) == (1, 1, fen, fen)
        assert (done.ended_at, again.handed_at) == (minutes(66), minutes(66))
        assert [one.step for one in facts()] == ["signed_on", "handed_over"]
        assert booth_pages.own_page(actor=clerk, now=minutes(68)) == {"now": None, "owed": []}

    def test_another_sum_than_was_taken_says_why_and_is_not_changed_afterwards(
        self, shift, clerk, sees
    ):
        fen = taken(sees, clerk)

        with pytest.raises(ReasonNeeded):
            shifts.hand_over(actor=clerk, shift=shift.pk, fen=fen - 100, now=minutes(70))
        done = shifts.hand_over(
            actor=clerk, shift=shift.pk, fen=fen - 100, note="找零多给了一元", now=minutes(70)
        )
        with pytest.raises(shifts.HandedAlready):
            shifts.hand_over(actor=clerk, shift=shift.pk, fen=fen, now=minutes(71))

        assert (done.cash_fen, done.handed_fen, done.note) == (fen, fen - 100, "找零多给了一元")

    def test_who_was_relieved_has_still_to_hand_over_what_he_took_until_then(
        self, shift, clerk, next_one, sees
    ):
        fen = taken(sees, clerk)
        shifts.sign_on(actor=next_one, booth="east", relieve=True, now=minutes(61))
        taken(sees, clerk, OTHER, at=90)
        [owed] = booth_pages.own_page(actor=clerk, now=minutes(91))["owed"]

        done = shifts.hand_over(actor=clerk, shift=shift.pk, fen=fen, now=minutes(92))

        assert (owed["id"], owed["cash_fen"]) == (shift.pk, fen)
        assert (done.ended_at, done.handed_at) == (minutes(61), minutes(92))

    def test_nobody_hands_over_for_another(self, shift, next_one, manager):
        for one in (next_one, manager):
            with pytest.raises(booths.ShiftNotFound):
                shifts.hand_over(actor=one, shift=shift.pk, fen=0, now=minutes(5))


class TestCountFor:
    """The cash of a clerk who does not come."""

    @pytest.fixture
    def left(self, shift, next_one):
        shifts.sign_on(actor=next_one, booth="east", relieve=True, now=minutes(61))
        return shift.pk

    def test_another_counts_it_with_a_reason_and_it_is_received(
        self, left, clerk, next_one, manager, sees
    ):
        fen = taken(sees, clerk)
        done, again = (
            shifts.count_for(actor=one, shift=left, fen=fen, note="已离职", now=minutes(at))
            for one, at in ((manager, 70), (next_one, 71))
        )
        his = shifts.hand_over(actor=clerk, shift=left, fen=fen, now=minutes(72))
        with pytest.raises(shifts.HandedAlready):
            shifts.hand_over(actor=clerk, shift=left, fen=0, note="x", now=minutes(73))
        taken_by = shifts.receive(actor=manager, shift=left, now=minutes(74))

        assert (done.cash_fen, done.handed_fen, done.note) == (fen, fen, "已离职")
        assert {done.counted_by_id, again.counted_by_id, his.counted_by_id} == {manager.account}
        assert (done.ended_at, his.handed_at) == (minutes(61), minutes(70))
        assert taken_by.received_by_id == manager.account
        steps = ["signed_on", "relieved", "signed_on", "counted_for", "received"]
        assert [one.step for one in facts()] == steps
        [line] = booth_pages.shifts_page(actor=manager, wanted=NumberPage())["items"][1:]
        assert line["counted_by_name"] == "王小和"

    def test_not_his_own_nor_unsaid_why_nor_elsewhere_nor_another_sum_later(
        self, left, clerk, manager
    ):
        away = msgspec.structs.replace(manager, places=("hml/b03",))
        other = msgspec.structs.replace(manager, community="other")
        for one, note, fault in (
            (clerk, "我来", shifts.OwnCash),
            (manager, " ", ReasonNeeded),
            (away, "已离职", booths.ShiftNotFound),
            (other, "已离职", booths.ShiftNotFound),
        ):
            with pytest.raises(fault):
                shifts.count_for(actor=one, shift=left, fen=0, note=note, now=minutes(70))
        shifts.count_for(actor=manager, shift=left, fen=0, note="已离职", now=minutes(71))
        with pytest.raises(shifts.HandedAlready):
            shifts.count_for(actor=manager, shift=left, fen=1, note="已离职", now=minutes(72))

        assert [one.step for one in facts()].count("counted_for") == 1

    def test_not_while_he_sits_there(self, shift, manager):
        with pytest.raises(shifts.StillSits):
            shifts.count_for(actor=manager, shift=shift.pk, fen=0, note="x", now=minutes(5))

        assert [one.step for one in facts()] == ["signed_on"]


class TestLongest:
    def test_a_shift_that_nobody_ended_ends_and_its_cash_is_still_owed(self, shift, clerk, sees):
        fen, long = taken(sees, clerk), 48 * 60
        taken(sees, clerk, OTHER, at=long + 30)

        live = booth_pages.own_page(actor=clerk, now=minutes(long + 40))["now"]
        moved = [jobs.tick(minutes(at)) for at in (long - 1, long + 40, long + 41)]
        [owed] = booth_pages.own_page(actor=clerk, now=minutes(long + 42))["owed"]

        assert (live["cash_fen"], owed["cash_fen"], moved) == (fen, fen, [0, 1, 0])
        assert owed["ended_at"] == minutes(long)
        assert [(one.step, one.by) for one in facts()][1:] == [("ran_out", None)]
        assert shifts.sign_on(actor=clerk, booth="east", now=minutes(long + 43)).pk != shift.pk


class TestReceive:
    def test_another_receives_it_once(self, shift, clerk, next_one, manager):
        shifts.hand_over(actor=clerk, shift=shift.pk, fen=0, now=minutes(5))

        first = shifts.receive(actor=manager, shift=shift.pk, now=minutes(6))
        again = shifts.receive(actor=next_one, shift=shift.pk, now=minutes(7))

        assert (first.received_at, again.received_by_id) == (minutes(6), manager.account)
        assert [one.step for one in facts()] == ["signed_on", "handed_over", "received"]

    def test_not_his_own_nor_before_it_was_counted_nor_elsewhere(self, shift, clerk, manager):
        with pytest.raises(shifts.NotHandedYet):
            shifts.receive(actor=manager, shift=shift.pk, now=minutes(5))
        with pytest.raises(shifts.OwnCash):
            shifts.receive(actor=clerk, shift=shift.pk, now=minutes(5))
        away = msgspec.structs.replace(manager, places=("hml/b03",))
        with pytest.raises(booths.ShiftNotFound):
            shifts.receive(actor=away, shift=shift.pk, now=minutes(5))

    def test_a_payment_that_was_under_way_at_the_end_is_counted(self, shift, clerk, manager, sees):
        shifts.hand_over(actor=clerk, shift=shift.pk, fen=0, now=minutes(61))
        fen = taken(sees, clerk, at=60)

        assert shifts.receive(actor=manager, shift=shift.pk, now=minutes(62)).cash_fen == fen

    def test_the_list_shows_it_where_one_may_look(self, shift, clerk, manager):
        shifts.hand_over(actor=clerk, shift=shift.pk, fen=0, now=minutes(5))
        away = msgspec.structs.replace(manager, places=("hml/b03",))

        [line] = booth_pages.shifts_page(actor=manager, wanted=NumberPage())["items"]

        assert (line["clerk_name"], line["mine"], line["handed_fen"]) == ("老周", False, 0)
        assert booth_pages.shifts_page(actor=away, wanted=NumberPage())["items"] == []


class TestOverHttp:
    """Who may do what of it, by the doors."""

    def test_a_guard_signs_on_and_hands_over_and_finance_receives(self, booth, browser):
        guard = browser(account_of("guard", "老周"))
        made = post(guard, "/parking/booths/east/shift")
        number = made.json()["id"]
        own = guard.get(f"{API}/parking/shifts/own").json()
        over = post(guard, f"/parking/shifts/{number}/hand-over", {"fen": 0})
        taken = post(browser(account_of("finance", "小钱")), f"/parking/shifts/{number}/receive")

        assert [one.status_code for one in (made, over, taken)] == [200, 200, 200]
        assert (own["now"]["id"], own["now"]["cash_fen"], own["owed"]) == (number, 0, [])
        assert (over.json()["mine"], taken.json()["received_by_name"]) == (True, "小钱")

    @pytest.mark.parametrize(
        ("role", "path", "method"),
        [
            ("resident", "/parking/booths/east/shift", "post"),
            ("finance", "/parking/booths/east/shift", "post"),
            ("engineer", "/parking/shifts/1/receive", "post"),
            ("engineer", "/parking/shifts/1/count", "post"),
            ("guard", "/parking/booths/east", "put"),
        ],
    )
    def test_who_may_not_is_refused(self, booth, browser, role, path, method):
        body = {"name": {"zh": "x"}, "lot": "p1"} if method == "put" else {}

        assert post(browser(account_of(role, role)), path, body, method).status_code == 403
        assert BoothShift.rows.of("hml").count() == 0

    @pytest.mark.parametrize("body", [{}, {"fen": -1}, {"fen": "x"}, {"fen": 10**9}])
    def test_what_is_no_sum_is_refused_of_another_too(self, shift, browser, manager, body):
        path = f"/parking/shifts/{shift.pk}/count"

        assert post(browser(manager.account), path, {"note": "x", **body}).status_code == 422

    @pytest.mark.parametrize("body", [{}, {"fen": -1}, {"fen": "x"}, {"fen": 10**9}])
    def test_what_is_no_sum_is_refused(self, shift, browser, clerk, body):
        path = f"/parking/shifts/{shift.pk}/hand-over"

        assert post(browser(clerk.account), path, body).status_code == 422


@pytest.mark.django_db(transaction=True)
@pytest.mark.once
def test_what_lanes_said_of_their_booths_becomes_booths_and_goes_back(tmp_path):
    said, newest = ("parking", "0007_booths_and_their_shifts"), ("parking", LAST)
    with standing(tmp_path, said) as then:
        lot = then.get_model("parking", "Lot").rows.create(
            community="hml", code="p1", name_zh="地下车库", capacity=3
        )
        for way in ("in", "out"):
            then.get_model("parking", "Lane").rows.create(
                community="hml", code=f"p1-{way}", name_zh=way, lot=lot, direction=way,
                camera=f"gate-{way}", booth_said="东门岗亭",
            )  # fmt: skip

        migrate(newest)
        booth = Booth.rows.of("hml").get()
        minded = set(Lane.rows.of("hml").values_list("booth", flat=True))
        back = migrate(said).get_model("parking", "Lane").rows
        told = set(back.values_list("booth_said", flat=True))

    assert (booth.name_zh, booth.lot_id, minded) == ("东门岗亭", lot.pk, {booth.pk})
    assert told == {"东门岗亭"}
