import pytest

from tests.registry.devices.kit import answers, devices, known_models, known_scenes
from tests.registry.scenes.kit import people

__all__ = ["answers", "devices", "known_models", "known_scenes"]


@pytest.fixture
def three(devices):
    """Three managers of the estate."""
    return people()
