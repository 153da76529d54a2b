"""The driver's options and tables, and what it costs to know it."""

import subprocess
import sys
import tomllib
from pathlib import Path

import msgspec
import pytest

from linli.devices.model import ThingModel
from linli.drivers import known

DRIVER = known.driver("bacnet")
CATALOG = Path(__file__).resolve().parents[3] / "catalog"
MODELS = {
    path.stem: msgspec.convert(tomllib.loads(path.read_text()), ThingModel)
    for path in (CATALOG / "devices").glob("*.toml")
}
MAPS = {
    path.stem: msgspec.convert(tomllib.loads(path.read_text()), DRIVER.map)
    for path in (CATALOG / "wires/bacnet").glob("*.toml")
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
            (DRIVER.line, {"listen": "47808"}),
            (DRIVER.line, {"listen": "0.0.0.0:70000"}),
            (DRIVER.line, {"broadcast": "everywhere:47808"}),
            (DRIVER.line, {"instance": 4_194_303}),
            (DRIVER.line, {"nonsense": 1}),
            (DRIVER.member, {"objects": {"co_mg_m3": "analog-input"}}),
            (DRIVER.member, {"priority": 17}),
            (DRIVER.map, {"models": [], "read": {"x": {"object": "analog-thing,1"}}}),
            (DRIVER.map, {"models": [], "write": {"x": {"object": "binary-output,1"}}}),
        ],
    )
    def test_refuses_what_cannot_be(self, kind, options):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(options, kind)


class TestImport:
    def test_reads_the_library_only_where_a_line_runs(self):
        code = (
            "import sys; from linli.drivers import known; known.driver('bacnet');"
            "known.decoder('bacnet');"
            "sys.exit(any(m in sys.modules for m in ('bacpypes3', 'xknx')))"
        )

        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
