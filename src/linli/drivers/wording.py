"""Options of drivers in words: what a choice means, and why one is refused, in two languages."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args, get_origin

from linli.contracts.wires import Choice
from linli.kernel.words import Words

_UNSAID = re.compile(r"^\*(.*)（(.*)）$", re.DOTALL)


def choices(name: str, type_: Any) -> Sequence[Choice]:
    """Return what an option of a type may be, each in words; nothing where it may be anything."""
    known = _choices().get(name, {})
    return [
        Choice(value=value, name=known.get(str(value), Words(zh=str(value), en=str(value))))
        for value in _literals(type_)
    ]


def in_chinese(why: str) -> str:
    """Return a reason in Chinese; one that no pattern knows as it stands."""
    for pattern, zh in _reasons():
        found = pattern.fullmatch(why)
        if found is not None:
            said = found.expand(zh)
            inner = _UNSAID.match(said)
            return f"{in_chinese(inner[1])}（{inner[2]}）" if inner is not None else said
    return why


def knows(why: str) -> bool:
    """Tell whether a reason can be said in Chinese."""
    return in_chinese(why) != why


def _literals(type_: Any) -> list[Any]:
    if get_origin(type_) is Literal:
        return list(get_args(type_))
    return [one for part in get_args(type_) for one in _literals(part)]


@cache
def _choices() -> Mapping[str, Mapping[str, Words]]:
    return {
        option: {value: Words(**words) for value, words in values.items()}
        for option, values in _read("choices").items()
    }


@cache
def _reasons() -> Sequence[tuple[re.Pattern[str], str]]:
    rows = _read("reasons")["reason"]
    return [(re.compile(row["en"], re.DOTALL), row["zh"]) for row in rows]


def _read(name: str) -> dict[str, Any]:
    file = files("linli.drivers").joinpath("locale", f"{name}.toml")
    return tomllib.loads(file.read_text("utf-8"))
