"""Every mistake in a scene's file is refused by name: the file, the key, what to do."""

import tomllib
from importlib import resources

import pytest

from linli.kernel.table import (
    MissingKey,
    Mistake,
    UnknownKey,
    WrongChoice,
    WrongKind,
)
from linli.scenes import faults, limits
from linli.scenes.load import load, load_all, promised_id
from linli.scenes.model import Held, Threshold
from tests.scenes.town import MODELS, scene

WHOLE = """
id = "safety.garage_air.co"
name = { zh = "一氧化碳", en = "CO" }
severity = "major"
source = "test"
needs = { sensor = "co", actuator = "fan" }
[when]
point = "co"
above = 30
hold = "10s"
[clear]
below = 24
hold = "5m"
[[do]]
command = "fan.on"
where = "same zone"
[[story]]
title = { zh = "动作", en = "acts" }
given = ["0s co 12", "20s co 41"]
then = ["30s fan.on", "30s alarm raised"]
[[story]]
title = "does not"
given = ["0s co 12"]
then = []
"""


def _load(text: str):
    return load(text, file="co.toml", models=MODELS)


class TestLoad:
    def test_reads_a_scene(self):
        loaded = _load(WHOLE)

        assert (loaded.board, loaded.category, loaded.sensors) == ("safety", "garage_air", ("co",))
        assert isinstance(loaded.when, Held)
        assert isinstance(loaded.when.part, Threshold)
        assert (loaded.clear.part.point, loaded.clear.part.key) == ("co", "clear.")
        assert limits.of_scene(loaded) == {
            "above": (30.0, "co"),
            "hold": (10.0, ""),
            "clear.below": (24.0, "co"),
            "clear.hold": (300.0, ""),
        }

    @pytest.mark.parametrize(
        ("old", "new", "mistake", "key"),
        [
            ('source = "test"', 'source = "test"\ncolour = "red"', UnknownKey, "colour"),
            ('hold = "10s"', 'hold = "10s"\nholds = "1s"', UnknownKey, "when.holds"),
            ('where = "same zone"', 'when = "now"', UnknownKey, "do.0.when"),
            ('source = "test"\n', "", MissingKey, "source"),
            ('name = { zh = "一氧化碳", en = "CO" }', 'name = "CO"', WrongKind, "name"),
            ('en = "CO"', 'en = " "', WrongKind, "name"),
            ('severity = "major"', 'severity = "grave"', WrongChoice, "severity"),
            ('severity = "major"', "severity = 1", WrongKind, "severity"),
            ("safety.garage_air.co", "garage_air.co", faults.WrongId, "id"),
            ("safety.garage_air.co", "kitchen.garage_air.co", faults.WrongBoard, "id"),
            ('sensor = "co"', 'sensor = "co2"', faults.UnknownPoint, "needs.sensor"),
            ('actuator = "fan"', 'actuator = "pump"', faults.UnknownActuator, "needs.actuator"),
            ('actuator = "fan"', 'actor = "fan"', UnknownKey, "needs.actor"),
            ('point = "co"', 'point = "co2"', faults.UnknownPoint, "when.point"),
            ("above = 30", "above = 501", faults.LimitOutOfRange, "when.above"),
            ("above = 30", "above = 500", faults.LimitOutOfRange, "when.above"),
            ("above = 30", "below = 0", faults.LimitOutOfRange, "when.below"),
            ("above = 30", "outside = [-1, 30]", faults.LimitOutOfRange, "when.outside"),
            ("above = 30", "outside = [30, 10]", WrongKind, "when.outside"),
            ("above = 30", "above = 30\nbelow = 10", faults.OneLimit, "when"),
            ("above = 30", "", faults.OneLimit, "when"),
            ("above = 30", 'above = "many"', faults.UnknownValue, "when.above"),
            ("above = 30", "above = [1]", WrongKind, "when.above"),
            ("above = 30", 'rises = 5\nwithin = "x"', WrongKind, "when.within"),
            ("above = 30", 'rises = -5\nwithin = "1m"', WrongKind, "when.rises"),
            ("above = 30", "above = 30\nhysteresis = -1", WrongKind, "when.hysteresis"),
            ("above = 30", "above = 30\ncount = 0\nwithin = '1m'", WrongKind, "when.count"),
            ("above = 30", 'above = 30\nof = "most"', WrongKind, "when.of"),
            ("above = 30", 'above = 30\nwhere = "same town"', WrongChoice, "when.where"),
            ("below = 24", "below = 24\nhysteresis = 1", faults.NoHysteresis, "clear.hysteresis"),
            ('hold = "10s"', 'hold = "ten"', WrongKind, "when.hold"),
            ('hold = "10s"', 'after = "10s"', faults.OnlyInClear, "when.after"),
            ('hold = "10s"', 'time = { from = "25:00" }', faults.BadTime, "when.time.from"),
            ('hold = "10s"', 'time = { from = "08:00", to = "08:00" }', faults.BadTime, "when.time.to"),  # noqa: E501
            ('hold = "10s"', 'time = { days = "moonday" }', WrongChoice, "when.time.days"),
            ('hold = "10s"', "mode = { home = 1 }", WrongKind, "when.mode.home"),
            ('hold = "10s"', "mode = {}", faults.NoCondition, "when.mode"),
            ('point = "co"\nabove = 30', "", faults.NoCondition, "when"),
            ('command = "fan.on"', 'command = "fan.up"', faults.UnknownService, "do.0.command"),
            ('command = "fan.on"', 'command = "fan.on"\ncase = "x"', faults.OneEffect, "do.0"),
            ('command = "fan.on"', "", faults.OneEffect, "do.0"),
            ('where = "same zone"', "args = { speed = 1 }", faults.UnknownArgument, "do.0.args.speed"),  # noqa: E501
            ("then = []", 'then = ["1s alarm raised"]', faults.MissingStories, "story"),
        ],
    )  # fmt: skip
    def test_refuses_a_mistake_and_says_where_it_stands(self, old, new, mistake, key):
        assert old in WHOLE

        with pytest.raises(mistake) as refused:
            _load(WHOLE.replace(old, new, 1))

        assert type(refused.value) is mistake
        assert refused.value.values["file"] == "co.toml"
        assert refused.value.values["key"] == key

    def test_refuses_what_is_not_toml_with_its_line(self):
        with pytest.raises(Mistake) as refused:
            _load("id = \n")

        assert "line 1" in refused.value.values["reason"]

    def test_refuses_a_scene_that_neither_alarms_nor_acts(self):
        bare = WHOLE.replace('[[do]]\ncommand = "fan.on"\nwhere = "same zone"\n', "")

        with pytest.raises(faults.NothingToDo):
            _load(bare.replace('source = "test"', 'source = "test"\nalarm = false'))

    def test_refuses_one_story_and_stories_that_all_act(self):
        with pytest.raises(faults.MissingStories):
            _load(WHOLE[: WHOLE.rindex("[[story]]")])

    def test_refuses_an_event_that_begins_what_nothing_ends(self):
        body = '[when]\nany = [{ event = "pressed" }, { point = "co", above = 30 }]'

        with pytest.raises(faults.NeedsClear):
            scene(body)

    def test_knows_the_values_of_an_enum(self):
        loaded = scene('[when]\npoint = "state"\nequals = "slow"')

        assert loaded.when.limits == (1.0,)

    def test_every_refusal_has_words_in_both_languages(self):
        text = (resources.files("linli.scenes") / "locale" / "faults.toml").read_text("utf-8")
        words = tomllib.loads(text)
        mine = [
            one for one in vars(faults).values() if getattr(one, "key", "").startswith("scenes.")
        ]

        assert all(words[one.key]["zh"] and words[one.key]["en"] for one in mine)


class TestLoadAll:
    def test_keeps_the_good_and_names_the_bad(self):
        files = {
            "scenes/safety/garage_air/co.toml": WHOLE,
            "scenes/safety/garage_air/other.toml": WHOLE,
            "twice.toml": WHOLE,
        }

        scenes, wrong = load_all(files, models=MODELS)

        assert [one.id for one in scenes] == ["safety.garage_air.co"]
        assert [type(one) for one in wrong] == [faults.WrongId, faults.DoubleId]

    @pytest.mark.parametrize(
        ("path", "promised"),
        [
            ("scenes/safety/garage_air/co.toml", "safety.garage_air.co"),
            ("/x/catalog/scenes/safety/garage-air/co.toml", "safety.garage_air.co"),
            ("co.toml", None),
            ("kitchen/air/co.toml", None),
        ],
    )
    def test_goes_by_the_place_of_a_file(self, path, promised):
        assert promised_id(path) == promised
