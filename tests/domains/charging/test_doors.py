"""What devices ask, and what is done over HTTP: once, by the right one, in the right community."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import msgspec
import pytest
from django.db import connections

from linli.contracts import asking
from linli.contracts.tariffs import TariffAgreed, TariffChange
from linli.domains.charging import desk, queries
from linli.domains.charging.logic.tariffs import BadTariff
from linli.domains.charging.models import Answered, Connector, Session
from linli.domains.charging.operations import answering, setting, starting
from linli.kernel.fault import Fault
from linli.registry.devices import asks
from linli.registry.people.models import Person, Vehicle
from tests.domains.charging.conftest import (
    NOW,
    TARIFFS,
    begin,
    held,
    income,
    later,
    over,
    start,
    wallet,
)
from tests.registry.conftest import sign_in

__all__ = ["sign_in"]

pytestmark = pytest.mark.django_db


def ask(kind, *, device="cp-1", id="q1", at=NOW, now=NOW, **body):
    asked = asking.Asked(
        community="hml", device=device, kind=kind, id=id, body=body, at=at.timestamp()
    )
    return desk.ANSWERS[kind](asked, now)


class TestDesk:
    def test_a_transaction_begins_and_ends_by_what_a_charge_point_tells(self, site, people):
        about = {"tag": "04A1B2C3", "transaction": "77", "device": "cp-1"}
        began = ask("charge.card", step="started", meter_wh=1000.0, **about)
        hour = later(hours=1)
        ended = ask(
            "charge.card", step="ended", at=hour, now=hour, meter_wh=8000.0,
            reason="EVDisconnected", **about,
        )  # fmt: skip

        assert (began.ok, ended.ok) == (True, True)
        assert income() == 1001

    @pytest.mark.parametrize("at", [NOW - timedelta(days=9000), NOW + timedelta(days=9000)])
    def test_a_clock_out_of_its_mind_is_not_believed(self, site, people, at):
        ask("charge.card", step="started", at=at, tag="04A1B2C3", transaction="77", meter_wh=0.0)

        assert Session.rows.of("hml").get().started_at == NOW

    def test_a_card_is_let_in_if_it_could_pay(self, site, people):
        assert ask("charge.card", step="authorize", tag="04A1B2C3").ok
        with pytest.raises(Fault) as refused:
            ask("charge.card", step="authorize", tag="DEADBEEF")

        assert refused.value.key == "charging.unknown_card"
        assert held() == 0

    @pytest.mark.parametrize("body", [{}, {"step": "dance"}, {"step": "started", "tag": 7}])
    def test_refuses_what_is_malformed(self, site, body):
        with pytest.raises(msgspec.ValidationError):
            ask("charge.card", **body)

    def test_a_socket_asked_twice_begins_once(self, shed, people):
        first = ask("socket.start", device="socket-1", card="04A1B2C3")
        again = ask("socket.start", device="socket-1", card="04A1B2C3")

        assert first == again
        assert first.ok
        assert (held(), Answered.rows.of("hml").count()) == (400, 1)

    def test_the_code_of_a_phone_begins_and_another_communitys_does_not(self, shed, people):
        good = answering.code(community="hml", person=people[0].pk)
        other = answering.code(community="other", person=people[0].pk)

        refused = ask("socket.start", device="socket-1", id="a", code=other)
        taken = ask("socket.start", device="socket-1", id="b", code=good)

        assert (refused.ok, refused.reason) == (False, "charging.bad_code")
        assert taken.ok

    def test_the_code_of_a_phone_begins_one_charging(self, site, people):
        shown = answering.code(community="hml", person=people[0].pk)

        told = [ask("socket.start", device=f"cp-{n}", id=f"c{n}", code=shown) for n in (1, 2)]

        assert [one.reason for one in told] == ["", "charging.code_used"]
        assert held() == 5000

    @pytest.mark.parametrize(
        ("wishes", "confidence", "reason"),
        [
            (True, 0.98, ""),
            (True, 0.5, "charging.plate_not_sure"),
            (False, 0.98, "charging.plate_not_wished"),
        ],
    )
    def test_a_plate_begins_for_an_owner_who_wants_it_if_it_was_read_well(
        self, site, people, wishes, confidence, reason
    ):
        for plate in ("京AD92035", "京AD92036"):
            Vehicle.rows.create(
                community="hml", plate=plate, colour="green", kind="car", owner=people[0]
            )
        who = {"community": "hml", "person": people[0].pk, "now": NOW}
        answering.wish_by_plate(**who, plate="京AD92035", on=True)
        answering.wish_by_plate(**who, plate="京AD92035", on=wishes)
        answering.wish_by_plate(**who, plate="京AD92036", on=True)

        Connector.rows.of("hml").filter(device__code="cp-1").update(camera="cam-1")

        told = ask(
            "charge.plate", device="cam-1", connector="cp-1", plate="京AD92035",
            confidence=confidence,
        )  # fmt: skip

        assert (told.ok, told.reason) == (not reason, reason)


class TestTariff:
    def _change(self, text, hours=1):
        from_at = later(hours=hours)
        return TariffChange(of="charging", where="ev1", text=text, from_at=from_at)

    def test_is_read_before_anybody_agrees(self, site):
        change = self._change(TARIFFS["ev_by_hour"])

        words = setting.check_tariff("hml", change, NOW)

        assert "0.3200+0.4000" in words.zh

    @pytest.mark.parametrize(
        ("text", "hours", "refusal"),
        [
            ("id = 7", 1, BadTariff),
            (TARIFFS["ebike_by_hour"], 1, setting.OtherKind),
            (TARIFFS["ev_by_hour"], -1, setting.TooSoon),
        ],
    )
    def test_refuses_what_cannot_be_put_in_force(self, site, text, hours, refusal):
        with pytest.raises(refusal):
            setting.check_tariff("hml", self._change(text, hours), NOW)

    def test_what_charges_keeps_the_prices_it_began_with(self, site, people):
        session = start(people[0])
        begin(session.number)
        dear = TARIFFS["ev_by_hour"].replace('"0.4000"', '"0.9000"')
        change = msgspec.structs.replace(self._change(dear), from_at=NOW)
        setting.put_tariff(
            TariffAgreed(
                community="hml", change=change, by=None, approved_by=None, cause="c", now=NOW
            )
        )
        over(at=later(hours=1), meter_wh=8000, reason="EVDisconnected")

        assert income() == 1001
        tariff, version = queries.tariff_of(site=site, now=later(hours=2))
        assert (version, tariff.stretches[0].service_e4) == (1, 9000)


class TestHttp:
    @pytest.fixture
    def resident(self, site, people, sign_in, monkeypatch):
        account = sign_in("resident")
        Person.rows.of("hml").filter(pk=people[0].pk).update(account=account)
        monkeypatch.setattr(asks.twin, "_answer", lambda community, codes: [])
        return people[0]

    def _post(self, client, path, body=None):
        return client.post(f"/api/v1/hml/my/{path}", body or {}, content_type="application/json")

    def test_a_resident_finds_starts_and_stops(self, client, resident):
        page = client.get("/api/v1/hml/my/charging").json()
        made = self._post(client, "charging/sessions", {"connector": "cp-1"})
        number = made.json()["number"]
        stopped = self._post(client, f"charging/sessions/{number}/stop")

        assert [one["state"] for one in page["sites"][0]["connectors"]] == ["free", "free"]
        assert (made.status_code, made.json()["held_fen"]) == (201, 5000)
        assert (stopped.json()["state"], wallet(resident)) == ("failed", 10_000)

    def test_a_strangers_charging_is_not_found(self, client, resident, people):
        other = start(people[1], device="cp-2", now=NOW)

        answer = client.get(f"/api/v1/hml/my/charging/sessions/{other.number}")
        page = client.get("/api/v1/hml/my/charging").json()

        assert (answer.status_code, answer.json()["key"]) == (404, "charging.session_not_found")
        assert [one["session"] for one in page["sites"][0]["connectors"]] == [None, None]

    def test_a_resident_is_not_let_to_the_desk(self, client, resident):
        assert client.get("/api/v1/hml/charging/sites").status_code == 403

    def test_the_desk_sees_the_load_and_sets_the_limit(self, client, site, sign_in, monkeypatch):
        sign_in("manager")
        monkeypatch.setattr(asks.twin, "_answer", lambda community, codes: [])

        changed = client.patch(
            "/api/v1/hml/charging/sites/ev1", {"limit_a": 63}, content_type="application/json"
        )

        assert (changed.status_code, changed.json()["limit_a"]) == (200, 63.0)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_at_one_connector_are_one_charging_and_no_fen_is_lost(site, people):
    def both(person):
        try:
            return start(person).number
        except starting.ConnectorBusy:
            return None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(both, [people[0], people[1]] * 2))

    assert len([one for one in found if one]) == 1
    assert wallet(people[0]) + wallet(people[1]) + held() == 20_000
    assert held() == 5000
