"""What is asked and told: the bodies of the services that we speak, to structs and back.

Modelled on ASHRAE 135 clauses 13.5 (COV), 15.5 to 15.9 (properties), 16.10 (Who-Is) and their
productions in clause 21, as bacpypes3 0.0.110 does it.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from linli.drivers.bacnet import tags as tagging
from linli.drivers.bacnet.codec import (
    COMPLEX_ACK,
    CONFIRMED,
    ERROR,
    UNCONFIRMED,
    Apdu,
)
from linli.drivers.bacnet.tags import ObjectId, Tag, Value
from linli.drivers.frames import BadFrame

CONFIRMED_COV, SUBSCRIBE_COV, READ, READ_MULTIPLE, WRITE = 1, 5, 12, 14, 15
I_AM, UNCONFIRMED_COV, WHO_IS = 0, 2, 8
_MOST_PRIORITY = 16
_MOST_INSTANCE = (1 << 22) - 1


class WhoIs(msgspec.Struct, frozen=True):
    """Who is there, of devices `low` to `high`; of all where both are None."""

    low: int | None = None
    high: int | None = None


class IAm(msgspec.Struct, frozen=True):
    """A device says that it is there. `segmentation`: 0 both, 1 sends, 2 takes, 3 none."""

    device: ObjectId
    max_apdu: int
    segmentation: int
    vendor: int


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A property of an object, its values if they are told, its error if it has none.

    `values` are application values, and context tags where the type is made of parts.
    """

    object: ObjectId
    prop: int
    index: int | None = None
    values: tuple[Value | Tag, ...] | None = None
    error: tuple[int, int] | None = None
    priority: int | None = None


class Items(msgspec.Struct, frozen=True):
    """One property (Read, Write) or several (ReadMultiple), asked or answered."""

    items: tuple[Item, ...]


class Subscribe(msgspec.Struct, frozen=True):
    """Ask for changes. Without `confirmed` and `lifetime_s` it ends a subscription."""

    process: int
    object: ObjectId
    confirmed: bool | None = None
    lifetime_s: int | None = None


class Changed(msgspec.Struct, frozen=True):
    """A change of value."""

    process: int
    device: ObjectId
    remaining_s: int
    items: tuple[Item, ...]


class Failed(msgspec.Struct, frozen=True):
    """An error: its class and its code."""

    error_class: int
    error_code: int


Said = WhoIs | IAm | Items | Subscribe | Changed | Failed


class _Reader:
    """Reads tags in the order that a production gives them."""

    def __init__(self, data: bytes) -> None:
        self._tags = tagging.read(data)
        self._at = 0

    @property
    def more(self) -> bool:
        return self._at < len(self._tags)

    def next(self) -> Tag:
        if not self.more:
            raise BadFrame("something is missing at the end")
        self._at += 1
        return self._tags[self._at - 1]

    def is_next(self, number: int, way: str = "context") -> bool:
        return self.more and self._tags[self._at][:2] == (number, way)

    def take(self, number: int, way: str = "context") -> bytes:
        found = self.next()
        if (found.number, found.way) != (number, way):
            raise BadFrame(f"{way} tag {number} is wanted, {found.way} tag {found.number} found")
        return found.data

    def unsigned(self, number: int) -> int:
        return tagging.unsigned(self.take(number))

    def maybe(self, number: int) -> int | None:
        return self.unsigned(number) if self.is_next(number) else None

    def object(self, number: int) -> ObjectId:
        return tagging.as_object(self.take(number))

    def values(self, number: int) -> tuple[Value | Tag, ...]:
        """Return what stands between an opening and a closing tag."""
        self.take(number, "open")
        depth, found = 0, []
        while depth or not self.is_next(number, "close"):
            tag = self.next()
            depth += (tag.way == "open") - (tag.way == "close")
            found.append(tagging.value(tag) if tag.way == "application" else tag)
        self.next()
        return tuple(found)

    def plain(self, kind: str) -> Any:
        """Return an application value of a kind."""
        said = tagging.value(self.next())
        if said.kind != kind:
            raise BadFrame(f"{kind} is wanted, {said.kind} found")
        return said.value

    def end(self) -> None:
        if self.more:
            raise BadFrame("something follows the end")


