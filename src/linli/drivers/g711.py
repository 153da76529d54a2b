"""Sound as telephones carry it: 8,000 samples a second, eight bits each (modelled on ITU-T G.711).

Samples are 16 bits, little-endian, one channel; a code is their logarithm by the A-law or the
µ-law. Encoding looks up a table of all 65,536 samples, made when it is first wanted.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import cache

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 8000
BLOCK = 160
"""Samples of 20 ms."""

_Samples = NDArray[np.int32]
_BIAS, _LOUDEST_MU = 33, 8158
_A_ENDS = np.array([0x1F, 0x3F, 0x7F, 0xFF, 0x1FF, 0x3FF, 0x7FF, 0xFFF])
_MU_ENDS = np.array([0x3F, 0x7F, 0xFF, 0x1FF, 0x3FF, 0x7FF, 0xFFF, 0x1FFF])


class Law(StrEnum):
    """Which of the two."""

    A = "alaw"
    MU = "ulaw"


def encoded(pcm: bytes, law: Law) -> bytes:
    """Return samples (16 bits each) as codes."""
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.int32)
    return _codes(law)[samples + 32768].tobytes()


def decoded(codes: bytes, law: Law) -> bytes:
    """Return codes as samples (16 bits each)."""
    return _samples(law)[np.frombuffer(codes, dtype=np.uint8)].astype("<i2").tobytes()


@cache
def _codes(law: Law) -> NDArray[np.uint8]:
    every = np.arange(-32768, 32768, dtype=np.int32)
    return _ENCODE[law](every).astype(np.uint8)


@cache
def _samples(law: Law) -> NDArray[np.int16]:
    every = np.arange(256, dtype=np.int32)
    return _DECODE[law](every).astype(np.int16)


def _to_a(samples: _Samples) -> _Samples:
    small = samples >> 3
    mask = np.where(small >= 0, 0xD5, 0x55)
    size = np.where(small >= 0, small, -small - 1)
    segment = np.searchsorted(_A_ENDS, size)
    code = (segment << 4) | ((size >> np.maximum(segment, 1)) & 0xF)
    return (code ^ mask).astype(np.int32)


def _to_mu(samples: _Samples) -> _Samples:
    mask = np.where(samples >= 0, 0xFF, 0x7F)
    size: _Samples = np.minimum(np.abs(samples) >> 2, _LOUDEST_MU) + _BIAS
    segment = np.searchsorted(_MU_ENDS, size)
    code = (segment << 4) | ((size >> (segment + 1)) & 0xF)
    return (code ^ mask).astype(np.int32)


def _from_a(codes: _Samples) -> _Samples:
    bare = codes ^ 0x55
    segment, step = (bare & 0x70) >> 4, (bare & 0xF) << 4
    size = np.where(segment == 0, step + 8, (step + 0x108) << np.maximum(segment - 1, 0))
    return np.where(bare & 0x80, size, -size).astype(np.int32)


def _from_mu(codes: _Samples) -> _Samples:
    bare = ~codes & 0xFF
    size = ((((bare & 0xF) << 3) + 0x84) << ((bare & 0x70) >> 4)) - 0x84
    return np.where(bare & 0x80, -size, size)


_ENCODE: dict[Law, Callable[[_Samples], _Samples]] = {Law.A: _to_a, Law.MU: _to_mu}
_DECODE: dict[Law, Callable[[_Samples], _Samples]] = {Law.A: _from_a, Law.MU: _from_mu}
