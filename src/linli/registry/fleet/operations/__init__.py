"""Every write to devices under management."""

from linli.registry.fleet.operations.advancing import advance, forget_bulks
from linli.registry.fleet.operations.beginning import Wish, begin, steer
from linli.registry.fleet.operations.collecting import collect
from linli.registry.fleet.operations.newcomers import Admission, admit, ignore, strangers_heard

__all__ = [
    "Admission",
    "Wish",
    "admit",
    "advance",
    "begin",
    "collect",
    "forget_bulks",
    "ignore",
    "steer",
    "strangers_heard",
]
