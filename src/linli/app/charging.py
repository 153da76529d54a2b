"""What charging asks of the outside: the tariffs of the catalogue, whose card it is, and whether a
camera is at a lane; and what parking asks of it: whether one sees charging bays.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache

from django.conf import settings

from linli.contracts import doors
from linli.domains.charging import bays, ports
from linli.domains.parking import ports as parking
from linli.domains.parking.queries import lots, zones


def wire() -> None:
    """Join them."""
    ports.catalogue.answer_with(tariffs)
    ports.holder_of_card.answer_with(_holder)
    ports.reads_for_parking.answer_with(_reads_for_parking)
    parking.reads_for_charging.answer_with(_reads_for_charging)


def _holder(community: str, card: str) -> int | None:
    """Return whose card it is: the one for doors is the one for charging."""
    found = doors.bearer_of(community, doors.Way.CARD, card, datetime.now(UTC))
    return found.person if found is not None else None


def _reads_for_parking(community: str, camera: str) -> bool:
    return lots.is_at_lane(community=community, camera=camera) or zones.is_watched(
        community=community, device=camera
    )


def _reads_for_charging(community: str, camera: str) -> bool:
    return bays.sees_bays(community=community, camera=camera)


@cache
def tariffs() -> Mapping[str, str]:
    """Return the texts of the tariffs of the catalogue by their ids, read once a process."""
    files = sorted((settings.CATALOG / "tariffs" / "charging").glob("*.toml"))
    return {file.stem: file.read_text("utf-8") for file in files}
