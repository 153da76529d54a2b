"""Marks in rows, by which a copy is known again from a part of it: pure.

Two of them. A *sign* of 32 characters without width stands after one text of every row: one row is
enough to read it. It outlives copy and paste between programs, and sorting; it does not outlive
typing anew, a photograph, or a program that drops such characters. The *turn* is the order within
each pair of rows that lie together, which follows from the copy: it outlives those, and is lost
where the rows are sorted anew. Neither outlives who knows of both and means to.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import pairwise
from math import comb
from typing import Any

import msgspec

_ALPHABET = "\u200b\u200c\u200d\u2060"
NUMBER_BYTES, PROOF_BYTES = 4, 4
_LENGTH = 4 * (NUMBER_BYTES + PROOF_BYTES)
_SIGN = re.compile(f"[{_ALPHABET}]{{{_LENGTH}}}")
_ALL = re.compile(f"[{_ALPHABET}]{{8,}}")
BANNER = "※"
"""Begins the line that says whose copy it is; no row of a register begins so."""
_LOOKED_AT = 400
"""Rows of a file whose order is looked at."""

Row = list[Any]


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """What marks one copy: its number, the proof that the number is ours, the key of its order."""

    number: int
    proof: bytes
    key: bytes

    @property
    def sign(self) -> str:
        """Return the characters without width that say the number and its proof."""
        body = self.number.to_bytes(NUMBER_BYTES) + self.proof[:PROOF_BYTES]
        return "".join(_ALPHABET[byte >> shift & 3] for byte in body for shift in (6, 4, 2, 0))


def marked(rows: Iterable[Row], *, mark: Mark, by: int, into: Sequence[int]) -> Iterator[Row]:
    """Yield rows with the mark of a copy.

    :param by: the column by which two rows are told apart
    :param into: the columns that may bear the sign, the first that says something does
    """
    for row in _turned(rows, key=mark.key, by=by):
        at = next((at for at in into if isinstance(row[at], str) and row[at]), None)
        if at is not None:
            row[at] += mark.sign
        yield row


def _turned(rows: Iterable[Row], *, key: bytes, by: int) -> Iterator[Row]:
    waiting: Row | None = None
    for row in rows:
        if waiting is None:
            waiting = row
            continue
        if _second_first(key, str(waiting[by]), str(row[by])):
            waiting, row = row, waiting  # noqa: PLW2901 - the pair is turned
        yield from (waiting, row)
        waiting = None
    if waiting is not None:
        yield waiting


def _second_first(key: bytes, one: str, other: str) -> bool:
    """Tell whether a pair is turned in this copy, whichever of the two is named first."""
    if one == other:
        return False
    low, high = sorted((one, other))
    turned = bool(blake2b(f"{low}\0{high}".encode(), key=key, digest_size=1).digest()[0] & 1)
    return turned is (one == low)


def without(text: str) -> str:
    """Return a text as it was before it was marked."""
    return _ALL.sub("", text)


def signs(texts: Iterable[str]) -> dict[tuple[int, bytes], int]:
    """Return which numbers, each with its proof, are said in texts, and how many times."""
    found: dict[tuple[int, bytes], int] = {}
    for text in texts:
        for sign in _SIGN.findall(text):
            body = bytes(
                sum(_ALPHABET.index(sign[at + i]) << 6 - 2 * i for i in range(4))
                for at in range(0, _LENGTH, 4)
            )
            said = int.from_bytes(body[:NUMBER_BYTES]), body[NUMBER_BYTES:]
            found[said] = found.get(said, 0) + 1
    return found


def chance(rows: Sequence[Sequence[str]], *, key: bytes) -> float:
    """Return how likely it is that rows stand in the order of a copy by chance alone: 1 says
    nothing, near 0 names the copy. Each column may be the one that told the rows apart, and pairs
    may begin at the first or the second row, so it is that much likelier.
    """
    columns = max(map(len, rows), default=0)
    part = [[without(cell) for cell in row] for row in rows[:_LOOKED_AT]]
    tries = [
        [(a[by], b[by]) for a, b in list(pairwise(part))[begin::2] if by < min(len(a), len(b))]
        for by in range(columns)
        for begin in (0, 1)
    ]
    return min(
        1.0, max(1, len(tries)) * min((_by_chance(key, pairs) for pairs in tries), default=1.0)
    )


def _by_chance(key: bytes, pairs: list[tuple[str, str]]) -> float:
    told = [(one, other) for one, other in pairs if one != other]
    right = sum(not _second_first(key, one, other) for one, other in told)
    return float(sum(comb(len(told), n) for n in range(right, len(told) + 1)) / 2 ** len(told))
