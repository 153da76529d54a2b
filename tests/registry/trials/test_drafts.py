from datetime import timedelta

import pytest
from django.utils import timezone

from linli.adapters.streams import Unheard
from linli.registry.devices import asks
from linli.registry.devices.operations import bump
from linli.registry.scenes import turns
from linli.registry.scenes.models import LimitOverride, SceneState, SceneVersion
from linli.registry.trials import around
from tests.registry.devices.kit import CO_SCENE, CO_TOML

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("devices", "told")]
API = "/api/v1/hml/scenes"
NEW_TOML = CO_TOML.replace("garage_air.co_over_limit", "garage_air.my_own")


def post(client, path, body, community="hml"):
    return client.post(
        f"/api/v1/{community}/scenes/drafts/{path}", body, content_type="application/json"
    )


def problems(answer):
    return [(one["where"], one["key"], one["severity"]) for one in answer.json()["problems"]]


def warnings(answer):
    return [(where, key) for where, key, kind in problems(answer) if kind == "warning"]


class TestDoors:
    @pytest.mark.parametrize("path", ["vocabulary", "backtests", "proposals", "changes"])
    def test_words_are_no_ids_of_scenes(self, client, sign_in, path):
        sign_in("manager")

        answer = client.get(f"{API}/{path}")

        assert answer.status_code == 200, answer.json()

    @pytest.mark.parametrize("path", ["read", "write", "stories", "dry-run", "story"])
    def test_nobody_without_the_right_gets_in(self, client, sign_in, path):
        sign_in("resident")

        answer = post(client, path, {"toml": CO_TOML})

        assert answer.status_code == 403

    @pytest.mark.parametrize("path", ["read", "stories", "write", "dry-run", "story"])
    def test_a_guard_who_only_reads_scenes_sets_nothing_going(self, client, sign_in, path):
        sign_in("guard")

        answer = post(client, path, {"toml": CO_TOML})

        assert answer.status_code == 403

    @pytest.mark.parametrize("path", ["write", "dry-run", "story"])
    def test_who_lets_changes_pass_reads_what_he_lets_pass(self, client, sign_in, path):
        sign_in("supervisor")

        read, tried = post(client, "read", {"toml": CO_TOML}), post(client, path, {"toml": ""})

        assert (read.status_code, tried.status_code) == (200, 403)

    @pytest.mark.parametrize("path", ["read", "stories", "write", "dry-run", "story"])
    def test_one_at_a_time_for_each_account(self, client, sign_in, monkeypatch, path):
        account = sign_in("manager")
        monkeypatch.setattr(turns, "PATIENCE_S", 0.0)
        monkeypatch.setattr(turns, "_MOST", 1)
        body = {"toml": CO_TOML, "table": {}, "device": "co-1", "from": "2026-06-01T08:00:00+08:00",
                "to": "2026-06-01T09:00:00+08:00"}  # fmt: skip
        wanted = {"write": ("table", "toml"), "story": ("toml", "device", "from", "to")}
        body = {name: body[name] for name in wanted.get(path, ("toml",))}

        with turns.turn(account):
            meanwhile = post(client, path, body)
        after = post(client, path, body)

        assert (meanwhile.status_code, meanwhile.json()["key"]) == (429, "scenes.one_at_a_time")
        assert after.json().get("key") != "scenes.one_at_a_time"

    def test_who_belongs_to_another_community_gets_nothing(self, client, sign_in, told):
        sign_in("manager", community="other")

        answer = post(client, "dry-run", {"toml": CO_TOML})

        assert answer.status_code == 403
        assert told.asked == []


