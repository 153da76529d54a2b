"""kill -9 at any moment: nothing acknowledged is missing, and nothing is there twice."""

import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from linli.adapters.history.store import Store
from tests.adapters.history.killed import MESSAGES, message

ROOT = Path(__file__).resolve().parents[3]


def expected(position):
    rows = Counter()
    for sequence in range(1, position + 1):
        batch = message(sequence)
        if batch is None:
            continue
        for at, point in enumerate(batch.points):
            extra = batch.extras.get(at)
            rows[int(point), round(batch.times[at] * 1e6), float(batch.values[at]), extra] += 1
    return rows


def found(store):
    return Counter(
        (r.point, round(r.at * 1e6), r.value, r.extra)
        for point in range(1, 50)
        for r in store.range(point=point, start=1, end=4e9, limit=1_000_000)
    )


def run_and_kill(home, seed):
    """Let the process live for some of its lines and a little longer; return what it told last."""
    chance = random.Random(seed)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.adapters.history.killed", str(home), str(seed)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    told = 0
    for _ in range(chance.randint(1, 60)):
        told = int((process.stdout.readline() or f"x {told}").split()[1])
    try:
        process.wait(timeout=chance.random() * 0.1)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    rest = process.communicate()[0].splitlines()
    whole = [line for line in rest if len(line.split()) == 2]
    assert process.returncode in {0, -signal.SIGKILL}
    return max([told, *(int(line.split()[1]) for line in whole[:-1])])


def survive(home, *, kills, seed):
    for turn in range(kills):
        told = run_and_kill(home, seed * 1000 + turn)
        store = Store(home=home, community="hml")
        assert store.position >= told
        assert store.check() == []
        assert found(store) == expected(store.position)
        store.close()


class TestKill:
    def test_loses_nothing_and_doubles_nothing(self, tmp_path):
        survive(tmp_path, kills=4, seed=1)

        store = Store(home=tmp_path, community="hml")
        for sequence in range(1, MESSAGES + 1):
            store.append(batch=message(sequence), sequence=sequence)
        store.flush()
        assert found(store) == expected(MESSAGES)
        store.close()

    @pytest.mark.long
    def test_fifty_times(self, tmp_path):
        for seed in range(2, 12):
            survive(tmp_path / str(seed), kills=5, seed=seed)
