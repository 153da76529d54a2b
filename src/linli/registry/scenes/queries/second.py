"""Who may be the second person."""

from collections.abc import Collection, Iterable

from linli.foundation.vault import queries as vault
from linli.foundation.vault import sealed
from linli.registry.people.logic import TAIL
from linli.registry.people.models import Staff
from linli.registry.scenes import logic


def check_second(*, community: str, by: int, authors: Collection[int | None], change: int) -> None:
    """Refuse that who wrote or asked for something also lets it pass, also by another account: a
    person who works here is known again by his name and the end of his telephone number.

    :raises logic.SamePerson: if he does
    """
    logic.check_approval(by=by, authors=authors, change=change)
    if _persons(community, [by]) & _persons(community, authors):
        raise logic.SamePerson(change=change)


def _persons(community: str, accounts: Iterable[int | None]) -> set[tuple[str, str]]:
    """Return the persons behind accounts, as far as the register tells them apart. Nobody is shown
    their numbers; their blind indices differ while they are made anew.
    """
    known = [one for one in accounts if one is not None]
    rows = Staff.rows.of(community).filter(account__in=known).exclude(phone_sealed="")
    keys = vault.data_keys(
        community=community, use=sealed.USE, subjects=[row.vault_key for row in rows]
    )
    return {
        (row.name, sealed.plain(row, _PHONE, keys.get(row.vault_key), community)[-TAIL:])
        for row in rows
    }


_PHONE = next(field for field in sealed.fields(Staff) if field.name == "phone")
