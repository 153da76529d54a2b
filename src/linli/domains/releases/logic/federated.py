"""A model that communities learn together while their rows stay at home: federated averaging
(McMahan and others 2017, with one step a round) of a logistic regression. Pure.

Each row's pull on the model is clipped, and noise is added to the sum before it leaves, so that no
row can be told from the updates (Abadi and others 2016; the Gaussian mechanism, accounted as
zero-concentrated differential privacy, Bun and Steinke 2016).
"""

from collections.abc import Sequence
from math import log, sqrt

import msgspec
import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What the communities agreed on before: how far one row may pull (`clip`), how wide the noise
    is in clips (`sigma`; 0: none), how many rounds, and how far each goes.
    """

    clip: float = 1.0
    sigma: float = 20.0
    rounds: int = 200
    rate: float = 4.0


class Update(msgspec.Struct, frozen=True, kw_only=True):
    """All that leaves a community in a round: a sum over its rows, with noise, and how many."""

    pull: list[float]
    rows: int


def update(
    *, weights: Numbers, rows: Numbers, labels: Numbers, terms: Terms, noise: Numbers
) -> Update:
    """Return how a community's rows would move the model.

    :param rows: features on scales that were agreed on, not taken from anybody's rows
    :param noise: drawn from the standard normal distribution, one for each weight
    """
    wide = _with_one(rows)
    pulls = (labels - _sigmoid(wide @ weights))[:, None] * wide
    lengths = np.maximum(np.linalg.norm(pulls, axis=1) / terms.clip, 1.0)
    total = (pulls / lengths[:, None]).sum(axis=0) + noise * terms.sigma * terms.clip
    return Update(pull=total.tolist(), rows=len(rows))


def averaged(*, weights: Numbers, updates: Sequence[Update], terms: Terms) -> Numbers:
    """Return the model after a round."""
    total = sum((np.array(one.pull) for one in updates), np.zeros_like(weights))
    return weights + terms.rate * total / sum(one.rows for one in updates)


def start(*, features: int) -> Numbers:
    """Return a model that knows nothing."""
    return np.zeros(features + 1)


def scores(*, weights: Numbers, rows: Numbers) -> Numbers:
    """Return how likely each row is a yes, from 0 to 1."""
    return _sigmoid(_with_one(rows) @ weights)


def auc(*, said: Numbers, labels: Numbers) -> float:
    """Return how often a yes is said to be likelier than a no: 1 always, 0.5 by chance."""
    order = np.argsort(np.argsort(said, kind="stable"), kind="stable") + 1.0
    yes = labels > 0
    ahead = order[yes].sum() - yes.sum() * (yes.sum() + 1) / 2
    return float(ahead / (yes.sum() * (~yes).sum()))


def epsilon(*, terms: Terms, delta: float) -> float:
    """Return the ε, at this δ, that all rounds together cost each row."""
    rho = terms.rounds / (2 * terms.sigma**2)
    return rho + 2 * sqrt(rho * log(1 / delta))


def _with_one(rows: Numbers) -> Numbers:
    return np.column_stack([rows, np.ones(len(rows))])


def _sigmoid(values: Numbers) -> Numbers:
    return 1 / (1 + np.exp(-np.clip(values, -30.0, 30.0)))
