"""A load limit at real charge points of OCPP: what a scene orders never outlasts their shares, and
whoever refuses his share leaves the others less.
"""

import asyncio
from datetime import timedelta

import pytest
from django.db import connections

from linli.domains.charging.operations import limiting, sharing, telling
from linli.drivers.ocpp.peer import Peer16
from linli.registry.devices.models import Command
from tests.domains.charging.conftest import (
    NOW,
    add_device,
    estate,
    limited,
    setting,
    site,
    wired,
    wiring,
)
from tests.drivers.ocpp.conftest import charger, closed_garage, garage, kind, table

__all__ = [
    "charger", "closed_garage", "estate", "garage", "kind", "site", "table", "wired", "wiring",
]  # fmt: skip

pytestmark = pytest.mark.django_db(transaction=True)

CODES = ("point-1", "point-2")
POINTS = dict(zip(CODES, ("CP1", "CP2"), strict=True))


async def of_records(do, /, *args, **more):
    """Read or write records beside the loop, and leave no connection."""

    def done():
        try:
            return do(*args, **more)
        finally:
            connections.close_all()

    return await asyncio.to_thread(done)


def set_up():
    """Let a car charge at either of the two charge points of a site of 20 A."""
    for code in CODES:
        add_device(code, "ev_charger", "ocpp")
        new = setting.NewConnector(device=code, label=code)
        setting.add_connector(community="hml", site="ev1", connector=new)
    limited(20)
    for code in CODES:
        told = telling.Begun(device=code, transaction=code, card="", at=NOW, meter_wh=0)
        with pytest.raises(telling.UnknownCard):
            telling.began(community="hml", told=told, now=NOW)


def waiting():
    rows = Command.rows.of("hml").filter(service__in=limiting.SERVICES, state="queued")
    return [(one.pk, one.device, one.service, one.args) for one in rows.order_by("issued_at", "pk")]


def answered(order, ok, at):
    state = "acknowledged" if ok else "failed"
    Command.rows.of("hml").filter(pk=order).update(state=state, finished_at=at)
    limiting.moved(community="hml", orders=[order], now=at)


def scene_orders(service, at, **args):
    for code in CODES:
        Command.rows.create(
            id=f"s-{service}-{code}", community="hml", device=code, service=service, args=args,
            state="queued", scene="service.ev_charging.limit_by_transformer", issued_at=at,
            expires_at=at + timedelta(seconds=60),
        )  # fmt: skip


async def carried_out(garage, at, most=40):
    """Carry every order to its charge point and its answer back, one after the other."""
    for n in range(most):
        orders = await of_records(waiting)
        if not orders:
            return
        order, device, service, args = orders[0]
        ok, _ = await garage.order(service, device=device, id=order, **args)
        await of_records(answered, order, ok, at + timedelta(milliseconds=n + 1))
    raise AssertionError("told again and again")


async def test_a_scene_limits_beneath_the_share_and_gives_it_back(site, closed_garage, kind):
    await of_records(set_up)
    closed_garage.members = [closed_garage.point(POINTS[code], code=code) for code in CODES]
    garage = await closed_garage.open()
    peers = [await garage.connected(id=one, kind=kind) for one in POINTS.values()]
    allowed = []

    await carried_out(garage, NOW)
    allowed.append([peer.limit_a for peer in peers])
    for minute, (service, args) in enumerate(
        [("charge.limit", {"current_a": 16}), ("charge.unlimit", {}),
         ("charge.limit", {"current_a": 7})],
        start=1,
    ):  # fmt: skip
        at = NOW + timedelta(minutes=minute)
        await of_records(Command.rows.of("hml").filter(scene__gt="").delete)
        await of_records(scene_orders, service, at, **args)
        await carried_out(garage, at)
        allowed.append([peer.limit_a for peer in peers])

    assert allowed == [[10, 10], [10, 10], [10, 10], [7, 7]]


async def test_one_that_refuses_its_share_is_told_again_and_counts_whole(site, closed_garage):
    await of_records(set_up)
    closed_garage.members = [closed_garage.point(POINTS[code], code=code) for code in CODES]
    garage = await closed_garage.open()
    deaf, other = [await garage.connected(id=one, kind=Peer16) for one in POINTS.values()]
    await carried_out(garage, NOW)
    deaf.refuses = {"SetChargingProfile"}

    await of_records(limited, 12, NOW + timedelta(minutes=1))
    await carried_out(garage, NOW + timedelta(minutes=1))
    refused = (deaf.limit_a, other.limit_a)
    deaf.refuses = set()
    soon, then = (NOW + timedelta(minutes=1, seconds=s) for s in (30, 62))
    await of_records(sharing.share, community="hml", site=site.pk, now=soon)
    nothing = await of_records(waiting)
    await of_records(sharing.share, community="hml", site=site.pk, now=then)
    await carried_out(garage, then)

    assert refused == (10, 0)
    assert nothing == []
    assert (deaf.limit_a, other.limit_a) == (6, 6)
