"""What charging asks of the outside: the tariffs of the catalogue, and whose card it is."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache

from django.conf import settings

from linli.contracts import doors
from linli.domains.charging import ports


def wire() -> None:
    """Join them."""
    ports.catalogue.answer_with(tariffs)
    ports.holder_of_card.answer_with(_holder)


def _holder(community: str, card: str) -> int | None:
    """Return whose card it is: the one for doors is the one for charging."""
    found = doors.bearer_of(community, doors.Way.CARD, card, datetime.now(UTC))
    return found.person if found is not None else None


@cache
def tariffs() -> Mapping[str, str]:
    """Return the texts of the tariffs of the catalogue by their ids, read once a process."""
    files = sorted((settings.CATALOG / "tariffs" / "charging").glob("*.toml"))
    return {file.stem: file.read_text("utf-8") for file in files}
