"""Money in integers: prices, half hours, bills that add up and bills that do not."""

from datetime import datetime
from pathlib import Path

import msgspec
import pytest

from linli.drivers.ykc import codec, tariff
from linli.drivers.ykc.layout import CHINA
from linli.drivers.ykc.messages import Bill
from linli.drivers.ykc.tariff import Cost, Tariff

DAY = ("00:00 valley", "08:00 flat", "10:30 peak", "12:00 flat", "19:00 sharp", "21:00 flat")
VECTOR = next(
    sample
    for sample in msgspec.json.decode(
        (Path(__file__).parents[2] / "samples" / "ykc" / "frames.json").read_bytes()
    )
    if sample["id"] == "ykc-bill"
)


def of(**changes) -> Tariff:
    parts = {
        "number": "0100",
        "sharp": Cost(energy="0.9", service="0.4"),
        "peak": Cost(energy="0.8", service="0.4"),
        "flat": Cost(energy="0.6", service="0.4"),
        "valley": Cost(energy="0.1", service="0.4"),
        "day": ["00:00 valley", "08:00 peak", "09:00 flat"],
    }
    return Tariff(**parts | changes)


def bill() -> Bill:
    body = codec.decode(bytes.fromhex(VECTOR["hex"])).body
    assert isinstance(body, Bill)
    return body


class TestSlots:
    def test_names_every_half_hour(self):
        found = tariff.slots(of(day=DAY))

        assert found == (3,) * 16 + (2,) * 5 + (1,) * 3 + (2,) * 14 + (0,) * 4 + (2,) * 6

    @pytest.mark.parametrize(
        "day",
        [
            [],
            ["00:30 flat"],
            ["00:00 flat", "00:00 peak"],
            ["00:00 flat", "12:00 peak", "08:00 flat"],
            ["00:00 flat", "08:15 peak"],
            ["00:00 flat", "24:00 peak"],
            ["00:00 cheap"],
            ["midnight flat"],
        ],
    )
    def test_refuses_a_day_that_is_not_whole(self, day):
        with pytest.raises(ValueError, match=r"day|10:30"):
            of(day=day)


class TestPrices:
    def test_keeps_five_decimals_exactly(self):
        found = tariff.prices(of(flat=Cost(energy="0.61235", service="0.00001")))

        assert (found[2].energy_e5, found[2].service_e5) == (61235, 1)

    @pytest.mark.parametrize("energy", ["0.000001", "-1", "free", "NaN", "Infinity", "1e9"])
    def test_refuses_what_is_no_price(self, energy):
        with pytest.raises(ValueError, match="no price"):
            of(peak=Cost(energy=energy))

    @pytest.mark.parametrize("changes", [{"number": "1"}, {"loss_pct": 101}])
    def test_refuses_what_a_pile_could_not_take(self, changes):
        with pytest.raises(ValueError, match=r"tariff number|loss"):
            of(**changes)


class TestDifferences:
    def test_the_bill_of_the_vector_adds_up(self):
        assert tariff.differences(bill(), of()) == []

    def test_one_ten_thousandth_of_rounding_is_no_difference(self):
        body = bill()
        peak = msgspec.structs.replace(body.shares[1], money_e4=body.shares[1].money_e4 + 1)
        shares = (body.shares[0], peak, *body.shares[2:])

        found = tariff.differences(
            msgspec.structs.replace(body, shares=shares, money_e4=body.money_e4 + 1), of()
        )

        assert found == []

    def test_tells_a_period_that_costs_more_than_its_energy(self):
        body = bill()
        peak = msgspec.structs.replace(body.shares[1], money_e4=120_002)

        found = tariff.differences(
            msgspec.structs.replace(body, shares=(body.shares[0], peak, *body.shares[2:])), None
        )

        assert found == [
            "peak: 120002 != 120000 (0.0001 yuan)",
            "total money: 170000 != 170002 (0.0001)",
        ]

    @pytest.mark.parametrize("name", ["energy_e4", "loss_e4", "money_e4"])
    def test_tells_a_total_that_is_not_the_sum(self, name):
        body = bill()

        found = tariff.differences(
            msgspec.structs.replace(body, **{name: getattr(body, name) + 1}), None
        )

        assert len(found) == 1
        assert found[0].startswith("total")

    def test_tells_a_price_that_is_not_ours(self):
        found = tariff.differences(bill(), of(peak=Cost(energy="0.9", service="0.4")))

        assert found == ["peak price: 120000 != 130000 (0.00001 yuan)"]

    def test_tells_energy_in_a_period_that_the_charging_never_touched(self):
        found = tariff.differences(bill(), of(day=["00:00 flat", "20:00 peak"]))

        assert found == ["peak: energy outside of its half hours"]

    def test_money_of_every_energy_is_exact(self):
        exact = [
            (energy, price, (energy * price * 2 + 100_000) // 200_000)
            for energy, price in ((1, 49_999), (1, 50_000), (123_456_789, 130_000))
        ]

        assert [
            tariff.money_e4(energy_e4=energy, price_e5=price) for energy, price, _ in exact
        ] == [wanted for *_, wanted in exact]


class TestPeriodsBetween:
    @pytest.mark.parametrize(
        ("start", "end", "periods"),
        [
            ((8, 0), (8, 29), {2}),
            ((7, 59), (8, 1), {3, 2}),
            ((23, 50), (23, 55), {2}),
            ((10, 29), (19, 0), {2, 1, 0}),
        ],
    )
    def test_names_the_periods_of_the_half_hours(self, start, end, periods):
        first = datetime(2026, 3, 1, *start, tzinfo=CHINA)
        last = datetime(2026, 3, 1, *end, tzinfo=CHINA)

        assert tariff.periods_between(first, last, of(day=DAY)) == periods

    def test_goes_on_over_midnight(self):
        first = datetime(2026, 3, 1, 23, 0, tzinfo=CHINA)
        last = datetime(2026, 3, 2, 1, 0, tzinfo=CHINA)

        assert tariff.periods_between(first, last, of(day=DAY)) == {2, 3}

    def test_knows_nothing_of_a_clock_that_was_never_set(self):
        assert tariff.periods_between(None, None, of()) == frozenset()
