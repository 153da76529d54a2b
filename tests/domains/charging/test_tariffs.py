"""The tables of tariffs: the rows in their files are documentation and test in one."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from linli.domains.charging.logic import metering, pricing, tariffs
from tests.domains.charging import tables

FILES = sorted(Path("catalog/tariffs/charging").glob("*.toml"))
DAY = datetime(2026, 6, 1, tzinfo=tariffs.CHINA)
ROWS = [
    pytest.param(file, row, id=f"{file.stem}: {row['title']['en']}")
    for file in FILES
    for row in tariffs.rows(file.read_text("utf-8"))
]


def _moment(text: str) -> datetime:
    days = 1 if text.startswith("+") else 0
    hour, minute = text.removeprefix("+").split(":")
    return DAY + timedelta(days=days, hours=int(hour), minutes=int(minute))


def _readings(meter):
    for each in meter:
        at, kwh = each.split()
        yield _moment(at).timestamp(), round(float(kwh) * 1000)


def _proof(tariff, row):
    metered = metering.steady(list(_readings(row["meter"])))
    proof = pricing.charged(tariff, metered.readings, most_w=row.get("most_w", 0))
    proof, _ = pricing.covered(proof, left_wh=row.get("package_wh", 0))
    if "unplugged" not in row:
        return proof
    line = pricing.idled(
        tariff.idle,
        ended_at=metering.moment(metered.readings[-1][0]),
        gone_at=_moment(row["unplugged"]),
    )
    return pricing.with_line(proof, line)


def _sum(proof, *what):
    return sum(line.fen for line in proof.lines if line.what in what)


@pytest.mark.parametrize(("file", "row"), ROWS)
def test_a_row_of_a_tariff(file, row):
    tariff = tariffs.load(file.read_text("utf-8"))

    proof = _proof(tariff, row)

    found = {
        "electricity_fen": _sum(proof, "electricity"),
        "service_fen": _sum(proof, "service", "hours"),
        "idle_fen": _sum(proof, "idle"),
        "package_fen": _sum(proof, "package"),
        "total_fen": proof.total_fen,
    }
    assert found == {name: row.get(name, 0) for name in found}
    assert proof.total_fen == sum(line.fen for line in proof.lines)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("00:00-08:00", "00:00-07:00"), "07:00"),
        (("08:00-10:00", "07:30-10:00"), "08:00"),
        (("21:00-24:00", "21:00-25:00"), "25:00"),
        (('"0.3200"', '"0.32001"'), "0.32001"),
        (('"0.3200"', '"-1"'), "-1"),
        (('kind = "ev"', 'kind = "boat"'), "boat"),
        (("hold_yuan", "hold_dollars"), "hold"),
    ],
)
def test_refuses_a_tariff_that_is_not_written_right(change, reason):
    text = FILES[1].read_text("utf-8").replace(*change, 1)

    with pytest.raises(tariffs.BadTariff) as refused:
        tariffs.load(text)

    assert reason in str(refused.value.values["reason"])


class TestMeter:
    def test_does_not_believe_a_jump_that_the_connector_cannot_give(self):
        found = metering.steady([(0, 0), (60, 100), (120, 90_000), (180, 300)], most_w=7000)

        assert found.energy_wh == 300
        assert (found.back, found.jumped) == (0, 1)

    def test_takes_readings_in_the_order_of_their_times(self):
        found = metering.steady([(120, 200), (0, 0), (60, 100)])

        assert found.readings == ((0, 0), (60, 100), (120, 200))

    def test_keeps_few_readings_but_those_beside_a_boundary(self):
        tariff = tariffs.load(FILES[1].read_text("utf-8"))
        start = datetime(2026, 6, 1, 9, 30, tzinfo=tariffs.CHINA).astimezone(UTC).timestamp()
        boundary = tariffs.next_boundary(tariff, metering.moment(start)).timestamp()
        whole = [(start + 15 * n, 30 * n) for n in range(241)]

        kept: list = []
        for each in whole:
            kept = metering.added(kept, each, boundary=boundary)

        assert len(kept) < 30
        assert pricing.charged(tariff, kept).lines == pricing.charged(tariff, whole).lines


def test_the_documentation_holds_the_rows_as_they_are():
    page = tables.PAGE.read_text("utf-8")

    assert tables.placed(page) == page
