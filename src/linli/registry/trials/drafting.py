"""A changed table put into the text it came from: whatever did not change stays as it was written,
with its comments, order, quotes and figures.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from math import inf

import msgspec
import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AbstractTable, Array, Item

from linli.registry.trials import layout
from linli.registry.trials.layout import Value

_HEAD = re.compile(r"[ \t]*\[{1,2}[ \t]*([A-Za-z0-9_-]+)[^\n]*\n?")
_MOST_BRACKETS = 600
"""A text with more, or a table with more rows, is not looked at section by section."""
_SECTIONS = (*layout.SECTIONS, *layout.LISTS)


class Chunk(msgspec.Struct, frozen=True, kw_only=True):
    """A section of a text with its head, or (without a name) what stands before the first. `at` is
    its number in the text.
    """

    name: str
    text: str
    value: Value
    at: int


class Part(msgspec.Struct, frozen=True):
    """A part of the new text; `at` is the number of the chunk that it was, None if it is new."""

    text: str
    at: int | None = None


def write(table: Mapping[str, Value], *, before: str) -> str:
    """Return the text of a table; what it has in common with the text before stays as it stood.

    Where the text before cannot be read, or is written in a way that is not understood, the whole
    is written anew. Numbers are compared by value: 30 and 30.0 are the same.
    """
    most = max((len(one) for one in table.values() if isinstance(one, list)), default=0)
    if max(before.count("["), most) > _MOST_BRACKETS:
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
    body, tail = _tail(before)
    chunks = list(_chunks(body))
    top = {name: value for name, value in table.items() if name not in _SECTIONS}
    first = _within(chunks[0].text, top) if chunks[0].value != top else chunks[0].text
    kept: dict[str, list[Chunk]] = {}
    for chunk in chunks[1:]:
        kept.setdefault(chunk.name, []).append(chunk)
    parts = [Part(first, 0)]
    for name in _order(list(kept), table):
        value = table[name]
        rows = value if isinstance(value, list) else [value]
        parts += _sections(name, rows, kept.get(name, []), many=isinstance(value, list))
    return _joined(parts, chunks, body) + tail


def _tail(text: str) -> tuple[str, str]:
    """Return a text without the remarks after its last section, and those: they stay at the end."""
    lines = text.splitlines(keepends=True)
    end = len(lines)
    while end and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    body = "".join(lines[:end])
    return (body, "".join(lines[end:])) if _reads(body) else (text, "")


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
    ends = [*starts[1:], len(lines)]
    for at, (name, start, end) in enumerate(zip(names, starts, ends, strict=True)):
        part = "".join(lines[start:end])
        value = tomllib.loads(part)
        yield Chunk(name=name, text=part, value=value if not name else _only(value[name]), at=at)


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
) -> Iterator[Part]:
    """Yield all sections of one name: each in the words in which it stood, wherever it stands now;
    one that changed in the words of that which it was most like.
    """
    pairs = _paired(rows, kept)
    for at, value in enumerate(rows):
        chunk = pairs.get(at)
        if chunk is not None and _sign(chunk.value) == _sign(value):
            yield Part(chunk.text, chunk.at)
        elif chunk is not None and isinstance(value, Mapping):
            yield Part(_within(chunk.text, value, name=name), chunk.at)
        else:
            yield Part(layout.text({name: [value] if many else value}))


def _paired(rows: Sequence[Value], kept: Sequence[Chunk]) -> dict[int, Chunk]:
    """Return the chunk that each row was, by the row's number: the same, else the most like it, of
    several the nearest.
    """
    signs = [_sign(value) for value in rows]
    stood = [_sign(chunk.value) for chunk in kept]
    likeness = sorted(
        (-inf if stood[was] == signs[at] else -_like(chunk.value, value), abs(at - was), at, was)
        for was, chunk in enumerate(kept)
        for at, value in enumerate(rows)
    )
    pairs: dict[int, Chunk] = {}
    taken: set[int] = set()
    for _, _, at, was in likeness:
        if at not in pairs and was not in taken:
            pairs[at] = kept[was]
            taken.add(was)
    return pairs


def _like(one: Value, other: Value) -> int:
    """Return how many rows two sections have in common."""
    if not isinstance(one, Mapping) or not isinstance(other, Mapping):
        return 0
    return sum(name in other and same(one[name], other[name]) for name in one)


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


def _joined(parts: Sequence[Part], chunks: Sequence[Chunk], before: str) -> str:
    """Return the parts one after the other, ending as the text before did. Where two stood so
    before there is between them what was; elsewhere an empty line, if the text has them at all.
    """
    line = "\r\n" if "\r\n" in before else "\n"
    gap = 2 if len(chunks) == 1 or any(_ends(one.text) > 1 for one in chunks[:-1]) else 1
    found, last = "", None
    for part in parts:
        text = part.text if line == "\n" else re.sub(r"\r?\n", line, part.text)
        together = None not in (last, part.at) and part.at == (last or 0) + 1
        if found and text and text.lstrip().startswith(("[", "#")):
            found += line * max(0, (1 if together else gap) - _ends(found))
        found, last = found + text, part.at
    end = line if before.endswith("\n") else ""
    return found if _ends(before) > 1 else found.rstrip("\r\n") + end


def _ends(text: str) -> int:
    """Return how many line ends stand at the end."""
    tail = text[len(text.rstrip("\r\n")) :]
    return tail.count("\n")
