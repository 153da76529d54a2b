"""Thing models of others read into ours: W3C WoT Thing Models, and the TSL JSON of large clouds.

Modelled on W3C WoT Thing Description 1.1 and on the TSL documents of the large Chinese clouds. What
has no place in our models — texts, structures, arrays, dates — is left out, and said.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from linli.kernel.fault import Fault
from linli.kernel.words import Words

_WOT_TYPES = {"number": "number", "integer": "integer", "boolean": "boolean"}
_TSL_TYPES = {
    "int": "integer", "long": "integer", "float": "number", "double": "number",
    "bool": "boolean", "enum": "enum",
}  # fmt: skip
_WOT_UNITS = {"degreeCelsius": "℃", "om2:degreeCelsius": "℃", "percent": "%", "om2:percent": "%"}
_LONGEST_NAME = 48


class NotAThingModel(Fault):
    """A document that is neither a WoT Thing Model nor a TSL."""

    key = "devices.not_a_thing_model"
    status = 422


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A property, or an argument of a service."""

    id: str
    name: Words
    type: str
    unit: str = ""
    range: tuple[float, float] | None = None
    resolution: float | None = None
    values: tuple[str, ...] = ()
    value_names: tuple[Words, ...] = ()
    required: bool = True


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """A service with its arguments."""

    id: str
    name: Words
    arguments: tuple[Field, ...] = ()


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What a document gave. `left_out` says, in English, what had no place and why."""

    name: Words
    source: str
    properties: tuple[Field, ...]
    events: tuple[tuple[str, Words], ...]
    services: tuple[Deed, ...]
    left_out: tuple[str, ...]


def read(document: object) -> Imported:
    """Return what a parsed JSON document says.

    :raises NotAThingModel: if it is neither kind, or says nothing that we could use
    """
    if not isinstance(document, Mapping):
        raise NotAThingModel(why="it is no JSON object")
    if isinstance(document.get("properties"), list) or isinstance(document.get("services"), list):
        found = _Tsl(document).read()
    elif any(isinstance(document.get(part), Mapping) for part in ("properties", "events")):
        found = _Wot(document).read()
    else:
        raise NotAThingModel(why="it has neither properties nor events")
    if not found.properties and not found.events:
        raise NotAThingModel(why="none of its properties or events has a place in our models")
    return found


def toml(found: Imported, *, id: str, category: str, period: str, icon: str = "") -> str:
    """Return the file of a thing model, as `catalog/devices/<id>.toml` wants it."""
    lines = [
        f"id = {_text(id)}", f"name = {_words(found.name)}", f"category = {_text(category)}",
        f"period = {_text(period)}", f"source = {_text(found.source)}",
    ]  # fmt: skip
    if icon:
        lines.append(f"icon = {_text(icon)}")
    if found.properties:
        lines += ["", "[properties]"]
        lines += [f"{one.id} = {{ {_field(one)} }}" for one in found.properties]
    if found.events:
        lines += ["", "[events]"]
        lines += [f"{name} = {{ name = {_words(words)} }}" for name, words in found.events]
    for deed in found.services:
        lines += ["", f'[services."{deed.id}"]', f"name = {_words(deed.name)}"]
        if deed.arguments:
            lines += ["", f'[services."{deed.id}".arguments]']
            lines += [f"{one.id} = {{ {_argument(one)} }}" for one in deed.arguments]
    return "\n".join(lines) + "\n"


class _Reader:
    """What both kinds share: names made ours, and what was left out."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.left_out: list[str] = []
        self._taken: set[str] = set()

    def name(self, said: object, *, what: str) -> str | None:
        """Return a name of ours for one of theirs; None, noted, where none can be made."""
        text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", str(said)).lower()
        found = re.sub(r"[^a-z0-9]+", "_", text).strip("_")[:_LONGEST_NAME]
        if not found or not found[0].isalpha():
            self.leave(what, said, "no name could be made of it")
            return None
        if found in self._taken:
            self.leave(what, said, "another has its name")
            return None
        self._taken.add(found)
        return found

    def leave(self, what: str, said: object, why: str) -> None:
        """Note what is left out."""
        self.left_out.append(f"{what} {str(said)[:60]}: {why}")


