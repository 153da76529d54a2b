"""A label is scanned: the device it stands on is in the register from now on."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from linli.kernel.words import Words
from linli.registry.devices import logic as device_logic
from linli.registry.devices import operations as devices
from linli.registry.devices import queries as device_queries
from linli.registry.devices.models import Device
from linli.registry.fleet import labels

_ATTEMPTS = 20


class Scan(msgspec.Struct, frozen=True, kw_only=True):
    """A label's text, and where the device stands. Without a name it is called by its model."""

    text: str
    place: str
    name: Words | None = None
    gateway: str | None = None


def scan(
    *, community: str, scan: Scan, seen: Sequence[str] = (), now: datetime
) -> tuple[Device, bool]:
    """Enter the device of a label, with a code that follows from it; return it, and whether it was
    new. Scanned again, or by two at once, it is the same device.

    :raises labels.BadLabel: if it is no label, or was read wrongly
    :raises labels.LabelElsewhere: if it is entered already, where this person may not look
    :raises Fault: what `devices.register` refuses
    """
    label = labels.read(scan.text)
    taken: device_logic.CodeTaken | None = None
    for attempt in range(1, _ATTEMPTS):
        row = device_queries.by_serial(community=community, model=label.model, serial=label.serial)
        if row is not None:
            if not device_queries.visible(row, seen):
                raise labels.LabelElsewhere(serial=label.serial)
            return row, False
        try:
            wanted = _wanted(label, scan, attempt)
            return devices.register(community=community, device=wanted, seen=seen, now=now), True
        except device_logic.CodeTaken as fault:
            taken = fault
    raise taken or labels.BadLabel(why="serial")


def _wanted(label: labels.Label, scan: Scan, attempt: int) -> devices.NewDevice:
    model = device_queries.model(id=label.model)
    tail = label.serial[-4:]
    named = Words(zh=f"{model.name.zh} {tail}", en=f"{model.name.en} {tail}")
    return devices.NewDevice(
        code=labels.code_of(label, attempt=attempt),
        model=label.model,
        name=scan.name or named,
        place=scan.place,
        gateway=scan.gateway,
        serial=label.serial,
    )
