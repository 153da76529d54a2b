"""Labels: their text noticed when it is wrong, scanned once, twice and at once, printed."""

import re
import string
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from linli.foundation.outbox import operations as outbox
from linli.kernel.words import Words
from linli.registry.devices import logic as device_logic
from linli.registry.devices import operations as device_operations
from linli.registry.devices import queries as devices_of
from linli.registry.devices.models import Device
from linli.registry.fleet import labels, operations, queries
from linli.registry.fleet.labels import Label
from linli.registry.fleet.operations import Scan, scanning
from tests.registry.conftest import NOW
from tests.registry.devices.kit import new

API = "/api/v1/hml"
TEXT = labels.write(model="garage_co_sensor", serial="A7-0042")


def scan(text=TEXT, place="hml/p1", *, seen=(), **more):
    return operations.scan(
        community="hml", scan=Scan(text=text, place=place, **more), seen=seen, now=NOW
    )


class TestText:
    def test_says_what_was_written(self):
        assert TEXT == "LINLI:1:garage_co_sensor:A7-0042:84F7"
        assert labels.read(f" {TEXT.lower().replace('linli', 'LINLI').replace('a7', 'A7')}\n") == (
            Label(model="garage_co_sensor", serial="A7-0042")
        )

    def test_the_check_is_the_one_that_everybody_calls_crc_16_ccitt_false(self):
        assert labels.check_of("123456789") == "29B1"

    def test_any_one_wrong_sign_is_noticed(self):
        signs = string.ascii_uppercase + string.digits + "-_:"
        for at in range(len(TEXT)):
            for sign in signs:
                if sign != TEXT[at]:
                    with pytest.raises(labels.BadLabel):
                        labels.read(TEXT[:at] + sign + TEXT[at + 1 :])

    def test_any_two_signs_that_changed_places_are_noticed(self):
        for at in range(len(TEXT) - 1):
            if TEXT[at] != TEXT[at + 1]:
                with pytest.raises(labels.BadLabel):
                    labels.read(TEXT[:at] + TEXT[at + 1] + TEXT[at] + TEXT[at + 2 :])

    @pytest.mark.parametrize(
        "text",
        [
            "",
            ":::::",
            "https://example.com/x",
            TEXT[:-1],
            TEXT + "0",
            TEXT * 2,
            "LINLI:1:模型:1:0000",
            "LINLI:2" + TEXT[7:],
        ],
    )
    def test_refuses_what_is_none(self, text):
        with pytest.raises(labels.BadLabel):
            labels.read(text)

    @pytest.mark.parametrize("serial", ["", "a b", "a:b", "-a", "x" * 65, "序列号", "a\nb"])
    def test_a_serial_that_no_label_can_hold_is_known(self, serial):
        assert not labels.fits(model="gateway", serial=serial)

    def test_codes_that_follow_from_labels_can_stand_in_topics(self):
        for serial in ("A7/0042", "x" * 64, "_._", "Z+9"):
            for attempt in (1, 2, 19):
                code = labels.code_of(
                    Label(model="garage_co_sensor", serial=f"S{serial}"[:64]), attempt=attempt
                )
                device_logic.check_code(code)


@pytest.mark.django_db
class TestLink:
    @pytest.mark.parametrize("serial", ["A7-0042", "a/b+c.d_e"])
    def test_is_read_as_the_label_that_it_holds(self, serial):
        text = labels.write(model="garage_co_sensor", serial=serial)

        held = labels.link(base="https://linli.example/", community="hml", text=text)

        assert held.startswith("https://linli.example/hml/l/LINLI:1:garage_co_sensor:")
        assert labels.read(held) == Label(model="garage_co_sensor", serial=serial)

    @pytest.mark.parametrize(
        "text", ["https://linli.example/hml/devices/co-1", "https://linli.example/", "://"]
    )
    def test_another_address_is_no_label(self, text):
        with pytest.raises(labels.BadLabel):
            labels.read(text)

    def test_one_wrong_sign_in_it_is_noticed(self):
        held = labels.link(base="https://linli.example", community="hml", text=TEXT)

        with pytest.raises(labels.BadLabel):
            labels.read(held.replace("A7-0042", "A7-0043"))


class TestScan:
    def test_enters_the_device_with_a_code_and_a_name(self, devices):
        row, created = scan()

        assert created
        assert (row.code, row.serial, row.name_zh[-4:]) == (
            "garage-co-sensor-a7-0042", "A7-0042", "0042",
        )  # fmt: skip
        assert len(devices_of.points(community="hml", device=row)) > 0

    def test_scanned_again_it_is_the_same_device_wherever_it_was_moved(self, devices):
        row, _ = scan()
        device_operations.change(
            community="hml", code=row.code, now=NOW,
            changes=device_operations.Changes(place="hml/b03", name=Words(zh="新名", en="new")),
        )  # fmt: skip

        again, created = scan()

        assert (again.pk, created, again.place.path) == (row.pk, False, "hml/b03")

    def test_another_serial_that_reads_the_same_as_a_code_gets_another(self, devices):
        scan()

        row, created = scan(labels.write(model="garage_co_sensor", serial="A7.0042"))

        assert (row.code, created) == ("garage-co-sensor-a7-0042-2", True)

    def test_one_lost_to_somebody_who_scanned_at_once_is_his(self, devices, monkeypatch):
        register = device_operations.register

        def late(**said):
            with monkeypatch.context() as ahead:
                ahead.setattr(device_operations, "register", register)
                scan()
            return register(**said)

        monkeypatch.setattr(scanning.devices, "register", late)

        row, created = scan()

        assert (row.code, created) == ("garage-co-sensor-a7-0042", False)
        assert Device.rows.of("hml").filter(serial="A7-0042").count() == 1

    def test_refuses_a_model_that_nobody_knows_and_a_place_out_of_sight(self, devices):
        with pytest.raises(devices_of.ModelNotFound):
            scan(labels.write(model="teapot", serial="1"))
        with pytest.raises(Exception, match="place"):
            scan(seen=("hml/b03",))

        assert not Device.rows.of("hml").exclude(serial="").exists()

    def test_one_entered_elsewhere_is_not_shown(self, devices):
        scan()

        with pytest.raises(labels.LabelElsewhere):
            scan(place="hml/b03", seen=("hml/b03",))


