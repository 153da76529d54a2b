"""What must not be done while something is so: interlocks, as catalogue data.

An interlock forbids services of a device while a point near it shows something: no power into a
room full of smoke. It holds for people and for scenes alike, at the moment of sending.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import msgspec

from linli.kernel.fault import Fault
from linli.kernel.period import BadPeriod, seconds
from linli.kernel.table import parse
from linli.kernel.words import Words

REASON = "interlock."
"""Before the id of an interlock: why a command failed."""


class BadInterlock(Fault):
    key = "devices.bad_interlock"
    status = 422


class While(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A point that shows something. `where`: `device`, or a kind of place that both are in; `fresh`
    how old a value may be to count; without it any age does.
    """

    point: str
    equals: float | bool | None = None
    above: float | None = None
    below: float | None = None
    where: Literal["device", "room", "floor", "unit", "building", "zone", "garage", "estate"] = (
        "device"
    )
    fresh: str = ""

    def shows(self, value: float) -> bool:
        """Tell whether a value is so."""
        if self.equals is not None:
            return value == float(self.equals)
        if self.above is not None:
            return value > self.above
        return self.below is not None and value < self.below


class Interlock(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule. `holds_for`: `everybody`, or `people` alone where scenes must be free to act."""

    id: str
    forbids: tuple[str, ...]
    while_: While = msgspec.field(name="while")
    because: Words
    source: str
    holds_for: Literal["everybody", "people"] = "everybody"
    models: tuple[str, ...] = ()
    """Only devices of these models; all when empty."""


class Seen(msgspec.Struct, frozen=True):
    """A last value near a device: epoch seconds and value."""

    at: float
    value: float


Near = Callable[[str, str, str], Sequence[Seen]]
"""Given a device, `where` and the name of a point: what is seen of it there."""

Guard = Callable[[bool], str]
"""Given whether a scene wants it: `REASON` and the id of the rule that forbids it now, or empty."""


class _File(msgspec.Struct, forbid_unknown_fields=True):
    interlock: tuple[Interlock, ...] = ()


def load(text: str, *, file: str) -> tuple[Interlock, ...]:
    """Return the interlocks of a file.

    :raises BadInterlock: naming what is wrong
    """
    try:
        found = msgspec.convert(parse(text, file=file), _File).interlock
        for one in found:
            if one.while_.fresh:
                seconds(one.while_.fresh)
    except (msgspec.ValidationError, ValueError, BadPeriod) as error:
        raise BadInterlock(file=file, why=str(error)) from error
    ids = [one.id for one in found]
    for one in found:
        tests = (one.while_.equals, one.while_.above, one.while_.below)
        if ids.count(one.id) > 1 or sum(test is not None for test in tests) != 1:
            raise BadInterlock(file=file, why=f"{one.id}: one id, one of equals, above, below")
    return found


class Interlocks:
    """Rules by the services that they forbid."""

    def __init__(self, rules: Sequence[Interlock]) -> None:
        self._by_service: dict[str, list[Interlock]] = {}
        for rule in rules:
            for service in rule.forbids:
                self._by_service.setdefault(service, []).append(rule)
        self.rules: Mapping[str, Interlock] = {rule.id: rule for rule in rules}

    def guard(
        self, device: str, model: str, service: str, *, near: Near, now: Callable[[], float]
    ) -> Guard | None:
        """Return what tells why a service of a device must not be done, at each moment that it is
        asked; None where no rule ever stands against it.
        """
        rules = self._by_service.get(service, ())
        rules = [rule for rule in rules if not rule.models or model in rule.models]
        if not rules:
            return None

        def why(by_scene: bool) -> str:
            return next((REASON + rule.id for rule in rules if stands(rule, by_scene)), "")

        def stands(rule: Interlock, by_scene: bool) -> bool:
            free = by_scene and rule.holds_for == "people"
            return not free and _is_so(rule.while_, device, near, now())

        return why


def _is_so(test: While, device: str, near: Near, now: float) -> bool:
    oldest = now - seconds(test.fresh) if test.fresh else 0.0
    return any(
        seen.at >= oldest and test.shows(seen.value)
        for seen in near(device, test.where, test.point)
    )
