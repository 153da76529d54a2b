"""The doors: who may, what is answered, what is refused."""

from hashlib import sha256

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from linli.foundation.identity.guard import MOST_BODY_BYTES
from linli.registry.campaigns.models import Campaign, Release
from tests.registry.campaigns.kit import (
    IMAGE,
    MODEL,
    advance,
    answer_all,
    drafted,
    started,
    told,
)

pytestmark = pytest.mark.django_db
API = "/api/v1/hml"


def upload(client, *, image=IMAGE, name="barrier.bin", **more):
    form = {"kind": "firmware", "model": MODEL, "version": "2.0.0", "notes_zh": "修复", **more}
    if image is not None:
        form["file"] = SimpleUploadedFile(name, image)
    return client.post(f"{API}/releases", form)


def send(client, path, body=None):
    return client.post(f"{API}{path}", body or {}, content_type="application/json")


def planned(client, release, **more):
    body = {"name": {"zh": "升级道闸", "en": "Upgrade"}, "release": release} | more
    return send(client, "/campaigns", body)


class TestReleases:
    def test_the_manager_uploads_and_everybody_with_the_right_reads(
        self, client, sign_in, barriers
    ):
        sign_in("manager")
        made = upload(client, sha256=sha256(IMAGE).hexdigest())
        again = upload(client)
        sign_in("guard")
        listed = client.get(f"{API}/releases?kind=firmware").json()

        assert (made.status_code, made.json()["size_bytes"]) == (201, len(IMAGE))
        assert made.json()["notes"] == {"zh": "修复", "en": "修复"}
        assert (again.status_code, again.json()["key"]) == (409, "campaigns.version_taken")
        assert [one["version"] for one in listed["items"]] == ["2.0.0"]
        assert client.get(f"{API}/releases/{made.json()['id']}").json()["model"] == MODEL

    def test_a_configuration_needs_no_file(self, client, sign_in, barriers):
        sign_in("manager")

        made = upload(client, image=None, kind="config", settings='{"open_s": 20}')

        assert (made.status_code, made.json()["settings"]) == (201, {"open_s": 20})

    def test_a_guard_may_not_and_another_community_neither(self, client, sign_in, barriers):
        sign_in("guard")
        guard = upload(client)
        sign_in("manager", community="other")
        stranger = upload(client)

        assert (guard.status_code, stranger.status_code) == (403, 403)
        assert Release.rows.of("hml").count() == 0

    def test_a_manager_of_one_building_may_not(self, client, sign_in, barriers):
        sign_in("manager", place="hml/b03")

        assert upload(client).json()["key"] == "identity.not_everywhere"

    @pytest.mark.parametrize(
        ("odd", "status"),
        [
            ({"image": None}, 422),
            ({"image": b""}, 422),
            ({"version": "../../etc"}, 422),
            ({"kind": "poem"}, 422),
            ({"sha256": "nonsense"}, 422),
            ({"model": "no_such"}, 404),
            ({"model": "garage_fan"}, 422),
            ({"kind": "config", "image": None, "settings": "{"}, 422),
        ],
    )
    def test_refuses_a_malformed_upload(self, client, sign_in, barriers, odd, status):
        sign_in("manager")

        assert upload(client, **odd).status_code == status
        assert Release.rows.of("hml").count() == 0

    def test_refuses_a_body_that_is_no_form(self, client, sign_in, barriers):
        sign_in("manager")

        said = client.post(f"{API}/releases", b"\x00\x01", content_type="multipart/form-data")

        assert said.status_code in (400, 422)

    def test_takes_what_other_doors_do_not_and_refuses_more_before_it_is_read(
        self, client, sign_in, barriers
    ):
        sign_in("manager")

        large = upload(client, image=bytes(MOST_BODY_BYTES + 1))
        enormous = client.post(
            f"{API}/releases", {}, CONTENT_LENGTH=str(66 * 1024 * 1024), format="multipart"
        )

        assert large.status_code == 201
        assert enormous.status_code == 413


