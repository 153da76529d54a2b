import pytest

from linli.contracts.history import Bucket, Buckets
from linli.kernel.words import Words
from linli.registry.devices import asks, catalogue, operations
from linli.registry.devices.asks import LastValue
from linli.registry.devices.models import Command
from tests.registry.devices.kit import issued
from tests.registry.devices.test_ledger import refused

pytestmark = pytest.mark.django_db
API = "/api/v1/hml"


def send(client, path, body, method="post"):
    return getattr(client, method)(f"{API}{path}", body, content_type="application/json")


class TestDevices:
    def test_lists_pages_and_narrows(self, client, sign_in, devices):
        sign_in("guard")

        first = client.get(f"{API}/devices?limit=3").json()
        second = client.get(f"{API}/devices?limit=3&cursor={first['next']}").json()
        garage = client.get(f"{API}/devices?place=hml/p1&category=environment").json()

        assert [one["code"] for one in first["items"] + second["items"]] == [
            "co-1", "co-2", "fan-1", "speaker-1",
        ]  # fmt: skip
        assert second["next"] is None
        assert [one["code"] for one in garage["items"]] == ["co-1", "co-2"]
        assert first["items"][0]["model_name"]["zh"] == "车库一氧化碳探测器"
        assert [first["items"][0]["floor"], second["items"][0]["floor"]] == [None, 1]

    def test_narrows_by_protocol_and_by_use(self, client, sign_in, devices):
        sign_in("guard")
        devices["co-2"].driver, devices["fan-1"].enabled = "modbus", False
        devices["co-2"].save()
        devices["fan-1"].save()

        spoken = client.get(f"{API}/devices?driver=modbus").json()["items"]
        unused = client.get(f"{API}/devices?enabled=false").json()["items"]

        assert [one["code"] for one in spoken] == ["co-2"]
        assert [one["code"] for one in unused] == ["fan-1"]

    def test_shows_one_with_all_it_can_do(self, client, sign_in, devices):
        sign_in("guard")
        operations.readings_refused(effects=[refused("fan-1", reason="late")])

        found = client.get(f"{API}/devices/fan-1").json()

        assert {one["id"] for one in found["services"]} == {"fan.on", "fan.off"}
        assert [one["name"] for one in found["points"]] == ["running", "fault", "current_a"]
        assert found["refusals"][0]["sentence"]["zh"] == "fan-1：3 条读数未接收，迟到，只记入历史"

    def test_who_may_look_at_one_building_sees_its_devices_only(self, client, sign_in, devices):
        sign_in("guard", place="hml/b03")

        items = client.get(f"{API}/devices").json()["items"]

        assert [one["code"] for one in items] == ["speaker-1"]
        assert client.get(f"{API}/devices/co-1").status_code == 404

    def test_another_communitys_guard_sees_nothing(self, client, sign_in, devices):
        sign_in("guard", community="other")

        assert client.get(f"{API}/devices").status_code == 403

    def test_the_manager_enters_alters_and_gives_a_secret(self, client, sign_in, devices):
        sign_in("manager")
        body = {
            "code": "co-3", "model": "garage_co_sensor", "name": {"zh": "三号", "en": "3"},
            "place": "hml/p1", "position": [120.1, 30.2],
        }  # fmt: skip

        made = send(client, "/devices", body)
        again = send(client, "/devices", body)
        moved = send(client, "/devices/co-3", {"place": "hml/b03", "enabled": False}, "patch")
        secret = send(client, "/devices/co-3/credential", {}).json()

        assert (made.status_code, made.json()["position"]) == (201, [120.1, 30.2])
        assert (again.status_code, again.json()["key"]) == (409, "devices.code_taken")
        assert (moved.json()["place"], moved.json()["enabled"]) == ("hml/b03", False)
        assert moved.json()["name"] == {"zh": "三号", "en": "3"}
        assert secret["username"] == "hml/co-3"
        assert (len(secret["secret"]) >= 24, secret["link_key"]) == (True, "")

    def test_a_device_is_sealed_by_its_credential(self, client, sign_in, devices):
        sign_in("manager")

        made = send(client, "/devices/co-1/credential", {"sealed": True}).json()
        told = client.get("/api/v1/hml/devices/co-1").json()

        assert (len(made["link_key"]), told["sealed"]) == (32, True)
        assert made["link_key"] not in str(told)

    def test_a_guard_may_not(self, client, sign_in, devices):
        sign_in("guard")

        assert send(client, "/devices/co-1/credential", {}).status_code == 403

    def test_lists_the_kinds_of_device(self, client, sign_in, devices):
        sign_in("guard")

        items = client.get("/api/v1/models").json()["items"]

        assert len(items) >= 50
        assert client.get("/api/v1/models/garage_fan").json()["name"]["en"] == "Garage fan"
        assert client.get("/api/v1/models/none").status_code == 404


