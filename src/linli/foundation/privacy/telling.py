"""A field, and a row, as the person reads them on whom they are held."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

import msgspec
from django.utils import timezone

from linli.contracts.privacy import Held, HeldField
from linli.foundation.privacy.classes import Datum, declared
from linli.kernel.money import in_yuan
from linli.kernel.words import Words, alike

_YES, _NO = Words(zh="是", en="yes"), Words(zh="否", en="no")


def told(
    datum: Datum,
    value: str | Words,
    *,
    purposes: tuple[str, ...] | None = None,
    correctable: bool = False,
) -> HeldField:
    """Return a field with what it holds on somebody: in words, or as it is in either language.

    :param purposes: what this row keeps it for, where that is less than what is declared
    """
    return HeldField(
        field=datum.field,
        name=datum.name,
        grade=datum.grade,
        purposes=datum.purposes if purposes is None else purposes,
        value=value if isinstance(value, Words) else alike(value),
        correctable=correctable,
    )


def row_told(
    row: Any,
    *,
    kind: Words,
    record: str | Words,
    kept: Words,
    said: Mapping[str, object],
    names: Mapping[str, Words] | None = None,
) -> Held:
    """Return a row as what is held on somebody.

    :param record: what tells it from others of its kind
    :param said: fields and what they say of him; what says nothing is left out
    :param names: how a field is called here that has no name of its own, as who did something
    """
    data, called = declared(type(row)), names or {}
    fields = [
        msgspec.structs.replace(told(data[field], text), name=called.get(field, data[field].name))
        for field, value in said.items()
        if (text := in_words(value)) is not None
    ]
    return Held(
        kind=kind,
        record=record if isinstance(record, Words) else alike(record),
        kept=kept,
        fields=fields,
        purposes=tuple(sorted({purpose for one in fields for purpose in one.purposes})),
    )


def in_words(value: object) -> Words | None:
    """Return what a value says to whom it is about; None where it says nothing."""
    if value is None or value in ("", [], {}):
        return None
    if isinstance(value, Words):
        return value
    if isinstance(value, bool):
        return _YES if value else _NO
    if isinstance(value, datetime):
        return alike(moment(value))
    if isinstance(value, date | time):
        return alike(value.isoformat())
    return alike(str(value))


def moment(at: datetime) -> str:
    """Return a time as the clocks of the place show it, to the minute."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"


def span(since: datetime | None, until: datetime | None) -> str:
    """Return from when to when something was; what is not over ends with a dash, and what neither
    begins nor ends says nothing.
    """
    first, last = (moment(at) if at else "" for at in (since, until))
    return f"{first} – {last}".strip() if first or last else ""


def yuan(fen: int) -> Words:
    """Return an amount of money."""
    text = in_yuan(fen)
    return Words(zh=f"{text} 元", en=f"{text} yuan")


def after(words: Words, text: str) -> Words:
    """Return words with what is the same in either language behind them."""
    return Words(zh=f"{words.zh} {text}", en=f"{words.en} {text}")
