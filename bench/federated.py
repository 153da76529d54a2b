"""Two communities learn to tell a leak from a night of water, and no night leaves its community.

    PYTHONPATH=src .venv/bin/python bench/federated.py

Each community is a process of its own that makes its (invented) nights, keeps them, and answers
with updates only: clipped, with noise. They are held against each learning alone, and against all
nights in one place. The last line is JSON.
"""

import json
import multiprocessing
import time

import numpy as np

from linli.domains.releases.logic import federated
from linli.domains.releases.logic.federated import Terms

NIGHTS, DELTA = 800, 1e-5
_LEARNED = 2000
FEATURES = ("least flow at night", "night to day", "hours without rest", "pressure lost")
"""Each on a scale from 0 to 1 that was agreed on."""
COMMUNITIES = {
    "new pipes": (1, 0.05, 0.20, (0.10, 0.06, 0.14, 0.08)),
    "old pipes": (2, 0.25, 0.25, (0.14, 0.12, 0.07, 0.03)),
}
"""Seed, share of nights with a leak, how much flows at night without one, and how far a leak moves
each feature: here joints weep for hours, there pipes burst.
"""


def nights(seed, share, usual, moved, count=NIGHTS):
    """Return invented nights and whether each had a leak."""
    draw = np.random.default_rng(seed)
    leak = (draw.random(count) < share).astype(float)
    quiet = np.array([usual, 0.6 * usual, 0.3, 0.2 + 0.2 * usual])
    rows = quiet + leak[:, None] * np.array(moved) + draw.normal(0, 0.09, (count, len(FEATURES)))
    return np.clip(rows, 0, 1), leak


def community(line, *told):
    """Be a community: keep the nights, answer each model with an update."""
    rows, leak = nights(*told)
    draw = np.random.default_rng(told[0] + 100)
    while asked := line.recv():
        weights, terms = asked
        noise = draw.standard_normal(len(weights))
        line.send(
            federated.update(weights=weights, rows=rows, labels=leak, terms=terms, noise=noise)
        )
    line.close()


def together(terms):
    """Return what the communities learn, each in its own process."""
    lines = []
    for told in COMMUNITIES.values():
        ours, theirs = multiprocessing.Pipe()
        multiprocessing.get_context("spawn").Process(
            target=community, args=(theirs, *told), daemon=True
        ).start()
        lines.append(ours)
    weights = federated.start(features=len(FEATURES))
    for _ in range(terms.rounds):
        for line in lines:
            line.send((weights, terms))
        updates = [line.recv() for line in lines]
        weights = federated.averaged(weights=weights, updates=updates, terms=terms)
    for line in lines:
        line.send(None)
    return weights


def in_one_place(tables, terms):
    """Return what is learned from nights that lie in one place, without noise: as many rounds as it
    takes, for they cost nobody anything.
    """
    rows, leak = (np.concatenate(part) for part in zip(*tables, strict=True))
    weights = federated.start(features=len(FEATURES))
    for _ in range(_LEARNED):
        one = federated.update(
            weights=weights, rows=rows, labels=leak, terms=terms, noise=np.zeros(len(weights))
        )
        weights = federated.averaged(weights=weights, updates=[one], terms=terms)
    return weights


def compare(terms):
    """Return the AUC of each way, on later nights of both communities."""
    own = {name: nights(*told) for name, told in COMMUNITIES.items()}
    later = {
        name: nights(seed + 1000, *told, count=4000) for name, (seed, *told) in COMMUNITIES.items()
    }
    models = {f"alone: {name}": in_one_place([table], terms) for name, table in own.items()}
    models["federated, with noise"] = together(terms)
    models["all in one place"] = in_one_place(list(own.values()), terms)
    return {
        way: {
            name: round(
                federated.auc(said=federated.scores(weights=weights, rows=rows), labels=leak), 3
            )
            for name, (rows, leak) in later.items()
        }
        for way, weights in models.items()
    }


def main():
    """Compare, and say what it cost."""
    began, terms = time.perf_counter(), Terms()
    found = compare(terms)
    for way, said in found.items():
        print(f"{way:<24}", *(f"{name} {auc:.3f}" for name, auc in said.items()), sep="  ")
    cost = federated.epsilon(terms=terms, delta=DELTA)
    seconds = round(time.perf_counter() - began, 1)
    print(json.dumps({"auc": found, "epsilon": round(cost, 2), "delta": DELTA, "seconds": seconds}))


if __name__ == "__main__":
    main()
