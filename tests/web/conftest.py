from tests.registry.conftest import estate, quick_passwords, sign_in, wired
from tests.registry.devices.kit import answers, devices, known_models, known_scenes

__all__ = [
    "answers",
    "devices",
    "estate",
    "known_models",
    "known_scenes",
    "quick_passwords",
    "sign_in",
    "wired",
]
