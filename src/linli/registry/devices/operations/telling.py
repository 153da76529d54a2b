"""What a command says for people in the chain of causes."""

from linli.kernel.words import both
from linli.registry.devices import catalogue
from linli.registry.devices.models import Command, Device


def about(row: Command, device: Device | None) -> dict[str, object]:
    """Return what the chain shows of a command: codes, and names in both languages."""
    found: dict[str, object] = {"device": row.device, "service": row.service}
    if row.args:
        found["args"] = row.args
    if row.scene:
        found["scene"] = row.scene
    if row.override:
        found["override"] = True
    if device is not None:
        found["device_name"] = both(device.name)
        found["place"] = device.place.path
        model = catalogue.models().get(device.model)
        service = model.services.get(row.service) if model else None
        if service is not None:
            found["service_name"] = both(service.name)
    return found
