"""A thousand chargings at once as they are in earnest: every process runs, and each charge point
has its own websocket to the real server, says OCPP 1.6J on loopback, is shown a card, begins, tells
its meter every fifteen seconds, ends. What is measured is the whole way on the wire: said by the
charge point, on record, answered. In the end every session is settled, and no fen is lost.

The home is that of `bench.charging`, which is asked for this by `--ocpp`.
"""

import asyncio
import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path

from django.core.management import call_command

from bench import system
from bench.charge_point import METER_S, ChargePoint, Rush, code_of, password_of
from bench.charging import HERE, WALLET_FEN, settled
from linli.app import wiring
from linli.app.demo.names import card_number
from linli.contracts.money import Line
from linli.contracts.outbox import wake
from linli.domains.charging.models import Session
from linli.domains.charging.operations import setting
from linli.domains.doors.operations import entering
from linli.domains.doors.operations.entering import Card
from linli.foundation.money import operations as money
from linli.kernel.words import Words
from linli.registry.devices import operations as devices
from linli.registry.people import operations as people
from linli.registry.people.entries import HouseholdEntry, MembershipEntry, PersonEntry
from linli.registry.people.models import Person
from linli.registry.places import operations as places
from linli.registry.places.logic import NewPlace

A_LINE = 500
BEGIN_A_SECOND = 20
SETTLED_WITHIN_S = 180.0
CONNECTING = 50
"""So many charge points dial at once: more would measure the handshake."""


def run(*, sessions, seconds):
    """Yield the result."""
    _sow(sessions)
    with system.serving():
        yield asyncio.run(_charge(sessions, seconds))


def _sow(sessions):
    """Enter a charge point and a resident with a card and money for each session."""
    call_command("migrate", verbosity=0, interactive=False)
    wiring.wire_records()
    wake.answer_with(lambda: None)
    now = datetime.now(UTC)
    places.add_many(community=HERE, places=list(_places(sessions)), now=now)
    site = setting.NewSite(
        code="ev", name_zh="车库", name_en="Garage", kind="ev", place=f"{HERE}/p1",
        tariff="ev_by_hour",
    )  # fmt: skip
    setting.add_site(community=HERE, site=site, now=now)
    devices.register_many(community=HERE, devices=list(_devices(sessions)), now=now)
    for n in range(sessions):
        new = setting.NewConnector(device=code_of(n), label=f"{n}")
        setting.add_connector(community=HERE, site="ev", connector=new)
    people.put_many(community=HERE, entries=list(_people(sessions)), today=now.date())
    known = dict(Person.rows.of(HERE).values_list("code", "pk"))
    cards = [Card(person=pk, value=card_number(code)) for code, pk in known.items()]
    entering.enter_cards(community=HERE, cards=cards, now=now)
    for pk in known.values():
        lines = [Line("cash:desk", -WALLET_FEN), Line(f"wallet:person:{pk}", WALLET_FEN)]
        money.post(community=HERE, key=f"in:{pk}", lines=lines, reason="wallet.top_up", now=now)


def _places(sessions):
    yield NewPlace(kind="estate", code=HERE, parent="", name_zh="测试小区")
    yield NewPlace(kind="garage", code="p1", parent=HERE, name_zh="车库")
    yield NewPlace(kind="building", code="b1", parent=HERE, name_zh="1号楼")
    for n in range(sessions):
        yield NewPlace(kind="room", code=f"{n:04d}", parent=f"{HERE}/b1", name_zh=f"{n}室")


def _people(sessions):
    for n in range(sessions):
        room, code = f"{HERE}/b1/{n:04d}", f"p{n:04d}"
        yield PersonEntry(code=code, name=f"住户{n}")
        yield HouseholdEntry(room=room, occupancy="owner")
        yield MembershipEntry(room=room, person=code, relation="owner")


