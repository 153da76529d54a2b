"""Every write to tours."""

from linli.domains.tours.operations.editing import (
    PointIn,
    RouteIn,
    WindowIn,
    put_point,
    put_route,
    reprint,
)
from linli.domains.tours.operations.forgetting import forget
from linli.domains.tours.operations.planning import tick
from linli.domains.tours.operations.walking import Told, take, tell

__all__ = [
    "PointIn",
    "RouteIn",
    "Told",
    "WindowIn",
    "forget",
    "put_point",
    "put_route",
    "reprint",
    "take",
    "tell",
    "tick",
]
