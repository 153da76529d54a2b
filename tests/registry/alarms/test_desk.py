import pytest
from django.db import IntegrityError, transaction

from linli.contracts.effects import Severity
from linli.foundation.causes import queries as causes
from linli.registry.alarms import logic, operations, queries
from linli.registry.alarms.models import Alarm, Episode
from tests.registry.conftest import NOW
from tests.registry.devices.kit import CAUSE, CO_SCENE, NOW_S, cleared, later, raised, topics

pytestmark = pytest.mark.django_db


def the_alarm():
    return Alarm.rows.of("hml").get()


def told(*names):
    return [name for name in topics() if name in names]


class TestRaise:
    def test_opens_one_alarm_and_announces_it(self, devices):
        operations.raised(effect=raised())

        row = the_alarm()
        assert (row.state, row.active, row.count, row.effect) == ("raised", True, 1, "a1")
        assert told("AlarmOpened") == ["AlarmOpened"]

    def test_told_twice_counts_once(self, devices):
        operations.alarms_raised(effects=[raised(), raised()])
        operations.raised(effect=raised())

        assert the_alarm().count == 1
        assert told("AlarmOpened") == ["AlarmOpened"]

    def test_raised_again_is_the_same_alarm_counted(self, devices):
        operations.raised(effect=raised())
        operations.cleared(effect=cleared())

        operations.raised(effect=raised("a2", at_s=90))

        row = the_alarm()
        assert (row.state, row.active, row.count) == ("raised", True, 2)
        assert row.last_at.timestamp() == NOW_S + 90
        assert told("AlarmOpened", "AlarmGone") == ["AlarmOpened", "AlarmGone", "AlarmOpened"]

    def test_two_raisings_told_together_are_one_alarm(self, devices):
        operations.alarms_raised(effects=[raised(), raised("a2", at_s=5)])

        assert the_alarm().count == 2
        assert Episode.rows.of("hml").filter(alarm=the_alarm()).count() == 2

    def test_another_device_or_scene_or_community_is_another_alarm(self, devices, other_estate):
        other = raised("a4")
        operations.alarms_raised(
            effects=[raised(), raised("a2", device="co-2"), raised("a3", scene="x.y.z")]
        )
        operations.raised(effect=type(other)(**{**_fields(other), "community": "other"}))

        assert Alarm.rows.of("hml").count() == 3
        assert Alarm.rows.of("other").count() == 1

    def test_the_database_keeps_one_open_alarm_for_each_trouble(self, devices):
        operations.raised(effect=raised())
        row = the_alarm()
        row.pk = None

        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)

    def test_a_closed_alarm_leaves_room_for_a_new_one(self, devices):
        operations.raised(effect=raised())
        operations.close(community="hml", alarm=the_alarm().pk, reason="误报", by=None, now=NOW)

        operations.raised(effect=raised("a2", at_s=9))

        assert sorted(Alarm.rows.of("hml").values_list("state", flat=True)) == ["closed", "raised"]

    def test_told_again_after_it_was_closed_opens_nothing(self, devices):
        operations.raised(effect=raised())
        operations.close(community="hml", alarm=the_alarm().pk, reason="误报", by=None, now=NOW)

        operations.raised(effect=raised())

        assert the_alarm().state == "closed"

    def test_the_chain_says_it_in_words(self, devices):
        operations.raised(effect=raised())

        row = causes.chain(community="hml", id="a1")[0]
        assert row.cause == CAUSE
        assert row.about["sentence"]["zh"] == "地下车库 一氧化碳 41 mg/m³（限值 30）"

    def test_the_chain_names_the_alarm_and_what_was_announced_of_it(self, devices):
        operations.raised(effect=raised())

        found = {row.kind: row.about for row in causes.consequences(community="hml", id="a1")}
        assert found["AlarmRaised"]["alarm"] == the_alarm().pk
        assert found["AlarmOpened"]["alarm"] == the_alarm().pk
        assert found["AlarmOpened"]["scene_name"] == found["AlarmRaised"]["scene_name"]


def _fields(effect):
    return {name: getattr(effect, name) for name in effect.__struct_fields__}


