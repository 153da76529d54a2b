"""The tables of the catalogue, and what becomes of records by them."""

import pytest

from linli.drivers.mbus.driver import DRIVER
from linli.drivers.mbus.map import Map, Rule, readings
from linli.drivers.mbus.records import Record, Telegram
from tests.drivers.tables import wired, wires

TABLES = wires().maps(DRIVER)


def telegram(*records, status=0):
    return Telegram(
        identity="12345678",
        secondary="1234567824400107",
        manufacturer="PAD",
        version=1,
        medium=7,
        access=1,
        status=status,
        records=records,
    )


def table(**rule):
    rules = {"x": Rule(types=["energy_wh", "energy_j"], unit="kWh", **rule)}
    return Map(models=["m"], every="1h", properties=rules, status={"low": "battery_low"})


@pytest.mark.parametrize("name", TABLES)
def test_a_table_names_only_what_its_models_have_in_their_units(name):
    found = TABLES[name]

    for model in found.models:
        properties = wired("mbus", "m", model, "1").model.properties
        assert set(found.properties) | set(found.status) <= set(properties)
        units = {one: properties[one].unit for one in found.properties}
        assert units == {one: rule.unit for one, rule in found.properties.items()}


class TestReadings:
    @pytest.mark.parametrize(
        ("value", "unit", "kwh"), [(1274.0, "Wh", 1.274), (3.6e9, "J", 1000.0), (5.0, "kWh", 5.0)]
    )
    def test_gives_the_unit_of_the_model(self, value, unit, kwh):
        found, refused = readings(
            [telegram(Record(type="energy_wh", value=value, unit=unit))], table()
        )

        assert (found[0].value, refused) == (kwh, [])

    def test_a_unit_that_is_none_of_ours_is_refused(self):
        found, refused = readings(
            [telegram(Record(type="energy_wh", value=1.0, unit="H.C.A"))], table()
        )

        assert [reading.name for reading in found] == ["low"]
        assert refused == [("unit_of_x", b"H.C.A")]

    @pytest.mark.parametrize(
        "other",
        [
            {"function": "maximum"},
            {"storage": 1},
            {"tariff": 1},
            {"device": 1},
            {"qualified": True},
            {"value": None},
            {"value": "text"},
            {"type": "volume"},
        ],
    )
    def test_takes_no_other_record_for_it(self, other):
        record = Record(**{"type": "energy_wh", "value": 1.0, "unit": "Wh"} | other)

        found, _ = readings([telegram(record)], table())

        assert [reading.name for reading in found] == ["low"]

    def test_looks_into_every_telegram(self):
        record = Record(type="energy_wh", value=1000.0, unit="Wh", tariff=2)

        found, _ = readings([telegram(status=4), telegram(record)], table(tariff=2))

        assert {reading.name: reading.value for reading in found} == {"x": 1.0, "low": True}

    @pytest.mark.parametrize("every", ["0s", "often", ""])
    def test_a_table_without_a_period_is_refused(self, every):
        with pytest.raises(ValueError, match=r"span of time|greater"):
            Map(models=["m"], every=every, properties={})
