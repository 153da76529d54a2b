"""Free forms of an incident: `[[incident.step]]` tables, in the demo's own steps.

device = "co-g1-z1-1"       # a code or pattern; left out: the device that the incident befalls
at = "20s"                  # after the incident's beginning
for = "10m"                 # how long
hold = { smoke = true }     # properties are stuck (an event held does not happen)
curve = { co_mg_m3 = ["0s 6", "1m 80", "10m 6"] }
let_in = { gas_pct_lel = 1.4 }   # flows in, so much a second
tell = "fall"               # an event
silent = true               # says nothing; a gateway or line, with all behind it
refuses = ["fan.on"]        # does nothing that it is told; [] is every service
"""

from datetime import timedelta, timezone
from typing import Any

from linli.app.demo.incidents import IT, Curve, Hold, LetIn, Refuse, Silence, Step, Tell
from linli.kernel.period import BadPeriod, seconds
from linli.kernel.table import Table

CHINA = timezone(timedelta(hours=8))
_FORMS = ("hold", "curve", "let_in", "tell", "silent", "refuses")
_REASON = "fault"


def step_of(table: Table) -> Step:
    """Return the step of a table.

    :raises Mistake: naming the first thing wrong with it
    """
    forms = [form for form in _FORMS if table.has(form)]
    if len(forms) != 1:
        raise table.wrong("hold", " | ".join(_FORMS))
    at_s = table.span("at", "0s")
    device = table.text("device", IT)
    for_s = table.span("for", "10m")
    made = _MAKE[forms[0]](table, at_s, device, for_s)
    table.end()
    return made


def ends_s(step: Step) -> float:
    """Return when a step is over, in seconds from the incident's beginning."""
    if isinstance(step, Curve):
        return step.at_s + step.points[-1][0]
    return step.at_s + getattr(step, "for_s", 0.0)


def _values(table: Table, key: str) -> dict[str, Any]:
    found = table.take(key)
    if not isinstance(found, dict) or not found:
        raise table.wrong(key, "{ smoke = true }")
    return found


def _hold(table: Table, at_s: float, device: str, for_s: float) -> Step:
    values = _values(table, "hold")
    if not all(isinstance(value, bool | int | float | str) for value in values.values()):
        raise table.wrong("hold", "{ smoke = true }")
    return Hold(at_s, device, values, for_s)


def _let_in(table: Table, at_s: float, device: str, for_s: float) -> Step:
    [(name, rate), *more] = _values(table, "let_in").items()
    if more or isinstance(rate, bool) or not isinstance(rate, int | float):
        raise table.wrong("let_in", "{ gas_pct_lel = 1.4 }")
    return LetIn(at_s, device, name, float(rate), for_s)


def _curve(table: Table, at_s: float, device: str, _for_s: float) -> Step:
    [(name, texts), *more] = _values(table, "curve").items()
    try:
        points = tuple(_point(text) for text in texts)
    except (AttributeError, BadPeriod, TypeError, ValueError) as error:
        raise table.wrong("curve", '{ co_mg_m3 = ["0s 6", "1m 80"] }') from error
    if more or not points or list(points) != sorted(points):
        raise table.wrong("curve", '{ co_mg_m3 = ["0s 6", "1m 80"] }')
    return Curve(at_s, device, name, points)


def _point(text: str) -> tuple[float, float]:
    at, value = text.split()
    return seconds(at), float(value)


def _tell(table: Table, at_s: float, device: str, _for_s: float) -> Step:
    return Tell(at_s, device, table.text("tell"))


def _silent(table: Table, at_s: float, device: str, for_s: float) -> Step:
    if not table.flag("silent", True):
        raise table.wrong("silent", "true")
    return Silence(at_s, device, for_s)


def _refuses(table: Table, at_s: float, device: str, for_s: float) -> Step:
    return Refuse(at_s, device, frozenset(table.texts("refuses")), _REASON, for_s)


_MAKE = {
    "hold": _hold,
    "curve": _curve,
    "let_in": _let_in,
    "tell": _tell,
    "silent": _silent,
    "refuses": _refuses,
}
