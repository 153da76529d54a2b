"""How a campaign goes: stages, hours, how many at once, and who must not be together."""

from collections.abc import Collection, Sequence
from datetime import time
from hashlib import blake2b
from typing import TypeVar

import msgspec

from linli.kernel.place import lineage
from linli.registry.campaigns.logic.faults import BadPlan

T = TypeVar("T")

MOST_STAGES = 20
MOST_AT_ONCE = 500
MOST_CODES = 5_000
_SAFETY_PART = 10
"""Of the safety devices of a model, one in so many is under way at once at most."""
_WHOLE_PCT = 100.0
_LONGEST_WAIT_S = 30 * 86_400
_SHORTEST_PATIENCE_S = 10


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """Up to how far a stage goes: so many devices in all, or such a share of them.

    `wait_s` is how long it must have gone well before the next begins; more than `most_failures`
    of its devices failing pauses the campaign.
    """

    devices: int | None = None
    share_pct: float | None = None
    wait_s: int = 0
    most_failures: int = 0


USUAL = (
    Stage(devices=1, wait_s=600),
    Stage(share_pct=5.0, wait_s=3_600, most_failures=1),
    Stage(share_pct=25.0, wait_s=3_600, most_failures=3),
    Stage(share_pct=100.0, most_failures=10),
)
"""One device, then a twentieth, a quarter, all."""


def check_stages(stages: Sequence[Stage]) -> None:
    """Refuse stages that do not lead from a device to all of them.

    :raises BadPlan: if one says neither a number nor a share, or both, or the last is not all
    """
    if not 0 < len(stages) <= MOST_STAGES or stages[-1].share_pct != _WHOLE_PCT:
        raise BadPlan(field="stages")
    for stage in stages:
        one_of_two = (stage.devices is None) != (stage.share_pct is None)
        share, number = stage.share_pct or _WHOLE_PCT, 1 if stage.devices is None else stage.devices
        fits = number >= 1 and 0 < share <= _WHOLE_PCT and stage.share_pct != 0
        if not (one_of_two and fits):
            raise BadPlan(field="stages")
        if not 0 <= stage.wait_s <= _LONGEST_WAIT_S or stage.most_failures < 0:
            raise BadPlan(field="stages")


def check_pace(*, at_once: int, give_up_after_s: int, offline_limit_s: int) -> None:
    """Refuse a pace that nobody can have meant.

    :raises BadPlan: if it is so
    """
    if not 1 <= at_once <= MOST_AT_ONCE:
        raise BadPlan(field="at_once")
    if not _SHORTEST_PATIENCE_S <= give_up_after_s <= _LONGEST_WAIT_S:
        raise BadPlan(field="give_up_after_s")
    if not 0 <= offline_limit_s <= _LONGEST_WAIT_S:
        raise BadPlan(field="offline_limit_s")


def check_hours(*, start: time | None, end: time | None) -> None:
    """Refuse half a window of hours, or one that is never open.

    :raises BadPlan: if it is so
    """
    if (start is None) != (end is None) or (start is not None and start == end):
        raise BadPlan(field="hours")


def ends(*, total: int, stages: Sequence[Stage]) -> list[int]:
    """Return up to which device each stage goes; a share is rounded up, none goes back."""
    found: list[int] = []
    for stage in stages:
        if stage.devices is not None:
            end = stage.devices
        else:
            end = -int(-total * (stage.share_pct or 0.0) // _WHOLE_PCT)
        found.append(max(min(end, total), found[-1] if found else 0))
    return found


def stage_of(*, position: int, ends: Sequence[int]) -> int:
    """Return the stage of the device at a position, counted from 0."""
    return next(number for number, end in enumerate(ends) if position < end)


def shuffled(*, codes: Collection[str], seed: str) -> list[str]:
    """Return codes in an order that is the campaign's own: neighbours in the register are seldom
    neighbours in it, and another campaign tries its luck with another device.
    """
    return sorted(
        codes, key=lambda code: blake2b(f"{seed}/{code}".encode(), digest_size=8).digest()
    )


def open_now(*, start: time | None, end: time | None, now: time) -> bool:
    """Tell whether devices may be told at this hour of the place; the window may pass midnight."""
    if start is None or end is None:
        return True
    return start <= now < end if start < end else now >= start or now < end


def too_many_failed(*, failed: int, forgiven: int, most: int) -> bool:
    """Tell whether a stage must not go on; `forgiven` failures a person has looked at."""
    return failed - forgiven > most


def safety_room(*, devices: int, under_way: int) -> int:
    """Return how many more safety devices of a model may be under way: a tenth of them, one at
    least. It is no matter of insisting: a community must not lose its eyes.
    """
    return max(1, devices // _SAFETY_PART) - under_way


def neighbourhood(*, path: str, zones: Collection[str]) -> str:
    """Return the zone of a place: the nearest above it; the place itself where there is none."""
    return next((one for one in lineage(path) if one in zones), path)
