"""Many devices at once: in parts, once, paused, cancelled, through restarts, at a bounded pace."""

import csv
import io
from datetime import timedelta

import msgspec
import pytest
from django.db import OperationalError

from linli.contracts import approvals as contract
from linli.contracts import sentences
from linli.devices import credential, validate
from linli.foundation.approvals.models import Approval
from linli.foundation.approvals.operations import ApprovalWanted
from linli.foundation.identity import operations as identity
from linli.foundation.identity.queries import NotAllowed
from linli.foundation.outbox.models import Outgoing
from linli.foundation.scope.paging import NumberPage
from linli.kernel.words import Words
from linli.registry.devices import catalogue
from linli.registry.devices import operations as device_operations
from linli.registry.devices import queries as devices_of
from linli.registry.devices.models import Command, Device
from linli.registry.fleet import bulk, operations, queries
from linli.registry.fleet.models import Bulk, BulkItem
from linli.registry.fleet.operations import Wish, advancing
from linli.registry.places.queries import PlaceNotFound
from linli.web.sentences import said as words
from tests.registry.conftest import FEW_STATEMENTS, NOW
from tests.registry.devices.kit import acknowledged, later, new

pytestmark = pytest.mark.django_db
API = "/api/v1/hml"
ALL = {"place": "hml"}


@pytest.fixture(autouse=True)
def sentenced(monkeypatch):
    monkeypatch.setattr(sentences.sentence, "_answer", words)


def begin(account, action="disable", *, key="k1", codes=(), sought=None, now=NOW, seen=(), **said):
    wish = Wish(
        key=key, action=action, said=said, codes=codes,
        sought=(ALL if not codes else {}) if sought is None else sought,
    )  # fmt: skip
    return operations.begin(community="hml", wish=wish, by=account, seen=seen, now=now)


def command(account, service="fan.on", *, key="k1", codes=(), now=NOW, **args):
    return begin(account, "command", key=key, codes=codes, now=now, service=service, args=args)


def work(*, now=NOW, parts=1):
    return [operations.advance(community="hml", now=now) for _ in range(parts)]


def steer(row, step, account, *, now=NOW, holds=lambda permission: True, seen=()):
    return operations.steer(
        community="hml", id=row.pk, step=step, by=account, holds=holds, seen=seen, now=now
    )


def let_pass(row):
    return contract.LetPass(
        approval=row.pk, kind=row.kind, community="hml", about=row.about, request=row.request,
        by=row.asked_by_id, approved_by=row.asked_by_id, cause="f1", now=NOW,
    )  # fmt: skip


def fresh(row):
    return Bulk.rows.of("hml").get(pk=row.pk)


def results(row, account):
    return [
        (item.device, item.state, item.reason)
        for item in queries.items(
            community="hml", id=row.pk, by=account, wanted=NumberPage(limit=500)
        )[1]
    ]


def moved():
    rows = Outgoing.objects.filter(topic="BulkMoved").order_by("id")
    return [bytes(row.body).split(b'"state":"')[1].split(b'"')[0].decode() for row in rows]


@pytest.fixture
def many(estate, answers):
    made = [new(f"co-{n:04}") for n in range(2300)]
    device_operations.register_many(community="hml", devices=made, now=NOW)


@pytest.fixture
def dangerous(monkeypatch, known_models):
    """Let the fan's service be one that must be confirmed."""
    fan = known_models["garage_fan"]
    risky = msgspec.structs.replace(fan.services["fan.on"], danger=Words(zh="危险", en="danger"))
    models = known_models | {
        "garage_fan": msgspec.structs.replace(fan, services=fan.services | {"fan.on": risky})
    }
    monkeypatch.setattr(catalogue.models, "_answer", lambda: models)


