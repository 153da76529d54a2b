"""Calendars that a person's own program reads: what is in them, and when they show nothing."""

from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from icalendar import Calendar

from linli.contracts.identity import AccountReset
from linli.domains.feeds import handlers, http
from linli.domains.feeds.logic.calendars import Happening, turn, written
from linli.domains.feeds.models import Feed
from linli.foundation.identity import operations as identity
from linli.foundation.identity.models import Account, Grant
from linli.registry.devices.models import Device
from linli.registry.people.models import Shift, Staff
from linli.registry.places.models import Place
from tests.foundation.identity.kit import SURE
from tests.registry.conftest import NOW, estate, sign_in, wired
from tests.registry.devices.kit import answers, devices, known_models, known_scenes

__all__ = ["answers", "devices", "estate", "known_models", "known_scenes", "sign_in", "wired"]
API = "/api/v1/hml/feeds"
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    def set_(now):
        monkeypatch.setattr(http, "timezone", SimpleNamespace(now=lambda: now))

    set_(NOW)
    return set_


@pytest.fixture
def roster(estate):
    def place(path):
        return Place.rows.of("hml").get(path=path)

    for code, name, at in (("s1", "张三", "hml/p1"), ("s2", "李四", "hml/b03")):
        staff = Staff.rows.create(
            community="hml", code=code, name=name, post="保安", place=place(at), skills=[],
            duty="by_shift", employed=True,
        )  # fmt: skip
        Shift.rows.create(
            community="hml", staff=staff, days="135", starts=time(22), ends=time(6),
            until=date(2026, 7, 1),
        )  # fmt: skip


def subscribed(client, kind):
    answer = client.post(API, {"kind": kind}, content_type="application/json")
    assert answer.status_code == 201, answer.json()
    return answer.json()


def events(answer):
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


class TestTurn:
    @pytest.mark.parametrize(
        ("days", "ends", "start", "end"),
        [
            ("1", time(18), "2026-06-01T09:00", "2026-06-01T18:00"),
            ("7", time(18), "2026-06-07T09:00", "2026-06-07T18:00"),
            ("23", time(9), "2026-06-02T09:00", "2026-06-03T09:00"),
        ],
    )
    def test_is_the_first_from_a_day_on_and_goes_past_midnight(self, days, ends, start, end):
        first = turn(days=days, starts=time(9), ends=ends, since=date(2026, 6, 1), zone=SHANGHAI)

        assert [one.isoformat("T", "minutes")[:16] for one in first] == [start, end]

    def test_is_none_where_no_day_is_named(self):
        assert turn(days="", starts=time(9), ends=time(10), since=NOW.date(), zone=SHANGHAI) is None


class TestWritten:
    def test_the_same_makes_the_same_bytes_and_odd_words_break_nothing(self):
        one = Happening(
            id="1", title="a\r\nBEGIN:VEVENT\nx,;\\", start=NOW, end=NOW + timedelta(hours=1)
        )

        first, second = (written(name="n", happenings=[one], made_at=NOW) for _ in range(2))

        assert first == second
        assert len(Calendar.from_ical(first).walk("VEVENT")) == 1

    def test_none_is_an_empty_calendar(self):
        assert b"VEVENT" not in written(name="n", happenings=[], made_at=NOW)


