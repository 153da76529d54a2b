"""Readings as columns. Scenes read them too, so they stand among the contracts."""

from linli.contracts.readings import (
    BadBatch,
    Batch,
    Quality,
    decode,
    encode,
    is_batch,
)

__all__ = [
    "BadBatch",
    "Batch",
    "Quality",
    "decode",
    "encode",
    "is_batch",
]
