"""Thing models of others, read into ours."""

import json

import pytest
from click.testing import CliRunner

from linli.app.models_cli import models
from linli.devices import catalogue
from linli.devices.importing import NotAThingModel, read, toml

WOT = {
    "@context": ["https://www.w3.org/2022/wot/td/v1.1"],
    "@type": "tm:ThingModel",
    "title": "Lamp post",
    "titles": {"en": "Lamp post", "zh": "灯杆"},
    "properties": {
        "luminousFlux": {
            "type": "number",
            "unit": "lm",
            "minimum": 0,
            "maximum": 20000,
            "multipleOf": 1,
            "titles": {"zh": "光通量", "en": "luminous flux"},
        },
        "temp": {"type": "number", "unit": "degreeCelsius", "title": "temperature"},
        "on": {"type": "boolean"},
        "state": {"enum": ["idle", "on", "fault"], "type": "string"},
        "serial": {"type": "string"},
        "9lives": {"type": "integer"},
    },
    "actions": {
        "setLevel": {
            "title": "Set level",
            "input": {
                "type": "object",
                "properties": {"level": {"type": "integer", "minimum": 0, "maximum": 100}},
            },
        }
    },
    "events": {"doorOpened": {"titles": {"zh": "检修门打开", "en": "hatch opened"}}},
}
TSL = {
    "profile": {"productKey": "a1TESTKEY"},
    "properties": [
        {
            "identifier": "CurrentTemperature", "name": "当前温度", "accessMode": "r",
            "dataType": {
                "type": "double",
                "specs": {"min": "-40", "max": "120", "unit": "°C", "step": "0.1"},
            },
        },
        {
            "identifier": "WorkMode", "name": "工作模式",
            "dataType": {"type": "enum", "specs": {"0": "自动", "1": "手动"}},
        },
        {
            "identifier": "PowerSwitch", "name": "开关",
            "dataType": {"type": "bool", "specs": {"0": "关", "1": "开"}},
        },
        {"identifier": "Geo", "name": "位置", "dataType": {"type": "struct", "specs": []}},
    ],
    "events": [
        {"identifier": "post", "name": "post", "type": "info"},
        {"identifier": "Error", "name": "故障上报", "type": "error"},
    ],
    "services": [
        {"identifier": "set", "name": "set"},
        {
            "identifier": "Reset", "name": "复位",
            "inputData": [
                {
                    "identifier": "Delay", "name": "延时",
                    "dataType": {"type": "int", "specs": {"min": "0", "max": "60", "unit": "s"}},
                }
            ],
        },
    ],
}  # fmt: skip


def loaded(document, id="lamp_post"):
    text = toml(read(document), id=id, category="lighting", period="5m")
    return catalogue.load(text, file=f"{id}.toml", expected_id=id)


class TestWot:
    def test_becomes_a_model_that_loads(self):
        model = loaded(WOT)

        assert model.name.zh == "灯杆"
        flux = model.properties["luminous_flux"]
        assert (flux.unit, flux.range, flux.resolution) == ("lm", (0.0, 20000.0), 1.0)
        assert model.properties["temp"].unit == "℃"
        assert model.properties["on"].type == "boolean"
        assert model.properties["state"].values == ("idle", "on", "fault")
        assert model.events["door_opened"].name.zh == "检修门打开"
        level = model.services["device.set_level"].arguments["level"]
        assert (level.type, level.range) == ("integer", (0.0, 100.0))

    def test_says_what_it_left_out(self):
        assert read(WOT).left_out == (
            "property serial: type string",
            "property 9lives: no name could be made of it",
        )


class TestTsl:
    def test_becomes_a_model_that_loads(self):
        model = loaded(TSL, id="thermostat")

        warm = model.properties["current_temperature"]
        assert (warm.name.zh, warm.unit, warm.range) == ("当前温度", "°C", (-40.0, 120.0))
        mode = model.properties["work_mode"]
        assert (mode.values, mode.value_names[1].zh) == (("v0", "v1"), "手动")
        assert model.properties["power_switch"].type == "boolean"
        assert list(model.events) == ["error"]
        assert list(model.services) == ["device.reset"]
        assert model.services["device.reset"].arguments["delay"].range == (0.0, 60.0)

    def test_says_what_it_left_out(self):
        assert read(TSL).left_out == ("property Geo: type struct",)


class TestHostile:
    @pytest.mark.parametrize(
        "document",
        [
            [], 7, None, {}, {"properties": {}}, {"properties": []},
            {"properties": {"a": {"type": "string"}}},
            {"properties": [{"identifier": "a"}]},
            {"properties": {"a": None}, "events": None},
        ],
    )  # fmt: skip
    def test_refuses_what_is_none(self, document):
        with pytest.raises(NotAThingModel):
            read(document)

    def test_words_of_others_cannot_break_out_of_the_file(self):
        evil = {"properties": {"a": {"type": "number", "title": 'x" }\n[services."a.b"]\n\u0000'}}}

        model = loaded(evil)

        assert model.services == {}
        assert "\n" in model.properties["a"].name.zh

    def test_two_that_come_to_one_name_are_told_apart_by_leaving_one_out(self):
        found = read({"properties": {"aB": {"type": "number"}, "a_b": {"type": "number"}}})

        assert [one.id for one in found.properties] == ["a_b"]
        assert found.left_out == ("property a_b: another has its name",)

    @pytest.mark.parametrize("limits", [("x", "1"), (5, 5), (9, 1), (None, 3), ("nan", "inf")])
    def test_a_range_that_is_none_is_left_away(self, limits):
        low, high = limits
        shape = {"type": "number", "minimum": low, "maximum": high}

        assert loaded({"properties": {"a": shape}}).properties["a"].range is None


class TestCommand:
    def run(self, tmp_path, body, *options):
        file = tmp_path / "model.json"
        file.write_bytes(body)
        return CliRunner().invoke(models, ["import", str(file), "--id", "lamp_post", *options])

    def test_prints_the_file_and_names_what_was_left_out(self, tmp_path):
        said = self.run(tmp_path, json.dumps(WOT).encode(), "--category", "lighting")

        assert said.exit_code == 0
        assert said.stdout.startswith('id = "lamp_post"')
        assert "left out: property serial" in said.stderr

    @pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[]"])
    def test_says_what_is_wrong(self, tmp_path, body):
        said = self.run(tmp_path, body)

        assert said.exit_code == 1
        assert "model.json" in said.stderr

    def test_writes_over_nothing(self, tmp_path, monkeypatch):
        monkeypatch.setattr("linli.app.models_cli.settings.CATALOG", tmp_path)
        (tmp_path / "devices").mkdir()

        first = self.run(tmp_path, json.dumps(TSL).encode(), "--write")
        again = self.run(tmp_path, json.dumps(TSL).encode(), "--write")

        assert (first.exit_code, again.exit_code) == (0, 1)
        assert (tmp_path / "devices" / "lamp_post.toml").is_file()
