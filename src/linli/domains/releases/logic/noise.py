"""Counts with noise, so that whether one person is among them cannot be told: ε-differential
privacy by the discrete Laplace mechanism (Ghosh and others 2012), drawn exactly, in whole numbers
(Canonne, Kamath and Steinke 2020, algorithms 1 and 2): floating point would tell (Mironov 2012).
"""

from collections.abc import Callable
from fractions import Fraction
from math import ceil, log

Below = Callable[[int], int]
"""Draws a whole number from 0 to below another, each as likely: `secrets.randbelow`."""

_ONCE_IN = 20


def noisy(*, count: int, epsilon: Fraction, below: Below) -> int:
    """Return a count with noise. One person changes at most one count by one; less than nobody is
    told as nobody.
    """
    return max(0, count + laplace(scale=1 / epsilon, below=below))


def error(*, epsilon: Fraction) -> int:
    """Return by how much a count may be off, nineteen times of twenty."""
    return ceil(log(_ONCE_IN) / float(epsilon))


def laplace(*, scale: Fraction, below: Below) -> int:
    """Return a whole number n, as likely as exp(-|n| / scale)."""
    wide, narrow = scale.numerator, scale.denominator
    while True:
        rest = below(wide)
        if not _exp(Fraction(rest, wide), below):
            continue
        whole = 0
        while _exp(Fraction(1), below):
            whole += 1
        found, minus = (rest + wide * whole) // narrow, below(2)
        if not (minus and found == 0):
            return -found if minus else found


def _exp(power: Fraction, below: Below) -> bool:
    """Return yes as likely as exp(-power); power from 0 to 1."""
    turn = 1
    while below(power.denominator * turn) < power.numerator:
        turn += 1
    return turn % 2 == 1
