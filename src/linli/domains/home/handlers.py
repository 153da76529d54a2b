"""What a home does when something has happened."""

from linli.contracts.doors import PassageDecided
from linli.domains.home import operations


def passage_decided(fact: PassageDecided) -> None:
    """Somebody passed a door: was it his own home's, he is known."""
    operations.known_at_the_door(fact=fact)
