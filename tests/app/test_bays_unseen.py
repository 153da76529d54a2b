"""At which charging bays no camera reads plates is said in one line."""

import sqlite3
from contextlib import closing

import pytest
from django.db import connection

from linli.app import bays_unseen
from linli.app.bays_unseen import Unseen
from linli.domains.charging.models import Connector
from linli.domains.charging.operations import setting
from tests.app.doctored import doctor_says, home
from tests.domains.charging.conftest import add_device, shed, site, wiring
from tests.registry.conftest import estate, wired

__all__ = ["estate", "home", "shed", "site", "wired", "wiring"]


def told(**more):
    return Unseen(**({"community": "hml", "site": "ev1", "bays": 12, "labels": ["A1"]} | more))


@pytest.mark.django_db
class TestUnseen:
    def found(self):
        with connection.cursor() as line:
            return bays_unseen.unseen(line)

    def test_names_the_bays_of_cars_that_are_in_use_and_have_none(self, site, shed):
        assert self.found() == [told(bays=2, labels=["A1", "A2"])]

        add_device("eye-1", "camera")
        setting.set_camera(community="hml", site="ev1", device="cp-1", camera="eye-1", lane="1")
        assert self.found() == [told(bays=2, labels=["A2"])]

        Connector.rows.of("hml").filter(device__code="cp-2").update(open=False)
        assert self.found() == []


class TestWords:
    @pytest.mark.parametrize(
        ("found", "said"),
        [
            ([], ""),
            ([told()], "no camera, so none begins by plate: hml ev1 A1"),
            ([told(bays=1)], "no camera, so none begins by plate: hml ev1 all 1"),
            (
                [told(labels=[f"A{n}" for n in range(10)])],
                "no camera, so none begins by plate: "
                "hml ev1 A0, A1, A2, A3, A4, A5, A6, A7 and 2 more",
            ),
        ],
    )
    def test_are_one_line(self, found, said):
        assert bays_unseen.words(found) == said

    def test_are_no_longer_for_a_thousand_sites(self):
        said = bays_unseen.words([told(site=f"ev{n}") for n in range(1000)])

        assert said.endswith("hml ev4 A1; and at 995 more sites")
        assert "\n" not in said


class TestDoctor:
    def said(self):
        return doctor_says("cameras of charging bays")

    def test_records_from_before_there_were_cameras_at_bays_are_well(self, home):
        assert "there are none" in self.said()

        with closing(sqlite3.connect(home / "linli.sqlite3")) as line, line:
            line.execute("CREATE TABLE charging_site (id, community, code, kind)")
            line.execute("CREATE TABLE charging_connector (site_id, label, open)")
            line.execute("INSERT INTO charging_connector VALUES (1, 'A01', 1)")

        assert self.said().startswith("ok ")

    def test_says_it_in_one_line_and_calls_it_no_fault(self, home):
        with closing(sqlite3.connect(home / "linli.sqlite3")) as line, line:
            line.execute("CREATE TABLE charging_site (id, community, code, kind)")
            line.execute("CREATE TABLE charging_connector (site_id, label, camera, open)")
            line.execute("INSERT INTO charging_site VALUES (1, 'hml', 'ev-g1', 'ev')")
            line.executemany(
                "INSERT INTO charging_connector VALUES (1, ?, ?, 1)",
                [("A01", "cam-1"), ("A02", ""), ("A03", "")],
            )

        assert self.said() == (
            "ok  cameras of charging bays: no camera, so none begins by plate: hml ev-g1 A02, A03"
        )

    def test_records_that_cannot_be_read_are_not_called_well(self, home):
        (home / "linli.sqlite3").write_bytes(b"no database at all, but as long as one would be")

        assert self.said().startswith("BAD")
