import json
from datetime import timedelta

import pytest

from linli.contracts.doors import DoorBrief
from linli.contracts.parking import GuestCar, GuestLot, GuestStay
from linli.domains.visits import http, http_desk
from linli.domains.visits.models import Visit, VisitPassage
from linli.domains.visits.operations import calling, inviting
from linli.foundation.audit.models import Act, Line
from linli.foundation.identity.models import Account
from linli.kernel.words import Words
from linli.web.rates import windows
from tests.domains.visits.conftest import HOME, NOW, WAY, wish
from tests.fresh import fresh, stale

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
    assert shown["token"] == f"qr visit:{made['id']} 04:00:00"
    assert shown["qr"].startswith("data:image/svg+xml")
    assert [door["code"] for door in shown["doors"]] == ["gate-s", "door-b03", "lift-b03"]
    assert "李来" not in json.dumps(shown, ensure_ascii=False)


def test_a_guest_with_a_car_sees_what_parking_costs_and_where_to_pay(client, host, gates):
    gates.parked = GuestCar(
        lots=(GuestLot(code="p1", name=Words(zh="地下车库", en="Garage"),
                       rules=(Words(zh="30 分钟内免费", en="free up to 30 min"),)),),
        stay=GuestStay(lot="p1", due_fen=800, paid_fen=0, leave_by=None, token="t:1"),
    )  # fmt: skip
    by_car = invitation(guest={"name": "李来", "plate": "浙Z12345"})
    driving = post(as_(client, host), "/my/visits", **by_car).json()
    walking = post(client, "/my/visits", **invitation()).json()
    client.logout()

    drives, walks = (
        client.get(f"/api/v1/guest/{one['link']}").json() for one in (driving, walking)
    )

    assert (drives["community"], drives["plate"]) == ("hml", "浙Z·1***5")
    assert drives["car"]["lots"][0]["rules"][0]["zh"] == "30 分钟内免费"
    assert drives["car"]["stay"]["token"] == "t:1"
    assert drives["car"]["stay"]["due_fen"] == 800
    assert walks["car"] is None


def test_where_a_guest_passed_is_told_in_words_lanes_too(client, host, visit, gates):
    gates.lanes = {"g1-in": Words(zh="一号车库入口", en="Garage 1, in")}
    for number, (door, opened, reason) in enumerate(
        [("g1-in", True, "right"), ("gate-e", False, "no_right"), ("old", False, "unheard_of")]
    ):
        VisitPassage.rows.create(
            community="hml", visit=visit, fact=f"p{number}", door=door, place="hml", direction="in",
            opened=opened, reason=reason, at=NOW + timedelta(seconds=number),
        )  # fmt: skip

    shown = as_(client, host).get(f"{API}/my/visits/{visit.pk}").json()["passages"]

    assert [(one["door_name"]["zh"], one["reason_name"]["zh"]) for one in shown] == [
        ("一号车库入口", "有权限"), ("gate-e", "没有这扇门的权限"), ("old", "unheard_of"),
    ]  # fmt: skip


@pytest.mark.parametrize(("asked", "had"), [("", 1), ("?ahead=20", 21), ("?ahead=999", 21),
                                            ("?ahead=-3", 1)])  # fmt: skip
def test_a_guest_has_as_many_codes_ahead_as_he_may(client, host, asked, had):
    made = post(as_(client, host), "/my/visits", **invitation()).json()
    client.logout()

    shown = client.get(f"/api/v1/guest/{made['link']}{asked}").json()

    assert len(shown["codes"]) == had
    assert shown["codes"][0]["token"] == shown["token"]
    assert all(one["qr"].startswith("data:image/svg+xml") for one in shown["codes"])
    assert shown["now"] == NOW.isoformat().replace("+00:00", "Z")


