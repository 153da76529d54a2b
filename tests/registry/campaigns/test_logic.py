"""Rules: versions, stages, hours, and what became of a device."""

from datetime import UTC, datetime, time, timedelta

import pytest

from linli.registry.campaigns.logic import planning, states, versions
from linli.registry.campaigns.logic.faults import BadPlan, BadSettings, BadVersion, WrongState
from linli.registry.campaigns.logic.planning import Stage

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)


class TestRank:
    @pytest.mark.parametrize(
        ("lower", "higher"),
        [
            ("1.9.9", "1.10.0"),
            ("2.0-rc1", "2.0"),
            ("2.0-rc2", "2.0-rc10"),
            ("1.0", "1.0.1"),
            ("v1.2", "1.3"),
            ("2025.12", "2026.1"),
        ],
    )
    def test_compares_number_by_number(self, lower, higher):
        assert versions.rank(lower) < versions.rank(higher)

    @pytest.mark.parametrize(("one", "other"), [("1.0", "1.0.0"), ("v2.1", "2.1"), ("1+a", "1+b")])
    def test_the_same_in_other_words_is_the_same(self, one, other):
        assert versions.rank(one) == versions.rank(other)

    @pytest.mark.parametrize("version", ["", " ", "1 2", "../1", "1/2", "x" * 49, "1\n"])
    def test_refuses_what_is_no_version(self, version):
        with pytest.raises(BadVersion):
            versions.check_version(version)


class TestSettings:
    @pytest.mark.parametrize(
        "text",
        ["", "[]", "{}", "nonsense", '{"a": {}}', '{"a": null}', '{"": 1}', '{"a b": 1}',
         '{"a": "' + "x" * 2100 + '"}', '{"a": 1'],
    )  # fmt: skip
    def test_refuses_what_is_no_set_of_settings(self, text):
        with pytest.raises(BadSettings):
            versions.settings(text)

    def test_the_same_settings_are_signed_alike(self):
        one, other = versions.settings('{"b": 1, "a": true}'), versions.settings('{"a":true,"b":1}')

        assert versions.canonical(one) == versions.canonical(other) == '{"a":true,"b":1}'


class TestStages:
    def test_goes_from_one_device_to_all(self):
        assert planning.ends(total=200, stages=planning.USUAL) == [1, 10, 50, 200]

    def test_never_goes_back_and_rounds_up(self):
        assert planning.ends(total=3, stages=planning.USUAL) == [1, 1, 1, 3]
        assert planning.ends(total=30, stages=planning.USUAL) == [1, 2, 8, 30]

    @pytest.mark.parametrize(
        "stages",
        [
            [],
            [Stage(share_pct=50.0)],
            [Stage(devices=1)],
            [Stage(devices=0), Stage(share_pct=100.0)],
            [Stage(share_pct=0.0), Stage(share_pct=100.0)],
            [Stage(devices=1, share_pct=5.0), Stage(share_pct=100.0)],
            [Stage(), Stage(share_pct=100.0)],
            [Stage(devices=1, wait_s=-1), Stage(share_pct=100.0)],
            [Stage(devices=1)] * 20 + [Stage(share_pct=100.0)],
        ],
    )
    def test_refuses_stages_that_lead_nowhere(self, stages):
        with pytest.raises(BadPlan):
            planning.check_stages(stages)

    def test_another_campaign_begins_with_another_device(self):
        codes = [f"d{n}" for n in range(40)]
        orders = {planning.shuffled(codes=codes, seed=str(n))[0] for n in range(10)}

        assert len(orders) > 4
        assert sorted(planning.shuffled(codes=codes, seed="1")) == sorted(codes)


class TestHours:
    @pytest.mark.parametrize(
        ("start", "end", "now", "is_open"),
        [
            (None, None, time(12), True),
            (time(1), time(5), time(3), True),
            (time(1), time(5), time(5), False),
            (time(23), time(5), time(23, 30), True),
            (time(23), time(5), time(4, 59), True),
            (time(23), time(5), time(12), False),
        ],
    )
    def test_may_pass_midnight(self, start, end, now, is_open):
        assert planning.open_now(start=start, end=end, now=now) is is_open

    @pytest.mark.parametrize(("start", "end"), [(time(1), None), (time(1), time(1))])
    def test_refuses_half_a_window(self, start, end):
        with pytest.raises(BadPlan):
            planning.check_hours(start=start, end=end)


class TestSafety:
    def test_a_tenth_and_one_at_least(self):
        assert planning.safety_room(devices=3, under_way=0) == 1
        assert planning.safety_room(devices=3, under_way=1) == 0
        assert planning.safety_room(devices=45, under_way=1) == 3

    def test_the_nearest_zone_is_the_neighbourhood(self):
        zones = {"hml/p1/z1", "hml/p1"}

        assert planning.neighbourhood(path="hml/p1/z1/x", zones=zones) == "hml/p1/z1"
        assert planning.neighbourhood(path="hml/b1", zones=zones) == "hml/b1"


class TestProgressed:
    @pytest.mark.parametrize(
        ("known", "by_ack", "expected"),
        [
            ({"command": "acknowledged"}, True, ("done", "")),
            ({"command": "acknowledged"}, False, ("installing", "")),
            ({"command": "expired", "reported": True}, False, ("done", "")),
            ({"command": "failed", "command_reason": "no_space"}, True, ("failed", "no_space")),
            ({"command": "overruled"}, True, ("failed", "overruled")),
            ({"command": "expired"}, True, ("failed", "expired")),
            ({"command": "expired", "state": "downloading"}, False, ("downloading", "")),
            ({"command": "sent"}, True, ("told", "")),
            ({"command": "sent", "age_s": 1800}, True, ("failed", "no_report")),
            ({"command": "acknowledged", "age_s": 1800}, True, ("done", "")),
            ({"command": "", "age_s": 10}, True, ("told", "")),
        ],
    )
    def test_what_is_known_decides(self, known, by_ack, expected):
        said = {"state": "told", "command_reason": "", "reported": False} | known
        moved_at = NOW - timedelta(seconds=said.pop("age_s", 0))

        found = states.progressed(
            known=states.Progress(**said, moved_at=moved_at),
            by_acknowledgement=by_ack,
            give_up_after=timedelta(minutes=30),
            now=NOW,
        )

        assert found == expected


class TestSteps:
    def test_refuses_what_cannot_be_done_now(self):
        with pytest.raises(WrongState):
            states.check_step(step="start", state="running")

    @pytest.mark.parametrize(
        ("word", "state"),
        [("Downloading", "downloading"), ("InstallationFailed", "failed"), ("Installed", "done"),
         ("download_failed", "failed"), ("Idle", None), ("", None)],
    )  # fmt: skip
    def test_understands_what_devices_say(self, word, state):
        assert states.meant(word) == state