class TestBegin:
    def test_notes_the_devices_that_are_meant_now(self, devices, account):
        row = begin(account, sought={"model": "garage_co_sensor"})

        assert (row.state, row.total, row.done) == ("running", 2, 0)
        assert results(row, account) == [("co-1", "waiting", ""), ("co-2", "waiting", "")]
        assert moved() == ["running"]

    def test_asked_twice_it_is_one(self, devices, account):
        rows = [begin(account), begin(account)]

        assert rows[0].pk == rows[1].pk
        assert (Bulk.rows.of("hml").count(), moved()) == (1, ["running"])

    def test_refuses_the_key_for_something_else(self, devices, account):
        begin(account)

        with pytest.raises(bulk.BulkKeyUsed):
            begin(account, "enable")

    def test_a_key_is_everybodys_own(self, devices, account):
        other = identity.open_account(username="u2", name="丁", password="long enough 7").account
        begin(account)

        assert begin(other, "enable").account_id == other

    @pytest.mark.parametrize(
        ("codes", "sought"), [((), {}), (("co-1",), {"place": "hml"})], ids=["nothing", "both"]
    )
    def test_refuses_a_selection_that_says_nothing_or_two_things(
        self, devices, account, codes, sought
    ):
        with pytest.raises(bulk.NothingSelected):
            begin(account, codes=codes, sought=sought)

        assert not Bulk.rows.of("hml").exists()

    def test_refuses_a_selection_of_nobody(self, devices, account):
        with pytest.raises(bulk.NobodySelected):
            begin(account, sought={"model": "smoke_detector"})

    def test_refuses_a_code_of_another_community_and_one_out_of_sight(self, devices, account):
        for codes, seen in ((("co-9",), ()), (("co-1",), ("hml/b03",))):
            with pytest.raises(devices_of.DeviceNotFound):
                begin(account, codes=codes, seen=seen)

    def test_a_filter_finds_only_what_is_in_sight(self, devices, account):
        row = begin(account, seen=("hml/b03",))

        assert [item[0] for item in results(row, account)] == ["speaker-1"]

    def test_refuses_too_many(self, devices, account, monkeypatch):
        monkeypatch.setattr(bulk, "MOST_DEVICES", 3)

        with pytest.raises(bulk.TooManySelected):
            begin(account)

    @pytest.mark.parametrize(
        ("action", "said"),
        [
            ("move", {}),
            ("enable", {"place": "hml/p1"}),
            ("maintain", {"reason": "检修"}),
            ("explode", {}),
        ],
    )
    def test_refuses_what_lacks_something_or_has_too_much(self, devices, account, action, said):
        with pytest.raises(bulk.BadAction):
            begin(account, action, **said)

    def test_refuses_a_place_that_is_none_or_out_of_sight(self, devices, account):
        for place, seen in (("hml/b99", ()), ("hml/b03", ("hml/p1",))):
            with pytest.raises(PlaceNotFound):
                begin(account, "move", place=place, seen=seen)

    def test_refuses_a_service_that_no_device_has(self, devices, account):
        with pytest.raises(validate.UnknownService):
            command(account, "lift.hold")

    def test_refuses_arguments_that_do_not_fit(self, devices, account):
        with pytest.raises(validate.BadArgument):
            command(account, "speaker.say", codes=("speaker-1",), volume=9)


