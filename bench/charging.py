"""A thousand chargings at once, through the operations that charge points and phones call: how
long each step takes, whether every look at their meters keeps up, and that no fen is lost. Records
lie in a home of their own (`LINLI_DATABASE_URL` and `LINLI_APART_DATABASE`: in
those). With `--ocpp` charge points say all of it to the real processes (`bench.charging_wire`).
"""

# ruff: noqa: E402 - the home is set before the settings are read
import os
import tempfile
import time

os.environ["LINLI_HOME"] = tempfile.mkdtemp(prefix="linli-bench-charging-")
os.environ["DJANGO_SETTINGS_MODULE"] = "linli.app.settings"

import django

django.setup()

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from django.core.management import call_command
from django.db import connections

from linli.app import wiring
from linli.contracts.charging import StopReason
from linli.contracts.money import Line
from linli.contracts.outbox import wake
from linli.domains.charging import queries
from linli.domains.charging.models import Session
from linli.domains.charging.operations import setting, starting, stopping, telling, watching
from linli.foundation.money import operations as money
from linli.foundation.money import queries as ledger
from linli.kernel.words import Words
from linli.registry.devices import operations as devices
from linli.registry.devices.models import Device
from linli.registry.people.models import Person
from linli.registry.places import operations as places
from linli.registry.places.logic import NewPlace

HERE = "bench"
CARS = 1_000
"""Unless fewer are asked for."""
THREADS = 4 if os.environ.get("LINLI_DATABASE_URL") else 1
"""SQLite has one writer; others who poll for their turn would measure their luck."""
WALLET_FEN = 20_000
LOOKS, EVERY_S = 20, 15
NOON = datetime(2026, 6, 1, 1, tzinfo=UTC)


def run(*, seconds, points, scenes, sessions=CARS, ocpp=False):
    """Yield a line for each step, and one for all."""
    del points, scenes
    if ocpp:
        from bench import charging_wire

        yield from charging_wire.run(sessions=sessions, seconds=seconds)
        return
    call_command("migrate", verbosity=0, interactive=False)
    wiring.wire_records()
    wake.answer_with(lambda: None)
    people = _sow(sessions)
    began = time.monotonic()
    started = yield from _timed("start", sessions, lambda n: _start(n, people[n]))
    yield from _timed("began", sessions, lambda n: _begin(n, started[n]))
    yield _looked(sessions)
    yield from _timed("stop", sessions, lambda n: _stop(started[n]))
    yield from _timed("ended twice", sessions, _end)
    _gone(sessions)
    yield settled(people, time.monotonic() - began)


def _sow(sessions):
    """Return as many people with money, each before a charge point of his own."""
    wood = [NewPlace(kind="estate", code=HERE, parent="", name_zh="测试小区"),
            NewPlace(kind="garage", code="p1", parent=HERE, name_zh="车库")]  # fmt: skip
    places.add_many(community=HERE, places=wood, now=NOON)
    site = setting.NewSite(
        code="ev", name_zh="车库", name_en="Garage", kind="ev", place=f"{HERE}/p1",
        tariff="ev_by_hour",
    )  # fmt: skip
    setting.add_site(community=HERE, site=site, now=NOON)
    new = [
        devices.NewDevice(
            code=f"cp-{n}", model="ev_charger", name=Words(zh=f"{n}", en=f"{n}"), place=f"{HERE}/p1"
        )
        for n in range(sessions)
    ]
    devices.register_many(community=HERE, devices=new, now=NOON)
    Device.rows.of(HERE).update(online=True, driver="ocpp")
    people = []
    for n in range(sessions):
        setting.add_connector(
            community=HERE,
            site="ev",
            connector=setting.NewConnector(device=f"cp-{n}", label=f"{n}"),
        )
        one = Person.rows.create(community=HERE, code=f"P{n}", name=f"住户{n}")
        lines = [Line("cash:desk", -WALLET_FEN), Line(f"wallet:person:{one.pk}", WALLET_FEN)]
        money.post(community=HERE, key=f"in:{n}", lines=lines, reason="wallet.top_up", now=NOON)
        people.append(one)
    return people


