"""The doors of 和睦里 as records: gates, house doors, lifts, who lives behind them, their cards."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from linli.app import doors as wiring
from linli.app.demo.names import card_number
from linli.app.demo.people import Home
from linli.contracts.doors import Way
from linli.domains.doors.operations import entering, granting, setting
from linli.domains.doors.operations.entering import Card
from linli.domains.doors.operations.granting import NewRight
from linli.domains.doors.operations.setting import Kept, NewGroup, Side
from linli.domains.doors.queries import finding
from linli.registry.devices import queries as devices
from linli.registry.people.models import Person, Staff
from linli.registry.places import queries as places

_GATES = "gates"
_WITH_FACES = (*(Way(one) for one in setting.USUAL_WAYS), Way.FACE)
_BOTH = (Side(code="in"), Side(code="out", direction="out"))


def seed(*, community: str, homes: Sequence[Home], now: datetime) -> None:
    """Let what is a door be one, give each household the way to its home and its first member a
    card, and the staff the gates by shift; sown twice it is once.
    """
    wiring.wire()
    there = {row.device.code for row in finding.all_doors(community=community)}
    gates = []
    for code, kept in _doors(community):
        if kept.kind == "gate":
            gates.append(code)
        if code not in there:
            setting.add(community=community, device=code, kept=kept, by=None, now=now)
    if there:
        return
    group = NewGroup(code=_GATES, name_zh="小区大门", name_en="Gates", doors=gates)
    outer = setting.put_group(community=community, group=group, now=now)
    entering.enter_homes(community=community, outer=outer, now=now)
    entering.enter_cards(community=community, cards=_cards(community, homes), now=now)
    for number in Staff.rows.of(community).filter(employed=True).values_list("pk", flat=True):
        gates_by_shift = NewRight(staff=number, group=_GATES, by_shift=True)
        granting.grant(community=community, new=gates_by_shift, by=None, now=now)


def _doors(community: str) -> Iterator[tuple[str, Kept]]:
    for row in devices.devices(
        community=community, sought=devices.Sought(model="access_door"), limit=500
    )[0]:
        if "/gate-" in row.place.path:
            kept = Kept(kind="gate", place=community, readers=_BOTH, ways=_WITH_FACES)
            yield row.code, kept
        else:
            yield row.code, Kept(escape=True, readers=_BOTH)
    for row in devices.devices(community=community, sought=devices.Sought(model="lift"), limit=500)[
        0
    ]:
        unit = row.place.path.rpartition("/")[0] if row.place.kind == "lift" else row.place.path
        yield row.code, Kept(place=unit, floors=_floors(community, unit))


def _floors(community: str, unit: str) -> dict[str, str]:
    floors = places.places(community=community, kind="floor", under=unit)
    return {str(row.level): row.path for row in floors}


def _cards(community: str, homes: Sequence[Home]) -> list[Card]:
    codes = {home.people[0].code for home in homes if home.people}
    rows = Person.rows.of(community).filter(erased_at=None)
    known = dict(rows.values_list("code", "pk").iterator())
    return [
        Card(person=known[code], value=card_number(code), chip="cpu")
        for code in sorted(codes & set(known))
    ]
