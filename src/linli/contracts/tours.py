"""What the rest of the system may know of guard tours."""

from datetime import datetime

from linli.kernel.event import Event

VISITED = "visited"
"""The event of a device at a point of a tour: somebody was here."""


class TourBegun(Event, frozen=True, kw_only=True):
    """Somebody took a tour, or scanned its first point."""

    tour: int
    route: str
    place: str
    by: int


class TourNotBegun(Event, frozen=True, kw_only=True):
    """The time at which somebody should have set out has passed."""

    tour: int
    route: str
    place: str


class TourEnded(Event, frozen=True, kw_only=True):
    """The time of a tour is over, or every point is dealt with. `state` is `done`, `incomplete` or
    `missed`; `points` are the codes of those that nobody came to.
    """

    tour: int
    route: str
    place: str
    state: str
    visited: int
    skipped: int
    points: list[str]


class TourMadeGood(Event, frozen=True, kw_only=True):
    """A point that was missed had been visited in time: a telephone without network told it only
    afterwards. `missed` is how many of the tour's points are still without a visit.
    """

    tour: int
    route: str
    place: str
    point: str
    missed: int


class PointVisited(Event, frozen=True, kw_only=True):
    """Somebody was at a point of a tour, at `visited_at`, however that was told: scenes hear it as
    the event `visited` of the `device` that stands there. Nothing is told of a point without one,
    nor of a visit that is old news.
    """

    tour: int
    point: str
    place: str
    device: str
    visited_at: datetime
