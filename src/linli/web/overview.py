"""The community at a glance, and how the system itself fares."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from ninja import Router, Schema

from linli.domains.cases import queries as cases
from linli.foundation.apart import pairing
from linli.foundation.identity.guard import Visit, may, may_everywhere
from linli.kernel.port import Port
from linli.registry.alarms import queries as alarms
from linli.registry.devices import queries as devices
from linli.runtime import tidy

router = Router(tags=["overview"])

live_state: Port[[str], dict[str, Any]] = Port("web.live_state")
"""Asked with a community: the live half's counters; answered over the bus."""

history_state: Port[[str], dict[str, Any]] = Port("web.history_state")
"""Asked with a community: how its history is; answered over the bus."""


log_state: Port[[str], dict[str, Any]] = Port("web.log_state")
"""Asked with a community: how full the logs are that carry it; answered by the bus."""


class Overview(Schema):
    """Counts that open what they are made of. `readings_today` are those of the whole community in
    its local day; null while history is silent.
    """

    alarms: dict[str, int]
    cases: dict[str, Any]
    devices: dict[str, int]
    commands_24h: int
    readings_today: int | None


class System(Schema):
    """How the system fares: the live half, history, how full each log is (`bytes` of `max_bytes`),
    and what waits or was put aside. A part that does not answer is `{silent: true}`. `apart`:
    whether what is kept apart is a `pair` with these records, or `differs`, or is `away`.
    """

    live: dict[str, Any]
    history: dict[str, Any]
    log: dict[str, Any]
    apart: pairing.State
    facts_waiting: int
    put_aside: list[dict[str, Any]]


@router.get("/{community}/overview", response=Overview, auth=may("devices.read"))
def overview(request: Visit, community: str) -> dict[str, object]:
    """Count what stands open, what is late and what is silent."""
    now, seen = timezone.now(), request.auth.places
    return {
        "alarms": alarms.counts(community=community, seen=seen),
        "cases": cases.counts(community=community, seen=seen, now=now),
        "devices": devices.counts(community=community, seen=seen),
        "commands_24h": devices.commands_since(
            community=community, since=now - timedelta(days=1), seen=seen
        ),
        "readings_today": history_state(community).get("today"),
    }


@router.get("/{community}/system", response=System, auth=may_everywhere("system.read"))
def system(request: Visit, community: str) -> dict[str, object]:
    """Say how the system fares."""
    return {
        "live": live_state(community),
        "history": history_state(community),
        "log": log_state(community),
        "apart": pairing.state(),
        "facts_waiting": tidy.facts_waiting(),
        "put_aside": tidy.put_aside(community=community),
    }
