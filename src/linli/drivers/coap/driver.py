"""CoAP as a driver: we listen."""

from linli.drivers.coap.line import CoapLine
from linli.drivers.coap.options import Line, Member
from linli.drivers.line import Driver
from linli.drivers.payload.table import Table
from linli.kernel.words import Words

DRIVER = Driver(
    name="coap",
    words=Words(zh="CoAP（SenML、CBOR、JSON）", en="CoAP (SenML, CBOR, JSON)"),
    line=Line,
    member=Member,
    map=Table,
    secrets=frozenset({"token"}),
    run=CoapLine,
)
