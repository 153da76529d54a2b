"""Every write to trials."""

from linli.registry.trials.operations.backtesting import (
    ask,
    beat,
    cancel,
    claim,
    fail,
    finish,
    progress,
    release,
)
from linli.registry.trials.operations.proposing import accept, approve, dismiss, keep, look

__all__ = [
    "accept",
    "approve",
    "ask",
    "beat",
    "cancel",
    "claim",
    "dismiss",
    "fail",
    "finish",
    "keep",
    "look",
    "progress",
    "release",
]
