"""Every write to tours."""

from linli.domains.tours.operations.editing import (
    PointIn,
    RouteIn,
    WindowIn,
    put_badge,
    put_point,
    put_route,
    put_serial,
    reprint,
)
from linli.domains.tours.operations.forgetting import forget
from linli.domains.tours.operations.hearing import Heard, hear
from linli.domains.tours.operations.planning import tick
from linli.domains.tours.operations.walking import Told, take, tell

__all__ = [
    "Heard",
    "PointIn",
    "RouteIn",
    "Told",
    "WindowIn",
    "forget",
    "hear",
    "put_badge",
    "put_point",
    "put_route",
    "put_serial",
    "reprint",
    "take",
    "tell",
    "tick",
]
