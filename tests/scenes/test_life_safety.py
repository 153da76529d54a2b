import msgspec
import pytest

from linli.contracts.directory import (
    DeviceEntry,
    Directory,
    PlaceEntry,
    PointEntry,
    SceneEntry,
)
from linli.contracts.signals import ModeChanged
from linli.scenes.engine import Engine
from linli.scenes.life_safety import touches_life
from linli.scenes.load import load
from tests.registry.devices.kit import CO_TOML, models

MODELS = models()


def scene(text):
    return load(text, file="draft.toml", models=MODELS)


class TestTouchesLife:
    def test_a_command_that_is_for_safety(self):
        safe = {name for m in MODELS.values() for name, s in m.services.items() if s.safety}

        assert "fan.on" in safe
        assert touches_life(scene(CO_TOML), MODELS)

    @pytest.mark.parametrize(
        ("severity", "alarm", "board", "touches"),
        [
            ("critical", "true", "safety", True),
            ("critical", "false", "safety", False),
            ("major", "true", "safety", False),
            ("critical", "true", "service", False),
        ],
    )
    def test_the_one_that_calls_for_help(self, severity, alarm, board, touches):
        told = '[[do]]\nnotify = "guard"\ntext = { zh = "去看", en = "go" }\n'
        text = CO_TOML.replace('[[do]]\ncommand = "fan.on"\nwhere = "same garage"\n', told)
        text = text.replace('[[do]]\ncase = "facility.air"\nto = "engineer"\nwithin = "15m"\n', "")
        text = text.replace('"major"', f'"{severity}"\nalarm = {alarm}')
        text = text.replace(', actuator = "fan"', "").replace('id = "safety.', f'id = "{board}.')

        assert touches_life(scene(text), MODELS) is touches

    @pytest.mark.parametrize(
        "service",
        [
            "gas_valve.open", "siren.off", "smoke_exhaust.off", "emergency_light.off",
            "drain_pump.off", "door.lock", "flood_gate.open", "lift.normal", "lift.release",
            "barrier.close", "socket.restore", "speaker.stop", "fan.off", "charge.start",
            "connector.disable",
        ],
    )  # fmt: skip
    def test_what_undoes_or_moves_what_is_for_safety(self, service):
        hushing = scene(asked("mine", service))

        assert touches_life(hushing, MODELS)

    @pytest.mark.parametrize("service", ["light.off", "irrigation.on", "water_valve.open"])
    def test_nothing_else_does(self, service):
        assert not touches_life(scene(asked("mine", service)), MODELS)

    def test_all_that_a_model_marks_and_its_inverses_do(self):
        pairs = {
            (name, one.inverse)
            for model in MODELS.values()
            for name, one in model.services.items()
            if one.safety
        }

        base = scene(asked("mine", "light.off"))
        for name in {name for pair in pairs for name in pair if name}:
            step = msgspec.structs.replace(base.do[0], service=name)
            assert touches_life(msgspec.structs.replace(base, do=(step,)), MODELS), name


def asked(name, service, *, board="safety", severity="critical", mode="quiet"):
    """Return the text of a scene that commands while a mode is on, and raises no alarm."""
    return f"""
id = "{board}.mine.{name}"
name = {{ zh = "静", en = "hush" }}
severity = "{severity}"
source = "invented for tests"
alarm = false
needs = {{ actuator = "{service.partition(".")[0]}" }}
[when]
mode = {{ {mode} = "on" }}
[[do]]
command = "{service}"
[[story]]
title = "it acts"
given = ["0s mode {mode}=on"]
then = ["0s {service}"]
[[story]]
title = "it does not"
given = []
then = []
"""


class TestRank:
    """Of the board of safety is who says so; first at an actuator is whom two persons let pass."""

    MODEL = "lighting_circuit"

    def house(self, *own, catalogue=()):
        points = MODELS[self.MODEL].points()
        entries = [
            SceneEntry(scene=scene(text).id, version=at, toml=text)
            for at, text in enumerate(own, start=1)
        ]
        place = Directory(
            community="c",
            version=1,
            places=[PlaceEntry(path="c", kind="estate")],
            devices=[DeviceEntry(code="v1", model=self.MODEL, place="c")],
            points=[
                PointEntry(number=at, device="v1", name=name)
                for at, name in enumerate(points, start=1)
            ],
            scenes=entries,
        )
        return Engine(
            scenes=[scene(one) for one in catalogue], models=MODELS, directory=place, now=1.7e9
        )

    def set_off(self, engine, *modes):
        """Put modes on one after the other; return what is done, and how urgent it is."""
        said = []
        for at, mode in enumerate(modes, start=1):
            signal = ModeChanged(id=f"m{at}", at=1.7e9 + at, place="c", mode=mode, value="on")
            said += engine.hear([signal], signal.at)
        return [
            (type(one).__name__, one.service, getattr(one, "safety", None))
            for one in said
            if getattr(one, "service", "")
        ]

    def test_an_own_scene_that_one_person_puts_in_force_does_not_beat_the_catalogues(self):
        known = asked("known", "light.on", severity="major", mode="leak")
        mine = asked("mine", "light.off")
        engine = self.house(mine, catalogue=[known])

        said = self.set_off(engine, "leak", "quiet")

        assert said == [
            ("CommandIssued", "light.on", True),
            ("CommandOverruled", "light.off", None),
        ]

    def test_nor_does_it_pass_a_scene_of_another_board_that_is_graver(self):
        grave = asked("grave", "light.on", board="service", mode="leak")
        mine = asked("mine", "light.off", severity="minor")
        engine = self.house(mine, catalogue=[grave])

        said = self.set_off(engine, "leak", "quiet")

        assert [row[:2] for row in said] == [
            ("CommandIssued", "light.on"),
            ("CommandOverruled", "light.off"),
        ]

    def test_the_catalogues_own_text_keeps_its_rank_under_another_number(self):
        known = asked("known", "light.on", severity="major", mode="leak")
        other = asked("other", "light.off", board="service")
        engine = self.house(known, catalogue=[known, other])

        said = self.set_off(engine, "quiet", "leak")

        assert said[-2:] == [
            ("CommandIssued", "light.on", True),
            ("CommandOverruled", "light.off", None),
        ]

    def test_a_snapshot_of_before_gives_nobody_a_greater_weight(self):
        known = asked("known", "light.on", severity="major", mode="leak")
        mine = asked("mine", "light.off")
        engine = self.house(mine, catalogue=[known])
        self.set_off(engine, "quiet")
        (wants,) = engine._arbiter.wants.values()
        wants[0].rank, wants[0].safety = (0, 0), True

        engine.restore(engine.snapshot())
        signal = ModeChanged(id="m9", at=1.7e9 + 9, place="c", mode="leak", value="on")
        said = engine.hear([signal], signal.at)

        assert [getattr(one, "service", "") for one in said] == ["light.on", "light.off"]
        assert type(said[0]).__name__ == "CommandIssued"
