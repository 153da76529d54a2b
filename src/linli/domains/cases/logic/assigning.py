"""Who is to get which case, put as an assignment problem: costs here, the solver elsewhere."""

from collections.abc import Sequence
from math import asin, cos, radians, sin, sqrt

import msgspec

from linli.contracts.effects import Severity
from linli.kernel import place as places

FULL_AT = 8
"""Cases at hand above which a person is given only emergencies."""

WALK_M_PER_S = 1.2
CASE_AT_HAND_S = 600
"""A case already at hand delays the next by as much as ten minutes of walking."""

STEP_M = 40
"""One step up or down the tree of places, where no position is known."""

WEIGHT = {Severity.CRITICAL: 8, Severity.MAJOR: 4, Severity.MINOR: 2, Severity.INFO: 1}
EMERGENCIES = frozenset({Severity.CRITICAL, Severity.MAJOR})
_WAITING_S = 1_000_000
_EARTH_M = 6_371_000


class OnDuty(msgspec.Struct, frozen=True, kw_only=True):
    """Someone who can be given work: his number, and what he can do.

    `position` is (longitude, latitude) in degrees where it is known; `place` the path of where he
    is posted, `account` whom he signs in as.
    """

    id: int
    name: str
    account: int | None
    skills: frozenset[str]
    position: tuple[float, float] | None = None
    place: str = ""


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A case that nobody has. `tried` are staff who handed it back."""

    case: int
    skill: str
    severity: Severity
    place: str
    position: tuple[float, float] | None = None
    tried: frozenset[int] = frozenset()


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Rows are cases; columns are places in people's queues, `staff` says whose.

    A cost of None means never; `waiting` is the cost of leaving a case to wait.
    """

    costs: list[list[int | None]]
    waiting: list[int]
    staff: list[int]


def distance_m(
    *,
    place: str,
    position: tuple[float, float] | None,
    other_place: str,
    other_position: tuple[float, float] | None,
) -> float:
    """Return how far apart: over the ground if both positions are known, else along the tree."""
    if position is not None and other_position is not None:
        return _ground_m(position, other_position)
    above = set(places.lineage(place))
    common = next((path for path in places.lineage(other_place) if path in above), "")
    steps = _depth(place) + _depth(other_place) - 2 * _depth(common)
    return float(steps * STEP_M)


def _depth(path: str) -> int:
    return path.count("/") + 1 if path else 0


def problem(*, cases: Sequence[Waiting], staff: Sequence[OnDuty], load: dict[int, int]) -> Problem:
    """Put the waiting cases against the queues of the staff on duty.

    The severer a case, the more its delay counts, so the nearest goes to the worst first.
    """
    columns = [
        (index, member, ahead)
        for index, member in enumerate(staff)
        for ahead in range(_room(load.get(member.id, 0), len(cases)))
    ]
    return Problem(
        costs=[
            [_cost(case, member, load.get(member.id, 0) + ahead) for _, member, ahead in columns]
            for case in cases
        ],
        waiting=[WEIGHT[case.severity] * _WAITING_S for case in cases],
        staff=[index for index, _, _ in columns],
    )


def _room(at_hand: int, cases: int) -> int:
    return min(max(FULL_AT - at_hand, 1), cases)


def _cost(case: Waiting, member: OnDuty, at_hand: int) -> int | None:
    if case.skill not in member.skills or member.id in case.tried:
        return None
    if at_hand >= FULL_AT and case.severity not in EMERGENCIES:
        return None
    far_m = distance_m(
        place=case.place,
        position=case.position,
        other_place=member.place,
        other_position=member.position,
    )
    cost_s = far_m / WALK_M_PER_S + at_hand * CASE_AT_HAND_S
    return WEIGHT[case.severity] * min(round(cost_s), _WAITING_S - 1)


def _ground_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the great-circle distance by the haversine formula; points are (lon, lat)."""
    (lon1, lat1), (lon2, lat2) = (tuple(map(radians, point)) for point in (one, other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_M * asin(sqrt(half))
