"""Which devices of the register are members of which line."""

from collections.abc import Mapping

from linli.contracts.directory import DeviceEntry


def by_line(devices: Mapping[str, DeviceEntry]) -> dict[str, list[str]]:
    """Return the codes of the members of each line: all below it that speak its protocol."""
    found: dict[str, list[str]] = {}
    for code, entry in devices.items():
        if not entry.driver:
            continue
        line = _line_above(entry, devices)
        if line == code:
            found.setdefault(code, [])
        else:
            found.setdefault(line, []).append(code)
    return found


def _line_above(entry: DeviceEntry, devices: Mapping[str, DeviceEntry]) -> str:
    """Return the highest device above this one that speaks the same protocol, or itself."""
    while entry.gateway is not None:
        up = devices.get(entry.gateway)
        if up is None or up.driver != entry.driver:
            break
        entry = up
    return entry.code
