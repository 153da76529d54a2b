import json
from datetime import timedelta

import pytest

from linli.domains.visits import http, http_desk
from linli.domains.visits.models import Visit
from linli.domains.visits.operations import calling, inviting
from linli.foundation.audit.models import Act, Line
from linli.foundation.identity.models import Account
from linli.web.rates import windows
from tests.domains.visits.conftest import HOME, NOW, wish

API = "/api/v1/hml"


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    class Now:
        now = staticmethod(lambda: NOW)

    monkeypatch.setattr(http, "timezone", Now)
    monkeypatch.setattr(http_desk, "timezone", Now)


def as_(client, actor):
    client.force_login(Account.objects.get(pk=actor.account))
    return client


def post(client, path, **said):
    return client.post(f"{API}{path}", json.dumps(said), "application/json")


def invitation(**more):
    until = NOW + timedelta(hours=2)
    return {"kind": "guest", "guest": {"name": "李来"}, "since": NOW.isoformat(),
            "until": until.isoformat(), "uses": 1, **more}  # fmt: skip


def test_a_resident_invites_and_his_guest_sees_code_and_way_without_an_account(client, host):
    made = post(as_(client, host), "/my/visits", **invitation()).json()
    client.logout()

    shown = client.get(f"/api/v1/guest/{made['link']}").json()

    assert shown["stands"] == "now"
    assert shown["token"] == f"qr visit:{made['id']}"
    assert shown["qr"].startswith("data:image/svg+xml")
    assert [door["code"] for door in shown["doors"]] == ["gate-s", "door-b03", "lift-b03"]
    assert "李来" not in json.dumps(shown, ensure_ascii=False)


@pytest.mark.parametrize("link", ["x", "WyJobWwiLDEsIiJd:1abc:sig", "%00", "a" * 500])
def test_a_guessed_address_is_not_there(client, estate, link):
    assert client.get(f"/api/v1/guest/{link}").status_code == 404


def test_guessing_is_slowed_down(client, visit, settings):
    windows.clear()
    settings.CALLS_A_MINUTE = {**settings.CALLS_A_MINUTE, "guest": 3}

    codes = [client.get("/api/v1/guest/x").status_code for _ in range(4)]

    windows.clear()
    assert codes == [404, 404, 404, 429]


def test_of_another_home_all_is_404(client, visit, neighbour):
    as_(client, neighbour)

    answers = [
        client.get(f"{API}/my/visits/{visit.pk}"),
        post(client, f"/my/visits/{visit.pk}/withdraw"),
        post(client, f"/my/visits/{visit.pk}/link"),
        post(client, f"/my/visits/{visit.pk}/answer", agreed=True),
    ]

    assert {one.status_code for one in answers} == {404}
    assert client.get(f"{API}/my/visits").json()["items"] == []


def test_the_desk_is_not_the_residents_nor_the_other_way_round(client, visit, host, guard):
    assert as_(client, host).get(f"{API}/visits").status_code == 403
    assert as_(client, guard).get(f"{API}/my/visits").status_code == 403


def test_the_desk_sees_masks_until_it_looks_which_is_remembered(client, visit, guard):
    as_(client, guard)

    [listed] = client.get(f"{API}/visits?day=2026-06-01").json()["items"]
    opened = client.get(f"{API}/visits/{visit.pk}?purpose=visitors").json()

    assert (listed["name"], listed["phone"], listed["link"]) == ("李*", "138****8000", "")
    assert (opened["name"], opened["phone"]) == ("李来", "+8613800138000")
    assert client.get(f"{API}/visits/{visit.pk}?purpose=service").status_code == 422
    looks = Line.objects.filter(account=guard.account, act=Act.LOOK)
    assert [one.what for one in looks] == [f"visit:{visit.pk}"]


@pytest.mark.parametrize(
    ("query", "found"),
    [("phone=13800138000", 1), ("phone=13800138001", 0), ("plate=浙Z12345", 1), ("plate=浙Z1", 0),
     ("day=2026-06-02", 0), ("state=over", 0), (f"place={HOME}", 1), ("place=hml/b04", 0)],
)  # fmt: skip
def test_the_desk_finds_by_whole_numbers(client, visit, guard, query, found):
    items = as_(client, guard).get(f"{API}/visits?{query}").json()["items"]

    assert len(items) == found


def test_a_guard_of_another_building_sees_nothing_of_it(client, visit, sign_in):
    sign_in("front_desk", place="hml/p1")

    assert client.get(f"{API}/visits").json()["items"] == []
    assert client.get(f"{API}/visits/{visit.pk}").status_code == 404


def test_no_picture_where_there_is_no_camera(client, host):
    row = calling.ring(community="hml", door="d", ask="1", room="101", below="hml/b03/u1", now=NOW)

    answer = post(as_(client, host), f"/my/calls/{row.pk}/picture", sdp="v=0" + "x" * 20)

    assert (answer.status_code, answer.json()["key"]) == (404, "visits.no_picture")


def test_wrong_hours_are_refused_in_words(client, host):
    answer = post(as_(client, host), "/my/visits", **invitation(until=NOW.isoformat()))

    assert (answer.status_code, answer.json()["key"]) == (422, "visits.bad_hours")
    assert not Visit.rows.of("hml").exists()


def test_ten_visits_are_read_page_by_page(client, host):
    for number in range(5):
        inviting.invite(actor=host, wish=wish(name=f"客{number}"), now=NOW)
    as_(client, host)

    page = client.get(f"{API}/my/visits?limit=3").json()
    rest = client.get(f"{API}/my/visits?limit=3&cursor={page['next']}").json()

    assert [len(page["items"]), len(rest["items"]), rest["next"]] == [3, 2, None]
