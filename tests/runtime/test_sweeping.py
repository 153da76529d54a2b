"""Garbage is swept by the thread that is there for it."""

import gc
import subprocess
import sys
import threading

import pytest

from linli.runtime import sweeping


@pytest.fixture(autouse=True)
def as_before():
    yield
    gc.enable()


class Loop:
    """Garbage that says which thread swept it."""

    def __init__(self, swept):
        self.me, self._swept = self, swept

    def __del__(self):
        self._swept.append(threading.current_thread().name)


def test_nobody_else_sweeps(monkeypatch):
    monkeypatch.setattr(sweeping, "_EVERY_S", 0.001)
    swept = []

    stop = sweeping.begin()
    for _ in range(400_000):
        Loop(swept)
        if swept:
            break

    stop.set()
    assert set(swept) == {"sweeper"}


@pytest.mark.parametrize(
    ("counts", "oldest", "found"),
    [
        ((700, 10, 10), 2, None),
        ((701, 10, 10), 2, 0),
        ((701, 11, 10), 2, 1),
        ((0, 0, 11), 2, 2),
        ((701, 11, 11), 1, 1),
        ((0, 0, 11), 1, None),
    ],
)
def test_what_is_due_is_swept_and_nothing_older(counts, oldest, found):
    assert sweeping.due(counts, (700, 10, 10), oldest=oldest) == found


def test_nothing_is_swept_in_a_pause_and_as_before_after_it():
    with sweeping.paused():
        assert not gc.isenabled()
        with sweeping.paused():
            pass
        assert not gc.isenabled()

    assert gc.isenabled()


HELD_IN_CIRCLES = """
import duckdb
from linli.runtime import sweeping

class Asks:
    def ask(self, database: duckdb.DuckDBPyConnection): ...

sweeping.settle()
"""


def test_what_settled_is_let_go_when_the_process_ends():
    ended = subprocess.run(
        [sys.executable, "-c", HELD_IN_CIRCLES], capture_output=True, text=True, check=True
    )

    assert ended.stderr == ""
