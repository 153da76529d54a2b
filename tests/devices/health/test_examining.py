"""What is called a fault, and what rightly is not."""

import numpy as np
import pytest

from linli.devices.health import BadMemory, Kind, memory
from tests.devices.health.kit import Rig

DAY = 24


@pytest.fixture
def air():
    rig = Rig("air")
    rig.run(11 * DAY)
    return rig


class TestOrdinary:
    def test_eleven_ordinary_days_are_no_fault(self, air):
        assert air.report.faults == ()


class TestOffline:
    def test_finds_who_is_silent_and_lets_him_go_when_he_speaks(self, air):
        air.lost["air-2"], air.online["air-2"], air.since["air-2"] = 1.0, False, air.now
        assert air.run(1) == {("air-2", "offline")}
        air.lost.clear()
        air.online.clear()

        assert air.run(1) == set()

    def test_half_an_hour_is_a_restart(self, air):
        air.lost["air-2"] = 0.5
        air.since["air-2"] = air.now + 1800

        assert air.run(1) == set()

    def test_nobody_at_all_is_not_the_devices(self, air):
        for one in air.devices:
            air.lost[one.code], air.online[one.code], air.since[one.code] = 1.0, False, air.now

        assert air.run(5) == set()
        assert air.report.skipped

    def test_behind_a_gateway_that_is_off_line_it_is_the_gateway(self):
        rig = Rig("air", gateway="air-0")
        rig.run(DAY)
        for code in ("air-0", "air-1"):
            rig.lost[code], rig.online[code], rig.since[code] = 1.0, False, rig.now
        rig.run(2)

        assert rig.fault("air-0", Kind.OFFLINE).behind is None
        assert rig.fault("air-1", Kind.OFFLINE).behind == "air-0"


class TestStuck:
    def test_finds_a_sensor_that_shows_one_figure(self, air):
        air.sees["temperature_c"] = lambda device, hour: 21.4 if device == 3 else None

        found = air.run(8)

        assert found == {("air-3", "stuck")}
        assert air.fault("air-3", Kind.STUCK).points == ("temperature_c",)
        assert "21.4 ℃" in air.fault("air-3", Kind.STUCK).words.zh

    def test_says_nothing_while_the_neighbours_stand_still_too(self, air):
        air.sees["temperature_c"] = lambda device, hour: 21.4

        assert air.run(2 * DAY) == set()

    def test_a_battery_may_stand_still(self, air):
        assert air.run(10 * DAY) == set()

    def test_what_rests_each_night_may_rest_at_night(self):
        rig = Rig("air")
        rest = lambda device, hour: 21.0 if hour % DAY < 9 else None  # noqa: E731
        rig.sees["temperature_c"] = rest

        assert rig.run(14 * DAY) == set()

    def test_lets_it_go_when_it_moves_again(self, air):
        air.sees["temperature_c"] = lambda device, hour: 21.4 if device == 3 else None
        air.run(8)
        air.sees.clear()

        assert air.run(3) == set()

    def test_a_register_that_does_not_count_what_flows_is_stuck(self):
        rig = Rig("meter")
        rig.run(3 * DAY)
        rig.sees["energy_kwh"] = lambda device, hour: 200.0 if device == 4 else None

        assert rig.run(8) == {("meter-4", "stuck")}

    def test_a_register_rests_where_nothing_flows(self):
        rig = Rig("meter")
        rig.run(3 * DAY)
        rig.sees["energy_kwh"] = lambda device, hour: 200.0 if device == 4 else None
        rig.sees["power_w"] = lambda device, hour: 0.0 if device == 4 else None

        assert rig.run(10 * DAY) == set()


class TestOutOfRange:
    def test_finds_readings_that_cannot_be(self, air):
        air.out["air-5"] = 0.6

        assert air.run(2) == {("air-5", "out_of_range")}
        assert air.fault("air-5", Kind.OUT_OF_RANGE).figures["out_of_range_pct"] > 50

    def test_one_bad_hour_is_none(self, air):
        air.out["air-5"] = 0.6
        air.run(1)
        air.out.clear()

        assert air.run(3) == set()


class TestDrift:
    def test_finds_who_slowly_parts_from_his_neighbours(self, air):
        begun = air.hour
        air.sees["temperature_c"] = self.parting(4, begun, 0.4, air)

        found = air.run(12 * DAY)

        assert found == {("air-4", "drift")}
        assert air.fault("air-4", Kind.DRIFT).figures["shift"] > 1.0

    def test_a_corner_that_was_always_warm_is_none(self):
        rig = Rig("air")
        rig.sees["temperature_c"] = lambda device, hour: (
            rig.usual("temperature_c", device, hour) + 5 if device == 4 else None
        )

        assert rig.run(20 * DAY) == set()

    def test_a_front_that_passes_over_all_is_none(self, air):
        begun = air.hour
        air.sees["temperature_c"] = lambda device, hour: (
            air.usual("temperature_c", device, hour) - 0.6 * (hour - begun) / DAY
        )

        assert air.run(12 * DAY) == set()

    def test_three_sensors_are_too_few_to_tell_who_is_wrong(self):
        rig = Rig("air", count=3)
        rig.run(11 * DAY)
        rig.sees["temperature_c"] = self.parting(1, rig.hour, 0.6, rig)

        assert rig.run(12 * DAY) == set()

    def parting(self, who, begun, a_day, rig):
        def see(device, hour):
            if device != who:
                return None
            return rig.usual("temperature_c", device, hour) + a_day * (hour - begun) / DAY

        return see


