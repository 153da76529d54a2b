"""Where a one-time code reaches somebody who signs in: his mobile number in the register."""

from linli.contracts import directory
from linli.foundation.vault import queries as vault
from linli.foundation.vault import sealed
from linli.kernel.checks import check
from linli.registry.people.models import Person, Staff

_WHY = "where a code reaches an account"


def phone_of(account: int) -> str:
    """Return the mobile number of an account (E.164); empty if the register knows none. That of
    somebody's work goes first: whom he is linked to as a resident, others may write.
    """
    people = Person.rows.across(_WHY).filter(account=account, erased_at=None)
    staff = Staff.rows.across(_WHY).filter(account=account, employed=True)
    rows: list[Person | Staff] = [*staff.order_by("pk"), *people.order_by("pk")]
    for row in rows:
        sealed.open_all([row], community=row.community, purpose="account")
        if check("phone", row.phone).valid:
            return row.phone
    return ""


def account_of(phone: str) -> int | None:
    """Return whose number this is, of those who live here; None if that is nobody's, or it is not
    one's alone.
    """
    number = check("phone", phone)
    found = set[int]()
    for community in directory.communities() if number.valid else ():
        index = vault.found_by(community=community, field="Person.phone", values=[number.value])
        rows = Person.rows.of(community).filter(phone_index__in=list(index), erased_at=None)
        found |= set(rows.exclude(account=None).values_list("account", flat=True))
    return found.pop() if len(found) == 1 else None
