import pytest

from linli.contracts import cases
from linli.contracts.cases import CaseBrief, CaseState
from linli.registry.alarms import operations
from linli.registry.alarms.models import Alarm
from tests.registry.devices.kit import cleared, raised

pytestmark = pytest.mark.django_db
API = "/api/v1/hml/alarms"


@pytest.fixture
def alarm(devices):
    operations.raised(effect=raised())
    return Alarm.rows.of("hml").get().pk


def post(client, path, body=None):
    return client.post(f"{API}/{path}", body or {}, content_type="application/json")


class TestAlarms:
    def test_lists_with_names_sentence_and_case(self, client, sign_in, alarm, monkeypatch):
        sign_in("guard")
        brief = CaseBrief(id=7, number="20260601-0001", state=CaseState.DISPATCHED)
        monkeypatch.setattr(cases.case_of_alarm, "_answer", lambda c, alarms: {alarm: brief})

        found = client.get(f"{API}?state=open&severity=major&device=co-1").json()

        one = found["items"][0]
        assert found["next"] is None
        assert one["sentence"]["zh"] == "地下车库 一氧化碳 41 mg/m³（限值 30）"
        assert one["because"]["point_name"]["zh"] == "一氧化碳"
        assert one["case"] == {"id": 7, "number": "20260601-0001", "state": "dispatched"}
        assert (one["device_name"]["zh"], one["place_name"]["zh"]) == ("co-1号", "地下车库")

    def test_counts_come_before_numbers(self, client, sign_in, alarm):
        sign_in("guard")

        assert client.get(f"{API}/counts").json()["open"] == 1
        assert client.get(f"{API}/{alarm}").json()["id"] == alarm

    def test_a_guard_acknowledges_shelves_and_closes(self, client, sign_in, alarm):
        account = sign_in("guard")

        seen = post(client, f"{alarm}/acknowledge").json()
        away = post(client, f"{alarm}/shelve", {"minutes": 30, "reason": "检修"}).json()
        back = post(client, f"{alarm}/unshelve").json()
        shut = post(client, f"{alarm}/close", {"reason": "误报"}).json()

        assert seen["acknowledged_by"] == {"id": account, "name": "王小和"}
        assert (away["state"], back["state"], shut["state"]) == (
            "shelved", "acknowledged", "closed",
        )  # fmt: skip

    def test_words_what_stands_in_the_way(self, client, sign_in, alarm):
        sign_in("guard")

        refused = post(client, f"{alarm}/close")

        assert (refused.status_code, refused.json()["key"]) == (422, "alarms.close_needs_reason")
        assert refused.json()["message"] == "险情还在，关闭前请写明原因。"

    def test_who_only_reads_may_not_handle(self, client, sign_in, alarm):
        sign_in("front_desk")

        assert client.get(f"{API}/{alarm}").status_code == 200
        assert post(client, f"{alarm}/acknowledge").status_code == 403

    def test_nobody_sees_beyond_his_place_or_community(self, client, sign_in, alarm):
        sign_in("guard", place="hml/b03")

        assert client.get(API).json()["items"] == []
        assert post(client, f"{alarm}/acknowledge").status_code == 404
        assert client.get("/api/v1/other/alarms").status_code == 403

    def test_the_list_costs_a_fixed_number_of_statements(
        self, client, sign_in, devices, django_assert_max_num_queries
    ):
        sign_in("guard")
        operations.alarms_raised(
            effects=[raised(f"n{n}", at_s=n * 90, device=f"x-{n}") for n in range(40)]
        )
        operations.cleared(effect=cleared("n3"))

        with django_assert_max_num_queries(10):
            found = client.get(API).json()

        assert len(found["items"]) == 40
