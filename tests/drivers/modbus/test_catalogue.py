"""The tables of the catalogue: each says what its models have, all of it, and no more."""

import pytest

from linli.app import catalogue
from linli.drivers.modbus.driver import DRIVER
from tests.drivers.tables import wires

MAPS = wires().maps(DRIVER)
MODELS = catalogue.models()[0]


@pytest.mark.parametrize("name", MAPS)
def test_a_table_names_only_what_its_models_have(name):
    for model in MAPS[name].models:
        assert set(MAPS[name].properties) <= set(MODELS[model].properties)
        assert set(MAPS[name].events) <= set(MODELS[model].events)
        assert set(MAPS[name].services) <= set(MODELS[model].services)


@pytest.mark.parametrize("name", MAPS)
def test_a_table_covers_all_of_its_models(name):
    for model in MAPS[name].models:
        told = {*MAPS[name].properties, *MAPS[name].events}
        assert told == set(MODELS[model].points())
        assert set(MAPS[name].services) == set(MODELS[model].services)


@pytest.mark.parametrize("name", MAPS)
def test_a_switch_is_a_switch_and_a_number_a_number(name):
    for model in MAPS[name].models:
        for point, place in MAPS[name].properties.items():
            boolean = MODELS[model].properties[point].type == "boolean"
            named = {type(value) for value in place.values.values()} == {bool}
            assert (place.is_flag or named) == boolean


def test_there_is_a_table_for_what_stands_in_cellars_and_garages():
    told = {model for table in MAPS.values() for model in table.models}

    assert told >= {
        "water_pump", "standby_pump", "drain_pump", "transformer_monitor",
        "distribution_cabinet", "garage_fan", "ups",
    }  # fmt: skip
