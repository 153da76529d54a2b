"""Which reads a map needs: neighbours together, in as few as limits and gaps allow."""

from collections.abc import Mapping, Sequence

import msgspec

from linli.drivers.modbus import pdu
from linli.drivers.modbus.pdu import MOST_COILS, Table
from linli.drivers.modbus.values import Place

_BITS_OF_REGISTER = 16


class Span(msgspec.Struct, frozen=True):
    """One read, and what stands in it."""

    table: Table
    address: int
    count: int
    names: tuple[str, ...]


def spans(places: Mapping[str, Place], *, gap: int, most: int) -> tuple[Span, ...]:
    """Return the fewest reads. `gap` and `most` are in registers; of bits, 16 count as one.

    A device may have no such address in a gap: it then refuses the whole read, which `apart` takes
    to pieces.
    """
    out: list[Span] = []
    order = sorted(places, key=lambda name: (places[name].table, places[name].address))
    for name in order:
        place = places[name]
        grown = _grown(out[-1], name, place, gap, most) if out else None
        if grown is None:
            out.append(Span(place.table, place.address, place.count, (name,)))
        else:
            out[-1] = grown
    return tuple(out)


def _grown(span: Span, name: str, place: Place, gap: int, most: int) -> Span | None:
    """Return the span with one more place in it, None where it does not reach so far."""
    unit, longest = 1, most
    if place.table.is_bits:
        unit, longest = _BITS_OF_REGISTER, min(most * _BITS_OF_REGISTER, MOST_COILS)
    end = span.address + span.count
    count = max(end, place.address + place.count) - span.address
    if place.table != span.table or place.address - end > gap * unit or count > longest:
        return None
    return Span(span.table, span.address, count, (*span.names, name))


def apart(span: Span, places: Mapping[str, Place]) -> Sequence[Span]:
    """Return the reads of a span without its gaps; the span alone where it has none."""
    return spans({name: places[name] for name in span.names}, gap=0, most=span.count)


def read(wanted: Span | Place) -> bytes:
    """Return the request that reads a span, or a single place."""
    return pdu.read(wanted.table, address=wanted.address, count=wanted.count)
