"""CTWing as a driver: pushes of the platform, whose credential is the line's own secret."""

from collections.abc import Mapping
from hashlib import sha256

from linli.drivers.ctwing.codec import Report, decode
from linli.drivers.line import Driver, Nothing, Push, PushTaken, Said, Wired
from linli.drivers.named import find, from_bytes, from_values
from linli.drivers.once import Lately
from linli.drivers.payload.table import Table
from linli.drivers.reading import BadPayload, Reading
from linli.kernel.words import Words

_COPIES = 20_000
_OLDEST_S = 6 * 86_400.0
"""Beyond seven days the gate holds a clock for wrong, and a reading for one of now."""
_Key = tuple[str, bytes]


class Pushes:
    """Takes pushes, a copy of one once. Its memory is bounded.

    A copy is a report of the same device, packet number, time and content: the platform pushes
    again what it was not told was taken.
    """

    def __init__(self) -> None:
        self._came: Lately[_Key, None] = Lately(most=_COPIES)

    def take(self, push: Push, line: Wired, members: Mapping[str, Wired], now: float) -> PushTaken:
        """Return what a push says.

        :raises BadPayload: if it cannot be read, or is so old that the gate would take it for news
        """
        news: dict[_Key, Report] = {}
        for report in decode(push.body):
            if report.at is not None and report.at < now - _OLDEST_S:
                raise BadPayload("too_old")
            key = (f"{line.community}/{line.code}", _digest(report))
            if key not in self._came:
                news[key] = report
        said = [_said(report, members) for report in news.values()]
        known = [key for key, one in zip(news, said, strict=True) if one.address in members]
        return PushTaken(said=said, stored=lambda: self._keep(known))

    def _keep(self, keys: list[_Key]) -> None:
        for key in keys:
            self._came.keep(key, None)


def _digest(report: Report) -> bytes:
    told = (report.kind, report.imei, report.device_id, report.number, report.at, report.data,
            report.values, report.online, report.answer)  # fmt: skip
    return sha256(repr(told).encode()).digest()


def _said(report: Report, members: Mapping[str, Wired]) -> Said:
    member = find(members, report.imei, report.device_id)
    if member is None:
        about = {"serial": report.device_id, "name": report.service_id, "vendor": report.product_id}
        shown = {name: word for name, word in about.items() if word}
        return Said(address=report.imei or report.device_id, about=shown)
    readings = _readings(report, member)
    return Said(
        address=member.address,
        readings=readings,
        online=True if readings else report.online,
        answers=[report.answer] if report.answer else (),
    )


def _readings(report: Report, member: Wired) -> list[Reading]:
    if report.data is not None:
        return from_bytes(report.data, member=member, at=report.at)
    if report.values:
        return from_values(report.values, member=member, at=report.at)
    return []


_pushes = Pushes()

DRIVER = Driver(
    name="ctwing",
    words=Words(zh="NB-IoT（电信 CTWing）", en="NB-IoT (China Telecom CTWing)"),
    line=Nothing,
    member=Nothing,
    map=Table,
    push=_pushes.take,
)
