"""The plan, the catalogue and the world of the demo."""

import pytest

from linli.app import catalogue as files
from linli.app import settings
from linli.app.demo.plan import plan
from linli.app.demo.world import World
from linli.devices import catalogue
from linli.drivers.wiring import Wires

NOON = 1_795_233_600.0
"""2026-11-21 12:00 in Shanghai."""


@pytest.fixture(scope="session")
def models():
    files = sorted((settings.ROOT / "catalog" / "devices").glob("*.toml"))
    return {file.stem: catalogue.load(file.read_text("utf-8"), file=file.name) for file in files}


@pytest.fixture(scope="session")
def known(models):
    return Wires(tables=files.wires(), models=models)


@pytest.fixture(scope="session")
def sown():
    return plan()


@pytest.fixture
def world(sown, models):
    return World(things=sown.things, models=models, now=NOON)