class TestVocabulary:
    def test_tells_what_there_is_and_nothing_else(self, client, sign_in):
        sign_in("guard")

        found = client.get(f"{API}/vocabulary").json()

        points = {one["name"]: one for one in found["points"]}
        assert points["co_mg_m3"]["devices"] == 2
        assert points["co_mg_m3"]["models"] == ["garage_co_sensor"]
        assert points["co_mg_m3"]["range"] == [0, 500]
        assert points["running"]["values"] == [
            {"value": False, "words": {"zh": "否", "en": "off"}},
            {"value": True, "words": {"zh": "是", "en": "on"}},
        ]
        assert "smoke" not in points
        services = {one["name"]: one for one in found["services"]}
        assert (services["fan.on"]["inverse"], services["fan.on"]["safety"]) == ("fan.off", True)
        assert [one["name"] for one in services["speaker.say"]["args"]][:1] == ["text"]
        assert {"kind": "garage", "words": {"zh": "车库", "en": "Garage"}, "count": 1} in found[
            "places"
        ]
        assert found["cases"] == [{"kind": "facility.air", "words": {"zh": "通风", "en": "Air"}}]
        assert {"guard", "engineer"} <= {one["id"] for one in found["people"]}
        assert found["boards"][0]["id"] == "safety"
        assert found["categories"] == [{"board": "safety", "id": "garage_air"}]

    def test_a_device_out_of_use_is_not_there(self, client, sign_in, devices):
        devices["fan-1"].enabled = False
        devices["fan-1"].save()
        sign_in("guard")

        found = client.get(f"{API}/vocabulary").json()

        assert "fan.on" not in {one["name"] for one in found["services"]}


class TestRead:
    def test_understands_a_scene(self, client, sign_in):
        sign_in("supervisor")

        found = post(client, "read", {"toml": CO_TOML}).json()

        assert found["problems"] == []
        assert (found["id"], found["known"], found["safety"]) == (CO_SCENE, "catalogue", True)
        assert found["sentence"]["zh"].startswith("当一氧化碳高于 30")
        assert found["table"]["when"] == {"point": "co_mg_m3", "above": 30, "hold": "10s"}
        assert [len(one["given"]) for one in found["stories"]] == [5, 3]

    def test_tells_every_mistake_in_the_language_of_the_reader(self, client, sign_in):
        sign_in("supervisor")
        text = CO_TOML.replace("above = 30", "above = 3000").replace('"fan.on"', '"fan.dance"')

        answer = post(client, "read", {"toml": text})

        assert problems(answer) == [
            ("when.above", "scenes.limit_out_of_range", "error"),
            ("do.0.command", "scenes.unknown_service", "error"),
        ]
        message = answer.json()["problems"][0]["message"]
        assert message.startswith("“when.above”= 3000 超出传感器量程")

    @pytest.mark.parametrize(
        "text", ["", "a = [", "[" * 9_000, "\x00", "when = 3", "x = 1979-05-27", "é" * 40_000]
    )
    def test_is_never_at_a_loss(self, client, sign_in, text):
        sign_in("supervisor")

        answer = post(client, "read", {"toml": text})

        assert answer.status_code == 200
        assert answer.json()["problems"]

    def test_half_a_pair_of_signs_is_a_problem_and_no_crash(self, client, sign_in):
        sign_in("supervisor")

        answer = client.post(
            f"{API}/drafts/read", '{"toml": "\\ud800"}', content_type="application/json"
        )

        assert answer.status_code in {200, 422}

    def test_a_story_that_fails_is_told_where_it_stands(self, client, sign_in):
        sign_in("supervisor")
        text = CO_TOML.replace('"5s co 44", "9s co 15"', '"5s co 44", "90s co 15"')

        answer = post(client, "read", {"toml": text})

        assert problems(answer) == [("story.1", "scenes.story_failed", "error")]
        assert answer.json()["sentence"]

    def test_warns_of_what_cannot_come_about_here(self, client, sign_in):
        sign_in("supervisor")
        smoke = CO_TOML.replace("co_mg_m3", "smoke").replace("above = 30", "equals = 1")
        smoke = smoke.replace("below = 24", "equals = 0").replace("co ", "smoke ")
        pump = CO_TOML.replace('"same garage"', '"same room"')

        nothing = post(client, "read", {"toml": smoke})
        nobody = post(client, "read", {"toml": pump})

        assert ("when", "trials.watches_nothing", "warning") in problems(nothing)
        assert problems(nobody) == [("do.0.command", "trials.nobody_can", "warning")]

    def test_warns_of_a_part_that_nobody_here_sees(self, client, sign_in):
        sign_in("supervisor")
        also = 'all = [{ point = "smoke", equals = 1, where = "same garage" }]\n'
        text = CO_TOML.replace("[when]\n", f"[when]\n{also}")
        text = text.replace("below = 24", 'point = "co_mg_m3"\nbelow = 24')

        found = post(client, "read", {"toml": text})

        (told,) = [one for one in found.json()["problems"] if one["severity"] == "warning"]
        assert (told["where"], told["key"]) == ("when", "trials.watches_nothing")
        assert "smoke" in told["message"]

    def test_holds_a_draft_against_the_scenes_in_force(self, client, sign_in):
        sign_in("manager")
        other = NEW_TOML.replace('"major"', '"minor"').replace('"fan.on"', '"fan.off"')
        fights = other.replace('"minor"', '"major"')
        SceneState.rows.create(community="hml", scene=CO_SCENE, stage="off", version=0,
                               reason="夜间误报", at=timezone.now())  # fmt: skip
        alone = warnings(post(client, "read", {"toml": fights}))
        SceneState.rows.of("hml").delete()
        bump(community="hml", now=timezone.now())

        beside = warnings(post(client, "read", {"toml": fights}))
        weaker = warnings(post(client, "read", {"toml": other}))

        assert beside == [*alone, ("do", "trials.stands_against")]
        assert weaker == alone

    def test_says_which_changed_limits_would_lapse(self, client, sign_in):
        sign_in("supervisor")
        for key, point in (("above", "co_mg_m3"), ("clear.below", "temperature_c")):
            LimitOverride.rows.create(
                community="hml", scene=CO_SCENE, target="co-1", key=key, value=20, point=point,
                operator=key.rpartition(".")[2], at=timezone.now(),
            )  # fmt: skip

        found = post(client, "read", {"toml": CO_TOML}).json()["problems"]

        (told,) = found
        assert (told["key"], told["severity"]) == ("trials.limits_lapse", "warning")
        assert "clear.below = 20 (co-1)" in told["message"]

    def test_wires_the_community_once_however_often_a_draft_is_read(
        self, client, sign_in, monkeypatch
    ):
        sign_in("manager")
        made, plain = [], around.Wiring
        monkeypatch.setattr(around, "Wiring", lambda **parts: made.append(1) or plain(**parts))

        for limit in (30, 31, 32):
            post(client, "read", {"toml": CO_TOML.replace("above = 30", f"above = {limit}")})
        once = len(made)
        bump(community="hml", now=timezone.now())
        post(client, "read", {"toml": CO_TOML})

        assert (once, len(made)) == (1, 2)

    def test_knows_a_scene_of_the_communitys_own(self, client, sign_in):
        SceneVersion.rows.create(
            community="hml", scene="safety.garage_air.my_own", number=1, toml="x",
            at=timezone.now(),
        )  # fmt: skip
        sign_in("supervisor")

        known = post(client, "read", {"toml": NEW_TOML}).json()["known"]
        new = post(client, "read", {"toml": NEW_TOML.replace("my_own", "none")}).json()["known"]

        assert (known, new) == ("own", "new")


