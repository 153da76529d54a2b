"""What objects mean for devices; no wire."""

import json
import random
from datetime import datetime

import pytest

from linli.app import catalogue
from linli.drivers.gb26875 import objects, tables, telling
from linli.drivers.gb26875.objects import Part, Thing, Told
from linli.drivers.gb26875.telling import Teller
from linli.drivers.gb26875.units import Units
from tests.drivers.gb26875 import world
from tests.drivers.gb26875.world import CALL, CURRENT, FLOW, HEAT, SMOKE, TANK

THEN = datetime(2026, 3, 1, 8, 30, 5)  # noqa: DTZ001 - as the wire has it
THEN_S = 1772325005.0


@pytest.fixture
def teller():
    return teller_of(world.members())


def teller_of(members):
    units = Units(world.line_of(), members)
    return Teller(device=units.devices[world.SOURCE], units=units, east_h=8.0)


def state(part, bits, text=""):
    return Thing(
        sys_type=part.sys_type,
        sys_addr=part.sys_addr,
        part_type=part.part_type,
        part_addr=part.part_addr,
        state=bits,
        text=text,
        occurred=THEN,
    )


def value(part, analogue, raw):
    return Thing(
        sys_type=part.sys_type,
        sys_addr=part.sys_addr,
        part_type=part.part_type,
        part_addr=part.part_addr,
        analogue=analogue,
        value=raw,
        occurred=THEN,
    )


def tell(teller, type_, *things):
    return teller.tell(Told(type=type_, count=len(things), things=things), now=THEN_S + 30)


def shown(heard, device):
    return {reading.name: reading.value for reading in heard.readings.get(device, [])}


def extras(heard, device, name):
    return next(json.loads(r.extras) for r in heard.readings[device] if r.name == name)


