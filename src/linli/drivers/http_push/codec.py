"""The body of a push, by its content type. Those of MQTT, without one, are read here too."""

from linli.drivers.plain import codec as plain
from linli.drivers.reading import BadPayload, Reading
from linli.drivers.senml import cbor
from linli.drivers.senml import codec as senml

SENML = "application/senml+json"
SENML_CBOR = "application/senml+cbor"
JSON = frozenset({"application/json", "text/json", "text/plain", ""})
KINDS = JSON | {SENML, SENML_CBOR}


def readings(body: bytes, *, content_type: str = "", now: float) -> list[Reading]:
    """Return the readings of a body.

    :raises BadPayload: if it cannot be read, or its type is not known
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind == SENML:
        return senml.readings(body, now=now)
    if kind == SENML_CBOR:
        return cbor.readings(body, now=now)
    if kind not in JSON:
        raise BadPayload("content_type")
    return senml.readings(body, now=now) if senml.looks_like(body) else plain.readings(body)
