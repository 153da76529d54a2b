"""Scenes that may want one device opposite ways at once.

Two wishes are opposite if one service undoes the other, if both move one property of the device
and not the same way, or if they are one service with other figures. Of the first the engine lets
the stronger have its way; of the others it gives whatever comes, and the last stands.
"""

from collections.abc import Collection, Iterator, Mapping

import msgspec

from linli.contracts.things import Service
from linli.scenes.exclusive import exclusive
from linli.scenes.house import House, Order
from linli.scenes.plan import Plan

SHOWN = {
    **dict.fromkeys(("on", "open", "start", "restore", "up"), 1.0),
    **dict.fromkeys(("off", "close", "stop", "cut", "down"), 0.0),
}
"""What the property that a service moves shows afterwards, by the last word of the service."""

_WAYS = {**SHOWN, "enable": 1.0, "disable": 0.0}
"""Which way a service moves it; two that go one way are not opposite."""

Value = float | str | bool


class Fight(msgspec.Struct, frozen=True, kw_only=True):
    """Two scenes, by id in order, and the codes of the devices over which they fight. `settled`:
    the engine holds them apart, and the earlier wins.
    """

    one: str
    other: str
    settled: bool
    devices: tuple[str, ...]


def fights(house: House, *, of: Collection[str] = ()) -> Iterator[Fight]:
    """Yield the pairs that may fight, in order.

    :param of: scenes of which one must be in each pair; empty for all
    """
    wishes: dict[int, list[tuple[Plan, Order]]] = {}
    for plan in house.plans.values():
        for order in house.orders(plan):
            wishes.setdefault(order.device, []).append((plan, order))
    pairs: dict[tuple[str, str, bool], dict[str, None]] = {}
    for device, every in wishes.items():
        for first, second, settled in _pairs(house, every, of):
            codes = pairs.setdefault((first.id, second.id, settled), {})
            codes[house.wiring.codes[device]] = None
    for (one, other, settled), codes in sorted(pairs.items(), key=lambda row: row[0]):
        yield Fight(one=one, other=other, settled=settled, devices=tuple(codes))


def _pairs(
    house: House, every: list[tuple[Plan, Order]], of: Collection[str]
) -> Iterator[tuple[Plan, Plan, bool]]:
    """Yield those of one device that stand against each other."""
    for at, (plan, order) in enumerate(every):
        for rival, wish in every[at + 1 :]:
            if rival is plan or (of and plan.id not in of and rival.id not in of):
                continue
            against = opposite(house, order, wish)
            first, second = sorted((plan, rival), key=lambda one: one.id)
            if against is None or (against and first.rank != second.rank):
                continue
            if not exclusive(first.scene, second.scene):
                yield first, second, against


def opposite(house: House, one: Order, other: Order) -> bool | None:
    """Tell how two wishes for one device are opposite: True where the engine knows it, False where
    it does not, None where they are not.
    """
    first, second = house.service(one.device, one.service), house.service(one.device, other.service)
    if first is None or second is None:
        return None
    same = agree(dict(one.args), dict(other.args))
    return opposed(one.service, first, other.service, second, same=same)


def opposed(
    name: str, service: Service, rival: str, against: Service, *, same: bool
) -> bool | None:
    """Tell as `opposite` of two services of one device; `same`: they are given the same figures."""
    if service.inverse == rival or against.inverse == name:
        return True
    if name == rival:
        return None if same else False
    if service.moves is None or service.moves != against.moves:
        return None
    shows = [_WAYS.get(one.rpartition(".")[2]) for one in (name, rival)]
    return None if shows[0] is not None and shows[0] == shows[1] else False


def agree(args: Mapping[str, Value], others: Mapping[str, Value]) -> bool:
    """Tell whether two orders of one service ask for the same. What is said, however often and
    loud, is said one after the other.
    """
    spoken = any(isinstance(one, str) for one in (*args.values(), *others.values()))
    return spoken or args == others