class TestPartState:
    def test_tells_smoke_when_the_test_bit_stands_beside_the_fire(self, teller):
        heard = tell(teller, objects.PART_STATE, state(SMOKE, 0x0002))

        assert shown(heard, "smoke") == {"smoke": True, "fault": False, "test_mode": True}
        assert extras(heard, "smoke", "smoke") == {
            "test": True,
            "occurred": "2026-03-01T08:30:05+08:00",
        }

    def test_two_states_of_one_second_are_two(self, teller):
        """The panel's clock counts seconds: a fire stamped with it could pass for a duplicate."""
        heard = tell(teller, objects.PART_STATE, state(SMOKE, 0x0001), state(SMOKE, 0x0003))

        smoke = [one for one in heard.readings["smoke"] if one.name == "smoke"]
        assert [(one.value, one.at) for one in smoke] == [(False, None), (True, None)]

    @pytest.mark.parametrize("bits", range(0x0002, 0x0200, 4))
    def test_tells_smoke_whatever_else_is_set(self, teller, bits):
        heard = tell(teller, objects.PART_STATE, state(SMOKE, bits | 2))

        assert shown(heard, "smoke")["smoke"] is True

    def test_tells_each_part_in_the_words_of_its_model(self, teller):
        heard = tell(
            teller,
            objects.PART_STATE,
            state(HEAT, 0x0003),
            state(CALL, 0x0003),
            state(FLOW, 0x0061),
            state(SMOKE, 0x0101),
        )

        assert shown(heard, "heat") == {"heat": True, "fault": False, "test_mode": False}
        assert shown(heard, "call")["manual_alarm"] is True
        assert shown(heard, "flow")["running"] is True
        assert shown(heard, "flow")["feedback"] is True
        assert shown(heard, "smoke")["fault"] is True
        assert "ftx" not in heard.readings

    def test_tells_a_fire_of_an_unknown_part_by_the_transmission_device(self, teller):
        unknown = Part(1, 1, 43, 0x90001)

        heard = tell(teller, objects.PART_STATE, state(unknown, 0x0002, "9号楼烟感"))

        assert shown(heard, "ftx") == {"fire_alarm": True}
        assert extras(heard, "ftx", "fire_alarm") == {
            "bits": ["fire_alarm", tables.TEST_MODE],
            "test": True,
            "system": "1.1",
            "system_name": {"zh": "火灾报警系统", "en": "fire alarm system"},
            "part": "1.1.43.589825",
            "part_name": {"zh": "线型光束感烟火灾探测器", "en": "beam smoke detector"},
            "name": "9号楼烟感",
            "occurred": "2026-03-01T08:30:05+08:00",
        }
        assert heard.strangers == {
            "1001/1.1.43.589825": {
                "name": "9号楼烟感",
                "gateway": "ftx",
                "model": "smoke_detector",
            }
        }

    def test_tells_a_fire_that_its_part_has_no_word_for_by_the_transmission_device(self, teller):
        heard = tell(teller, objects.PART_STATE, state(CURRENT, 0x0003))

        assert shown(heard, "ftx") == {"fire_alarm": True}
        assert heard.strangers == {}

    def test_tells_a_fire_of_a_part_without_a_table_by_the_transmission_device(self):
        lamp = world.wired("lamp", "lighting_circuit", "1.1.84.5", gateway="ftx")
        teller = teller_of([*world.members(), lamp])

        heard = tell(teller, objects.PART_STATE, state(Part(1, 1, 84, 5), 0x0006))

        assert shown(heard, "ftx") == {"fire_alarm": True, "part_fault": True}

    def test_shows_a_fault_of_an_unknown_part(self, teller):
        heard = tell(teller, objects.PART_STATE, state(Part(1, 9, 42, 1), 0x0005))

        assert shown(heard, "ftx") == {"part_fault": True}

    def test_sets_a_call_point_back_once_when_it_no_longer_burns(self, teller):
        tell(teller, objects.PART_STATE, state(CALL, 0x0003))

        first = tell(teller, objects.PART_STATE, state(CALL, 0x0001))
        second = tell(teller, objects.PART_STATE, state(CALL, 0x0001))

        assert shown(first, "call")["reset"] is True
        assert "reset" not in shown(second, "call")

    def test_takes_a_part_of_any_type_where_the_register_says_so(self):
        any_type = world.wired("loose", "smoke_detector", "2.1.*.77", gateway="ftx")
        teller = teller_of([*world.members(), any_type])

        heard = tell(teller, objects.PART_STATE, state(Part(2, 1, 0, 77), 0x0003))

        assert shown(heard, "loose")["smoke"] is True
        assert heard.strangers == {}

    def test_refuses_loudly_where_the_model_cannot_tell_a_fire(self):
        teller = teller_of([world.wired("ftx", "gateway", "1001")])

        heard = tell(teller, objects.PART_STATE, state(SMOKE, 0x0003))

        assert ("ftx", "no_such_event") in heard.refusals


class TestSystemState:
    def test_tells_fire_and_fault_of_a_system(self, teller):
        thing = Thing(sys_type=1, sys_addr=1, state=0x0102)

        heard = tell(teller, objects.SYSTEM_STATE, thing)

        assert shown(heard, "ftx") == {"fire_alarm": True, "part_fault": True}
        assert extras(heard, "ftx", "fire_alarm")["test"] is True

    def test_a_reset_ends_what_burns_in_that_system_alone(self, teller):
        tell(teller, objects.PART_STATE, state(SMOKE, 0x0003), state(FLOW, 0x0003))

        heard = tell(teller, objects.SYSTEM_STATE, Thing(sys_type=1, sys_addr=1, state=0x2001))

        assert shown(heard, "smoke") == {"smoke": False}
        assert extras(heard, "smoke", "smoke") == {"by": "reset"}
        assert "flow" not in heard.readings

    def test_a_reset_told_beside_a_fire_ends_nothing(self, teller):
        tell(teller, objects.PART_STATE, state(SMOKE, 0x0003))

        heard = tell(teller, objects.SYSTEM_STATE, Thing(sys_type=1, sys_addr=1, state=0x2003))

        assert "smoke" not in heard.readings
        assert shown(heard, "ftx") == {"fire_alarm": True}


