"""Classes of rows that are alike: Mondrian, strict and multidimensional (LeFevre, DeWitt and
Ramakrishnan 2006), each class of k rows at least, with l different sensitive values (distinct
l-diversity, Machanavajjhala and others 2007).
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]


def classes(
    *,
    codes: Codes,
    sensitive: Codes | None,
    k: int,
    l: int,  # noqa: E741
) -> list[Codes]:
    """Return the classes, each as the numbers of its rows; none where there are fewer than k rows,
    or fewer than l different sensitive values in all of them.

    :param codes: a row for each row, a column for each quasi-identifier: whole numbers in an order
        in which neighbours are alike
    """
    every = np.arange(len(codes))
    if not _fits(every, sensitive, k, l):
        return []
    span = np.maximum(np.ptp(codes, axis=0), 1)
    waiting, found = [every], list[Codes]()
    while waiting:
        rows = waiting.pop()
        halves = next(
            (pair for pair in _halved(codes, rows, span)
             if all(_fits(half, sensitive, k, l) for half in pair)),
            None,
        )  # fmt: skip
        if halves is None:
            found.append(rows)
        else:
            waiting.extend(halves)
    return found


def _fits(rows: Codes, sensitive: Codes | None, k: int, l: int) -> bool:  # noqa: E741
    return len(rows) >= k and (sensitive is None or len(np.unique(sensitive[rows])) >= l)


def _halved(codes: Codes, rows: Codes, span: Codes) -> Iterator[tuple[Codes, Codes]]:
    """Yield ways to halve rows: by the column that they are widest in first, at its middle."""
    widths = np.ptp(codes[rows], axis=0) / span
    for column in np.argsort(-widths, kind="stable"):
        values = codes[rows, column]
        middle = np.sort(values)[len(values) // 2]
        for low in (values < middle, values <= middle):
            if low.any() and not low.all():
                yield rows[low], rows[~low]
