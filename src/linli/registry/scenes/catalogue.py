"""The scenes that this installation knows, handed in by the application."""

from collections.abc import Mapping

from linli.kernel.port import Port
from linli.scenes.model import Scene

scenes: Port[[], Mapping[str, Scene]] = Port("scenes.catalogue")
"""Every scene of the catalogue whose stories passed, by its id."""
