"""Which drivers there are: the folders beside this file. Each is read when it is asked for."""

from functools import cache
from importlib import import_module
from importlib.resources import files
from types import ModuleType

from linli.drivers.line import Decoder, Driver
from linli.kernel.fault import Fault


class UnknownProtocol(Fault):
    key = "drivers.unknown_protocol"
    status = 404


@cache
def names() -> tuple[str, ...]:
    """Return the names of the drivers that keep lines or take pushes."""
    return _folders_with("driver.py")


def driver(name: str) -> Driver:
    """Return a driver.

    :raises UnknownProtocol: if there is none of that name
    """
    if name not in names():
        raise UnknownProtocol(name=name, known=", ".join(names()))
    found: Driver = _read(name, "driver").DRIVER
    return found


@cache
def protocols() -> tuple[str, ...]:
    """Return what `decoder` knows; reads every driver's decoders."""
    return tuple(sorted(p for name in _folders_with("decoding.py") for p in _decoders(name)))


def protocols_of(name: str) -> tuple[str, ...]:
    """Return the protocols that one driver decodes; none where it decodes nothing."""
    return tuple(_decoders(name)) if name in _folders_with("decoding.py") else ()


def decoder(protocol: str) -> Decoder:
    """Return what reads one frame of a protocol. `modbus-rtu` is looked for in folder `modbus`.

    :raises UnknownProtocol: if none does
    """
    folder = protocol.partition("-")[0]
    if folder in _folders_with("decoding.py") and protocol in _decoders(folder):
        return _decoders(folder)[protocol]
    raise UnknownProtocol(name=protocol, known=", ".join(protocols()))


def _decoders(name: str) -> dict[str, Decoder]:
    found: dict[str, Decoder] = _read(name, "decoding").DECODERS
    return found


def _read(name: str, module: str) -> ModuleType:
    return import_module(f"linli.drivers.{name}.{module}")


@cache
def _folders_with(file: str) -> tuple[str, ...]:
    folders = (entry for entry in files("linli.drivers").iterdir() if entry.is_dir())
    return tuple(sorted(entry.name for entry in folders if entry.joinpath(file).is_file()))
