"""What flows and fades: gas, water, heat. One equation, a row for each kind.

    dx/dt = in - (x - rest) / fades_s

`in` is what an incident lets in. A helper at work (a fan, a pump) makes it fade faster; a valve
that is shut lets nothing more in.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from linli.app.demo.moment import Value


class Kind(NamedTuple):
    """A kind of flow: what shows it, what helps against it, and how. Times in seconds.

    `helper` is the model of the helper, at the same place; empty is the device itself. It helps
    when its property has the value. `steps` is how far it may go before the device speaks out of
    turn, `daily` by what share the level of rest is higher at rush hours.
    """

    models: tuple[str, ...]
    name: str
    rest: float
    fades_s: float
    helper: tuple[str, str, Value]
    helped_s: float
    shuts: bool
    steps: float
    daily: float = 0.0
    adds: float = 0.0
    shown_from: float | None = None
    """From this level on a yes-or-no sensor says yes."""


_DAY_S = 86_400.0
_NEAR = 1e-3
"""So near its rest a flow is there."""
KINDS = (
    Kind(("garage_co_sensor",), "co_mg_m3", 6, 900, ("garage_fan", "running", True), 70, False, 4,
         daily=1.0),
    Kind(("garage_air_unit",), "co_mg_m3", 6, 900, ("", "running", True), 70, False, 4, daily=1.0),
    Kind(("basement_water_sensor",), "water_level_cm", 0, 7200,
         ("drain_pump", "running", True), 60, False, 2),
    Kind(("gas_detector",), "gas_pct_lel", 0, 400, ("gas_valve", "gas_valve_open", False), 45, True,
         3),
    Kind(("water_leak_sensor",), "water_leak", 0, 900,
         ("water_valve", "water_valve_open", False), 60, True, 1e9, shown_from=1.0),
    Kind(("ebike_socket",), "temperature_c", 26, 240, ("", "socket_on", False), 90, True, 4),
    Kind(("transformer_monitor",), "winding_temperature_c", 62, 900, ("", "cooling_on", True), 120,
         False, 5, daily=0.2),
    Kind(("indoor_air_sensor",), "co2_ppm", 520, 1800, ("fresh_air_unit", "running", True), 200,
         False, 60, daily=0.7),
    Kind(("soil_sensor",), "soil_moisture_pct", 14, 4 * _DAY_S,
         ("irrigation_valve", "irrigating", True), 4 * _DAY_S, False, 3, adds=0.008),
)  # fmt: skip


class Shows(Protocol):
    """A device, as far as flows know it."""

    code: str
    model: str
    place: str
    own: float
    values: dict[str, Value]


class Flow:
    """One flow: at a place, or in a device. `let_in` is what an incident lets in, a second."""

    def __init__(
        self, kind: Kind, shown_by: Sequence[Shows], helpers: Sequence[Shows], start: float
    ) -> None:
        self.kind = kind
        self.shown_by = shown_by
        self._helpers = helpers
        self.level = start
        self.let_in = 0.0
        self._told = start
        self._rests = not (kind.daily or kind.adds)

    def helped(self) -> bool:
        """Whether a helper is at work."""
        _, name, value = self.kind.helper
        return any(helper.values.get(name) == value for helper in self._helpers)

    def go(self, span_s: float, rush: float) -> bool:
        """Let time pass; tell whether it has gone so far that devices should speak.

        :param rush: how busy the hour is, 0 to 1
        """
        kind = self.kind
        if self._rests and not self.let_in and self.level == kind.rest == self._told:
            return False
        helped = self.helped()
        fades_s = kind.helped_s if helped else kind.fades_s
        in_ = 0.0 if helped and kind.shuts else self.let_in
        in_ += kind.adds if helped else 0.0
        share = min(1.0, span_s / fades_s)
        rest = kind.rest * (1 + kind.daily * rush)
        self.level += in_ * span_s - (self.level - rest) * share
        if not in_ and abs(self.level - rest) < _NEAR:
            self.level = rest
        before = self._shown(self._told)
        after = self._shown(self.level)
        if abs(self.level - self._told) < kind.steps and before == after:
            if self.level == rest:
                self._told = rest
            return False
        self._told = self.level
        return True

    def _shown(self, level: float) -> bool | None:
        return None if self.kind.shown_from is None else level >= self.kind.shown_from

    def value(self, own: float, error: float) -> Value:
        """Return what a sensor shows: its own offset and an error of the moment included."""
        shown = self._shown(self.level)
        if shown is not None:
            return shown
        return max(0.0, self.level + (own - 0.5) * 0.6 + error)


def flows(devices: Iterable[Shows]) -> dict[tuple[str, str], Flow]:
    """Return the flow that each (device, property) shows; devices of one place share theirs."""
    devices = list(devices)
    at: dict[tuple[str, str], list[Shows]] = {}
    for device in devices:
        at.setdefault((device.place, device.model), []).append(device)
    found: dict[tuple[str, str], Flow] = {}
    for kind in KINDS:
        found.update(_of_kind(kind, at))
    return found


def _of_kind(kind: Kind, at: Mapping[tuple[str, str], list[Shows]]) -> dict[tuple[str, str], Flow]:
    found = {}
    for (place, model), group in at.items():
        if model not in kind.models:
            continue
        own = not kind.helper[0]
        for shown_by in [[device] for device in group] if own else [group]:
            helpers = shown_by if own else at.get((place, kind.helper[0]), [])
            start = kind.rest + (10 * shown_by[0].own if kind.adds else 0.0)
            flow = Flow(kind, shown_by, helpers, start)
            found.update({(device.code, kind.name): flow for device in shown_by})
    return found
