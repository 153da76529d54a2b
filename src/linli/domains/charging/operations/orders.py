"""What a charger is told, through the ledger of commands."""

from datetime import datetime

from linli.domains.charging.models import Connector, Kind, Session
from linli.registry.devices import operations as devices

_START = {Kind.EV: "charge.start", Kind.EBIKE: "socket.restore"}
_STOP = {Kind.EV: "charge.stop", Kind.EBIKE: "socket.cut"}


def begin(row: Session, *, by: int | None, now: datetime) -> None:
    """Tell the charger to begin. An EV's is told for whom: a number that is good for this alone;
    and what it may give at first, where a load is shared.
    """
    connector = row.connector
    args: dict[str, float | str | bool] = {}
    if connector.site.kind == Kind.EV and connector.device.driver == "ykc":
        args = {"balance_yuan": row.held_fen / 100}
    elif connector.site.kind == Kind.EV:
        args = {"tag": row.number}
        args |= {} if row.limit_da is None else {"current_a": row.limit_da / 10}
    _tell(row, connector, _START[Kind(connector.site.kind)], args, f"{row.number}:start", by, now)


def end(row: Session, *, by: int | None = None, now: datetime) -> None:
    """Tell the charger to end; told again a minute later it is told anew."""
    minute = int(now.timestamp() // 60)
    connector = row.connector
    service = _STOP[Kind(connector.site.kind)]
    _tell(row, connector, service, {}, f"{row.number}:stop:{minute}", by, now)


def limit(row: Session, *, current_da: int, now: datetime) -> None:
    """Tell the charger how much it may give."""
    key = f"{row.number}:limit:{current_da}:{int(now.timestamp())}"
    args: dict[str, float | str | bool] = {"current_a": current_da / 10}
    _tell(row, row.connector, "charge.limit", args, key, None, now)


def _tell(  # noqa: PLR0917
    row: Session,
    connector: Connector,
    service: str,
    args: dict[str, float | str | bool],
    key: str,
    by: int | None,
    now: datetime,
) -> None:
    devices.request_command(
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
