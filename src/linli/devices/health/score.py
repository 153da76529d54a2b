"""How well a device is, from 0 to 100."""

from collections.abc import Iterable

from linli.devices.health.kinds import CHECKS, Kind

BEST = 100


def score(kinds: Iterable[Kind]) -> int:
    """Return the score of a device with these faults: each takes its share of what is left, so two
    small ones are worse than one, and none but the worst makes it nearly nothing.
    """
    left = 1.0
    for kind in set(kinds):
        left *= 1.0 - CHECKS[kind].weight
    return round(BEST * left)
