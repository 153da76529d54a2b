"""A changed table put into the text it came from: whatever did not change stays as it was written,
with its comments, order, quotes and figures.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher

import msgspec
import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AbstractTable, Array, Item

from linli.registry.trials import layout
from linli.registry.trials.layout import Value

_HEAD = re.compile(r"[ \t]*\[{1,2}[ \t]*([A-Za-z0-9_-]+)[^\n]*\n?")
_MOST_BRACKETS = 600
"""A text with more is not looked at section by section."""
_SECTIONS = (*layout.SECTIONS, *layout.LISTS)


class Chunk(msgspec.Struct, frozen=True, kw_only=True):
    """A section of a text with its head, or (without a name) what stands before the first."""

    name: str
    text: str
    value: Value


def write(table: Mapping[str, Value], *, before: str) -> str:
    """Return the text of a table; what it has in common with the text before stays as it stood.

    Where the text before cannot be read, or is written in a way that is not understood, the whole
    is written anew. Numbers are compared by value: 30 and 30.0 are the same.
    """
    if before.count("[") > _MOST_BRACKETS:
        return layout.text(table)
    try:
        old = tomllib.loads(before)
        if same(old, table):
            return before
        found = _merged(table, before)
        if same(tomllib.loads(found), table):
            return found
    except (tomllib.TOMLDecodeError, TOMLKitError, RecursionError):
        return layout.text(table)
    return layout.text(table)


def same(one: object, other: object) -> bool:
    """Tell whether two values are the same in TOML; a truth value is no number."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def _merged(table: Mapping[str, Value], before: str) -> str:
    chunks = list(_chunks(before))
    top = {name: value for name, value in table.items() if name not in _SECTIONS}
    first = _within(chunks[0].text, top) if chunks[0].value != top else chunks[0].text
    kept: dict[str, list[Chunk]] = {}
    for chunk in chunks[1:]:
        kept.setdefault(chunk.name, []).append(chunk)
    parts = [first]
    for name in _order(list(kept), table):
        value = table[name]
        rows = value if isinstance(value, list) else [value]
        parts += _sections(name, rows, kept.get(name, []), many=isinstance(value, list))
    return _joined(parts, before)


def _order(kept: Sequence[str], table: Mapping[str, Value]) -> list[str]:
    """Return the sections that are wanted: as they stood, each new one before what follows it."""
    order = [name for name in kept if name in table]
    for name in _SECTIONS:
        if name in table and name not in order:
            following = _SECTIONS[_SECTIONS.index(name) + 1 :]
            at = next((order.index(one) for one in following if one in order), len(order))
            order.insert(at, name)
    return order


def _chunks(text: str) -> Iterator[Chunk]:
    """Yield the parts of a text. A line is the head of a section if all before it can be read."""
    lines = text.splitlines(keepends=True)
    starts, names = [0], [""]
    for at, line in enumerate(lines):
        head = _HEAD.fullmatch(line)
        if head is None or (head[1] == names[-1] and "." in line.partition("]")[0]):
            continue
        if _reads("".join(lines[starts[-1] : at])):
            starts.append(_with_remarks(lines, at, starts[-1]))
            names.append(head[1])
    for name, start, end in zip(names, starts, [*starts[1:], len(lines)], strict=True):
        part = "".join(lines[start:end])
        value = tomllib.loads(part)
        yield Chunk(name=name, text=part, value=value if not name else _only(value[name]))


def _only(value: Value) -> Value:
    return value[0] if isinstance(value, list) else value


def _with_remarks(lines: Sequence[str], at: int, least: int) -> int:
    """Return where a section starts, remarks right above its head counted."""
    while at - 1 > least and lines[at - 1].lstrip().startswith("#"):
        at -= 1
    return at


def _reads(text: str) -> bool:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


def _sections(
    name: str, rows: Sequence[Value], kept: Sequence[Chunk], *, many: bool
) -> Iterator[str]:
    """Yield the texts of all sections of one name."""
    steps = SequenceMatcher(
        None, [_sign(one.value) for one in kept], [_sign(one) for one in rows], autojunk=False
    )
    for what, i, i_end, j, j_end in steps.get_opcodes():
        if what == "equal":
            yield from (one.text for one in kept[i:i_end])
            continue
        for at in range(j, j_end):
            value, old = rows[at], i + at - j
            if old < i_end and isinstance(value, Mapping):
                yield _within(kept[old].text, value, name=name)
            else:
                yield layout.text({name: [value] if many else value})


def _sign(value: Value) -> str:
    """Return a text that values have in common if they are the same."""
    return json.dumps(_plain(value), sort_keys=True, default=str)


def _plain(value: Value) -> Value:
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    whole = isinstance(value, float) and value == value // 1 and abs(value) < 1e15  # noqa: PLR2004
    return int(value) if whole else value  # type: ignore[arg-type]


def _within(text: str, rows: Mapping[str, Value], *, name: str = "") -> str:
    """Return a part of a text with the values of its table changed to these."""
    doc = tomlkit.parse(text)
    box = doc if not name else doc[name]
    _merge(box[0] if isinstance(box, list) else box, rows)
    return doc.as_string()


def _merge(box: AbstractTable | tomlkit.TOMLDocument, rows: Mapping[str, Value]) -> None:
    for name in [one for one in box if one not in rows]:
        del box[name]
    for name, value in rows.items():
        if name not in box:
            box[name] = _item(value)
        elif not same(_bare(box[name]), value):
            _change(box, name, value)


def _bare(item: object) -> object:
    """Return the value of an item; a truth value has come without its wrap already."""
    return item.unwrap() if isinstance(item, Item) else item


def _change(box: AbstractTable | tomlkit.TOMLDocument | Array, at: str | int, value: Value) -> None:
    old = box[at]  # type: ignore[index]
    if isinstance(old, AbstractTable) and isinstance(value, Mapping):
        _merge(old, value)
    elif isinstance(old, Array) and isinstance(value, list):
        _merge_list(old, value)
    else:
        box[at] = _item(value)  # type: ignore[index]


def _merge_list(old: Array, values: Sequence[Value]) -> None:
    steps = SequenceMatcher(
        None, [_sign(one) for one in old.unwrap()], [_sign(one) for one in values], autojunk=False
    )
    for what, i, i_end, j, j_end in reversed(steps.get_opcodes()):
        if what == "equal":
            continue
        both = min(i_end - i, j_end - j)
        for at in range(i_end - 1, i + both - 1, -1):
            del old[at]
        for at in range(j_end - 1, j + both - 1, -1):
            old.insert(i + both, _item(values[at]))
        for at in range(both):
            _change(old, i + at, values[j + at])


def _item(value: Value) -> Item:
    found = tomlkit.parse(layout.row("x", value)).item("x")
    assert isinstance(found, Item), "one row is one item"
    return found


def _joined(parts: Sequence[str], before: str) -> str:
    """Return the parts with an empty line between them, ending as the text before did."""
    line = "\r\n" if "\r\n" in before else "\n"
    found = ""
    for part in parts:
        text = part if line == "\n" else re.sub(r"\r?\n", line, part)
        if found and text:
            found += line * max(0, 2 - _ends(found)) if text.lstrip().startswith(("[", "#")) else ""
        found += text
    end = line if before.endswith("\n") else ""
    return found if _ends(before) > 1 else found.rstrip("\r\n") + end


def _ends(text: str) -> int:
    """Return how many line ends stand at the end."""
    tail = text[len(text.rstrip("\r\n")) :]
    return tail.count("\n")
