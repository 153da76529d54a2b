"""What a scene is: when it acts, what it does, when it ends, and the stories that prove it."""

import math

import msgspec

from linli.contracts.effects import Severity
from linli.kernel.words import Words

BOARDS = ("safety", "environment", "service", "activity", "device_health")
PLACE_KINDS = ("room", "floor", "unit", "building", "zone", "garage", "estate")
WHERES = ("device", "place", *PLACE_KINDS)


class Condition(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The part every condition shares.

    `node` numbers it within its scene; `key` is the way to it in the file (``, `all.0.`,
    `clear.`), which with a limit's name makes the limit's key, as `clear.below`.
    """

    node: int
    key: str = ""


class Look(Condition, frozen=True, kw_only=True):
    """A condition over points. `where` None is the device itself, or the place itself.

    A device scene that looks at a place looks at the other devices there. Points that are unknown
    or stale have no vote; without any vote the condition is unknown, neither true nor false.
    `of` is any, all, or how many at least.
    """

    point: str
    where: str | None = None
    of: str = "any"


class Threshold(Look, frozen=True, kw_only=True):
    """The last value lies in [low, high], or outside it if `inverted`.

    Every way to write a limit comes down to this. `limits` are as written; `loose_*` hold while
    the scene is active and its end has no condition of its own (hysteresis).
    """

    op: str
    limits: tuple[float, ...]
    hysteresis: float = 0.0
    low: float
    high: float
    inverted: bool = False
    loose_low: float
    loose_high: float


class Rate(Look, frozen=True, kw_only=True):
    """The newest value is `by` above the least (below the greatest, if negative) of `within_s`."""

    by: float
    within_s: float


class Silence(Look, frozen=True, kw_only=True):
    """Nothing was heard from the point (from the device, if `point` is empty) for so long."""

    silent_s: float


class Happened(Look, frozen=True, kw_only=True):
    """An event was just told: true for that instant."""


class Count(Condition, frozen=True, kw_only=True):
    """Something happened, or a limit was newly met, so often within a window; with `during` only
    what lies in the time in which the mode, as it is now, held already.
    """

    what: Threshold | Happened
    count: int
    within_s: float
    during: "Mode | None" = None


class Clock(Condition, frozen=True, kw_only=True):
    """The local time of day lies in [start, end) minutes, on such days.

    A window over midnight belongs to the day on which it starts. `days`: all, working, rest, or
    weekdays as 0 (Monday) to 6.
    """

    start_min: int
    end_min: int
    days: str | tuple[int, ...] = "all"


class Mode(Condition, frozen=True, kw_only=True):
    """A mode of the place, or of the nearest above that has it, is one of the values, and was set
    so long ago.
    """

    mode: str
    values: tuple[str, ...]
    since_s: float = 0.0


class Case(Condition, frozen=True, kw_only=True):
    """A case of a kind is open (or none is) at the place, above it, or below it."""

    kind: str
    open: bool = True


class After(Condition, frozen=True, kw_only=True):
    """So long has passed since the scene acted. For [clear] only."""

    after_s: float


class All(Condition, frozen=True, kw_only=True):
    parts: tuple["AnyCondition", ...]


class Any(Condition, frozen=True, kw_only=True):
    parts: tuple["AnyCondition", ...]


class Not(Condition, frozen=True, kw_only=True):
    part: "AnyCondition"


class Held(Condition, frozen=True, kw_only=True):
    """The part has been true for so long without a break."""

    part: "AnyCondition"
    hold_s: float


Leaf = Threshold | Rate | Silence | Happened | Count | Clock | Mode | Case | After
AnyCondition = Leaf | All | Any | Not | Held
Looking = Threshold | Rate | Silence | Happened


class Step(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Something to do, `after_s` after the firing; `number` is its place in the file."""

    number: int
    after_s: float = 0.0
    where: str | None = None


class Command(Step, frozen=True, kw_only=True):
    service: str
    args: dict[str, float | str | bool] = {}
    undo: bool = True


class OpenCase(Step, frozen=True, kw_only=True):
    kind: str
    to: str = ""
    within_s: float | None = None


class Broadcast(Step, frozen=True, kw_only=True):
    text: Words
    urgent: bool = False


class Notify(Step, frozen=True, kw_only=True):
    to: str
    text: Words
    urgent: bool = False


class SetMode(Step, frozen=True, kw_only=True):
    mode: str
    value: str


AnyStep = Command | OpenCase | Broadcast | Notify | SetMode


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """Readings in, effects out, in the words of the catalogue."""

    title: Words
    given: tuple[str, ...]
    then: tuple[str, ...]


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """A scene as it stands in its file, checked.

    `sensors` are points that a device must have to be watched; `actuators` the service families
    used; `scope` is `device` or a kind of place; `at` kinds of place below which it must be.
    """

    id: str
    name: Words
    board: str
    category: str
    severity: Severity
    source: str
    sensors: tuple[str, ...] = ()
    actuators: tuple[str, ...] = ()
    at: tuple[str, ...] = ()
    scope: str = "device"
    alarm: bool = True
    cooldown_s: float = 0.0
    when: AnyCondition
    clear: AnyCondition | None = None
    do: tuple[AnyStep, ...] = ()
    stories: tuple[Story, ...] = ()
    toml: str = ""

    @property
    def safety(self) -> bool:
        """Tell whether it outranks scenes of other boards at an actuator."""
        return self.board == "safety"


def span(*, op: str, limits: tuple[float, ...], slack: float = 0.0) -> tuple[float, float, bool]:
    """Return (low, high, inverted) of a comparison: true for low ≤ value ≤ high, or outside it.

    `slack` widens what is true by so much at each limit: hysteresis.
    """
    first, last = limits[0], limits[-1]
    inf = math.inf
    match op:
        case "above":
            return math.nextafter(first - slack, inf), inf, False
        case "at_least":
            return first - slack, inf, False
        case "below":
            return -inf, math.nextafter(first + slack, -inf), False
        case "at_most":
            return -inf, first + slack, False
        case "equals":
            return first - slack, last + slack, False
        case _:
            return first + slack, last - slack, True
