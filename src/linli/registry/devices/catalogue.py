"""The kinds of device that this installation knows, handed in by the application."""

from collections.abc import Mapping

from linli.devices.model import ThingModel
from linli.kernel.port import Port
from linli.kernel.words import Words

models: Port[[], Mapping[str, ThingModel]] = Port("devices.models")
"""Every thing model of the catalogue by its id."""

because: Port[[str], Words | None] = Port("devices.because")
"""Why an interlock forbids what it does, by its id; None where there is none of that id."""
