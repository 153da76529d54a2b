"""Thing models: what a kind of device measures, tells and can do. Scenes read them too."""

from linli.contracts.things import (
    Argument,
    Happening,
    Lane,
    Property,
    Service,
    ThingModel,
)

__all__ = [
    "Argument",
    "Happening",
    "Lane",
    "Property",
    "Service",
    "ThingModel",
]
