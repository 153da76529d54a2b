"""An independent server and client of Modbus as the second peer: pymodbus."""

import asyncio
from contextlib import asynccontextmanager

import msgspec
import pytest
from pymodbus import FramerType
from pymodbus.client import AsyncModbusTcpClient
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from linli.drivers.modbus.driver import DRIVER
from linli.drivers.modbus.map import Map
from linli.drivers.modbus.pdu import Table
from linli.drivers.modbus.peer import ModbusPeer, Unit
from tests.drivers.at_work import at_work, listening, order
from tests.drivers.tables import wired

MAP = msgspec.convert(
    {
        "models": ["water_pump"],
        "every": "50ms",
        "properties": {
            "running": {"table": "coil", "address": 0},
            "fault": {"table": "discrete", "address": 3},
            "pressure_mpa": {"table": "input", "address": 2, "scale": 0.001},
            "flow_m3_h": {"address": 10, "type": "float32"},
            "vibration_mm_s": {"address": 900, "scale": 0.01},
        },
        "services": {
            "pump.on": {"writes": [{"table": "coil", "address": 0, "value": True}]},
            "tune": {"writes": [{"address": 10, "type": "float32", "argument": "to"}]},
            "break": {"writes": [{"address": 900, "value": 1}]},
        },
    },
    Map,
)


def device():
    return SimDevice(
        id=17,
        simdata=(
            [SimData(0, values=[False] * 16, datatype=DataType.BITS)],
            [SimData(0, values=[False, False, False, True] * 4, datatype=DataType.BITS)],
            [SimData(10, values=[12.5], datatype=DataType.FLOAT32)],
            [SimData(0, values=[0, 0, 351, 0], datatype=DataType.REGISTERS)],
        ),
    )


@asynccontextmanager
async def server(framer):
    made = ModbusTcpServer(device(), framer=framer, address=("127.0.0.1", 0))
    await made.serve_forever(background=True)
    try:
        yield f"127.0.0.1:{made.transport.sockets[0].getsockname()[1]}"
    finally:
        await made.shutdown()
        await asyncio.sleep(0)


@pytest.fixture(params=[("tcp", FramerType.SOCKET), ("rtu", FramerType.RTU)], ids=["tcp", "rtu"])
def way(request):
    return request.param


async def test_reads_writes_and_is_refused(way):
    mode, framer = way
    async with server(framer) as at:
        line = wired("modbus", "line", "gateway", connect=at, mode=mode)
        member = msgspec.structs.replace(wired("modbus", "p1", "water_pump", "17"), map=MAP)
        async with at_work(DRIVER, line, [member]) as (running, station):
            await station.until(lambda: station.last("p1", "flow_m3_h") is not None)
            before = {reading.name: reading.value for _, reading in station.readings}
            running.send("p1", order("pump.on", "o1"))
            running.send("p1", order("tune", "o2", {"to": 33.25}))
            running.send("p1", order("break", "o3"))
            await station.until(lambda: len(station.answers) == 3)
            await station.until(lambda: station.last("p1", "flow_m3_h") == 33.25)

    assert before == {"running": False, "fault": True, "pressure_mpa": 0.351, "flow_m3_h": 12.5}
    assert [answer[1:] for answer in station.answers] == [
        ("o1", True, ""),
        ("o2", True, ""),
        ("o3", False, "illegal_data_address"),
    ]
    assert ("p1", "illegal_data_address", b"vibration_mm_s") in station.refusals
    assert station.last("p1", "running") is True


async def test_is_understood_by_another_client(way):
    mode, framer = way
    unit = Unit()
    unit.fill(Table.HOLDING, 100, 1, 2, 3)
    unit.fill(Table.COIL, 0, 1, 0, 1, 1)
    peer = ModbusPeer(mode=mode, units={17: unit})
    async with listening(peer.simulated) as at:
        host, _, port = at.partition(":")
        client = AsyncModbusTcpClient(host, port=int(port), framer=framer)
        await client.connect()
        words = await client.read_holding_registers(100, count=3, device_id=17)
        coils = await client.read_coils(0, count=4, device_id=17)
        written = await client.write_registers(101, [7, 8], device_id=17)
        refused = await client.read_input_registers(9, count=1, device_id=17)
        client.close()

    assert words.registers == [1, 2, 3]
    assert coils.bits[:4] == [True, False, True, True]
    assert not written.isError()
    assert unit.tables[Table.HOLDING] == {100: 1, 101: 7, 102: 8}
    assert refused.exception_code == 2
