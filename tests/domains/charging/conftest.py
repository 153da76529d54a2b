"""An estate with a charging site and a shed, residents with wallets, and cards."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from linli.app import catalogue
from linli.contracts import directory, notices
from linli.contracts.money import Line
from linli.contracts.outbox import wake
from linli.domains.charging import ports, queries
from linli.domains.charging.models import Session
from linli.domains.charging.operations import limiting, setting, starting, telling, watching
from linli.domains.notices import told as noticing
from linli.domains.notices.models import Notice
from linli.foundation.money import operations as money
from linli.foundation.money import queries as ledger
from linli.foundation.outbox.models import Outgoing
from linli.kernel.words import Words
from linli.registry.devices import catalogue as device_catalogue
from linli.registry.devices import operations as devices
from linli.registry.devices.models import Command, Device
from linli.registry.people.models import Person
from tests.registry.conftest import estate, wired

__all__ = ["estate", "wired"]

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
"""Noon in China: peak."""
TARIFFS = {
    file.stem: file.read_text("utf-8") for file in Path("catalog/tariffs/charging").glob("*.toml")
}
MODELS = catalogue.load().models
CARDS = {"04A1B2C3": 0, "04D4E5F6": 1}


@pytest.fixture(autouse=True)
def wiring(monkeypatch):
    for port, answer in (
        (ports.catalogue, lambda: TARIFFS),
        (device_catalogue.models, lambda: MODELS),
        (wake, lambda: None),
        (directory.communities, lambda: ["hml"]),
        (notices.post, noticing.post),
        (ports.reads_for_parking, lambda community, camera: camera == "gate-in"),
    ):
        monkeypatch.setattr(port, "_answer", answer)


@pytest.fixture
def people(estate, monkeypatch):
    """Return two residents with 100 yuan each, and a card each."""
    rows = [
        Person.rows.create(community=estate, code=f"P{n}", name=f"张{n}（虚构）") for n in range(2)
    ]
    for row in rows:
        fill(row, 10_000)
    monkeypatch.setattr(
        ports.holder_of_card,
        "_answer",
        lambda community, card: rows[CARDS[card]].pk if card in CARDS else None,
    )
    return rows


def fill(person, fen):
    money.post(
        community=person.community,
        key=f"top-up-{person.pk}-{fen}",
        lines=[Line("cash:desk", -fen), Line(f"wallet:person:{person.pk}", fen)],
        reason="top_up",
        now=NOW,
    )


def wallet(person):
    return ledger.balance(community="hml", account=f"wallet:person:{person.pk}")


def income():
    return ledger.balance(community="hml", account="income:charging")


def held():
    return ledger.balance(community="hml", account="held:charging")


def add_device(code, model, driver=""):
    devices.register(
        community="hml",
        device=devices.NewDevice(
            code=code, model=model, name=Words(zh=code, en=code), place="hml/p1"
        ),
        now=NOW,
    )
    Device.rows.of("hml").filter(code=code).update(online=True, driver=driver)


@pytest.fixture
def site(estate):
    """Return a site of two OCPP connectors."""
    row = setting.add_site(
        community="hml",
        site=setting.NewSite(
            code="ev1", name_zh="地库充电", name_en="Garage", kind="ev", place="hml/p1",
            tariff="ev_by_hour",
        ),
        now=NOW,
    )  # fmt: skip
    for n in (1, 2):
        add_device(f"cp-{n}", "ev_charger", "ocpp")
        setting.add_connector(
            community="hml",
            site="ev1",
            connector=setting.NewConnector(device=f"cp-{n}", label=f"A{n}"),
        )
    return row


@pytest.fixture
def shed(estate):
    """Return a shed of one e-bike socket."""
    row = setting.add_site(
        community="hml",
        site=setting.NewSite(
            code="shed1", name_zh="东车棚", name_en="East shed", kind="ebike", place="hml/p1",
            tariff="ebike_by_hour",
        ),
        now=NOW,
    )  # fmt: skip
    add_device("socket-1", "ebike_socket")
    setting.add_connector(
        community="hml",
        site="shed1",
        connector=setting.NewConnector(device="socket-1", label="1", phases="1", most_a=5),
    )
    return row


def start(person, device="cp-1", now=NOW, **more):
    wish = starting.Wish(person=person.pk, way="app", **more)
    return starting.start(community="hml", device=device, wish=wish, now=now)


def begin(card, *, device="cp-1", transaction="7001", at=NOW, meter_wh=1000, now=None):
    told = telling.Begun(
        device=device, transaction=transaction, card=card, at=at, meter_wh=meter_wh
    )
    return telling.began(community="hml", told=told, now=now or at)


def over(device="cp-1", transaction="7001", at=NOW, meter_wh=None, now=None, **more):
    told = telling.Over(device=device, transaction=transaction, at=at, meter_wh=meter_wh, **more)
    return telling.ended(community="hml", told=told, now=now or at)


def look(at, device="cp-1", smoking=(), **values):
    """Let a device show values at a time, and look at it then."""
    rows = queries.unsettled(community="hml")
    points = {name: (at.timestamp(), float(value)) for name, value in values.items()}
    sites = {one.connector.site_id for one in rows if one.connector.site.code in smoking}
    watching.seen(community="hml", rows=rows, values={device: points}, smoking=sites, now=at)


def row(number):
    return Session.rows.of("hml").get(number=number)


def notices_of(person):
    """Return what somebody was told, the oldest first."""
    rows = Notice.rows.of("hml").filter(to=f"account:{person.account_id}")
    return list(rows.order_by("pk"))


def told(topic):
    return Outgoing.objects.filter(topic=topic).count()


def commands(device="cp-1"):
    rows = Command.rows.of("hml").filter(device=device)
    return [(one.service, one.args) for one in rows.order_by("issued_at", "id")]


def later(**span):
    return NOW + timedelta(**span)


def limited(amperes, now=NOW, *, site="ev1"):
    """Limit a site."""
    changes = setting.Changes(limit_a=amperes)
    setting.change_site(community="hml", site=site, changes=changes, now=now)


def obeyed(at, *, devices_=None, state="acknowledged"):
    """Let chargers answer what they were told of limits, until nothing more is told; return how
    often anything was.
    """
    rounds = 0
    while rows := _unanswered(devices_):
        rounds += 1
        assert rounds < 20, "told again and again"
        done = at + timedelta(milliseconds=rounds)
        Command.rows.of("hml").filter(pk__in=rows).update(state=state, finished_at=done)
        limiting.moved(community="hml", orders=rows, now=done)
    return rounds


def _unanswered(codes):
    rows = Command.rows.of("hml").filter(service__in=limiting.SERVICES, state="queued")
    return list(
        (rows if codes is None else rows.filter(device__in=codes)).values_list("pk", flat=True)
    )
