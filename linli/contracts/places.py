"""What the rest of the system may ask about places."""

from collections.abc import Mapping, Sequence

from linli.kernel.port import Port
from linli.kernel.words import Words

place_names: Port[[str, Sequence[str]], Mapping[str, Words]] = Port("places.names")
"""Asked with a community and paths; unknown paths are left out of the answer."""

place_positions: Port[[str, Sequence[str]], Mapping[str, tuple[float, float]]] = Port(
    "places.positions"
)
"""The middle of each place as (longitude, latitude) in degrees, where its geometry is known."""
