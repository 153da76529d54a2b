"""Every write to devices under management."""

from linli.registry.fleet.operations.newcomers import Admission, admit, ignore, strangers_heard

__all__ = ["Admission", "admit", "ignore", "strangers_heard"]
