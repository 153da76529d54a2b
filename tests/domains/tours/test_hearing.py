"""Badges and beacons that devices hear, and tags that telephones read."""

from datetime import timedelta

import msgspec
import pytest

from linli.contracts.asking import Asked
from linli.domains.tours import desk as readers
from linli.domains.tours import operations, pages, queries, signing
from linli.domains.tours.models import Badge, Mark, Nearness, Point, Scan
from linli.domains.tours.operations import PointIn, Told
from linli.domains.tours.operations.editing import BadRoute
from linli.domains.tours.operations.hearing import UnknownReader
from linli.kernel.words import Words
from linli.registry.devices.models import Device
from linli.registry.places.models import Place
from tests.domains.tours.conftest import GATE, HERE, START

UUID = "b5b182c7-eab1-4988-aa99-b5c1517008d9"
BADGE, AT_PUMP = f"ibeacon:{UUID}:1:7", f"ibeacon:{UUID}:2:1"
ALIEN = f"ibeacon:{UUID}:9:9"


def after(minutes, seconds=0):
    return START + timedelta(minutes=minutes, seconds=seconds)


def pump(**more):
    point = {
        "code": "pump", "name": Words(zh="泵房", en="pump room"), "place": "hml/g1",
        "beacon": AT_PUMP, "reader": "ble-pump", "least_dbm": -70, "dwell_s": 10,
    }  # fmt: skip
    return operations.put_point(community=HERE, point=PointIn(**{**point, **more}))


@pytest.fixture
def readers_there(route, guard):
    """Return Li, who took tonight's tour; he wears a badge, and the pump room has a reader."""
    for code in ("ble-pump", "ble-li"):
        Device.rows.create(
            community=HERE, code=code, model="ble_gateway", name_zh=code, name_en=code,
            place=Place.rows.of(HERE).get(path="hml/g1"), registered_at=START,
        )  # fmt: skip
    route()
    pump()
    li = guard()
    operations.put_badge(community=HERE, staff="li", beacon=BADGE.upper(), reader="ble-li")
    return li


def take(actor):
    [tour] = [one for one in queries.walkable(actor=actor, now=START) if one.starts_at == START]
    operations.take(actor=actor, tour=tour.pk, now=START)


def ask(device, *heard, now, clock=None):
    """Let a device tell: (beacon, dBm, when by its own clock)."""
    items = [{"beacon": name, "rssi_dbm": dbm, "t": at.timestamp()} for name, dbm, at in heard]
    body = {"heard": items, "clock": (clock or now).timestamp()}
    asked = Asked(community=HERE, device=device, kind="tour.heard", id="1", body=body, at=0.0)
    return readers.heard(asked, now)


def at_pump():
    [mark] = Mark.rows.of(HERE).filter(point__code="pump", tour__starts_at=START)
    return mark


