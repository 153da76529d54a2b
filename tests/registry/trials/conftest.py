"""Drafts over an invented estate, and who answers for the live half and for history."""

import pytest

from linli.contracts import calendar, sentences
from linli.contracts.calendar import Day
from linli.contracts.history import Reading
from linli.kernel.words import Words
from linli.registry.devices import asks
from linli.registry.devices.models import Point
from linli.registry.trials import around, ports
from linli.web.sentences import said
from tests.registry.devices.kit import answers, devices, known_models, known_scenes

__all__ = ["answers", "devices", "known_models", "known_scenes"]


class Told:
    """What the live half and history would answer; tests fill it in."""

    def __init__(self):
        self.last = []
        self.past = {}
        self.asked = []

    def now(self, device, point, value, at, quality=0):
        self.last.append(
            asks.LastValue(device=device, point=point, at=at, value=value, quality=quality)
        )

    def then(self, device, point, *samples):
        """Let a point have told (epoch seconds, value)."""
        number = Point.rows.of("hml").get(device__code=device, name=point).number
        self.past[number] = [Reading(point=number, at=at, value=value) for at, value in samples]

    def twin(self, community, codes):
        self.asked.append((community, tuple(codes)))
        return [one for one in self.last if one.device in codes]

    def readings(self, community, point, start, end, limit):
        rows = [one for one in self.past.get(point, ()) if start <= one.at < end]
        return rows[:limit]


@pytest.fixture
def told(monkeypatch, answers):
    found = Told()
    around.forget()
    for port, answer in (
        (asks.twin, found.twin),
        (asks.readings, found.readings),
        (ports.case_names, lambda: {"facility.air": Words(zh="通风", en="Air")}),
        (sentences.sentence, said),
        (calendar.working_day, lambda day: Day(worked=day.weekday() < 5)),
    ):
        monkeypatch.setattr(port, "_answer", answer)
    return found
