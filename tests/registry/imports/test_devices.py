"""Devices by file: looked at, all or nothing, the same twice, wrong cells named, out and in."""

import csv as csv_module
import io
import json
import re

import pytest

from linli.app import wiring
from linli.contracts import sentences, wires
from linli.foundation.identity import operations as identity
from linli.foundation.identity.queries import Actor, NotAllowed
from linli.foundation.outbox.models import Outgoing
from linli.registry.devices import operations as device_operations
from linli.registry.devices import queries as devices_of
from linli.registry.devices.models import Device, Point
from linli.registry.imports import operations
from linli.web.sentences import said as words
from tests.registry.conftest import FEW_STATEMENTS, NOW
from tests.registry.devices.kit import answers, devices, known_models, known_scenes, new
from tests.registry.imports.conftest import csv, xlsx
from tests.registry.people.conftest import TODAY

__all__ = ["answers", "devices", "known_models", "known_scenes"]

pytestmark = pytest.mark.django_db
API = "/api/v1/hml"
HEAD = ["设备编号", "型号", "名称", "位置", "网关编号", "序列号", "协议", "通信地址", "协议参数",
        "经纬度", "安装日期"]  # fmt: skip
LINE = ["line-1", "gateway", "电表线路", "hml", "", "", "dlt645", "", "listen=127.0.0.1:0", "", ""]
METER = ["meter-1", "electricity_meter", "一号电表", "hml/b03", "line-1", "SN1", "dlt645",
         "000000000161", "password=000000;operator=00000001", "120.1,30.2",
         "2026-05-01"]  # fmt: skip
SENSOR = ["co-1", "garage_co_sensor", "探头", "hml/p1", "", "", "", "", "", "", ""]


@pytest.fixture
def account(db):
    return identity.open_account(username="desk", name="前台", password="long enough 7").account


@pytest.fixture(autouse=True)
def wired(answers, monkeypatch, known_models):
    monkeypatch.setattr(sentences.sentence, "_answer", words)
    monkeypatch.setattr(wires.check, "_answer", lambda wire: wiring.the_wires().check(wire))
    monkeypatch.setattr(wires.protocols, "_answer", lambda: wiring.the_wires().protocols())
    monkeypatch.setattr(wires.secrets, "_answer", lambda name: frozenset({"password"}))


def preview(account, *rows, form=csv, holds=lambda permission: True, head=HEAD):
    return operations.preview(
        community="hml", account=account, kind="devices", content=form(head, *rows),
        holds=holds, now=NOW, today=TODAY,
    )  # fmt: skip


def both(account, *rows, form=csv):
    shown = preview(account, *rows, form=form)
    assert shown.errors == []
    done = operations.confirm(
        community="hml", account=account, kind="devices", token=shown.token,
        holds=lambda permission: True, now=NOW, today=TODAY,
    )  # fmt: skip
    assert (done.created, done.changed, done.same) == (shown.new, shown.changed, shown.same)
    return done.created, done.changed, done.same


def wrong(shown):
    return [(error.row, error.column, error.message.zh) for error in shown.errors]


def changed(row, **cells):
    at = {"code": 0, "model": 1, "name": 2, "place": 3, "gateway": 4, "serial": 5, "driver": 6,
          "address": 7, "options": 8, "position": 9, "on": 10}  # fmt: skip
    out = list(row)
    for name, value in cells.items():
        out[at[name]] = value
    return out