class TestWrite:
    def test_changes_what_was_changed(self, client, sign_in):
        sign_in("manager")
        table = post(client, "read", {"toml": CO_TOML}).json()["table"]
        table["when"]["above"] = 25

        found = post(client, "write", {"table": table, "toml": CO_TOML}).json()

        assert found["toml"] == CO_TOML.replace("above = 30", "above = 25")
        assert found["table"] == table

    def test_a_null_is_left_out(self, client, sign_in):
        sign_in("manager")
        table = post(client, "read", {"toml": CO_TOML}).json()["table"]
        table["clear"] = None

        found = post(client, "write", {"table": table, "toml": CO_TOML}).json()

        assert "[clear]" not in found["toml"]

    @pytest.mark.parametrize(
        ("body", "key"),
        [
            ('{"table": {"a": "\\ud800"}, "toml": ""}', "trials.draft_not_text"),
            (f'{{"table": {{"a": "{"x" * 70_000}"}}, "toml": ""}}', "scenes.text_too_long"),
            (f'{{"table": {{"a": {"[" * 40}1{"]" * 40}}}}}', "trials.too_deep"),
            ('{"table": {"a": ' + '{"b":' * 40 + "1" + "}" * 42, "trials.too_deep"),
        ],
        ids=["not_text", "large", "deep_lists", "deep_tables"],
    )
    def test_refuses_what_is_no_scene(self, client, sign_in, body, key):
        sign_in("manager")

        answer = client.post(f"{API}/drafts/write", body, content_type="application/json")

        assert (answer.status_code, answer.json()["key"]) == (422, key)


