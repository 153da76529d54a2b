"""Which home of 和睦里 is that of the resident who signs in himself."""

from collections.abc import Sequence

from linli.app.demo.layout import BUILDINGS
from linli.app.demo.names import card_number
from linli.app.demo.people import TODAY, Home, Resident
from linli.kernel.place import under
from linli.registry.people.logic import GUARDED_UNTIL, age


def home(homes: Sequence[Home]) -> Home:
    """Return the first in a building with a lift that has a car and a child for whom somebody must
    speak.
    """
    return next(
        one for one in homes if one.cars and any(map(_child, one.people)) and _lifted(one.room)
    )


def resident(homes: Sequence[Home]) -> Resident:
    """Return the one who signs in: the first of that home."""
    return home(homes).people[0]


def card(homes: Sequence[Home]) -> str:
    """Return the number of his card."""
    return card_number(resident(homes).code)


def _lifted(room: str) -> bool:
    """Tell whether one takes a lift to a room."""
    return "/f01/" not in room and any(
        under(path=room, ancestor=one.path) for one in BUILDINGS if one.lifts
    )


def _child(person: Resident) -> bool:
    return age(born_on=person.born_on, on=TODAY) < GUARDED_UNTIL
