from itertools import permutations

import pytest

from linli.contracts import directory
from linli.contracts.effects import (
    CommandExpired,
    CommandFailed,
    CommandOverruled,
    DeviceSeen,
    ReadingsRefused,
)
from linli.foundation.causes import queries as causes
from linli.foundation.scope.paging import RecentPage
from linli.registry.devices import jobs, logic, operations, queries
from linli.registry.devices.models import Command, Refusal
from tests.registry.devices.kit import (
    CAUSE,
    CO_SCENE,
    NOW_S,
    acknowledged,
    issued,
    later,
    sent,
    topics,
)

pytestmark = pytest.mark.django_db


def the_command(id="c1"):
    return queries.command(community="hml", id=id)


class TestCommandsTold:
    def test_a_command_goes_from_queued_to_acknowledged(self, devices):
        operations.command_issued(effect=issued())
        assert the_command().state == "queued"

        operations.command_sent(effect=sent())
        operations.command_acknowledged(effect=acknowledged())

        row = the_command()
        assert (row.state, row.attempts, row.scene) == ("acknowledged", 1, CO_SCENE)
        assert row.finished_at is not None

    @pytest.mark.parametrize("order", list(permutations(range(4))))
    def test_news_in_any_order_ends_the_same(self, devices, order):
        news = [issued(), sent(), sent(attempt=2), acknowledged()]

        for at in order:
            operations.commands_told(effects=[news[at]])

        row = the_command()
        assert (row.state, row.device, row.service) == ("acknowledged", "fan-1", "fan.on")
        assert (row.attempts, row.cause, row.safety) == (2, CAUSE, True)

    def test_told_together_is_one_row_and_one_fact(self, devices):
        before = len(topics())

        operations.commands_told(effects=[issued(), sent(), acknowledged()])

        assert Command.rows.of("hml").count() == 1
        assert topics()[before:] == ["CommandMoved"]

    def test_told_twice_changes_and_announces_nothing(self, devices):
        news = [issued(), sent(), acknowledged()]
        operations.commands_told(effects=news)
        before = topics()

        operations.commands_told(effects=news)

        assert topics() == before
        assert the_command().attempts == 1

    def test_an_answer_after_expiry_still_counts(self, devices):
        expired = CommandExpired(
            id="c1.x", at=NOW_S + 120, community="hml", cause="c1", command="c1"
        )
        operations.commands_told(effects=[issued(), expired])

        operations.command_acknowledged(effect=acknowledged(at_s=130))

        assert the_command().state == "acknowledged"

    def test_a_failure_says_why(self, devices):
        failed = CommandFailed(
            id="c1.f", at=NOW_S, community="hml", cause="c1", command="c1", reason="devices.jammed"
        )

        operations.commands_told(effects=[issued(), failed])

        assert (the_command().state, the_command().reason) == ("failed", "devices.jammed")

    def test_the_loser_is_told_who_won(self, devices):
        lost = CommandOverruled(
            id="c9",
            at=NOW_S,
            community="hml",
            cause=CAUSE,
            scene="environment.air.save",
            device="fan-1",
            service="fan.off",
            winner_scene=CO_SCENE,
            winner_command="c1",
        )

        operations.command_overruled(effect=lost)

        row = the_command("c9")
        assert (row.state, row.winner_scene, row.winner_command) == ("overruled", CO_SCENE, "c1")

    def test_the_chain_leads_from_the_answer_to_the_reading(self, devices):
        operations.commands_told(effects=[issued(), sent(), acknowledged()])

        chain = causes.chain(community="hml", id="c1.a")

        assert [row.kind for row in chain] == ["CommandAcknowledged", "CommandIssued"]
        assert chain[-1].cause == CAUSE
        assert chain[-1].about["service_name"] == {"zh": "开风机", "en": "start fan"}

    def test_the_chain_says_of_each_move_what_moved(self, devices):
        operations.commands_told(effects=[issued(), sent()])

        rows = causes.consequences(community="hml", id="c1")

        moved = next(row.about for row in rows if row.kind == "CommandMoved")
        assert (moved["command"], moved["state"]) == ("c1", "sent")
        assert moved["service_name"] == {"zh": "开风机", "en": "start fan"}

    def test_hundreds_cost_a_handful_of_statements(self, devices, django_assert_max_num_queries):
        news = [effect for n in range(300) for effect in (issued(f"c{n}"), sent(f"c{n}"))]

        with django_assert_max_num_queries(80):
            operations.commands_told(effects=news)

        assert Command.rows.of("hml").filter(state="sent").count() == 300


