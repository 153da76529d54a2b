"""What is told of a call: to whom, and what loudspeakers say of it."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict

from django.db import transaction

from linli.domains.visits import queries
from linli.domains.visits.models import Call
from linli.kernel.fault import Fault
from linli.registry.devices import operations as devices
from linli.registry.devices import queries as device_queries
from linli.registry.devices.catalogue import models as thing_models

_log = logging.getLogger(__name__)
_SAY = "speaker.say"


class About(TypedDict):
    """What every fact of a call tells."""

    community: str
    cause: str | None
    call: int
    door: str
    place: str
    told: tuple[int, ...]
    guardians: tuple[int, ...]


def about(row: Call, now: datetime) -> About:
    """Return what every fact of a call tells, and whom: a guardian who lives there is rung as the
    others are.
    """
    home, community = row.household, row.community
    told = queries.telephones(community=community, household=home, now=now) if home else ()
    able = queries.guardians(community=community, household=home, now=now) if home else ()
    return {
        "community": community, "cause": None, "call": row.pk, "door": row.door,
        "place": row.room or row.place, "told": told,
        "guardians": tuple(one for one in able if one not in told),
    }  # fmt: skip


def able() -> list[str]:
    """Return the models that can speak."""
    return sorted(one.id for one in thing_models().values() if _SAY in one.services)


def speakers(community: str, room: str) -> list[str]:
    """Return the loudspeakers of a home."""
    return [
        code
        for model in able()
        for code in device_queries.codes(
            community=community, sought=device_queries.Sought(model=model, place=room)
        )
    ]


def speak(row: Call, speakers: Sequence[str], text: str, now: datetime, *, key: str = "") -> None:
    """Have loudspeakers say something about a call; by the same key once."""
    for device in speakers:
        _command(row.community, device, text, key or f"call:{row.pk}", now)


def tell(community: str, device: str, text: str, key: str, now: datetime) -> None:
    """Have the loudspeaker that heard a word say what became of it, if it is one that speaks."""
    if device_queries.device(community=community, code=device).model in able():
        _command(community, device, text, key, now)


def _command(community: str, device: str, text: str, key: str, now: datetime) -> None:
    """Have a loudspeaker speak; one that cannot now keeps nobody's telephone from ringing."""
    try:
        with transaction.atomic():
            devices.request_command(
                community=community, device=device, service=_SAY, args={"text": text},
                key=f"{key}:{device}"[:64], by=None, cause=key, now=now,
            )  # fmt: skip
    except Fault as refusal:
        _log.warning("%s: %s does not speak: %s", community, device, refusal.key)
