"""What devices measure on an ordinary day: one row for each property, by hour, with noise.

A row is a function of a `Moment`. Limits of scenes lie outside what these rows give, so an ordinary
day raises no alarm: trouble comes by incident, by a failing device, or by the hour (dusk, dryness).
"""

import math

from linli.app.demo.layout import SOUTH_DEG, WEST_DEG
from linli.app.demo.moment import DAY_S, Moment, Row, Value
from linli.devices.model import Property


def _sun(m: Moment) -> float:
    return max(0.0, math.sin((m.hour - 6) / 12 * math.pi)) if 6 < m.hour < 18 else 0.0  # noqa: PLR2004


def _counted(a_day: float) -> Row:
    """A meter that only rises, and is right after a restart too."""
    return lambda m: m.own * 5000 + (m.now - 1.7e9) / DAY_S * a_day * (0.5 + m.own)


_COOKS_FROM, _COOKS_UNTIL = 6.0, 22.0


def _counted_by_day(a_day: float) -> Row:
    """A meter that rises while people are up, and stands still by night."""

    def shown(m: Moment) -> Value:
        days = (m.now - 1.7e9) / DAY_S
        midnight = days - m.hour / 24
        up = min(max(m.hour, _COOKS_FROM), _COOKS_UNTIL) - _COOKS_FROM
        return m.own * 5000 + (midnight + up / (_COOKS_UNTIL - _COOKS_FROM)) * a_day * (0.5 + m.own)

    return shown


def _steady(level: float, spread: float, noise: float) -> Row:
    return lambda m: level + (m.own - 0.5) * spread + m.noise(noise)


def _today(per_hour: float) -> Row:
    return lambda m: int(m.hour * per_hour * (0.5 + m.own))


def _filling(full_at_hour: float) -> Row:
    """Empty after the collection at 6, nearly four fifths full at the end, never more."""
    return lambda m: (
        4 + 72 * (((m.hour - 6) % 24) / 24) * (0.6 + 0.4 * m.own) * min(1.0, 24 / full_at_hour)
    )


def _battery(m: Moment) -> float:
    """Between 32 and 100, a little less each day; a few devices are near their end."""
    days = (m.now - 1.79e9) / DAY_S
    worn = 10 if m.own > 0.998 else 0  # noqa: PLR2004 - one in five hundred
    return max(4.0, 32 + 68 * m.own - worn * 7.6 - (days * 0.05) % 8)


_TWO_HOURS_S, _TRIP_S = 7200.0, 10.0


def _plugged(m: Moment) -> bool:
    """An e-bike stands there every other stretch of two hours at most, by night more often."""
    return m.slot(2) % 2 == 0 and m.dice(_TWO_HOURS_S, 1) < 0.5 + 0.3 * m.wave(23)


def _charges(m: Moment) -> bool:
    full = m.dice(_TWO_HOURS_S, 2) < 0.3  # noqa: PLR2004 - a share
    return bool(m.values.get("plugged_in") and m.values.get("socket_on") and not full)


def _connector(m: Moment) -> str:
    """A car charges every other stretch of two hours at most."""
    if m.values.get("fault"):
        return "faulted"
    return "charging" if m.slot(2) % 2 == 0 and m.dice(7200, 1) < 0.5 else "available"  # noqa: PLR2004


def _charging(m: Moment) -> bool:
    return m.values.get("connector_state", "available") == "charging"


def _taken(m: Moment) -> bool:
    """A car stands at a charger."""
    return m.values.get("connector_state", "available") not in {"available", "faulted"}


def _supplied(m: Moment) -> bool:
    """A meter's relay lets power through."""
    return bool(m.values.get("relay_closed", True))


def _moving(m: Moment) -> bool:
    """A lift is on its way."""
    return m.dice(_TRIP_S, 1) < 0.02 + 0.3 * m.rush()


def _busy(name: str, level: float, error: float) -> Row:
    """So much when the property of that name is true, else nothing."""
    return lambda m: level + m.noise(error) if m.values.get(name) else 0.0


