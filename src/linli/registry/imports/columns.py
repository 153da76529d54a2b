"""The columns of each spreadsheet, and how a cell is read and written. One table for both ways."""

import json
import re
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import msgspec

from linli.foundation.copies.logic import without
from linli.kernel.words import Words
from linli.registry.imports.reading import Value
from linli.registry.people.logic import ShiftHours


class Unreadable(ValueError):
    """A cell does not hold what its column is for; `words` say what it should be."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """`field` is where it goes, `zh` and `en` its headings, `kind` how its cells are read.

    `choices` has the words for each value: key → (Chinese, English).
    """

    field: str
    zh: str
    en: str
    kind: str = "text"
    choices: dict[str, tuple[str, str]] = {}
    required: bool = False


class LooseOptions(msgspec.Struct, frozen=True):
    """Options written as `key=value;…`, each still text: of which type it is, its driver knows."""

    said: dict[str, str]


def _words(zh: str, en: str) -> Words:
    return Words(zh=zh, en=en)


_FORMULA = _words("不接受公式，请粘贴为数值。", "Formulas are not taken: paste the values.")
_LOST = _words(
    "号码被表格软件当成数字，末几位已丢失；请把这一列设为文本后重新填写。",
    "The spreadsheet took this number for a quantity and lost its last digits; "
    "make the column text and enter it again.",
)
_DAY = _words("不是日期，请写成 2026-06-01。", "Not a date: write it as 2026-06-01.")
_NUMBER = _words("不是数字。", "Not a number.")
_WHOLE = _words("不是整数。", "Not a whole number.")
_YES_NO = _words("请填 是 或 否。", "Yes or no.")
_SHIFTS = _words(
    "班次请写成“12345 08:00-17:00”，多个用分号隔开。",
    "Write shifts as “12345 08:00-17:00”, several with semicolons.",
)
_GEOMETRY = _words("不是 GeoJSON。", "Not GeoJSON.")
_OPTIONS = _words(
    "请写成 JSON，或“名称=值”，多个用分号隔开。",
    "Write JSON, or “name=value”, several with semicolons.",
)
_POSITION = _words("请写成“经度,纬度”。", "Write “longitude,latitude”.")
_EXACT = 10**15


def read(column: Column, value: Value) -> Any:
    """Return what a cell that is not empty says.

    :raises Unreadable: if it does not hold what its column is for
    """
    if isinstance(value, str):
        value = without(value)
        if value.startswith("="):
            raise Unreadable(_FORMULA)
    return _READERS[column.kind](column, value)


def _text(value: Value) -> str:
    """Return a cell as text; a number as its digits, as long as they are all there."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        if abs(value) >= _EXACT:
            raise Unreadable(_LOST)
        return str(int(value)) if float(value).is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat()
    text = str(value)
    return text[1:] if re.match(r"'[=+\-@\t]", text) else text


def _date(_: Column, value: Value) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = _text(value)
    found = re.fullmatch(r"(\d{4})\D(\d{1,2})\D(\d{1,2})日?(?: .*)?", text) or re.fullmatch(
        r"(\d{4})(\d{2})(\d{2})", text
    )
    try:
        return date(*(int(part) for part in found.groups())) if found else _no(_DAY)
    except ValueError as error:
        raise Unreadable(_DAY) from error


def _no(words: Words) -> Any:
    raise Unreadable(words)


def _number(_: Column, value: Value) -> float:
    try:
        found = float(_text(value).replace(",", ""))
    except ValueError as error:
        raise Unreadable(_NUMBER) from error
    return found if abs(found) < _EXACT else _no(_NUMBER)


def _integer(column: Column, value: Value) -> int:
    found = _number(column, value)
    return int(found) if found.is_integer() else _no(_WHOLE)


def _choice(column: Column, value: Value) -> str:
    said = _text(value).casefold()
    for key, words in column.choices.items():
        if said in {key, words[0].casefold(), words[1].casefold()}:
            return key
    zh = "、".join(words[0] for words in column.choices.values())
    en = ", ".join(words[1] for words in column.choices.values())
    raise Unreadable(_words(f"只能填：{zh}。", f"One of: {en}."))


