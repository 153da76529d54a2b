"""Thing models from their files (`catalog/devices/<id>.toml`), checked; the text is handed in."""

import re
from collections.abc import Callable
from typing import Literal, TypeVar, cast

from linli.devices.model import Argument, Happening, Lane, Property, Service, ThingModel
from linli.kernel.period import words as span_words
from linli.kernel.table import Mistake, Table, parse
from linli.kernel.words import Words

T = TypeVar("T")

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_SERVICE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_PROPERTY_TYPES = ("number", "integer", "boolean", "enum")
_ARGUMENT_TYPES = ("number", "integer", "boolean", "text")


class BadName(Mistake):
    key = "devices.bad_name"


class IdMismatch(Mistake):
    key = "devices.id_mismatch"


class SharedName(Mistake):
    """A property and an event have one name: each is a point, and points are told by name."""

    key = "devices.shared_name"


class UnknownName(Mistake):
    """A service names an inverse or a property that the model does not have."""

    key = "devices.unknown_name"


class ValuesMismatch(Mistake):
    key = "devices.values_mismatch"


def load(text: str, *, file: str, expected_id: str | None = None) -> ThingModel:
    """Return the thing model of one file.

    :param file: what to call the file in a refusal
    :param expected_id: the id that the file's name promises, if it promises one
    :raises Mistake: naming the file, the key, and what to do
    """
    table = Table(file=file, path="", rows=parse(text, file=file))
    model_id = _named(table, "id", _NAME)
    if expected_id is not None and model_id != expected_id:
        raise IdMismatch(file=file, key="id", found=model_id, expected=expected_id)
    model = ThingModel(
        id=model_id,
        name=table.words("name"),
        category=table.text("category"),
        period=span_words(table.span("period")),
        offline_after=span_words(table.span("offline_after"))
        if table.has("offline_after")
        else None,
        lane=Lane(table.choice("lane", [lane.value for lane in Lane], "bulk")),
        icon=table.text("icon", " ").strip(),
        liveness=table.flag("liveness", default=False),
        properties=_each(table, "properties", _NAME, _property),
        events=_each(table, "events", _NAME, _event),
        services=_each(table, "services", _SERVICE, _service),
        source=table.text("source"),
    )
    table.end()
    _check(model, file)
    return model


def _named(table: Table, key: str, pattern: re.Pattern[str]) -> str:
    found = table.text(key)
    if not pattern.fullmatch(found):
        raise BadName(file=table.file, key=table.name(key), found=found)
    return found


def _each(
    table: Table, key: str, pattern: re.Pattern[str], read: Callable[[Table], T]
) -> dict[str, T]:
    inner = table.table(key)
    out: dict[str, T] = {}
    for name in inner.keys():  # noqa: SIM118 - a Table is no mapping
        if not pattern.fullmatch(name):
            raise BadName(file=table.file, key=inner.name(name), found=name)
        one = inner.table(name)
        out[name] = read(one)
        one.end()
    return out


def _property(table: Table) -> Property:
    kind = table.choice("type", _PROPERTY_TYPES, "number")
    values = table.texts("values") if table.has("values") else ()
    names = tuple(_word(table, one) for one in _list(table, "value_names"))
    if (kind == "enum") != bool(values) or (names and len(names) != len(values)):
        raise ValuesMismatch(file=table.file, key=table.name("values"))
    return Property(
        name=table.words("name"),
        type=cast(Literal["number", "integer", "boolean", "enum"], kind),
        unit=table.text("unit", " ").strip(),
        range=table.pair("range") if table.has("range") else None,
        resolution=table.number("resolution") if table.has("resolution") else None,
        values=values,
        value_names=names,
    )


def _list(table: Table, key: str) -> list[object]:
    if not table.has(key):
        return []
    found = table.take(key)
    if not isinstance(found, list):
        raise table.wrong(key, "[…]")
    return found


def _word(table: Table, found: object) -> Words:
    return Table(file=table.file, path=table.path, rows={"value_names": found}).words("value_names")


def _event(table: Table) -> Happening:
    return Happening(name=table.words("name"))


def _service(table: Table) -> Service:
    return Service(
        name=table.words("name"),
        arguments=_each(table, "arguments", _NAME, _argument),
        inverse=table.text("inverse") if table.has("inverse") else None,
        ack=cast(Literal["device", "none"], table.choice("ack", ("device", "none"), "device")),
        expires=span_words(table.span("expires", "2m")),
        safety=table.flag("safety", default=False),
        moves=table.text("moves") if table.has("moves") else None,
        danger=table.words("danger") if table.has("danger") else None,
        danger_to_many=table.words("danger_to_many") if table.has("danger_to_many") else None,
        yields_to=table.texts("yields_to") if table.has("yields_to") else (),
    )


def _argument(table: Table) -> Argument:
    kind = table.choice("type", _ARGUMENT_TYPES, "number")
    return Argument(
        name=table.words("name"),
        type=cast(Literal["number", "integer", "boolean", "text"], kind),
        unit=table.text("unit", " ").strip(),
        range=table.pair("range") if table.has("range") else None,
        required=table.flag("required", default=True),
        longest=int(table.number("longest", 200)),
    )


def _check(model: ThingModel, file: str) -> None:
    for name in model.events:
        if name in model.properties:
            raise SharedName(file=file, key=f"events.{name}")
    for name, service in model.services.items():
        if service.inverse is not None and service.inverse not in model.services:
            raise UnknownName(file=file, key=f"services.{name}.inverse", found=service.inverse)
        if service.moves is not None and service.moves not in model.properties:
            raise UnknownName(file=file, key=f"services.{name}.moves", found=service.moves)
        for other in service.yields_to:
            if other not in model.services:
                raise UnknownName(file=file, key=f"services.{name}.yields_to", found=other)