class TestBattery:
    def test_finds_a_low_one_and_lets_it_go_when_it_is_new(self, air):
        air.sees["battery_pct"] = lambda device, hour: 17.0 if device == 1 else None
        assert air.run(2) == {("air-1", "battery")}
        air.sees["battery_pct"] = lambda device, hour: 25.0 if device == 1 else None
        assert air.run(4) == {("air-1", "battery")}
        air.sees.clear()

        assert air.run(2) == set()

    def test_finds_one_that_falls_as_no_battery_does(self, air):
        begun = air.hour
        air.sees["battery_pct"] = lambda device, hour: (
            80 - 3 * (hour - begun) / DAY if device == 1 else None
        )

        assert air.run(7 * DAY) == {("air-1", "battery")}

    def test_one_that_is_charged_each_day_may_be_low_in_the_evening(self):
        rig = Rig("air")
        rig.sees["battery_pct"] = lambda device, hour: (
            100 - 3.8 * (hour % DAY) if device == 1 else None
        )

        assert rig.run(8 * DAY) == set()


class TestSignal:
    def test_finds_one_that_faded_and_not_a_thunderstorm(self):
        rig = Rig("gate")
        rig.run(6 * DAY)
        rig.sees["signal_dbm"] = lambda device, hour: -96.0 if device == 2 else None
        assert rig.run(3) == set()

        assert rig.run(4) == {("gate-2", "signal")}


class TestClock:
    def test_finds_times_that_cannot_be(self, air):
        air.wrong["air-6"] = 1.0

        assert air.run(3) == {("air-6", "clock")}

    @pytest.mark.parametrize("behind_s", [2700.0, 8 * 3600.0])
    def test_finds_a_clock_that_is_behind(self, air, behind_s):
        air.behind["air-6"] = behind_s

        assert air.run(20) == {("air-6", "clock")}
        assert air.fault("air-6", Kind.CLOCK).figures["behind_min"] > 40


class TestLinks:
    def test_finds_readings_that_are_missing(self, air):
        air.lost["air-7"] = 0.6

        assert air.run(DAY) == {("air-7", "gaps")}

    def test_finds_a_line_that_comes_and_goes(self, air):
        for _ in range(9):
            air.since["air-8"] = air.now + 600
            air.run(1)

        assert air.run(1) == {("air-8", "flapping")}


class TestAway:
    def test_in_maintenance_nothing_is_a_fault(self, air):
        air.out["air-5"] = 1.0
        air.run(3)
        air.fleet = air.fleet._replace(
            away=np.array([one.code == "air-5" for one in air.fleet.devices])
        )

        assert air.run(1) == set()


class TestReplaced:
    def test_what_was_found_of_the_old_unit_is_not_the_new_ones(self, air):
        air.sees["temperature_c"] = lambda device, hour: 21.4 if device == 3 else None
        before = air.run(8)
        air.sees.clear()
        air.fitted_at["air-3"] = air.now - 1800

        assert (before, air.run(1)) == ({("air-3", "stuck")}, set())

    def test_a_new_unit_that_measures_a_little_otherwise_drifts_from_nobody(self):
        kept, replaced = self.other_since_eleven_days(), self.other_since_eleven_days()
        replaced.fitted_at["air-4"] = replaced.now

        assert kept.run(12 * DAY) == {("air-4", "drift")}
        assert replaced.run(12 * DAY) == set()

    def other_since_eleven_days(self):
        """Learn eleven days; from then on the fifth sensor shows three degrees more."""
        rig = Rig("air")
        rig.run(11 * DAY)
        rig.sees["temperature_c"] = lambda device, hour: (
            rig.usual("temperature_c", device, hour) + 3 if device == 4 else None
        )
        return rig

    def test_a_new_unit_that_stands_still_is_found_once_it_has_moved_for_a_while(self, air):
        air.fitted_at["air-3"] = air.now
        air.run(11 * DAY)
        air.sees["temperature_c"] = lambda device, hour: 21.4 if device == 3 else None

        assert air.run(8) == {("air-3", "stuck")}

    def test_a_new_unit_that_never_speaks_is_off_line(self, air):
        air.lost["air-2"], air.online["air-2"], air.since["air-2"] = 1.0, False, air.now
        air.run(1)
        air.fitted_at["air-2"] = air.now - 60

        assert air.run(3) == {("air-2", "offline")}

    def test_the_hour_in_which_it_was_put_in_counts_for_neither(self, air):
        air.out["air-5"] = 0.6
        air.run(1)
        air.fitted_at["air-5"] = air.now + 1800
        air.run(1)
        air.out.clear()

        assert air.run(1) == set()


class TestMemory:
    def test_survives_being_kept(self, air):

        air.memory = memory.decode(memory.encode(air.memory))
        air.out["air-5"] = 0.6

        assert air.run(2) == {("air-5", "out_of_range")}

    def test_refuses_what_is_none(self):

        with pytest.raises(BadMemory):
            memory.decode(b"nothing of ours")

    def test_knows_its_points_when_others_come_and_go(self, air):
        bigger = Rig("air", count=12)
        bigger.memory, bigger.hour = air.memory, air.hour
        bigger.sees["temperature_c"] = lambda device, hour: 21.4 if device == 3 else None

        assert bigger.run(8) == {("air-3", "stuck")}
