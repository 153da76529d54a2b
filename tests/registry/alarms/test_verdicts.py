"""Was the alarm right? One verdict of each, and how right a scene is."""

import pytest

from linli.registry.alarms import logic, operations, queries
from linli.registry.alarms.models import Alarm
from tests.registry.conftest import NOW
from tests.registry.devices.kit import CO_SCENE, later, raised, topics

pytestmark = pytest.mark.django_db
API = "/api/v1/hml"


@pytest.fixture
def guard(sign_in):
    return sign_in("guard")


def alarm(id="a1", **more):
    operations.raised(effect=raised(id, **more))
    return Alarm.rows.of("hml").latest("pk").pk


def judge(number, verdict, by, **more):
    said = {"now": NOW} | more
    return operations.judge(community="hml", alarm=number, verdict=verdict, by=by, **said)


class TestJudge:
    def test_is_kept_with_who_and_when_and_announced(self, devices, guard):
        row = judge(alarm(), "wrong", guard, note="清扫车经过")

        assert (row.verdict, row.verdict_by_id, row.verdict_at) == ("wrong", guard, NOW)
        assert row.verdict_note == "清扫车经过"
        assert topics()[-1] == "AlarmJudged"

    def test_another_takes_its_place_and_null_takes_it_back(self, devices, guard):
        number = alarm()
        judge(number, "wrong", guard)

        assert judge(number, "right", guard, now=later(hours=1)).verdict_at == later(hours=1)
        row = judge(number, None, guard)

        assert (row.verdict, row.verdict_by, row.verdict_at) == ("", None, None)
        assert topics().count("AlarmJudged") == 3

    def test_tapped_twice_announces_nothing_more(self, devices, guard):
        number = alarm()
        judge(number, "right", guard)
        before = topics()

        judge(number, "right", guard, now=later(hours=1))

        assert topics() == before

    def test_none_of_none_is_nothing(self, devices, guard):
        number = alarm()
        before = topics()

        judge(number, None, guard)

        assert topics() == before

    def test_may_be_said_of_a_closed_alarm_and_changes_nothing_else(self, devices, guard):
        number = alarm()
        operations.close(community="hml", alarm=number, reason="x", by=guard, now=NOW)

        row = judge(number, "unsure", guard)

        assert (row.state, row.verdict) == ("closed", "unsure")

    @pytest.mark.parametrize(
        ("verdict", "more", "fault"),
        [
            ("maybe", {}, logic.BadVerdict),
            ("", {}, logic.BadVerdict),
            ("right", {"note": "x" * 501}, logic.BadReason),
            ("right", {"seen": ["hml/b03"]}, queries.AlarmNotFound),
        ],
    )
    def test_refuses_what_cannot_be(self, devices, guard, verdict, more, fault):
        number = alarm()
        before = topics()

        with pytest.raises(fault):
            judge(number, verdict, guard, **more)

        assert topics() == before

    def test_of_another_community_is_not_found(self, devices, other_estate, guard):
        number = alarm()

        with pytest.raises(queries.AlarmNotFound):
            operations.judge(community="other", alarm=number, verdict="right", by=guard, now=NOW)


class TestPrecision:
    def test_is_right_of_right_and_wrong_over_ninety_days(self, devices, guard):
        for n, verdict in enumerate(["right", "right", "wrong", "unsure", None]):
            judge(alarm(f"a{n}", device=f"d{n}"), verdict, guard)
        old = alarm("old", device="d9", at_s=-91 * 86_400)
        judge(old, "wrong", guard)

        found = queries.precision(community="hml", now=NOW)[CO_SCENE]

        assert (found.right, found.wrong, found.unsure) == (2, 1, 1)
        assert found.share == pytest.approx(2 / 3)

    def test_is_nothing_where_nobody_judged(self, devices, guard):
        judge(alarm(), "unsure", guard)

        assert queries.precision(community="hml", now=NOW)[CO_SCENE].share is None
        assert queries.precision(community="other", now=NOW) == {}

    def test_is_one_statement_for_all_scenes(self, devices, guard, django_assert_num_queries):
        for n in range(3):
            judge(alarm(f"a{n}", scene=f"safety.test.s{n}", device=f"d{n}"), "right", guard)

        with django_assert_num_queries(1):
            found = queries.precision(community="hml", now=NOW)

        assert len(found) == 3


class TestHttp:
    def test_one_tap_of_the_guard(self, client, devices, guard):
        number = alarm()
        path = f"{API}/alarms/{number}/verdict"

        said = client.post(path, {"verdict": "wrong"}, content_type="application/json").json()
        scene = client.get(f"{API}/scenes/{CO_SCENE}").json()
        back = client.post(path, {"verdict": None}, content_type="application/json").json()

        assert (said["verdict"]["verdict"], said["verdict"]["by"]["name"]) == ("wrong", "王小和")
        assert scene["precision"]["right"] == 0
        assert back["verdict"] is None

    def test_who_may_not_handle_alarms_does_not_judge(self, client, sign_in, devices):
        number = alarm()
        sign_in("auditor")

        said = client.post(
            f"{API}/alarms/{number}/verdict", {"verdict": "right"}, content_type="application/json"
        )

        assert said.status_code == 403
