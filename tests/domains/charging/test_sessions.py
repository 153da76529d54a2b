"""From the wish to the receipt; twice, late, never, out of order; and no fen is lost."""

import pytest

from linli.contracts.charging import StopReason
from linli.domains.charging import own, queries
from linli.domains.charging.models import Bought, Session
from linli.domains.charging.operations import (
    cards,
    packages,
    paying,
    setting,
    starting,
    stopping,
    telling,
    watching,
)
from linli.domains.charging.operations.watching import STATES
from linli.foundation.money import queries as ledger
from linli.registry.devices import asks
from linli.registry.devices.models import Device
from linli.registry.people.models import Person
from tests.domains.charging.conftest import (
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
    row,
    start,
    told,
    wallet,
)

pytestmark = pytest.mark.django_db


def _balanced():
    return sum(ledger.trial_balance(community="hml").values()) == 0


class TestStart:
    def test_sets_money_aside_and_tells_the_charger(self, site, people):
        session = start(people[0])

        assert (wallet(people[0]), held()) == (5000, 5000)
        assert commands() == [("charge.start", {"tag": session.number, "balance_yuan": 50.0})]
        assert len(session.number) <= 20

    @pytest.mark.parametrize("other", [0, 1])
    def test_refuses_a_second_at_one_connector_and_takes_nothing(self, site, people, other):
        start(people[0])

        with pytest.raises(starting.ConnectorBusy):
            start(people[other])

        assert held() == 5000

    def test_refuses_who_has_too_little(self, site, people):
        poor = Person.rows.create(community="hml", code="P9", name="李（虚构）")
        fill(poor, 999)

        with pytest.raises(starting.TooLittle):
            start(poor)

        assert (wallet(poor), held(), Session.rows.of("hml").count()) == (999, 0, 0)

    def test_refuses_what_is_kept_for_another_until_it_lapses(self, site, people):
        starting.reserve(community="hml", device="cp-1", person=people[0].pk, now=NOW)

        with pytest.raises(starting.ConnectorKept):
            start(people[1])
        session = start(people[1], now=later(minutes=15))

        assert session.state == "starting"

    def test_refuses_another_community(self, site, people):
        wish = starting.Wish(person=people[0].pk, way="app")

        with pytest.raises(queries.ConnectorNotFound):
            starting.start(community="other", device="cp-1", wish=wish, now=NOW)

    def test_one_that_never_begins_gives_all_back(self, site, people):
        session = start(people[0])
        look(later(seconds=121))

        assert (row(session.number).state, row(session.number).reason) == ("failed", "not_started")
        assert (wallet(people[0]), held()) == (10_000, 0)


