"""Houses: one that all tests of a file share, and ones to break."""

import time

import pytest

from tests.live.house import House


@pytest.fixture(scope="module")
def shared():
    """A house that no test breaks."""
    made = House(directory={"units": 60, "children": 3, "safe": 2, "sealed": 9})
    yield made
    made.close()


@pytest.fixture
def break_house():
    """Return how to make a house that a test may break."""
    made = []

    def make(**spec):
        made.append(House(**spec))
        return made[-1]

    yield make
    for house in made:
        house.close()


def until(true, within_s=10.0):
    """Wait until something is so; fail when it does not become so. `within_s` is what it takes at
    most where nothing else keeps the machine busy: three times that is waited.
    """
    end = time.monotonic() + 3 * within_s
    while not true():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)
