"""Hours are looked at once each, faults told once, scores kept; and read where one may look."""

from datetime import timedelta

import msgspec
import pytest

from linli.contracts.health import DeviceFaultCleared, DeviceFaultFound
from linli.contracts.history import PointSummary
from linli.foundation.identity import operations as identity
from linli.foundation.outbox.models import Outgoing
from linli.kernel.fault import Fault
from linli.registry.devices import operations as device_operations
from linli.registry.devices.models import Device, Point
from linli.registry.devices.queries import DeviceNotFound
from linli.registry.health import jobs, logic, operations, queries
from linli.registry.health.models import DeviceFault, Examination, Health
from tests.registry.conftest import NOW

pytestmark = pytest.mark.django_db
API = "/api/v1/hml"
HOUR = timedelta(hours=1)
START = NOW + timedelta(minutes=10)


def point(device, name="co_mg_m3"):
    return Point.rows.of("hml").get(device__code=device, name=name).number


def summary(number, start, *, out=0):
    return PointSummary(
        point=number, count=120, out_of_range=out, clock_wrong=0, low=5.0, mean=6.0, high=7.0,
        last=6.1, last_at=start + 3590,
    )  # fmt: skip


def broken(history, *codes):
    """Let co-1 and co-2 speak; of the ones named half is out of range."""
    numbers = {code: point(code) for code in ("co-1", "co-2")}
    history.says = lambda start: [
        summary(number, start, out=60 if code in codes else 0) for code, number in numbers.items()
    ]


def look(hours, *, after=0):
    for hour in range(after, after + hours):
        operations.examine(community="hml", now=START + hour * HOUR)


def facts(kind):
    rows = Outgoing.objects.filter(topic=kind.__name__).order_by("pk")
    return [msgspec.json.decode(bytes(row.body), type=kind) for row in rows]


@pytest.fixture
def online(devices):
    Device.rows.of("hml").update(online=True, online_since=NOW - timedelta(days=30))
    return devices


class TestExamine:
    def test_looks_at_each_hour_once(self, online, history):
        broken(history)

        done = [operations.examine(community="hml", now=START) for _ in range(3)]

        assert done == [1, 0, 0]
        (asked,) = history.asked
        assert asked[2] == NOW.timestamp()

    def test_waits_until_late_readings_have_come(self, online, history):
        operations.examine(community="hml", now=START)

        assert operations.examine(community="hml", now=START + HOUR - timedelta(minutes=1)) == 0

    def test_catches_up_after_a_stop_hour_by_hour(self, online, history):
        broken(history)
        look(1)

        done = sum(operations.examine(community="hml", now=START + 5 * HOUR) for _ in range(9))

        assert done == 5

    def test_leaves_out_what_is_too_long_ago(self, online, history):
        look(1)

        operations.examine(community="hml", now=START + 30 * 24 * HOUR)

        _, start, _ = history.asked[-1]
        assert start == (NOW + 30 * 24 * HOUR - logic.MOST_BEHIND).timestamp()

    def test_a_fault_is_found_once_and_announced_once(self, online, history):
        broken(history, "co-1")

        look(5)

        (row,) = DeviceFault.rows.of("hml")
        (fact,) = facts(DeviceFaultFound)
        assert (row.kind, row.device.code, row.cleared_at) == ("out_of_range", "co-1", None)
        assert (fact.fault, fact.device, fact.kind) == (row.pk, "co-1", "out_of_range")
        assert (fact.case_kind, fact.place) == ("device.repair", "hml/p1")
        assert row.fact == fact.id
        assert "50%" in fact.words.zh

    def test_a_fault_that_is_over_is_told_and_one_that_comes_back_is_another(self, online, history):
        broken(history, "co-1")
        look(3)
        broken(history)
        look(5, after=3)
        broken(history, "co-1")
        look(3, after=8)

        first, second = DeviceFault.rows.of("hml").order_by("pk")
        (gone,) = facts(DeviceFaultCleared)
        assert (first.cleared_at is None, second.cleared_at is None) == (False, True)
        assert (gone.fault, gone.cause) == (first.pk, first.fact)
        assert len(facts(DeviceFaultFound)) == 2

    def test_scores_every_device_and_writes_only_what_changed(self, online, history):
        broken(history, "co-1")
        look(1)
        before = dict(Health.rows.of("hml").values_list("code", "since"))
        look(2, after=1)

        scores = dict(Health.rows.of("hml").values_list("code", "score"))
        after = dict(Health.rows.of("hml").values_list("code", "since"))
        assert scores == {"co-1": 40, "co-2": 100, "fan-1": 100, "speaker-1": 100}
        assert [code for code in after if after[code] != before[code]] == ["co-1"]

    def test_leaves_a_device_in_maintenance_alone(self, online, history):
        Device.rows.of("hml").filter(code="co-1").update(maintenance_until=START + 9 * HOUR)
        broken(history, "co-1")

        look(4)

        assert facts(DeviceFaultFound) == []

    def test_a_new_unit_has_nothing_of_the_old_ones_past(self, online, history):
        broken(history, "co-1")
        look(4)
        account = identity.open_account(username="fitter", name="丁", password="long enough 7")
        replaced = START + 3 * HOUR + timedelta(minutes=5)
        device_operations.replace(
            community="hml", code="co-1", unit=device_operations.Unit(serial="A7-2"), reason="进水",
            by=account.account, now=replaced,
        )  # fmt: skip
        before = queries.of_device(community="hml", code="co-1").health.score
        broken(history)

        look(1, after=4)

        after = queries.of_device(community="hml", code="co-1")
        assert before < 100
        assert (after.health.score, after.faults) == (100, [])
        assert [fact.device for fact in facts(DeviceFaultCleared)] == ["co-1"]

    def test_keeps_nothing_when_history_is_silent(self, online, history):
        def silent(start):
            raise Fault(reason="silent")

        history.says = silent

        with pytest.raises(Fault):
            operations.examine(community="hml", now=START)
        assert not Examination.rows.of("hml").exists()

    def test_throws_away_what_another_has_done_meanwhile(self, online, history):
        broken(history, "co-1")
        look(1)

        def other(start):
            history.says = lambda start: []
            Examination.rows.of("hml").update(upto=NOW + HOUR)
            return []

        history.says = other
        operations.examine(community="hml", now=START + HOUR)

        row = Examination.rows.of("hml").get()
        assert row.upto == NOW + HOUR
        assert facts(DeviceFaultFound) == []

    def test_finds_a_clock_that_is_hours_behind_by_asking_for_the_newest(self, online, history):
        broken(history)
        look(2)
        slow = point("co-1")
        history.says = lambda start: [summary(point("co-2"), start)]
        for hour in range(2, 8):
            history.newest = {slow: (NOW + hour * HOUR - timedelta(minutes=100)).timestamp()}
            look(1, after=hour)

        assert "clock" in {row.kind for row in queries.open_faults(community="hml")}

    def test_learns_anew_what_cannot_be_read(self, online, history):
        broken(history, "co-1")
        look(1)
        Examination.rows.of("hml").update(memory=b"damaged")

        look(3, after=1)

        assert [fact.device for fact in facts(DeviceFaultFound)] == ["co-1"]

    def test_does_every_community(self, online, other_estate, history):
        jobs.examine(START)

        assert {community for community, _, _ in history.asked} == {"hml", "other"}


