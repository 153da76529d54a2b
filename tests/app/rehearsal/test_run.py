"""A rehearsal from script to report, in one garage."""

import msgspec
import pytest

from linli.app.rehearsal import shown
from linli.app.rehearsal.run import NobodyFits
from tests.app.rehearsal.conftest import CO, text

pytestmark = pytest.mark.once
SLOW_TO_SETTLE = """
[staff]
accept = "1m"
arrive = "1m"
settle = "3m"
check = "1m"
file = "1m"
"""
UNSEEN = """
[[incident]]
after = "1m"
name = { zh = "无人察觉", en = "nobody notices" }
device = "co-g1-z1-1"
[[incident.step]]
hold = { co_mg_m3 = 7.5 }
"""
STUCK_FAN = """
[[incident.step]]
device = "fan-g1-z1"
refuses = ["fan.on"]
"""
GONE_BEFORE = """
[[incident]]
after = "2m"
aftermath = "0s"
name = { zh = "一阵废气", en = "a puff of exhaust" }
device = "co-g1-z1-1"
[[incident.step]]
let_in = { co_mg_m3 = 45 }
for = "2s"
"""
CURVE = """
[[incident]]
after = "2m"
name = { zh = "浓度升高", en = "CO rises" }
device = "co-g1-z1-1"
expect = { effects = ["fan.on", "refused"] }
[[incident.step]]
curve = { co_mg_m3 = ["0s 6", "1m 60", "4m 60", "5m 6"] }
"""


class TestIncident:
    def test_is_found_acted_on_and_closed(self, play):
        report = play(text(CO, length="60m", head=SLOW_TO_SETTLE))

        [one] = report.incidents
        assert report.passed
        assert (one.found, one.scene) == (True, "safety.garage_air.co_over_limit")
        assert 0 < one.found_s <= one.effect_s < one.answered_s < 120
        assert one.effects["fan.on"] >= 1
        assert one.answered >= 1
        assert one.cases[0].opened_s < one.cases[0].accepted_s < one.cases[0].closed_s
        assert one.closed_s == max(case.closed_s for case in one.cases)
        assert report.false_alarms == 0
        assert report.put_aside == []

    def test_that_no_scene_finds_is_told_and_fails_the_script(self, play):
        report = play(text(UNSEEN, length="5m"))

        [one] = report.incidents
        assert (one.found, one.scene, one.effect_s) == (False, None, None)
        assert [two.key for two in one.failings] == ["found"]
        assert not report.passed

    def test_that_comes_too_late_fails_the_script(self, play):
        report = play(text(CO.replace('within = "2m"', 'within = "1s"')))

        [one] = report.incidents
        assert one.found
        assert [two.key for two in one.failings] == ["scenes"]
        assert not report.passed

    def test_shows_a_device_that_refuses(self, play):
        report = play(text(CURVE, STUCK_FAN, length="10m"))

        [one] = report.incidents
        assert one.refused >= 1
        assert one.reasons == ["fault"]
        assert one.failings == []

    def test_that_nobody_answers_escalates(self, play):
        words = CO.replace('within = "2m"', 'within = "2m", effects = ["escalated"]')

        report = play(text(words, length="2h", head="[staff]\nanswers = 0"))

        [one] = report.incidents
        assert one.escalations >= 1
        assert one.closed_s is None
        assert one.failings == []

    def test_is_refused_where_no_device_fits(self, play):
        with pytest.raises(NobodyFits) as refused:
            play(text(CO.replace("garage-co", "sos")))

        assert refused.value.values["wanted"] == "sos-*"

    def test_befalls_a_device_of_its_kind_at_the_place_that_is_named(self, play):
        words = CO.replace("expect", 'place = "hml/g1"\nexpect')

        report = play(text(words, length="5m"))

        assert report.incidents[0].device.startswith("co-g1-z1-")


class TestFalseAlarm:
    def test_is_what_no_incident_explains_and_fails_a_script_that_bears_none(self, play):
        report = play(text(GONE_BEFORE, length="10m", head="[expect]\nfalse_alarms_a_day = 0"))

        assert not report.incidents[0].found
        assert report.false_alarms == sum(one.count for one in report.false) >= 1
        assert report.false_alarms_a_day == report.false_alarms * 144
        assert [one.key for one in report.failings] == ["expect.false_alarms_a_day"]
        assert ("safety.garage_air.co_over_limit", "co-g1-z1-1") in {
            (one.scene, one.device) for one in report.false
        }

    def test_is_no_alarm_that_comes_in_the_aftermath(self, play):
        report = play(text(GONE_BEFORE.replace('"0s"', '"10m"'), length="10m"))

        assert report.incidents[0].found
        assert report.false_alarms == 0

    def test_there_is_none_while_nothing_happens(self, play):
        report = play(text(length="30m", head="[expect]\nfalse_alarms_a_day = 0"))

        assert report.passed
        assert report.readings > 1000


class TestSeed:
    def test_gives_the_same_report_byte_for_byte(self, play):
        words = text(CO, length="30m", head=SLOW_TO_SETTLE)

        first, again = play(words), play(words)

        assert msgspec.json.encode(first) == msgspec.json.encode(again)

    def test_of_another_number_makes_other_staff(self, play):
        one = play(text(CO, length="40m", head="seed = 1" + SLOW_TO_SETTLE))
        other = play(text(CO, length="40m", head="seed = 2" + SLOW_TO_SETTLE))

        times = [[case.accepted_s for case in report.incidents[0].cases] for report in (one, other)]
        assert times[0] != times[1]


class TestShown:
    def test_says_it_in_a_table_and_on_a_page(self, play):
        report = play(text(CO, UNSEEN, length="6m"))

        table, page = shown.table(report), shown.markdown(report)

        assert "safety.garage_air.co_over_limit" in table
        assert "未通过：发现 1/2" in table
        assert "# 推演报告：车库演练" in page
        assert "# Rehearsal report: Garage drill" in page
        assert page.count("| 2 | ") == 2