class TestAdvance:
    def test_does_it_and_tells_the_live_half_once(self, devices, account):
        row = begin(account)
        before = devices_of.version(community="hml")

        work()

        assert not Device.rows.of("hml").filter(enabled=True).exists()
        assert (fresh(row).state, fresh(row).done, fresh(row).failed) == ("done", 4, 0)
        assert devices_of.version(community="hml") == before + 1
        assert moved() == ["running", "done"]

    def test_nothing_is_done_twice(self, devices, account):
        begin(account)

        assert work(parts=3) == [4, 0, 0]
        assert moved() == ["running", "done"]

    def test_a_device_that_refuses_does_not_stop_the_others(self, devices, account):
        row = begin(account, "move", place="hml/b03", seen=("hml",))
        Device.rows.of("hml").filter(code="co-2").update(code="co-9")

        work()

        assert (fresh(row).done, fresh(row).failed) == (3, 1)
        assert results(row, account)[1] == ("co-2", "failed", "devices.not_found")
        assert devices_of.device(community="hml", code="co-1").place.path == "hml/b03"

    def test_goes_on_after_a_restart_in_the_middle(self, devices, account, monkeypatch):
        monkeypatch.setattr(bulk, "CHANGES_AT_ONCE", 3)
        row = begin(account)
        work()

        def dies(*_, **__):
            raise KeyboardInterrupt

        with monkeypatch.context() as broken:
            broken.setattr(advancing, "_finish", dies)
            with pytest.raises(KeyboardInterrupt):
                work()
        halfway = fresh(row).done
        enabled = Device.rows.of("hml").filter(enabled=True).count()
        work()

        assert (halfway, enabled) == (3, 1)
        assert (fresh(row).state, fresh(row).done) == ("done", 4)

    def test_keeps_its_pace_over_all_that_is_open(self, devices, account, monkeypatch):
        monkeypatch.setattr(bulk, "CHANGES_AT_ONCE", 3)
        begin(account)
        begin(account, "enable", key="k2")

        assert work(parts=4) == [3, 3, 2, 0]

    def test_maintenance_that_ended_while_it_was_paused_fails_in_words(self, devices, account):
        row = begin(account, "maintain", until=later(hours=1), reason="更换电池")
        steer(row, "pause", account)

        steer(row, "resume", account, now=later(hours=2))
        work(now=later(hours=2))

        assert {item[1:] for item in results(row, account)} == {("failed", "devices.bad_until")}

    def test_maintains_and_releases(self, devices, account):
        begin(account, "maintain", until=later(hours=1), reason="更换电池")
        work()
        maintained = Device.rows.of("hml").filter(maintenance_reason="更换电池").count()

        begin(account, "release", key="k2")
        work()

        assert maintained == 4
        assert not Device.rows.of("hml").filter(maintenance_until__isnull=False).exists()

    def test_a_device_that_breaks_fails_alone(self, devices, account, monkeypatch, caplog):
        row = begin(account)
        known = device_operations.change_each

        def breaks_at_co_2(*, changes, **said):
            if "co-2" in changes:
                raise ValueError("nobody expected this")
            return known(changes=changes, **said)

        monkeypatch.setattr(device_operations, "change_each", breaks_at_co_2)
        work()

        assert (fresh(row).state, fresh(row).done, fresh(row).failed) == ("done", 3, 1)
        assert results(row, account)[1] == ("co-2", "failed", "fleet.device_broke")
        assert [one.code for one in Device.rows.of("hml").filter(enabled=True)] == ["co-2"]
        assert "nobody expected this" in caplog.text

    def test_one_that_breaks_holds_up_no_other(self, devices, account, monkeypatch, caplog):
        broken = begin(account)
        other = begin(account, "maintain", key="k2", until=later(hours=1), reason="更换电池")
        known = advancing._finish

        def breaks(row, now):
            if row.pk == broken.pk:
                raise ValueError("nobody expected this")
            known(row, now)

        monkeypatch.setattr(advancing, "_finish", breaks)
        work()

        assert (fresh(broken).state, fresh(broken).done) == ("running", 0)
        assert Device.rows.of("hml").filter(enabled=False).count() == 0
        assert (fresh(other).state, fresh(other).done) == ("done", 4)
        assert "nobody expected this" in caplog.text

    def test_what_the_database_refuses_for_now_is_no_ones_failure(
        self, devices, account, monkeypatch
    ):
        row = begin(account)

        def locked(**_):
            raise OperationalError("database is locked")

        with monkeypatch.context() as broken:
            broken.setattr(device_operations, "change_each", locked)
            with pytest.raises(OperationalError):
                work()
        before = fresh(row).failed
        work()

        assert (before, fresh(row).done, fresh(row).failed) == (0, 4, 0)

    def test_two_thousand_three_hundred_are_done_by_few_statements(
        self, many, account, django_assert_max_num_queries
    ):
        row = begin(account, "move", place="hml/b03")

        with django_assert_max_num_queries(FEW_STATEMENTS):
            parts = work(parts=6)

        assert sum(parts) == 2300
        assert max(parts) <= bulk.CHANGES_AT_ONCE
        assert fresh(row).state == "done"


