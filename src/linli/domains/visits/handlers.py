"""What visits do when a guest passes a door, or his car a lane."""

from linli.contracts.doors import PassageDecided
from linli.contracts.parking import LaneDecided
from linli.domains.visits.operations import keeping


def passage_decided(fact: PassageDecided) -> None:
    """Write down where a guest passed; told again, nothing."""
    keeping.passed(fact=fact)


def lane_decided(fact: LaneDecided) -> None:
    """Count that the car of a guest came in; told again, nothing."""
    keeping.drove(fact=fact)
