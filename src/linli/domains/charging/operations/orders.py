"""What a charger is told, through the ledger of commands."""

from datetime import datetime

from linli.contracts.charge_points import TELLERS, Teller
from linli.domains.charging.logic.capping import VOLTS
from linli.domains.charging.models import Connector, Kind, Session
from linli.foundation import ids
from linli.registry.devices import operations as devices
from linli.registry.devices.logic import Disabled

_START = {Kind.EV: "charge.start", Kind.EBIKE: "socket.restore"}
_STOP = {Kind.EV: "charge.stop", Kind.EBIKE: "socket.cut"}
_OTHER = Teller(meter="energy_kwh", limit="current_a", limit_at_start=True)


def begin(row: Session, *, by: int | None, now: datetime) -> None:
    """Tell the charger to begin. An EV's is told for whom, a number that is good for this alone;
    what may be used, where it was set aside; and what it may give at first, where a load is shared
    and it can be told so with the start.
    """
    args: dict[str, float | str | bool] = {}
    if row.connector.site.kind == Kind.EV:
        args["tag"] = row.number
        if (fen := balance_fen(row)) is not None:
            args["balance_yuan"] = fen / 100
        if row.limit_da is not None and takes_limit_at_start(row):
            args |= _limit(row, row.limit_da)
    _tell(row, row.connector, _START[Kind(row.connector.site.kind)], args, f"{row.number}:start",
          by, now)  # fmt: skip


def balance_fen(row: Session) -> int | None:
    """Return what a charger may let somebody use before it must end; None where nothing was set
    aside, or a package pays.
    """
    return row.held_fen if row.held_fen and row.bought_id is None else None


def end(row: Session, *, by: int | None = None, now: datetime) -> None:
    """Tell the charger to end; told again a minute later it is told anew."""
    minute = int(now.timestamp() // 60)
    connector = row.connector
    service = _STOP[Kind(connector.site.kind)]
    _tell(row, connector, service, {}, f"{row.number}:stop:{minute}", by, now)


def limit(row: Session, *, current_da: int, now: datetime) -> str:
    """Tell the charger how much it may give, in the words that it takes; return the id of the
    order, empty where the charger is out of use and can be told nothing.
    """
    key = f"{row.number}:limit:{ids.new()}"
    args = _limit(row, current_da)
    try:
        return _tell(row, row.connector, "charge.limit", args, key, None, now)
    except Disabled:
        return ""


def takes_limit_at_start(row: Session) -> bool:
    """Tell whether a charger is told its share with the start."""
    return row.connector.site.kind == Kind.EV and _teller(row).limit_at_start


def _limit(row: Session, current_da: int) -> dict[str, float | str | bool]:
    if _teller(row).limit == "power_w":
        return {"power_w": current_da / 10 * VOLTS * len(row.connector.phases)}
    return {"current_a": current_da / 10}


def _teller(row: Session) -> Teller:
    return TELLERS.get(row.connector.device.driver, _OTHER)


def _tell(  # noqa: PLR0917
    row: Session,
    connector: Connector,
    service: str,
    args: dict[str, float | str | bool],
    key: str,
    by: int | None,
    now: datetime,
) -> str:
    command = devices.request_command(
        community=row.community,
        device=connector.device.code,
        service=service,
        args=args,
        key=key,
        by=by,
        cause=row.cause or None,
        confirmed=True,
        now=now,
    )
    return command.pk
