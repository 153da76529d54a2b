"""Devices cared for: maintenance that ends by itself, units replaced, many altered at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import msgspec
import pytest
from django.db import connection
from django.utils import timezone

from linli.contracts import wires
from linli.devices import credential
from linli.foundation.identity import operations as identity
from linli.foundation.outbox import operations as outbox
from linli.foundation.outbox.models import Outgoing
from linli.kernel.fault import Fault
from linli.kernel.words import Words
from linli.registry.devices import entries, jobs, logic, operations, queries
from linli.registry.devices.models import Device, FormerUnit, Point
from linli.registry.devices.operations import Changes, Unit
from tests.registry.conftest import NOW
from tests.registry.devices.kit import later, new, topics

API = "/api/v1/hml"


@pytest.fixture
def account(db):
    return identity.open_account(username="keeper", name="丁一", password="long enough 7").account


def maintain(account, code="co-1", *, until=None, reason="更换电池", now=NOW, seen=()):
    return operations.maintain(
        community="hml", code=code, until=until or later(hours=2), reason=reason, by=account,
        seen=seen, now=now,
    )  # fmt: skip


def replace(account, code="co-1", *, serial="SN2", reason="进水损坏", now=NOW, seen=(), **unit):
    return operations.replace(
        community="hml", code=code, unit=Unit(serial=serial, **unit), reason=reason, by=account,
        seen=seen, now=now,
    )  # fmt: skip


def entry(code):
    return next(one for one in entries.device_entries(community="hml") if one.code == code)


def news(before):
    return topics()[len(before) :]


def last(topic):
    row = Outgoing.objects.filter(topic=topic).order_by("-id").first()
    return msgspec.json.decode(bytes(row.body))


@pytest.mark.django_db
class TestMaintain:
    def test_the_live_half_is_told_until_when(self, devices, account):
        before = topics()

        row = maintain(account)

        assert (row.maintenance_until, row.maintenance_reason) == (later(hours=2), "更换电池")
        assert entry("co-1").maintenance_until == later(hours=2).timestamp()
        assert entry("co-2").maintenance_until == 0.0
        assert news(before) == ["DeviceMaintenanceBegan", "DirectoryChanged"]
        assert last("DirectoryChanged")["cause"] == last("DeviceMaintenanceBegan")["id"]

    def test_said_again_nothing_is_told_and_said_otherwise_it_changes(self, devices, account):
        maintain(account)
        before = topics()

        maintain(account)
        unchanged = news(before)
        row = maintain(account, until=later(hours=3))

        assert unchanged == []
        assert row.maintenance_until == later(hours=3)

    @pytest.mark.parametrize("hours", [0, -1, 24 * 91])
    def test_refuses_a_time_that_cannot_be_meant(self, devices, account, hours):
        with pytest.raises(logic.BadUntil):
            maintain(account, until=later(hours=hours))

    @pytest.mark.parametrize("reason", ["", " x ", "长" * 201])
    def test_refuses_a_reason_that_says_nothing(self, devices, account, reason):
        with pytest.raises(logic.ReasonNeeded):
            maintain(account, reason=reason)

    def test_nobody_maintains_what_he_does_not_see(self, devices, account):
        for code, seen in (("co-1", ("hml/b03",)), ("co-99", ())):
            with pytest.raises(queries.DeviceNotFound):
                maintain(account, code, seen=seen)

        assert not Device.rows.of("hml").filter(maintenance_until__isnull=False).exists()

    def test_ends_by_itself_and_once(self, devices, account, monkeypatch):
        maintain(account)
        maintain(account, "co-2", until=later(hours=9))
        before = topics()

        ended = [jobs.end_maintenance(later(hours=2)) for _ in range(2)]

        row = queries.device(community="hml", code="co-1")
        assert ended == [1, 0]
        assert (row.maintenance_until, row.maintenance_reason) == (None, "")
        assert news(before) == ["DeviceMaintenanceEnded", "DirectoryChanged"]
        assert last("DeviceMaintenanceEnded")["by"] == 0

    def test_ends_when_it_is_said_and_said_twice_it_ends_once(self, devices, account):
        maintain(account)
        before = topics()

        for _ in range(2):
            operations.release(community="hml", code="co-1", by=account, now=NOW)

        assert news(before) == ["DeviceMaintenanceEnded", "DirectoryChanged"]
        assert last("DeviceMaintenanceEnded")["by"] == account

    def test_peoples_commands_still_go(self, devices, account):
        maintain(account, "fan-1")

        row = operations.request_command(
            community="hml", device="fan-1", service="fan.on", args={}, key="k", by=account, now=NOW
        )

        assert row.state == "queued"

    def test_the_list_can_be_asked_for_those_in_maintenance(self, devices, account):
        maintain(account)

        found = [
            queries.codes(community="hml", sought=queries.Sought(maintained=maintained))
            for maintained in (True, False, None)
        ]

        assert [len(codes) for codes in found] == [1, 3, 4]


@pytest.mark.django_db
class TestReplace:
    def test_code_place_points_and_history_stay(self, devices, account):
        before = [
            (one.number, one.name)
            for one in queries.points(community="hml", device=devices["co-1"])
        ]

        row, _ = replace(account)

        after = [(one.number, one.name) for one in queries.points(community="hml", device=row)]
        assert (row.pk, row.code, row.serial, row.place.path) == (
            devices["co-1"].pk, "co-1", "SN2", "hml/p1",
        )  # fmt: skip
        assert after == before

    def test_the_old_serials_are_kept_the_last_first(self, devices, account):
        replace(account)
        replace(account, serial="SN3", now=later(days=1), reason="又坏了")

        former = queries.detail(community="hml", code="co-1")[4]

        assert [(one.serial, one.reason, one.until) for one in former] == [
            ("SN2", "又坏了", later(days=1)), ("", "进水损坏", NOW),
        ]  # fmt: skip

    def test_the_old_units_secret_is_void(self, devices, account):
        old = operations.rotate_credential(community="hml", code="co-1", now=NOW)

        row, made = replace(account)

        assert credential.verify(made.secret, kept=row.secret_hash)
        assert not credential.verify(old.secret, kept=row.secret_hash)

    def test_a_sealed_device_gets_a_key_for_its_new_unit(self, devices, account):
        old = operations.rotate_credential(community="hml", code="co-1", sealed=True, now=NOW)

        made = replace(account)[1]

        assert made.link_key not in ("", old.link_key)

    def test_one_that_signs_in_with_nothing_gets_no_secret(self, devices, account):
        assert replace(account)[1] is None

    def test_another_model_keeps_the_points_that_it_shares_and_numbers_the_others(
        self, devices, account, known_models
    ):
        old = {one.name: one.number for one in Point.rows.of("hml").filter(device=devices["co-1"])}

        row, _ = replace(account, model="indoor_air_monitor")

        now = {one.name: one.number for one in Point.rows.of("hml").filter(device=row)}
        assert row.model == "indoor_air_monitor"
        assert old.items() <= now.items()
        assert set(known_models["indoor_air_monitor"].points()) <= now.keys()
        assert last("DeviceReplaced")["before"] == "garage_co_sensor"

    def test_the_same_unit_is_no_replacement_so_said_twice_it_is_done_once(self, devices, account):
        replace(account)

        with pytest.raises(logic.SameSerial):
            replace(account)

        assert FormerUnit.rows.of("hml").count() == 1

    def test_refuses_a_unit_that_stands_elsewhere(self, devices, account):
        replace(account, "co-2")

        with pytest.raises(logic.SerialTaken):
            replace(account)

    def test_refuses_what_the_driver_refuses_and_changes_nothing(
        self, devices, account, monkeypatch
    ):
        class Refused(Fault):
            key = "drivers.bad_options"

        def refuse(wire):
            raise Refused

        Device.rows.of("hml").filter(code="co-1").update(driver="dlt645", address="1")
        monkeypatch.setattr(wires.check, "_answer", refuse)

        with pytest.raises(Refused):
            replace(account, address="2", options={"password": "x"})

        assert queries.device(community="hml", code="co-1").address == "1"
        assert not FormerUnit.rows.of("hml").exists()

    @pytest.mark.parametrize(
        ("said", "refusal"),
        [
            ({"serial": " "}, logic.SerialNeeded),
            ({"serial": "x" * 65}, logic.SerialNeeded),
            ({"reason": "x"}, logic.ReasonNeeded),
            ({"model": "teapot"}, queries.ModelNotFound),
            ({"seen": ("hml/b03",)}, queries.DeviceNotFound),
            ({"code": "co-99"}, queries.DeviceNotFound),
        ],
    )
    def test_refuses_what_will_not_do(self, devices, account, said, refusal):
        with pytest.raises(refusal):
            replace(account, **said)

        assert not FormerUnit.rows.of("hml").exists()

    def test_a_masked_secret_of_the_old_unit_stays(self, devices, account, monkeypatch):
        monkeypatch.setattr(wires.check, "_answer", lambda wire: None)
        Device.rows.of("hml").filter(code="co-1").update(driver="d", options={"password": "p"})

        row, _ = replace(account, options={"password": logic.MASKED, "level": "02"})

        assert row.options == {"password": "p", "level": "02"}


@pytest.mark.django_db
class TestChangeEach:
    def test_alters_who_can_be_and_says_why_not_of_the_others(self, devices):
        refused = operations.change_each(
            community="hml",
            changes={
                "co-1": Changes(name=Words(zh="新", en="new")),
                "co-2": Changes(place="hml/b99"),
                "co-99": Changes(enabled=False),
                "fan-1": Changes(gateway="fan-1"),
            },
            now=NOW,
        )

        assert {code: fault.key for code, fault in refused.items()} == {
            "co-2": "places.not_found",
            "co-99": "devices.not_found",
            "fan-1": "devices.bad_gateway",
        }
        assert queries.device(community="hml", code="co-1").name_zh == "新"

    def test_tells_the_live_half_once(self, devices):
        before = queries.version(community="hml")

        operations.change_each(
            community="hml", changes=dict.fromkeys(devices, Changes(enabled=False)), now=NOW
        )

        assert queries.version(community="hml") == before + 1

    def test_all_or_none_where_that_is_wanted(self, devices):
        with pytest.raises(queries.DeviceNotFound):
            operations.change_many(
                community="hml",
                changes={"co-1": Changes(enabled=False), "co-99": Changes(enabled=False)},
                now=NOW,
            )

        assert queries.device(community="hml", code="co-1").enabled

    def test_two_at_one_address_alter_nothing(self, devices, monkeypatch):
        monkeypatch.setattr(wires.check, "_answer", lambda wire: None)
        wanted = Changes(gateway="fan-1", driver="d", address="7")

        with pytest.raises(logic.AddressTaken):
            operations.change_each(
                community="hml", changes={"co-1": wanted, "co-2": wanted}, now=NOW
            )

        assert not Device.rows.of("hml").exclude(address="").exists()


@pytest.fixture
def awake(monkeypatch):
    monkeypatch.setattr(outbox.wake, "_answer", lambda: None)


@pytest.mark.django_db(transaction=True)
def test_two_who_replace_at_once_put_in_one_unit(awake, devices, account):
    ready = Barrier(2)

    def one(_):
        try:
            ready.wait(20)
            return replace(account)[0].serial
        except Fault as fault:
            return fault.key
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as people:
        said = sorted(people.map(one, range(2)))

    assert said == ["SN2", "devices.same_serial"]
    assert FormerUnit.rows.of("hml").count() == 1


@pytest.mark.django_db
class TestDoors:
    def _maintain(self, client, code="co-1", **body):
        return client.put(
            f"{API}/devices/{code}/maintenance", body, content_type="application/json"
        )

    def _replace(self, client, **body):
        return client.post(f"{API}/devices/co-1/replace", body, content_type="application/json")

    def test_a_manager_begins_and_ends_maintenance(self, client, sign_in, devices):
        sign_in("manager")
        until = "2126-01-01T00:00:00Z"
        too_far = self._maintain(client, until=until, reason="更换电池")
        soon = timezone.now() + timedelta(hours=1)

        begun = self._maintain(client, until=soon.isoformat(), reason="更换电池")
        listed = client.get(f"{API}/devices?maintenance=true").json()["items"]
        shown = client.get(f"{API}/devices/co-1").json()
        ended = client.delete(f"{API}/devices/co-1/maintenance")

        assert too_far.json()["key"] == "devices.bad_until"
        assert [one["code"] for one in listed] == ["co-1"]
        assert (begun.status_code, shown["maintenance_reason"]) == (200, "更换电池")
        assert ended.json()["maintenance_until"] is None

    def test_a_guard_neither_maintains_nor_replaces(self, client, sign_in, devices):
        sign_in("guard")

        said = [
            self._maintain(client, until="2126-01-01T00:00:00Z", reason="更换电池"),
            client.delete(f"{API}/devices/co-1/maintenance"),
            self._replace(client, serial="SN2", reason="进水损坏"),
        ]

        assert [one.status_code for one in said] == [403, 403, 403]

    def test_a_manager_replaces_and_sees_what_stood_there(self, client, sign_in, devices):
        operations.rotate_credential(community="hml", code="co-1", now=NOW)
        sign_in("manager")

        said = self._replace(client, serial="SN2", reason="进水损坏").json()
        shown = client.get(f"{API}/devices/co-1").json()

        assert said["credential"]["username"] == "hml/co-1"
        assert said["device"]["code"] == "co-1"
        assert [one["reason"] for one in shown["former_units"]] == ["进水损坏"]

    @pytest.mark.parametrize(
        "body", [{}, {"serial": ""}, {"serial": "S", "reason": "坏了", "x": 1}]
    )
    def test_refuses_forms_that_are_none(self, client, sign_in, devices, body):
        sign_in("manager")

        assert self._replace(client, **body).status_code == 422

    def test_another_community_does_not_find_it(self, client, sign_in, devices, other_estate):
        sign_in("manager", "other")

        said = client.delete("/api/v1/other/devices/co-1/maintenance")

        assert said.status_code == 404


@pytest.mark.django_db
def test_devices_that_came_are_told_with_the_first_of_them(estate, answers):
    operations.register_many(
        community="hml", devices=[new(f"co-{n:02}") for n in range(30)], now=NOW
    )

    fact = last("DevicesEntered")
    assert (fact["count"], len(fact["devices"])) == (30, 20)
