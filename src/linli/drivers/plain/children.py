"""What a gateway says of the devices behind it: a list of JSON objects."""

from collections.abc import Mapping

import msgspec

from linli.drivers.plain.codec import parsed
from linli.drivers.reading import BadPayload

MOST_CHILDREN = 200
_LONGEST = 64
_ABOUT = ("model", "name", "serial", "vendor")


class Child(msgspec.Struct, frozen=True, kw_only=True):
    """One device behind a gateway: the code or address it goes by there, and what it is said to be:
    `model`, `name`, `serial`, `vendor`.
    """

    address: str
    about: Mapping[str, str] = {}


def children(payload: bytes) -> tuple[list[Child], list[object]]:
    """Return the children of an announcement, and what in it was none.

    An entry is an object with a `code` or an `address`; what else it says but `model`, `name`,
    `serial` and `vendor` is passed over.

    :raises BadPayload: if it is no JSON, no list, or longer than `MOST_CHILDREN`
    """
    found = parsed(payload)
    if not isinstance(found, list):
        raise BadPayload("not_children")
    if len(found) > MOST_CHILDREN:
        raise BadPayload("too_many_children")
    good, bad = dict[str, Child](), list[object]()
    for entry in found:
        child = _child(entry)
        if child is None:
            bad.append(entry)
        else:
            good.setdefault(child.address, child)
    return list(good.values()), bad


def _child(entry: object) -> Child | None:
    if not isinstance(entry, dict):
        return None
    said = {name: _text(entry[name]) for name in ("code", "address", *_ABOUT) if name in entry}
    address = said.get("code") or said.get("address")
    if not address or None in said.values():
        return None
    return Child(
        address=address, about={name: said[name] or "" for name in _ABOUT if said.get(name)}
    )


def _text(value: object) -> str | None:
    """Return a short text that can be shown; None if it is no such."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value.isprintable() or len(value) > _LONGEST:
        return None
    return value.strip()
