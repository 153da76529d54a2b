"""A resident of 和睦里 who signs in himself: linked to the register, head of his household, looked
at, with a child.
"""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from linli.app.demo import chosen, credentials
from linli.app.demo.people import Home
from linli.foundation.identity import operations as identity
from linli.foundation.identity import queries as accounts
from linli.foundation.identity.models import Account
from linli.registry.people import looking
from linli.registry.people import operations as people
from linli.registry.people.entries import PersonEntry
from linli.registry.people.models import Person

USERNAME, ROLE = "resident", "resident"
_HEAD = "household_head"
_LOOKS = (("desk", "service"), ("grid", "visit"))
"""Whose account looked at him, and what for: as if yesterday."""


def seed(*, community: str, homes: Sequence[Home], key: str, now: datetime) -> None:
    """Open his account, link him to it, and let colleagues have looked; sown twice it is once."""
    if Account.objects.filter(username=USERNAME).exists():
        return
    one = chosen.resident(homes)
    row = Person.rows.of(community).filter(code=one.code, erased_at=None).first()
    if row is None:
        return
    password = credentials.password(key=key, username=USERNAME)
    opened = identity.open_account(username=USERNAME, name=one.name, password=password)
    for role in (ROLE, _HEAD):
        identity.grant(account=opened.account, role=role, community=community, now=now)
    people.put_many(
        community=community,
        entries=[PersonEntry(code=one.code, account=opened.account)],
        today=timezone.localdate(now),
    )
    for username, purpose in _LOOKS:
        number = accounts.number_of(username=username)
        actor = accounts.actor_of(account=number, community=community, now=now)
        looking.look_up(actor=actor, kind=PersonEntry, id=row.pk, purpose=purpose, now=now)
