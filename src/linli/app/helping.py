"""What calls for help ask of the outside: the live picture of the nearest camera."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import connections

from linli.adapters import pictures_live
from linli.app import visiting
from linli.contracts import sos
from linli.contracts.visits import Offer
from linli.domains.doors.queries import finding
from linli.domains.sos import queries

_SPARE = 2
"""So many look for a call for help though doors have all the pictures that they may."""


def wire() -> None:
    """Join them."""
    sos.picture_sources.answer_with(_sources)
    show = partial(
        pictures_live.answer, outside=settings.VIDEO_OUTSIDE, goes_on=_goes_on, spare=_SPARE
    )
    sos.picture.answer_with(show)


def _goes_on(offer: Offer) -> bool:
    """Tell whether the call of a picture is still open; the thread that asks is its own."""
    try:
        return queries.is_open(community=offer.community, id=offer.call)
    finally:
        connections.close_all()


def _sources(community: str, cameras: Sequence[str]) -> Mapping[str, str]:
    """Return where the live pictures of cameras come from: what the file says of each by its code,
    else of a door that it sees. What the file says of all other doors says nothing of a camera.
    """
    file = Path(settings.HOME) / visiting.SOURCES
    if not file.is_file():
        demo = visiting.demo_picture()
        return dict.fromkeys(cameras, demo) if demo else {}
    known = visiting.sources(file).get(community, {})
    doors = finding.seen_by(community=community, cameras=cameras)
    codes = {camera: [camera, *doors.get(camera, ())] for camera in cameras}
    found = {camera: [known[one] for one in codes[camera] if one in known] for camera in cameras}
    return {camera: sources[0] for camera, sources in found.items() if sources and sources[0]}
