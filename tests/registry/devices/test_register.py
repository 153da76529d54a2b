import pytest
from msgspec import structs

from linli.devices import credential
from linli.foundation import sealing
from linli.kernel.words import Words
from linli.registry.devices import logic, operations, queries
from linli.registry.devices.entries import device_entries
from linli.registry.devices.models import Device, Point
from linli.registry.devices.operations import Changes
from linli.registry.places import queries as places
from linli.registry.scenes import queries as scenes
from tests.registry.conftest import FEW_STATEMENTS, NOW
from tests.registry.devices.kit import new, topics

pytestmark = pytest.mark.django_db


class TestRegister:
    def test_numbers_every_point_of_the_model_once(self, devices):
        rows = queries.points(community="hml", device=devices["co-1"])

        assert [row.name for row in rows] == [
            "co_mg_m3", "fault", "firmware_reported", "config_reported",
        ]  # fmt: skip
        assert len({row.number for row in Point.rows.of("hml")}) == Point.rows.of("hml").count()

    def test_moves_the_directory_on_and_says_so(self, devices):
        assert queries.version(community="hml") == 1
        assert topics().count("DirectoryChanged") == 1

    def test_refuses_a_code_twice_and_enters_nothing(self, devices):
        before = Device.rows.of("hml").count(), topics()

        for codes in (["co-3", "co-1"], ["co-3", "co-3"]):
            with pytest.raises(logic.CodeTaken):
                operations.register_many(
                    community="hml", devices=[new(code) for code in codes], now=NOW
                )

        assert (Device.rows.of("hml").count(), topics()) == before

    @pytest.mark.parametrize("code", ["A1", "a", "a/b", "a" * 49, "车", "a b"])
    def test_refuses_a_code_that_could_not_stand_in_a_topic(self, devices, code):
        with pytest.raises(logic.BadCode):
            operations.register(community="hml", device=new(code), now=NOW)

    def test_the_same_code_may_be_used_in_another_community(self, devices, other_estate):
        row = operations.register(community="other", device=new("co-1", place="other/p1"), now=NOW)

        assert row.pk != devices["co-1"].pk
        assert queries.device(community="hml", code="co-1").place.path == "hml/p1"

    def test_refuses_a_place_of_another_community(self, devices, other_estate):
        with pytest.raises(places.PlaceNotFound):
            operations.register(community="hml", device=new("co-9", place="other/p1"), now=NOW)

    def test_refuses_a_place_beyond_the_persons_area(self, devices):
        with pytest.raises(places.PlaceNotFound):
            operations.register(community="hml", device=new("co-9"), seen=["hml/b03"], now=NOW)

    def test_refuses_an_unknown_model_and_an_impossible_position(self, devices):
        with pytest.raises(queries.ModelNotFound):
            operations.register(community="hml", device=new("x-1", "perpetuum"), now=NOW)
        with pytest.raises(logic.BadPosition):
            operations.register(community="hml", device=new("x-1", position=(181.0, 0.0)), now=NOW)

    def test_a_gateway_may_be_entered_with_its_children(self, devices):
        rows = operations.register_many(
            community="hml",
            devices=[new("co-8", gateway="gw-1"), new("gw-1", "gateway")],
            now=NOW,
        )

        assert rows[0].gateway == rows[1]
        assert [r.code for r in queries.children(community="hml", gateway=rows[1])] == ["co-8"]

    def test_a_panel_stands_behind_a_line_and_its_loops_behind_it(self, devices):
        rows = operations.register_many(
            community="hml",
            devices=[
                new("co-8", gateway="gw-2"),
                new("gw-2", "gateway", gateway="gw-1"),
                new("gw-1", "gateway"),
            ],
            now=NOW,
        )

        assert [row.gateway.code if row.gateway else None for row in rows] == ["gw-2", "gw-1", None]

    def test_refuses_a_chain_that_is_too_long(self, devices):
        chain = [new(f"gw-{n}", "gateway", gateway=f"gw-{n - 1}") for n in range(2, 6)]

        with pytest.raises(logic.BadGateway):
            operations.register_many(
                community="hml", devices=[*chain, new("gw-1", "gateway")], now=NOW
            )

    def test_refuses_gateways_in_a_circle(self, devices):
        circle = [new("gw-1", "gateway", gateway="gw-2"), new("gw-2", "gateway", gateway="gw-1")]

        with pytest.raises(logic.BadGateway):
            operations.register_many(community="hml", devices=circle, now=NOW)

    def test_two_thousand_devices_take_few_statements(
        self, estate, answers, django_assert_max_num_queries
    ):
        many = [new(f"d-{n}") for n in range(2_300)]

        with django_assert_max_num_queries(FEW_STATEMENTS):
            operations.register_many(community="hml", devices=many, now=NOW)

        assert Point.rows.of("hml").count() == 9_200


