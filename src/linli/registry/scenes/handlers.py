"""What scenes do when something else happened."""

from linli.contracts.places import PlaceMoved
from linli.registry.scenes import operations


def place_moved(fact: PlaceMoved) -> None:
    """Let limits and modes of a place that moved hold under its new path."""
    operations.place_moved(
        community=fact.community,
        before=fact.before,
        after=fact.after,
        cause=fact.id,
        now=fact.at,
    )
