"""Pictures over HTTP: who may, what for, and that it is remembered."""

from datetime import timedelta

import pytest

from linli.foundation.audit import queries as audit
from linli.foundation.audit.models import Act
from linli.foundation.identity.models import Grant
from linli.registry.alarms.models import Alarm
from linli.registry.pictures import operations
from tests.registry.conftest import NOW
from tests.registry.pictures.conftest import jpeg, spooled

pytestmark = pytest.mark.django_db
API = "/api/v1/hml"


@pytest.fixture
def picture(devices):
    return operations.take(community="hml", spool="a", given=spooled(), now=NOW)


def alarm(device="co-1", **more):
    return Alarm.rows.create(
        community="hml", effect="e1", scene="s", device=device, place="hml/p1", target=device,
        severity="major", state="raised", first_at=NOW, last_at=NOW, **more,
    )  # fmt: skip


class TestImage:
    def test_shows_it_for_a_purpose_and_remembers_who_looked(self, client, sign_in, picture):
        account = sign_in("guard")

        found = client.get(f"{API}/pictures/{picture.pk}?purpose=alarm")

        assert found.status_code == 200
        assert found.content.startswith(b"\xff\xd8\xff")
        assert found.headers["content-type"] == "image/jpeg"
        assert found.headers["cache-control"] == "no-store"
        assert found.headers["x-content-type-options"] == "nosniff"
        assert found.headers["content-security-policy"] == "default-src 'none'; sandbox"
        (look,) = audit.lines(community="hml", act=Act.LOOK)
        assert (look.account, look.what, look.purpose) == (
            account, f"picture:{picture.pk}", "alarm",
        )  # fmt: skip

    def test_shows_it_for_no_purpose_that_the_right_does_not_reach_to(
        self, client, sign_in, picture
    ):
        account = sign_in("guard")
        Grant.objects.filter(account=account).update(purposes=["case"])

        refused = client.get(f"{API}/pictures/{picture.pk}?purpose=alarm")
        shown = client.get(f"{API}/pictures/{picture.pk}?purpose=case")

        assert (refused.status_code, refused.json()["key"]) == (
            403, "identity.purpose_not_granted"
        )  # fmt: skip
        assert shown.status_code == 200
        assert len(audit.lines(community="hml", act=Act.LOOK)) == 1

    @pytest.mark.parametrize(
        "case",
        [
            ("guard", "", 422),
            ("guard", "?purpose=fun", 422),
            ("engineer", "?purpose=alarm", 403),
            ("resident", "?purpose=alarm", 403),
            ("auditor", "?purpose=alarm", 403),
        ],
    )
    def test_shows_it_to_nobody_else_and_for_nothing_else(self, client, sign_in, picture, case):
        role, query, status = case
        sign_in(role)

        assert client.get(f"{API}/pictures/{picture.pk}{query}").status_code == status
        assert not audit.lines(community="hml", act=Act.LOOK)

    def test_a_guard_of_another_building_sees_none(self, client, sign_in, picture):
        sign_in("guard", place="hml/b03")

        shown = client.get(f"{API}/pictures/{picture.pk}?purpose=alarm")
        listed = client.get(f"{API}/devices/co-1/pictures")

        assert (shown.status_code, listed.status_code) == (404, 404)

    def test_lists_what_it_may_be_looked_at_for(self, client, sign_in, devices):
        sign_in("guard")

        items = client.get(f"{API}/picture-purposes").json()["items"]

        assert [one["key"] for one in items] == ["alarm", "case", "maintenance", "vehicles"]
        assert all(one["name"]["zh"] and one["name"]["en"] for one in items)


class TestLists:
    def test_pages_those_of_a_device_the_newest_first(self, client, sign_in, devices):
        for number, colour in enumerate(("red", "green", "blue")):
            given = spooled(at_s=number, content=jpeg(colour))
            operations.take(community="hml", spool=f"s{number}", given=given, now=NOW)
        operations.take(community="hml", spool="o", given=spooled("co-2"), now=NOW)
        sign_in("guard")

        first = client.get(f"{API}/devices/co-1/pictures?limit=2").json()
        second = client.get(f"{API}/devices/co-1/pictures?limit=2&cursor={first['next']}").json()

        assert [len(first["items"]), len(second["items"]), second["next"]] == [2, 1, None]
        assert first["items"][0] == {
            **first["items"][0], "device": "co-1", "event": "motion_seen", "width_px": 64,
            "height_px": 48, "refused": "",
        }  # fmt: skip

    @pytest.mark.parametrize(
        "case",
        [(-10, 300, 1), (10, 300, 1), (11, 300, 0), (-11, 11, 0), (-40, 2, 1)],
    )
    def test_finds_those_of_an_alarm_by_its_device_and_its_time(
        self, client, sign_in, devices, case
    ):
        at_s, came_s, found = case
        row = alarm()
        came = NOW + timedelta(seconds=came_s)
        operations.take(community="hml", spool="a", given=spooled(at_s=at_s), now=came)
        operations.take(community="hml", spool="b", given=spooled("co-2", at_s=at_s), now=came)
        sign_in("guard")

        items = client.get(f"{API}/alarms/{row.pk}/pictures").json()["items"]

        assert len(items) == found

    def test_finds_the_device_of_an_alarm_of_a_place(self, client, sign_in, picture):
        row = alarm(device="", because={"device": "co-1"})
        sign_in("guard")

        items = client.get(f"{API}/alarms/{row.pk}/pictures").json()["items"]

        assert [one["id"] for one in items] == [picture.pk]
