"""A table as it is released: its columns in whole numbers, and what they say in words. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import product

import msgspec
import numpy as np

from linli.domains.releases.logic.mondrian import Codes
from linli.kernel.words import Words

Line = Mapping[str, int]
"""What a row says: a whole number for each column."""


class Values(msgspec.Struct, frozen=True, kw_only=True):
    """The values of a column in their order, neighbours alike; none where it holds numbers."""

    name: Words
    words: tuple[Words, ...] = ()

    def span(self, low: int, high: int) -> Words:
        """Return in words all from one value to another."""
        if not self.words:
            text = str(low) if low == high else f"{low}–{high}"
            return Words(zh=text, en=text)
        if low != high and high - low + 1 == len(self.words):
            return Words(zh="*", en="*")
        part = self.words[low : high + 1]
        return Words(zh="/".join(w.zh for w in part), en="/".join(w.en for w in part))


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What leaves, and nothing else: for each row from where to where each value lies."""

    columns: list[Values]
    rows: list[list[tuple[int, int]]]


def headings(*, made: Made, language: str) -> list[str]:
    """Return the first row of the file."""
    return [column.name.in_(language) for column in made.columns]


def lines(*, made: Made, language: str) -> list[list[str]]:
    """Return the rows of the file in words."""
    return [
        [
            column.span(low, high).in_(language)
            for column, (low, high) in zip(made.columns, row, strict=True)
        ]
        for row in made.rows
    ]


def coded(*, rows: Sequence[Line], keys: Sequence[str]) -> Codes:
    """Return some columns of rows."""
    found = np.array([[row[key] for key in keys] for row in rows], dtype=np.int64)
    return found.reshape(len(rows), len(keys))


def coarse(
    *, columns: list[Values], codes: Codes, sensitive: Codes | None, classes: Sequence[Codes]
) -> Made:
    """Return rows of which each says of its class what lies in it, and its own sensitive value. In
    the order of what they say: that of the register would tell.
    """
    found: list[list[tuple[int, int]]] = []
    for rows in classes:
        low, high = codes[rows].min(axis=0).tolist(), codes[rows].max(axis=0).tolist()
        spans = list(zip(low, high, strict=True))
        own = (
            [[]] * len(rows) if sensitive is None else [[(v, v)] for v in sensitive[rows].tolist()]
        )
        found += [[*spans, *one] for one in own]
    return Made(columns=columns, rows=sorted(found))


def counted(
    *, rows: Sequence[Line], keys: Sequence[str], sizes: Sequence[int]
) -> list[tuple[tuple[int, ...], int]]:
    """Return how many rows there are of each combination of values, those of nobody among them."""
    there = Counter(tuple(row[key] for key in keys) for row in rows)
    return [(one, there[one]) for one in product(*(range(size) for size in sizes))]
