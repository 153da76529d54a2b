"""A card at a charge point that asks before it begins; what it tells is one for every protocol."""

from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
from django.db import connections

from linli.contracts.charge_points import TELLERS
from linli.contracts.charging import StopReason
from linli.domains.charging import queries
from linli.domains.charging.models import Bought, Connector, Reservation, Session, Site
from linli.domains.charging.operations import cards, starting
from linli.domains.charging.operations.watching import STATES
from linli.foundation.money import queries as ledger
from linli.kernel.fault import Fault
from linli.registry.devices.models import Device
from linli.registry.people.models import Person
from tests.domains.charging.conftest import (
    CARDS,
    NOW,
    begin,
    commands,
    fill,
    held,
    income,
    later,
    limited,
    look,
    obeyed,
    over,
    start,
    told,
    wallet,
)
from tests.domains.charging.test_doors import ask

pytestmark = pytest.mark.django_db

MINE, OTHERS = CARDS
NUMBER = "55031412782305" + "01" + "260601120000" + "0001"
NEXT = "55031412782305" + "01" + "260601120100" + "0002"
CHARGING, FINISHING = (float(STATES.index(one)) for one in ("charging", "finishing"))


@pytest.fixture(params=sorted(TELLERS))
def driver(request, site):
    """Let the chargers of the site speak each of the protocols that tell their transactions."""
    Device.rows.of("hml").filter(code__startswith="cp-").update(driver=request.param)
    return request.param


@pytest.fixture
def piles(site):
    """Let the chargers of the site speak YKC."""
    Device.rows.of("hml").filter(code__startswith="cp-").update(driver="ykc")


def want(card=MINE, transaction=NUMBER, device="cp-1", now=NOW):
    return ask(
        "charge.card", step="wanted", tag=card, transaction=transaction, device=device,
        id=f"wanted.{transaction}", now=now,
    )  # fmt: skip


def sessions():
    return list(Session.rows.of("hml").order_by("pk"))


def only():
    [found] = sessions()
    return found


def _reserve(number):
    person = Person.rows.of("hml").get(code=f"P{number}")
    starting.reserve(community="hml", device="cp-1", person=person.pk, now=NOW)


def _poor():
    person = Person.rows.of("hml").get(code="P0")
    fill(person, 999 - wallet(person))


class TestWanted:
    def test_sets_money_aside_and_tells_the_charger_nothing(self, driver, people):
        answer = want()

        assert (answer.ok, answer.body) == (True, {"balance_fen": 5000})
        assert (only().state, only().way, only().transaction) == ("starting", "card", NUMBER)
        assert (wallet(people[0]), held(), commands()) == (5000, 5000, [])

    def test_asked_again_is_one(self, driver, people):
        first, again = want(), want(now=later(seconds=5))

        assert first == again
        assert (len(sessions()), held()) == (1, 5000)

    def test_shown_again_since_the_answer_was_lost_is_his_all_the_same(self, driver, people):
        want()

        again = want(transaction=NEXT, now=later(seconds=20))

        assert (again.ok, held()) == (True, 5000)
        assert only().transaction == NEXT

    @pytest.mark.parametrize(
        ("meanwhile", "reason"),
        [
            (lambda: want(OTHERS, NEXT), "charging.connector_busy"),
            (lambda: begin(OTHERS), "charging.connector_busy"),
            (lambda: _reserve(1), "charging.connector_kept"),
            (lambda: Device.rows.of("hml").update(online=False), "charging.connector_off"),
            (lambda: Connector.rows.of("hml").update(open=False), "charging.connector_off"),
            (lambda: Site.rows.of("hml").update(open=False), "charging.connector_off"),
            (lambda: Session.rows.of("hml").update(due_fen=7), "charging.owes"),
            (_poor, "charging.too_little"),
        ],
    )  # fmt: skip
    def test_refuses_and_nothing_happens(self, driver, people, meanwhile, reason):
        begin(MINE, device="cp-2", transaction="9")
        over(device="cp-2", transaction="9", at=later(minutes=1), meter_wh=1000)
        meanwhile()
        before = (len(sessions()), held())

        with pytest.raises(Fault) as refused:
            want()

        assert refused.value.key == reason
        assert (len(sessions()), held()) == before

    def test_refuses_a_card_of_nobody(self, driver, people):
        with pytest.raises(cards.UnknownCard):
            want("DEADBEEF")

        assert (sessions(), held()) == ([], 0)

    def test_refuses_at_a_device_that_is_no_connector_of_a_site(self, driver, people):
        with pytest.raises(queries.ConnectorNotFound):
            want(device="cp-9")

        assert (sessions(), held()) == ([], 0)

    def test_refuses_a_fourth_at_once(self, site, people, monkeypatch):
        monkeypatch.setattr(starting, "MOST_AT_ONCE", 1)
        start(people[0], device="cp-2")

        with pytest.raises(starting.TooMany):
            want()

    def test_refuses_what_began_and_is_settled(self, piles, people):
        want()
        over(transaction=NUMBER, at=later(minutes=1), meter_wh=0, meter_start_wh=0)

        with pytest.raises(starting.ConnectorBusy):
            want(now=later(minutes=2))

        assert held() == 0

    def test_is_not_heard_of_another_community(self, driver, people):
        with pytest.raises(queries.ConnectorNotFound):
            cards.wanted(
                community="other",
                shown=cards.Shown(device="cp-1", transaction=NUMBER, card=MINE),
                now=NOW,
            )

    @pytest.mark.parametrize("lacks", ["tag", "transaction"])
    def test_refuses_what_is_malformed(self, driver, people, lacks):
        said = {"tag": MINE, "transaction": NUMBER} | {lacks: ""}

        with pytest.raises(msgspec.ValidationError):
            ask("charge.card", step="wanted", device="cp-1", **said)

        assert sessions() == []

    def test_what_was_kept_for_him_ends_with_its_use(self, driver, people):
        _reserve(0)

        assert want().ok
        assert not Reservation.rows.of("hml").exists()

    @pytest.mark.parametrize("pays", ["after", "package"])
    def test_tells_no_balance_where_nothing_bounds_it(self, piles, site, people, pays):
        if pays == "after":
            Site.rows.of("hml").update(pays="after")
        else:
            Bought.rows.create(
                community="hml", site=site, person=people[0], package="p", name_zh="包",
                price_fen=1, energy_wh=9000, left_wh=9000, from_at=NOW, until=later(days=9),
            )  # fmt: skip

        assert want().body == {}


