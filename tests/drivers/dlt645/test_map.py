"""The tables of the catalogue, and options of the register."""

import msgspec
import pytest

from linli.drivers.dlt645.map import Map
from linli.drivers.dlt645.options import Line, Meter
from linli.drivers.known import driver
from tests.drivers.dlt645 import wiring


class TestShippedTables:
    def test_name_only_what_their_models_have(self):
        models = wiring._MODELS

        tables = wiring.wires().maps(driver("dlt645"))

        assert set(tables) >= {"electricity_meter", "distribution_cabinet"}
        for table in tables.values():
            for model in table.models:
                assert {item.property for item in table.readings} <= set(models[model].properties)
                assert set(table.services) <= set(models[model].services)


class TestMap:
    @pytest.mark.parametrize(
        "reading",
        [
            {"property": "power_w"},
            {"property": "power_w", "di": "9010"},
            {"property": "power_w", "di": "FFFFFFFF"},
            {"property": "power_w", "di": "0201FF00"},
            {"property": "power_w", "di": "04000102"},
            {"property": "power_w", "di97": "02030000"},
            {"property": "power_w", "di": "02030000", "every": "often"},
            {"property": "power_w", "di": "02030000", "times": 10},
        ],
    )
    def test_refuses_what_is_no_number_of_a_meter(self, reading):
        with pytest.raises((msgspec.ValidationError, ValueError)):
            msgspec.convert({"models": ["x"], "readings": [reading]}, Map)

    def test_refuses_a_service_that_is_no_relay_command(self):
        with pytest.raises((msgspec.ValidationError, ValueError)):
            msgspec.convert({"models": ["x"], "services": {"relay.cut": "77"}}, Map)


class TestOptions:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"password": "12345"},
            {"password": "12345a"},
            {"operator": "1"},
            {"level": "2"},
            {"variant": "2020"},
            {"closing": "never"},
            {"baud": 2400},
        ],
    )
    def test_refuses_what_fits_no_meter(self, wrong):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(wrong, Meter)
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({"connect": "a:1", **wrong}, Line)

    def test_hides_the_secrets(self):
        assert driver("dlt645").secrets == {"password", "operator"}