def _devices(sessions):
    for line in range(-(-sessions // A_LINE)):
        yield devices.NewDevice(
            code=f"line-{line}", model="field_line", name=Words(zh=f"{line}", en=f"{line}"),
            place=f"{HERE}/p1", driver="ocpp",
            options={"listen": "127.0.0.1:0", "most_charge_points": A_LINE},
        )  # fmt: skip
    for n in range(sessions):
        yield devices.NewDevice(
            code=code_of(n), model="ev_charger", name=Words(zh=f"{n}", en=f"{n}"),
            place=f"{HERE}/p1", gateway=f"line-{n // A_LINE}", driver="ocpp", address=code_of(n),
            options={"password": password_of(n)},
        )  # fmt: skip


async def _charge(sessions, seconds):
    """Let them all charge at once for so long; return what came of it."""
    ports = await _ports(-(-sessions // A_LINE))
    rush = Rush()
    points = [ChargePoint(n, ports[f"line-{n // A_LINE}"], rush) for n in range(sessions)]
    over = asyncio.Event()
    try:
        began = time.monotonic()
        await _few(CONNECTING, [point.come() for point in points])
        came_s = time.monotonic() - began
        meters = [asyncio.create_task(point.tell_meter(over)) for point in points]
        await _spread([point.begin() for point in points])
        at_once = await asyncio.to_thread(_charging)
        await asyncio.sleep(max(seconds, 2 * METER_S))
        over.set()
        await asyncio.gather(*meters)
        measured = await asyncio.to_thread(_measured)
        await _spread([point.stop() for point in points])
        settled_s = await _wait_settled(sessions)
    finally:
        await asyncio.gather(*(point.leave() for point in points))
    return {
        "name": "charging_ocpp", "sessions": sessions, "charge_points": len(points),
        "connected_s": round(came_s, 1), "begin_a_second": BEGIN_A_SECOND, "meter_s": METER_S,
        "at_once": at_once, "measured": measured, "settled_s": settled_s, **rush.figures(),
        **await asyncio.to_thread(_ledger), "load": [round(one, 1) for one in os.getloadavg()],
    }  # fmt: skip


async def _ports(lines):
    """Return where the lines listen, once all do."""
    file, end = Path(os.environ["LINLI_HOME"]) / "live" / "lines.json", time.monotonic() + 60
    while time.monotonic() < end:
        told = json.loads(file.read_text("utf-8")).get(HERE, {}) if file.is_file() else {}
        if len([port for port in told.values() if port]) == lines:
            return told
        await asyncio.sleep(0.2)
    raise SystemExit("the lines do not listen")


async def _few(most, works):
    """Do all of it, so many at once."""
    room = asyncio.Semaphore(most)

    async def one(work):
        async with room:
            await work

    await asyncio.gather(*(one(work) for work in works))


async def _spread(works):
    """Begin so many a second, and wait for all."""
    tasks, begin = [], time.monotonic()
    for n, work in enumerate(works):
        await asyncio.sleep(max(0.0, begin + n / BEGIN_A_SECOND - time.monotonic()))
        tasks.append(asyncio.create_task(work))
    await asyncio.gather(*tasks)


async def _wait_settled(sessions):
    """Return how long after the last end all are settled; None where they are not in time."""
    began = time.monotonic()
    while time.monotonic() - began < SETTLED_WITHIN_S:
        if await asyncio.to_thread(_settled) == sessions:
            return round(time.monotonic() - began, 1)
        await asyncio.sleep(1)
    return None


def _charging():
    return Session.rows.of(HERE).filter(state="charging").count()


def _measured():
    """Return how many sessions have heard of their energy."""
    return Session.rows.of(HERE).filter(state="charging", energy_wh__gt=0).count()


def _settled():
    return Session.rows.of(HERE).filter(state="settled").count()


def _ledger():
    found = settled(list(Person.rows.of(HERE)), 0.0)
    return {
        name: value for name, value in found.items() if name.endswith("_fen") or name == "settled"
    }
