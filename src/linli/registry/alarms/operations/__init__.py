"""Every write to the alarm desk."""

from linli.registry.alarms.operations.carrying import place_moved
from linli.registry.alarms.operations.clearing import alarms_cleared, cleared
from linli.registry.alarms.operations.handling import (
    acknowledge,
    close,
    settle_flapping,
    shelve,
    unshelve,
    unshelve_due,
)
from linli.registry.alarms.operations.judging import judge
from linli.registry.alarms.operations.raising import alarms_raised, raised

__all__ = [
    "acknowledge",
    "alarms_cleared",
    "alarms_raised",
    "cleared",
    "close",
    "judge",
    "place_moved",
    "raised",
    "settle_flapping",
    "shelve",
    "unshelve",
    "unshelve_due",
]
