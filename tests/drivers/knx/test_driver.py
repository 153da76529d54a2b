"""The driver's options and tables, and what it costs to know it."""

import subprocess
import sys
import tomllib
from pathlib import Path

import msgspec
import pytest

from linli.devices.model import ThingModel
from linli.drivers import known

DRIVER = known.driver("knx")
CATALOG = Path(__file__).resolve().parents[3] / "catalog"
MODELS = {
    path.stem: msgspec.convert(tomllib.loads(path.read_text()), ThingModel)
    for path in (CATALOG / "devices").glob("*.toml")
}
MAPS = {
    path.stem: msgspec.convert(tomllib.loads(path.read_text()), DRIVER.map)
    for path in (CATALOG / "wires/knx").glob("*.toml")
}


class TestMap:
    def test_has_a_table_for_every_model_that_it_is_meant_for(self):
        assert set(MAPS) == {
            "fresh_air_unit",
            "garage_air_unit",
            "indoor_air_sensor",
            "lighting_circuit",
            "presence_sensor",
            "water_pump",
        }

    @pytest.mark.parametrize("name", sorted(MAPS))
    def test_names_properties_and_services_of_its_models(self, name):
        for model in MAPS[name].models:
            assert set(MAPS[name].read) <= set(MODELS[model].properties)
            assert set(MAPS[name].write) <= set(MODELS[model].services)

    @pytest.mark.parametrize("name", sorted(MAPS))
    def test_shows_what_each_service_moves(self, name):
        for model in MAPS[name].models:
            for service in MAPS[name].write:
                assert MODELS[model].services[service].moves in MAPS[name].read


class TestOptions:
    @pytest.mark.parametrize(
        ("kind", "options"),
        [
            (DRIVER.line, {}),
            (DRIVER.line, {"connect": "10.0.0.1"}),
            (DRIVER.line, {"connect": "10.0.0.1:3671", "transport": "serial"}),
            (DRIVER.line, {"connect": "10.0.0.1:3671", "individual": "1.1"}),
            (DRIVER.member, {"groups": {"light_on": "0/0/0"}}),
            (DRIVER.member, {"groups": {"light_on": "nowhere"}}),
            (DRIVER.member, {"dpts": {"light_on": "99.001"}}),
            (DRIVER.map, {"models": [], "read": {"x": {"group": 1, "dpt": "99"}}}),
            (DRIVER.map, {"models": [], "write": {"x": {"group": 1, "dpt": "1.001"}}}),
            (DRIVER.map, {"models": [], "write": {"x": {"group": 1, "dpt": "1.001", "value": 2}}}),
        ],
    )
    def test_refuses_what_cannot_be(self, kind, options):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(options, kind)


class TestImport:
    def test_reads_the_library_only_where_a_line_runs(self):
        code = (
            "import sys; from linli.drivers import known; known.driver('knx');"
            "known.decoder('knx');"
            "sys.exit(any(m in sys.modules for m in ('bacpypes3', 'xknx')))"
        )

        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
