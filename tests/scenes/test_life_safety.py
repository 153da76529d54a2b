import pytest

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