class TestBadge:
    def test_counts_once_it_was_near_for_long_enough(self, readers_there):
        take(readers_there)

        first = ask("ble-pump", (BADGE, -60, after(5)), (ALIEN, -40, after(5)), now=after(5))
        before = at_pump().state
        ask("ble-pump", (BADGE, -61, after(5, 12)), now=after(5, 12))

        assert (first.ok, first.body) == (True, {"known": 1})
        assert before == "due"
        assert (at_pump().state, at_pump().way, at_pump().at) == ("visited", "badge", after(5, 12))
        scan = Scan.rows.of(HERE).get()
        assert (scan.reader, scan.rssi_dbm, scan.by_id) == ("ble-pump", -61, readers_there.account)

    @pytest.mark.parametrize(
        "heard",
        [
            [(-80, 5, 0), (-80, 5, 30), (-80, 6, 0)],  # by outside: weak
            [(-60, 5, 0), (-60, 5, 6)],  # past the door: brief
            [(-60, 5, 0), (-60, 6, 30)],  # twice past it
            [(-60, 5, 30), (-60, 5, 20), (-60, 5, 0)],  # told again from before
        ],
    )
    def test_does_not_count_who_goes_by(self, readers_there, heard):
        take(readers_there)

        for dbm, minute, second in heard:
            ask("ble-pump", (BADGE, dbm, after(minute, second)), now=after(7))

        assert at_pump().state == "due"
        assert not Scan.rows.of(HERE).exists()

    def test_walks_no_tour_for_who_took_none_and_nothing_of_him_is_kept(self, readers_there):
        ask("ble-pump", (BADGE, -60, after(5)), (BADGE, -60, after(5, 20)), now=after(6))

        assert at_pump().state == "due"
        assert not Nearness.rows.of(HERE).exists()

    def test_is_written_down_once_however_often_it_is_told(self, readers_there):
        take(readers_there)
        told = [(BADGE, -60, after(5)), (BADGE, -60, after(5, 20))]

        for _ in range(2):
            ask("ble-pump", *told, now=after(6))
        ask("ble-pump", (BADGE, -60, after(20)), (BADGE, -60, after(20, 30)), now=after(21))

        assert Scan.rows.of(HERE).count() == 1
        assert at_pump().at == after(5, 20)

    def test_puts_a_point_right_that_was_missed_while_the_line_was_down(self, readers_there):
        take(readers_there)
        operations.tick(now=after(61))
        assert at_pump().state == "missed"
        fast = timedelta(hours=3)

        told = [(BADGE, -60, after(30) + fast), (BADGE, -60, after(30, 20) + fast)]
        ask("ble-pump", *told, now=after(70), clock=after(70) + fast)

        assert (at_pump().state, at_pump().at) == ("visited", after(30, 20))
        assert at_pump().flags == ["later"]

    def test_is_forgotten_after_a_day(self, readers_there):
        take(readers_there)
        ask("ble-pump", (BADGE, -60, after(5)), now=after(5))
        kept = Nearness.rows.of(HERE).count()

        operations.forget(now=after(5) + timedelta(hours=25))

        assert (kept, Nearness.rows.of(HERE).count()) == (1, 0)


class TestReader:
    def test_that_goes_about_hears_the_beacon_of_a_point(self, readers_there):
        take(readers_there)

        ask("ble-li", (AT_PUMP, -60, after(5)), (AT_PUMP, -60, after(5, 15)), now=after(6))

        assert (at_pump().state, at_pump().way) == ("visited", "beacon")

    def test_of_nobody_is_refused_and_nothing_is_kept(self, readers_there):
        with pytest.raises(UnknownReader):
            ask("garage-co-7", (BADGE, -60, after(5)), now=after(5))

        assert not Nearness.rows.of(HERE).exists()

    @pytest.mark.parametrize(
        "body",
        [{}, {"heard": [{"beacon": BADGE}]}, {"heard": [{"rssi_dbm": 300}]},
         {"heard": [{"beacon": BADGE, "rssi_dbm": -60, "t": 1e300}]}],
    )  # fmt: skip
    def test_that_says_it_in_another_form_is_not_read(self, readers_there, body):
        asked = Asked(community=HERE, device="ble-pump", kind="tour.heard", id="1", body=body, at=0)

        with pytest.raises(msgspec.ValidationError):
            readers.heard(asked, START)

    def test_tells_bytes_as_they_came_and_strange_ones_are_passed_over(self, readers_there):
        raw = "1aff4c000215" + UUID.replace("-", "") + "00010007c5"
        items = [{"data": data, "rssi_dbm": -60} for data in (raw, "zz", "ff", "")]
        asked = Asked(
            community=HERE, device="ble-pump", kind="tour.heard", id="1", body={"heard": items},
            at=0,
        )  # fmt: skip

        assert readers.heard(asked, START).body == {"known": 1}


