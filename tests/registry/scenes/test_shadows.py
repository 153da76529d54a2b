from datetime import timedelta

import pytest

from linli.contracts.effects import Because, Severity, ShadowActed, ShadowEnded
from linli.registry.scenes import jobs, operations, queries
from linli.registry.scenes.models import ShadowFinding
from tests.registry.conftest import NOW
from tests.registry.devices.kit import CAUSE, CO_SCENE, NOW_S, later, topics

pytestmark = pytest.mark.django_db


def acted(id="s1", at_s=0.0, **more):
    said = {"device": "co-1", "place": "hml/p1", "community": "hml"} | more
    return ShadowActed(
        id=id,
        at=NOW_S + at_s,
        cause=CAUSE,
        scene=CO_SCENE,
        severity=Severity.MAJOR,
        because=Because(device="co-1", point="co_mg_m3", value=41.0, limit=30.0),
        would=["alarm raised", "fan.on", "5m case opened"],
        **said,
    )


def ended(began="s1", at_s=60.0, community="hml"):
    return ShadowEnded(
        id=f"{began}.e", at=NOW_S + at_s, community=community, cause=CAUSE, scene=CO_SCENE,
        began=began,
    )  # fmt: skip


class TestFindings:
    def test_say_what_would_have_been_done_and_when_it_would_have_ended(self, devices):
        operations.shadows_acted(effects=[acted()])
        operations.shadows_ended(effects=[ended()])

        (row,), before = queries.findings(community="hml", scene=CO_SCENE)

        assert (row.at, row.ended_at, before) == (NOW, later(seconds=60), None)
        assert row.would == ["alarm raised", "fan.on", "5m case opened"]
        assert row.because["value"] == 41.0

    def test_told_twice_is_one_and_its_end_stays(self, devices):
        for _ in range(2):
            operations.shadows_acted(effects=[acted(), acted()])
            operations.shadows_ended(effects=[ended()])
        operations.shadows_ended(effects=[ended(at_s=999)])

        row = ShadowFinding.rows.of("hml").get()
        assert row.ended_at == later(seconds=60)

    def test_the_end_of_what_is_not_known_harms_nothing(self, devices):
        operations.shadows_ended(effects=[ended()])

        assert not ShadowFinding.rows.of("hml").exists()

    def test_make_no_alarm_no_case_and_no_fact(self, devices):
        before = topics()

        operations.shadows_acted(effects=[acted()])

        assert topics() == before

    def test_of_two_communities_are_kept_apart(self, devices, other_estate):
        both = [acted(), acted(community="other", place="other/p1"), ended(community="other")]

        operations.shadows_acted(effects=both[:2])
        operations.shadows_ended(effects=both[2:])

        assert ShadowFinding.rows.of("hml").get().ended_at is None
        assert ShadowFinding.rows.of("other").get().ended_at is not None

    def test_come_in_pages_and_only_where_one_may_look(self, devices):
        operations.shadows_acted(
            effects=[
                acted(f"s{n}", at_s=n, place=f"hml/{'p1' if n % 2 else 'b03'}") for n in range(5)
            ]
        )

        first, before = queries.findings(community="hml", scene=CO_SCENE, limit=3)
        rest, end = queries.findings(community="hml", scene=CO_SCENE, before=before)
        seen, _ = queries.findings(community="hml", scene=CO_SCENE, seen=["hml/p1"])

        assert [row.effect for row in [*first, *rest]] == ["s4", "s3", "s2", "s1", "s0"]
        assert (end, [row.effect for row in seen]) == (None, ["s3", "s1"])

    def test_are_counted_by_the_day_of_the_place(self, devices):
        # noon in China; 13 hours later it is tomorrow there, in Greenwich still today
        operations.shadows_acted(effects=[acted(), acted("s2", at_s=13 * 3600)])

        days = queries.per_day(community="hml", scene=CO_SCENE, now=NOW + timedelta(days=2))

        assert len(days) == 30
        assert [count for _, count in days][-4:] == [0, 1, 1, 0]

    def test_are_forgotten_in_parts(self, devices, monkeypatch):
        monkeypatch.setattr(jobs, "_AT_ONCE", 2)
        operations.shadows_acted(effects=[acted(f"s{n}", at_s=n) for n in range(3)])
        old = NOW + jobs.KEPT + timedelta(minutes=1)

        assert [jobs.forget_findings(NOW), *(jobs.forget_findings(old) for _ in range(3))] == [
            0, 2, 1, 0,
        ]  # fmt: skip
