"""A process that feeds a store from a log that never forgets, until it is killed.

Run as `python -m tests.adapters.history.killed HOME SEED`. The log stands for INPUT: message `n` is
always the same. It says on standard output what it has done, a line each.
"""

import sys
from pathlib import Path

import numpy as np

from linli.adapters.history.store import Store
from linli.devices.batch import Batch

MESSAGES = 4000
_START = 1_795_233_600.0


def message(sequence: int) -> Batch | None:
    """Return message `sequence` of the log; every fifth holds signals, no readings."""
    if sequence % 5 == 0:
        return None
    random = np.random.default_rng(sequence)
    rows = int(random.integers(1, 40))
    late_s = np.where(random.random(rows) < 0.1, 86_400.0, 0.0)
    return Batch(
        community="hml",
        at=_START + sequence,
        points=random.integers(1, 50, rows).astype(np.uint32),
        times=_START + sequence * 40 + np.arange(rows) / 1000 - late_s,
        values=sequence * 1000.0 + np.arange(rows),
        quality=np.where(late_s > 0, 4, 0).astype(np.uint8),
        extras={0: b'{"n":%d}' % sequence} if sequence % 7 == 0 else {},
    )


def say(what: str, position: int) -> None:
    """Tell whoever started us, at once."""
    sys.stdout.write(f"{what} {position}\n")
    sys.stdout.flush()


def main(home: str, seed: str) -> None:
    """Feed, flush, merge and let go, at moments that follow from the seed."""
    random = np.random.default_rng(int(seed))
    store = Store(home=Path(home), community="hml")
    say("open", store.position)
    while store.seen < MESSAGES:
        sequence = store.seen + 1
        store.append(batch=message(sequence), sequence=sequence)
        if random.random() < 0.2:
            store.flush()
            say("flush", store.position)
        if random.random() < 0.02:
            store.compact(now=_START + MESSAGES * 40 * float(random.random()) * 2)
            say("compact", store.position)
    store.flush()
    store.close()
    say("done", MESSAGES)


if __name__ == "__main__":
    main(*sys.argv[1:])
