"""Devices as their drivers see them: options checked, the catalogue's map found."""

from collections.abc import Mapping, Sequence
from typing import Any, get_origin

import msgspec

from linli.contracts.wires import Option, Protocol, Wire
from linli.devices.model import ThingModel
from linli.drivers import known, wording
from linli.drivers.line import Driver, Wired
from linli.kernel.fault import Fault

_NO_TABLES = "this driver reads no tables"
MAP = "map"
"""The option, of every driver, that names a table of the catalogue where a model has several."""

Tables = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""By driver and name: the tables of `catalog/wires/<driver>/<name>.toml`, as read."""


class BadOptions(Fault):
    key = "drivers.bad_options"
    status = 422


class NoMap(Fault):
    """No table of the catalogue says how this model stands on this wire."""

    key = "drivers.no_map"
    status = 422


class BadMap(Fault):
    key = "drivers.bad_map"
    status = 422


class NoAddress(Fault):
    key = "drivers.no_address"
    status = 422


class Wires:
    """Makes `Wired` of devices, with the tables of the catalogue read once for each driver."""

    def __init__(self, *, tables: Tables, models: Mapping[str, ThingModel]) -> None:
        self._tables = tables
        self._models = models
        self._maps: dict[str, dict[str, Any]] = {}

    def wired(
        self, *, wire: Wire, community: str = "", code: str = "", gateway: str | None = None
    ) -> Wired:
        """Return a device as its driver sees it.

        :raises known.UnknownProtocol, BadOptions, BadMap, NoMap, NoAddress: saying what is wrong
        """
        driver = known.driver(wire.driver)
        if not wire.is_line and not wire.address:
            raise NoAddress(device=code)
        options = dict(wire.options)
        wanted = options.pop(MAP, "")
        kind = driver.line if wire.is_line else driver.member
        try:
            found = msgspec.convert(options, kind)
        except (msgspec.ValidationError, ValueError) as error:
            raise BadOptions(driver=driver.name, **_why(error)) from error
        return Wired(
            community=community,
            code=code,
            model=self._models[wire.model],
            address=wire.address,
            gateway=gateway,
            options=found,
            map=self._map(driver, wire.model, str(wanted)),
        )

    def check(self, wire: Wire) -> None:
        """Refuse what `wired` would refuse, and what its driver says no member may be."""
        found = self.wired(wire=wire)
        driver = known.driver(wire.driver)
        try:
            if not wire.is_line:
                driver.member_fits(found)
        except ValueError as error:
            raise BadOptions(driver=driver.name, **_why(error)) from error

    def _map(self, driver: Driver, model: str, wanted: str) -> Any:
        maps = self.maps(driver)
        if wanted:
            if wanted not in maps:
                raise NoMap(driver=driver.name, model=model, map=wanted)
            return maps[wanted]
        return next((found for found in maps.values() if model in found.models), None)

    def maps(self, driver: Driver) -> Mapping[str, Any]:
        """Return the tables of a driver by name, each of its `map` type.

        :raises BadMap: naming the file that is wrong
        """
        if driver.name not in self._maps:
            self._maps[driver.name] = {
                name: _converted(driver, name, table)
                for name, table in sorted(self._tables.get(driver.name, {}).items())
            }
        return self._maps[driver.name]

    def protocols(self) -> Sequence[Protocol]:
        """Return every protocol with its options, for forms."""
        return [self._protocol(known.driver(name)) for name in known.names()]

    def _protocol(self, driver: Driver) -> Protocol:
        return Protocol(
            name=driver.name,
            words=driver.words,
            line=_options(driver.line, driver.secrets),
            member=_options(driver.member, driver.secrets),
            maps=list(self.maps(driver)),
            pushes=driver.push is not None,
            runs=driver.run is not None,
        )


def _converted(driver: Driver, name: str, table: Mapping[str, Any]) -> Any:
    if driver.map is None:
        raise BadMap(driver=driver.name, map=name, why=_NO_TABLES, why_zh="这个协议不用对照表")
    try:
        return msgspec.convert(table, driver.map)
    except (msgspec.ValidationError, ValueError) as error:
        raise BadMap(driver=driver.name, map=name, **_why(error)) from error


def _why(error: Exception) -> dict[str, str]:
    """Return why something is refused, as values of a fault: English and Chinese."""
    return {"why": str(error), "why_zh": wording.in_chinese(str(error))}


def _options(kind: type[msgspec.Struct], secrets: frozenset[str]) -> list[Option]:
    return [
        Option(
            name=field.name,
            type=getattr(field.type, "__name__", str(field.type)),
            required=field.required,
            default=_default(field),
            secret=field.name in secrets,
            choices=wording.choices(field.name, field.type),
            many=get_origin(field.type) in (tuple, list),
        )
        for field in msgspec.structs.fields(kind)
    ]


def _default(field: msgspec.structs.FieldInfo) -> Any:
    if field.default is not msgspec.NODEFAULT:
        return msgspec.to_builtins(field.default)
    if field.default_factory is not msgspec.NODEFAULT:
        return msgspec.to_builtins(field.default_factory())
    return None
