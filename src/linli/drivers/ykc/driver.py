"""The driver of YKC piles."""

from linli.drivers.line import Driver
from linli.drivers.ykc.line import YkcLine
from linli.drivers.ykc.options import Line, Map, Member
from linli.kernel.words import Words

DRIVER = Driver(
    name="ykc",
    words=Words(zh="云快充 V1.6 充电桩", en="YKC V1.6 charging piles"),
    line=Line,
    member=Member,
    map=Map,
    run=YkcLine,
)
