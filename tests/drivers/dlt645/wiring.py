"""Meters on a line as the register would have them, with the shipped tables."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from linli.app import catalogue
from linli.contracts.wires import Wire
from linli.drivers.dlt645.driver import run
from linli.drivers.dlt645.peer import Meter, Source
from linli.drivers.line import Order, Running, Wired
from linli.drivers.wiring import Wires
from tests.drivers.station import FakeStation

_CATALOG = Path(__file__).resolve().parents[3] / "catalog"
_MODELS, _WRONG = catalogue.models(_CATALOG)
ADDRESS = "202603010001"
NORMAL: Mapping[str, Source] = {
    "00010000": Decimal("1234.56"),
    "02030000": Decimal("3.2105"),
    "02010100": Decimal("220.1"),
    "02020100": Decimal("-1.234"),
    "02060000": Decimal("0.987"),
}


def wires(tables: Mapping[str, Any] | None = None) -> Wires:
    """Return what makes `Wired`: by the shipped tables, or by other ones."""
    shipped = {"dlt645": catalogue.wires(_CATALOG)["dlt645"]}
    return Wires(tables=shipped if tables is None else {"dlt645": tables}, models=_MODELS)


def quick(every: str = "20ms") -> dict[str, Any]:
    """Return the shipped table of a meter, asked often."""
    table = catalogue.wires(_CATALOG)["dlt645"]["electricity_meter"]
    return {"meter": {**table, "readings": [{**r, "every": every} for r in table["readings"]]}}


def meter(
    address: str = ADDRESS,
    *,
    code: str = "",
    tables: Mapping[str, Any] | None = None,
    **options: Any,
) -> Wired:
    """Return a member; its code is its address unless said."""
    wire = Wire(
        driver="dlt645",
        address=address,
        model="electricity_meter",
        options={"password": "123456", "operator": "00000008", **options},
        is_line=False,
    )
    return wires(tables).wired(wire=wire, community="east", code=code or address, gateway="line")


def line(*, model: str = "gateway", tables: Mapping[str, Any] | None = None, **way: Any) -> Wired:
    """Return a line."""
    wire = Wire(
        driver="dlt645",
        address="",
        model=model,
        options={"answer_within_s": 0.2, **way},
        is_line=True,
    )
    return wires(tables).wired(wire=wire, community="east", code="line")


def simulated(address: str = ADDRESS, **more: Any) -> Meter:
    """Return a meter that is not there."""
    return Meter(address, NORMAL, password="123456", **more)


def order(service: str, id: str = "o1") -> Order:
    return Order(id=id, service=service, args={}, expires_at=1_780_000_060.0)


@asynccontextmanager
async def running(wired: Wired, members: Sequence[Wired]) -> AsyncIterator[tuple[Any, FakeStation]]:
    """Run a line; it listens, if that is its way, when this is entered."""
    station = FakeStation()
    made: Running = run(wired, members, station)
    task = asyncio.create_task(made.run())
    if wired.options.listen:
        while not getattr(made, "port", 0):
            await asyncio.sleep(0)
    try:
        yield made, station
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
