"""A community's load limit, shared fairly among those who charge: water-filling by phase.

Everybody's current rises together until his own most, or a limit that he is under, is reached
(max-min fairness). A limit is that of one phase of a site, or of a feeder that several sites hang
on. Below 6 A a car cannot charge (IEC 61851-1 as quoted), so where not all can have it some wait,
in turn: whoever waited longest goes first, and nobody is paused before his turn is over. Currents
are tenths of an ampere, so that no sum is a float.
"""

from collections.abc import Mapping, Sequence

import msgspec

LEAST_DA = 60
TURN_S = 900.0
_WORTH_DA = 10


class Draw(msgspec.Struct, frozen=True, kw_only=True):
    """One who charges: the limits that he draws on (by their names: a phase of his site, a phase of
    its feeder), what his connector and car can take at most.

    `running_s` is for how long he has charged in this turn, 0 where he is paused; `waited_s` for
    how long he has been paused, `had_wh` what he got so far. `needs_da` is what he needs from now
    on to be done in time, where he said when.
    """

    id: int
    phases: Sequence[str] = "123"
    most_da: int = 320
    running_s: float = 0.0
    waited_s: float = 0.0
    had_wh: int = 0
    needs_da: int | None = None


def share(*, limits_da: Mapping[str, int], draws: Sequence[Draw]) -> dict[int, int]:
    """Return the current of each, tenths of an ampere; 0 for those who wait.

    Never more than a limit, and for nobody less than he can charge with. Nobody
    outranks another but by time: who is late for the time he gave, then who is within his turn,
    then who waited longest, then who got least.
    """
    given: list[Draw] = []
    left = dict(limits_da)
    for draw in sorted(draws, key=_turn):
        able = draw.most_da >= LEAST_DA and all(
            left.get(phase, 0) >= LEAST_DA for phase in draw.phases
        )
        if able:
            given.append(draw)
            for phase in draw.phases:
                left[phase] -= LEAST_DA
    return {draw.id: 0 for draw in draws} | _fill(given, left)


def _turn(draw: Draw) -> tuple[int, float, int, int]:
    """Order by whose turn it is."""
    late = draw.needs_da is not None and draw.needs_da >= draw.most_da
    within = 0 < draw.running_s < TURN_S
    rank = 0 if late else 1 if within else 2
    return rank, -draw.waited_s, draw.had_wh, draw.id


def _fill(draws: Sequence[Draw], left: dict[str, int]) -> dict[int, int]:
    """Let all rise together from the least; whoever reaches an end stays there."""
    level = {draw.id: LEAST_DA for draw in draws}
    rising = list(draws)
    while rising := [draw for draw in rising if level[draw.id] < draw.most_da]:
        full = next((p for p in left if left[p] < _on(rising, p)), None)
        if full is not None:
            rising = [draw for draw in rising if full not in draw.phases]
            continue
        step = min(
            [draw.most_da - level[draw.id] for draw in rising]
            + [left[phase] // _on(rising, phase) for draw in rising for phase in draw.phases]
        )
        for draw in rising:
            level[draw.id] += step
            for phase in draw.phases:
                left[phase] -= step
    return level


def _on(draws: Sequence[Draw], phase: str) -> int:
    return sum(1 for draw in draws if phase in draw.phases)


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One who charges, as far as his charger was told: `told_da` (None: it must be told, whatever
    comes out), `flows_da` the most that may flow now, also by an order that is not confirmed, and
    `target_da` what he is to have in the end. `busy`: an order is under way, or it cannot be told
    now.
    """

    id: int
    phases: Sequence[str]
    target_da: int
    told_da: int | None
    flows_da: int
    busy: bool


def steps(*, limits_da: Mapping[str, int], told: Sequence[Told]) -> dict[int, int]:
    """Return who is to be told a current now, and which: whoever is to have less at once; whoever
    is to have more only as much as is free beside all that may flow, those with least first.

    As long as chargers do as they confirmed, what flows never rises above a limit.
    """
    load = dict.fromkeys(limits_da, 0)
    for one in told:
        _load(load, one, one.flows_da)
    found: dict[int, int] = {}
    for one in sorted(told, key=lambda one: (one.target_da > one.flows_da, one.flows_da, one.id)):
        step = _step(one, limits_da, load)
        if not one.busy and _is_worth(one.told_da, step):
            found[one.id] = step
            _load(load, one, max(0, step - one.flows_da))
    return found


def _step(one: Told, limits_da: Mapping[str, int], load: Mapping[str, int]) -> int:
    """Return how far he can go now."""
    if one.target_da <= one.flows_da:
        return one.target_da
    room = min((limits_da[phase] - load[phase] for phase in one.phases), default=one.target_da)
    step = min(one.target_da, one.flows_da + max(0, room))
    return step if step >= LEAST_DA else 0


def _is_worth(told_da: int | None, step_da: int) -> bool:
    """Tell whether a share is worth a message: one that falls always is, one that grows by less
    than an ampere is not.
    """
    if told_da is None or step_da < told_da:
        return True
    return step_da - told_da >= _WORTH_DA or (step_da > 0 and told_da == 0)


def _load(load: dict[str, int], one: Told, more_da: int) -> None:
    for phase in one.phases:
        load[phase] += more_da
