"""What each field of a table holds, declared beside its model. A field that is not declared fails
the tests (`tests/laws/test_data.py`), so it cannot be kept.

    @holds(internal("code kind"), sensitive("phone", "电话", "telephone", "service"))
    class Person(Scoped): …
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TypeVar

import msgspec

from linli.foundation.privacy.purposes import PURPOSES, purpose
from linli.kernel.words import Words


class Grade(StrEnum):
    """How grave it is if somebody reads it who should not; the gravest last."""

    PUBLIC = "public"
    INTERNAL = "internal"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"
    HIGHLY_SENSITIVE = "highly_sensitive"


GRADES: dict[Grade, Words] = {
    Grade.PUBLIC: Words(zh="公开", en="public"),
    Grade.INTERNAL: Words(zh="内部", en="internal"),
    Grade.PERSONAL: Words(zh="个人", en="personal"),
    Grade.SENSITIVE: Words(zh="敏感", en="sensitive"),
    Grade.HIGHLY_SENSITIVE: Words(zh="高度敏感", en="highly sensitive"),
}


class Datum(msgspec.Struct, frozen=True, kw_only=True):
    """A field: its grade, and what it is kept for. A sensitive one is read in full for these
    purposes only. `name` is what a resident calls it; empty for what is shown to nobody alone.
    """

    field: str
    grade: Grade
    purposes: tuple[str, ...]
    name: Words

    @property
    def sensitive(self) -> bool:
        """Whether a purpose must be named to read it in full."""
        return self.grade in {Grade.SENSITIVE, Grade.HIGHLY_SENSITIVE}

    def opens_for(self, said: str) -> bool:
        """Tell whether it may be read in full for a purpose."""
        return not self.sensitive or said in self.purposes


M = TypeVar("M", bound=type)
_NAMELESS = Words(zh="", en="")
_DECLARED: dict[type, dict[str, Datum]] = {}


def public(*fields: str, purpose: str = "operation") -> tuple[Datum, ...]:
    """Declare fields that anybody may read; each text names several."""
    return _plain(Grade.PUBLIC, fields, purpose)


def internal(*fields: str, purpose: str = "operation") -> tuple[Datum, ...]:
    """Declare fields that those who work here read, and that are about nobody; each text names
    several.
    """
    return _plain(Grade.INTERNAL, fields, purpose)


def actors(*fields: str) -> tuple[Datum, ...]:
    """Declare fields that name who did something, kept to answer for it."""
    return _plain(Grade.PERSONAL, fields, "record")


def personal(field: str, zh: str, en: str, *purposes: str) -> tuple[Datum, ...]:
    """Declare a personal field, by the name that a resident gives it, and what it is kept for."""
    return _own(Grade.PERSONAL, field, Words(zh=zh, en=en), purposes)


def sensitive(field: str, zh: str, en: str, *purposes: str) -> tuple[Datum, ...]:
    """Declare a sensitive field, and for what it may be read in full."""
    return _own(Grade.SENSITIVE, field, Words(zh=zh, en=en), purposes)


def highly_sensitive(field: str, zh: str, en: str, *purposes: str) -> tuple[Datum, ...]:
    """Declare what is kept in the store apart, and for what it may be read: a field of such a table
    and of no other (`tests/laws/test_data.py`).
    """
    return _own(Grade.HIGHLY_SENSITIVE, field, Words(zh=zh, en=en), purposes)


def holds(*groups: tuple[Datum, ...]) -> Callable[[M], M]:
    """Declare what a model holds, field by field.

    :raises ValueError: if a field stands there twice
    """
    fields = [datum for group in groups for datum in group]
    by_name = {datum.field: datum for datum in fields}
    if len(by_name) != len(fields):
        raise ValueError("a field is declared twice")

    def declare(model: M) -> M:
        _DECLARED[model] = by_name
        return model

    return declare


def declared(model: type) -> Mapping[str, Datum]:
    """Return what a model holds, its bases' fields among it."""
    found: dict[str, Datum] = {}
    for base in reversed(model.__mro__):
        found |= _DECLARED.get(base, {})
    return found


def _plain(grade: Grade, fields: tuple[str, ...], said: str) -> tuple[Datum, ...]:
    purpose(said)
    return tuple(
        Datum(field=field, grade=grade, purposes=(said,), name=_NAMELESS)
        for text in fields
        for field in text.split()
    )


def _own(grade: Grade, field: str, name: Words, purposes: tuple[str, ...]) -> tuple[Datum, ...]:
    unknown = set(purposes) - set(PURPOSES)
    if unknown or not purposes:
        raise ValueError(f"{field} is kept for no purpose that there is: {sorted(unknown)}")
    return (Datum(field=field, grade=grade, purposes=purposes, name=name),)