class TestBegun:
    def test_goes_from_the_card_to_its_receipt(self, driver, people):
        want()
        begin(MINE, transaction=NUMBER, at=later(seconds=30), meter_wh=0)
        over(
            transaction=NUMBER, at=later(hours=1), meter_wh=7000, meter_start_wh=0,
            reason=StopReason.UNPLUGGED,
        )  # fmt: skip

        done = only()
        assert (done.state, done.way, done.reason) == ("settled", "card", "unplugged")
        assert (done.energy_wh, done.fee_fen) == (7000, 1001)
        assert (wallet(people[0]), income(), held()) == (10_000 - 1001, 1001, 0)
        facts = [told(f"Charging{one}") for one in ("Started", "Stopped", "Settled")]
        assert (facts, commands()) == ([1, 1, 1], [])

    def test_what_a_phone_started_is_told_by_our_number(self, driver, people):
        session = start(people[0])
        begin(session.number, transaction=NUMBER, meter_wh=0)
        over(transaction=NUMBER, at=later(hours=1), meter_wh=7000, reason=StopReason.UNPLUGGED)

        assert (only().way, only().state, only().fee_fen) == ("app", "settled", 1001)
        assert commands() == [("charge.start", {"tag": session.number, "balance_yuan": 50.0})]

    def test_what_a_phone_started_is_his_though_its_line_forgot_our_number(self, piles, people):
        start(people[0])

        begin("", transaction=NUMBER, at=later(seconds=30), meter_wh=0)
        over(
            transaction=NUMBER, at=later(hours=1), meter_wh=7000, meter_start_wh=0,
            reason=StopReason.UNPLUGGED,
        )  # fmt: skip

        assert (only().person_id, only().transaction) == (people[0].pk, NUMBER)
        assert (only().state, held()) == ("settled", 0)

    @pytest.mark.parametrize("tag", [MINE, ""])
    def test_is_his_by_its_number_whether_or_not_the_card_is_said_again(self, driver, people, tag):
        want()
        begin(tag, transaction=NUMBER, meter_wh=0)
        begin(tag, transaction=NUMBER, meter_wh=0)

        assert (only().state, only().person_id) == ("charging", people[0].pk)
        assert told("ChargingStarted") == 1

    def test_one_that_does_not_begin_gives_all_back_and_is_told_to_stop(self, driver, people):
        want()
        look(later(seconds=121))

        assert (only().state, only().reason) == ("failed", "not_started")
        assert (wallet(people[0]), held(), commands()) == (10_000, 0, [("charge.stop", {})])

    def test_one_that_begins_after_it_was_given_up_is_paid_all_the_same(self, driver, people):
        want()
        look(later(seconds=121))
        begin("", transaction=NUMBER, at=later(minutes=4), meter_wh=0)
        over(transaction=NUMBER, at=later(minutes=64), meter_wh=7000, reason=StopReason.UNPLUGGED)

        given_up, charged = sessions()
        assert (given_up.state, given_up.transaction) == ("failed", "")
        assert (charged.state, charged.person_id) == ("settled", people[0].pk)
        assert wallet(people[0]) == 10_000 - charged.fee_fen
        assert charged.fee_fen > 900

    def test_is_refused_where_the_connector_is_kept_for_another_and_on_record(self, driver, people):
        _reserve(1)

        with pytest.raises(starting.ConnectorKept):
            begin(MINE)

        assert (only().way, only().person_id, held()) == ("charger", people[0].pk, 0)
        assert Reservation.rows.of("hml").count() == 1

    def test_what_is_told_late_is_not_measured_by_who_it_is_kept_for_now(self, driver, people):
        _reserve(1)

        begin(MINE, at=NOW, now=later(minutes=10))

        assert only().way == "card"


