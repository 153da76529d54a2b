"""Batches and stores for the tests of history."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from linli.adapters.history.store import Store
from linli.devices.batch import Batch

NOON = 1_795_233_600.0
"""2026-11-21 12:00 in Shanghai."""

Row = tuple[int, float, float] | tuple[int, float, float, int]


def batch(*rows: Row, at: float = NOON, extras: dict[int, bytes] | None = None) -> Batch:
    """Return a batch of (point, time, value[, quality])."""
    return Batch(
        community="hml",
        at=at,
        points=np.array([row[0] for row in rows], np.uint32),
        times=np.array([row[1] for row in rows], np.float64),
        values=np.array([row[2] for row in rows], np.float64),
        quality=np.array([row[3] if len(row) > 3 else 0 for row in rows], np.uint8),
        extras=extras or {},
    )


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., Store]]:
    """Open a store; opening it again closes the one before, as a restart does."""
    stores: list[Store] = []

    def open_(**settings: int) -> Store:
        if stores:
            stores.pop().close()
        stores.append(Store(home=tmp_path, community="hml", **settings))
        return stores[-1]

    yield open_
    for store in stores:
        store.close()


@pytest.fixture
def store(opened: Callable[..., Store]) -> Store:
    return opened()