class TestSession:
    def test_goes_from_the_wish_to_its_receipt(self, site, people):
        session = start(people[0])
        begin(session.number, meter_wh=1000)
        look(later(minutes=30), energy_kwh=4.5, power_w=7000)
        stopping.stop(
            community="hml",
            number=session.number,
            reason=StopReason.USER,
            person=people[0].pk,
            now=later(minutes=59),
        )
        over(at=later(minutes=60), meter_wh=8000, reason="Remote")
        look(later(minutes=70), plugged_in=0, connector_state=0)

        done = row(session.number)
        assert (done.state, done.reason, done.energy_wh, done.fee_fen) == (
            "settled", "user", 7000, 1001,
        )  # fmt: skip
        assert sum(line["fen"] for line in done.proof) == 1001
        assert (wallet(people[0]), income(), held()) == (10_000 - 1001, 1001, 0)
        assert done.refunded_fen == 5000 - 1001
        assert [told(f"Charging{one}") for one in ("Started", "Stopped", "Settled")] == [1, 1, 1]
        assert ("charge.stop", {}) in commands()

    def test_the_same_told_twice_is_once(self, site, people):
        session = start(people[0])
        for _ in range(2):
            begin(session.number)
        for _ in range(2):
            over(at=later(hours=1), meter_wh=8000, reason="EVDisconnected")

        assert Session.rows.of("hml").count() == 1
        assert (income(), told("ChargingStarted"), told("ChargingSettled")) == (1001, 1, 1)

    def test_a_card_begins_and_pays(self, site, people):
        begin("04A1B2C3")
        over(at=later(hours=1), meter_wh=8000, reason="EVDisconnected")

        assert wallet(people[0]) == 10_000 - 1001

    def test_an_unknown_card_is_refused_and_what_it_took_is_on_record(self, site, people):
        with pytest.raises(cards.UnknownCard):
            begin("DEADBEEF")
        over(at=later(minutes=1), meter_wh=1050, reason="DeAuthorized")

        found = Session.rows.of("hml").get()
        assert (found.person, found.fee_fen, found.due_fen, found.state) == (None, 7, 7, "settled")

    def test_idling_is_paid_after_the_grace(self, site, people):
        session = start(people[0])
        begin(session.number)
        over(at=later(hours=1), meter_wh=8000, reason="Local")
        look(later(minutes=80), plugged_in=1)
        look(later(minutes=100), plugged_in=0)

        done = row(session.number)
        assert (done.fee_fen, done.proof[-1]["what"], done.proof[-1]["fen"]) == (1501, "idle", 500)

    def test_whoever_comes_next_ends_the_idling(self, site, people):
        session = start(people[0])
        begin(session.number)
        over(at=later(hours=1), meter_wh=8000, reason="Local")

        with pytest.raises(starting.ConnectorBusy):
            start(people[1], now=later(minutes=90))
        begin("04D4E5F6", transaction="7002", at=later(minutes=95), meter_wh=8000)

        assert row(session.number).fee_fen == 1001 + 400

    def test_what_was_charged_offline_is_settled_by_its_own_times(self, site, people):
        """At noon it is peak; told at night, when it would be cheap."""
        night = later(hours=13)
        begin("04A1B2C3", at=NOW, now=night)
        telling.measured(
            community="hml",
            device="cp-1",
            transaction_="7001",
            readings=[(later(minutes=30).timestamp(), 4000)],
        )
        over(at=later(hours=1), meter_wh=8000, now=night)

        done = Session.rows.of("hml").get()
        assert (done.state, done.offline, done.fee_fen) == ("settled", True, 1001)

    def test_a_restart_leaves_an_orphan_that_ends_with_what_was_heard(self, site, people):
        session = start(people[0])
        begin(session.number)
        look(later(minutes=30), energy_kwh=4.5, power_w=7000)
        begin("04D4E5F6", transaction="7002", at=later(hours=2), meter_wh=4600)

        old = row(session.number)
        assert (old.state, old.reason, old.energy_wh) == ("settled", "orphaned", 3500)

    def test_a_start_told_after_a_later_one_stands_beside_it(self, site, people):
        begin("04A1B2C3", transaction="7002", at=later(hours=2), meter_wh=9000)
        begin("04D4E5F6", transaction="7001", at=NOW, meter_wh=1000, now=later(hours=3))
        over(transaction="7001", at=later(hours=1), meter_wh=8000, now=later(hours=3))

        states = {one.transaction: one.state for one in Session.rows.of("hml")}
        assert states == {"7001": "settled", "7002": "charging"}
        assert wallet(people[1]) == 10_000 - 1001

    def test_an_end_whose_start_was_never_heard_is_billed_by_what_it_says(self, site, people):
        over(at=later(hours=1), meter_wh=8000, card="04A1B2C3", started_at=NOW, meter_start_wh=1000)

        assert (wallet(people[0]), income()) == (10_000 - 1001, 1001)

    def test_a_clock_that_was_set_back_while_it_charged_makes_nothing_free(self, site, people):
        session = start(people[0])
        begin(session.number)
        over(at=later(seconds=30), meter_wh=8000, reason="EVDisconnected", now=later(hours=1))

        assert row(session.number).energy_wh == 7000

    def test_an_end_of_which_nothing_is_known_changes_nothing(self, site, people):
        assert over(at=NOW, meter_wh=8000) is None
        assert Session.rows.of("hml").count() == 0

    def test_a_meter_that_jumps_back_costs_nothing_twice(self, site, people):
        session = start(people[0])
        begin(session.number)
        for minute, kwh in ((10, 2.0), (20, 0.5), (30, 3.0)):
            look(later(minutes=minute), energy_kwh=kwh, power_w=6000)
        over(at=later(hours=1), meter_wh=2500, reason="EVDisconnected")

        assert row(session.number).energy_wh == 2000

    def test_what_exceeds_the_money_set_aside_is_due_and_bars_the_next(self, site, people):
        session = start(people[0])
        begin(session.number)
        money_left = wallet(people[0])
        Person.rows.of("hml").filter(pk=people[0].pk)
        over(at=later(hours=8), meter_wh=101_000, reason="EVDisconnected")

        done = row(session.number)
        assert done.fee_fen > 5000 + money_left
        assert (wallet(people[0]), done.due_fen) == (money_left, done.fee_fen - 5000)
        with pytest.raises(starting.Owes):
            start(people[0], now=later(hours=9))
        assert paying.paid(community="hml", number=session.number, order=done.order)
        assert not paying.paid(community="hml", number=session.number, order=done.order)
        assert _balanced()

    def test_ends_before_the_money_set_aside_is_used_up(self, site, people):
        session = start(people[0])
        begin(session.number)
        for minute in (60, 120, 180, 240, 300, 340):
            look(later(minutes=minute), energy_kwh=1 + 7 * minute / 60, power_w=7000)
        before = row(session.number).reason
        look(later(minutes=342), energy_kwh=1 + 7 * 342 / 60, power_w=7000)

        assert (before, row(session.number).reason) == ("", "money")
        assert commands()[-1] == ("charge.stop", {})

    def test_a_fault_ends_it_and_gives_the_rest_back(self, site, people):
        session = start(people[0])
        begin(session.number)
        look(later(minutes=30), energy_kwh=2.0, power_w=0, fault=1)
        over(at=later(minutes=31), meter_wh=2000, reason="Other")
        look(later(minutes=32), plugged_in=0)

        done = row(session.number)
        assert (done.reason, done.fee_fen, done.refunded_fen) == ("fault", 143, 5000 - 143)

    def test_refuses_to_stop_anothers(self, site, people):
        session = start(people[0])

        with pytest.raises(queries.SessionNotFound):
            stopping.stop(
                community="hml",
                number=session.number,
                reason=StopReason.USER,
                person=people[1].pk,
                now=NOW,
            )

        assert row(session.number).state == "starting"