class TestClear:
    def test_clears_and_waits_for_a_person(self, devices):
        operations.raised(effect=raised())

        operations.cleared(effect=cleared())

        row = the_alarm()
        assert (row.state, row.active, row.cleared_at.timestamp()) == (
            "cleared", False, NOW_S + 60,
        )  # fmt: skip
        assert told("AlarmGone") == ["AlarmGone"]

    def test_told_twice_announces_once(self, devices):
        operations.raised(effect=raised())

        operations.alarms_cleared(effects=[cleared(), cleared()])
        operations.cleared(effect=cleared())

        assert told("AlarmGone") == ["AlarmGone"]

    def test_heard_before_its_raising_it_is_not_lost(self, devices):
        operations.cleared(effect=cleared())

        operations.raised(effect=raised())

        assert (the_alarm().state, the_alarm().active) == ("cleared", False)

    def test_closes_what_somebody_has_acknowledged(self, devices, sign_in):
        operations.raised(effect=raised())
        by = sign_in("guard")
        operations.acknowledge(community="hml", alarm=the_alarm().pk, by=by, now=NOW)

        operations.cleared(effect=cleared())

        assert the_alarm().state == "closed"
        assert told("AlarmGone", "AlarmClosed") == ["AlarmGone", "AlarmClosed"]

    def test_an_old_clearing_does_not_end_a_newer_trouble(self, devices):
        operations.alarms_raised(effects=[raised(), raised("a2", at_s=30)])

        operations.cleared(effect=cleared("a1", at_s=40))

        assert (the_alarm().state, the_alarm().active) == ("raised", True)

    def test_the_newest_clearing_ends_it_though_an_older_was_never_heard(self, devices):
        operations.alarms_raised(effects=[raised(), raised("a2", at_s=30)])

        operations.cleared(effect=cleared("a2", at_s=40))

        assert (the_alarm().state, the_alarm().active) == ("cleared", False)


def flap(times, start=0):
    for n in range(start, start + times):
        operations.raised(effect=raised(f"f{n}", at_s=n * 20))
        operations.cleared(effect=cleared(f"f{n}", at_s=n * 20 + 10))


class TestFlapping:
    def test_is_held_down_and_rings_no_more(self, devices):
        flap(9)

        row = the_alarm()
        assert (row.state, row.count) == ("raised", 9)
        assert row.flapping_since is not None
        assert told("AlarmOpened") == ["AlarmOpened"] * 4

    def test_calms_down_after_a_time(self, devices):
        flap(6)

        early = operations.settle_flapping(community="hml", now=later(minutes=5))
        done = operations.settle_flapping(community="hml", now=later(minutes=15))

        assert (early, done) == (0, 1)
        assert (the_alarm().state, the_alarm().flapping_since) == ("cleared", None)
        assert told("AlarmGone")[-1] == "AlarmGone"

    def test_stays_raised_when_the_trouble_stayed(self, devices):
        flap(6)
        operations.raised(effect=raised("f9", at_s=200))

        operations.settle_flapping(community="hml", now=later(minutes=20))

        assert (the_alarm().state, the_alarm().active) == ("raised", True)

    def test_remembers_a_bounded_number_of_raisings(self, devices, monkeypatch):
        monkeypatch.setattr(logic, "EPISODES_KEPT", 10)

        flap(40)

        assert the_alarm().count == 40
        assert Episode.rows.of("hml").count() <= 11


class TestStorm:
    def test_five_of_a_kind_in_a_minute_are_grouped_under_one(self, devices):
        operations.alarms_raised(
            effects=[raised(f"s{n}", at_s=n, device=f"co-{n}") for n in range(7)]
        )

        rows = list(Alarm.rows.of("hml").order_by("id"))
        assert len({row.storm_id for row in rows}) == 1
        assert [row.leads for row in rows] == [True] + [False] * 6
        assert rows[0].storm.count == 7
        assert rows[0].storm.place == "hml/p1"

    def test_told_one_by_one_it_is_the_same_storm(self, devices):
        for n in range(7):
            operations.raised(effect=raised(f"s{n}", at_s=n, device=f"co-{n}"))

        rows = list(Alarm.rows.of("hml").order_by("id"))
        assert [row.leads for row in rows] == [True] + [False] * 6
        assert rows[-1].storm.count == 7

    def test_four_or_slow_ones_are_no_storm(self, devices):
        operations.alarms_raised(
            effects=[raised(f"s{n}", at_s=n * 30, device=f"co-{n}") for n in range(8)]
        )

        assert not Alarm.rows.of("hml").filter(storm__isnull=False).exists()

    def test_another_stands_for_it_when_the_first_is_closed(self, devices):
        operations.alarms_raised(effects=[raised(f"s{n}", device=f"co-{n}") for n in range(5)])
        first = Alarm.rows.of("hml").order_by("id").first()

        operations.close(community="hml", alarm=first.pk, reason="看过", by=None, now=NOW)

        sought = queries.Sought(state="open", grouped=True)
        rows, _ = queries.alarms(community="hml", sought=sought)
        assert [row.pk for row in rows] == [first.pk + 1]


