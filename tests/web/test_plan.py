"""The plan that residents see: what is there for everybody, and nothing beside."""

import json

import pytest

from linli.domains.parking.models import Lot, Stay
from linli.registry.devices import asks
from linli.registry.devices.models import Device
from linli.registry.people.models import Household, Membership, Person
from linli.registry.places import operations as places
from linli.registry.places.logic import NewPlace
from linli.registry.places.models import Place
from tests.domains.charging.conftest import people, shed, site, wiring
from tests.registry.conftest import NOW, square

__all__ = ["people", "shed", "site", "wiring"]

pytestmark = pytest.mark.django_db
AT = "/api/v1/hml/my/plan"
SECRETS = ("李四", "浙A", "b04-", "pump", "cam-", "101", "hml/")
"""Whoever lives there, plates, plant rooms, cameras, rooms, paths: what no plan says."""


def put(kind, code, parent="hml", **more):
    zh = more.pop("zh", code)
    row = NewPlace(kind=kind, code=code, parent=parent, name_zh=zh, name_en=zh, **more)
    places.add_many(community="hml", places=[row], now=NOW)


def device(code, model, path, **more):
    Device.rows.create(
        community="hml", code=code, model=model, name_zh=f"{code} 的名字", name_en=code,
        place=Place.rows.of("hml").get(path=path), registered_at=NOW, **more,
    )  # fmt: skip


def lives(account, path, name):
    person = Person.rows.create(community="hml", code=name, name=name, account_id=account)
    room = Place.rows.of("hml").get(path=path)
    home = Household.rows.create(community="hml", room=room, occupancy="owner")
    Membership.rows.create(community="hml", household=home, person=person, relation="head")


@pytest.fixture
def estate_full(estate, shed, site, monkeypatch):
    """Return an estate where everything stands, of people and devices too."""
    monkeypatch.setattr(asks.twin, "_answer", lambda community, codes: [])
    put("building", "b04", geometry=square(), zh="4号楼")
    put("gate", "gate-s", geometry={"type": "Point", "coordinates": [120.5, 30.1]}, zh="南门")
    put("public_room", "pump-house", geometry=square(), zh="生活水泵房")
    put("zone", "inner", parent="hml/b03", geometry=square(), zh="楼内分区")
    device("aed-1", "aed_cabinet", "hml/gate-s", longitude_deg=120.4, latitude_deg=30.2)
    device("aed-2", "aed_cabinet", "hml/b03/u1/f01/101")
    device("aed-3", "aed_cabinet", "hml/gate-s", enabled=False)
    device("cam-1", "camera", "hml/gate-s")
    lot = Lot.rows.create(
        community="hml", code="p1", name_zh="地下车库", name_en="Garage", capacity=3,
        place=Place.rows.of("hml").get(path="hml/p1"),
    )  # fmt: skip
    Stay.rows.create(
        community="hml", lot=lot, plate="浙A12345", kind="visitor", state="inside", entered_at=NOW
    )


@pytest.fixture
def shown(client, sign_in, estate_full):
    """Return what a resident of 101 is answered; his neighbour lives in building 4."""
    put("room", "101", parent="hml/b04", zh="101室")
    lives(sign_in("resident"), "hml/b03/u1/f01/101", "王小和")
    lives(None, "hml/b04/101", "李四")
    answer = client.get(AT)
    assert answer.status_code == 200
    return answer


def test_shows_what_lies_out_of_doors_and_which_house_is_ones_own(shown):
    shapes = {(one["kind"], one["name"]["zh"]): one["own"] for one in shown.json()["shapes"]}

    assert shapes == {("building", "3号楼"): True, ("building", "4号楼"): False}


def test_shows_what_is_free_where_one_charges_and_parks(shown):
    spots = {one["kind"]: one for one in shown.json()["spots"]}

    assert [one["kind"] for one in shown.json()["spots"]] == [
        "ev", "ebike", "parking", "aed", "gate",
    ]  # fmt: skip
    assert (spots["ebike"]["code"], spots["ebike"]["all"]) == ("shed1", 1)
    assert spots["ev"]["tariff"]["id"] == "ev_by_hour"
    assert (spots["parking"]["free"], spots["parking"]["all"]) == (2, 3)
    assert spots["gate"]["position"] == [120.5, 30.1]
    assert (spots["aed"]["name"]["zh"], spots["aed"]["position"]) == ("南门", [120.4, 30.2])


def test_says_nothing_of_others_nor_of_devices(shown):
    said = json.dumps(shown.json(), ensure_ascii=False)

    assert [one for one in SECRETS if one in said] == []


def test_a_site_and_a_lot_that_are_closed_have_nothing_free(shown, client):
    Lot.rows.of("hml").update(open=False)
    shown_again = client.get(AT).json()

    [lot] = [one for one in shown_again["spots"] if one["kind"] == "parking"]
    assert (lot["open"], lot["free"]) == (False, 0)


@pytest.mark.parametrize(("role", "status"), [("guard", 403), ("third_party", 403)])
def test_is_no_door_for_who_does_not_live_there(client, estate, sign_in, role, status):
    sign_in(role)

    assert client.get(AT).status_code == status


def test_a_neighbourhood_is_not_shown_to_who_lives_in_another(client, estate, sign_in):
    sign_in("resident", community="other")

    assert client.get(AT).status_code == 403


def test_an_estate_without_anything_is_empty(client, estate, sign_in):
    Place.rows.of("hml").update(geometry=None)
    sign_in("resident")

    assert client.get(AT).json() == {"shapes": [], "spots": []}
