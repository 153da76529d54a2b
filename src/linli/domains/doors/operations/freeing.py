"""Fire frees the ways out: the doors open by themselves, whoever comes is let through, and
controllers fetch that at once. When the last fire of the building is over they are as before.
"""

from datetime import datetime

from django.db import transaction

from linli.contracts.alarms import AlarmOpened
from linli.contracts.effects import Severity
from linli.domains.doors.logic.deciding import Mode
from linli.domains.doors.models import Door
from linli.domains.doors.operations import versions
from linli.domains.doors.queries.situation import mode_of
from linli.foundation.scope.models import ScopedRows
from linli.kernel.place import under
from linli.registry.alarms import queries as alarms
from linli.registry.alarms.models import Alarm
from linli.registry.devices import operations as devices
from linli.registry.devices.catalogue import models as thing_models
from linli.registry.places import queries as places

_FIRE = ("safety.fire.", "safety.earthquake.")
_OPENS, _SHUTS = "door.unlock", "door.lock"


@transaction.atomic
def fire(*, fact: AlarmOpened, now: datetime) -> int:
    """Free the ways out of where there is a fire or an earthquake; return how many doors. Told
    again, told of a second fire there, or late of one that is over, nothing.
    """
    if not _frees(fact.scene, fact.severity) or _is_over(fact.community, fact.alarm):
        return 0
    where = places.below(_building(fact.community, fact.place), "device__place__path")
    freed = _locked(Door.rows.of(fact.community).filter(where, escape=True, fire=None))
    for door in freed:
        _keep(door, fact.alarm)
        _tell(door, _OPENS, f"fire:{fact.id}", cause=fact.id, now=now)
    if freed:
        versions.kept_anew(community=fact.community, now=now)
    return len(freed)


@transaction.atomic
def fire_over(*, community: str, alarm: int, cause: str, now: datetime) -> int:
    """Keep doors as before when the fire that freed them is over, or somebody closed its alarm;
    return how many. They stay free while there is another fire in the building, and while the same
    is there again: what is told late ends nothing.
    """
    kept = 0
    doors = _locked(Door.rows.of(community).filter(fire=alarm))
    burning = _burning(community) if doors else {}
    for door in doors:
        at = door.device.place.path
        fires = [number for number, where in burning.items() if under(path=at, ancestor=where)]
        if alarm in fires:
            continue
        _keep(door, fires[0] if fires else None)
        if not fires:
            kept += 1
            if mode_of(door, now) is not Mode.FREE:
                _tell(door, _SHUTS, f"fire-over:{cause}", cause=cause, now=now)
    if kept:
        versions.kept_anew(community=community, now=now)
    return kept


def burns_at(*, community: str, place: str) -> bool:
    """Tell whether there is a fire, or an earthquake, in the building of a place now."""
    return any(under(path=place, ancestor=where) for where in _burning(community).values())


def _frees(scene: str, severity: str) -> bool:
    return scene.startswith(_FIRE) and severity == Severity.CRITICAL


def _locked(rows: ScopedRows[Door]) -> list[Door]:
    found = rows.select_related("device__place").select_for_update(of=("self",), no_key=True)
    return list(found.order_by("pk"))


def _keep(door: Door, alarm: int | None) -> None:
    door.fire = alarm
    door.save(update_fields=["fire"])


def _burning(community: str) -> dict[int, str]:
    """Return the fires that there are now, by the numbers of their alarms, and where each frees."""
    return {
        row.pk: _building(community, row.place)
        for row in alarms.open_below(community=community, path=community)
        if _frees(row.scene, row.severity) and _burns(row)
    }


def _is_over(community: str, alarm: int) -> bool:
    row = alarms.by_number(community=community, numbers=[alarm]).get(alarm)
    return row is not None and not _burns(row)


def _burns(row: Alarm) -> bool:
    return row.closed_at is None and (row.active or row.flapping_since is not None)


def _tell(door: Door, service: str, key: str, *, cause: str, now: datetime) -> None:
    """Have the lock of a door opened, or shut again, where it can be told so and is in use. Against
    a scene that holds it open now, shutting loses.
    """
    model = thing_models().get(door.device.model)
    if model is None or service not in model.services or not door.device.enabled:
        return
    devices.request_command(
        community=door.community,
        device=door.device.code,
        service=service,
        args={},
        key=f"{key}:{door.pk}",
        by=None,
        cause=cause,
        now=now,
    )


def _building(community: str, path: str) -> str:
    """Return the building of a place, or the place itself where it is in none."""
    found = places.nearest(community=community, path=path, kind="building")
    return found.path if found is not None else path
