"""The words that scenes may use: points and services of all thing models, by their shared names."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from linli.contracts.things import Happening, Property, Service, ThingModel


class Vocabulary(msgspec.Struct, frozen=True, kw_only=True):
    """Points and services by name, each as the models give it."""

    properties: Mapping[str, Sequence[Property]]
    events: Mapping[str, Sequence[Happening]]
    services: Mapping[str, Sequence[Service]]

    def families(self) -> set[str]:
        """Return the first words of services: `fan` of `fan.on`."""
        return {family(name) for name in self.services}

    def range(self, point: str) -> tuple[float, float] | None:
        """Return the least and greatest value that any sensor of the point can show.

        None where a model sets no limit.
        """
        spans = [_range(one) for one in self.properties.get(point, ())]
        known = [one for one in spans if one is not None]
        if not known or len(known) < len(spans):
            return None
        return min(low for low, _ in known), max(high for _, high in known)

    def unit(self, point: str) -> str:
        """Return the unit of a point; empty where it has none."""
        return next((one.unit for one in self.properties.get(point, ())), "")

    def index(self, point: str, value: str) -> float | None:
        """Return the number that stands for a value of an enum point; None if it has no such."""
        found = {
            one.values.index(value) for one in self.properties.get(point, ()) if value in one.values
        }
        return float(found.pop()) if len(found) == 1 else None


def family(service: str) -> str:
    """Return what a service acts on: `fan` of `fan.on`."""
    return service.partition(".")[0]


def of(models: Iterable[ThingModel]) -> Vocabulary:
    """Gather the words of thing models."""
    properties: dict[str, list[Property]] = {}
    events: dict[str, list[Happening]] = {}
    services: dict[str, list[Service]] = {}
    for model in models:
        for name, one in model.properties.items():
            properties.setdefault(name, []).append(one)
        for name, event in model.events.items():
            events.setdefault(name, []).append(event)
        for name, service in model.services.items():
            services.setdefault(name, []).append(service)
    return Vocabulary(properties=properties, events=events, services=services)


def _range(one: Property) -> tuple[float, float] | None:
    if one.type == "boolean":
        return (0.0, 1.0)
    if one.type == "enum":
        return (0.0, float(len(one.values) - 1))
    return one.range