class TestCommand:
    def test_asks_and_takes_over_what_the_devices_answer(self, devices, account):
        row = command(account, codes=("fan-1",))
        work()
        asked = results(row, account)
        one = Command.rows.of("hml").get()

        device_operations.commands_told(effects=[acknowledged(one.pk)])
        work(now=later(seconds=1))

        assert asked == [("fan-1", "asked", "")]
        assert (fresh(row).state, fresh(row).done) == ("done", 1)

    def test_a_device_without_the_service_fails_and_the_others_are_asked(self, devices, account):
        row = command(account)

        work()

        assert [item[1:] for item in results(row, account)] == [
            ("failed", "devices.unknown_service"), ("failed", "devices.unknown_service"),
            ("asked", ""), ("failed", "devices.unknown_service"),
        ]  # fmt: skip

    def test_a_device_that_breaks_fails_alone(self, devices, account, monkeypatch, caplog):
        known = device_operations.request_command
        new_fan = new("fan-2", "garage_fan")
        device_operations.register_many(community="hml", devices=[new_fan], now=NOW)
        row = command(account, codes=("fan-1", "fan-2"))

        def breaks_at_fan_1(*, device, **said):
            if device == "fan-1":
                raise ValueError("nobody expected this")
            return known(device=device, **said)

        monkeypatch.setattr(device_operations, "request_command", breaks_at_fan_1)
        work()

        assert results(row, account) == [
            ("fan-1", "failed", "fleet.device_broke"), ("fan-2", "asked", ""),
        ]  # fmt: skip
        assert "nobody expected this" in caplog.text

    def test_gives_no_more_commands_at_once_than_it_may(self, devices, account, monkeypatch):
        monkeypatch.setattr(bulk, "COMMANDS_AT_ONCE", 1)
        fans = [new(f"fan-{n}", "garage_fan") for n in (2, 3)]
        device_operations.register_many(community="hml", devices=fans, now=NOW)
        command(account, codes=("fan-1", "fan-2", "fan-3"))

        assert work(parts=4) == [1, 1, 1, 0]

    def test_each_device_is_commanded_once_through_a_restart(self, devices, account, monkeypatch):
        row = command(account, codes=("fan-1",))

        def dies(*_, **__):
            raise KeyboardInterrupt

        with monkeypatch.context() as broken:
            broken.setattr(advancing, "update_all", dies)
            with pytest.raises(KeyboardInterrupt):
                work()
        work(parts=2)

        assert Command.rows.of("hml").count() == 1
        assert results(row, account) == [("fan-1", "asked", "")]

    def test_one_of_which_nothing_is_heard_has_failed_in_the_end(self, devices, account):
        row = command(account, codes=("fan-1",))
        work()

        work(now=later(minutes=30))

        assert results(row, account) == [("fan-1", "failed", "fleet.not_heard_of")]
        assert fresh(row).state == "done"

    def test_a_disabled_device_fails(self, devices, account):
        Device.rows.of("hml").filter(code="fan-1").update(enabled=False)
        row = command(account, codes=("fan-1",))

        work()

        assert results(row, account) == [("fan-1", "failed", "devices.disabled")]

    def test_a_dangerous_one_waits_until_the_same_person_confirms(
        self, devices, account, dangerous
    ):
        row = command(account, codes=("fan-1",))
        unconfirmed = (row.state, work(), Command.rows.of("hml").count())

        steer(row, "confirm", account, now=later(minutes=1))
        work(now=later(minutes=1))

        assert unconfirmed == ("unconfirmed", [0], 0)
        assert Command.rows.of("hml").get().state == "queued"

    def test_nobody_else_confirms_it_nor_anybody_too_late(self, devices, account, dangerous):
        other = identity.open_account(username="u2", name="丁", password="long enough 7").account
        row = command(account, codes=("fan-1",))

        with pytest.raises(bulk.NotItsMaker):
            steer(row, "confirm", other)
        with pytest.raises(bulk.TooLateToConfirm):
            steer(row, "confirm", account, now=later(minutes=2))

    def test_for_many_devices_a_second_person_lets_it_pass(self, devices, account, dangerous):
        row = command(account, codes=("co-1", "fan-1"))
        with pytest.raises(ApprovalWanted):
            steer(row, "confirm", account)
        asked = Approval.rows.of("hml").get()
        before = (fresh(row).state, work())

        operations.carry(let_pass(asked))
        work()

        assert before == ("unconfirmed", [0])
        assert (asked.kind, asked.request["bulk"], asked.request["n"]) == (
            "bulk_command",
            row.pk,
            2,
        )
        assert fresh(row).state == "running"

    def test_opening_many_doors_takes_two_and_one_door_one(
        self, devices, account, known_models, monkeypatch
    ):
        fan = known_models["garage_fan"]
        door = msgspec.structs.replace(
            fan.services["fan.on"], danger_to_many=Words(zh="都开", en="all open")
        )
        models = known_models | {
            "garage_fan": msgspec.structs.replace(fan, services=fan.services | {"fan.on": door})
        }
        monkeypatch.setattr(catalogue.models, "_answer", lambda: models)

        one, many = command(account, codes=("fan-1",)), command(account, key="k2")

        assert (one.state, many.state) == ("running", "unconfirmed")
        assert Approval.rows.of("hml").get().about == f"bulk:{many.pk}"
        with pytest.raises(ApprovalWanted):
            steer(many, "confirm", account)

    def test_what_was_cancelled_is_not_begun_by_a_late_agreement(self, devices, account, dangerous):
        row = command(account, codes=("co-1", "fan-1"))
        steer(row, "cancel", account)

        with pytest.raises(bulk.WrongStep):
            operations.carry(let_pass(Approval.rows.of("hml").get()))

        assert Command.rows.of("hml").count() == 0

    def test_for_many_it_expires_after_an_hour(self, devices, account, dangerous):
        row = command(account, codes=("co-1", "fan-1"))

        work(now=later(minutes=59))
        before = fresh(row).state
        work(now=later(minutes=60))

        assert (before, fresh(row).state) == ("unconfirmed", "expired")

    def test_unconfirmed_it_expires_and_commands_nobody(self, devices, account, dangerous):
        row = command(account, codes=("fan-1",))

        work(now=later(minutes=2))

        assert (fresh(row).state, fresh(row).finished_at) == ("expired", later(minutes=2))
        assert results(row, account) == [("fan-1", "cancelled", "")]
        with pytest.raises(bulk.WrongStep):
            steer(row, "confirm", account, now=later(minutes=3))


