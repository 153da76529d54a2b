"""Who may be the second person."""

from collections.abc import Collection, Iterable

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
    """Return the persons behind accounts, as far as the register tells them apart."""
    rows = Staff.rows.of(community).filter(account__in=[one for one in accounts if one is not None])
    return set(rows.exclude(phone_sealed="").values_list("name", "phone_tail"))
