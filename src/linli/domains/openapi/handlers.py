"""What the open API does when something happened that third parties may know of."""

from collections.abc import Sequence

from django.utils import timezone

from linli.contracts.places import PlaceMoved
from linli.domains.openapi.operations import entering, telling
from linli.kernel.event import Event


def happened(facts: Sequence[Event]) -> None:
    """Lay facts of one kind down for who asked to be told; told again, nothing."""
    telling.tell(facts=facts, now=timezone.now())


def place_moved(fact: PlaceMoved) -> None:
    """Let third parties follow their place to its new path; told again, nothing."""
    entering.place_moved(fact=fact)
