"""What somebody asks for: rows made coarse, or counts with noise. Pure."""

import msgspec


class RowsWish(msgspec.Struct, frozen=True, kw_only=True):
    """Rows in classes of `k` at least that are alike in the columns `by`, each class with `l`
    different values of the sensitive column, if there is one; of a place, or of all.
    """

    by: list[str]
    sensitive: str = ""
    k: int = 5
    l: int = 1  # noqa: E741 - as the literature calls it
    place: str = ""


class CountsWish(msgspec.Struct, frozen=True, kw_only=True):
    """How many persons there are of each combination of the columns `by`, at the cost of so many
    thousandths of ε.
    """

    by: list[str]
    epsilon_milli: int
    place: str = ""


Wish = RowsWish | CountsWish
