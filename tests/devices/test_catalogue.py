"""Thing models from their files, every mistake named."""

import pytest

from linli.devices import catalogue
from linli.devices.model import Lane
from linli.kernel.table import MissingKey, NotToml, UnknownKey, WrongChoice, WrongKind

WHOLE = """
id = "garage_fan"
name = { zh = "车库风机", en = "Garage fan" }
category = "air"
period = "1m30s"
lane = "safety"
source = "test"
[properties.running]
name = { zh = "运行", en = "running" }
type = "boolean"
[properties.speed]
name = { zh = "转速", en = "speed" }
type = "enum"
values = ["slow", "fast"]
value_names = [{ zh = "慢", en = "slow" }, { zh = "快", en = "fast" }]
[properties.current_a]
name = { zh = "电流", en = "current" }
unit = "A"
range = [0, 60]
resolution = 0.1
[events.tripped]
name = { zh = "跳闸", en = "tripped" }
[services."fan.on"]
name = { zh = "开", en = "start" }
inverse = "fan.off"
moves = "running"
expires = "90s"
[services."fan.off"]
name = { zh = "关", en = "stop" }
inverse = "fan.on"
ack = "none"
[services."fan.set"]
name = { zh = "调速", en = "set speed" }
[services."fan.set".arguments.percent]
name = { zh = "比例", en = "share" }
type = "integer"
range = [0, 100]
"""


class TestLoad:
    def test_reads_a_model(self):
        model = catalogue.load(WHOLE, file="garage_fan.toml", expected_id="garage_fan")

        assert model.points() == ("running", "speed", "current_a", "tripped")
        assert (model.lane, model.period, model.offline_after) == (Lane.SAFETY, "1m30s", None)
        assert model.properties["speed"].value_names[1].zh == "快"
        assert (model.services["fan.on"].expires, model.services["fan.off"].ack) == (
            "1m30s",
            "none",
        )
        assert model.services["fan.set"].arguments["percent"].range == (0, 100)

    @pytest.mark.parametrize(
        ("old", "new", "mistake", "key"),
        [
            ('lane = "safety"', 'lane = "fast"', WrongChoice, "lane"),
            ('period = "1m30s"', 'period = "often"', WrongKind, "period"),
            ('period = "1m30s"\n', "", MissingKey, "period"),
            ('source = "test"', 'source = "test"\nmaker = "x"', UnknownKey, "maker"),
            ('unit = "A"', 'units = "A"', UnknownKey, "properties.current_a.units"),
            ("range = [0, 60]", "range = [60, 0]", WrongKind, "properties.current_a.range"),
            ('type = "boolean"', 'type = "bool"', WrongChoice, "properties.running.type"),
            ('values = ["slow", "fast"]', "", catalogue.ValuesMismatch, "properties.speed.values"),
            (
                'values = ["slow", "fast"]',
                'values = ["slow"]',
                catalogue.ValuesMismatch,
                "properties.speed.values",
            ),
            ("[events.tripped]", "[events.running]", catalogue.SharedName, "events.running"),
            ("[events.tripped]", "[events.Tripped]", catalogue.BadName, "events.Tripped"),
            ('"fan.on"]', '"fan"]', catalogue.BadName, "services.fan"),
            (
                'inverse = "fan.off"',
                'inverse = "fan.stop"',
                catalogue.UnknownName,
                "services.fan.on.inverse",
            ),
            (
                'moves = "running"',
                'yields_to = ["fan.stop"]',
                catalogue.UnknownName,
                "services.fan.on.yields_to",
            ),
            ('moves = "running"', 'moves = "runs"', catalogue.UnknownName, "services.fan.on.moves"),
            ('id = "garage_fan"', 'id = "fan"', catalogue.IdMismatch, "id"),
            ('id = "garage_fan"', 'id = "Fan!"', catalogue.BadName, "id"),
            ("[events.tripped]", "[events.tripped", NotToml, ""),
        ],
    )
    def test_refuses_a_mistake_and_says_where_it_stands(self, old, new, mistake, key):
        assert old in WHOLE

        with pytest.raises(mistake) as refused:
            catalogue.load(
                WHOLE.replace(old, new, 1), file="garage_fan.toml", expected_id="garage_fan"
            )

        assert type(refused.value) is mistake
        assert refused.value.values["key"] == key
