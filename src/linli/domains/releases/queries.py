"""Every read of releases: what can be asked for, what was, what is left of the year's privacy."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

import msgspec
from django.conf import settings

from linli.domains.releases.logic import measures, mondrian, noise, tables
from linli.domains.releases.logic.measures import Measures
from linli.domains.releases.logic.tables import Made, Values
from linli.domains.releases.logic.wishes import CountsWish, RowsWish
from linli.domains.releases.models import DataRelease, Spent
from linli.domains.releases.sources import COLUMNS, UNKNOWN, Table, residents
from linli.kernel.fault import Fault
from linli.kernel.words import Words
from linli.registry.places import queries as places

_BAND = 10
_MOST_COUNTS = 500
_MILLI = 1000
_LEAST_DIVERSE = 2


class ReleaseNotFound(Fault):
    key = "releases.not_found"
    status = 404


class WrongColumns(Fault):
    """A column is none that there is, stands twice, or is not for that."""

    key = "releases.wrong_columns"
    status = 422


class TooFew(Fault):
    """So few rows, or so alike, cannot be released so."""

    key = "releases.too_few"
    status = 422


class DiversityWanted(Fault):
    """What nobody should learn of anybody would be the same for everybody in a class."""

    key = "releases.diversity_wanted"
    status = 422


class TooManyCounts(Fault):
    key = "releases.too_many_counts"
    status = 422


class CountsMeasures(msgspec.Struct, frozen=True, kw_only=True):
    """What counts cost and tell: how many counts, how much ε of the year, by how much each may be
    off nineteen times of twenty, and what was left of the year when it was asked for.
    """

    counts: int
    epsilon_milli: int
    error: int
    left_milli: int


def rows_of(*, community: str, wish: RowsWish, today: date) -> tuple[Made, Measures]:
    """Return a table whose rows stand in classes of `k` at least, and what it tells and lost.

    :raises WrongColumns: if its columns are not for that
    :raises DiversityWanted: if classes may be of one value of a grave column
    :raises TooFew: if there are too few rows, or too few different sensitive values
    :raises places.PlaceNotFound: if it is of a place that there is not
    """
    _check_rows(wish)
    table = _within(community, wish.place, today)
    used = [*wish.by, *([wish.sensitive] if wish.sensitive else [])]
    known = [row for row in table.rows if all(row[key] != UNKNOWN for key in used)]
    codes = tables.coded(rows=known, keys=wish.by)
    secret = tables.coded(rows=known, keys=used)[:, -1] if wish.sensitive else None
    found = mondrian.classes(codes=codes, sensitive=secret, k=wish.k, l=wish.l)
    if not found:
        raise TooFew(rows=len(known), k=wish.k, l=wish.l)
    told = measures.measured(
        codes=codes,
        sensitive=secret,
        classes=found,
        population=tables.coded(rows=table.rows, keys=wish.by),
        left_out=len(table.rows) - len(known),
    )
    made = tables.coarse(
        columns=[table.values[key] for key in used],
        codes=codes,
        sensitive=secret,
        classes=found,
    )
    return made, told


def _check_rows(wish: RowsWish) -> None:
    """What others may know of somebody is generalised; what nobody should learn is not among it."""
    used = [*wish.by, *([wish.sensitive] if wish.sensitive else [])]
    unknown = [key for key in used if key not in COLUMNS]
    grave = [key for key in wish.by if key in COLUMNS and COLUMNS[key].grave]
    twice = len(set(used)) < len(used)
    if unknown or grave or twice or not wish.by or (wish.l > 1 and not wish.sensitive):
        raise WrongColumns(columns="、".join(used) or "—")
    if wish.l < _LEAST_DIVERSE and wish.sensitive and COLUMNS[wish.sensitive].grave:
        raise DiversityWanted(column=wish.sensitive, least=_LEAST_DIVERSE)


def _within(community: str, place: str, today: date) -> Table:
    if place:
        places.place(community=community, path=place)
    return residents(community=community, under=place, today=today)


def counts_of(
    *, community: str, wish: CountsWish, below: noise.Below, today: date
) -> tuple[Made, int]:
    """Return counts with noise, and how many counts those are.

    :raises WrongColumns, TooManyCounts: if its columns are not for that
    :raises places.PlaceNotFound: if it is of a place that there is not
    """
    table = _within(community, wish.place, today)
    columns = _counted_by(wish.by, table)
    known = [_banded(row, wish.by) for row in table.rows]
    cells = tables.counted(
        rows=known, keys=wish.by, sizes=[len(column.words) for column in columns]
    )
    epsilon = Fraction(wish.epsilon_milli, _MILLI)
    rows = [
        [*((value, value) for value in cell), (said, said)]
        for cell, count in cells
        for said in [noise.noisy(count=count, epsilon=epsilon, below=below)]
    ]
    persons = Values(name=Words(zh="人数（含噪声）", en="Persons (with noise)"))
    return Made(columns=[*columns, persons], rows=rows), len(cells)


def counts_measured(*, community: str, wish: CountsWish, today: date) -> CountsMeasures:
    """Return what counts would cost and tell; none is drawn.

    :raises WrongColumns, TooManyCounts, places.PlaceNotFound: as `counts_of`
    """
    if wish.place:
        places.place(community=community, path=wish.place)
    columns = _counted_by(wish.by, residents(community=community, today=today))
    return CountsMeasures(
        counts=_many(columns),
        epsilon_milli=wish.epsilon_milli,
        error=noise.error(epsilon=Fraction(wish.epsilon_milli, _MILLI)),
        left_milli=left_milli(community=community, year=today.year),
    )


def _counted_by(by: Sequence[str], table: Table) -> list[Values]:
    """Return the columns, ages and years in bands of ten: what there is to count is settled before
    anybody is looked at.
    """
    if not by or len(set(by)) < len(by) or any(key not in COLUMNS for key in by):
        raise WrongColumns(columns="、".join(by) or "—")
    columns = [
        Values(name=table.values[key].name, words=table.values[key].words or _bands(key))
        for key in by
    ]
    if _many(columns) > _MOST_COUNTS:
        raise TooManyCounts(counts=_many(columns), most=_MOST_COUNTS)
    return columns


def _many(columns: Sequence[Values]) -> int:
    found = 1
    for column in columns:
        found *= len(column.words)
    return found


def _bands(key: str) -> tuple[Words, ...]:
    said = [f"{low}–{low + _BAND - 1}" for low in range(0, COLUMNS[key].most + 1, _BAND)]
    return (*(Words(zh=text, en=text) for text in said), Words(zh="未填", en="not said"))


def _banded(row: tables.Line, by: Sequence[str]) -> dict[str, int]:
    return {key: _band(key, row[key]) for key in by}


def _band(key: str, value: int) -> int:
    most = COLUMNS[key].most
    if not most:
        return value
    return most // _BAND + 1 if value == UNKNOWN else value // _BAND


def left_milli(*, community: str, year: int) -> int:
    """Return how much ε, in thousandths, is left of a year."""
    row = Spent.rows.of(community).filter(year=year).first()
    return max(0, int(settings.EPSILON_MILLI) - (row.spent_milli if row else 0))


def release(*, community: str, id: int, lock: bool = False) -> DataRelease:
    """Return a release.

    :raises ReleaseNotFound: if there is none of that number
    """
    rows = DataRelease.rows.of(community).filter(pk=id)
    row = (rows.select_for_update() if lock else rows).first()
    if row is None:
        raise ReleaseNotFound(id=id)
    return row


def releases(*, community: str, before: int | None, limit: int) -> list[DataRelease]:
    """Return releases, the newest first; what they hold is not read."""
    rows = DataRelease.rows.of(community).select_related(
        "asked_by", "approval", "approval__decided_by"
    )
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.defer("content").order_by("-pk")[:limit])
