"""A ledger with two wallets in it, and a clock."""

from datetime import UTC, datetime, timedelta

import pytest

from linli.contracts.money import Line
from linli.contracts.outbox import wake
from linli.foundation.money import operations as money
from linli.kernel.words import Words

HERE = "hml"
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
LI, WANG = "wallet:person:1", "wallet:person:2"
PARKING = Words(zh="停车费", en="parking")


@pytest.fixture(autouse=True)
def wiring(monkeypatch):
    monkeypatch.setattr(wake, "_answer", lambda: None)


def topped_up(wallet=LI, fen=10_000, key="top-up"):
    return money.post(
        community=HERE, key=f"{key}:{wallet}", lines=[Line("cash:desk", -fen), Line(wallet, fen)],
        reason="wallet.top_up", now=NOON,
    )  # fmt: skip


def asked(fen=1_500, about="stay:1", payer=LI, **more):
    said = {
        "community": HERE, "kind": "parking", "about": about, "title": PARKING, "payer": payer,
        "payee": "income:parking", "fen": fen, "expires_at": NOON + timedelta(hours=1), "now": NOON,
    }  # fmt: skip
    return money.open_order(**said | more)