class TestSteer:
    def test_paused_nothing_more_is_done_until_it_goes_on(self, devices, account, monkeypatch):
        monkeypatch.setattr(bulk, "CHANGES_AT_ONCE", 3)
        row = begin(account)
        work()

        steer(row, "pause", account)
        paused = work()
        steer(row, "resume", account)

        assert (paused, work()) == ([0], [1])
        assert moved() == ["running", "paused", "running", "done"]

    def test_cancelled_what_is_done_stays_and_what_waits_is_left_out(
        self, devices, account, monkeypatch
    ):
        monkeypatch.setattr(bulk, "CHANGES_AT_ONCE", 3)
        row = begin(account)
        work()

        steer(row, "cancel", account)
        work()

        assert [state for _, state, _ in results(row, account)] == ["done"] * 3 + ["cancelled"]
        assert (fresh(row).state, fresh(row).done) == ("cancelled", 3)

    def test_of_a_cancelled_one_it_is_still_heard_what_became_of_who_was_asked(
        self, devices, account
    ):
        row = command(account, codes=("fan-1",))
        work()
        steer(row, "cancel", account)
        open_still = fresh(row).finished_at

        device_operations.commands_told(effects=[acknowledged(Command.rows.of("hml").get().pk)])
        work(now=later(seconds=9))

        assert open_still is None
        assert (fresh(row).state, fresh(row).done, fresh(row).finished_at) == (
            "cancelled", 1, later(seconds=9),
        )  # fmt: skip

    def test_a_step_taken_twice_is_taken_once(self, devices, account):
        row = begin(account)

        steer(row, "pause", account)
        steer(row, "pause", account)

        assert moved() == ["running", "paused"]

    def test_refuses_who_could_not_have_asked_for_it(self, devices, account):
        row = begin(account)

        with pytest.raises(NotAllowed):
            steer(row, "cancel", account, holds=lambda permission: permission == "devices.command")

    def test_who_has_a_place_does_not_find_anothers(self, devices, account):
        row = begin(account)

        with pytest.raises(bulk.BulkNotFound):
            steer(row, "cancel", account + 1, seen=("hml/p1",))


class TestCollect:
    def test_the_secrets_are_told_once_and_kept_nowhere(self, devices, account):
        row = begin(account, "credential")
        work()

        made = operations.collect(community="hml", id=row.pk, by=account, now=NOW)

        held = {one.code: one.secret_hash for one in Device.rows.of("hml")}
        assert [one.username for one in made] == [
            "hml/co-1", "hml/co-2", "hml/fan-1", "hml/speaker-1",
        ]  # fmt: skip
        assert all(
            credential.verify(one.secret, kept=held[one.username.removeprefix("hml/")])
            for one in made
        )
        assert len({one.secret for one in made}) == 4
        with pytest.raises(bulk.NothingToCollect):
            operations.collect(community="hml", id=row.pk, by=account, now=NOW)

    def test_not_before_the_end_nor_by_anybody_else(self, devices, account):
        other = identity.open_account(username="u2", name="丁", password="long enough 7").account
        row = begin(account, "credential")

        with pytest.raises(bulk.NotFinished):
            operations.collect(community="hml", id=row.pk, by=account, now=NOW)
        work()
        with pytest.raises(bulk.NotItsMaker):
            operations.collect(community="hml", id=row.pk, by=other, now=NOW)

    def test_others_make_none(self, devices, account):
        row = begin(account)
        work()

        with pytest.raises(bulk.NothingToCollect):
            operations.collect(community="hml", id=row.pk, by=account, now=NOW)


