import pytest

from linli.contracts import health as contract
from tests.registry.devices.kit import answers, devices, known_models, known_scenes

__all__ = ["answers", "devices", "history", "known_models", "known_scenes"]


class History:
    """What history says of the hour that begins at a time, and of the newest readings."""

    def __init__(self):
        self.says = lambda start: []
        self.newest = {}
        self.asked = []

    def summaries(self, community, start, end):
        self.asked.append((community, start, end))
        return self.says(start)

    def newest_of(self, community, points):
        return {point: self.newest[point] for point in points if point in self.newest}


@pytest.fixture
def history(monkeypatch):
    told = History()
    monkeypatch.setattr(contract.summaries, "_answer", told.summaries)
    monkeypatch.setattr(contract.newest, "_answer", told.newest_of)
    return told