class TestImport:
    @pytest.mark.parametrize("form", [csv, xlsx])
    def test_enters_devices_with_the_gateways_that_come_with_them(self, estate, account, form):
        rows = [METER, LINE, SENSOR] if form is xlsx else [
            [f'"{cell}"' if "," in cell else cell for cell in row] for row in (METER, LINE, SENSOR)
        ]  # fmt: skip

        assert both(account, *rows, form=form) == (3, 0, 0)

        meter = devices_of.device(community="hml", code="meter-1")
        assert (meter.gateway.code, meter.address, meter.longitude_deg) == (
            "line-1", "000000000161", 120.1,
        )  # fmt: skip
        assert meter.options == {"password": "000000", "operator": "00000001"}
        assert str(meter.installed_on) == "2026-05-01"
        assert Point.rows.of("hml").filter(device=meter).exists()

    def test_looked_at_nothing_is_written(self, estate, account):
        shown = preview(account, SENSOR)

        assert (shown.new, bool(shown.token)) == (1, True)
        assert not Device.rows.of("hml").exists()

    def test_a_second_time_all_is_the_same(self, estate, account):
        rows = [LINE, METER, SENSOR]
        both(account, *rows, form=xlsx)

        assert both(account, *rows, form=xlsx) == (0, 0, 3)

    def test_only_what_is_filled_in_changes(self, estate, account):
        both(account, LINE, METER, form=xlsx)

        said = both(
            account,
            changed(METER, name="新名", serial="", position="", options="", on=""),
            form=xlsx,
        )

        row = devices_of.device(community="hml", code="meter-1")
        assert said == (0, 1, 0)
        assert (row.name_zh, row.serial, row.longitude_deg) == ("新名", "SN1", 120.1)

    def test_tells_the_live_half_once_and_says_that_devices_came(self, estate, account):
        both(account, SENSOR, changed(SENSOR, code="co-2"))

        assert list(Outgoing.objects.order_by("id").values_list("topic", flat=True))[-2:] == [
            "DevicesEntered", "DirectoryChanged",
        ]  # fmt: skip

    def test_options_as_json_keep_their_types(self, estate, account):
        both(account, changed(LINE, options='{"listen": "127.0.0.1:0"}'), form=xlsx)

        assert devices_of.device(community="hml", code="line-1").options == {
            "listen": "127.0.0.1:0"
        }

    def test_two_thousand_three_hundred_come_in_by_few_statements(
        self, estate, account, django_assert_max_num_queries
    ):
        rows = [changed(SENSOR, code=f"co-{n:04}") for n in range(2300)]

        with django_assert_max_num_queries(FEW_STATEMENTS):
            assert both(account, *rows) == (2300, 0, 0)
        with django_assert_max_num_queries(FEW_STATEMENTS):
            assert both(account, *[changed(row, name="新名") for row in rows]) == (0, 2300, 0)


class TestRefuse:
    def test_names_every_wrong_cell_in_words_and_gives_no_token(self, estate, account):
        shown = preview(
            account,
            changed(SENSOR, code="CO 1"),
            changed(SENSOR, code="co-2", model="teapot"),
            changed(SENSOR, code="co-3", place="hml/b99"),
            changed(SENSOR, code="co-4", gateway="gw-9"),
            changed(SENSOR, code="co-5", position="200,100"),
            changed(SENSOR, code="co-6", position="here"),
            changed(SENSOR, code="co-7", options="{"),
            changed(SENSOR, code="co-8", on="昨天"),
            SENSOR,
            SENSOR,
            changed(SENSOR, code="co-9", driver="smoke-signals"),
            form=xlsx,
        )

        assert [(row, column) for row, column, _ in wrong(shown)] == [
            (2, "设备编号"), (3, "型号"), (4, "位置"), (5, "网关编号"), (6, "经纬度"),
            (7, "经纬度"), (8, "协议参数"), (9, "安装日期"), (11, "设备编号"), (12, "协议"),
        ]  # fmt: skip
        assert shown.token is None
        assert not any(re.fullmatch(r"[a-z_.]*", text) for _, _, text in wrong(shown))

    def test_what_the_driver_refuses_stands_at_its_cell(self, estate, account):
        both(account, LINE)

        shown = preview(
            account,
            changed(METER, code="m-1", address=""),
            changed(METER, code="m-2", options="colour=red;listen"),
            changed(METER, code="m-3", address="1", options='{"password": 7}'),
            form=xlsx,
        )

        assert [(row, column) for row, column, _ in wrong(shown)] == [
            (2, "通信地址"), (3, "协议参数"), (4, "协议参数"),
        ]  # fmt: skip

    def test_an_address_twice_on_one_line(self, estate, account):
        both(account, LINE, METER, form=xlsx)

        shown = preview(account, changed(METER, code="m-2"), form=xlsx)

        assert wrong(shown) == [(2, "通信地址", "同一线路上“meter-1”已使用这个地址。")]

    def test_two_devices_of_the_register_may_change_addresses(self, estate, account):
        second = changed(METER, code="meter-2", address="000000000162")
        both(account, LINE, METER, second, form=xlsx)

        shown = preview(
            account, changed(METER, address="000000000163"), changed(second, address=METER[7]),
            form=xlsx,
        )  # fmt: skip

        assert shown.errors == []

    def test_gateways_in_a_circle_and_too_deep(self, estate, account):
        chain = [changed(SENSOR, code=f"g-{n}", model="gateway") for n in range(5)]
        circle = [changed(chain[0], gateway="g-1"), changed(chain[1], gateway="g-0")]
        deep = [changed(row, gateway=f"g-{n - 1}" if n else "") for n, row in enumerate(chain)]

        assert {row for row, _, _ in wrong(preview(account, *circle))} == {2, 3}
        assert [row for row, _, _ in wrong(preview(account, *deep))] == [6]

    def test_another_model_is_no_change(self, estate, account):
        both(account, SENSOR)

        shown = preview(account, changed(SENSOR, model="smoke_detector"))

        assert wrong(shown) == [(2, "型号", "已登记的设备是另一种型号；换新设备请用“更换”。")]

    def test_a_masked_secret_is_none_for_a_new_device(self, estate, account):
        shown = preview(
            account, LINE, changed(METER, options="password=•••;operator=00000001"), form=xlsx
        )

        assert [row for row, _, _ in wrong(shown)] == [3]

    def test_who_may_not_write_devices(self, estate, account):
        with pytest.raises(NotAllowed):
            preview(account, SENSOR, holds=lambda permission: permission != "devices.write")

    def test_all_or_nothing_when_the_register_changed_meanwhile(self, estate, account):
        shown = preview(account, SENSOR, changed(SENSOR, code="co-2", gateway="co-1"))
        device_operations.register(community="hml", device=new("co-2", "smoke_detector"), now=NOW)

        with pytest.raises(operations.HasErrors):
            operations.confirm(
                community="hml", account=account, kind="devices", token=shown.token,
                holds=lambda permission: True, now=NOW, today=TODAY,
            )  # fmt: skip
        assert [row.code for row in Device.rows.of("hml")] == ["co-2"]


