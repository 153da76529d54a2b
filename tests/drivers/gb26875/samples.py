"""Frames both ways, each with its source."""

import json

from tests.laws.source import ROOT

_FOLDER = ROOT / "tests" / "samples" / "gb26875"


def samples():
    """Return every sample; `expect` is what a decoder must say of it."""
    return [
        sample
        for name in ("vectors.json", "frames.json")
        for sample in json.loads((_FOLDER / name).read_text("utf-8"))
    ]