class TestCaseKind:
    @pytest.mark.parametrize(
        ("kind", "model", "gateway", "wanted"),
        [
            ("offline", "garage_co_sensor", False, "device.silent"),
            ("offline", "gateway", True, "device.gateway"),
            ("offline", "camera", False, "device.camera"),
            ("battery", "smoke_detector", False, "device.battery"),
            ("signal", "gateway", True, "device.link"),
            ("drift", "garage_co_sensor", False, "device.repair"),
        ],
    )
    def test_is_what_whoever_goes_must_bring(self, kind, model, gateway, wanted):
        found = logic.case_kind(kind=logic.Kind(kind), model=model, gateway=gateway)

        assert found == wanted


class TestList:
    @pytest.fixture
    def looked(self, online, history):
        broken(history, "co-2")
        look(3)

    def test_shows_the_worst_first_with_reasons(self, looked, sign_in, client):
        sign_in("engineer")

        first, *_ = client.get(f"{API}/health").json()["items"]

        assert (first["device"], first["score"], first["model"]) == (
            "co-2", 40, "garage_co_sensor",
        )  # fmt: skip
        assert first["place"] == "hml/p1"
        (fault,) = first["faults"]
        assert fault["kind"] == "out_of_range"
        assert fault["words"]["zh"].startswith("一氧化碳")
        assert fault["figures"] == {"out_of_range_pct": 50.0, "readings": 120.0}

    def test_goes_on_where_the_page_ended(self, looked, sign_in, client):
        sign_in("engineer")

        codes, cursor = [], ""
        while cursor is not None:
            page = client.get(f"{API}/health?limit=1&cursor={cursor}").json()
            codes += [one["device"] for one in page["items"]]
            cursor = page["next"]

        assert codes == ["co-2", "co-1", "fan-1", "speaker-1"]

    @pytest.mark.parametrize(
        ("asked", "wanted"),
        [
            ("kind=out_of_range", ["co-2"]),
            ("kind=drift", []),
            ("model=garage_fan", ["fan-1"]),
            ("place=hml/b03", ["speaker-1"]),
            ("below=100", ["co-2"]),
        ],
    )
    def test_each_word_narrows(self, looked, sign_in, client, asked, wanted):
        sign_in("engineer")

        items = client.get(f"{API}/health?{asked}").json()["items"]

        assert [one["device"] for one in items] == wanted

    @pytest.mark.parametrize("asked", ["kind=tired", "cursor=nonsense"])
    def test_refuses_what_it_does_not_know(self, looked, sign_in, client, asked):
        sign_in("engineer")

        assert client.get(f"{API}/health?{asked}").status_code == 422

    def test_hides_what_is_not_where_the_reader_may_look(self, looked, sign_in, client):
        sign_in("engineer", place="hml/b03")

        items = client.get(f"{API}/health").json()["items"]
        refused = client.get(f"{API}/devices/co-2/health")

        assert [one["device"] for one in items] == ["speaker-1"]
        assert refused.status_code == 404

    def test_is_for_those_who_may_see_devices(self, looked, sign_in, client):
        sign_in("resident")

        assert client.get(f"{API}/health").status_code == 403

    def test_keeps_communities_apart(self, looked, other_estate, sign_in, client):
        sign_in("engineer", community="other")

        assert client.get("/api/v1/other/health").json() == {"items": [], "next": None}


class TestOfDevice:
    def test_says_why(self, online, history, sign_in, client):
        broken(history, "co-2")
        look(3)
        sign_in("engineer")

        one = client.get(f"{API}/devices/co-2/health").json()

        assert (one["score"], [fault["kind"] for fault in one["faults"]]) == (40, ["out_of_range"])

    def test_one_not_looked_at_yet_has_no_score(self, online, sign_in, client):
        sign_in("engineer")

        one = client.get(f"{API}/devices/co-2/health").json()

        assert (one["score"], one["faults"]) == (None, [])

    def test_refuses_a_device_that_there_is_not(self, online):
        with pytest.raises(DeviceNotFound):
            queries.of_device(community="hml", code="nobody")