ROWS: dict[str, Row] = {
    # the weather and the air outside
    "light_lux": lambda m: max(
        0.0, 60_000 * _sun(m) ** 1.5 * (0.8 + 0.1 * m.wave(12)) + m.noise(5)
    ),
    "rain_mm_h": lambda m: 0.0,
    "wind_m_s": lambda m: abs(2.2 + m.wave(14) + m.noise(0.6)),
    "temperature_c": lambda m: 18 + 6 * m.wave(15) + m.noise(0.2),
    "humidity_pct": lambda m: 62 - 12 * m.wave(15) + m.noise(1),
    "pm25_ug_m3": lambda m: 32 + 8 * m.wave(8) + m.noise(2),
    "o3_ug_m3": lambda m: 60 + 30 * m.wave(15) + m.noise(2),
    "pm10_ug_m3": lambda m: 58 + 14 * m.wave(8) + m.noise(3),
    "noise_db": lambda m: 38.0 + m.noise(0.8) + (14 * m.rush() if 6 < m.hour < 22 else -1),  # noqa: PLR2004
    # water
    "pressure_mpa": lambda m: 0.38 - 0.04 * m.rush() + m.noise(0.002),
    "flow_m3_h": lambda m: max(0.0, 4 + 22 * m.rush() + m.noise(0.4)),
    "vibration_mm_s": _steady(1.6, 0.8, 0.05),
    "level_pct": lambda m: 78 + 8 * math.sin(m.now / 1800 + m.own * 9) + m.noise(0.2),
    "chlorine_mg_l": _steady(0.42, 0.1, 0.01),
    "turbidity_ntu": _steady(0.22, 0.1, 0.01),
    "volume_m3": _counted(0.4),
    "gas_m3": _counted_by_day(0.9),
    "heat_kwh": _counted(14),
    "heat_volume_m3": _counted(0.8),
    "heat_power_w": lambda m: 1800 + 900 * m.own + m.noise(40),
    "heat_flow_m3_h": _steady(0.12, 0.04, 0.002),
    "supply_temperature_c": _steady(46, 2, 0.1),
    "return_temperature_c": _steady(35, 2, 0.1),
    "battery_low": lambda m: False,
    "hydrant_pressure_mpa": _steady(0.36, 0.06, 0.002),
    # power
    "voltage_v": lambda m: 229 + 3 * m.wave(3) + m.noise(0.4),
    "current_a": lambda m: max(0.2, 12 + 26 * m.rush() * (0.5 + m.own) + m.noise(0.3)),
    "power_w": lambda m: max(40.0, 900 + 2600 * m.rush() * (0.3 + m.own) + m.noise(20)),
    "energy_kwh": _counted(7.5),
    "power_factor": lambda m: 0.95 + m.noise(0.01),
    "load_pct": lambda m: 34 + 26 * m.rush() + m.noise(1),
    "charge_pct": lambda m: 100,
    "runtime_min": lambda m: 92 + m.noise(1),
    "residual_current_ma": _steady(110, 60, 4),
    "cable_temperature_c": lambda m: 34 + 7 * m.rush() + m.own * 5 + m.noise(0.2),
    # fire, lifts, access
    "detector_temperature_c": lambda m: 19 + 3 * m.wave(16) + m.noise(0.1),
    "mains_ok": lambda m: True,
    "recording": lambda m: True,
    "guarded": lambda m: True,
    "people_count": lambda m: int(max(0.0, 9 * m.rush() * (0.4 + m.own) + m.noise(1))),
    "in_door_zone": lambda m: True,
    "sewer_level_cm": lambda m: 14 + 9 * m.own + 6 * m.rush() + m.noise(0.4),
    # waste, green, service
    "fill_pct": _filling(24),
    "weight_kg": lambda m: 20 + 260 * (((m.hour - 6) % 24) / 24) * (0.5 + m.own / 2),
    "lid_open": lambda m: m.chance(0.02),
    "spaces_free": lambda m: int(96 - 60 * m.wave(3) + m.noise(2)),
    "parcels_waiting": lambda m: int(22 + 14 * m.wave(17) + 8 * m.own),
    "oldest_parcel_h": lambda m: 3 + (m.hour + m.own * 12) % 17,
    "cells_free": lambda m: int(60 - 14 * m.wave(17) - 8 * m.own),
    "uses_today": _today(3),
    # care
    "heart_rate_bpm": lambda m: int(66 + 10 * m.own + 9 * m.rush() + m.noise(2)),
    "spo2_pct": lambda m: int(min(99.0, 97.3 + m.noise(0.6))),
    "steps": _today(260),
    "worn": lambda m: True,
    "motion": lambda m: m.chance(0.35 * m.rush()),
    # devices themselves
    "battery_pct": _battery,
    "signal_dbm": _steady(-72, 18, 1),
    "service_hours_h": lambda m: 400 + (m.now / 3600 + m.own * 3000) % 3000,
    "days_since_service": lambda m: int((m.now / DAY_S + m.own * 12) % 12),
    "days_since_cleaning": lambda m: int((m.now / DAY_S + m.own * 80) % 80),
    "levelling_mm": _steady(1, 3, 0.3),
    "trips_today": _today(22),
    "storage_free_pct": _steady(68, 20, 0.2),
    "disk_free_pct": _steady(61, 10, 0.1),
    "memory_used_pct": _steady(46, 10, 0.5),
    "queue_used_pct": lambda m: abs(m.noise(0.5)),
    "backup_age_h": lambda m: m.hour,
    "certificate_days": lambda m: 61,
    "clock_offset_s": lambda m: m.noise(0.05),
    "days_kept": lambda m: 34,
    "channels_lost": lambda m: 0,
    "disks_bad": lambda m: 0,
    "emergency_minutes": lambda m: 95,
    "fire_level_pct": _steady(97, 2, 0.2),
    "water_temperature_c": lambda m: 15 + m.wave(16) + m.noise(0.1),
    "sprinkler_pressure_mpa": _steady(0.3, 0.05, 0.002),
    "gas_bottle_mpa": _steady(4.2, 0.1, 0.005),
    "voltage_a_v": lambda m: 229 + 3 * m.wave(3) + m.noise(0.4),
    "voltage_b_v": lambda m: 230 + 3 * m.wave(3) + m.noise(0.4),
    "voltage_c_v": lambda m: 228 + 3 * m.wave(3) + m.noise(0.4),
    "neutral_current_a": lambda m: max(0.0, 9 + 6 * m.rush() + m.noise(0.3)),
    "cabinet_temperature_c": lambda m: 31 + 4 * m.rush() + m.noise(0.2),
    "cabinet_humidity_pct": _steady(52, 6, 0.5),
    "earth_ohm": _steady(1.6, 0.6, 0.01),
    "field_kv_m": lambda m: abs(m.noise(0.1)),
    "co_ppm": lambda m: max(0.0, 2 + m.noise(1)),
    "pan_temperature_c": lambda m: 24 + m.wave(15),
    "o2_pct": lambda m: 20.8 + m.noise(0.05),
    "h2s_mg_m3": lambda m: 0.0,
    "well_gas_pct_lel": lambda m: max(0.0, 1 + m.noise(0.3)),
    "road_water_cm": lambda m: 0.0,
    "water_voltage_v": lambda m: 0.0,
    "river_to_bank_cm": lambda m: 260 + m.noise(1),
    "tilt_deg": _steady(0.3, 0.2, 0.005),
    "crack_mm": _steady(0.2, 0.2, 0.002),
    "settlement_mm": _steady(2, 2, 0.02),
    "fence_kv": _steady(6.2, 0.4, 0.05),
    "quake_intensity": lambda m: 0.0,
    "surface_temperature_c": lambda m: 18 + 16 * _sun(m) + m.noise(0.3),
    "plugged_in": _plugged,
    "connector_state": _connector,
    # what environment, service and activity scenes watch besides
    "hcho_mg_m3": _steady(0.03, 0.02, 0.001),
    "tvoc_mg_m3": _steady(0.2, 0.1, 0.01),
    "radon_bq_m3": _steady(70, 40, 3),
    "nh3_mg_m3": _steady(0.25, 0.1, 0.01),
    "fume_mg_m3": _steady(0.5, 0.2, 0.02),
    "purifier_on": lambda m: True,
    "mosquitoes_1h": lambda m: int(2 + 4 * m.own),
    "luminance_cd_m2": _busy("screen_on", 300, 5),
    "oxygen_mg_l": _steady(6.5, 0.6, 0.05),
    "ph": _steady(7.6, 0.2, 0.01),
    "pond_level_cm": _steady(110, 6, 0.1),
    "rain_store_pct": _steady(40, 10, 0.1),
    "standing_cm": lambda m: 0.0,
    "pv_power_w": lambda m: max(0.0, 8000 * _sun(m) + m.noise(4)),
    "inverter_temperature_c": lambda m: 32 + 14 * _sun(m) + m.noise(0.2),
    "setpoint_c": lambda m: 26.0,
    "grid_ok": lambda m: True,
    "fuel_pct": _steady(88, 6, 0),
    "starter_v": _steady(26.2, 0.4, 0.02),
    "unbalance_pct": _steady(0.8, 0.2, 0.05),
    "thd_pct": _steady(2.0, 0.4, 0.1),
    "hot_water_c": _steady(57, 1, 0.2),
    "hot_return_c": _steady(51, 1, 0.2),
    "pipe_c": _steady(13, 2, 0.1),
    "gas_out_kpa": _steady(2.1, 0.1, 0.02),
    "heating_supply_c": _steady(48, 2, 0.1),
    "heating_return_c": _steady(39, 2, 0.1),
    "heating_pressure_mpa": _steady(0.42, 0.02, 0.001),
    "makeup_m3_h": lambda m: 0.0,
    "bay_taken": lambda m: m.dice(7200, 1) < 0.6,  # noqa: PLR2004 - a share
    "queue_cars": lambda m: int(3 * m.rush()),
    "uplink_ok": lambda m: True,
    "switch_temperature_c": _steady(42, 4, 0.2),
    "poe_load_pct": _steady(55, 10, 0.5),
    "loss_pct": lambda m: 0.0,
    "delay_ms": lambda m: int(8 + 4 * m.own),
    "clients_count": lambda m: int(6 + 20 * m.rush()),
    "paper_pct": _steady(62, 20, 0),
    "soap_pct": _steady(66, 20, 0),
    "visits_today": _today(6),
    "robot_battery_pct": _steady(80, 10, 0),
    "cold_box_c": _steady(4.5, 1, 0.1),
    "slots_empty": lambda m: int(3 * m.own),
    "fridge_c": _steady(4, 1, 0.1),
    "in_bed": lambda m: m.hour < 6.5 or m.hour > 21.5,  # noqa: PLR2004 - hours asleep
    "breaths_per_min": lambda m: int(14 + 3 * m.own),
    "people_inside": lambda m: int(22 * m.rush()) if 7 < m.hour < 21 else 0,  # noqa: PLR2004
    "queue_people": lambda m: int(4 * m.rush()),
    "pool_chlorine_mg_l": _steady(0.6, 0.1, 0.01),
    "pool_ph": _steady(7.4, 0.1, 0.01),
    "pool_turbidity_ntu": _steady(0.3, 0.1, 0.01),
    "pool_c": _steady(27, 1, 0.05),
    "swimmers": lambda m: int(14 * m.rush()) if 8 < m.hour < 21 else 0,  # noqa: PLR2004
    "lifeguard_there": lambda m: True,
    "aed_there": lambda m: True,
    "pads_days": lambda m: int(300 + 300 * m.own),
    "tools_out": lambda m: int(3 * m.own),
    "oldest_loan_h": lambda m: 2 + m.hour / 2,
    "bags_pct": _steady(60, 20, 0),
    "meals_left": lambda m: int(18 + 8 * m.own),
    "tds_mg_l": _steady(24, 8, 1),
    "filter_left_pct": _steady(70, 20, 0),
}
"""By name of property. What is not here is moved by commands, flows (`flows.py`) and incidents."""