class TestShown:
    """A charger that tells no transactions is believed by what it shows."""

    def test_begins_is_metered_and_ends_by_what_it_shows(self, site, people):
        Device.rows.of("hml").filter(code="cp-1").update(driver="modbus")
        session = start(people[0])
        charging, finishing = STATES.index("charging"), STATES.index("finishing")
        look(later(seconds=20), connector_state=charging, energy_kwh=100.0, power_w=7000)
        look(later(minutes=60), connector_state=charging, energy_kwh=106.9, power_w=7000)
        look(later(minutes=61), connector_state=finishing, energy_kwh=107.0, power_w=0)
        look(later(minutes=63), connector_state=0, plugged_in=0)

        done = row(session.number)
        assert (done.state, done.reason, done.energy_wh) == ("settled", "charger", 7000)
        assert (done.fee_fen, wallet(people[0])) == (1001, 10_000 - 1001)


class TestSocket:
    def _charging(self, person):
        session = start(person, device="socket-1")
        look(later(seconds=20), device="socket-1", socket_on=1, plugged_in=1, power_w=180)
        return session

    def test_counts_by_power_until_it_is_full_and_gives_the_rest_back(self, shed, people):
        session = self._charging(people[0])
        for minute in range(1, 61):
            look(later(minutes=minute), device="socket-1", socket_on=1, plugged_in=1, power_w=180)
        for minute in range(61, 73):
            look(later(minutes=minute), device="socket-1", socket_on=1, plugged_in=1, power_w=6)
        assert row(session.number).reason == "full"
        look(later(minutes=74), device="socket-1", socket_on=0, plugged_in=1, power_w=0)

        done = row(session.number)
        assert (done.state, done.reason) == ("settled", "full")
        assert 175 <= done.energy_wh <= 185
        assert done.refunded_fen == 400 - done.fee_fen
        assert [service for service, _ in commands("socket-1")] == ["socket.restore", "socket.cut"]

    @pytest.mark.parametrize(
        ("signs", "smoking", "reason"),
        [
            ({"temperature_c": 70, "plugged_in": 1, "socket_on": 1}, (), "overheat"),
            ({"power_w": 1200, "plugged_in": 1, "socket_on": 1}, (), "overpower"),
            ({"plugged_in": 1, "socket_on": 1}, ("shed1",), "smoke"),
            ({"socket_on": 0, "plugged_in": 1}, ("shed1",), "smoke"),
            ({"plugged_in": 0, "socket_on": 1}, (), "unplugged"),
            ({"socket_on": 0, "plugged_in": 1}, (), "cut"),
        ],
    )
    def test_ends_for_the_gravest_reason(self, shed, people, signs, smoking, reason):
        session = self._charging(people[0])
        look(later(minutes=5), device="socket-1", smoking=smoking, **signs)

        assert row(session.number).reason == reason

    def test_a_socket_that_does_not_answer_is_told_again_and_settled(self, shed, people):
        session = self._charging(people[0])
        on = {"socket_on": 1, "plugged_in": 1, "power_w": 180}
        for second in (600, 601, 662):
            look(later(seconds=second), device="socket-1", **on | {"temperature_c": 70})

        assert (row(session.number).state, row(session.number).reason) == ("settled", "overheat")

    def test_refuses_a_shed_inside_a_building(self, estate):
        new = setting.NewSite(
            code="x",
            name_zh="x",
            name_en="",
            kind="ebike",
            place="hml/b03/u1",
            tariff="ebike_by_hour",
        )

        with pytest.raises(setting.Indoors):
            setting.add_site(community="hml", site=new, now=NOW)

    def test_a_package_pays_and_what_is_left_goes_back_once(self, shed, people):
        bought = packages.buy(
            community="hml", person=people[0].pk, site="shed1", package="ebike_month", now=NOW
        )
        session = self._charging(people[0])
        for hour in (1, 2):
            look(later(hours=hour), device="socket-1", socket_on=1, plugged_in=1, power_w=180)
        look(later(hours=2, minutes=1), device="socket-1", socket_on=0, plugged_in=0)
        left = Bought.rows.of("hml").get(pk=bought.pk).left_wh
        packages.give_back(
            community="hml", person=people[0].pk, package=bought.pk, by=None, now=later(days=1)
        )

        assert row(session.number).fee_fen == 0
        assert 0 < left < 30_000
        assert wallet(people[0]) == 10_000 - 2500 + 2500 * left // 30_000
        with pytest.raises(packages.NothingLeft):
            packages.give_back(
                community="hml", person=people[0].pk, package=bought.pk, by=None, now=later(days=1)
            )


