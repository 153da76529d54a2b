"""The kinds of device that this installation knows, handed in by the application."""

from collections.abc import Mapping

from linli.devices.model import ThingModel
from linli.kernel.port import Port

models: Port[[], Mapping[str, ThingModel]] = Port("devices.models")
"""Every thing model of the catalogue by its id."""
