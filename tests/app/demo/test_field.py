"""The far ends of field protocols: they dial where the line listens, show, and are moved."""

import asyncio
import json
import time
from decimal import Decimal

import pytest

from linli.app.demo import wires
from linli.app.demo.field.field import Field
from linli.app.demo.field.meters import ElectricityMeters, FlowMeters
from linli.app.demo.field.panels import Panels
from linli.app.demo.field.piles import Pile
from linli.app.demo.field.points import Point
from linli.app.demo.field.registers import Registers
from linli.app.demo.field.side import Far
from linli.contracts.wires import Wire as Asked
from linli.drivers.cjt188 import codec as cjt188
from linli.drivers.dlt645 import messages
from linli.drivers.gb26875.peer import FIRE, NORMAL
from linli.drivers.modbus import codec as modbus
from linli.drivers.modbus import pdu
from linli.drivers.modbus.pdu import Table


@pytest.fixture
def far(sown, known):
    """Return what makes the far end of a device by its code."""
    things = {thing.code: thing for thing in sown.things}

    def make(code):
        thing = things[code]
        asked = Asked(
            driver=thing.wire.driver, address=thing.wire.address, model=thing.model,
            options=thing.wire.options, is_line=False,
        )  # fmt: skip
        secret = wires.secret(wire=thing.wire, code=code, key="key")
        return Far(thing, known.wired(wire=asked, code=code).map, secret)

    return make


@pytest.fixture
def of(sown):
    """Return the codes of the wired devices of a model, in order."""

    def codes(model):
        return [thing.code for thing in sown.things if thing.model == model and thing.wire]

    return codes


@pytest.fixture
def moved():
    done = []
    return lambda device, service: done.append((device, service)), done


class TestElectricityMeters:
    @pytest.fixture
    def meter(self, far, of, moved):
        code = of("electricity_meter")[0]
        side = ElectricityMeters([far(code)], hello=b"", moved=moved[0])
        side.show(code, {"power_w": 943.7, "energy_kwh": 12.3456, "relay_closed": True})
        return side.meters[code], code, far(code).secret

    def test_shows_whole_digits_of_the_unit_of_the_meter(self, meter):
        shown = meter[0].values

        assert shown["02030000"] == Decimal("0.9437")
        assert shown["00010000"] == Decimal("12.35")

    def test_tells_that_its_relay_was_cut_once_however_often_it_is_told(self, meter, moved):
        one, code, secret = meter
        cut = messages.relay(
            address=one.address, command=0x1A, password=secret, level="02",
            operator="00000000", until=1.8e9,
        )  # fmt: skip

        for _ in range(2):
            one.answer(cut)

        assert moved[1] == [(code, "relay.cut")]

    def test_follows_its_device(self, meter, far, of, moved):
        code = of("electricity_meter")[0]
        side = ElectricityMeters([far(code)], hello=b"", moved=moved[0])

        side.show(code, {"relay_closed": False})

        assert side.meters[code].relay_open
        assert moved[1] == []


class TestFlowMeters:
    @pytest.fixture
    def side(self, far, moved):
        side = FlowMeters([far(wires.MAIN_METER)], moved=moved[0])
        side.show(
            wires.MAIN_METER,
            {"volume_m3": 7.5, "water_valve_open": True, "battery_low": False, "fault": False},
        )
        return side

    def test_tells_that_its_valve_was_shut(self, side, moved):
        meter = side.meters[wires.MAIN_METER]
        order = cjt188.valve(kind=meter.kind, address=meter.address, close=True, ser=1)

        meter.answer(order)

        assert moved[1] == [(wires.MAIN_METER, "water_valve.close")]

    def test_a_fault_is_a_valve_that_stands_between(self, side):
        side.show(wires.MAIN_METER, {"volume_m3": 7.5, "water_valve_open": True, "fault": True})

        assert side.meters[wires.MAIN_METER].status & 3 == 3

    def test_every_meter_of_the_demo_can_show_what_it_measures(self, world, far):
        fars = [
            far(code)
            for code, device in world.devices.items()
            if device.thing.wire and device.thing.wire.driver == "cjt188" and device.thing.above
        ]
        side = FlowMeters(fars, moved=lambda device, service: None)

        for one in fars:
            side.show(one.code, world.devices[one.code].measure(time.time()))
            meter = side.meters[one.code]
            asked = cjt188.read(kind=meter.kind, address=meter.address, di=0x901F, ser=1)
            assert not meter.answer(asked).abnormal


class TestRegisters:
    PUMP = "pump-pump-house-1"

    @pytest.fixture
    def side(self, far, moved):
        side = Registers([far(self.PUMP), far("fan-g2-z1")], mode="rtu", moved=moved[0])
        side.show(self.PUMP, {"running": True, "pressure_mpa": 0.31, "fault": False})
        return side

    def write(self, side, far, code, address, value):
        unit = side._peer.units[int(far(code).address)]
        body = pdu.write(Table.COIL, address=address, values=[value])
        frame = modbus.encode_rtu(modbus.Message(int(far(code).address), body))
        return unit, side._peer._answer(frame)

    def test_a_coil_moves_the_device(self, side, far, moved):
        self.write(side, far, self.PUMP, 0, 0)

        assert moved[1] == [(self.PUMP, "pump.off")]

    def test_a_pulse_moves_it_and_falls_back(self, side, far, moved):
        unit, _ = self.write(side, far, "fan-g2-z1", 0, 1)

        assert moved[1] == [("fan-g2-z1", "fan.on")]
        assert unit.tables[Table.COIL][0] == 0

    def test_a_silent_unit_does_not_answer(self, side, far):
        side.silence(self.PUMP, True)

        assert int(far(self.PUMP).address) not in side._peer.units

    def test_an_event_is_seen_for_a_while(self, far, moved):
        code = "cab-substation-1"
        side = Registers([far(code)], mode="tcp", moved=moved[0])
        unit = side._peer.units[int(far(code).address)]

        side.tell(code, "tripped", {})
        seen = []
        for _ in range(5):
            side.show(code, {"breaker_closed": True})
            seen.append(bool(unit.tables[Table.HOLDING][40] & 2))

        assert seen == [True, True, True, False, False]


