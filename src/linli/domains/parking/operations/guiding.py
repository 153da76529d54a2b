"""Screens at the garage are told how many places are free."""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from linli.domains.parking.models import Screen
from linli.domains.parking.operations.setting import SHOWS
from linli.domains.parking.queries import lots
from linli.foundation import ids
from linli.kernel.fault import Fault
from linli.registry.devices import logic as device_logic
from linli.registry.devices import operations as devices
from linli.registry.devices import queries as device_queries
from linli.registry.devices.models import Command, Device

log = logging.getLogger("linli.parking")

_LEAST = timedelta(seconds=3)
"""However fast cars come and go, a screen is told no more often than this."""
_AGAIN = timedelta(minutes=1)
"""What was told in vain is told again after this."""


def tick(*, community: str, now: datetime) -> int:
    """Tell each screen that shows another number than there is; return how many were told. One
    that is away is told when it is back, and one that was away since it was told is told anew: it
    may have lost what it showed.
    """
    rows = lots.screens(community=community)
    free = lots.free_of(community=community, screens=rows)
    units = device_queries.by_code(community=community, codes=[row.device for row in rows])
    commands = device_queries.commands_by_id(
        community=community, ids=[row.command for row in rows if row.command]
    )
    due = [
        row.pk
        for row in rows
        if _is_due(row, free[row.pk], units.get(row.device), commands.get(row.command), now)
    ]
    return sum(_told(community, pk, now) for pk in due)


def _told(community: str, id: int, now: datetime) -> bool:
    """Tell one screen; one that cannot be told keeps no other waiting."""
    try:
        return _tell(community, id, now)
    except Fault as fault:
        log.warning("%s: screen %s is not told: %s", community, id, fault.key)
        return False


def _is_due(
    row: Screen, free: int, unit: Device | None, command: Command | None, now: datetime
) -> bool:
    if unit is None or not unit.enabled or not unit.online:
        return False
    if row.told_at is None or row.shown is None:
        return True
    if now < row.told_at + _LEAST:
        return False
    if command is not None and command.state not in device_logic.FINAL:
        return False  # what is newest by then is told when this one is over
    came_back = unit.online_since is not None and unit.online_since > row.told_at
    in_vain = command is not None and command.state != "acknowledged"
    return row.shown != free or came_back or (in_vain and now >= row.told_at + _AGAIN)


@transaction.atomic
def _tell(community: str, id: int, now: datetime) -> bool:
    row = lots.screen(community=community, id=id)
    if row.told_at is not None and row.shown is not None and now < row.told_at + _LEAST:
        return False
    free = lots.free_of(community=community, screens=[row])[row.pk]
    command = devices.request_command(
        community=community,
        device=row.device,
        service=SHOWS,
        args={"free": free, "text": f"余 {free} 位" if free else "车位已满"},
        key=f"guidance-{row.pk}-{ids.new()}"[:64],
        by=None,
        now=now,
    )
    row.shown, row.told_at, row.command = free, now, command.pk
    row.save(update_fields=["shown", "told_at", "command"])
    return True