def read(apdu: Apdu) -> Said | None:
    """Return what a whole APDU says; None where the service is known by its name alone.

    :raises BadFrame: if its tags are not those of its service
    """
    parse = _PARSERS.get((apdu.kind, apdu.service)) if apdu.kind != ERROR else _failed
    if apdu.sequence is not None:
        return None
    if parse is None:
        tagging.read(apdu.body)
        return None
    reader = _Reader(apdu.body)
    said: Said = parse(reader)
    reader.end()
    return said


def _who_is(reader: _Reader) -> WhoIs:
    if not reader.more:
        return WhoIs()
    low, high = reader.unsigned(0), reader.unsigned(1)
    if low > high or high > _MOST_INSTANCE:
        raise BadFrame(f"no range of devices: {low} to {high}")
    return WhoIs(low, high)


def _i_am(reader: _Reader) -> IAm:
    device = tagging.object_id(reader.plain("object"))
    if device.type != 8:  # noqa: PLR2004
        raise BadFrame(f"{device} is no device")
    return IAm(
        device, reader.plain("unsigned"), reader.plain("enumerated"), reader.plain("unsigned")
    )


def _asked(reader: _Reader) -> Items:
    item = Item(object=reader.object(0), prop=reader.unsigned(1), index=reader.maybe(2))
    return Items((item,))


def _answered(reader: _Reader) -> Items:
    (item,) = _asked(reader).items
    return Items((msgspec.structs.replace(item, values=reader.values(3)),))


def _written(reader: _Reader) -> Items:
    (item,) = _answered(reader).items
    priority = reader.maybe(4)
    if priority is not None and not 1 <= priority <= _MOST_PRIORITY:
        raise BadFrame(f"no priority {priority}")
    return Items((msgspec.structs.replace(item, priority=priority),))


def _asked_many(reader: _Reader) -> Items:
    items = []
    while reader.more:
        name = reader.object(0)
        reader.take(1, "open")
        while not reader.is_next(1, "close"):
            items.append(Item(object=name, prop=reader.unsigned(0), index=reader.maybe(1)))
        reader.next()
    return _some(items)


def _answered_many(reader: _Reader) -> Items:
    items = []
    while reader.more:
        name = reader.object(0)
        reader.take(1, "open")
        while not reader.is_next(1, "close"):
            items.append(_result(reader, name))
        reader.next()
    return _some(items)


def _some(items: list[Item]) -> Items:
    if not items:
        raise BadFrame("no property is named")
    return Items(tuple(items))


def _result(reader: _Reader, name: ObjectId) -> Item:
    prop, index = reader.unsigned(2), reader.maybe(3)
    if reader.is_next(4, "open"):
        return Item(object=name, prop=prop, index=index, values=reader.values(4))
    reader.take(5, "open")
    error = _error(reader)
    reader.take(5, "close")
    return Item(object=name, prop=prop, index=index, error=error)


def _error(reader: _Reader) -> tuple[int, int]:
    return reader.plain("enumerated"), reader.plain("enumerated")


def _failed(reader: _Reader) -> Failed:
    return Failed(*_error(reader))


def _subscribe(reader: _Reader) -> Subscribe:
    process, name = reader.unsigned(0), reader.object(1)
    confirmed = reader.maybe(2)
    if confirmed not in (None, 0, 1):
        raise BadFrame(f"boolean {confirmed} is neither 0 nor 1")
    flag = None if confirmed is None else bool(confirmed)
    return Subscribe(process, name, flag, reader.maybe(3))


def _changed(reader: _Reader) -> Changed:
    process, device, name = reader.unsigned(0), reader.object(1), reader.object(2)
    remaining_s = reader.unsigned(3)
    reader.take(4, "open")
    items = []
    while not reader.is_next(4, "close"):
        prop, index, values = reader.unsigned(0), reader.maybe(1), reader.values(2)
        items.append(
            Item(object=name, prop=prop, index=index, values=values, priority=reader.maybe(3))
        )
    reader.next()
    return Changed(process, device, remaining_s, _some(items).items)


