"""How well devices are, as it travels over HTTP."""

from datetime import datetime
from typing import Any

from ninja import Schema

from linli.foundation.shapes import TwoLanguages
from linli.registry.health.models import DeviceFault
from linli.registry.health.queries import Wellness


class FaultOut(Schema):
    """`points` are the properties that show it; `behind` the gateway that is to blame."""

    kind: str
    severity: str
    since: datetime
    words: TwoLanguages
    figures: dict[str, float]
    points: list[str]
    behind: str | None


class HealthOut(Schema):
    """`score` is from 0 to 100, `scored_since` when it became so; empty while nobody has looked."""

    device: str
    device_name: TwoLanguages
    model: str
    place: str
    score: int | None
    scored_since: datetime | None
    faults: list[FaultOut]


class HealthList(Schema):
    items: list[HealthOut]
    next: str | None


def health_out(one: Wellness) -> dict[str, Any]:
    """Return a device with its score and faults."""
    device, health = one.device, one.health
    return {
        "device": device.code,
        "device_name": {"zh": device.name.zh, "en": device.name.en},
        "model": device.model,
        "place": device.place.path,
        "score": health.score if health else None,
        "scored_since": health.since if health else None,
        "faults": [fault_out(row) for row in one.faults],
    }


def fault_out(row: DeviceFault) -> dict[str, Any]:
    """Return what is wrong, in words and figures."""
    return {
        "kind": row.kind,
        "severity": row.severity,
        "since": row.since,
        "words": {"zh": row.words_zh, "en": row.words_en},
        "figures": row.figures,
        "points": row.points,
        "behind": row.behind or None,
    }
