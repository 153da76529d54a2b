"""Who may be the second person."""

from collections.abc import Collection

from linli.registry.scenes import logic


def check_second(*, community: str, by: int, authors: Collection[int | None], change: int) -> None:
    """Refuse that who wrote or asked for something also lets it pass.

    :raises logic.SamePerson: if he does
    """
    logic.check_approval(by=by, authors=authors, change=change)