OF_MODEL: dict[tuple[str, str], Row] = {
    ("lift", "running"): _moving,
    ("lift", "occupied"): lambda m: _moving(m) and m.dice(_TRIP_S, 2) < 0.8,  # noqa: PLR2004
    ("lift", "in_door_zone"): lambda m: not _moving(m),
    ("lift", "lift_door"): lambda m: "closed",
    ("lift", "speed_m_s"): lambda m: 1.75 + m.noise(0.02) if _moving(m) else 0.0,
    ("lift", "lift_floor"): lambda m: 1 + int(m.dice(_TRIP_S, 3) * 11) * _moving(m),
    ("lighting_circuit", "power_w"): _busy("light_on", 180, 2),
    ("ebike_socket", "power_w"): lambda m: 178 + m.noise(3) if _charges(m) else 0.0,
    ("ebike_socket", "current_a"): lambda m: 0.81 + m.noise(0.01) if _charges(m) else 0.0,
    ("ev_charger", "power_w"): lambda m: 6900 + m.noise(30) if _charging(m) else 0.0,
    ("ev_charger", "current_a"): lambda m: 30 + m.noise(0.1) if _charging(m) else 0.0,
    ("ev_charger", "energy_kwh"): _counted(168),
    ("ev_charger", "plugged_in"): _taken,
    ("ev_charger", "power_offered_w"): lambda m: 7000,
    ("ev_charger", "current_offered_a"): lambda m: 32,
    ("ev_charger", "soc_pct"): lambda m: 35 + 60 * (m.hour % 4) / 4,
    ("ev_charger", "output_voltage_v"): lambda m: 229 + m.noise(0.4),
    ("ev_charger", "charger_temperature_c"): lambda m: 31 + 6 * m.wave(15) + m.noise(0.2),
    ("ev_charger", "battery_temperature_c"): lambda m: int(27 + 5 * m.wave(15)),
    ("ev_charger", "session_energy_kwh"): lambda m: 6.9 * (m.hour % 4),
    ("ev_charger", "session_cost_yuan"): lambda m: 6.2 * (m.hour % 4),
    ("ev_charger", "session_minutes"): lambda m: int(60 * (m.hour % 4)),
    ("ev_charger", "left_minutes"): lambda m: int(240 - 60 * (m.hour % 4)),
    ("ev_charger", "space_occupied"): _taken,
    ("ev_charger", "lock_battery_pct"): lambda m: int(60 + 30 * m.own),
    ("ev_charger", "lock_fault"): lambda m: False,
    ("garage_fan", "current_a"): _busy("running", 9.2, 0.1),
    ("drain_pump", "current_a"): _busy("running", 6.4, 0.1),
    ("irrigation_valve", "flow_m3_h"): _busy("irrigating", 2.4, 0.05),
    ("water_meter", "flow_m3_h"): lambda m: 0.3 * m.rush() if m.chance(m.rush()) else 0.0,
    ("electricity_meter", "power_w"): lambda m: (
        160 + 900 * m.rush() * m.own + m.noise(20) if _supplied(m) else 0.0
    ),
    ("electricity_meter", "current_a"): lambda m: (
        0.7 + 4 * m.rush() * m.own + abs(m.noise(0.05)) if _supplied(m) else 0.0
    ),
    ("water_pump", "pressure_mpa"): lambda m: (
        0.38 - 0.04 * m.rush() + m.noise(0.002) if m.values.get("running", True) else 0.31
    ),
    ("water_pump", "flow_m3_h"): _busy("running", 9, 0.4),
    ("water_pump", "vibration_mm_s"): _busy("running", 1.6, 0.05),
    ("patrol_recorder", "longitude"): lambda m: WEST_DEG + 0.002 * (1 + m.wave(m.hour * 3)),
    ("patrol_recorder", "latitude"): lambda m: SOUTH_DEG + 0.002 * (1 + m.wave(m.hour * 5)),
    ("indoor_air_sensor", "temperature_c"): lambda m: 22 + m.wave(15) + m.noise(0.1),
    ("garage_air_unit", "temperature_c"): lambda m: 19 + m.wave(15) + m.noise(0.1),
    ("plant_room_sensor", "temperature_c"): lambda m: 24 + m.wave(15) + m.noise(0.1),
    ("plant_room_sensor", "humidity_pct"): lambda m: 55 + m.noise(0.5),
    ("ebike_swap_cabinet", "battery_temperature_c"): lambda m: int(30 + 5 * m.wave(15)),
    ("indoor_air_monitor", "co2_ppm"): lambda m: 560 + 160 * m.rush() + m.noise(8),
    ("indoor_air_monitor", "temperature_c"): lambda m: 22 + m.wave(15) + m.noise(0.1),
    ("odour_sensor", "h2s_mg_m3"): _steady(0.01, 0.01, 0.001),
}
"""Where a model goes its own way."""

_LOW = 0.05


def usual(shape: Property, own: float) -> Value:
    """Return what a property shows that has no row here: nothing much, and always the same."""
    if shape.type == "boolean":
        return False
    if shape.type == "enum":
        return shape.values[0]
    low, high = shape.range or (0.0, 1.0)
    return low + (high - low) * _LOW * own


EVENTS_AN_HOUR: dict[tuple[str, str], float] = {
    ("access_door", "opened"): 3.0,
    ("parking_barrier", "plate_read"): 30.0,
    ("waste_station", "deposited"): 4.0,
    ("parcel_locker", "parcel_in"): 3.0,
    ("parcel_locker", "parcel_out"): 3.0,
    ("fitness_equipment", "session_ended"): 1.0,
    ("home_passage_sensor", "passage"): 2.5,
    ("patrol_point", "visited"): 2.0,
}
"""How often an event happens by day, by model and event; at rush hours oftener, by night hardly."""

AT_ALL_HOURS = frozenset({("patrol_point", "visited")})
"""What happens by night as often as by day."""