def _timed(step, sessions, do):
    """Do a step for all of them, several at once; yield its figures, return what came of it."""
    took = []

    def one(n):
        began = time.monotonic()
        try:
            return do(n)
        finally:
            took.append((time.monotonic() - began) * 1000)

    def done():
        connections.close_all()

    began = time.monotonic()
    with ThreadPoolExecutor(THREADS) as threads:
        found = list(threads.map(one, range(sessions)))
        for _ in range(THREADS):
            threads.submit(done)
    took.sort()
    yield {
        "what": step, "sessions": sessions, "seconds": round(time.monotonic() - began, 2),
        "p50_ms": round(took[sessions // 2], 1), "p99_ms": round(took[sessions * 99 // 100], 1),
    }  # fmt: skip
    return found


def _start(n, person):
    wish = starting.Wish(person=person.pk, way="app", ask=f"{n}")
    return starting.start(community=HERE, device=f"cp-{n}", wish=wish, now=NOON).number


def _begin(n, number):
    told = telling.Begun(
        device=f"cp-{n}", transaction=f"{n}", card=number, at=NOON, meter_wh=n * 1000
    )
    telling.began(community=HERE, told=told, now=NOON)


def _looked(sessions):
    """Look at all of them, as often as their meters tell; return how long a look takes."""
    took = []
    for turn in range(1, LOOKS + 1):
        now = NOON + timedelta(seconds=turn * EVERY_S)
        began = time.monotonic()
        values = {
            f"cp-{n}": {
                "energy_kwh": (now.timestamp(), n + turn * 0.029),
                "power_w": (now.timestamp(), 7000.0),
            }
            for n in range(sessions)
        }
        rows = queries.unsettled(community=HERE)
        watching.seen(community=HERE, rows=rows, values=values, smoking=set(), now=now)
        took.append(time.monotonic() - began)
    took.sort()
    return {
        "what": "looks at all meters", "looks": LOOKS, "every_s": EVERY_S,
        "p50_s": round(took[LOOKS // 2], 2), "most_s": round(took[-1], 2),
        "keeps_up": took[-1] < EVERY_S,
    }  # fmt: skip


def _stop(number):
    now = NOON + timedelta(hours=2)
    stopping.stop(community=HERE, number=number, reason=StopReason.USER, now=now)


def _end(n):
    at = NOON + timedelta(hours=2)
    wh = 7000 + random.Random(n).randrange(7000)
    told = telling.Over(device=f"cp-{n}", transaction=f"{n}", at=at, meter_wh=n * 1000 + wh)
    for _ in range(2):
        telling.ended(community=HERE, told=told, now=at)


def _gone(sessions):
    now = NOON + timedelta(hours=2, minutes=5)
    values = {f"cp-{n}": {"plugged_in": (now.timestamp(), 0.0)} for n in range(sessions)}
    rows = queries.unsettled(community=HERE)
    watching.seen(community=HERE, rows=rows, values=values, smoking=set(), now=now)


def settled(people, took_s):
    """Return what the ledger says of all of them."""
    rows = list(Session.rows.of(HERE))
    fees = sum(row.fee_fen for row in rows)
    lines = sum(line["fen"] for row in rows for line in row.proof)
    left = sum(ledger.balance(community=HERE, account=f"wallet:person:{one.pk}") for one in people)
    income = ledger.balance(community=HERE, account="income:charging")
    held = ledger.balance(community=HERE, account="held:charging")
    return {
        "name": "charging", "sessions": len(rows), "seconds": round(took_s, 1),
        "settled": sum(1 for row in rows if row.state == "settled"),
        "fees_fen": fees, "income_fen": income, "held_fen": held,
        "proofs_differ_fen": fees - lines,
        "lost_fen": len(people) * WALLET_FEN - left - held - income,
        "ledger_fen": sum(ledger.trial_balance(community=HERE).values()),
    }  # fmt: skip
