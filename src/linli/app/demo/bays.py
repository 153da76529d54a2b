"""Which camera of 和睦里 sees which charging bay. Some have none: nobody begins there by plate."""

from collections.abc import Mapping
from typing import NamedTuple


class Eye(NamedTuple):
    """A camera, and which of the bays that it sees, counted as its lanes."""

    camera: str
    lane: str


SEEN: Mapping[str, Eye] = {
    f"ev-{garage}-z1-{bay}": Eye(f"cam-{garage}-z1-1", str(bay))
    for garage, bays in (("g1", 3), ("g2", 2))
    for bay in range(1, bays + 1)
}
"""By the code of the charger there."""
