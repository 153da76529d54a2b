"""Frames with what they say; each tells where it is from."""

from pathlib import Path
from typing import Any

import msgspec

_FILE = Path(__file__).resolve().parents[2] / "samples" / "dlt645" / "frames.json"


class Sample(msgspec.Struct, frozen=True):
    id: str
    hex: str
    source: str
    expect: dict[str, Any]

    @property
    def frame(self) -> bytes:
        return bytes.fromhex(self.hex)

    @property
    def wake(self) -> int:
        return len(self.frame) - len(self.frame.lstrip(b"\xfe"))


SAMPLES = msgspec.json.decode(_FILE.read_bytes(), type=list[Sample])


def holds(expected: object, told: object) -> bool:
    """Tell whether what was told has at least what is expected."""
    if isinstance(expected, dict) and isinstance(told, dict):
        return all(name in told and holds(value, told[name]) for name, value in expected.items())
    if isinstance(expected, list) and isinstance(told, list) and len(expected) == len(told):
        return all(holds(one, other) for one, other in zip(expected, told, strict=True))
    return expected == told