class TestExport:
    def export(self, account, form="csv", **more):
        actor = Actor(
            account=account, name="x", community="hml", roles=frozenset({"manager"}), **more
        )
        return operations.export(
            actor=actor, kind="devices", form=form, purpose="", language="zh-hans", now=NOW
        ).content

    @pytest.mark.parametrize("form", ["csv", "xlsx"])
    def test_what_goes_out_comes_in_again_as_the_same_and_tells_no_secret(
        self, estate, account, form
    ):
        both(account, LINE, METER, SENSOR, form=xlsx)

        content = self.export(account, form)

        shown = operations.preview(
            community="hml", account=account, kind="devices", content=content,
            holds=lambda permission: True, now=NOW, today=TODAY,
        )  # fmt: skip
        assert (shown.errors, shown.new, shown.changed, shown.same) == ([], 0, 0, 3)
        assert b"000000;" not in content

    def test_secrets_are_masked(self, estate, account):
        both(account, LINE, METER, form=xlsx)

        rows = list(
            csv_module.DictReader(self.export(account).decode("utf-8-sig").splitlines()[1:])
        )

        meter = next(row for row in rows if row["设备编号"] == "meter-1")
        assert json.loads(meter["协议参数"])["password"] == "•••"


class TestDoors:
    def test_a_manager_looks_and_confirms(self, client, sign_in, estate):
        sign_in("manager")
        file = io.BytesIO(csv(HEAD, SENSOR))
        file.name = "devices.csv"

        shown = client.post(f"{API}/imports/devices/preview", {"file": file}).json()
        done = client.post(
            f"{API}/imports/devices", {"token": shown["token"]}, content_type="application/json"
        )

        assert done.json() == {"created": 1, "changed": 0, "same": 0}
        assert client.get(f"{API}/exports/devices.csv").status_code == 200
        assert client.get(f"{API}/imports/devices/template.xlsx").status_code == 200

    def test_a_guard_does_not(self, client, sign_in, estate):
        sign_in("guard")
        file = io.BytesIO(csv(HEAD, SENSOR))

        assert client.post(f"{API}/imports/devices/preview", {"file": file}).status_code == 403
