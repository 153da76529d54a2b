"""Rules of what people may change about scenes, and scenes in words."""

import re
from collections.abc import Mapping
from math import isfinite

from linli.kernel.fault import Fault

LONGEST_REASON = 500
_WORD = re.compile(r"[a-z][a-z0-9_]{0,47}")


class NeedsReason(Fault):
    key = "scenes.needs_reason"
    status = 422


class UnknownLimit(Fault):
    key = "scenes.unknown_limit"
    status = 422


class BadLimit(Fault):
    key = "scenes.bad_limit"
    status = 422


class BadMode(Fault):
    key = "scenes.bad_mode"
    status = 422


def check_switch(*, on: bool, reason: str) -> None:
    """Refuse to switch a scene off without saying why, or with too long a reason.

    :raises NeedsReason: if it is
    """
    if (not on and not reason.strip()) or len(reason) > LONGEST_REASON:
        raise NeedsReason(longest=LONGEST_REASON)


def check_limit(
    *, scene: str, key: str, value: float | None, limits: Mapping[str, tuple[float, str]]
) -> None:
    """Refuse a limit that the scene does not have, or a value that is none.

    `limits` are those of the scene: value and point, by key.

    :raises UnknownLimit: if it has no such limit
    :raises BadLimit: if the value is not finite, or a span or count below zero
    """
    if key not in limits:
        raise UnknownLimit(scene=scene, key=key, known=", ".join(limits))
    if value is None:
        return
    name = key.rpartition(".")[2]
    if not isfinite(value) or (name in {"hold", "count", "hysteresis"} and value < 0):
        raise BadLimit(key=key, value=value)


def check_mode(*, mode: str, value: str) -> None:
    """Refuse words that no scene could ask for.

    :raises BadMode: if one has other signs than a-z, 0-9 and the underscore
    """
    if not _WORD.fullmatch(mode) or not _WORD.fullmatch(value):
        raise BadMode(mode=mode[:48], value=value[:48])
