"""Somebody who lives in a home, works here, and stands behind a third party: the lists that are
answered to such people alone, over as many rows of his own as a person can have.

What grows without end is his: passages, chargings, orders, lines of his wallet, looks at him, what
he authorised. What nobody has by the thousand (cards, plates, homes, addresses to be called at) he
has as people have it, among 100,000 rows of others.
"""

from datetime import timedelta

import msgspec
from django.test import Client

from linli.domains.doors.models import Credential, Door, Passage, Right
from linli.domains.openapi.models import ThirdParty
from linli.domains.wallet.queries import wallet_of
from linli.foundation.audit.models import Act, Line
from linli.foundation.identity import operations as identity
from linli.foundation.identity.models import Account
from linli.registry.people import operations as people
from linli.registry.people.entries import (
    HouseholdEntry,
    MembershipEntry,
    PersonEntry,
    StaffEntry,
)
from linli.registry.people.models import Person, Staff
from tests.registry.conftest import NOW
from tests.registry.people.conftest import TODAY

LISTS = {
    "duty/credentials", "duty/doors", "duty/passages", "me/authorisations", "me/privacy/deeds",
    "me/privacy/looks", "my/calls", "my/charging/plates", "my/charging/sessions", "my/doors",
    "my/home", "my/household", "my/orders", "my/parking/offers", "my/parking/wishes",
    "my/passages", "my/sos", "my/visits", "my/wallet/lines", "third-parties/own/statements",
    "webhooks",
}  # fmt: skip
"""Lists that say nothing, or are refused, to whoever has no home, no duty and no program here."""

_HOME, _ROLES = "hml/b03/u1/f02/202", ("resident", "household_head", "engineer")
_SOME = 20
"""So many cards and doors somebody has."""
_OF_A_PROGRAM = ("third-parties/own/statements", "webhooks")


class Somebody(msgspec.Struct, frozen=True):
    """His accounts, that of his program too, and his numbers in the register."""

    account: int
    program: int
    person: int
    staff: int


def settle(community):
    """Let somebody live and work in a community; return him. The first home has all the vehicles,
    so he has another.
    """
    account = _open("somebody")
    entries = [
        PersonEntry(code="somebody", name="沈一", phone="13800008001", account=account),
        HouseholdEntry(room=_HOME, occupancy="owner"),
        MembershipEntry(room=_HOME, person="somebody", relation="owner", since=TODAY),
        StaffEntry(code="somebody-s", name="沈一", post="水电工", skills=("engineer",),
                   phone="13900009001", account=account),
    ]  # fmt: skip
    people.put_many(community=community, entries=entries, today=TODAY)
    return Somebody(
        account,
        _open("some-program"),
        Person.rows.of(community).get(account=account).pk,
        Staff.rows.of(community).get(account=account).pk,
    )


def _open(name):
    return identity.open_account(username=name, name="沈一", password="long enough 7").account


def his(one):
    """Return what of the first rows of tables is his: their copies are, too."""
    subject = f"person:{one.person}"
    return {
        "Passage.person": one.person, "Session.person": one.person,
        "Order.payer": wallet_of(subject), "LedgerAccount.code": wallet_of(subject),
        "Authorisation.subject": subject, "Authorisation.fields": ["name"],
        "Authorisation.departments": [],
    }  # fmt: skip


def take_over(one, *, community, rows):
    """Make his what copies do not: half of his passages are at work, some cards and rights are for
    his home and some for his work, he was looked at as often as there are rows, and one of the
    third parties is his. His roles come last: the first one of a community is copied.
    """
    for role in _ROLES:
        identity.grant(account=one.account, role=role, community=community, place="", now=NOW)
    identity.grant(account=one.program, role="third_party", community=community, place="", now=NOW)
    _give_doors(one, community, rows)
    made = Passage.rows.of(community)
    middle = made.order_by("pk").values_list("pk", flat=True)[made.count() // 2]
    made.filter(pk__gte=middle).update(person=None, staff=one.staff)
    parties = ThirdParty.rows.of(community).order_by("pk")
    ThirdParty.rows.of(community).filter(pk=parties[0].pk).update(
        account=one.program, state="allowed"
    )
    Line.objects.bulk_create(
        (
            Line(
                at_us=round((NOW - timedelta(seconds=number)).timestamp() * 1_000_000),
                community=community, account=one.account + 1, who="manager-hml-", act=Act.LOOK,
                what=f"person:{one.person}", purpose="service",
            )
            for number in range(rows)
        ),
        batch_size=2_000,
    )  # fmt: skip


def _give_doors(one, community, rows):
    """Give him some cards, and rights to some doors, among those of as many guests."""
    cards = list(Credential.rows.of(community).order_by("pk").values_list("pk", flat=True)[:_SOME])
    at_home, at_work = cards[: _SOME // 2], cards[_SOME // 2 :]
    Credential.rows.of(community).filter(pk__in=at_home).update(
        person=one.person, way="card", state="open"
    )
    Credential.rows.of(community).filter(pk__in=at_work).update(
        staff=one.staff, way="card", state="open"
    )
    doors = list(Door.rows.of(community).order_by("pk")[:_SOME])
    said = {"community": community, "source": "desk", "at": NOW}
    rights = [Right(guest=f"guest {number}", door=doors[0], **said) for number in range(rows)]
    rights += [Right(person_id=one.person, door=door, **said) for door in doors]
    rights += [Right(staff_id=one.staff, door=door, **said) for door in doors]
    Right.rows.of(community).bulk_create(rights, batch_size=2_000)


def enter(one, name):
    """Return a client by which he asks for a list, or his program."""
    client = Client()
    account = one.program if name in _OF_A_PROGRAM else one.account
    client.force_login(Account.objects.get(pk=account))
    return client
