"""OCPP as a driver: what the live half and the register know of it."""

from linli.drivers.line import Driver
from linli.drivers.ocpp.line import CentralSystem
from linli.drivers.ocpp.options import Line, Map, Member
from linli.kernel.words import Words

DRIVER = Driver(
    name="ocpp",
    words=Words(zh="充电桩（OCPP 1.6J、2.0.1）", en="Charge points (OCPP 1.6J, 2.0.1)"),
    line=Line,
    member=Member,
    map=Map,
    secrets=frozenset({"password"}),
    run=CentralSystem,
)