class _Wot(_Reader):
    """A W3C WoT Thing Model or Thing Description."""

    def read(self) -> Imported:
        document = self.document
        return Imported(
            name=_titles(document, str(document.get("title", "thing"))),
            source="imported from a W3C WoT Thing Model",
            properties=tuple(self._fields(document.get("properties"), "property")),
            events=tuple(self._events()),
            services=tuple(self._deeds()),
            left_out=tuple(self.left_out),
        )

    def _fields(self, parts: object, what: str) -> Iterator[Field]:
        for said, shape in _items(parts):
            if not isinstance(shape, Mapping):
                self.leave(what, said, "no description")
                continue
            values = shape.get("enum")
            texts = isinstance(values, list) and all(isinstance(one, str) for one in values)
            kind = "enum" if texts else _WOT_TYPES.get(str(shape.get("type")))
            if kind is None:
                self.leave(what, said, f"type {shape.get('type')}")
                continue
            name = self.name(said, what=what)
            if name is None:
                continue
            unit = str(shape.get("unit", ""))
            yield Field(
                id=name,
                name=_titles(shape, str(said)),
                type=kind,
                unit=_WOT_UNITS.get(unit, unit),
                range=_range(shape.get("minimum"), shape.get("maximum")),
                resolution=_number(shape.get("multipleOf")),
                values=tuple(map(str, values)) if texts and isinstance(values, list) else (),
            )

    def _events(self) -> Iterator[tuple[str, Words]]:
        for said, shape in _items(self.document.get("events")):
            name = self.name(said, what="event")
            if name is not None:
                yield name, _titles(shape if isinstance(shape, Mapping) else {}, str(said))

    def _deeds(self) -> Iterator[Deed]:
        for said, shape in _items(self.document.get("actions")):
            name = self.name(said, what="action")
            if name is None or not isinstance(shape, Mapping):
                continue
            inside = shape.get("input")
            parts = inside.get("properties") if isinstance(inside, Mapping) else None
            yield Deed(
                id=f"device.{name}",
                name=_titles(shape, str(said)),
                arguments=tuple(_Wot({}).arguments(parts, self)),
            )

    def arguments(self, parts: object, whose: _Reader) -> Iterator[Field]:
        """Yield the arguments of an action; names are its own."""
        found = [one for one in self._fields(parts, "argument") if one.type != "enum"]
        whose.left_out += self.left_out
        yield from found


class _Tsl(_Reader):
    """A TSL document: lists of properties, events and services with identifiers."""

    def read(self) -> Imported:
        document = self.document
        profile = document.get("profile")
        key = profile.get("productKey", "") if isinstance(profile, Mapping) else ""
        title = str(document.get("productName") or document.get("name") or key or "设备")
        return Imported(
            name=Words(zh=title, en=title),
            source=f"imported from a TSL {key}".strip(),
            properties=tuple(self._fields(document.get("properties"), "property")),
            events=tuple(self._events()),
            services=tuple(self._deeds()),
            left_out=tuple(self.left_out),
        )

    def _fields(self, parts: object, what: str) -> Iterator[Field]:
        for part in _rows(parts):
            said, shape = part.get("identifier", ""), part.get("dataType")
            shape = shape if isinstance(shape, Mapping) else {}
            kind = _TSL_TYPES.get(str(shape.get("type")))
            if kind is None:
                self.leave(what, said, f"type {shape.get('type')}")
                continue
            name = self.name(said, what=what)
            if name is not None:
                specs = shape.get("specs")
                yield _tsl_field(name, part, kind, specs if isinstance(specs, Mapping) else {})

    def _events(self) -> Iterator[tuple[str, Words]]:
        for part in _rows(self.document.get("events")):
            said = part.get("identifier", "")
            if said == "post":
                continue  # the cloud's own word for reporting properties
            name = self.name(said, what="event")
            if name is not None:
                yield name, _named(part, str(said))

    def _deeds(self) -> Iterator[Deed]:
        for part in _rows(self.document.get("services")):
            said = part.get("identifier", "")
            if said in ("set", "get"):
                continue  # the cloud's own words for writing and reading properties
            name = self.name(said, what="service")
            if name is None:
                continue
            inside = _Tsl({})
            arguments = tuple(
                one
                for one in inside._fields(part.get("inputData"), "argument")
                if one.type != "enum"
            )
            self.left_out += inside.left_out
            yield Deed(id=f"device.{name}", name=_named(part, str(said)), arguments=arguments)