class TestPeople:
    @pytest.fixture
    def alarm(self, devices):
        operations.raised(effect=raised())
        return the_alarm().pk

    @pytest.fixture
    def guard(self, sign_in):
        return sign_in("guard")

    def test_acknowledge_says_who(self, alarm, guard):
        row = operations.acknowledge(community="hml", alarm=alarm, by=guard, now=NOW)

        assert (row.state, row.acknowledged_by_id) == ("acknowledged", guard)
        assert told("AlarmAcknowledged") == ["AlarmAcknowledged"]

    def test_acknowledge_twice_is_refused_and_announces_nothing(self, alarm, guard):
        operations.acknowledge(community="hml", alarm=alarm, by=guard, now=NOW)
        before = topics()

        with pytest.raises(logic.AlreadyAcknowledged):
            operations.acknowledge(community="hml", alarm=alarm, by=guard, now=NOW)

        assert topics() == before

    def test_acknowledging_what_is_gone_closes_it(self, alarm, guard):
        operations.cleared(effect=cleared())

        row = operations.acknowledge(community="hml", alarm=alarm, by=guard, now=NOW)

        assert (row.state, row.closed_by_id) == ("closed", guard)

    def test_a_trouble_that_comes_back_must_be_seen_again(self, alarm, guard):
        operations.cleared(effect=cleared())
        operations.raised(effect=raised("a2", at_s=90))

        assert (the_alarm().state, the_alarm().acknowledged_by) == ("raised", None)

    def test_a_shelved_alarm_stays_there_until_its_time(self, alarm, guard):
        operations.shelve(
            community="hml", alarm=alarm, minutes=30, reason="检修", by=guard, now=NOW
        )
        operations.raised(effect=raised("a2", at_s=9))

        early = operations.unshelve_due(community="hml", now=later(minutes=29))
        state = the_alarm().state
        due = operations.unshelve_due(community="hml", now=later(minutes=30))

        assert (early, state, due, the_alarm().state) == (0, "shelved", 1, "raised")
        assert told("AlarmUnshelved") == ["AlarmUnshelved"]

    def test_back_from_the_shelf_it_is_as_it_is_by_then(self, alarm, guard):
        operations.shelve(
            community="hml", alarm=alarm, minutes=30, reason="检修", by=guard, now=NOW
        )
        operations.cleared(effect=cleared())

        row = operations.unshelve(community="hml", alarm=alarm, now=NOW)

        assert (row.state, row.shelved_until) == ("cleared", None)

    @pytest.mark.parametrize(
        ("minutes", "reason", "fault"),
        [
            (0, "检修", logic.BadShelf),
            (24 * 60 + 1, "检修", logic.BadShelf),
            (5, " ", logic.BadReason),
            (5, "x" * 501, logic.BadReason),
        ],
    )
    def test_refuses_a_shelf_without_end_or_reason(self, alarm, guard, minutes, reason, fault):
        with pytest.raises(fault):
            operations.shelve(
                community="hml", alarm=alarm, minutes=minutes, reason=reason, by=guard, now=NOW
            )

    def test_refuses_to_close_what_is_still_there_without_a_reason(self, alarm, guard):
        with pytest.raises(logic.CloseNeedsReason):
            operations.close(community="hml", alarm=alarm, reason="", by=guard, now=NOW)

        assert the_alarm().state == "raised"

    def test_closes_what_is_gone_without_one(self, alarm, guard):
        operations.cleared(effect=cleared())

        row = operations.close(community="hml", alarm=alarm, reason="", by=guard, now=NOW)

        assert (row.state, row.closed_at) == ("closed", NOW)
        with pytest.raises(logic.AlreadyClosed):
            operations.close(community="hml", alarm=alarm, reason="", by=guard, now=NOW)

    def test_refuses_another_community_and_another_area(self, alarm, guard):
        with pytest.raises(queries.AlarmNotFound):
            operations.acknowledge(community="other", alarm=alarm, by=guard, now=NOW)
        with pytest.raises(queries.AlarmNotFound):
            operations.acknowledge(
                community="hml", alarm=alarm, by=guard, seen=["hml/b03"], now=NOW
            )


class TestPlaceMoved:
    def test_open_alarms_are_found_under_the_new_path(self, devices):
        operations.raised(effect=raised(device=None))

        operations.place_moved(community="hml", before="hml/p1", after="hml/b03/p1")

        row = the_alarm()
        assert (row.place, row.target) == ("hml/b03/p1", "hml/b03/p1")
        sought = queries.Sought(place="hml/b03")
        assert queries.alarms(community="hml", sought=sought)[0] == [row]


def test_severity_words_are_those_of_the_contract():
    assert [one.value for one in Severity] == ["critical", "major", "minor", "info"]
    assert CO_SCENE.startswith("safety.")