class TestForget:
    def test_drops_what_is_past_its_retention_in_parts(self, devices, account):
        old, young = begin(account), begin(account, "enable", key="k2", now=later(days=9))
        work()
        Bulk.rows.of("hml").filter(pk=young.pk).update(finished_at=later(days=9))

        gone = [
            operations.forget_bulks(community="hml", before=later(days=1), most=3) for _ in range(4)
        ]

        assert gone == [3, 1, 1, 0]
        assert [row.pk for row in Bulk.rows.of("hml")] == [young.pk] != [old.pk]
        assert BulkItem.rows.of("hml").count() == 4


class TestDoors:
    def _post(self, client, path, **body):
        return client.post(f"{API}/bulk{path}", body, content_type="application/json")

    def test_a_manager_begins_watches_and_pages(self, client, sign_in, devices):
        sign_in("manager")

        said = self._post(client, "", key="k", action="disable", filter={"place": "hml"})
        number = said.json()["id"]
        work()
        first = client.get(f"{API}/bulk/{number}?limit=3").json()
        rest = client.get(f"{API}/bulk/{number}?limit=3&cursor={first['next']}").json()

        assert (said.status_code, said.json()["state"]) == (202, "running")
        assert (first["state"], first["total"], first["done"]) == ("done", 4, 4)
        assert [one["device"] for one in first["items"] + rest["items"]] == [
            "co-1", "co-2", "fan-1", "speaker-1",
        ]  # fmt: skip
        assert rest["next"] is None
        assert client.get(f"{API}/bulk").json()["items"][0]["id"] == number

    def test_says_in_words_why_a_device_failed(self, client, sign_in, devices):
        sign_in("manager")
        number = self._post(
            client, "/commands", key="k", filter={"place": "hml"}, service="fan.on"
        ).json()["id"]
        work()

        (one,) = client.get(f"{API}/bulk/{number}?state=failed&limit=1").json()["items"]

        assert one["reason"] == "devices.unknown_service"
        assert "fan.on" in one["sentence"]["zh"]

    def test_a_guard_commands_and_changes_nothing(self, client, sign_in, devices):
        sign_in("guard")

        asked = self._post(client, "/commands", key="k", codes=["fan-1"], service="fan.on")
        changed = self._post(client, "", key="k2", action="disable", codes=["fan-1"])
        stopped = self._post(client, f"/{asked.json()['id']}/cancel")

        assert (asked.status_code, changed.status_code, stopped.status_code) == (202, 403, 200)

    def test_who_may_only_read_stops_nothing(self, client, sign_in, devices, account):
        row = begin(account)
        sign_in("auditor")

        assert self._post(client, f"/{row.pk}/pause").status_code == 403
        assert client.get(f"{API}/bulk/{row.pk}").status_code == 200

    def test_another_community_does_not_find_it(self, client, sign_in, devices, account):
        row = begin(account)
        sign_in("manager", "other")

        assert client.get(f"/api/v1/other/bulk/{row.pk}").status_code == 404

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"key": "k", "action": "burn", "codes": ["co-1"]},
            {"key": "k", "action": "move", "codes": ["co-1"], "place": "hml", "x": 1},
            {
                "key": "k",
                "action": "maintain",
                "codes": ["co-1"],
                "until": "soon",
                "reason": "检修",
            },
            {"key": "k", "action": "enable", "filter": {"colour": "red"}},
        ],
    )
    def test_refuses_forms_that_are_none(self, client, sign_in, devices, body):
        sign_in("manager")

        assert self._post(client, "", **body).status_code == 422

    def test_secrets_come_as_a_sheet_once(self, client, sign_in, devices):
        sign_in("manager")
        number = self._post(client, "", key="k", action="credential", codes=["co-1"]).json()["id"]
        work(now=NOW + timedelta(seconds=1))
        shown = client.get(f"{API}/bulk/{number}").json()["collectable"]

        said = self._post(client, f"/{number}/credentials")
        again = self._post(client, f"/{number}/credentials")

        rows = list(csv.reader(io.StringIO(said.content.decode("utf-8-sig"))))
        assert (shown, said.headers["Cache-Control"]) == (True, "no-store")
        assert [row[:2] for row in rows] == [["device", "username"], ["co-1", "hml/co-1"]]
        assert (again.status_code, again.json()["key"]) == (409, "fleet.nothing_to_collect")
