"""Reading the kinds of case from their file."""

from datetime import time
from pathlib import Path

import pytest

from linli.domains.cases.logic import kinds
from linli.domains.cases.logic.clocks import OFFICE_HOURS, Calendar, Clock
from linli.domains.cases.logic.refusals import BadKind
from tests.domains.cases.conftest import KINDS

ROOT = Path(__file__).parents[3]
CATALOG = ROOT / "catalog" / "case_kinds.toml"

GENERAL = """
[general]
name = { zh = "一般事项", en = "General matter" }
matter = "shared"
skill = "front_desk"
respond = "2h"
handle = "3d"
"""


class TestLoad:
    def test_reads_dotted_ids_quoted_or_nested_alike(self):
        nested = KINDS.replace('["facility.air"]', "[facility.air]")

        assert kinds.load(nested) == kinds.load(KINDS)
        assert set(kinds.load(KINDS)) == {
            "general", "facility.air", "security.duress", "own.repair",
        }  # fmt: skip

    def test_counts_working_days_by_their_hours(self):
        found = kinds.load(KINDS)["own.repair"]

        assert found.calendar is Calendar.WORKING
        assert found.limits_s == {
            Clock.RESPOND: 1800, Clock.HANDLE: 7 * 3600, Clock.CHECK: 7 * 3600}  # fmt: skip
        assert found.hours == OFFICE_HOURS

    def test_takes_hours_of_a_kind_own(self):
        found = kinds.load(GENERAL + 'calendar = "working"\nhours = ["07:00-19:00"]\n')["general"]

        assert found.hours == ((time(7), time(19)),)
        assert found.limits_s[Clock.HANDLE] == 3 * 12 * 3600

    def test_tells_within_which_time_two_ways_tell_of_one_thing(self):
        found = kinds.load(KINDS)

        assert found["security.duress"].same_within_s == 120
        assert found["general"].same_within_s == 0

    @pytest.mark.parametrize(
        "wrong",
        [
            GENERAL + 'same_within = "soon"\n',
            GENERAL.replace('"2h"', '"soon"'),
            GENERAL.replace('"shared"', '"nobody"'),
            GENERAL.replace('skill = "front_desk"\n', ""),
            GENERAL + 'hours = ["19:00-07:00"]\n',
            GENERAL + 'hours = ["morning"]\n',
            GENERAL.replace("[general]", "[other]"),
            "[general",
            "",
        ],
    )
    def test_refuses_what_is_malformed_or_lacks_the_general_kind(self, wrong):
        with pytest.raises(BadKind):
            kinds.load(wrong)


class TestCatalogue:
    def test_loads_and_names_every_kind_in_both_languages(self):
        found = kinds.load(CATALOG.read_text("utf-8"))

        assert len(found) >= 40
        assert all(kind.name.zh and kind.name.en and kind.skill for kind in found.values())

    def test_of_duress_two_ways_tell(self):
        found = kinds.load(CATALOG.read_text("utf-8"))

        told = {kind.id: kind.same_within_s for kind in found.values() if kind.same_within_s}
        assert told == {"security.duress": 120}

    def test_no_kind_is_to_be_done_before_it_is_answered(self):
        found = kinds.load(CATALOG.read_text("utf-8"))

        assert [
            kind.id
            for kind in found.values()
            if kind.limits_s[Clock.HANDLE] < kind.limits_s[Clock.RESPOND]
        ] == []
