"""Our Mondrian against a maintained library, on the same invented people.

The library wants versions of its own, so it lives in an environment of its own:

    python -m venv /tmp/peer && /tmp/peer/bin/pip install anjana pycanon
    PYTHONPATH=src .venv/bin/python bench/releases.py --peer /tmp/peer/bin/python

Ours makes the classes; pycanon, from the other side, measures k and l of what we made; anjana makes
its own by generalising whole columns, with as much suppression as it is allowed. The last line is
JSON.
"""

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from linli.domains.releases.logic import measures, mondrian

SEED, K, L, ALLOWED_PERCENT = 20261121, 5, 2, 10
NAMES = ("age", "sex", "building", "group")

PEER = """
import json, sys, time
import pandas as pd
from anjana.anonymity import l_diversity
from pycanon import anonymity
raw, ours, k, l, allowed = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6])
table, made = pd.read_csv(raw, dtype=str), pd.read_csv(ours, dtype=str)
by = ["age", "sex", "building"]
def bands(values, width):
    return [f"{int(v) // width * width}" for v in values]
ages, homes = table["age"].values, table["building"].values
ways = {
    "age": {0: ages, 1: bands(ages, 5), 2: bands(ages, 10), 3: bands(ages, 20), 4: bands(ages, 50), 5: ["*"] * len(ages)},
    "sex": {0: table["sex"].values, 1: ["*"] * len(ages)},
    "building": {0: homes, 1: bands(homes, 3), 2: bands(homes, 6), 3: ["*"] * len(ages)},
}
began = time.perf_counter()
theirs = l_diversity(table, [], by, "group", k, l, allowed, ways)
seconds = time.perf_counter() - began
sizes = theirs.groupby(by).size()
print(json.dumps({
    "ours_k": int(anonymity.k_anonymity(made, by)), "ours_l": int(anonymity.l_diversity(made, by, ["group"])),
    "k": int(sizes.min()), "l": int(anonymity.l_diversity(theirs, by, ["group"])), "classes": len(sizes),
    "left_out": len(table) - len(theirs), "seconds": round(seconds, 3),
    "discernibility": int((sizes ** 2).sum()) + (len(table) - len(theirs)) * len(table),
}))
"""  # noqa: E501 - read by the other interpreter as it stands


def people(count):
    """Return invented people: age, sex, building, and a special group that is rare."""
    draw = np.random.default_rng(SEED)
    codes = np.column_stack(
        [draw.integers(0, 95, count), draw.integers(0, 2, count), draw.integers(0, 12, count)]
    )
    return codes, draw.choice(6, count, p=[0.6, 0.1, 0.1, 0.08, 0.07, 0.05])


def written(folder, codes, secret, classes):
    """Write the table as it was, and as we release it."""
    raw, ours = folder / "raw.csv", folder / "ours.csv"
    with raw.open("w", newline="") as out:
        csv.writer(out).writerows(
            [NAMES, *([*row, s] for row, s in zip(codes, secret, strict=True))]
        )
    with ours.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(NAMES)
        for rows in classes:
            low, high = codes[rows].min(axis=0), codes[rows].max(axis=0)
            said = [f"{a}-{b}" for a, b in zip(low, high, strict=True)]
            writer.writerows([*said, secret[row]] for row in rows)
    return raw, ours


def main():
    """Measure both."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--peer", required=True)
    asked.add_argument("--rows", type=int, default=5000)
    said = asked.parse_args()
    codes, secret = people(said.rows)
    began = time.perf_counter()
    classes = mondrian.classes(codes=codes, sensitive=secret, k=K, l=L)
    seconds = time.perf_counter() - began
    told = measures.measured(
        codes=codes, sensitive=secret, classes=classes, population=codes, left_out=0
    )
    with tempfile.TemporaryDirectory() as folder:
        files = written(Path(folder), codes, secret, classes)
        arguments = [said.peer, "-c", PEER, *map(str, files), str(K), str(L), str(ALLOWED_PERCENT)]
        answer = subprocess.run(arguments, capture_output=True, text=True, check=False)
    if answer.returncode:
        sys.exit(answer.stderr[-2000:])
    ours = {
        "smallest": told.smallest, "diversity": told.diversity, "classes": told.classes,
        "ncp": told.ncp, "discernibility": told.discernibility, "left_out": 0,
        "seconds": round(seconds, 3),
    }  # fmt: skip
    peer = json.loads(answer.stdout.splitlines()[-1])
    print(json.dumps({"rows": said.rows, "k": K, "l": L, "ours": ours, "anjana": peer}))


if __name__ == "__main__":
    main()
