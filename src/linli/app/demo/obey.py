"""What a command does to a device: a table, no branches."""

from collections.abc import Mapping

from linli.app.demo.nature import Value

DOES: Mapping[str, Mapping[str, Value]] = {
    "fan.on": {"running": True},
    "fan.off": {"running": False},
    "pump.on": {"running": True},
    "pump.off": {"running": False},
    "standby_pump.on": {"running": True},
    "standby_pump.off": {"running": False},
    "drain_pump.on": {"running": True},
    "drain_pump.off": {"running": False},
    "fresh_air.on": {"running": True},
    "fresh_air.off": {"running": False},
    "cooling.on": {"cooling_on": True},
    "cooling.off": {"cooling_on": False},
    "irrigation.on": {"irrigating": True},
    "irrigation.off": {"irrigating": False},
    "light.on": {"light_on": True, "brightness_pct": 100},
    "light.off": {"light_on": False, "brightness_pct": 0},
    "siren.on": {"siren_on": True},
    "siren.off": {"siren_on": False},
    "speaker.say": {"playing": True},
    "speaker.stop": {"playing": False},
    "water_valve.close": {"water_valve_open": False},
    "water_valve.open": {"water_valve_open": True},
    "gas_valve.close": {"gas_valve_open": False},
    "gas_valve.open": {"gas_valve_open": True},
    "inlet.open": {"inlet_open": True},
    "inlet.close": {"inlet_open": False},
    "socket.cut": {"socket_on": False},
    "socket.restore": {"socket_on": True},
    "charge.stop": {"connector_state": "finishing"},
    "door.unlock": {"locked": False},
    "door.lock": {"locked": True},
    "fire_door.close": {"fire_door_open": False},
    "flood_gate.close": {"gate_closed": True},
    "flood_gate.open": {"gate_closed": False},
    "barrier.open": {"barrier_position": "open"},
    "barrier.close": {"barrier_position": "closed"},
    "lift.hold": {"lift_door": "open", "running": False, "speed_m_s": 0.0},
    "lift.recall": {"lift_mode": "fire", "lift_floor": 1, "lift_door": "open", "running": False},
    "lift.release": {},
    "lift.normal": {},
    "device.restart": {},
    "camera.snapshot": {},
}
"""By service: the properties that it sets, and that stay so until another command."""

UNDOES: Mapping[str, frozenset[str]] = {
    "lift.release": frozenset(DOES["lift.hold"]),
    "lift.normal": frozenset(DOES["lift.recall"]),
    "charge.stop": frozenset(),
}
"""By service: the properties that go their own way again."""

AT_FIRST: Mapping[str, Value] = {
    "running": False,
    "cooling_on": False,
    "irrigating": False,
    "light_on": False,
    "brightness_pct": 0,
    "siren_on": False,
    "playing": False,
    "volume_level_pct": 60,
    "water_valve_open": True,
    "gas_valve_open": True,
    "inlet_open": True,
    "socket_on": True,
    "locked": True,
    "door_open": False,
    "home_door_open": False,
    "fire_door_open": False,
    "gate_closed": False,
    "barrier_position": "closed",
    "breaker_closed": True,
    "on_battery": False,
    "fault": False,
    "smoke": False,
    "heat": False,
    "beam_broken": False,
    "tampered": False,
    "lane_taken": False,
    "cover_tilted": False,
    "lift_mode": "normal",
    "lift_fault": "none",
}
"""How things are before anything was done to them."""

RUNNING_AT_FIRST = frozenset({"water_pump"})
_SPOKEN_S = 20.0


def ends_by_itself(service: str) -> tuple[str, float] | None:
    """Return the service that follows of itself, and after how many seconds."""
    return ("speaker.stop", _SPOKEN_S) if service == "speaker.say" else None
