"""Every write to devices under management."""

from linli.registry.fleet.operations.advancing import advance, forget_bulks
from linli.registry.fleet.operations.beginning import Wish, begin, carry, steer
from linli.registry.fleet.operations.collecting import collect
from linli.registry.fleet.operations.newcomers import Admission, admit, ignore, strangers_heard
from linli.registry.fleet.operations.scanning import Scan, scan

__all__ = [
    "Admission",
    "Scan",
    "Wish",
    "admit",
    "advance",
    "begin",
    "carry",
    "collect",
    "forget_bulks",
    "ignore",
    "scan",
    "steer",
    "strangers_heard",
]