def test_digits_and_a_picture_are_the_guests_and_his_hosts_and_nobody_elses(
    client, host, neighbour, guard
):
    wanted = invitation(with_code=True, picture=True)
    made = post(as_(client, host), "/my/visits", **wanted).json()
    listed = as_(client, host).get(f"{API}/my/visits").json()["items"][0]
    again = as_(client, host).get(f"{API}/my/visits/{made['id']}").json()
    beside = as_(client, neighbour).get(f"{API}/my/visits/{made['id']}")
    desk = as_(client, guard).get(f"{API}/visits/{made['id']}?purpose=visitors").json()
    client.logout()
    shown = client.get(f"/api/v1/guest/{made['link']}").json()

    assert (made["digits"], again["digits"], shown["digits"]) == ("246810",) * 3
    assert again["picture_qr"] == made["picture_qr"]
    assert made["picture_qr"].startswith("data:image/png;base64,")
    assert beside.status_code == 404
    assert (desk["with_code"], desk["picture"]) == (True, True)
    assert not {"digits", "picture_qr"} & (listed.keys() | desk.keys())


def test_a_picture_for_too_long_is_refused_in_words(client, host):
    refused = post(as_(client, host), "/my/visits", **invitation(picture=True, uses=5))

    assert (refused.status_code, refused.json()["key"]) == (422, "visits.picture_too_long")


def test_the_host_is_told_which_doors_he_may_give_and_which_are_usual(client, host, gates):
    club = DoorBrief(code="club", kind="door", place="hml", name=Words(zh="会所", en="club"))
    gates.his = [club, *WAY]

    home = as_(client, host).get(f"{API}/my/homes").json()["homes"][0]

    assert [(one["code"], one["usual"]) for one in home["doors"]] == [
        ("gate-s", True), ("door-b03", True), ("lift-b03", True), ("club", False),
    ]  # fmt: skip


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
        client.put(f"{API}/my/visits/{visit.pk}/tell", '{"tell": false}', "application/json"),
    ]

    assert {one.status_code for one in answers} == {404}
    assert client.get(f"{API}/my/visits").json()["items"] == []


def test_whether_one_is_told_of_a_guest_is_said_and_read_again(client, visit, host, guard):
    def say(body, id=visit.pk):
        return client.put(f"{API}/my/visits/{id}/tell", json.dumps(body), "application/json")

    as_(client, host)
    first = client.get(f"{API}/my/visits/{visit.pk}").json()["tell"]
    said = [say({"tell": tell}).json()["tell"] for tell in (False, False)]
    read = [
        client.get(f"{API}/my/visits/{visit.pk}").json()["tell"],
        client.get(f"{API}/my/visits").json()["items"][0]["tell"],
    ]
    malformed = [say(body).status_code for body in ({}, {"tell": "perhaps"}, {"tell": None})]
    elsewhere = say({"tell": True}, id=visit.pk + 1).status_code
    as_(client, guard)

    assert (first, said, read) == (True, [False, False], [False, False])
    assert (malformed, elsewhere, say({"tell": True}).status_code) == ([422, 422, 422], 404, 403)
    assert not Visit.rows.of("hml").get().tell


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


def test_a_guests_number_asks_for_a_factor_once_a_shift(client, visit, guard):
    as_(client, guard)
    at, whole = f"{API}/visits/{visit.pk}", f"{API}/visits/{visit.pk}?purpose=visitors"

    within = stale(client).get(whole)
    masked = stale(client, shift=True).get(at)
    over = client.get(whole)
    again = fresh(client).get(whole)

    assert (within.status_code, masked.status_code) == (200, 200)
    assert (over.status_code, over.json()["key"]) == (401, "identity.step_up_wanted")
    assert again.json()["phone"] == "+8613800138000"


@pytest.mark.parametrize(
    ("sought", "found"),
    [({"phone": "13800138000"}, 1), ({"phone": "13800138001"}, 0), ({"plate": "浙Z12345"}, 1),
     ({"plate": "浙Z1"}, 0), ({"phone": "13800138000", "state": "over"}, 0)],
)  # fmt: skip
def test_the_desk_finds_by_whole_numbers_which_stand_in_no_address(
    client, visit, guard, sought, found
):
    items = post(as_(client, guard), "/visits/search", **sought).json()["items"]
    in_address = client.get(f"{API}/visits", {"phone": "", **sought})

    assert len(items) == found
    assert (in_address.status_code, in_address.json()["key"]) == (
        422, "identity.number_in_address",
    )  # fmt: skip
    assert "/visits/search" in in_address.json()["message"]


@pytest.mark.parametrize(
    ("query", "found"),
    [("day=2026-06-02", 0), ("state=over", 0), (f"place={HOME}", 1), ("place=hml/b04", 0)],
)
def test_the_desk_narrows_its_list(client, visit, guard, query, found):
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
