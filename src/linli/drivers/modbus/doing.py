"""How a service is done: written, read back, and looked for until it shows."""

from collections.abc import Callable, Generator, Mapping, Sequence
from functools import partial
from typing import Any

from linli.drivers.line import Order
from linli.drivers.modbus import pdu, values
from linli.drivers.modbus.asking import Asking
from linli.drivers.modbus.map import Doing, Map, Write
from linli.drivers.modbus.plan import read
from linli.drivers.modbus.values import BadValue, Place, Type, Value
from linli.drivers.polling import Ask, Refused

AskUnit = Callable[[bytes, float], Asking]
"""Puts a request to the unit after a rest, and gives the registers or bits of its answer."""


def do(
    map: Map, places: Mapping[str, Place], order: Order, ask: AskUnit, *, shift: int
) -> Generator[Ask, Any, None]:
    """Do a service: all its writes, then what shows that they hold. `places` are shifted already.

    :raises Refused: `not_confirmed`, if what was written does not show
    :raises BadValue: if an argument fits no register
    :raises DeviceRefused: if the device says no
    """
    service = map.services[order.service]
    wanted = [(one.shifted(shift), _words(map, one, order.args)) for one in service.writes]
    for one, words in wanted:
        yield from _write(one, words, ask)
    for one, words in wanted:
        if one.read_back:
            yield from _confirm(service, one, partial(_same, one, words), ask)
    if service.until is not None:
        place, value = places[service.until.property], service.until.value
        yield from _confirm(service, place, partial(_shows, map, place, value), ask)


def _words(map: Map, one: Write, args: Mapping[str, Value]) -> list[int]:
    """Return the registers to write.

    :raises BadValue: if the argument is missing or does not fit
    """
    value = args.get(one.argument) if one.argument else one.value
    if value is None:
        raise BadValue("bad_argument")
    return values.encode(one, value, map.order)


def _write(one: Write, words: Sequence[int], ask: AskUnit) -> Generator[Ask, Any, None]:
    if one.type == Type.BITS and not one.table.is_bits:
        now = yield from ask(read(one), 0.0)
        words = [now[0] & ~one.mask | words[0]]
    yield from ask(pdu.write(one.table, address=one.address, values=words), 0.0)


def _confirm(
    service: Doing, place: Place, holds: Callable[[Sequence[int]], bool], ask: AskUnit
) -> Generator[Ask, Any, None]:
    """Look, and look again after a rest, whether something holds."""
    for look in range(service.looks):
        got = yield from ask(read(place), service.look_every_s if look else 0.0)
        if holds(got):
            return
    raise Refused("not_confirmed")


def _same(one: Write, words: Sequence[int], got: Sequence[int]) -> bool:
    if one.type == Type.BITS and not one.table.is_bits:
        return got[0] & one.mask == words[0] & one.mask
    return list(words) == list(got)


def _shows(map: Map, place: Place, value: Value, got: Sequence[int]) -> bool:
    try:
        return values.decode(place, got, map.order) == value
    except BadValue:
        return False