class TestLayout:
    @pytest.mark.parametrize(
        ("more", "field"),
        [({"beacon": "ibeacon:1"}, "beacon"), ({"reader": "no-such"}, "reader")],
    )
    def test_refuses_what_is_none(self, readers_there, more, field):
        with pytest.raises(BadRoute) as refused:
            pump(**more)

        assert refused.value.values == {"field": field}

    def test_a_beacon_stands_at_one_point_and_a_badge_is_one_persons(self, readers_there, guard):
        guard("wang")
        for change in (
            lambda: pump(code="other"),
            lambda: operations.put_badge(community=HERE, staff="wang", beacon=BADGE, reader=""),
            lambda: operations.put_badge(community=HERE, staff="wang", beacon=AT_PUMP, reader=""),
        ):
            with pytest.raises(BadRoute):
                change()

        assert Badge.rows.of(HERE).count() == 1

    def test_a_point_that_is_retired_leaves_its_beacon_and_reader_to_another(self, readers_there):
        pump(active=False)

        taken = pump(code="other")

        assert (taken.beacon, taken.reader) == (AT_PUMP, "ble-pump")
        with pytest.raises(BadRoute):
            pump(active=True)

    def test_a_tag_of_a_point_that_is_retired_is_refused_until_it_is_taken_off(self, readers_there):
        pump(active=False, tag="04a1b2")
        with pytest.raises(BadRoute) as refused:
            pump(code="other", beacon="", reader="", tag="04a1b2")

        assert refused.value.values == {"field": "tag"}
        pump(active=False, tag="")
        assert pump(code="other", beacon="", reader="", tag="04a1b2").tag == "04a1b2"

    def test_a_badge_is_given_back(self, readers_there):
        operations.put_badge(community=HERE, staff="li", beacon="", reader="")

        assert not Badge.rows.of(HERE).exists()


class TestTelephone:
    def tell(self, actor, now=None, **told):
        at = now or after(5)
        told = Told(key=f"scan-{Scan.rows.of(HERE).count():04}", at=at, **told)
        [scan] = operations.tell(actor=actor, told=[told], phone_at=at, now=at)
        return scan

    @pytest.mark.parametrize(
        ("told", "verdict"),
        [
            ({"rssi_dbm": -60, "dwell_s": 12}, "counted"),
            ({"rssi_dbm": -80, "dwell_s": 12}, "weak"),
            ({"rssi_dbm": -60, "dwell_s": 3}, "brief"),
            ({}, "weak"),
            ({"rssi_dbm": -60, "dwell_s": 12, "way": "typed"}, "unknown"),  # typed off a note
        ],
    )
    def test_hears_a_beacon_strong_and_long_enough(self, readers_there, told, verdict):
        scan = self.tell(readers_there, **{"text": AT_PUMP, "way": "beacon", **told})

        assert scan.verdict == verdict

    @pytest.mark.parametrize(
        ("serial", "verdict", "flags"),
        [("04:A2:19", "counted", []), ("04:FF:00", "wrong_tag", []), ("", "counted", ["link"])],
    )
    def test_reads_a_tag_and_which_it_was(self, readers_there, serial, verdict, flags):
        point = operations.put_serial(community=HERE, code="pump", serial="04:a2:19")

        scan = self.tell(readers_there, text=signing.on_tag(point), way="nfc", serial=serial)

        assert (scan.verdict, scan.way, scan.flags) == (verdict, "nfc", flags)

    def test_a_print_is_told_as_no_tag_and_a_reprint_ends_both(self, readers_there):
        point = Point.rows.of(HERE).get(code="pump")
        link = pages.code(community=HERE, point="pump", now=START)["link"]
        forged = signing.printed(point).replace("LT1.", "LT3.")

        as_tag = self.tell(readers_there, text=forged, way="nfc")
        by_link = self.tell(readers_there, text=f"https://linli.example{link}", way="qr")
        operations.reprint(community=HERE, code="pump")
        later = self.tell(readers_there, text=signing.on_tag(point), way="nfc")

        verdicts = [(one.verdict, one.way) for one in (as_tag, by_link, later)]
        assert verdicts == [("old_code", "nfc"), ("counted", "nfc"), ("old_code", "nfc")]

    def test_who_is_quicker_than_anybody_walks_is_flagged(self, readers_there, code):
        pump(position=(GATE[0] + 0.02, GATE[1]))  # some two kilometres

        self.tell(readers_there, text=code("gate"), position=GATE)
        quick = self.tell(readers_there, text=code("pump"), now=after(6))

        assert (quick.verdict, quick.flags) == ("counted", ["fast"])
