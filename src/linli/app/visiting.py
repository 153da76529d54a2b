"""What visits ask of the outside: whose car is expected, and the picture of a door."""

import tomllib
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

import msgspec
from django.conf import settings
from django.db import connections
from django.utils import timezone

from linli.adapters import pictures_live
from linli.adapters.talks_live import Lines
from linli.contracts import doors, parking, visits
from linli.domains.doors.logic import reasons
from linli.domains.doors.queries import finding, standing
from linli.domains.parking import guests
from linli.domains.visits import queries
from linli.domains.visits.operations import keeping, talking
from linli.drivers.isapi.alerts import DIGITAL
from linli.kernel.fault import Fault
from linli.registry.devices import queries as devices
from linli.registry.devices.models import Device

SOURCES = "video.toml"
"""Beside the data: for each community, the code of a door → where its picture comes from."""
_DEMO, PATTERN = "demo.json", "pattern"
"""Where the demo was sown and nothing else was said, every door has the test picture."""
_ISAPI, _ECHO = "isapi", "echo"


class BadSources(Fault):
    """The file that says where the pictures of doors come from cannot be read."""

    key = "visits.bad_sources"
    status = 500


def wire() -> None:
    """Join them."""
    doors.barred.answer_with(_barred)
    doors.reason.answer_with(reasons.said)
    parking.guest_car.answer_with(guests.guest_car)
    parking.lane_names.answer_with(guests.lane_names)
    visits.leaving.answer_with(keeping.leaving)
    visits.moved_out.answer_with(keeping.moved_out)
    visits.expected_car.answer_with(queries.expected_car)
    visits.hosts_of_car.answer_with(queries.hosts_of_car)
    visits.cars_of_host.answer_with(queries.cars_of_host)
    visits.picture_source.answer_with(_source)
    show = partial(pictures_live.answer, outside=settings.VIDEO_OUTSIDE, goes_on=_goes_on)
    visits.picture.answer_with(show)
    visits.panel.answer_with(_panel)
    lines = Lines(
        "linli.app.talking", outside=settings.VIDEO_OUTSIDE, goes_on=_talks, ended=_talk_ended
    )
    visits.talk.answer_with(lines.answer)


def _barred(community: str, people: Sequence[int], now: datetime) -> bool:
    return any(standing.is_barred(community=community, person=one, now=now) for one in people)


def _goes_on(offer: visits.Offer) -> bool:
    """Tell whether the call of a picture is still open; the thread that asks is its own."""
    try:
        return queries.is_open(community=offer.community, id=offer.call)
    finally:
        connections.close_all()


def _talks(offer: visits.TalkOffer) -> bool:
    """Tell whether a line is still the one of its call; the thread that asks is its own."""
    try:
        return queries.talks(community=offer.community, id=offer.call, line=offer.line)
    finally:
        connections.close_all()


def _talk_ended(offer: visits.TalkOffer, spoke_s: float) -> None:
    try:
        talking.ended(
            community=offer.community, id=offer.call, line=offer.line, spoke_s=spoke_s,
            now=timezone.now(),
        )  # fmt: skip
    finally:
        connections.close_all()


def _panel(community: str, door: str) -> visits.Panel | None:
    """Return through what one speaks at a door: through itself, or through its camera. Where it is
    reached is what the register says of it, and nothing else.
    """
    wanted = [door, finding.camera_of(community=community, code=door)]
    rows = devices.by_code(community=community, codes=wanted)
    for row in (rows.get(code) for code in wanted):
        if row is not None and row.driver == _ISAPI and row.enabled:
            return _over_isapi(row)
    return visits.Panel(way=_ECHO) if _source(community, door) == PATTERN else None


def _over_isapi(row: Device) -> visits.Panel | None:
    """Return a panel that is a line of its own, or a channel of one; none where it is not used."""
    above = row.gateway if row.gateway is not None and row.gateway.driver == _ISAPI else row
    if not (above.enabled and above.options.get("connect")):
        return None
    channel = None if above is row else _channel(row.address)
    if above is not row and channel is None:
        return None
    return visits.Panel(way=_ISAPI, options=above.options, channel=channel)


def _channel(address: str) -> int | None:
    """Return which channel of a recorder an address is, as its alerts count: `D1`, its first IP
    camera, is none of its own sockets. None if it is no number.
    """
    digits = address.removeprefix("D")
    if not (digits.isascii() and digits.isdecimal()):
        return None
    return int(digits) + (DIGITAL if digits != address else 0)


def _source(community: str, door: str) -> str:
    file = Path(settings.HOME) / SOURCES
    if not file.is_file():
        return demo_picture()
    found = sources(file).get(community, {})
    return found.get(door) or found.get("*", "")


def demo_picture() -> str:
    """Return the test picture where the demo was sown; elsewhere nothing."""
    return PATTERN if (Path(settings.HOME) / _DEMO).is_file() else ""


def sources(file: Path) -> dict[str, dict[str, str]]:
    """Read the file: `[community]`, then `"door" = "rtsp://…"`, a path, or `pattern`; `"*"` is for
    every other door.

    :raises BadSources: if it is not that
    """
    try:
        return msgspec.convert(tomllib.loads(file.read_text("utf-8")), dict[str, dict[str, str]])
    except (OSError, ValueError) as error:
        raise BadSources(file=file.name) from error
