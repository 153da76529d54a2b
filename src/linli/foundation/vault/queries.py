"""Every read of keys. Keys that were unwrapped are remembered for a while, in memory only.

`store` says in which database they lie: with the records, or apart under a master key of its own.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import lru_cache

import msgspec
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Count

from linli.foundation.scope.built_once import built_once
from linli.foundation.scope.models import ScopedRows
from linli.foundation.vault import logic
from linli.foundation.vault.master import APART_KEY, Master
from linli.foundation.vault.models import DataKey, WrappingKey

MAIN, APART = DEFAULT_DB_ALIAS, "apart"
INDEX = "index"
_REMEMBERED = 8192
_CHUNK = 500


class MasterLine(msgspec.Struct, frozen=True, kw_only=True):
    """A master key as it is listed: its name, and how many wrapping keys are under it."""

    name: str
    in_use: bool
    under: int


class KeyLine(msgspec.Struct, frozen=True, kw_only=True):
    """A wrapping key as it is listed: never the key. `under` counts the data keys under it."""

    use: str
    number: int
    in_use: bool
    under: int


def master(store: str = MAIN) -> Master:
    """Return the place of a store's master key."""
    if store == APART:
        return Master(settings.APART_KEYS, name=APART_KEY)
    return Master(settings.KEYS)


def _store_of(row: WrappingKey) -> str:
    """Return the store in which a key lies."""
    return str(row._state.db)  # noqa: SLF001 - Django's own way to where a row was read


def bound_wrapping(row: WrappingKey) -> str:
    """Return where a wrapping key belongs."""
    return f"{row.community}|wrapping|{row.use}|{row.number}"


def bound_data(*, community: str, use: str, subject: str) -> str:
    """Return where a data key belongs."""
    return f"{community}|data|{use}|{subject}"


@lru_cache(maxsize=_REMEMBERED)
def _unwrapped(above: bytes, wrapped: str, bound: str) -> bytes:
    return logic.unseal(key=above, sealed=wrapped, bound=bound)


def forget() -> None:
    """Forget the keys that this process remembers."""
    _unwrapped.cache_clear()


def wrapping_key(*, row: WrappingKey) -> bytes:
    """Return a wrapping key, unwrapped.

    :raises MasterKeyGone: if the master key that wrapped it is not there
    :raises logic.Broken: if what is wrapped was changed
    """
    bound = bound_wrapping(row)
    name, _, wrapped = row.wrapped.rpartition(":")
    above, *others = master(_store_of(row)).opening(name)
    try:
        return _unwrapped(above, wrapped, bound)
    except logic.Broken:
        for other in others:
            with suppress(logic.Broken):
                return _unwrapped(other, wrapped, bound)
        raise


def wrapping(*, community: str, use: str, store: str = MAIN) -> WrappingKey | None:
    """Return the wrapping key in use, if one was made yet."""
    rows = WrappingKey.rows.using(store).of(community)
    return rows.filter(use=use, retired_on=None).first()


def index_keys(*, community: str) -> list[bytes]:
    """Return the keys of a community's blind indices: that in use first; while rows are indexed
    anew also the one before. None before anything was sealed there.
    """
    return [wrapping_key(row=row) for row in _of_indices(community=community)]


@built_once
def _of_indices(*, community: str) -> ScopedRows[WrappingKey]:
    return WrappingKey.rows.of(community).filter(use=INDEX).order_by("-number")


def data_keys(
    *, community: str, use: str, subjects: Sequence[str], store: str = MAIN
) -> dict[str, bytes]:
    """Return the keys of these persons, as far as they have one: a destroyed one is not there.

    :raises MasterKeyGone, logic.Broken: as `wrapping_key`
    """
    above = _above(community, use, store)
    found: dict[str, bytes] = {}
    for part in _parts([subject for subject in subjects if subject]):
        rows = DataKey.rows.using(store).of(community).filter(use=use, subject__in=part)
        for subject, number, wrapped in rows.values_list("subject", "number", "wrapped"):
            if number not in above:
                above |= _above(community, use, store)
            bound = bound_data(community=community, use=use, subject=subject)
            found[subject] = _unwrapped(above[number], wrapped, bound)
    return found


def having_keys(*, community: str, subjects: Sequence[str], store: str = MAIN) -> set[str]:
    """Return which of these persons have a key: what the others had opens no more."""
    found: set[str] = set()
    for part in _parts(subjects):
        rows = DataKey.rows.using(store).of(community).filter(subject__in=part)
        found |= set(rows.values_list("subject", flat=True))
    return found


def destroyed() -> dict[str, list[str]]:
    """Return whose keys were ever destroyed, by community: each name once."""
    found: dict[str, dict[str, None]] = {}
    for gone in master().destroyed():
        found.setdefault(gone.community, {})[gone.subject] = None
    return {community: list(subjects) for community, subjects in found.items()}


def _above(community: str, use: str, store: str) -> dict[int, bytes]:
    """Return the wrapping keys by number. One may be made, and another destroyed, at any time:
    they are read before what is under them, and again for a number that was not there.
    """
    rows = WrappingKey.rows.using(store).of(community).filter(use=use)
    return {row.number: wrapping_key(row=row) for row in rows}


def _parts(values: Sequence[str]) -> Iterable[Sequence[str]]:
    return (values[at : at + _CHUNK] for at in range(0, len(values), _CHUNK))


def found_by(*, community: str, field: str, values: Iterable[str]) -> dict[str, str]:
    """Return each value's blind indices → the value: while rows are indexed anew it has two. Before
    anything was sealed nothing is found.
    """
    keys, wanted = index_keys(community=community), [value for value in values if value]
    return {
        logic.index(key=key, field=field, value=value): value for key in keys for value in wanted
    }


def keys(*, community: str, store: str = MAIN) -> list[KeyLine]:
    """Return the wrapping keys of a community, by use and number."""
    rows = DataKey.rows.using(store).of(community).order_by().values_list("use", "number")
    under = {(use, number): n for use, number, n in rows.annotate(n=Count("pk"))}
    return [
        KeyLine(
            use=row.use,
            number=row.number,
            in_use=row.retired_on is None,
            under=under.get((row.use, row.number), 0),
        )
        for row in WrappingKey.rows.using(store).of(community).order_by("use", "number")
    ]


def masters(*, store: str = MAIN) -> list[MasterLine]:
    """Return the master keys of a store, that in use first; none before there was one. Wrapping
    keys from before master keys had names are counted to the one in use.

    :raises MasterKeyGone: if one of them is none
    """
    names = master(store).names()
    rows = WrappingKey.rows.using(store).across("how many keys are under a master key")
    wrapped = rows.values_list("wrapped", flat=True)
    under = Counter(text.rpartition(":")[0] for text in wrapped)
    return [
        MasterLine(
            name=name, in_use=not at, under=under[name] + (0 if at else under[""])
        )
        for at, name in enumerate(names)
    ]  # fmt: skip
