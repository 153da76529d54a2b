"""Bodies of CoAP messages, by their content format (RFC 7252 12.3, RFC 8428 12.4)."""

from collections.abc import Sequence

import cbor2
import msgspec

from linli.drivers.line import Order, Wired
from linli.drivers.named import from_bytes
from linli.drivers.plain import codec as plain
from linli.drivers.reading import BadPayload, Reading
from linli.drivers.senml import cbor
from linli.drivers.senml import codec as senml

TEXT, LINKS, OCTETS, JSON, CBOR, SENML_JSON, SENML_CBOR = 0, 40, 42, 50, 60, 110, 112
READABLE = frozenset({TEXT, OCTETS, JSON, CBOR, SENML_JSON, SENML_CBOR})


def readings(body: bytes, *, kind: int | None, member: Wired, now: float) -> list[Reading]:
    """Return the readings of a body; without a content format it is JSON.

    :raises BadPayload: if it cannot be read
    """
    if kind == OCTETS:
        return from_bytes(body, member=member, at=None)
    if kind == SENML_CBOR:
        return cbor.readings(body, now=now)
    if kind == SENML_JSON:
        return senml.readings(body, now=now)
    body = as_json(body, kind=kind)
    return senml.readings(body, now=now) if senml.looks_like(body) else plain.readings(body)


def answers(body: bytes, *, kind: int | None) -> list[plain.Answer]:
    """Return what a device says of its orders.

    :raises BadPayload: if it cannot be read
    """
    return plain.answers(as_json(body, kind=kind))


def as_json(body: bytes, *, kind: int | None) -> bytes:
    """Return a body as JSON.

    :raises BadPayload: if it is CBOR that JSON could not say
    """
    if kind != CBOR:
        return body
    try:
        return msgspec.json.encode(cbor.loads(body))
    except (TypeError, ValueError, msgspec.MsgspecError) as error:
        raise BadPayload("not_cbor") from error


def orders(waiting: Sequence[Order], *, kind: int) -> bytes:
    """Return the orders that wait, as a device hears them; `expires` is epoch seconds."""
    told = [
        {
            "id": one.id,
            "service": one.service,
            "args": dict(one.args),
            "expires": one.expires_at,
        }
        for one in waiting
    ]
    return cbor2.dumps(told) if kind == CBOR else msgspec.json.encode(told)
