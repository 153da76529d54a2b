"""What chargers confirmed of what they were told, and who else told them something."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from linli.domains.charging.logic import capping
from linli.domains.charging.models import Connector, Session, State
from linli.registry.devices import queries as devices
from linli.registry.devices.models import Command

_DONE = "acknowledged"
_OVER = {"acknowledged", "failed", "expired", "overruled"}
_NEVER_TOLD = {"overruled", "unconfirmed"}
_NOT_TAKEN = {"failed", "expired"}
_LATE = timedelta(seconds=60)
"""So long after its time nobody waits any more to hear that an order was not done."""
_FIELDS = ["flows_da", "limit_order", "limit_at", "limit_held", "cap_seen"]


def flows_da(row: Session) -> int:
    """Return the most that may flow to a charging, tenths of an ampere."""
    before = row.connector.most_da if row.flows_da is None else row.flows_da
    return max(before, row.limit_da or 0)


def most_da(row: Session, now: datetime) -> int:
    """Return the most that somebody can be given: what his connector gives, or less where a scene
    or a person limits that now. A limit that a charger never took holds for whoever was there
    then alone: the charger may have taken it, but must not keep it for ever.
    """
    plug = row.connector
    lapsed = plug.cap_until is not None and plug.cap_until <= now
    if plug.cap_until is not None and plug.cap_until == plug.cap_at:
        lapsed = row.asked_at > plug.cap_until
    return plug.most_da if plug.cap_da is None or lapsed else min(plug.most_da, plug.cap_da)


def reckon(*, community: str, rows: Sequence[Session], now: datetime) -> None:
    """Take what became of the orders of these chargings, and of those that others gave since; their
    rows are locked by who calls.
    """
    running = [row for row in rows if row.state == State.CHARGING]
    told = {row.limit_order for row in running} | {
        row.connector.cap_order for row in running if row.cap_seen != row.connector.cap_order
    }
    found = devices.commands_by_id(community=community, ids=told - {""}) if told - {""} else {}
    for row in running:
        before = [getattr(row, name) for name in _FIELDS]
        if row.limit_order and row.limit_order != row.connector.cap_order:
            _own(row, found.get(row.limit_order), now)
        if row.cap_seen != row.connector.cap_order:
            _others(row, found.get(row.connector.cap_order), now)
        if before != [getattr(row, name) for name in _FIELDS]:
            row.save(update_fields=_FIELDS)


def _own(row: Session, command: Command | None, now: datetime) -> None:
    """Take what became of our own order. One that failed may have been done all the same."""
    if command is not None and not _is_over(command, now):
        return
    row.limit_order = ""
    if command is not None and command.state == _DONE:
        row.limit_held, row.flows_da = True, row.limit_da
    elif row.flows_da is not None:
        row.flows_da = flows_da(row)


def _others(row: Session, command: Command | None, now: datetime) -> None:
    """Take what another told a charger: what we told it before holds no more. While that is under
    way nothing is told beside it, so that ours comes last.
    """
    if command is not None and not _is_over(command, now):
        row.limit_order, row.limit_held, row.flows_da = row.connector.cap_order, False, None
        return
    row.cap_seen = row.connector.cap_order
    if row.limit_order == row.cap_seen:
        row.limit_order = ""
    done_at = command.finished_at if command is not None else None
    if row.limit_at is None or done_at is None or done_at > row.limit_at:
        row.limit_at, row.limit_held, row.flows_da = None, False, None


def _is_over(command: Command, now: datetime) -> bool:
    """Tell whether nothing more becomes of an order."""
    if command.state in _OVER:
        return True
    return command.expires_at is not None and now > command.expires_at + _LATE


def note(*, community: str, orders: Sequence[Command]) -> set[int]:
    """Keep what scenes and persons limit chargers to; return the sites whose load is to be shared
    anew: those where an order, theirs or ours, is over, or one of theirs is on its way.
    """
    rows = _connectors(community, {one.device for one in orders})
    there = [one for one in orders if one.device in rows]
    told = [one for one in there if one.state not in _NEVER_TOLD]
    for one in sorted(told, key=lambda one: (one.issued_at, one.pk)):
        if not _is_ours(one):
            _cap(rows[one.device], one)
    uncapped = [one for one in there if one.state in _NEVER_TOLD and _uncap(rows[one.device], one)]
    heard = [one for one in told if one.state in _OVER or not _is_ours(one)]
    return {rows[one.device].site_id for one in [*heard, *uncapped]}


def _connectors(community: str, codes: Collection[str]) -> dict[str, Connector]:
    rows = Connector.rows.of(community).filter(device__code__in=sorted(codes))
    return {row.device.code: row for row in rows.select_related("device").order_by("pk")}


def _is_ours(command: Command) -> bool:
    """Tell whether an order came from sharing a load: from no scene and no person."""
    return command.account_id is None and not command.scene


def _cap(row: Connector, command: Command) -> None:
    """Keep the newest order of another; news of an older one comes too late."""
    newer = Q(cap_at=None) | Q(cap_at__lte=command.issued_at)
    Connector.rows.of(row.community).filter(newer, pk=row.pk).update(**_capped(row, command))


def _uncap(row: Connector, command: Command) -> bool:
    """Where this order, which no charger took, is what limits, let the one before it limit again;
    return whether it was.
    """
    rows = Connector.rows.of(row.community).filter(pk=row.pk, cap_order=command.pk)
    return rows.exists() and rows.update(**_capped(row, _before(command))) > 0


def _before(command: Command) -> Command | None:
    """Return the newest of the orders of others that a charger took, or is on its way to."""
    rows = Command.rows.of(command.community).filter(
        device=command.device,
        service__in=(capping.LIMIT, capping.UNLIMIT),
        issued_at__lte=command.issued_at,
    )
    of_others = rows.exclude(account__isnull=True, scene="").exclude(pk=command.pk)
    took = of_others.exclude(state__in=_NEVER_TOLD | _NOT_TAKEN)
    return took.order_by("-issued_at", "-id").first()


def _capped(row: Connector, command: Command | None) -> dict[str, Any]:
    """Return how an order limits a connector; none does not. One without an end of its own that no
    charger took is over at once for whoever comes later.
    """
    if command is None:
        return {"cap_da": None, "cap_until": None, "cap_at": None, "cap_order": ""}
    cap_da, until = None, None
    if command.service == capping.LIMIT:
        cap_da = capping.cap_da(args=command.args, phases=row.phases, most_da=row.most_da)
        duration_s = command.args.get("duration_s")
        until = command.issued_at + timedelta(seconds=float(duration_s)) if duration_s else None
        if until is None and command.state in _NOT_TAKEN:
            until = command.issued_at
    return {
        "cap_da": cap_da,
        "cap_until": until,
        "cap_at": command.issued_at,
        "cap_order": command.pk,
    }
