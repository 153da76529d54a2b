"""What follows for the register when a person withdraws a consent, has something put right, or is
erased. Each is told by the desk of privacy, in its transaction.
"""

from datetime import date, datetime
from typing import Any

import msgspec
from django.db import transaction

from linli.foundation.identity import operations as identity
from linli.foundation.identity.operations import rights
from linli.foundation.vault import operations as vault
from linli.foundation.vault import sealed
from linli.registry.people import health, holdings, operations
from linli.registry.people.entries import Entry, PersonEntry, StaffEntry
from linli.registry.people.models import Membership, Person, Staff, Vehicle

_ERASED = "已抹除"
_WAS = "erased-"
"""So begins the code of a row whose person was erased."""
_NAMED_AT_ONCE = 400


def withdrawn(community: str, subject: str, purpose: str, now: datetime) -> None:
    """Carry out a withdrawal: whoever is no longer to be found by his place has none. What is shown
    for a purpose is asked at each look, so nothing else is to do.
    """
    kind, _, number = subject.partition(":")
    if kind == "staff" and purpose == "dispatch":
        Staff.rows.of(community).filter(pk=int(number)).update(position_sealed="", position_at=None)


def correct(community: str, subject: str, field: str, value: str, today: date) -> None:
    """Put a field right.

    :raises operations.Refused: if it cannot be so
    """
    row = holdings.row_of(community, subject)
    kind: Any = StaffEntry if isinstance(row, Staff) else PersonEntry
    try:
        entry: Entry = msgspec.convert({"code": row.code, field: value}, kind, strict=False)
    except msgspec.ValidationError as error:
        raise operations.Refused(count=1, problems=[{"field": field}]) from error
    operations.change(community=community, entry=entry, today=today)


def erase(community: str, subject: str, account: int, now: datetime) -> None:
    """Erase a person from the register: his keys are destroyed, what lay open is emptied, his
    account is closed. A row with his number stays, so that what others did keeps its sense; not
    under his code: an older spreadsheet would write to it again.
    """
    row = holdings.row_of(community, subject, lock=True)
    if row is None:
        return
    key, signs_in = row.vault_key, row.account_id
    if isinstance(row, Person):
        Membership.rows.of(community).filter(person=row).delete()
        health.forget(community=community, person=row, account=account, now=now)
        Vehicle.rows.of(community).filter(owner=row).update(owner=None)
        row.sex, row.born_on, row.note, row.erased_at = "", None, "", now
    row.name, row.words, row.account_id, row.vault_key = _ERASED, "", None, ""
    row.code = f"{_WAS}{row.pk}"
    for column in sealed.columns(type(row)):
        setattr(row, column, "")
    if isinstance(row, Staff):
        row.position_at = None
    row.save()
    vault.destroy(community=community, subject=key, account=account, words=subject, now=now)
    rights.end_guardians(community=community, ward=subject, by=account, now=now)
    if signs_in is not None:
        identity.close_account(account=signs_in, by=account, now=now)


def name_all(*, community: str, today: date) -> int:
    """Give a name in the vault, and a key, to whoever has none, as nothing sensitive is held on
    him: by that name he is known again where he comes back with an older copy after he was erased.
    Return how many they were.
    """
    return sum(_name_some(community, model, today) for model in (Person, Staff))


def _name_some(community: str, model: Any, today: date) -> int:
    nameless = model.rows.of(community).filter(vault_key="").exclude(code__startswith=_WAS)
    numbers, done = list(nameless.order_by("pk").values_list("pk", flat=True)), 0
    for start in range(0, len(numbers), _NAMED_AT_ONCE):
        with transaction.atomic():
            part = nameless.filter(pk__in=numbers[start : start + _NAMED_AT_ONCE])
            rows = list(part.select_for_update().order_by("pk"))
            sealed.name_all(rows, community=community, today=today)
            model.rows.of(community).bulk_update(rows, ["vault_key"], batch_size=200)
            done += len(rows)
    return done


def forget_positions(*, community: str, before: datetime) -> int:
    """Forget where staff were who have told nothing since a time; return how many."""
    rows = Staff.rows.of(community).filter(position_at__lt=before)
    return rows.update(position_sealed="", position_at=None)
