"""Home Assistant's MQTT discovery as a driver: a home's gateway at a broker."""

from linli.drivers.homeassistant.line import HomeLine
from linli.drivers.homeassistant.map import Map
from linli.drivers.homeassistant.options import Line, Member
from linli.drivers.line import Driver
from linli.kernel.words import Words

DRIVER = Driver(
    name="homeassistant",
    words=Words(
        zh="智能家居（Home Assistant MQTT 发现）", en="Smart home (Home Assistant MQTT discovery)"
    ),
    line=Line,
    member=Member,
    map=Map,
    secrets=frozenset({"password"}),
    run=HomeLine,
)
