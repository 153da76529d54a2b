"""Two guard routes of 和睦里 and the call tree of its estate, laid down as a manager would."""

from datetime import datetime, time
from typing import NamedTuple

from linli.domains.sos import logic as calls
from linli.domains.sos import operations as sos
from linli.domains.sos import queries as sos_queries
from linli.domains.tours import operations as tours
from linli.domains.tours import queries as tour_queries
from linli.foundation.scope.paging import CodePage
from linli.kernel.words import Words
from linli.registry.places import queries as places

ALL_WEEK = "1234567"


class _Point(NamedTuple):
    code: str
    zh: str
    en: str
    place: str
    proof: str


_POINTS = (
    _Point("gate-s", "南门岗", "south gate", "gate-s", "rotating"),
    _Point("gate-n", "北门岗", "north gate", "gate-n", "none"),
    _Point("gate-w", "西门岗", "west gate", "gate-w", "none"),
    _Point("gate-e", "东门岗", "east gate", "gate-e", "none"),
    _Point("plaza", "和睦广场", "plaza", "plaza", "position"),
    _Point("garage-1", "地下车库", "garage", "g1", "none"),
    _Point("pumps", "泵房", "pump room", "pump-house", "none"),
    _Point("power", "配电房", "substation", "substation", "none"),
    _Point("fire-room", "消防控制室", "fire control room", "fire-room", "none"),
)
_ROUTES = (
    ("perimeter", "外围巡更", "Perimeter round", "free",
     ("gate-s", "gate-w", "gate-n", "gate-e", "plaza"),
     ((time(7), 720), (time(22), 120))),
    ("plant", "设备房巡更", "Plant rooms round", "fixed",
     ("fire-room", "power", "pumps", "garage-1"), ((time(9), 120), (time(21), 120))),
)  # fmt: skip
_TREE = (
    calls.Rung(whom=calls.NEAREST, target="guard", wait_s=30),
    calls.Rung(whom=calls.FAMILY, wait_s=30),
    calls.Rung(whom=calls.DUTY, target="front_desk", wait_s=30),
    calls.Rung(whom=calls.DUTY, target="guard", wait_s=30),
    calls.Rung(whom=calls.ALL, target="manager", wait_s=60),
)


def seed(*, community: str, now: datetime) -> None:
    """Lay down points, routes and the call tree; sown twice it is once."""
    if not tour_queries.routes(community=community):
        paths = [f"{community}/{one.place}" for one in _POINTS]
        middles = places.middles(community=community, paths=paths)
        for one in _POINTS:
            _point(community, one, middles.get(f"{community}/{one.place}"))
        for code, zh, en, order, points, spans in _ROUTES:
            windows = [
                tours.WindowIn(days=ALL_WEEK, starts=starts, minutes=minutes)
                for starts, minutes in spans
            ]
            tours.put_route(
                community=community,
                route=tours.RouteIn(
                    code=code, name=Words(zh=zh, en=en), place=community, order=order,
                    points=points, windows=windows,
                ),
                now=now,
            )  # fmt: skip
    if not sos_queries.trees(community=community, wanted=CodePage(cursor="", limit=1))[0]:
        sos.put_tree(community=community, place=community, rungs=_TREE, siren=False)


def _point(community: str, one: _Point, position: tuple[float, float] | None) -> None:
    tours.put_point(
        community=community,
        point=tours.PointIn(
            code=one.code,
            name=Words(zh=one.zh, en=one.en),
            place=f"{community}/{one.place}",
            proof=one.proof,
            position=position,
            radius_m=80,
        ),
    )