def _tsl_field(name: str, part: Mapping[str, Any], kind: str, specs: Mapping[str, Any]) -> Field:
    values = [(key, str(word)) for key, word in specs.items() if str(key).lstrip("-").isdigit()]
    enum = kind == "enum"
    return Field(
        id=name,
        name=_named(part, name),
        type=kind,
        unit=str(specs.get("unit", "")) if not enum else "",
        range=_range(specs.get("min"), specs.get("max")) if kind in ("number", "integer") else None,
        resolution=_number(specs.get("step")) if kind in ("number", "integer") else None,
        values=tuple(f"v{key}".replace("-", "m") for key, _ in values) if enum else (),
        value_names=tuple(Words(zh=word, en=word) for _, word in values) if enum else (),
        required=part.get("required", True) is not False,
    )


def _items(parts: object) -> Iterator[tuple[object, object]]:
    if isinstance(parts, Mapping):
        yield from parts.items()


def _rows(parts: object) -> Sequence[Mapping[str, Any]]:
    return [one for one in parts if isinstance(one, Mapping)] if isinstance(parts, list) else []


def _titles(shape: Mapping[str, Any], otherwise: str) -> Words:
    """Return the title in both languages; one stands for the other where it is missing."""
    titles = shape.get("titles")
    by = titles if isinstance(titles, Mapping) else {}
    plain = str(shape.get("title") or otherwise)
    zh = next((str(by[key]) for key in ("zh", "zh-CN", "zh-Hans") if key in by), plain)
    return Words(zh=zh, en=str(by.get("en", plain)))


def _named(part: Mapping[str, Any], otherwise: str) -> Words:
    name = str(part.get("name") or otherwise)
    return Words(zh=name, en=name)


def _number(said: object) -> float | None:
    try:
        found = float(said) if isinstance(said, (int, float, str)) else 0.0
    except ValueError:
        return None
    return found if 0 < abs(found) < float("inf") else None


def _range(low: object, high: object) -> tuple[float, float] | None:
    """Return a range where both ends are numbers and in order."""
    try:
        found = (float(str(low)), float(str(high)))
    except ValueError:
        return None
    return found if float("-inf") < found[0] < found[1] < float("inf") else None


def _text(text: str) -> str:
    """Return a basic string of TOML: JSON's form of it is one."""
    return msgspec.json.encode(text).decode()


def _words(words: Words) -> str:
    return f"{{ zh = {_text(words.zh)}, en = {_text(words.en)} }}"


def _field(field: Field) -> str:
    parts = [f"name = {_words(field.name)}"]
    if field.type != "number":
        parts.append(f"type = {_text(field.type)}")
    if field.unit:
        parts.append(f"unit = {_text(field.unit)}")
    if field.range is not None and field.type in ("number", "integer"):
        parts.append(f"range = [{field.range[0]:.12g}, {field.range[1]:.12g}]")
    if field.resolution is not None:
        parts.append(f"resolution = {field.resolution:.12g}")
    if field.values:
        parts.append(f"values = [{', '.join(map(_text, field.values))}]")
    if field.value_names:
        parts.append(f"value_names = [{', '.join(map(_words, field.value_names))}]")
    return ", ".join(parts)


def _argument(field: Field) -> str:
    parts = [f"name = {_words(field.name)}"]
    if field.type != "number":
        parts.append(f"type = {_text(field.type)}")
    if field.unit:
        parts.append(f"unit = {_text(field.unit)}")
    if field.range is not None:
        parts.append(f"range = [{field.range[0]:.12g}, {field.range[1]:.12g}]")
    if not field.required:
        parts.append("required = false")
    return ", ".join(parts)