@pytest.fixture
def awake(monkeypatch):
    monkeypatch.setattr(outbox.wake, "_answer", lambda: None)


@pytest.mark.django_db(transaction=True)
def test_four_who_scan_at_once_enter_one_device(awake, devices):
    ready = Barrier(4)

    def one(_):
        try:
            ready.wait(20)
            return scan()[0].code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as people:
        codes = set(people.map(one, range(4)))

    assert codes == {"garage-co-sensor-a7-0042"}
    assert Device.rows.of("hml").filter(serial="A7-0042").count() == 1


@pytest.mark.django_db
class TestDoors:
    def _scan(self, client, **body):
        return client.post(f"{API}/devices/scan", body, content_type="application/json")

    def test_a_manager_scans_and_scans_again(self, client, sign_in, devices):
        sign_in("manager")

        said = [self._scan(client, text=TEXT, place="hml/p1", name={"zh": "探头"}) for _ in "ab"]

        assert [one.status_code for one in said] == [201, 200]
        assert [one.json()["created"] for one in said] == [True, False]
        assert said[0].json()["device"]["name"]["zh"] == "探头"

    def test_says_in_words_what_was_read_wrongly(self, client, sign_in, devices):
        sign_in("manager")

        said = self._scan(client, text=TEXT[:-1] + "8", place="hml/p1")

        assert (said.status_code, said.json()["key"]) == (422, "fleet.bad_label")
        assert "重新扫描" in said.json()["message"]

    def test_a_guard_scans_nothing_and_may_print(self, client, sign_in, devices):
        row, _ = scan()
        sign_in("guard")

        assert self._scan(client, text=TEXT, place="hml/p1").status_code == 403
        assert client.get(f"{API}/devices/labels?codes={row.code}").status_code == 200

    def test_prints_each_label_once_and_nothing_that_a_name_smuggles_in(
        self, client, sign_in, devices
    ):
        row, _ = scan(name=Words(zh="<script>alert(1)</script>", en=""))
        sign_in("manager")

        said = client.get(f"{API}/devices/labels?codes={row.code},{row.code}")
        page = said.content.decode()

        assert said.headers["Content-Type"] == "text/html; charset=utf-8"
        assert said.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src ")
        assert (page.count("<section>"), page.count("<svg")) == (1, 1)
        assert "<script>" not in page
        assert re.search(r"<svg[^>]*>.*<path", page)

    def test_a_guard_finds_the_device_by_its_label(self, client, sign_in, devices):
        row, _ = scan()
        sign_in("guard")

        found = [
            client.get(f"{API}/label", {"text": text})
            for text in (TEXT, labels.link(base="http://x", community="hml", text=TEXT))
        ]

        assert [one.json()["code"] for one in found] == [row.code, row.code]

    def test_says_of_a_label_what_is_the_matter(self, client, sign_in, devices):
        scan()
        unknown = labels.write(model="garage_co_sensor", serial="nobodys")
        sign_in("guard", place="hml/b03")

        said = [client.get(f"{API}/label", {"text": text}) for text in (TEXT, unknown, "x")]

        assert [(one.status_code, one.json()["key"]) for one in said] == [
            (409, "fleet.label_elsewhere"), (404, "fleet.label_unknown"), (422, "fleet.bad_label"),
        ]  # fmt: skip

    def test_refuses_to_print_what_has_no_serial_or_is_not_there(self, client, sign_in, devices):
        sign_in("manager")

        said = [client.get(f"{API}/devices/labels?codes={one}") for one in ("co-1", "co-99", "")]

        assert [one.json()["key"] for one in said] == [
            "fleet.no_label", "devices.not_found", "fleet.no_labels_asked",
        ]  # fmt: skip

    def test_two_hundred_labels_are_printed_quickly(self, estate, answers):
        made = [new(f"co-{n}", serial=f"S{n:05}") for n in range(200)]
        device_operations.register_many(community="hml", devices=made, now=NOW)

        rows = queries.labelled(community="hml", codes=[one.code for one in made])

        assert len(rows) == 200

    def test_no_device_is_called_like_a_door(self, estate, answers):
        with pytest.raises(device_logic.CodeReserved):
            device_operations.register(community="hml", device=new("scan"), now=NOW)
