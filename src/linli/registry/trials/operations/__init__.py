"""Every write to trials."""

from linli.registry.trials.operations.backtesting import (
    ask,
    claim,
    fail,
    finish,
    progress,
    release,
)

__all__ = ["ask", "claim", "fail", "finish", "progress", "release"]