class TestOver:
    def test_a_start_that_failed_gives_all_back_at_once(self, piles, people):
        want()
        for _ in range(2):
            over(
                transaction=NUMBER, at=later(seconds=20), meter_wh=0, meter_start_wh=0,
                started_at=NOW, reason=StopReason.NOT_STARTED,
            )  # fmt: skip

        assert (only().state, only().reason) == ("failed", "not_started")
        assert (wallet(people[0]), held()) == (10_000, 0)

    @pytest.mark.parametrize("given_up", [False, True])
    def test_one_whose_start_was_not_heard_is_paid_by_its_end(self, piles, people, given_up):
        want()
        if given_up:
            look(later(seconds=121))
        over(
            transaction=NUMBER, at=later(hours=1), meter_wh=7000, meter_start_wh=0, started_at=NOW,
            reason=StopReason.UNPLUGGED,
        )  # fmt: skip

        done = sessions()[-1]
        assert (done.state, done.energy_wh, done.person_id) == ("settled", 7000, people[0].pk)
        assert (wallet(people[0]), held()) == (10_000 - 1001, 0)

    def test_what_took_nothing_and_was_never_heard_of_is_not_kept(self, piles, people):
        said = {"started_at": NOW, "meter_start_wh": 0, "meter_wh": 0, "payer": MINE}

        assert over(transaction=NUMBER, at=later(minutes=1), **said) is None
        assert sessions() == []

    @pytest.mark.parametrize("heard", [False, True])
    def test_an_offline_card_pays_what_its_bill_says(self, piles, people, heard):
        """The pile took it by itself: who it is for is said with the bill."""
        if heard:
            with pytest.raises(cards.UnknownCard):
                begin("", transaction=NUMBER, meter_wh=0)
        over(
            transaction=NUMBER, at=later(hours=1), meter_wh=7000, meter_start_wh=0, started_at=NOW,
            payer=MINE,
        )  # fmt: skip

        assert only().person_id == people[0].pk
        assert wallet(people[0]) == 10_000 - only().fee_fen
        assert sum(ledger.trial_balance(community="hml").values()) == 0

    def test_whose_card_stops_it_is_not_who_pays(self, site, people):
        with pytest.raises(cards.UnknownCard):
            begin("DEADBEEF")
        over(at=later(hours=1), meter_wh=8000, card=MINE, reason="Local")

        assert (only().person_id, wallet(people[0])) == (None, 10_000)


class TestShown:
    """What a charger that tells its transactions shows, and does not tell."""

    def _charged(self, driver):
        meter = TELLERS[driver].meter
        want()
        begin(MINE, transaction=NUMBER, meter_wh=0)
        look(later(minutes=30), connector_state=CHARGING, power_w=7000, **{meter: 3.5})

    def test_an_end_that_is_shown_waits_to_be_told(self, driver, people):
        self._charged(driver)
        for minute in (31, 36, 40):
            look(later(minutes=minute), connector_state=FINISHING, power_w=0)
        over(transaction=NUMBER, at=later(minutes=31), meter_wh=3600, reason=StopReason.UNPLUGGED)

        assert (only().state, only().energy_wh) == ("settled", 3600)

    def test_one_that_is_never_told_ends_with_its_last_reading(self, driver, people):
        self._charged(driver)
        for minute in (31, 36, 41):
            look(later(minutes=minute), connector_state=FINISHING, power_w=0)

        done = only()
        assert (done.state, done.reason, done.energy_wh) == ("settled", "charger", 3500)
        assert (done.ended_at, held()) == (later(minutes=30), 0)

    def test_one_that_goes_on_is_not_over(self, driver, people):
        self._charged(driver)
        look(later(minutes=31), connector_state=FINISHING, power_w=0)
        look(later(minutes=35), connector_state=CHARGING, power_w=7000)
        look(later(minutes=42), connector_state=FINISHING, power_w=0)

        assert only().state == "charging"


class TestLoad:
    def test_a_pile_is_told_its_share_in_watts(self, piles, people):
        limited(40, NOW)
        want()
        begin(MINE, transaction=NUMBER, meter_wh=0)
        obeyed(NOW)
        start(people[1], device="cp-2", now=later(minutes=1))

        assert commands() == [("charge.limit", {"power_w": 22_080.0}),
                              ("charge.limit", {"power_w": 13_800.0})]  # fmt: skip
        assert [service for service, args in commands("cp-2") if "current_a" in args] == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("numbers", [[NUMBER] * 4, [NUMBER, NEXT] * 2])
def test_at_once_it_is_one_charging_and_no_fen_is_lost(site, people, numbers):
    def show(card, number):
        try:
            return want(card, number).ok
        except Fault as fault:
            return fault.key
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(show, [MINE, OTHERS, MINE, OTHERS], numbers))

    assert True in found
    assert len([one for one in sessions() if one.state == "starting"]) == 1
    assert held() == 5000
    assert sum(wallet(one) for one in people) + held() == 20_000
