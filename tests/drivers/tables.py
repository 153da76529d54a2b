"""Devices of the catalogue as their drivers see them, for tests."""

from functools import cache

from linli.app import catalogue
from linli.contracts.wires import Wire
from linli.drivers.line import Wired
from linli.drivers.wiring import Wires


@cache
def wires():
    models, wrong = catalogue.models()
    assert wrong == []
    return Wires(tables=catalogue.wires(), models=models)


def wired(driver: str, code: str, model: str, address: str = "", **options) -> Wired:
    """Return a member, or without an address a line, of community `house`."""
    wire = Wire(driver=driver, address=address, model=model, options=options, is_line=not address)
    return wires().wired(wire=wire, community="house", code=code)