class TestForgetCommands:
    def test_drops_what_is_past_its_retention_only(self, devices):
        operations.commands_told(effects=[issued("old"), issued("new", at_s=3600)])

        dropped = operations.forget_commands(community="hml", before=later(minutes=1))

        assert dropped == 1
        assert [row.pk for row in Command.rows.of("hml")] == ["new"]

    def test_goes_on_part_by_part_until_none_are_left(self, devices, monkeypatch):
        operations.commands_told(effects=[issued(f"old{n}") for n in range(5)])
        monkeypatch.setattr(jobs, "_AT_ONCE", 2)
        monkeypatch.setattr(directory.communities, "_answer", lambda: ["hml"])

        dropped = [jobs.forget_commands(later(minutes=1) + jobs.KEPT) for _ in range(4)]

        assert dropped == [2, 2, 1, 0]


def seen(online, at_s=0.0, device="co-1", reason=""):
    return DeviceSeen(
        id=f"{device}.{at_s}",
        at=NOW_S + at_s,
        community="hml",
        cause="",
        device=device,
        online=online,
        reason=reason,
    )


class TestDeviceSeen:
    def test_says_since_when_and_announces_it(self, devices):
        operations.device_seen(effect=seen(online=True))

        row = queries.device(community="hml", code="co-1")
        assert (row.online, row.online_since.timestamp()) == (True, NOW_S)
        assert topics()[-1] == "DeviceWentOnline"

    def test_old_news_and_the_same_twice_change_nothing(self, devices):
        operations.devices_seen(
            effects=[seen(online=True), seen(online=False, at_s=9, reason="will")]
        )
        before = topics()

        operations.devices_seen(effects=[seen(online=True), seen(online=False, at_s=9)])

        assert topics() == before
        assert queries.device(community="hml", code="co-1").offline_reason == "will"

    def test_refuses_a_code_that_nobody_registered(self, devices):
        with pytest.raises(queries.DeviceNotFound):
            operations.device_seen(effect=seen(online=True, device="ghost"))


def refused(device="ghost", count=3, at_s=0.0, reason="unknown_device"):
    return ReadingsRefused(
        id=f"{device}.{reason}.{at_s}",
        at=NOW_S + at_s,
        community="hml",
        cause="",
        device=device,
        reason=reason,
        count=count,
        taken=False,
        sample="{",
    )


class TestReadingsRefused:
    def test_adds_up_by_device_and_reason_and_counts_no_news_twice(self, devices):
        operations.readings_refused(effects=[refused(), refused(at_s=5, count=4)])

        operations.readings_refused(effects=[refused(), refused(at_s=5, count=4)])

        rows, _ = queries.refusals(
            community="hml", device="ghost", wanted=RecentPage(cursor="", limit=9)
        )
        assert [(row.count, row.sample) for row in rows] == [(7, "{")]

    def test_a_flood_of_invented_codes_is_counted_in_bounded_rows(self, devices, monkeypatch):
        monkeypatch.setattr(logic, "MOST_REFUSALS", 5)

        operations.readings_refused(effects=[refused(f"g{n}") for n in range(20)])
        operations.readings_refused(effects=[refused(f"h{n}", at_s=1) for n in range(20)])

        rows = {row.device: row.count for row in Refusal.rows.of("hml")}
        assert len(rows) <= 6
        assert sum(rows.values()) == 40 * 3
