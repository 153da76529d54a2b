"""Calling a door as its description says: addresses filled with what is there, bodies that fit."""

import json
import re
from contextlib import contextmanager

from django.db import transaction

from linli.web.api import api
from linli.web.doors import doors

_HOLE = re.compile(r"\{([a-z_]+)\}")
_NAMED = re.compile(r"\{[a-z]+:([a-z_]+)\}")
LIKELY = ("id", "code", "path", "number")
"""What the last hole of an address is called in the items of the list before it."""


@contextmanager
def undone(store="default"):
    """Undo whatever the block does to records, or to another database."""
    with transaction.atomic(using=store):
        yield
        transaction.set_rollback(True, using=store)


def description():
    """Return the OpenAPI description, its references resolved as they are met (`fit`)."""
    return json.loads(json.dumps(api.get_openapi_schema()))


def plain(path):
    """Return a path as the description writes it: `{int:id}` is `{id}`."""
    return _NAMED.sub(r"{\1}", path)


def holes(path):
    """Return the names of the holes of a path."""
    return _HOLE.findall(plain(path))


def filled(path, **values):
    """Return an address: the path with its holes filled; what is not told becomes 1."""
    return "/api/v1" + _HOLE.sub(lambda hole: str(values.get(hole[1], 1)), plain(path))


def fit(schema, document, depth=0):
    """Return the least value that a schema takes."""
    if "$ref" in schema:
        return fit(document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], document,
                   depth)  # fmt: skip
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return fit(schema[choice][0], document, depth)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    if "default" in schema:
        return schema["default"]
    return _MAKE.get(schema.get("type", "object"), _fit_object)(schema, document, depth)


def _fit_object(schema, document, depth):
    wanted = schema.get("required", []) if depth < 6 else []
    return {name: fit(schema["properties"][name], document, depth + 1) for name in wanted}


def _fit_list(schema, document, depth):
    item = schema.get("items", {})
    return [fit(item, document, depth + 1) for _ in range(schema.get("minItems", 0))]


def _fit_text(schema, _document, _depth):
    dated = {"date": "2026-06-01", "date-time": "2026-06-01T04:00:00Z", "time": "04:00:00"}
    return dated.get(schema.get("format", ""), "x" * max(1, schema.get("minLength", 1)))


def _fit_number(schema, _document, _depth):
    return schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)


_MAKE = {
    "object": _fit_object, "array": _fit_list, "string": _fit_text, "integer": _fit_number,
    "number": _fit_number, "boolean": lambda *_: False, "null": lambda *_: None,
}  # fmt: skip


class Caller:
    """Calls doors with bodies that fit their description, and undoes what they did."""

    def __init__(self):
        self.document = description()

    def operation(self, door):
        """Return what the description says of a door."""
        return self.document["paths"]["/api/v1" + plain(door.path)][door.method.lower()]

    def body(self, door):
        """Return a body that fits, and its content type; none where none is wanted."""
        content = self.operation(door).get("requestBody", {}).get("content", {})
        if not content:
            return None, None
        kind, told = next(iter(content.items()))
        return fit(told["schema"], self.document), kind

    def query(self, door):
        """Return the questions that must be in the address."""
        told = self.operation(door).get("parameters", [])
        return {
            one["name"]: fit(one["schema"], self.document)
            for one in told
            if one["in"] == "query" and one.get("required")
        }

    def __call__(self, client, door, *, full=False, asks=None, **values):
        """Call a door; nothing of what it did stays. `full`: with questions and a body that fit;
        `asks` is what its address says beside, in a hole or as a question.
        """
        asks = asks or {}
        address, body, kind = filled(door.path, **values, **asks), None, None
        if full:
            body, kind = self.body(door)
            more = {name: one for name, one in asks.items() if name not in holes(door.path)}
            query = "&".join(f"{name}={one}" for name, one in (self.query(door) | more).items())
            address += f"?{query}" if query else ""
        is_json = kind is None or "json" in kind
        with undone():
            return client.generic(
                door.method,
                address,
                json.dumps(body) if body is not None and is_json else b"",
                content_type="application/json" if is_json else kind,
            )


def lists(calling):
    """Return the doors that answer a page of things."""
    found = [door for door in doors() if door.method == "GET" and holes(door.path) == ["community"]]
    return [door for door in found if "items" in _shape(calling, door)]


def _shape(calling, door):
    told = calling.operation(door)["responses"].get("200", calling.operation(door)["responses"])
    schema = told.get("content", {}).get("application/json", {}).get("schema", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    return calling.document["components"]["schemas"].get(name, {}).get("properties", {})


def key_of(answer):
    """Return the key of a refusal; empty where it is none."""
    if answer.status_code == 204 or "json" not in answer.headers.get("content-type", ""):
        return ""
    said = answer.json()
    if answer.status_code >= 400 and isinstance(said, list):  # GeoReport refuses in a list
        return said[0]["key"]
    return said.get("key", "") if isinstance(said, dict) else ""
