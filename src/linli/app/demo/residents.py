"""A resident of 和睦里 who signs in himself: linked to the register, looked at, with a child."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from linli.app.demo import credentials
from linli.app.demo.layout import BUILDINGS
from linli.app.demo.people import TODAY, Home, Resident
from linli.foundation.identity import operations as identity
from linli.foundation.identity import queries as accounts
from linli.foundation.identity.models import Account
from linli.kernel.place import under
from linli.registry.people import looking
from linli.registry.people import operations as people
from linli.registry.people.entries import PersonEntry
from linli.registry.people.logic import GUARDED_UNTIL, age
from linli.registry.people.models import Person

USERNAME, ROLE = "resident", "resident"
_LOOKS = (("desk", "service"), ("grid", "visit"))
"""Whose account looked at him, and what for: as if yesterday."""


def chosen(homes: Sequence[Home]) -> Resident:
    """Return the one who signs in: the first of the first household in a building with a lift that
    has a car and a child for whom somebody must speak.
    """
    return next(
        home.people[0]
        for home in homes
        if home.cars and any(map(_child, home.people)) and _lifted(home.room)
    )


def _lifted(room: str) -> bool:
    """Tell whether one takes a lift to a room."""
    return "/f01/" not in room and any(
        under(path=room, ancestor=one.path) for one in BUILDINGS if one.lifts
    )


def _child(person: Resident) -> bool:
    return age(born_on=person.born_on, on=TODAY) < GUARDED_UNTIL


def seed(*, community: str, homes: Sequence[Home], key: str, now: datetime) -> None:
    """Open his account, link him to it, and let colleagues have looked; sown twice it is once."""
    if Account.objects.filter(username=USERNAME).exists():
        return
    one = chosen(homes)
    row = Person.rows.of(community).filter(code=one.code, erased_at=None).first()
    if row is None:
        return
    password = credentials.password(key=key, username=USERNAME)
    opened = identity.open_account(username=USERNAME, name=one.name, password=password)
    identity.grant(account=opened.account, role=ROLE, community=community, now=now)
    people.put_many(
        community=community,
        entries=[PersonEntry(code=one.code, account=opened.account)],
        today=timezone.localdate(now),
    )
    for username, purpose in _LOOKS:
        number = accounts.number_of(username=username)
        actor = accounts.actor_of(account=number, community=community, now=now)
        looking.look_up(actor=actor, kind=PersonEntry, id=row.pk, purpose=purpose, now=now)