class TestStories:
    def test_runs_those_of_a_draft(self, client, sign_in):
        sign_in("supervisor")

        results = post(client, "stories", {"toml": CO_TOML}).json()["results"]

        assert [one["passed"] for one in results] == [True, True]
        assert results[0]["timeline"][0]["kind"] == "given"

    def test_refuses_to_make_ten_million_devices(self, client, sign_in):
        sign_in("supervisor")
        text = CO_TOML.replace('"5s co 44"', '"5s co@9999999 44"')

        answer = post(client, "stories", {"toml": text})

        assert (answer.status_code, answer.json()["key"]) == (422, "scenes.story_too_large")


class TestDryRun:
    def test_tells_where_it_would_act_now(self, client, sign_in, told):
        sign_in("manager")
        now = timezone.now().timestamp()
        told.now("co-1", "co_mg_m3", 41.0, now - 4)
        told.now("co-2", "co_mg_m3", 21.0, now - 4)

        found = post(client, "dry-run", {"toml": CO_TOML}).json()

        first, second = found["items"]
        assert (found["bound"], found["holds"], found["unknown"]) == (2, 1, 0)
        assert (first["anchor"], first["holds"], first["name"]["zh"]) == ("co-1", True, "co-1号")
        assert 4 <= first["waits_s"] <= 6
        assert first["would"] == ["alarm raised", "fan.on", "case opened"]
        assert first["values"][0] | {"at": ""} == {
            "device": "co-1", "point": "co_mg_m3", "value": 41.0, "unit": "mg/m3", "at": "",
            "limit": 30.0,
        }  # fmt: skip
        assert (second["anchor"], second["holds"]) == ("co-2", False)

    def test_the_nearest_to_the_limit_comes_first(self, client, sign_in, told):
        sign_in("manager")
        now = timezone.now().timestamp()
        told.now("co-1", "co_mg_m3", 3.0, now)
        told.now("co-2", "co_mg_m3", 29.0, now)

        found = post(client, "dry-run", {"toml": CO_TOML}).json()

        assert [one["anchor"] for one in found["items"]] == ["co-2", "co-1"]

    def test_what_is_not_heard_is_not_known(self, client, sign_in, told):
        sign_in("manager")
        told.now("co-1", "co_mg_m3", 90.0, timezone.now().timestamp() - 3_600)

        found = post(client, "dry-run", {"toml": CO_TOML}).json()

        assert [one["holds"] for one in found["items"]] == [None, None]
        assert (found["holds"], found["unknown"]) == (0, 2)
        assert found["items"][0]["values"][0]["value"] is None

    def test_a_device_whose_line_went_down_is_not_heard(self, client, sign_in, devices, told):
        sign_in("manager")
        now = timezone.now()
        told.now("co-1", "co_mg_m3", 90.0, now.timestamp() - 8)
        devices["co-1"].online_since = now - timedelta(seconds=2)
        devices["co-1"].save()

        found = post(client, "dry-run", {"toml": CO_TOML}).json()

        assert found["unknown"] == 2

    def test_goes_by_the_limits_in_force(self, client, sign_in, told):
        sign_in("manager")
        told.now("co-1", "co_mg_m3", 28.0, timezone.now().timestamp())
        LimitOverride.rows.create(
            community="hml", scene=CO_SCENE, target="co-1", key="above", value=25,
            point="co_mg_m3", operator="above", at=timezone.now(),
        )  # fmt: skip

        found = post(client, "dry-run", {"toml": CO_TOML}).json()

        assert (found["items"][0]["holds"], found["items"][0]["values"][0]["limit"]) == (True, 25.0)

    def test_shows_a_manager_of_one_place_nothing_beyond_it(self, client, sign_in, told):
        sign_in("manager", place="hml/b03")
        told.now("co-1", "co_mg_m3", 90.0, timezone.now().timestamp())

        found = post(client, "dry-run", {"toml": CO_TOML}).json()

        assert (found["bound"], found["items"]) == (0, [])

    def test_says_so_when_the_live_half_is_silent(self, client, sign_in, monkeypatch):
        sign_in("manager")

        def silent(community, codes):
            raise Unheard(subject="linli.ask.twin.hml")

        monkeypatch.setattr(asks.twin, "_answer", silent)

        answer = post(client, "dry-run", {"toml": CO_TOML})

        assert (answer.status_code, answer.json()["key"]) == (503, "adapters.unheard")

    def test_a_draft_without_stories_or_source_can_be_tried(self, client, sign_in):
        sign_in("manager")
        text = CO_TOML.split("[[story]]")[0].replace('source = "invented for tests"', "")

        assert post(client, "dry-run", {"toml": text}).json()["bound"] == 2

    def test_one_that_does_not_say_when_cannot(self, client, sign_in):
        sign_in("manager")

        answer = post(client, "dry-run", {"toml": CO_TOML.replace("above = 30", "above = 3000")})

        assert (answer.status_code, answer.json()["key"]) == (422, "scenes.limit_out_of_range")


