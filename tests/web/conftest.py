import pytest

from linli.adapters import working_calendar
from linli.contracts import calendar
from linli.contracts.outbox import wake
from linli.domains.cases import ports as case_ports
from linli.domains.cases.logic import kinds
from tests.domains.cases.conftest import KINDS
from tests.registry.conftest import estate, sign_in, wired
from tests.registry.devices.kit import answers, devices, known_models, known_scenes

__all__ = [
    "answers",
    "devices",
    "estate",
    "known_models",
    "known_scenes",
    "sign_in",
    "wired",
]


@pytest.fixture
def reports(monkeypatch):
    """Let people report cases of the kinds that the tests of cases know."""
    loaded = kinds.load(KINDS)
    day = working_calendar.calendar(arrangement=working_calendar.Arrangement())
    monkeypatch.setattr(case_ports.case_kinds, "_answer", lambda: loaded)
    monkeypatch.setattr(calendar.working_day, "_answer", day)
    monkeypatch.setattr(wake, "_answer", lambda: None)
