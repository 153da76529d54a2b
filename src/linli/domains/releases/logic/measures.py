"""What a release still tells, and what it lost: pure.

Risk of finding somebody again as in El Emam and Dankar 2008: the *prosecutor* knows that somebody
is in the release, the *journalist* knows only that he lives where it is of. Loss as NCP (Xu and
others 2006) and discernibility (Bayardo and Agrawal 2005).
"""

from collections.abc import Sequence

import msgspec
import numpy as np

from linli.domains.releases.logic.mondrian import Codes

AT_RISK = 0.2
"""A row that is found again more often than this is at risk: a class of fewer than five."""


class Measures(msgspec.Struct, frozen=True, kw_only=True):
    """What a release of rows tells. Shares from 0 to 1.

    `smallest`: rows of the smallest class. `prosecutor` and `journalist`: the most likely that one
    row is found again; `average` over all rows, by the prosecutor. `at_risk`: rows likelier found
    than one in five. `diversity`: the fewest different sensitive values in a class; `certainty`:
    the largest share that one value has in a class; neither where nothing sensitive is released.
    `ncp`: how wide values became; `discernibility`: the sum of the squares of the classes, and a
    whole table for each row that was `left_out`.
    """

    rows: int
    left_out: int
    classes: int
    smallest: int
    prosecutor: float
    journalist: float
    average: float
    at_risk: float
    diversity: int | None
    certainty: float | None
    ncp: float
    discernibility: int


def measured(
    *,
    codes: Codes,
    sensitive: Codes | None,
    classes: Sequence[Codes],
    population: Codes,
    left_out: int,
) -> Measures:
    """Measure classes of rows.

    :param population: everybody who lives where the release is of, coded in the same way
    :param left_out: rows that are not in `codes` because something of them is not known
    """
    sizes = np.array([len(rows) for rows in classes])
    counts = [] if sensitive is None else [_counts(sensitive[rows]) for rows in classes]
    alike = [_alike(codes[rows], population) for rows in classes]
    return Measures(
        rows=len(codes),
        left_out=left_out,
        classes=len(classes),
        smallest=int(sizes.min()),
        prosecutor=_share(1 / sizes.min()),
        journalist=_share(1 / min(alike)),
        average=_share(len(classes) / len(codes)),
        at_risk=_share(sizes[sizes * AT_RISK < 1].sum() / len(codes)),
        diversity=min((len(one) for one in counts), default=None),
        certainty=_share(max(one.max() / one.sum() for one in counts)) if counts else None,
        ncp=_share(_ncp(codes, classes)),
        discernibility=int((sizes**2).sum()) + left_out * (len(codes) + left_out),
    )


def _counts(values: Codes) -> Codes:
    return np.unique(values, return_counts=True)[1]


def _alike(rows: Codes, population: Codes) -> int:
    """Return how many who live there fit what is said of a class."""
    low, high = rows.min(axis=0), rows.max(axis=0)
    return int(((population >= low) & (population <= high)).all(axis=1).sum())


def _ncp(codes: Codes, classes: Sequence[Codes]) -> float:
    span = np.maximum(np.ptp(codes, axis=0), 1)
    wide = sum((np.ptp(codes[rows], axis=0) / span).sum() * len(rows) for rows in classes)
    return float(wide / (codes.shape[1] * len(codes)))


def _share(value: float) -> float:
    return round(float(value), 4)
