"""Spans of time as people write them in a catalogue: 10s, 5m, 2h, 1d."""

import re

from linli.kernel.fault import Fault
from linli.kernel.words import Words

_UNIT_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_SPAN = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")


class BadPeriod(Fault):
    key = "kernel.bad_period"
    status = 422


def seconds(text: str) -> float:
    """Return the span in seconds; parts add up, as in `1h30m`.

    :raises BadPeriod: if the text is not one or more numbers with a unit of ms, s, m, h, d
    """
    parts = _SPAN.findall(text)
    if not parts or "".join(n + u for n, u in parts) != text:
        raise BadPeriod(text=text)
    return sum(float(number) * _UNIT_S[unit] for number, unit in parts)


def words(span_s: float) -> str:
    """Return the shortest exact writing of a span in whole milliseconds: 90.0 is `1m30s`."""
    rest = round(span_s * 1000)
    out = ""
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)):
        count, rest = divmod(rest, size)
        if count:
            out += f"{count}{unit}"
    return out or "0s"


_SAID = {
    "d": ("天", "d"), "h": ("小时", "h"), "m": ("分钟", "min"), "s": ("秒", "s"),
    "ms": ("毫秒", "ms"),
}  # fmt: skip


def said(span_s: float) -> Words:
    """Return a span as people say it: 90.0 is `1 分钟 30 秒`, `1 min 30 s`."""
    parts = _SPAN.findall(words(span_s))
    return Words(
        zh=" ".join(f"{number} {_SAID[unit][0]}" for number, unit in parts),
        en=" ".join(f"{number} {_SAID[unit][1]}" for number, unit in parts),
    )
