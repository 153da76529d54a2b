"""What devices measure in the world of `bench health`, many readings at a time.

A row of the table says how a property behaves; a method of `Nature` draws it.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np


@dataclass(frozen=True)
class Row:
    """How a property behaves: `level` and how far devices differ (`own`), by day (`daily`), by the
    weather, by building, slowly by itself (`wander`), from reading to reading (`noise`).

    `drifts` is how much a failing sensor goes a day, 0 for none; `stands` says that one can be seen
    to stick.
    """

    how: str = "ambient"
    level: float = 0.0
    own: float = 0.0
    daily: float = 0.0
    weather: float = 0.0
    building: float = 0.0
    wander: float = 0.0
    noise: float = 0.0
    drifts: float = 0.0
    stands: bool = False


ROWS = {
    "temperature_c": Row("ambient", 21, 1.5, 2.0, 1.2, 0.3, 0.4, 0.15, 0.35, True),
    "detector_temperature_c": Row("ambient", 19, 1.5, 2.0, 1.0, 0.3, 0.3, 0.1, 0.4, True),
    "cable_temperature_c": Row("ambient", 36, 4, 5, 1.5, 0.5, 0.8, 0.2, 0.6, True),
    "winding_temperature_c": Row("ambient", 62, 3, 6, 2, 0, 1, 0.4, 0, True),
    "humidity_pct": Row("ambient", 60, 5, 8, 8, 1, 2, 0.8, 1.0, True),
    "pm25_ug_m3": Row("ambient", 34, 3, 6, 15, 1, 2, 2, 0, True),
    "pm10_ug_m3": Row("ambient", 58, 5, 9, 22, 2, 3, 3, 0, True),
    "noise_db": Row("ambient", 46, 4, 7, 0, 0.5, 1, 1.2, 0.5, True),
    "wind_m_s": Row("positive", 2, 0.3, 1, 1.2, 0, 0.5, 0.6, 0, True),
    "light_lux": Row("sun", 30_000, 3000),
    "rain_mm_h": Row("rain"),
    "pressure_mpa": Row("ambient", 0.38, 0.02, 0.03, 0, 0.003, 0.004, 0.003, 0.004, True),
    "hydrant_pressure_mpa": Row("ambient", 0.36, 0.03, 0.008, 0, 0.004, 0.003, 0.002, 0.005, True),
    "vibration_mm_s": Row("positive", 1.6, 0.3, 0.1, 0, 0, 0.1, 0.06, 0.12, True),
    "level_pct": Row("tank", 74, 4, 0, 0, 0, 0, 0.2, 0, True),
    "chlorine_mg_l": Row("ambient", 0.42, 0.04, 0.02, 0.01, 0, 0.02, 0.01, 0, True),
    "turbidity_ntu": Row("positive", 0.24, 0.04, 0.01, 0.02, 0, 0.02, 0.01, 0, True),
    "voltage_v": Row("ambient", 229, 1.5, 2.5, 0, 0.8, 0.6, 0.5, 0.9, True),
    "power_factor": Row("ambient", 0.94, 0.01, 0.01, 0, 0, 0.004, 0.008, 0, True),
    "load_pct": Row("use", 34, 8, 20, 0, 2, 2, 1, 0, True),
    "charge_pct": Row("still", 100),
    "runtime_min": Row("ambient", 92, 3, 0, 0, 0, 0.4, 0.8, 0, True),
    "residual_current_ma": Row("positive", 110, 30, 8, 4, 2, 4, 4, 4.5, True),
    "co_mg_m3": Row("traffic", 6, 1.2, 5, 0, 0, 0.6, 0.4, 1.0, True),
    "co2_ppm": Row("traffic", 520, 40, 350, 0, 0, 40, 12, 25, True),
    "gas_pct_lel": Row("zero", 0, 0, 0, 0, 0, 0, 0.03),
    "water_level_cm": Row("zero", 0, 0, 0, 0, 0, 0, 0.03),
    "sewer_level_cm": Row("positive", 18, 4, 3, 1.5, 0.5, 1, 0.5, 1.2, True),
    "soil_moisture_pct": Row("soil", 26, 3, 0.5, 2, 0, 0.5, 0.2, 0.8, True),
    "energy_kwh": Row("energy", stands=True),
    "volume_m3": Row("water"),
    "power_w": Row("home", 90, 60, 600, 0, 0, 0.5, 20, 0, True),
    "current_a": Row("home", 0.6, 0.3, 3, 0, 0, 0.5, 0.05, 0, True),
    "flow_m3_h": Row("bursts", 0.3),
    "fill_pct": Row("bin", 0, stands=True),
    "weight_kg": Row("bin", 0, stands=True),
    "battery_pct": Row("battery"),
    "lock_battery_pct": Row("battery"),
    "signal_dbm": Row("radio", -74, 7, 1, 0, 1, 1, 1.2),
    "children_online": Row("children", 24),
    "members_there": Row("children", 24),
    "storage_free_pct": Row("wearing", 70, 12),
    "people_count": Row("crowd", 9),
    "spaces_free": Row("crowd", 60),
    "parcels_waiting": Row("crowd", 24),
    "cells_free": Row("crowd", 50),
    "oldest_parcel_h": Row("age"),
    "uses_today": Row("today", 3),
    "steps": Row("today", 260),
    "heart_rate_bpm": Row("ambient", 72, 6, 6, 0, 0, 2, 3, 0, True),
    "spo2_pct": Row("ambient", 97, 0.5, 0, 0, 0, 0.2, 0.6),
    "session_energy_kwh": Row("session"),
    "session_cost_yuan": Row("session"),
    "session_minutes": Row("session"),
    "soc_pct": Row("session"),
    "lift_floor": Row("trips", 11),
    "speed_m_s": Row("trips", 1.75),
    "brightness_pct": Row("still", 100),
    "volume_level_pct": Row("still", 60),
}
OF_MODEL = {
    ("ebike_socket", "power_w"): Row("charging", 178, 0, 0, 0, 0, 0, 3),
    ("ebike_socket", "current_a"): Row("charging", 0.81, 0, 0, 0, 0, 0, 0.01),
    ("ev_charger", "power_w"): Row("charging", 6900, 0, 0, 0, 0, 0, 30),
    ("ev_charger", "current_a"): Row("charging", 30, 0, 0, 0, 0, 0, 0.1),
    ("ev_charger", "output_voltage_v"): Row("ambient", 229, 1.5, 2.5, 0, 0.8, 0.6, 0.5, 0.9, True),
    ("lighting_circuit", "power_w"): Row("lamps", 180, 10, 0, 0, 0, 0, 2),
    ("smart_bin", "temperature_c"): Row("ambient", 17, 1, 5, 4, 0.2, 0.5, 0.3, 0.45, True),
    ("air_station", "temperature_c"): Row("ambient", 16, 0.5, 5, 4, 0, 0.2, 0.2, 0, True),
    ("wearable", "battery_pct"): Row("charged"),
    ("drain_pump", "current_a"): Row("zero"),
    ("garage_fan", "current_a"): Row("zero"),
    ("irrigation_valve", "flow_m3_h"): Row("zero"),
}
AT_REST = Row("still", 0)


class At(NamedTuple):
    """What is wanted: of `n` points of a kind `k` readings each, at hours of the day `t`."""

    kind: Row
    rows: np.ndarray
    owner: np.ndarray
    t: np.ndarray
    hour: int
    n: int
    k: int


class Nature:
    """How each way of behaving is drawn; the state is `World`'s."""

    def values(self, at):
        """Return an array of readings, one row a point."""
        return getattr(self, f"_{at.kind.how}")(at)

    def _still(self, at):
        return np.full((at.n, at.k), float(at.kind.level))

    def _zero(self, at):
        flat = self._still(at)
        if at.kind.noise:
            flat[self.random.random((at.n, at.k)) < 0.002] = 0.1
        return flat

    def _lamps(self, at):
        lit = not 6 < at.hour % 24 < 18
        noise = at.kind.noise * self.random.standard_normal((at.n, at.k))
        return at.kind.level * lit + noise

    def _ambient(self, at):
        wave = np.cos((at.t - 15) / 24 * 2 * np.pi)
        base = (
            at.kind.level
            + at.kind.own * self.own[at.rows]
            + at.kind.weather * self.weather
            + at.kind.building * self.buildings[self.building[at.owner]]
            + at.kind.wander * self.wander[at.rows] * self.more
            + at.kind.wander * 2.0 * self.moved_by[at.owner] * self._moved(at)
        )
        noise = self.random.standard_normal((at.n, at.k), dtype=np.float32)
        shaped = (at.kind.daily * self.day_own[at.rows] / 2)[:, None] * wave
        return base[:, None] + shaped + at.kind.noise * self.more * noise

    def _moved(self, at):
        """Tell who has another way of life for some days: a window open, a heater on."""
        return (self.moved[at.owner, 0] <= at.hour) & (at.hour < self.moved[at.owner, 1])

    def _positive(self, at):
        return np.maximum(self._ambient(at), 0.02)

    def _rush(self, t):
        """Return how much people are about; on three days of holiday hardly at all."""
        peaks = 0.9 * np.exp(-((t - 8) ** 2) / 4) + 0.9 * np.exp(-((t - 18.5) ** 2) / 6)
        return 0.1 + peaks * (0.25 if self.holiday else 1.0)

    def _traffic(self, at):
        flat = replace(at.kind, daily=0.0, weather=0.0, building=0.0)
        weekend = 0.7 if (at.hour // 24) % 7 in {0, 1} else 1.0
        return np.maximum(
            self._ambient(at._replace(kind=flat))
            + at.kind.daily * weekend * self._rush(at.t) * np.sqrt(self.day_own[at.rows])[:, None],
            0,
        )

    def _use(self, at):
        return np.maximum(self._traffic(at), 1)

    def _sun(self, at):
        sun = np.maximum(0, np.sin((at.t - 6) / 12 * np.pi)) * (1 - 0.5 * self.raining)
        return at.kind.level * sun + np.abs(self.random.normal(0, 3, (at.n, at.k)))

    def _rain(self, at):
        return self.random.gamma(2, 1, (at.n, at.k)) if self.raining else np.zeros((at.n, at.k))

    def _tank(self, at):
        swing = 9 * np.sin((at.hour + at.t - at.hour % 24) * 2 * self.day_own[at.rows][:, None])
        noise = self.random.normal(0, at.kind.noise * self.more, (at.n, at.k))
        return at.kind.level + at.kind.own * self.own[at.rows][:, None] + swing + noise

    def _soil(self, at):
        watered = (at.hour // 24 + at.rows % 3) % 3
        return self._ambient(at) + (2 - watered)[:, None]

    def _at_home(self, owner, hour):
        """Return 1 where somebody is at home, 0 where a family is away."""
        home = (hour < self.away[owner, 0]) | (hour >= self.away[owner, 1])
        return home.astype(np.float32)

    def _home(self, at):
        base = np.maximum(at.kind.level + at.kind.own * np.abs(self.own[at.rows]), 0.01)[:, None]
        home = self._at_home(at.owner, at.hour)
        busy = self._rush(at.t) * (self.random.gamma(1, 1, at.n) * home)[:, None]
        noise = at.kind.noise * self.random.standard_normal((at.n, at.k))
        used = at.kind.daily * self.day_own[at.rows][:, None] * busy
        return np.maximum(base + used + noise, 0.01)

    def _energy(self, at):
        home = self._at_home(at.owner, at.hour)
        busy = self._rush(at.t).mean() * self.random.gamma(1, 1, at.n) * home
        added = 0.1 + 0.6 * self.day_own[at.rows] * busy
        before = self.sum[at.rows]
        self.sum[at.rows] = before + added
        return before[:, None] + added[:, None] * (np.arange(at.k) + 1) / at.k

    def _water(self, at):
        self.sum[at.rows] += self.used[at.owner]
        return np.repeat(self.sum[at.rows][:, None], at.k, axis=1)

    def _bursts(self, at):
        busy = (self.random.random((at.n, at.k)) < 0.2) & (self.used[at.owner] > 0.004)[:, None]
        return busy * at.kind.level * self.random.random((at.n, at.k))

    def _bin(self, at):
        now = at.hour % 24
        used = self._rush(now + 0.5) * self.random.gamma(0.8, 4, at.n) * self.bin[at.rows]
        idle = self.random.random(at.n) < (0.7 if now < 6 else 0.15)
        full = np.minimum(self.sum[at.rows] % 100 + used * ~idle, 99)
        self.sum[at.rows] = np.where(now == 6, 3, full)
        return np.repeat(self.sum[at.rows][:, None], at.k, axis=1)

    def _battery(self, at):
        left = self.battery[at.owner] - self.slow[at.owner] * at.hour / 24 + 1.2 * self.weather
        return np.repeat(left[:, None], at.k, axis=1)

    def _charged(self, at):
        skips = (at.hour // 24 + self.phase[at.owner]) % 5 == 0
        left = 100 - ((at.hour - 7 - self.phase[at.owner] % 3) % 24) * np.where(skips, 3.6, 2.6)
        return np.repeat(np.maximum(left, 8)[:, None], at.k, axis=1)

    def _radio(self, at):
        storm = 14.0 if self.raining and self.random.random() < 0.05 else 0.0
        bad = self.random.random(at.n) < 0.004 * self.upset
        usual = self._ambient(at)
        return usual - storm - (13 * bad)[:, None]

    def _children(self, at):
        lost = self.random.binomial(2, 0.05, (at.n, 1))
        return np.repeat(10 + self.phase[at.owner][:, None] - lost, at.k, axis=1).astype(float)

    def _wearing(self, at):
        left = at.kind.level + at.kind.own * self.own[at.rows] - at.hour / 200
        return np.repeat(left[:, None], at.k, axis=1)

    def _crowd(self, at):
        busy = at.kind.level * self._rush(at.t) * self.day_own[at.rows][:, None]
        return self.random.poisson(busy + 0.02, (at.n, at.k)).astype(float)

    def _age(self, at):
        return 3 + (at.t + self.phase[at.owner][:, None]) % 21

    def _today(self, at):
        return np.repeat(np.floor(at.t * at.kind.level * self.day_own[at.rows][:, None]), 1, axis=1)

    def _trips(self, at):
        moves = self.random.random((at.n, at.k)) < 0.02 + 0.3 * self._rush(at.t)
        return moves * self.random.uniform(1, at.kind.level, (at.n, at.k)) + (at.kind.level > 2)

    def _plugged(self, at):
        """Tell where somebody charges; at some sockets nobody does but once a week."""
        slot = (at.hour + self.phase[at.owner]) // 3
        on = np.sin(slot * 12.9898 + at.owner * 78.233) * 43758.5453 % 1 < 0.35
        rare = self.slow[at.owner] > 0.15
        return on & (~rare | ((at.hour // 24 + at.owner) % 6 == 0)) & ~self.holiday

    def _charging(self, at):
        noise = at.kind.noise * self.random.standard_normal((at.n, at.k))
        return self._plugged(at)[:, None] * (at.kind.level + noise)

    def _session(self, at):
        """What stands at the figures of the last session until the next."""
        on = self._plugged(at)
        self.sum[at.rows] = np.where(on, self.sum[at.rows] % 50 + 2, self.sum[at.rows] % 50)
        return self.sum[at.rows][:, None] + on[:, None] * np.arange(at.k)[None, :] * 0.01
