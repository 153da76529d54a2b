"""The assignment problem, solved exactly (cost-scaling push-relabel of OR-Tools).

OR-Tools costs 20 MB of memory, so it is loaded with the first problem: only the worker has any.
"""

from collections.abc import Sequence

import numpy as np


class Unsolvable(RuntimeError):
    """The solver gave up; the status it gave is the argument."""


def assign(costs: Sequence[Sequence[int | None]], waiting: Sequence[int]) -> list[int | None]:
    """Return for each row the column it is given, or None, so that the whole costs least.

    `costs[i][j]` is a whole number ≥ 0, None where row i may never have column j; `waiting[i]` is
    the cost of giving row i nothing. No column is given twice.

    The problem is squared: each row has a column of its own that means waiting, and each column a
    row of its own that takes it up, or the waiting column of a row that needs it no more.

    :raises Unsolvable: if the numbers are too large for the solver
    """
    rows, columns = len(costs), len(costs[0]) if costs else 0
    if not rows or not columns:
        return [None] * rows
    arcs = [
        (row, column, cost)
        for row, line in enumerate(costs)
        for column, cost in enumerate(line)
        if cost is not None
    ]
    arcs += [(row, columns + row, waiting[row]) for row in range(rows)]
    arcs += [(rows + column, column, 0) for column in range(columns)]
    arcs += [(rows + column, columns + row, 0) for column in range(columns) for row in range(rows)]
    return _solve(np.array(arcs, dtype=np.int64), rows=rows, columns=columns)


def _solve(arcs: np.ndarray, *, rows: int, columns: int) -> list[int | None]:
    from ortools.graph.python import linear_sum_assignment as lsa  # noqa: PLC0415 - 20 MB

    solver = lsa.SimpleLinearSumAssignment()
    solver.add_arcs_with_cost(arcs[:, 0], arcs[:, 1], arcs[:, 2])
    status = solver.solve()
    if status != solver.OPTIMAL:
        raise Unsolvable(status)
    mates = (solver.right_mate(row) for row in range(rows))
    return [mate if mate < columns else None for mate in mates]