class TestChange:
    def test_alters_only_what_is_said(self, devices):
        row = operations.change(
            community="hml",
            code="co-1",
            changes=Changes(name=Words(zh="新名", en="new"), place="hml/b03"),
            now=NOW,
        )

        assert (row.name_zh, row.place.path, row.enabled) == ("新名", "hml/b03", True)
        assert queries.version(community="hml") == 2

    def test_a_disabled_device_is_told_to_the_live_half(self, devices):
        operations.change(community="hml", code="co-1", changes=Changes(enabled=False), now=NOW)

        found = {one.code: one.enabled for one in scenes.directory("hml").devices}
        assert found["co-1"] is False

    def test_refuses_a_device_as_its_own_gateway(self, devices):
        with pytest.raises(logic.BadGateway):
            operations.change(
                community="hml", code="co-1", changes=Changes(gateway="co-1"), now=NOW
            )

    def test_refuses_another_community(self, devices, other_estate):
        with pytest.raises(queries.DeviceNotFound):
            operations.change(community="other", code="co-1", changes=Changes(), now=NOW)


class TestRotateCredential:
    def test_returns_the_secret_once_and_keeps_only_its_hash(self, devices):
        made = operations.rotate_credential(community="hml", code="co-1", now=NOW)

        row = queries.device(community="hml", code="co-1")
        assert made.username == "hml/co-1"
        assert made.secret not in row.secret_hash
        assert credential.verify(made.secret, row.secret_hash)

    def test_the_old_secret_is_void(self, devices):
        old = operations.rotate_credential(community="hml", code="co-1", now=NOW)

        operations.rotate_credential(community="hml", code="co-1", now=NOW)

        row = queries.device(community="hml", code="co-1")
        assert not credential.verify(old.secret, row.secret_hash)

    def test_the_live_half_alone_reads_the_key_of_a_sealed_device(self, devices):
        made = operations.rotate_credential(community="hml", code="co-1", sealed=True, now=NOW)

        entry = next(e for e in device_entries(community="hml") if e.code == "co-1")
        kept = bytes.fromhex(entry.link_key)
        assert bytes.fromhex(made.link_key) not in kept
        assert len(made.link_key) == 32
        assert sealing.open_sealed(kept, use="link of hml/co-1").hex() == made.link_key
        with pytest.raises(sealing.Unreadable):
            sealing.open_sealed(kept, use="link of hml/co-2")

    def test_a_sealed_device_stays_sealed_with_another_key(self, devices):
        old = operations.rotate_credential(community="hml", code="co-1", sealed=True, now=NOW)

        made = operations.rotate_credential(community="hml", code="co-1", now=NOW)

        assert made.link_key not in ("", old.link_key)

    def test_a_device_speaks_in_the_clear_again_when_that_is_asked(self, devices):
        operations.rotate_credential(community="hml", code="co-1", sealed=True, now=NOW)

        made = operations.rotate_credential(community="hml", code="co-1", sealed=False, now=NOW)

        assert made.link_key == ""
        assert queries.device(community="hml", code="co-1").link_key == ""

    def test_who_speaks_a_field_protocol_is_not_sealed(self, devices):
        Device.rows.of("hml").filter(code="co-1").update(driver="modbus")
        before = queries.device(community="hml", code="co-1").secret_hash

        with pytest.raises(logic.NotSealable):
            operations.rotate_credential(community="hml", code="co-1", sealed=True, now=NOW)

        row = queries.device(community="hml", code="co-1")
        assert (row.link_key, row.secret_hash) == ("", before)


class TestGrowPoints:
    def test_numbers_what_the_model_gained_and_keeps_old_numbers(
        self, devices, known_models, monkeypatch
    ):
        before = {row.name: row.number for row in devices["co-1"].points.of("hml")}
        old = known_models["garage_co_sensor"]
        grown = structs.replace(old, properties={**old.properties, "humidity_pct": None})
        monkeypatch.setitem(known_models, "garage_co_sensor", grown)

        added = operations.grow_points(community="hml", now=NOW)

        after = {row.name: row.number for row in devices["co-1"].points.of("hml")}
        assert added == 2
        assert before.items() <= after.items()
        assert "humidity_pct" in after

    def test_done_again_changes_nothing(self, devices):
        assert operations.grow_points(community="hml", now=NOW) == 0
        assert queries.version(community="hml") == 1


class TestDirectory:
    def test_holds_everything_the_live_half_needs(self, devices):
        found = scenes.directory("hml")

        assert [one.code for one in found.devices] == ["co-1", "co-2", "fan-1", "speaker-1"]
        assert {one.device for one in found.points} == set(devices)
        assert "hml/p1" in {one.path for one in found.places}
        assert not any(one.path.startswith("@") for one in found.places)

    def test_asks_the_database_a_fixed_number_of_times(self, devices, django_assert_num_queries):
        with django_assert_num_queries(10):
            scenes.directory("hml")

    def test_another_community_is_empty(self, devices, other_estate):
        assert scenes.directory("other").devices == []