class TestCampaigns:
    def test_planned_confirmed_started_and_seen(self, client, sign_in, release):
        sign_in("manager")

        made = planned(client, release.pk, hours={"from": "23:00", "to": "05:00"}, key="k1")
        path = f"/campaigns/{made.json()['id']}"
        asked = send(client, f"{path}/start")
        begun = send(client, f"{path}/start", {"devices": asked.json()["values"]["devices"]})
        page = client.get(f"{API}{path}").json()
        devices = client.get(f"{API}{path}/devices?state=waiting&limit=3").json()

        assert (made.status_code, made.json()["devices"], made.json()["state"]) == (
            201, 10, "draft",
        )  # fmt: skip
        assert (asked.status_code, asked.json()["key"]) == (409, "campaigns.not_confirmed")
        assert (begun.status_code, begun.json()["state"]) == (200, "running")
        assert page["hours"] == {"from": "23:00:00", "to": "05:00:00"}
        assert [one["reaches"] for one in page["stages"]] == [1, 1, 3, 10]
        assert page["allowed"] == ["pause", "retry", "roll-back", "cancel"]
        assert page["counts"] == {"waiting": 10}
        assert len(devices["items"]) == 3
        assert devices["items"][0]["state_name"] == {"zh": "等待", "en": "waiting"}
        assert client.get(f"{API}{path}/devices?cursor={devices['next']}").json()["next"] is None

    def test_the_same_key_sent_again_is_the_same_campaign(self, client, sign_in, release):
        sign_in("manager")

        one, other = (planned(client, release.pk, key="k1").json() for _ in range(2))

        assert one["id"] == other["id"]
        assert Campaign.rows.of("hml").count() == 1

    @pytest.mark.parametrize("step", ["pause", "resume", "retry", "roll-back", "cancel", "start"])
    def test_a_guard_may_look_and_take_no_step(self, client, sign_in, release, account, step):
        row = started(account, release)
        sign_in("guard")

        assert send(client, f"/campaigns/{row.pk}/{step}").status_code == 403
        assert client.get(f"{API}/campaigns/{row.pk}").json()["state"] == "running"

    def test_steps_that_cannot_be_taken_are_refused_by_name(
        self, client, sign_in, release, account
    ):
        row = started(account, release)
        sign_in("manager")

        paused = send(client, f"/campaigns/{row.pk}/pause")
        again = send(client, f"/campaigns/{row.pk}/pause")
        resumed = send(client, f"/campaigns/{row.pk}/resume")

        assert (paused.json()["state"], resumed.json()["state"]) == ("paused", "running")
        assert (again.status_code, again.json()["key"]) == (409, "campaigns.wrong_state")

    def test_who_looks_at_one_building_sees_none_of_the_garages(
        self, client, sign_in, release, account
    ):
        row = started(account, release)
        sign_in("guard", place="hml/b03")

        assert client.get(f"{API}/campaigns").json()["items"] == []
        assert client.get(f"{API}/campaigns/{row.pk}").status_code == 404
        assert client.get(f"{API}/campaigns/{row.pk}/devices").status_code == 404

    def test_lists_the_newest_first_with_how_far_each_is(self, client, sign_in, release, account):
        told("bar-01", firmware="2.0.0")
        old, draft = started(account, release, devices=9), drafted(account, release)
        advance()
        answer_all(old)
        advance(2.0)
        sign_in("guard", place="hml/p1")

        page = client.get(f"{API}/campaigns?limit=1").json()
        rest = client.get(f"{API}/campaigns?state=finished").json()["items"]
        sign_in("manager")
        everything = client.get(f"{API}/campaigns?limit=1").json()

        (one,) = page["items"]
        assert (one["id"], one["counts"], one["devices"]) == (old.pk, {"done": 9, "skipped": 1}, 9)
        assert [found["id"] for found in rest] == [old.pk]
        assert (everything["items"][0]["id"], everything["next"]) == (draft.pk, str(draft.pk))
        assert everything["items"][0]["counts"] == {}

    def test_another_community_does_not_find_it(
        self, client, sign_in, release, account, other_estate
    ):
        row = started(account, release)
        sign_in("manager", community="other")

        for path in (f"campaigns/{row.pk}", f"releases/{release.pk}"):
            assert client.get(f"/api/v1/other/{path}").status_code == 404
        assert client.get(f"{API}/campaigns/{row.pk}").status_code == 403

    @pytest.mark.parametrize(
        "odd",
        [
            {"stages": [{"share_pct": 50}]},
            {"stages": [{"devices": 1, "colour": "red"}]},
            {"hours": {"from": "25:00", "to": "05:00"}},
            {"name": {"zh": " "}},
            {"codes": ["x"] * 5001},
            {"surprise": 1},
        ],
    )
    def test_refuses_an_odd_plan(self, client, sign_in, release, odd):
        sign_in("manager")

        assert planned(client, release.pk, **odd).status_code == 422

    def test_tells_what_a_device_has_and_why_one_was_passed_over(
        self, client, sign_in, release, account
    ):
        told("bar-01", firmware="2.0.0")
        row = started(account, release, devices=9)
        advance()
        sign_in("guard")

        (skipped,) = client.get(f"{API}/campaigns/{row.pk}/devices?state=skipped").json()["items"]
        page = client.get(f"{API}/campaigns/{row.pk}").json()
        software = client.get(f"{API}/devices/bar-01/software").json()["items"]

        assert skipped["reason_words"]["zh"] == "已是这个版本"
        assert (page["devices"], page["skipped"]) == (9, 1)
        assert [(one["kind"], one["version"]) for one in software] == [("firmware", "2.0.0")]