class TestOperation:
    def test_a_reset_of_the_panel_ends_its_fires_and_is_told(self, teller):
        tell(teller, objects.PART_STATE, state(SMOKE, 0x0002), state(CALL, 0x0003))

        heard = tell(
            teller, objects.OPERATION, Thing(sys_type=1, sys_addr=1, operation=1, operator=3)
        )

        assert shown(heard, "smoke") == {"smoke": False}
        assert shown(heard, "call") == {"reset": True}
        assert shown(heard, "ftx") == {"reset": True}
        assert extras(heard, "ftx", "reset")["operator"] == 3

    def test_a_reset_of_the_transmission_device_ends_no_fire(self, teller):
        tell(teller, objects.PART_STATE, state(SMOKE, 0x0003))

        heard = tell(teller, objects.DEVICE_OPERATION, Thing(operation=1, operator=3))

        assert list(heard.readings) == ["ftx"]

    def test_tells_the_manual_alarm_of_the_transmission_device(self, teller):
        heard = tell(teller, objects.DEVICE_OPERATION, Thing(operation=4, operator=0))

        assert shown(heard, "ftx") == {"manual_alarm": True}

    def test_a_confirm_at_the_panel_is_no_answer_to_an_on_duty_check(self, teller):
        at_panel = Thing(sys_type=1, sys_addr=1, operation=0x20, operator=3)

        assert tell(teller, objects.OPERATION, at_panel).confirmed is None
        at_device = Thing(operation=0x20, operator=3)
        assert tell(teller, objects.DEVICE_OPERATION, at_device).confirmed == at_device


class TestAnalogue:
    @pytest.mark.parametrize(
        ("part", "analogue", "raw", "wanted"),
        [
            (HEAT, 3, -125, ("heat", "detector_temperature_c", -12.5)),
            (CURRENT, 128, 287, ("current", "residual_current_ma", 287.0)),
            (CURRENT, 9, 4, ("current", "residual_current_ma", 400.0)),
            (CURRENT, 3, 653, ("current", "cable_temperature_c", 65.3)),
            (TANK, 2, 215, ("tank", "level_pct", 86.0)),
        ],
    )
    def test_counts_in_the_steps_of_its_type(self, teller, part, analogue, raw, wanted):
        device, name, number = wanted

        heard = tell(teller, objects.ANALOGUE, value(part, analogue, raw))

        assert shown(heard, device) == {name: number}

    def test_gives_its_own_time_to_what_the_device_kept_while_it_was_cut_off(self, teller):
        told = Told(type=objects.ANALOGUE, count=1, things=(value(HEAT, 3, 200),))

        fresh = teller.tell(told, now=THEN_S + 30)
        kept = teller.tell(told, now=THEN_S + 3600)

        assert fresh.readings["heat"][0].at is None
        assert kept.readings["heat"][0].at == THEN_S

    def test_tells_no_level_where_nobody_said_how_high_the_tank_is(self):
        tank = world.wired("tank2", "water_tank", "11.1.92.9", gateway="ftx")
        teller = teller_of([*world.members(), tank])

        heard = tell(teller, objects.ANALOGUE, value(Part(11, 1, 92, 9), 2, 215))

        assert heard.readings == {}
        assert heard.refusals == [("tank2", "no_scale")]

    def test_counts_a_measurement_that_nothing_stands_for(self, teller):
        heard = tell(teller, objects.ANALOGUE, value(SMOKE, 12, 3))

        assert heard.refusals == [("smoke", "unmapped_analogue")]