class TestLive:
    def test_the_twin_is_asked_for_what_one_may_see(self, client, sign_in, devices, monkeypatch):
        sign_in("guard")
        asked = []

        def answer(community, codes):
            asked.append(list(codes))
            return [LastValue(device="co-1", point="co_mg_m3", at=1780286400.5, value=12.5)]

        monkeypatch.setattr(asks.twin, "_answer", answer)

        items = client.get(f"{API}/twin?place=hml/p1").json()["items"]

        assert asked == [["co-1", "co-2", "fan-1"]]
        assert (items[0]["value"], items[0]["at"]) == (12.5, "2026-06-01T04:00:00.500Z")

    def test_history_is_a_point_in_steps(self, client, sign_in, devices, monkeypatch):
        sign_in("guard")
        bucket = Bucket(at=1780286400.0, low=1.0, mean=2.0, high=3.0, count=4)
        monkeypatch.setattr(
            asks.history, "_answer", lambda *asked: Buckets(step_s=60.0, items=[bucket])
        )
        span = "from=2026-06-01T04:00:00Z&to=2026-06-01T05:00:00Z"

        found = client.get(f"{API}/devices/co-1/history?point=co_mg_m3&{span}").json()

        assert (found["unit"], found["step_s"], found["from"]) == (
            "mg/m3", 60.0, "2026-06-01T04:00:00Z",
        )  # fmt: skip
        assert found["items"] == [[1780286400.0, 1.0, 2.0, 3.0, 4]]

    def test_history_refuses_a_span_that_is_none(self, client, sign_in, devices):
        sign_in("guard")
        span = "from=2026-06-01T05:00:00Z&to=2026-06-01T05:00:00Z"

        refused = client.get(f"{API}/devices/co-1/history?point=co_mg_m3&{span}")

        assert (refused.status_code, refused.json()["key"]) == (422, "devices.bad_span")


class TestCommands:
    def test_a_command_asked_for_twice_is_one(self, client, sign_in, devices):
        account = sign_in("guard")
        body = {"service": "fan.on", "args": {}, "key": "k1"}

        first = send(client, "/devices/fan-1/commands", body)
        second = send(client, "/devices/fan-1/commands", body)

        assert (first.status_code, first.json()) == (202, second.json())
        found = client.get(f"{API}/commands/{first.json()['command']}").json()
        assert (found["account"], found["state"]) == (account, "queued")

    def test_lists_the_newest_first_page_by_page(self, client, sign_in, devices):
        sign_in("guard")
        operations.commands_told(effects=[issued(f"c{n}", at_s=n // 2) for n in range(5)])
        found, cursor = [], ""

        for _ in range(3):
            page = client.get(f"{API}/commands", {"limit": 2, "cursor": cursor}).json()
            found += [one["id"] for one in page["items"]]
            cursor = page["next"]

        assert (found, cursor) == (["c4", "c3", "c2", "c1", "c0"], None)

    @pytest.mark.usefixtures("devices")
    @pytest.mark.parametrize(
        "told",
        [
            ("no_answer", "没有应答"),
            ("interlock.no_power_into_smoke", "同单元有烟雾报警，禁止送电"),
            ("interlock.gone_meanwhile", None),
            ("E-17", None),
        ],
    )
    def test_says_in_words_why_it_was_not_done(self, client, sign_in, monkeypatch, told):
        reason, zh = told
        smoke = Words(zh="同单元有烟雾报警，禁止送电", en="There is smoke in this unit")
        monkeypatch.setattr(catalogue.because, "_answer", {"no_power_into_smoke": smoke}.get)
        operations.command_issued(effect=issued())
        Command.rows.of("hml").filter(pk="c1").update(state="failed", reason=reason)
        sign_in("guard")

        found = client.get(f"{API}/commands/c1").json()

        assert (found["reason_words"] or {}).get("zh") == zh
        assert found["reason"] == reason

    def test_a_wrong_cursor_is_refused(self, client, sign_in, devices):
        sign_in("guard")

        assert client.get(f"{API}/commands?cursor=zz").json()["key"] == "devices.bad_cursor"

    def test_who_may_look_at_one_building_sees_its_commands_only(self, client, sign_in, devices):
        operations.command_issued(effect=issued())
        sign_in("guard", place="hml/b03")

        assert client.get(f"{API}/commands").json()["items"] == []
        assert client.get(f"{API}/commands/c1").status_code == 404

    def test_what_was_refused_is_listed(self, client, sign_in, devices):
        sign_in("guard")
        operations.readings_refused(effects=[refused()])

        items = client.get(f"{API}/refusals").json()["items"]

        assert [(one["device"], one["count"], one["taken"]) for one in items] == [
            ("ghost", 3, False)
        ]


class TestOverride:
    def test_only_who_may_insists_and_says_why(self, client, sign_in, devices):
        body = {"service": "fan.off", "args": {}, "key": "o1", "reason": "现场已确认"}
        sign_in("guard")
        forbidden = send(client, "/devices/fan-1/commands/override", body).status_code
        client.logout()
        sign_in("manager")

        said = send(client, "/devices/fan-1/commands/override", body)
        silent = send(client, "/devices/fan-1/commands/override", {**body, "reason": ""})

        assert (forbidden, said.status_code, silent.status_code) == (403, 202, 422)

    def test_the_ledger_says_who_did_it_and_why(self, client, sign_in, devices):
        body = {"service": "fan.off", "args": {}, "key": "o1", "reason": "现场已确认"}
        sign_in("manager")
        send(client, "/devices/fan-1/commands/override", body)

        (one,) = client.get(f"{API}/commands").json()["items"]
        alone = client.get(f"{API}/commands/{one['id']}").json()

        assert one["override"] == "现场已确认"
        assert one["account_name"]
        assert alone == one
