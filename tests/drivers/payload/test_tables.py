"""The tables of the catalogue for payloads of small devices."""

import msgspec
import pytest

from linli.app import catalogue
from linli.drivers.payload.table import BATTERY, NOISE, SIGNAL, Table
from linli.drivers.reading import BadPayload

SPOKEN = ("chirpstack", "ctwing", "onenet", "coap")
TABLES = {
    f"{driver}/{name}": table
    for driver in SPOKEN
    for name, table in catalogue.wires()[driver].items()
}
OF_ITSELF = {BATTERY, SIGNAL, NOISE, "battery_v"}


def names(table):
    fields = [f for m in table.messages for f in m.fields]
    records = [r for m in table.messages for r in m.records]
    fields += [f for r in records for f in r.fields]
    named = {f.name for f in fields} | {r.name for r in records} | {k.name for k in table.keys}
    return named - {""}


@pytest.mark.parametrize("name", TABLES)
class TestTables:
    def test_proves_its_samples(self, name):
        table = msgspec.convert(TABLES[name], Table)

        assert table.samples

    def test_speaks_of_what_its_models_have(self, name):
        table = msgspec.convert(TABLES[name], Table)
        models, _ = catalogue.models()

        for model in table.models:
            assert names(table) - OF_ITSELF <= set(models[model].points())
            assert set(table.services) <= set(models[model].services)

    def test_does_not_load_with_a_sample_that_says_otherwise(self, name):
        table = dict(TABLES[name])
        first = dict(table["samples"][0])
        first["readings"] = {**first["readings"], "other": 1}
        table["samples"] = [first, *table["samples"][1:]]

        with pytest.raises((msgspec.ValidationError, ValueError), match="sample"):
            msgspec.convert(table, Table)

    def test_survives_any_bytes(self, name):
        table = msgspec.convert(TABLES[name], Table)
        sample = next((s for s in table.samples if s.hex and not s.service), None)
        if sample is None:
            return
        whole = bytes.fromhex(sample.hex)

        for at in range(len(whole)):
            for cut in (whole[:at], whole[:at] + b"\xff" * 300, whole[at:] + whole):
                said = _said(table, cut, sample.port)

                assert said is None or len(said.readings) < 1000


def _said(table, data, port):
    try:
        return table.read(data, port=port)
    except BadPayload:
        return None


def test_there_are_tables_for_the_small_devices_of_an_estate():
    models = {model for table in TABLES.values() for model in table["models"]}

    assert models >= {
        "water_leak_sensor",
        "access_door",
        "indoor_air_sensor",
        "smoke_detector",
        "gas_detector",
        "smart_bin",
        "fire_lane_sensor",
        "manhole_sensor",
    }
