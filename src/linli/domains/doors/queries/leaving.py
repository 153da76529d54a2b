"""Who is to belong to a household no more, as a request names him."""

from collections.abc import Mapping, Sequence

from linli.registry.people.models import Membership

_ABOUT = "membership:"


def about(membership: int) -> str:
    """Return how a request names a membership that is to end."""
    return f"{_ABOUT}{membership}"


def of(*, community: str, wanted: Sequence[str]) -> Mapping[str, Membership]:
    """Return the memberships that requests are `about`; not of who was taken out of the register
    meanwhile.
    """
    rows = Membership.rows.of(community).filter(
        pk__in=[int(one.removeprefix(_ABOUT)) for one in wanted], person__erased_at=None
    )
    return {about(row.pk): row for row in rows.select_related("person")}