class TestStory:
    def record(self, client, *, start, minutes, device="co-1", toml=CO_TOML):
        return post(
            client,
            "story",
            {
                "toml": toml,
                "device": device,
                "from": start.isoformat(),
                "to": (start + timedelta(minutes=minutes)).isoformat(),
            },
        )

    @pytest.fixture
    def start(self):
        return timezone.now().replace(microsecond=0) - timedelta(hours=2)

    def test_writes_what_was_recorded_and_what_came_of_it(
        self, client, sign_in, devices, told, start
    ):
        sign_in("manager")
        at = start.timestamp()
        rising = [(at + 30 * n, 12.0 if n < 4 else 41.0 if n < 20 else 9.0) for n in range(60)]
        told.then("co-1", "co_mg_m3", *rising)

        found = self.record(client, start=start, minutes=30).json()

        story = found["stories"][-1]
        assert story["given"] == ["0s co 12", "2m co 41", "10m co 9", "30m nothing"]
        assert story["then"] == [
            "2m10s alarm raised", "2m10s fan.on", "2m10s case opened", "15m alarm cleared",
            "15m fan.off",
        ]  # fmt: skip
        assert story["title"]["zh"].startswith("co-1号 ")
        assert found["problems"] == []
        assert found["toml"].startswith(CO_TOML)

    def test_begins_with_what_the_point_told_last(self, client, sign_in, devices, told, start):
        sign_in("manager")
        at = start.timestamp()
        told.then("co-1", "co_mg_m3", (at - 20, 12.0), (at + 40, 13.0))

        story = self.record(client, start=start, minutes=5).json()["stories"][-1]

        assert story["given"] == ["0s co 12", "5m nothing"]
        assert story["then"] == []

    @pytest.mark.parametrize(
        ("change", "refusal"),
        [
            ({"minutes": 24 * 60 + 1}, (422, "trials.span_too_long")),
            ({"minutes": 0}, (422, "trials.span_too_long")),
            ({"minutes": 121}, (422, "trials.span_too_long")),
            ({"minutes": 5}, (422, "trials.no_readings")),
            ({"minutes": 5, "device": "co-9"}, (404, "devices.not_found")),
            ({"minutes": 5, "device": "speaker-1"}, (422, "trials.not_watched")),
        ],
        ids=["long", "none", "future", "empty", "unknown", "unwatched"],
    )
    def test_refuses_and_says_why(self, client, sign_in, start, change, refusal):
        sign_in("manager")

        answer = self.record(client, start=start, **change)

        assert (answer.status_code, answer.json()["key"]) == refusal

    def test_refuses_a_device_out_of_sight(self, client, sign_in, devices, told, start):
        sign_in("manager", place="hml/b03")
        told.then("co-1", "co_mg_m3", (start.timestamp(), 41.0))

        answer = self.record(client, start=start, minutes=5)

        assert (answer.status_code, answer.json()["key"]) == (404, "devices.not_found")

    def test_refuses_a_story_that_nobody_would_read(self, client, sign_in, devices, told, start):
        sign_in("manager")
        at = start.timestamp()
        told.then("co-1", "co_mg_m3", *((at + 4 * n, 20.0 + 20 * (n % 2)) for n in range(900)))

        answer = self.record(client, start=start, minutes=60)

        assert (answer.status_code, answer.json()["key"]) == (422, "trials.too_many_entries")

    def test_says_so_when_history_is_silent(self, client, sign_in, start, monkeypatch):
        sign_in("manager")

        def silent(*asked):
            raise Unheard(subject="linli.ask.history.hml")

        monkeypatch.setattr(asks.readings, "_answer", silent)

        answer = self.record(client, start=start, minutes=5)

        assert (answer.status_code, answer.json()["key"]) == (503, "adapters.unheard")