def _many(value: Value) -> list[str]:
    return [part.strip() for part in re.split(r"[、,，;；|\n]+", _text(value)) if part.strip()]


def _shifts(_: Column, value: Value) -> tuple[ShiftHours, ...]:
    return tuple(_shift(part) for part in re.split(r"[;；\n]+", _text(value)) if part.strip())


def _shift(text: str) -> ShiftHours:
    found = re.fullmatch(
        r"([1-7]{1,7})\s+(\d{1,2}):(\d{2})\s*[-–~至]\s*(\d{1,2}):(\d{2})", text.strip()
    )
    if not found:
        raise Unreadable(_SHIFTS)
    hours = [int(part) for part in found.groups()[1:]]
    try:
        return ShiftHours(
            days=found[1], starts=time(hours[0], hours[1]), ends=time(hours[2] % 24, hours[3])
        )
    except ValueError as error:
        raise Unreadable(_SHIFTS) from error


def _yes_no(_: Column, value: Value) -> bool:
    if isinstance(value, bool):
        return value
    said = {"是": True, "yes": True, "true": True, "1": True,
            "否": False, "no": False, "false": False, "0": False}  # fmt: skip
    found = said.get(_text(value).casefold())
    return found if found is not None else _no(_YES_NO)


def _geometry(_: Column, value: Value) -> dict[str, Any]:
    try:
        found = json.loads(_text(value))
    except ValueError as error:
        raise Unreadable(_GEOMETRY) from error
    return found if isinstance(found, dict) else _no(_GEOMETRY)


def _options(_: Column, value: Value) -> dict[str, Any] | LooseOptions:
    text = _text(value)
    if text.startswith("{"):
        try:
            found = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise Unreadable(_OPTIONS) from error
        return found if isinstance(found, dict) else _no(_OPTIONS)
    pairs = [part.partition("=") for part in re.split(r"[;；\n]+", text) if part.strip()]
    if any(not sign or not name.strip() for name, sign, _ in pairs):
        raise Unreadable(_OPTIONS)
    return LooseOptions({name.strip(): said.strip() for name, _, said in pairs})


def _position(_: Column, value: Value) -> tuple[float, float]:
    parts = re.split(r"[,，]", _text(value))
    try:
        east, north = (float(part) for part in parts)
    except ValueError as error:
        raise Unreadable(_POSITION) from error
    return east, north


_READERS: dict[str, Callable[[Column, Value], Any]] = {
    "text": lambda _, value: _text(value),
    "date": _date,
    "number": _number,
    "integer": _integer,
    "choice": _choice,
    "list": lambda _, value: tuple(_many(value)),
    "choices": lambda column, value: tuple(_choice(column, part) for part in _many(value)),
    "shifts": _shifts,
    "yes_no": _yes_no,
    "geometry": _geometry,
    "options": _options,
    "position": _position,
}


def write(column: Column, value: Any, language: str) -> str | float | int | None:
    """Return a value as a cell: words in the reader's language, never a formula."""
    if value is None or value is msgspec.UNSET:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    text = _said(column, value, 1 if language.startswith("en") else 0)
    return harmless(text)


def harmless(text: str) -> str:
    """Return text that no spreadsheet takes for a formula: an apostrophe before = + - @, a tab."""
    return "'" + text if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def _said(column: Column, value: Any, language: int) -> str:
    if isinstance(value, bool):
        return (("否", "no"), ("是", "yes"))[value][language]
    writer = _WRITERS.get(column.kind)
    return writer(column, value, language) if writer else str(value)


def _json(_: Column, value: Any, __: int) -> str:
    return json.dumps(value, ensure_ascii=False) if value else ""


_WRITERS: dict[str, Callable[[Column, Any, int], str]] = {
    "choice": lambda column, value, language: column.choices[value][language] if value else "",
    "choices": lambda column, value, language: "、".join(
        column.choices[one][language] for one in value
    ),
    "shifts": lambda _, value, __: "; ".join(
        f"{s.days} {s.starts:%H:%M}-{s.ends:%H:%M}" for s in value
    ),
    "geometry": _json,
    "options": _json,
    "position": lambda _, value, __: f"{value[0]},{value[1]}",
    "list": lambda _, value, __: "、".join(value),
}
