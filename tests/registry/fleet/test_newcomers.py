"""Strangers on a line: noted once, let in or ignored by a person, bounded."""

import pytest

from linli.contracts import wires
from linli.contracts.effects import StrangerHeard
from linli.foundation.scope.paging import RecentPage
from linli.kernel.words import Words
from linli.registry.devices import operations as devices_of_register
from linli.registry.devices import queries as devices_of
from linli.registry.devices.operations import NewDevice
from linli.registry.fleet import logic, operations, queries
from linli.registry.fleet.models import Newcomer
from linli.registry.fleet.operations import Admission
from tests.registry.conftest import NOW
from tests.registry.devices.kit import topics

pytestmark = pytest.mark.django_db
API = "/api/v1/hml"


def heard(address="000000000161", *, line="fan-1", at=0.0, community="hml", **about):
    return StrangerHeard(
        id=f"s{address}{at}", at=NOW.timestamp() + at, community=community, cause="",
        line=line, address=address, about=about, sample="68 61",
    )  # fmt: skip


def listed(**narrowed):
    """Return who is listed, on the one page there is."""
    wanted = RecentPage(cursor="", limit=50)
    rows, after = queries.newcomers(community="hml", wanted=wanted, **narrowed)
    assert after is None
    return rows


def admission(code="meter-1"):
    return Admission(
        code=code, model="garage_co_sensor", name=Words(zh="新表", en="meter"), place="hml/p1"
    )


class TestStrangersHeard:
    def test_notes_a_stranger_once_and_when_he_was_heard_last(self, devices):
        operations.strangers_heard(effects=[heard(model="electricity_meter"), heard(at=9.0)])
        operations.strangers_heard(effects=[heard(at=60.0)])

        (row,) = listed()
        assert (row.address, row.suggested_model) == ("000000000161", "electricity_meter")
        assert (row.last_at - row.first_at).total_seconds() == 60.0

    def test_keeps_no_more_than_it_may(self, devices, monkeypatch):
        monkeypatch.setattr(logic, "MOST_NEWCOMERS", 3)

        operations.strangers_heard(effects=[heard(f"a{n}") for n in range(10)])

        assert Newcomer.rows.of("hml").count() == 3

    def test_those_heard_at_one_time_come_page_by_page_each_once(self, devices):
        times = (0.0, 0.0, 0.0, 9.25, 9.25, 60.000001)
        operations.strangers_heard(effects=[heard(f"a{n}", at=at) for n, at in enumerate(times)])

        found, cursors = [], [""]
        while cursors[-1] is not None:
            wanted = RecentPage(cursor=cursors[-1], limit=2)
            page, after = queries.newcomers(community="hml", wanted=wanted)
            found += page
            cursors.append(after)

        assert found == sorted(found, key=lambda row: (row.last_at, row.pk), reverse=True)
        assert len(found) == len(times)
        assert cursors[1] == f"{round(NOW.timestamp()) * 10**6 + 9_250_000}-{found[1].pk}"

    def test_each_community_sees_its_own(self, devices):
        operations.strangers_heard(effects=[heard(community="other")])

        assert listed() == []


class TestAdmit:
    def test_lets_him_in_behind_his_line(self, devices, account):
        operations.strangers_heard(effects=[heard()])
        (row,) = listed()

        device = operations.admit(
            community="hml", id=row.pk, admission=admission(), by=account, now=NOW
        )

        assert device.gateway.code == "fan-1"
        assert topics()[-3:] == ["DevicesEntered", "DirectoryChanged", "NewcomerAdmitted"]
        assert listed() == []
        assert devices_of.device(community="hml", code="meter-1").place.path == "hml/p1"

    def test_who_spoke_from_behind_a_member_is_put_behind_it(self, devices, account, monkeypatch):
        monkeypatch.setattr(wires.check, "_answer", lambda wire: None)
        behind = {"driver": "gb26875", "name": Words(zh="消防", en="fire"), "place": "hml"}
        devices_of_register.register_many(
            community="hml",
            devices=[
                NewDevice(code="line-9", model="gateway", **behind),
                NewDevice(code="ftx-9", model="gateway", gateway="line-9", address="77", **behind),
            ],
            now=NOW,
        )
        operations.strangers_heard(effects=[heard("77/1.1.40.9", line="line-9")])
        (row,) = listed()

        device = operations.admit(
            community="hml", id=row.pk, admission=admission(), by=account, now=NOW
        )

        assert (device.gateway.code, device.address, device.driver) == (
            "ftx-9", "1.1.40.9", "gb26875",
        )  # fmt: skip

    def test_refuses_to_let_him_in_twice(self, devices, account):
        operations.strangers_heard(effects=[heard()])
        (row,) = listed()
        operations.admit(community="hml", id=row.pk, admission=admission(), by=account, now=NOW)

        with pytest.raises(logic.AlreadyAdmitted):
            operations.admit(
                community="hml", id=row.pk, admission=admission("meter-2"), by=account, now=NOW
            )

    def test_ignored_twice_it_is_told_once(self, devices, account):
        operations.strangers_heard(effects=[heard()])
        (row,) = listed()

        for _ in range(2):
            operations.ignore(community="hml", id=row.pk, by=account, now=NOW)

        assert topics().count("NewcomerIgnored") == 1

    def test_one_ignored_can_still_be_let_in(self, devices, account):
        operations.strangers_heard(effects=[heard()])
        (row,) = listed()
        operations.ignore(community="hml", id=row.pk, by=account, now=NOW)

        operations.admit(community="hml", id=row.pk, admission=admission(), by=account, now=NOW)

        (found,) = listed(state="admitted")
        assert found.device.code == "meter-1"

    def test_refuses_who_is_not_there_and_who_is_in_another_community(self, devices, account):
        operations.strangers_heard(effects=[heard(community="other")])
        row = Newcomer.rows.of("other").get()

        with pytest.raises(logic.NewcomerNotFound):
            operations.admit(community="hml", id=row.pk, admission=admission(), by=account, now=NOW)


class TestDoors:
    def test_the_manager_lists_and_lets_in(self, client, sign_in, devices):
        operations.strangers_heard(effects=[heard(name="三号楼电表")])
        sign_in("manager")

        (one,) = client.get(f"{API}/newcomers").json()["items"]
        body = {"code": "meter-1", "model": "garage_co_sensor", "name": {"zh": "表"},
                "place": "hml/p1"}  # fmt: skip
        said = client.post(
            f"{API}/newcomers/{one['id']}/admit", body, content_type="application/json"
        )

        assert (one["name"], said.status_code, said.json()) == (
            "三号楼电表", 201, {"device": "meter-1"},
        )  # fmt: skip

    def test_a_guard_may_look_and_not_decide(self, client, sign_in, devices):
        operations.strangers_heard(effects=[heard()])
        sign_in("guard")

        (one,) = client.get(f"{API}/newcomers").json()["items"]
        said = client.post(f"{API}/newcomers/{one['id']}/ignore", {}, "application/json")

        assert said.status_code == 403

    def test_refuses_a_state_that_is_none(self, client, sign_in, devices):
        sign_in("guard")

        assert client.get(f"{API}/newcomers?state=odd").status_code == 422
