"""How a thing model stands among a device's entities: a file of `catalog/wires/homeassistant/`."""

from collections.abc import Iterable, Mapping

import msgspec

from linli.drivers.homeassistant.codec import ACTS, COMPONENTS, Entity, Value


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which entity a property is: one of a component, and of a class, if classes are named. `on`
    and `off` are the numbers that stand for true and false where the property is a number.
    """

    component: str
    classes: tuple[str, ...] = ()
    on: float | None = None
    off: float | None = None

    def __post_init__(self) -> None:
        if self.component not in COMPONENTS:
            raise ValueError(f"no component: {self.component!r}")

    def fits(self, one: Entity) -> bool:
        """Tell whether an entity is the one."""
        return one.component == self.component and (not self.classes or one.kind in self.classes)

    def value(self, said: Value) -> Value:
        """Return a state as the property has it."""
        if isinstance(said, bool) and self.on is not None and self.off is not None:
            return self.on if said else self.off
        return said


class Act(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which entity a service tells what: `on`, `off`, `open`, `close`, `arm_away` …"""

    component: str
    act: str
    classes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.component not in COMPONENTS or self.act not in ACTS:
            raise ValueError(f"nobody does {self.act!r} of {self.component!r}")

    def fits(self, one: Entity) -> bool:
        """Tell whether an entity is the one."""
        fitting = one.component == self.component and bool(one.config.command_topic)
        return fitting and (not self.classes or one.kind in self.classes)

    def ends(self, said: Value) -> bool:
        """Tell whether a state is what it leads to."""
        if isinstance(said, bool):
            return said is (self.act in {"on", "open"})
        wanted = self.act.replace("arm_", "armed_") if self.act != "disarm" else "disarmed"
        return said == wanted


class Map(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A thing model by its entities."""

    models: tuple[str, ...]
    properties: Mapping[str, Rule]
    services: Mapping[str, Act] = {}
    source: str = ""

    def named(self, one: Entity) -> tuple[str, Rule] | None:
        """Return the property that an entity is; None if none."""
        found = ((name, rule) for name, rule in self.properties.items() if rule.fits(one))
        return next(found, None)


_SUGGESTS: tuple[tuple[str, frozenset[str], str], ...] = (
    ("binary_sensor", frozenset({"smoke"}), "smoke_detector"),
    ("binary_sensor", frozenset({"gas"}), "gas_detector"),
    ("binary_sensor", frozenset({"moisture"}), "water_leak_sensor"),
    ("binary_sensor", frozenset({"motion", "occupancy", "presence"}), "home_passage_sensor"),
    ("binary_sensor", frozenset({"door"}), "home_passage_sensor"),
    ("binary_sensor", frozenset({"window", "opening"}), "window_sensor"),
    ("valve", frozenset({"gas"}), "gas_valve"),
    ("valve", frozenset({"water"}), "water_valve"),
    ("alarm_control_panel", frozenset(), "home_alarm_panel"),
    ("light", frozenset(), "lighting_circuit"),
)
"""Which thing model a device most likely is, the gravest first; no class is any."""


def suggested(entities: Iterable[Entity]) -> str:
    """Return the thing model that a device most likely is, for who may let it in; empty if none."""
    there = [(one.component, one.kind) for one in entities]
    for component, classes, model in _SUGGESTS:
        if any(c == component and (not classes or kind in classes) for c, kind in there):
            return model
    return ""
