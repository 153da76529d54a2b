"""A table of the catalogue: how thing models of a kind speak and are spoken to. It proves itself.

A table whose samples do not say what they are told to say does not load.
"""

from collections.abc import Mapping, Sequence

import msgspec

from linli.devices.model import ThingModel
from linli.drivers.payload.forms import Key, Message, Request, Sample, Scalar
from linli.drivers.payload.pack import pack
from linli.drivers.payload.unpack import Unpacked, read_json, read_value, unpack
from linli.drivers.reading import BadPayload, Reading

BATTERY, SIGNAL, NOISE = "battery_pct", "signal_dbm", "snr_db"
_OF_ITSELF = frozenset({BATTERY, SIGNAL, NOISE, "battery_v"})
"""What nearly every device says of itself, whether its model has a property for it or not."""

_object = msgspec.json.Decoder(dict[str, object])


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How devices of `models` speak. `source` says what it is modelled on."""

    models: tuple[str, ...]
    source: str
    messages: tuple[Message, ...] = ()
    keys: tuple[Key, ...] = ()
    services: dict[str, Request] = {}
    samples: tuple[Sample, ...]

    def __post_init__(self) -> None:
        if not self.source:
            raise ValueError("no source")
        if (self.messages or self.keys) and not any(s.readings for s in self.samples):
            raise ValueError("no sample that is read")
        told = {sample.service for sample in self.samples}
        for name in self.services:
            if name not in told:
                raise ValueError(f"no sample of {name}")
        for sample in self.samples:
            _prove(self, sample)

    def read(self, data: bytes, *, port: int | None = None, at: float | None = None) -> Unpacked:
        """Return what a payload of bytes says.

        :raises BadPayload: if it cannot be read
        """
        return unpack(self.messages, data, port=port, at=at)

    def read_value(self, key: str, raw: object, *, at: float | None = None) -> list[Reading] | None:
        """Return what one value under one key says; None where the table does not know the key.

        :raises BadPayload: if the value is none that is known
        """
        return read_value(self.keys, self.messages, key, raw, at=at)

    def read_json(self, found: Mapping[str, object], *, at: float | None = None) -> list[Reading]:
        """Return what an object of JSON says.

        :raises BadPayload: if a value is none that is known
        """
        return read_json(self.keys, self.messages, found, at=at)


def asked(readings: Sequence[Reading], *, model: ThingModel) -> list[Reading]:
    """Leave out what a device says of itself (battery, signal) where its model does not ask."""
    known = model.points()
    return [one for one in readings if one.name not in _OF_ITSELF or one.name in known]


def _prove(table: Table, sample: Sample) -> None:
    """Compare a sample with what the table makes of it.

    :raises ValueError: if they differ
    """
    if sample.service:
        _prove_request(table, sample)
        return
    name = sample.hex or sample.json
    found: dict[str, Scalar] = {}
    rest, refused = b"", ""
    try:
        readings, rest = _read(table, sample)
        found = {one.name: one.value for one in readings}
    except BadPayload as bad:
        refused = bad.why
    expected = (sample.readings, sample.rest, sample.refused)
    if (found, rest.hex(), refused) != expected:
        raise ValueError(f"sample {name}: {found} {rest.hex()} {refused}, not {expected}")


def _read(table: Table, sample: Sample) -> Unpacked:
    if sample.json:
        return Unpacked(table.read_json(_object.decode(sample.json)))
    return table.read(bytes.fromhex(sample.hex), port=sample.port)


def _prove_request(table: Table, sample: Sample) -> None:
    if sample.service not in table.services:
        raise ValueError(f"sample of {sample.service}, which is not here")
    found = pack(table.services[sample.service], sample.args).hex()
    if found != "".join(sample.hex.split()).lower():
        raise ValueError(f"sample of {sample.service}: {found}, not {sample.hex}")
