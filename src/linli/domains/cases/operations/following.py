"""Keeping up with what moves elsewhere."""

from django.db.models import F, Value
from django.db.models.functions import Concat, Substr

from linli.contracts.places import PlaceMoved
from linli.domains.cases.models import Case
from linli.foundation.outbox import operations as outbox
from linli.registry.places import queries as places


def place_moved(*, fact: PlaceMoved) -> None:
    """Put every case at a moved place, or below it, under the new path, once."""
    outbox.once(consumer="cases.following", fact=fact.id, deal=lambda: _move(fact))


def _move(fact: PlaceMoved) -> None:
    rows = Case.rows.of(fact.community).filter(places.below(fact.before, "place"))
    rows.update(place=Concat(Value(fact.after), Substr(F("place"), len(fact.before) + 1)))
