"""What visits ask of the outside: whose car is expected, and the picture of a door."""

import tomllib
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

import msgspec
from django.conf import settings
from django.db import connections

from linli.adapters import pictures_live
from linli.contracts import doors, visits
from linli.domains.doors.queries import standing
from linli.domains.visits import queries
from linli.kernel.fault import Fault

SOURCES = "video.toml"
"""Beside the data: for each community, the code of a door → where its picture comes from."""
_DEMO, PATTERN = "demo.json", "pattern"
"""Where the demo was sown and nothing else was said, every door has the test picture."""


class BadSources(Fault):
    """The file that says where the pictures of doors come from cannot be read."""

    key = "visits.bad_sources"
    status = 500


def wire() -> None:
    """Join them."""
    doors.barred.answer_with(_barred)
    visits.expected_car.answer_with(queries.expected_car)
    visits.picture_source.answer_with(_source)
    show = partial(pictures_live.answer, outside=settings.VIDEO_OUTSIDE, goes_on=_goes_on)
    visits.picture.answer_with(show)


def _barred(community: str, people: Sequence[int], now: datetime) -> bool:
    return any(standing.is_barred(community=community, person=one, now=now) for one in people)


def _goes_on(offer: visits.Offer) -> bool:
    """Tell whether the call of a picture is still open; the thread that asks is its own."""
    try:
        return queries.is_open(community=offer.community, id=offer.call)
    finally:
        connections.close_all()


def _source(community: str, door: str) -> str:
    file = Path(settings.HOME) / SOURCES
    if not file.is_file():
        return PATTERN if (Path(settings.HOME) / _DEMO).is_file() else ""
    found = sources(file).get(community, {})
    return found.get(door) or found.get("*", "")


def sources(file: Path) -> dict[str, dict[str, str]]:
    """Read the file: `[community]`, then `"door" = "rtsp://…"`, a path, or `pattern`; `"*"` is for
    every other door.

    :raises BadSources: if it is not that
    """
    try:
        return msgspec.convert(tomllib.loads(file.read_text("utf-8")), dict[str, dict[str, str]])
    except (OSError, ValueError) as error:
        raise BadSources(file=file.name) from error
