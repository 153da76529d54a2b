"""A scene's table written as the catalogue writes it: values in a line, lists of conditions in
several, `[when]`, `[clear]`, `[[do]]` and `[[story]]` as sections of their own.
"""

import re
from collections.abc import Mapping, Sequence

Value = str | bool | int | float | Sequence["Value"] | Mapping[str, "Value"]

SECTIONS = ("when", "clear")
LISTS = ("do", "story")
_WIDTH = 100
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f",
            "\r": "\\r"}  # fmt: skip
_CONTROL = re.compile(r'[\x00-\x1f\x7f"\\]')


def text(table: Mapping[str, Value]) -> str:
    """Return the TOML of a scene's table."""
    plain = {name: value for name, value in table.items() if not _is_section(name, value)}
    parts = ["".join(row(name, value) for name, value in plain.items())]
    for name, value in table.items():
        if name in plain:
            continue
        rows = value if isinstance(value, list) else [value]
        head = f"[[{name}]]" if isinstance(value, list) else f"[{name}]"
        parts += [f"{head}\n{section(one)}" for one in rows if isinstance(one, Mapping)]
    return "\n".join(part for part in parts if part)


def section(rows: Mapping[str, Value]) -> str:
    """Return the lines below the head of a section."""
    return "".join(row(name, value) for name, value in rows.items())


def row(name: str, value: Value) -> str:
    """Return one line `name = value`; a list of tables that is too long takes several."""
    head = f"{key(name)} = "
    return f"{head}{inline(value, room=_WIDTH - len(head))}\n"


def _is_section(name: str, value: Value) -> bool:
    if name in LISTS:
        rows = isinstance(value, list) and bool(value)
        return rows and all(isinstance(one, dict) for one in value)  # type: ignore[union-attr]
    return name in SECTIONS and isinstance(value, dict)


def key(name: str) -> str:
    """Return a key as it must be written."""
    return name if _BARE.fullmatch(name) else quoted(name)


def quoted(value: str) -> str:
    """Return a text in quotes."""
    return '"' + _CONTROL.sub(lambda found: _escaped(found[0]), value) + '"'


def _escaped(sign: str) -> str:
    return _ESCAPES.get(sign) or f"\\u{ord(sign):04x}"


def inline(value: Value, *, room: int = _WIDTH, indent: int = 0) -> str:
    """Return a value; a list of tables is broken into lines where `room` signs do not hold it."""
    match value:
        case str():
            return quoted(value)
        case bool():
            return "true" if value else "false"
        case int() | float():
            return number(value)
        case Mapping():
            return _table(value, room, indent)
    return _list(value, room, indent)


def number(value: float) -> str:
    """Return a number as people write it: 30 and not 30.0, 1000000.0 and not 1e+06."""
    if isinstance(value, int):
        return str(value)
    return repr(value) if value % 1 or abs(value) >= 1e15 else str(int(value))  # noqa: PLR2004


def _table(rows: Mapping[str, Value], room: int, indent: int) -> str:
    if not rows:
        return "{ }"
    parts = (f"{key(name)} = {inline(value, room=room, indent=indent)}"
             for name, value in rows.items())  # fmt: skip
    return "{ " + ", ".join(parts) + " }"


def _list(values: Sequence[Value], room: int, indent: int) -> str:
    flat = ", ".join(inline(one, room=10_000) for one in values)
    tables = any(isinstance(one, Mapping) for one in values)
    if not tables or len(flat) + indent <= room:
        return f"[{flat}]"
    deeper = " " * (indent + 4)
    lines = "".join(
        f"{deeper}{inline(one, room=_WIDTH - indent - 4, indent=indent + 4)},\n" for one in values
    )
    return f"[\n{lines}{' ' * indent}]"