@pytest.mark.django_db
class TestRead:
    def test_a_roster_comes_again_each_week_until_it_ends(self, client, sign_in, roster):
        sign_in("manager")
        made = subscribed(client, "roster")

        answer = Client().get(made["path"])
        found = events(answer)

        assert answer["Content-Type"] == "text/calendar; charset=utf-8"
        assert [str(one["summary"]) for one in found] == ["张三 保安", "李四 保安"]
        assert found[0]["rrule"]["BYDAY"] == ["MO", "WE", "FR"]
        assert found[0]["rrule"]["UNTIL"] == [datetime(2026, 6, 30, 15, 59, 59, tzinfo=UTC)]
        assert found[0].start.isoformat() == "2026-06-01T22:00:00+08:00"
        assert found[0].end.isoformat() == "2026-06-02T06:00:00+08:00"
        assert b"VTIMEZONE" in answer.content

    def test_an_etag_saves_reading_it_again(self, client, sign_in, roster, clock):
        sign_in("manager")
        made = subscribed(client, "roster")
        tag = Client().get(made["path"])["ETag"]
        clock(NOW + timedelta(days=3))

        again = Client().get(made["path"], headers={"If-None-Match": tag})
        Staff.rows.of("hml").filter(code="s1").update(employed=False)
        changed = Client().get(made["path"], headers={"If-None-Match": tag})

        assert (again.status_code, changed.status_code) == (304, 200)

    def test_who_may_look_at_one_place_reads_of_that_place(self, client, sign_in, roster):
        sign_in("guard", place="hml/p1")
        made = subscribed(client, "roster")

        assert [str(one["summary"]) for one in events(Client().get(made["path"]))] == ["张三 保安"]

    def test_devices_in_maintenance_are_there_until_then(self, client, sign_in, devices):
        sign_in("engineer")
        made = subscribed(client, "maintenance")
        Device.rows.of("hml").filter(code="fan-1").update(
            maintenance_until=NOW + timedelta(hours=3), maintenance_reason="换皮带"
        )

        [found] = events(Client().get(made["path"]))

        assert found.end == NOW + timedelta(hours=3)
        assert str(found["description"]) == "换皮带"

    def test_no_campaign_is_an_empty_calendar(self, client, sign_in, devices):
        sign_in("engineer")

        assert events(Client().get(subscribed(client, "campaigns")["path"])) == []


@pytest.mark.django_db
class TestRights:
    def test_a_revoked_address_shows_nothing(self, client, sign_in, roster):
        sign_in("manager")
        made = subscribed(client, "roster")

        gone = client.delete(f"{API}/{made['id']}")
        twice = client.delete(f"{API}/{made['id']}")

        assert (gone.status_code, twice.status_code) == (204, 404)
        assert Client().get(made["path"]).json()["key"] == "feeds.not_found"
        assert client.get(API).json()["items"] == []

    def test_a_right_that_was_taken_back_is_asked_for_anew(self, client, sign_in, roster):
        account = sign_in("guard")
        made = subscribed(client, "roster")
        Grant.objects.filter(account=account).delete()

        assert Client().get(made["path"]).status_code == 403

    def test_is_read_off_duty_too(self, client, sign_in, roster):
        sign_in("guard")
        made = subscribed(client, "roster")
        Grant.objects.update(days=str(NOW.astimezone(SHANGHAI).isoweekday() % 7 + 1))

        assert Client().get(made["path"]).status_code == 200

    def test_a_reset_ends_it_for_good(self, client, sign_in, roster):
        account = sign_in("guard")
        made = subscribed(client, "roster")

        identity.reset_account(account=account, sure=SURE, now=NOW)
        meanwhile = Client().get(made["path"])
        handlers.account_reset(
            fact=AccountReset(id="f1", at=NOW, community="platform", account=account, by=0)
        )
        Account.objects.filter(pk=account).update(must_change_password=False)

        assert (meanwhile.status_code, Client().get(made["path"]).status_code) == (404, 404)

    def test_a_closed_account_shows_nothing(self, client, sign_in, roster):
        account = sign_in("guard")
        made = subscribed(client, "roster")
        Account.objects.filter(pk=account).update(is_active=False)

        assert Client().get(made["path"]).status_code == 404

    def test_the_token_is_kept_nowhere_and_opens_no_other_community(self, client, sign_in, roster):
        sign_in("manager")
        path = subscribed(client, "roster")["path"]
        token = path.rpartition("/")[2].removesuffix(".ics")

        assert token not in str(list(Feed.rows.of("hml").values()))
        assert Client().get(path.replace("/hml/", "/other/")).status_code == 404
        assert Client().get(f"{API}/{token}x.ics").status_code == 404

    def test_who_may_not_read_it_is_given_none(self, client, sign_in, estate):
        sign_in("cleaner")

        denied = client.post(API, {"kind": "maintenance"}, content_type="application/json")

        assert denied.status_code == 403
        assert client.post(API, {"kind": "odd"}, content_type="application/json").status_code == 422

    def test_of_others_nothing_is_listed_or_revoked(self, client, sign_in, roster):
        sign_in("manager")
        made = subscribed(client, "roster")
        sign_in("guard")

        assert client.get(API).json()["items"] == []
        assert client.delete(f"{API}/{made['id']}").status_code == 404

    def test_nobody_has_more_than_twenty(self, client, sign_in, estate):
        sign_in("guard")
        for _ in range(20):
            subscribed(client, "roster")

        answer = client.post(API, {"kind": "roster"}, content_type="application/json")

        assert answer.json()["key"] == "feeds.too_many"
