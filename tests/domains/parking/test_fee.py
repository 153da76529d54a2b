"""Every row of every tariff, and what holds of every fee."""

from datetime import date, timedelta
from random import Random

import pytest

from linli.domains.parking.logic import tariff as tariffs
from linli.domains.parking.logic.fee import Coupon, Stay, fee
from linli.domains.parking.logic.table import fee_of
from linli.domains.parking.logic.tariff import BadTariff, Version
from tests.laws.source import ROOT

FILES = sorted((ROOT / "catalog" / "tariffs" / "parking").glob("*.toml"))
LOADED = {one.id: one for one in (tariffs.load(file.read_text("utf-8")) for file in FILES)}
FIRST = tariffs.midnight(date(2026, 6, 1))
ROWS = [(one, row) for one in LOADED.values() for row in one.table]


@pytest.mark.parametrize(
    ("tariff", "row"), ROWS, ids=[f"{one.id}: {row.title.en}" for one, row in ROWS]
)
def test_a_row_of_a_tariff_costs_what_it_says(tariff, row):
    found = fee_of(row=row, tariff=tariff, others=LOADED)

    assert found.fen == row.fee_fen, [line.words.zh for line in found.lines]
    assert found.fen == sum(line.fen for line in found.lines)


@pytest.mark.parametrize("tariff", LOADED.values(), ids=list(LOADED))
def test_a_longer_stay_is_never_cheaper_and_a_relief_never_dearer(tariff):
    chance = Random(tariff.id)
    versions = [Version(tariff=tariff, since=tariffs.ALWAYS)]

    for _ in range(120):
        entered = FIRST + timedelta(minutes=chance.randrange(20_000))
        left = entered + timedelta(minutes=chance.randrange(9_000))
        longer = left + timedelta(minutes=chance.randrange(300))
        plain, more, less = (
            fee(stay=stay, versions=versions, worked=lambda day: day.isoweekday() < 6)
            for stay in (
                Stay(entered=entered, left=left),
                Stay(entered=entered, left=longer),
                Stay(entered=entered, left=left, coupons=(Coupon(kind="fen", amount=100),)),
            )
        )

        assert 0 <= plain.fen <= more.fen
        assert 0 <= less.fen <= plain.fen
        assert plain.fen == sum(line.fen for line in plain.lines)


def test_a_year_in_the_garage_is_told_and_bounded():
    versions = [Version(tariff=LOADED["garage_hourly"], since=tariffs.ALWAYS)]
    stay = Stay(entered=FIRST, left=FIRST + timedelta(days=365))

    found = fee(stay=stay, versions=versions, worked=lambda day: True)

    assert found.fen == 500 + 2200 * 365


@pytest.mark.parametrize(
    "bands",
    [
        "[]",
        '[{name = {zh = "x", en = "x"}, from = "08:00", to = "20:00"}]',
        '[{name = {zh = "x", en = "x"}, from = "25:00", to = "20:00", flat_fen = 1}]',
        '[{name = {zh = "x", en = "x"}, from = "08:00", to = "20:00", flat_fen = -1}]',
        '[{name = {zh = "x", en = "x"}, from = "08:00", to = "20:00", '
        "steps = [{minutes = 60, fen = 1, times = 2}]}]",
        '[{name = {zh = "x", en = "x"}, from = "08:00", to = "20:00", '
        "steps = [{minutes = 0, fen = 1}]}]",
    ],
)
def test_refuses_a_tariff_that_makes_no_sense(bands):
    text = f'id = "x"\nname = {{zh = "x", en = "x"}}\nsource = "x"\nbands = {bands}\n'

    with pytest.raises(BadTariff):
        tariffs.load(text)