_PARSERS: dict[tuple[int, int], Any] = {
    (UNCONFIRMED, WHO_IS): _who_is,
    (UNCONFIRMED, I_AM): _i_am,
    (UNCONFIRMED, UNCONFIRMED_COV): _changed,
    (CONFIRMED, CONFIRMED_COV): _changed,
    (CONFIRMED, SUBSCRIBE_COV): _subscribe,
    (CONFIRMED, READ): _asked,
    (CONFIRMED, READ_MULTIPLE): _asked_many,
    (CONFIRMED, WRITE): _written,
    (COMPLEX_ACK, READ): _answered,
    (COMPLEX_ACK, READ_MULTIPLE): _answered_many,
}


def write(said: Said, *, service: int = -1) -> bytes:
    """Return the body that says something. `service` tells ReadMultiple from the others."""
    if isinstance(said, Items):
        return _items(said.items, many=service == READ_MULTIPLE)
    if isinstance(said, Changed):
        return tagging.write(_changed_tags(said))
    return tagging.write(_simple_tags(said))


def _simple_tags(said: WhoIs | IAm | Subscribe | Failed) -> list[Tag]:
    match said:
        case WhoIs(low, high):
            return _numbers(((0, low), (1, high)))
        case IAm(device, max_apdu, segmentation, vendor):
            told = [Value("object", str(device)), Value("unsigned", max_apdu)]
            told += [Value("enumerated", segmentation), Value("unsigned", vendor)]
            return [tagging.tagged(each) for each in told]
        case Failed(error_class, error_code):
            return _error_tags((error_class, error_code))
        case Subscribe(process, name, confirmed, lifetime_s):
            ends = ((2, None if confirmed is None else int(confirmed)), (3, lifetime_s))
            return [*_numbers(((0, process),)), _object(1, name), *_numbers(ends)]


def _changed_tags(said: Changed) -> list[Tag]:
    out = [*_numbers(((0, said.process),)), _object(1, said.device)]
    out += [_object(2, said.items[0].object), *_numbers(((3, said.remaining_s),)), Tag(4, "open")]
    for item in said.items:
        out += [*_numbers(((0, item.prop), (1, item.index))), *_between(2, item.values or ())]
        out += _numbers(((3, item.priority),))
    return [*out, Tag(4, "close")]


def _items(items: Sequence[Item], *, many: bool) -> bytes:
    if many:
        return tagging.write([tag for item in items for tag in _many(item)])
    (item,) = items
    out = [_object(0, item.object), *_numbers(((1, item.prop), (2, item.index)))]
    if item.values is not None:
        out += _between(3, item.values)
    return tagging.write([*out, *_numbers(((4, item.priority),))])


def _many(item: Item) -> list[Tag]:
    told = item.values is not None or item.error is not None
    first = 2 if told else 0
    out = [_object(0, item.object), Tag(1, "open")]
    out += _numbers(((first, item.prop), (first + 1, item.index)))
    if item.values is not None:
        out += _between(4, item.values)
    elif item.error is not None:
        out += [Tag(5, "open"), *_error_tags(item.error), Tag(5, "close")]
    return [*out, Tag(1, "close")]


def _error_tags(error: tuple[int, int]) -> list[Tag]:
    return [tagging.tagged(Value("enumerated", number)) for number in error]


def _between(number: int, values: Sequence[Value | Tag]) -> list[Tag]:
    inner = [tagging.tagged(each) if isinstance(each, Value) else each for each in values]
    return [Tag(number, "open"), *inner, Tag(number, "close")]


def _object(number: int, name: ObjectId) -> Tag:
    return Tag(number, "context", tagging.of_object(name))


def _numbers(told: Sequence[tuple[int, int | None]]) -> list[Tag]:
    return [
        Tag(number, "context", tagging.as_unsigned(each))
        for number, each in told
        if each is not None
    ]