class TestDevice:
    def test_tells_its_own_state(self, teller):
        heard = tell(teller, objects.DEVICE_STATE, Thing(state=0x49, occurred=THEN))

        assert shown(heard, "ftx") == {
            "mains_ok": False,
            "standby_ok": True,
            "link_ok": True,
            "panel_line_ok": False,
            "fault": False,
            "panel_fire": False,
            "test_mode": False,
        }

    def test_tells_its_fire_in_test(self, teller):
        heard = tell(teller, objects.DEVICE_STATE, Thing(state=0x02))

        assert shown(heard, "ftx")["panel_fire"] is True
        assert shown(heard, "ftx")["test_mode"] is True

    def test_tells_versions_and_configuration(self, teller):
        heard = tell(teller, objects.DEVICE_VERSION, Thing(version=(2, 7)))
        named = tell(teller, objects.DEVICE_TEXT, Thing(text="一号装置"))

        assert extras(heard, "ftx", "described") == {"software": "2.7"}
        assert extras(named, "ftx", "described") == {"name": "一号装置"}

    def test_shows_a_part_of_its_configuration_that_the_register_lacks(self, teller):
        thing = Thing(sys_type=1, sys_addr=1, part_type=92, part_addr=3, text="屋顶水箱")

        heard = tell(teller, objects.PART_TEXT, thing)

        assert heard.strangers["1001/1.1.92.3"]["model"] == "water_tank"

    def test_counts_a_type_that_nobody_knows(self, teller):
        heard = tell(teller, 200, Thing(raw=b"x"))

        assert heard.refusals == [("ftx", "unknown_type")]


class TestNonsense:
    def test_nothing_that_may_stand_in_a_frame_breaks_it(self, teller):
        """Every type, random data: what can be read is told, what cannot is refused in words."""
        chance = random.Random(26875)
        for turn in range(6000):
            type_, count = turn % 256, chance.choice((0, 1, 2, 102, 255))
            data = bytes((type_, count)) + chance.randbytes(chance.randrange(120))

            told = objects.read(data)
            heard = teller.tell(told, now=THEN_S)

            for readings in heard.readings.values():
                assert all(reading.name for reading in readings)
                assert all(len(reading.extras) < 2000 for reading in readings)

    def test_reads_any_text_as_text_that_can_be_kept(self):
        chance = random.Random(18030)
        for _ in range(5000):
            words = objects.text(chance.randbytes(31))

            assert words.isprintable()
            assert words.encode("utf-8").decode("utf-8") == words


class TestCatalogue:
    def test_names_only_bits_operations_and_points_that_there_are(self):
        bits = set(tables.BIT_WORDS)
        for model, map_ in world.maps().items():
            thing = world.models()[model]
            for name, shown_ in map_.properties.items():
                assert name in thing.properties, (model, name)
                assert set(shown_.any + shown_.none) <= bits
                assert bool(shown_.any) != bool(shown_.none)
            for name, happens in map_.events.items():
                assert name in thing.events, (model, name)
                assert set(happens.any + happens.ends) <= bits
            for row in map_.analogues:
                assert row.property in thing.properties, (model, row)
                assert row.type in tables.ANALOGUES or row.step is not None
            assert set(map_.services) - {"device.initialise"} <= set(thing.services)

    def test_lets_the_transmission_device_tell_what_nobody_else_can(self):
        events = set(world.models()["fire_transmitter"].events)

        assert {
            telling.FIRE,
            telling.PART_FAULT,
            telling.DESCRIBED,
            telling.DUTY_ANSWERED,
            telling.DUTY_MISSED,
        } <= events

    def test_takes_strangers_for_models_that_there_are(self):
        assert set(tables.MODELS.values()) <= set(world.models())
        assert set(tables.MODELS) <= set(tables.PARTS)

    def test_scenes_watch_the_fire_that_the_transmission_device_tells(self):
        scenes = catalogue.load().scenes

        assert "safety.fire.panel_fire" in {scene.id for scene in scenes}


class TestUnits:
    def test_finds_a_part_by_its_full_address_without_a_gateway(self):
        far = world.wired("far", "smoke_detector", "1001/1.1.42.9", gateway="line")
        units = Units(world.line_of(), [*world.members(), far])

        assert units.part("ftx", Part(1, 1, 42, 9)) is far

    def test_tells_two_panels_with_like_parts_apart(self):
        two = [*world.members(), world.wired("ftx2", "fire_transmitter", "1002")]
        units = Units(world.line_of(), two)

        assert units.part("ftx2", SMOKE) is None

    @pytest.mark.parametrize("address", ["", "abc", "1.2.3", "1.1.42.9.9", "77/1.1.42.9"])
    def test_shows_an_address_that_says_nothing(self, address):
        odd = world.wired("odd", "smoke_detector", address, gateway="nobody")

        assert Units(world.line_of(), [*world.members(), odd]).odd == ["odd"]
