"""What a camera at a lane asks, whatever its protocol: a plate in one form, `lane.seen`'s body.

A plate stands in the question alone: it is no reading, in no log, no history and no kept frame.
"""

import hashlib
import re
from typing import Any

from linli.drivers.frames import BadFrame

UNSURE = 0.9
"""Where a camera does not say how sure it is, it is believed, and no wallet pays by it."""
COVER = b"(a plate event: not kept)"
"""What an engineer is shown in place of a frame that tells a plate."""
_LONGEST = 16
_NONE = frozenset({"unknown", "noplate", "no plate", "无车牌", "无牌车", "车牌", "-"})
_COLOUR_BEFORE = re.compile("^[蓝黄绿白黑](?=[\u4e00-\u9fff])")


def plate(said: str) -> str:
    """Return a plate without spaces and without a sign of its colour; "" for a car without one.

    :raises BadFrame: if it can be none
    """
    text = _COLOUR_BEFORE.sub("", "".join(said.split()))
    if text.lower() in _NONE:
        return ""
    if len(text) > _LONGEST or not text.isprintable():
        raise BadFrame("a plate that can be none")
    return text


def share(percent: float | None) -> float:
    """Return how sure a camera is, 0 to 1, of what it says in percent; None where it does not."""
    return UNSURE if percent is None else min(100.0, max(0.0, percent)) / 100


def body(
    *,
    plate: str,
    colour: str,
    confidence: float,
    direction: str,
    at: float | None,
    picture: str,
    replayed: bool,
    number: str = "",
) -> dict[str, Any]:
    """Return what is asked of a car at a lane by a camera that hears no answer: the arm is raised
    by a command. `picture` is a SHA-256, `at` the camera's time in epoch seconds; `number` which
    of its lanes it is, where it says so.
    """
    said: dict[str, Any] = {
        "plate": plate,
        "colour": colour,
        "confidence": confidence,
        "direction": direction,
        "picture": picture,
        "replayed": replayed,
        "commanded": True,
    }
    more = {"at": at, "lane": number or None}
    return said | {name: one for name, one in more.items() if one is not None}


def mark(kind: str, told: str) -> str:
    """Return the id of a question: the same whenever a camera tells the same again."""
    return f"{kind}-{hashlib.sha256(told.encode()).hexdigest()[:32]}"