class TestPanels:
    SMOKE, PANEL = "smoke-b13-1-05", "ftx-fire-room-2"

    @pytest.fixture
    def side(self, far):
        return Panels([far(code) for code in (self.PANEL, self.SMOKE, "mcp-b13-1", "hyd-b13-1")])

    def part(self, side, code):
        return side._parts_of[code]._parts[code].fitted

    def test_a_detector_that_smells_smoke_burns_on_its_panel(self, side):
        side.show(self.SMOKE, {"smoke": True, "fault": False, "test_mode": False})

        assert self.part(side, self.SMOKE).state == NORMAL | FIRE

    def test_a_fire_in_test_is_a_fire(self, side):
        side.show(self.SMOKE, {"smoke": True, "fault": False, "test_mode": True})

        assert self.part(side, self.SMOKE).state == FIRE

    def test_measures_in_fine_steps(self, side):
        side.show("hyd-b13-1", {"hydrant_pressure_mpa": 0.363})

        assert self.part(side, "hyd-b13-1").value == 3630

    def test_mains_that_fail_are_told_of_the_device(self, side):
        side.show(self.PANEL, {"mains_ok": False, "standby_ok": True, "fault": False})

        assert side.panels[0]._peer.state == 0b1001


class TestChargers:
    def test_a_charge_point_tells_a_cars_charge_only_while_it_charges(self, far, moved):
        point = Point(far("ev-g1-z1-1"), moved[0])
        point.see({"soc_pct": 50.0, "power_w": 0.0, "energy_kwh": 7.0})

        idle = {one["measurand"] for one in point.sample("Sample.Periodic")["sampled_value"]}
        point.transaction = "1"
        busy = {one["measurand"] for one in point.sample("Sample.Periodic")["sampled_value"]}

        assert busy - idle == {"SoC"}

    def test_a_charge_point_keeps_to_its_limit(self, far, moved):
        point = Point(far("ev-g1-z1-1"), moved[0])
        point.see(
            {"current_a": 30.0, "current_offered_a": 32.0, "power_w": 6900.0,
             "power_offered_w": 7000.0, "output_voltage_v": 230.0}
        )  # fmt: skip
        point.limit_a = 16.0

        shown = {one["measurand"]: one["value"] for one in point.sample("Trigger")["sampled_value"]}

        assert shown["Current.Import"] == "16.0"
        assert shown["Power.Active.Import"] == "3680.0"

    def test_a_pile_that_is_too_hot_stops_and_says_so(self, far, moved):
        pile = Pile(far("ev-g2-z1-1"), moved[0])
        pile.body = {"connector_state": "charging", "fault": False}
        pile.gun.start(order="0" * 32, at=pile.peer._clock())
        pile._take_orders()

        pile.body = {"connector_state": "charging", "fault": True, "charger_temperature_c": 96.0}
        pile._follow_the_device(0.0)

        assert not pile.gun.charging
        assert pile.gun.faults
        assert pile.gun.cable_c == 96
        assert len(pile.peer.bills) == 1


class FakeSide:
    """Notes where it dials, and stays until it is told to go."""

    def __init__(self):
        self.dialled = asyncio.Queue()
        self.gone = asyncio.Queue()

    async def serve(self, port):
        self.dialled.put_nowait(port)
        try:
            await asyncio.Event().wait()
        finally:
            self.gone.put_nowait(port)


class TestField:
    @pytest.fixture
    async def field(self, sown, far, tmp_path):
        pumps = [far("pump-pump-house-1")]
        lines = [thing for thing in sown.things if thing.code in {"line-pump", "line-power"}]
        made = Field(
            community="hml", ports=tmp_path / "lines.json", lines=lines, fars=pumps,
            moved=lambda device, service: None,
        )  # fmt: skip
        assert set(made._sides) == {"line-pump"}
        made.side = made._sides["line-pump"] = FakeSide()
        task = asyncio.create_task(made.run())
        yield made
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    def listens(self, tmp_path, port):
        (tmp_path / "lines.json").write_text(json.dumps({"hml": {"line-pump": port}}))

    async def test_dials_where_the_line_listens_and_again_where_it_does_later(
        self, field, tmp_path
    ):
        async with asyncio.timeout(10):
            self.listens(tmp_path, 4001)
            first = await field.side.dialled.get()
            self.listens(tmp_path, 4002)
            left = await field.side.gone.get()
            second = await field.side.dialled.get()

        assert (first, left, second) == (4001, 4001, 4002)

    async def test_hangs_up_a_line_that_is_silent_and_dials_when_it_is_not(self, field, tmp_path):
        async with asyncio.timeout(10):
            self.listens(tmp_path, 4001)
            await field.side.dialled.get()
            field.silence("line-pump", True)
            await field.side.gone.get()
            field.silence("line-pump", False)

            assert await field.side.dialled.get() == 4001

    async def test_waits_where_nobody_tells_a_port(self, field, tmp_path):
        (tmp_path / "lines.json").write_text("{")

        await field._follow(field._where())

        assert field.state == "0/1"
        assert field.side.dialled.empty()
