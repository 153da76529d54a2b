"""A guest came: his host is told, on his screen and by the devices that he lets be rung."""

from django.db import transaction

from linli.contracts.effects import Severity
from linli.contracts.notices import OF_ACCOUNT
from linli.contracts.visits import GuestCame
from linli.domains.notices import logic
from linli.domains.notices.operations import posting, pushing
from linli.registry.devices import queries as devices


@transaction.atomic
def tell(*, fact: GuestCame) -> None:
    """Tell whom the fact names; told again, nothing. Who the guest is stays on the page of his
    visit, as what a device is told names nobody. What was heard late is posted, and rings nobody.
    """
    door = devices.by_code(community=fact.community, codes=[fact.door]).get(fact.door)
    text = logic.guest_came(door.name if door else None)
    for account in fact.told:
        posting.post(
            community=fact.community,
            to=f"{OF_ACCOUNT}{account}",
            place=fact.place,
            text=text,
            severity=Severity.INFO,
            source=fact.id,
            link=f"/my/visitors/{fact.visit}",
            now=fact.at,
        )
    if not fact.late:
        pushing.ring(fact=fact, kind=logic.GUEST, id=fact.visit, told=fact.told)