class TestLoad:
    def test_is_shared_on_start_and_end_and_never_above_the_limit(self, site, people):
        limited(40, NOW)
        first = start(people[0])
        begin(first.number)
        obeyed(NOW)
        second = start(people[1], device="cp-2", now=later(minutes=1))
        begin(second.number, device="cp-2", transaction="8001", at=later(minutes=1))
        obeyed(later(minutes=1))
        both = [row(one.number).limit_da for one in (first, second)]
        over(at=later(minutes=30), meter_wh=2000, reason="EVDisconnected")

        assert both == [200, 200]
        assert row(second.number).limit_da == 320
        asked = {"tag": second.number, "balance_yuan": 50.0, "current_a": 8.0}
        assert ("charge.start", asked) in commands("cp-2")
        assert ("charge.limit", {"current_a": 20.0}) in commands("cp-1")
        assert ("charge.limit", {"current_a": 20.0}) in commands("cp-2")
        assert commands("cp-2")[-1] == ("charge.limit", {"current_a": 32.0})

    def test_one_waits_in_turn_where_not_both_can_charge(self, site, people):
        limited(8, NOW)
        first = start(people[0])
        begin(first.number)
        second = start(people[1], device="cp-2", now=later(minutes=1))
        begin(second.number, device="cp-2", transaction="8001", at=later(minutes=1))
        obeyed(later(minutes=1))
        before = [row(one.number).limit_da for one in (first, second)]
        look(later(minutes=16), power_w=1000)
        obeyed(later(minutes=16))

        assert before == [80, 0]
        assert [row(one.number).limit_da for one in (first, second)] == [0, 80]


def test_looks_at_what_devices_show_now(site, people, monkeypatch):
    session = start(people[0])
    begin(session.number)
    shown = [
        asks.LastValue(device="cp-1", point="power_w", at=later(minutes=1).timestamp(), value=6900)
    ]
    monkeypatch.setattr(asks.twin, "_answer", lambda community, codes: shown)

    assert watching.look(community="hml", now=later(minutes=1)) == 1
    assert row(session.number).power_w == 6900


def test_a_person_reads_what_is_held_and_is_not_erased_while_he_owes(site, people):
    subject = f"person:{people[0].pk}"
    session = start(people[0])
    under_way = own.obstacles("hml", subject, NOW.date())
    begin(session.number)
    over(at=later(hours=8), meter_wh=101_000, reason="EVDisconnected")

    owes = own.obstacles("hml", subject, NOW.date())
    [held_on_him] = own.held("hml", subject, 100)

    assert [one.en for one in under_way] == ["a charging is under way"]
    assert [one.en.split()[1] for one in owes] == ["yuan"]
    record = held_on_him.record
    assert (record.zh.split()[0], record.en.split()[0]) == ("地库充电", "Garage")
    assert {one.field for one in held_on_him.fields} == {"asked_at", "energy_wh", "fee_fen"}
    assert own.held("hml", "staff:1", 100) == []
