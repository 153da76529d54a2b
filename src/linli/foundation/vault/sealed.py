"""Fields of a model that are kept sealed: what is written to them, and who may read them.

    class Person(Scoped):
        vault_key = models.CharField(max_length=32, blank=True)
        phone = Sealed(mask=masked_phone, tail=4)
        phone_sealed = models.CharField(max_length=160, blank=True)
        phone_index = …        # to find it whole; `phone_tail` to find it by its end

A value that was not opened for a purpose cannot be read: it raises. One whose key was destroyed
reads `erased`.
"""

import secrets
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from typing import Any, overload

from django.db.models import Model

from linli.foundation.privacy.classes import declared
from linli.foundation.vault import logic, operations, queries
from linli.kernel.fault import Fault

ERASED = "erased"
_OPEN = "_vault_open"
_SAID = "_vault_said"
USE = "sensitive"
"""The class of data that these fields are."""


class Erased(Fault):
    """Somebody's keys were destroyed: nothing can be written to him any more."""

    key = "vault.erased"
    status = 410


class NotOpened(RuntimeError):
    """A sealed field was read before it was opened for a purpose."""


class Sealed:
    """A field of text that is kept sealed. `mask` makes of it what a list may show; `whole` tells
    whether it is found by the whole value, `tail` by how many of its last signs.
    """

    def __init__(self, *, mask: Callable[[str], str], whole: bool = False, tail: int = 0) -> None:
        self.mask = mask
        self.whole = whole
        self.tail = tail

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        self.columns = (
            f"{name}_sealed",
            *([f"{name}_index"] if self.whole else []),
            *([f"{name}_tail"] if self.tail else []),
        )

    @overload
    def __get__(self, row: None, owner: type) -> "Sealed": ...
    @overload
    def __get__(self, row: Model, owner: type) -> str: ...
    def __get__(self, row: Model | None, owner: type) -> "Sealed | str":
        if row is None:
            return self
        values: dict[str, str] = row.__dict__.get(_OPEN, {})
        if self.name not in values:
            raise NotOpened(f"{owner.__name__}.{self.name} was not opened for a purpose")
        return values[self.name]

    def __set__(self, row: Model, value: str) -> None:
        row.__dict__.setdefault(_OPEN, {})[self.name] = value
        row.__dict__.setdefault(_SAID, set()).add(self.name)


def fields(model: type) -> list[Sealed]:
    """Return the sealed fields of a model."""
    return [item for item in vars(model).values() if isinstance(item, Sealed)]


def columns(model: type) -> list[str]:
    """Return the columns in which they are kept."""
    return [column for field in fields(model) for column in field.columns]


def open_all(
    rows: Sequence[Any], *, community: str, purpose: str, closed: Collection[str] = ()
) -> None:
    """Open the sealed fields of rows of one model: in full where the purpose opens a field, masked
    where it does not.

    :param purpose: empty opens nothing: all is masked
    :param closed: names in the vault of those who want nothing shown for this purpose
    :raises logic.Broken: if something was changed, or put in another's place
    """
    if not rows or not (sealed := fields(type(rows[0]))):
        return
    holds = declared(type(rows[0]))
    keys = queries.data_keys(community=community, use=USE, subjects=[row.vault_key for row in rows])
    for row in rows:
        values = row.__dict__.setdefault(_OPEN, {})
        for field in sealed:
            value = plain(row, field, keys.get(row.vault_key), community)
            full = holds[field.name].opens_for(purpose) and row.vault_key not in closed
            values[field.name] = value if full or value == ERASED else field.mask(value)


def plain(row: Any, field: Sealed, key: bytes | None, community: str) -> str:
    """Return what a field of a row says, in full: for whoever finds or compares it, not to show.

    :raises logic.Broken: as `open_all`
    """
    body = getattr(row, field.columns[0])
    if not body:
        return ""
    if key is None:
        return ERASED
    bound = bound_to(community, type(row), field.name, row.vault_key)
    return logic.unseal(key=key, sealed=body, bound=bound).decode()


def seal_all(rows: Sequence[Any], *, community: str, today: date) -> None:
    """Seal what was written to the fields of rows of one model, into their columns; whoever has no
    key yet gets one. The rows are not saved: the caller does, in the same transaction.

    :raises Erased: if somebody's keys were destroyed
    """
    said = [row for row in rows if row.__dict__.get(_SAID)]
    if not said:
        return
    index = b""
    if any(field.whole or field.tail for field in fields(type(said[0]))):
        index = operations.index_key(community=community, today=today)
    keys = name_all(said, community=community, today=today)
    old = [row.vault_key for row in said if row.vault_key not in keys]
    keys |= queries.data_keys(community=community, use=USE, subjects=old)
    if any(row.vault_key not in keys for row in said):
        raise Erased
    for row in said:
        for name, value in seal_values(row, community=community, key=keys[row.vault_key],
                                       index=index):  # fmt: skip
            setattr(row, name, value)
        row.__dict__.pop(_SAID)


def name_all(rows: Sequence[Any], *, community: str, today: date) -> dict[str, bytes]:
    """Give a name and a key in the vault to those of these rows that have none yet; return the new
    keys by their names. The rows are not saved: the caller does, in the same transaction.
    """
    fresh = [row for row in rows if not row.vault_key]
    for row in fresh:
        row.vault_key = secrets.token_hex(16)
    if not fresh:
        return {}
    names = [row.vault_key for row in fresh]
    return operations.grow(community=community, use=USE, subjects=names, today=today)


def seal_values(row: Any, *, community: str, key: bytes, index: bytes) -> Iterator[tuple[str, str]]:
    """Yield each column of a row whose field was written, and what is to stand in it."""
    for field in fields(type(row)):
        if field.name not in row.__dict__[_SAID]:
            continue
        value = row.__dict__[_OPEN][field.name]
        bound = bound_to(community, type(row), field.name, row.vault_key)
        yield field.columns[0], sealed_text(key=key, value=value, bound=bound)
        yield from indices(row, field, value, index)


def indices(row: Any, field: Sealed, value: str, index: bytes) -> Iterator[tuple[str, str]]:
    """Yield each column by which a value of a field is found, and what is to stand in it."""
    name = f"{type(row).__name__}.{field.name}"
    if field.whole:
        yield f"{field.name}_index", logic.index(key=index, field=name, value=value)
    if field.tail:
        end = value[-field.tail :]
        yield f"{field.name}_tail", logic.index(key=index, field=f"{name}.tail", value=end)


def sealed_text(*, key: bytes, value: str, bound: str) -> str:
    """Return a text sealed; nothing stays nothing."""
    if not value:
        return ""
    nonce = secrets.token_bytes(logic.NONCE_BYTES)
    return logic.seal(key=key, nonce=nonce, plain=value.encode(), bound=bound)


def bound_to(community: str, model: type, field: str, subject: str) -> str:
    """Return where a value belongs: moved to another field, person or community it is broken."""
    return f"{community}|{model.__name__}|{field}|{subject}"
