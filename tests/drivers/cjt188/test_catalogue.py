"""The tables of the catalogue: each says what its models have."""

import pytest

from linli.app import catalogue
from linli.drivers.cjt188.driver import DRIVER
from tests.drivers.tables import wires

MAPS = wires().maps(DRIVER)
MODELS = catalogue.models()[0]


@pytest.mark.parametrize("name", MAPS)
def test_a_table_names_only_what_its_models_have(name):
    told = {point for poll in MAPS[name].polls for point in poll.properties.values()}
    for model in MAPS[name].models:
        assert told <= set(MODELS[model].properties)
        assert set(MAPS[name].services) == set(MODELS[model].services)


def test_there_is_a_table_for_water_gas_and_heat():
    told = {model for table in MAPS.values() for model in table.models}

    assert told == {"water_meter", "valve_water_meter", "gas_meter", "heat_meter"}
