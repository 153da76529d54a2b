"""A campaign from its draft to its end: stages, failures, patience, restarts."""

from datetime import time, timedelta

import pytest
from django.db import OperationalError

from linli.contracts.devices import DeviceReplaced
from linli.registry.campaigns import handlers, operations, queries
from linli.registry.campaigns.logic.faults import (
    BadPlan,
    CampaignNotFound,
    CannotReport,
    KeyUsed,
    NobodyChosen,
    NotConfirmed,
    NothingToDo,
    ReleaseNotFound,
    WrongModel,
    WrongState,
)
from linli.registry.campaigns.logic.planning import Stage
from linli.registry.campaigns.models import Campaign, Installed, Target
from linli.registry.campaigns.operations import NewRelease
from linli.registry.devices.models import Device
from linli.registry.devices.queries import DeviceNotFound
from tests.registry.campaigns.kit import (
    NOON,
    add,
    advance,
    again,
    answer,
    answer_all,
    commands,
    drafted,
    enter,
    facts,
    flying,
    plan,
    started,
    states,
    told,
    when,
)
from tests.registry.conftest import NOW

pytestmark = pytest.mark.django_db
STAGED = (
    Stage(devices=1, wait_s=600),
    Stage(share_pct=50.0, wait_s=60, most_failures=1),
    Stage(share_pct=100.0, most_failures=2),
)


class TestDraft:
    def test_tells_no_device_anything(self, account, release):
        row = drafted(account, release)

        advance()

        assert (row.state, commands(), facts("CampaignDrafted")) == (
            "draft", [], ["CampaignDrafted"],
        )  # fmt: skip

    def test_the_same_key_is_the_same_campaign(self, account, release):
        asked = {"community": "hml", "key": "k1", "by": account, "now": NOW}
        one = operations.draft(plan=plan(release), **asked)
        other = operations.draft(plan=plan(release), **asked)

        assert one.pk == other.pk
        assert Campaign.rows.of("hml").count() == 1
        with pytest.raises(KeyUsed):
            operations.draft(plan=plan(add(account, "3.0")), **asked)

    def test_refuses_a_device_of_another_model_and_one_that_is_not(self, account, release):
        enter(["co-9"], model="garage_co_sensor")

        with pytest.raises(WrongModel):
            drafted(account, release, codes=["co-9"])
        with pytest.raises(DeviceNotFound):
            drafted(account, release, codes=["bar-99"])

    def test_refuses_another_communitys_release(self, account, release, other_estate):
        with pytest.raises(ReleaseNotFound):
            operations.draft(community="other", plan=plan(release), key="", by=account, now=NOW)

    @pytest.mark.parametrize(
        "odd",
        [{"at_once": 0}, {"at_once": 9999}, {"give_up_after_s": 0}, {"offline_limit_s": -1},
         {"proof": "hope"}, {"hours": (time(1), None)}, {"stages": ()}],
    )  # fmt: skip
    def test_refuses_a_plan_that_cannot_go(self, account, release, odd):
        with pytest.raises(BadPlan):
            drafted(account, release, **odd)

    def test_its_own_word_proves_it_where_the_model_has_one(self, account, release):
        assert drafted(account, release, proof="").proof == "reported"

    def test_refuses_to_wait_for_a_word_that_the_model_has_not(self, account, release, monkeypatch):
        monkeypatch.setattr("linli.registry.campaigns.logic.versions._REPORTS",
                            {"firmware": frozenset({"odd"})})  # fmt: skip

        with pytest.raises(CannotReport):
            drafted(account, release, proof="reported")


class TestStart:
    def test_must_name_the_number_of_devices(self, account, release):
        row = drafted(account, release)

        for number in (None, 9, 11):
            with pytest.raises(NotConfirmed) as refused:
                operations.start(community="hml", id=row.pk, devices=number, by=account, now=NOW)

        assert refused.value.values["devices"] == 10
        assert (again(row).state, states(row)) == ("draft", {})
        assert facts("CampaignStarted") == []

    def test_twice_is_refused_and_tells_nobody_twice(self, account, release):
        row = started(account, release)
        advance()

        with pytest.raises(WrongState):
            operations.start(community="hml", id=row.pk, devices=10, by=account, now=NOW)
        advance(1.0)

        assert (len(commands()), facts("CampaignStarted")) == (10, ["CampaignStarted"])

    def test_who_has_it_or_newer_is_skipped(self, account, release):
        told("bar-01", firmware="2.0.0")
        told("bar-02", firmware="2.1.0")

        row = started(account, release, devices=8)

        rows = Target.rows.of("hml").filter(campaign=row, state="skipped")
        assert {t.device.code: t.reason for t in rows.select_related("device")} == {
            "bar-01": "same_version", "bar-02": "newer_version",
        }  # fmt: skip

    def test_a_downgrade_must_be_allowed(self, account, release):
        told("bar-02", firmware="2.1.0")

        row = started(account, release, devices=10, allow_downgrade=True)

        assert states(row) == {"waiting": 10}

    def test_chooses_by_place_code_and_version(self, account, release):
        enter(["bar-x"], place="hml/b03")
        told("bar-03", firmware="1.0")

        chosen = [
            [one.code for one in queries.chosen(campaign=drafted(account, release, **by))]
            for by in ({"place": "hml/b03"}, {"codes": ["bar-04", "bar-03"]},
                       {"versions": ["1.0"]}, {"versions": ["", "1.0"]})
        ]  # fmt: skip

        assert chosen[:3] == [["bar-x"], ["bar-03", "bar-04"], ["bar-03"]]
        assert len(chosen[3]) == 11

    def test_refuses_where_nobody_needs_it(self, account, release):
        row = drafted(account, release, place="hml/b03")

        with pytest.raises(NobodyChosen):
            operations.start(community="hml", id=row.pk, devices=0, by=account, now=NOW)

    def test_another_community_does_not_find_it(self, account, release, other_estate):
        row = drafted(account, release)

        with pytest.raises(CampaignNotFound):
            operations.start(community="other", id=row.pk, devices=10, by=account, now=NOW)


class TestTelling:
    def test_a_command_says_where_what_and_why(self, account, release, settings):
        settings.DEVICE_URL = "https://linli.example"
        row = started(account, release)
        advance()

        command = commands()[0]

        assert (command.service, command.account_id) == ("firmware.update", None)
        assert command.args == {
            "url": f"https://linli.example/firmware/v1/hml/{release.pk}",
            "version": "2.0.0",
            "sha256": release.sha256,
            "size": release.size_bytes,
        }
        assert again(row).fact
        assert len(facts("CommandRequested")) == 10

    def test_a_configuration_goes_out_as_its_signed_text(self, account, barriers):
        settings = NewRelease(kind="config", model="parking_barrier", version="c1",
                              settings='{"open_s": 20}')  # fmt: skip
        config = operations.add_release(
            community="hml", release=settings, image=None, by=account, now=NOW
        )
        row = started(account, config, proof="reported")
        advance()

        told("bar-00", configuration="c1", at_s=5)

        assert commands()[0].args == {"settings": '{"open_s":20}', "version": "c1"}
        assert states(row) == {"told": 9, "done": 1}

    def test_no_more_than_so_many_at_once(self, account, release):
        row = started(account, release, at_once=3)

        advance()
        answer(flying(row)[0])
        advance(2.0)

        assert (states(row), len(commands())) == ({"told": 3, "done": 1, "waiting": 6}, 4)

    def test_only_at_its_hours(self, account, release):
        row = started(account, release, hours=(time(23), time(5)))

        advance(hour=NOON)
        by_day = states(row)
        advance(hour=time(23, 30))

        assert (by_day, states(row)) == ({"waiting": 10}, {"told": 10})

    def test_waits_for_who_is_off_line_and_skips_who_is_gone(self, account, release):
        Device.rows.of("hml").filter(code="bar-00").update(
            online=False, online_since=NOW - timedelta(hours=1)
        )
        Device.rows.of("hml").filter(code="bar-01").update(
            online=False, online_since=NOW - timedelta(days=2)
        )
        row = started(account, release)

        advance()

        assert states(row) == {"told": 8, "waiting": 1, "skipped": 1}
        assert facts("DeviceUpdateSkipped") == ["DeviceUpdateSkipped"]

    def test_skips_who_is_in_maintenance(self, account, release):
        Device.rows.of("hml").filter(code="bar-00").update(maintenance_until=when(60))
        Device.rows.of("hml").filter(code="bar-01").update(maintenance_until=when(-60))
        row = started(account, release)

        advance()

        assert states(row) == {"told": 9, "skipped": 1}

    def test_one_campaign_at_a_time_has_a_device(self, account, release):
        started(account, release)
        advance()
        other = started(account, add(account, "2.1.0"), at_s=1)

        advance(2.0)

        assert (states(other), len(commands())) == ({"waiting": 10}, 10)

    def test_a_device_put_out_of_use_meanwhile_has_failed(self, account, release):
        row = started(account, release)
        Device.rows.of("hml").filter(code="bar-00").update(enabled=False)

        advance()

        (failed,) = Target.rows.of("hml").filter(campaign=row, state="failed")
        assert failed.reason == "devices.disabled"


class TestProof:
    def test_the_acknowledgement_where_it_is_enough(self, account, release):
        row = started(account, release)
        advance()

        answer_all(row)
        advance(2.0)

        assert (states(row), again(row).state) == ({"done": 10}, "finished")
        assert Installed.rows.of("hml").filter(version="2.0.0").count() == 10
        assert facts("CampaignFinished") == ["CampaignFinished"]
        assert len(facts("DeviceUpdated")) == 10

    def test_its_own_word_where_that_is_asked(self, account, release):
        row = started(account, release, proof="reported", codes=["bar-00"], devices=1)
        advance()
        answer_all(row)
        advance(2.0)
        installing = states(row)

        told("bar-00", at_s=30, firmware="1.9")
        still = states(row)
        told("bar-00", at_s=60, firmware="2.0.0")
        advance(61.0)

        assert (installing, still, states(row)) == (
            {"installing": 1}, {"installing": 1}, {"done": 1},
        )  # fmt: skip

    def test_told_twice_is_done_once(self, account, release):
        row = started(account, release, proof="reported", codes=["bar-00"], devices=1)
        advance()

        told("bar-00", at_s=60, firmware="2.0.0")
        told("bar-00", at_s=60, firmware="2.0.0")
        advance(61.0)

        assert facts("DeviceUpdated", "CampaignFinished") == ["DeviceUpdated", "CampaignFinished"]
        assert states(row) == {"done": 1}

    def test_news_older_than_the_command_proves_nothing(self, account, release):
        row = started(account, release, proof="reported", codes=["bar-00"], devices=1)
        advance(10.0)

        told("bar-00", at_s=5, firmware="2.0.0")
        advance(11.0)

        assert states(row) == {"told": 1}

    def test_its_own_word_of_how_far_it_is(self, account, release):
        row = started(account, release, proof="reported", codes=["bar-00", "bar-01"], devices=2)
        advance()

        told("bar-00", at_s=5, status="Downloading")
        on_the_way = states(row)
        told("bar-00", at_s=6, status="InstallationFailed")
        told("bar-01", at_s=6, status="Installed")

        assert on_the_way == {"told": 1, "downloading": 1}
        assert states(row) == {"failed": 1, "done": 1}

    def test_silence_is_a_failure_and_a_late_word_mends_it(self, account, release):
        row = started(account, release, proof="reported", codes=["bar-00"], devices=1)
        advance()
        advance(1800.0)
        failed = states(row)

        told("bar-00", at_s=1900, firmware="2.0.0")

        assert (failed, states(row)) == ({"failed": 1}, {"done": 1})

    def test_strangers_and_other_communities_change_nothing(self, account, release):
        row = started(account, release, proof="reported", codes=["bar-00"], devices=1)
        advance()

        told("nobody", at_s=5, firmware="2.0.0")
        told("bar-00", at_s=5, firmware="2.0.0", community="other")

        assert states(row) == {"told": 1}


class TestStages:
    def test_one_then_half_then_all_each_after_its_wait(self, account, release):
        row = started(account, release, stages=STAGED)

        seen = []
        for at_s in (0, 10, 500, 700, 710, 730, 800, 810, 820):
            advance(at_s)
            answer_all(row, at_s=at_s + 1)
            advance(at_s + 2)
            seen.append(states(row).get("done", 0))

        assert seen == [1, 1, 1, 5, 5, 5, 10, 10, 10]
        assert again(row).state == "finished"
        assert len(facts("CampaignStageBegan")) == 3

    def test_failures_pause_it_and_nobody_else_is_told(self, account, release):
        row = started(account, release, stages=STAGED)
        advance()
        answer_all(row, ok=False)

        advance(2.0)
        advance(5000.0)

        paused = again(row)
        assert (paused.state, paused.reason, len(commands())) == ("paused", "failures", 1)
        assert facts("CampaignPaused") == ["CampaignPaused"]

    def test_resumed_it_forgives_the_failures_so_far(self, account, release):
        row = started(account, release, stages=STAGED)
        advance()
        answer_all(row, ok=False)
        advance(2.0)

        operations.resume(community="hml", id=row.pk, by=account, now=when(3))
        advance(4.0)
        advance(700.0)

        assert (again(row).state, again(row).stage) == ("running", 1)
        assert states(row) == {"failed": 1, "told": 4, "waiting": 5}

    def test_retried_it_tells_the_failed_anew(self, account, release):
        row = started(account, release, stages=STAGED)
        advance()
        answer_all(row, ok=False)
        advance(2.0)

        operations.retry(community="hml", id=row.pk, by=account, now=when(3))
        advance(4.0)
        answer_all(row, at_s=5)
        advance(6.0)

        assert len({command.pk for command in commands()}) == 2
        assert (again(row).state, states(row)) == ("running", {"done": 1, "waiting": 9})
        with pytest.raises(NothingToDo):
            operations.retry(community="hml", id=row.pk, by=account, now=when(7))

    def test_a_few_devices_need_not_all_stages(self, account, release):
        row = started(account, release, stages=STAGED, codes=["bar-00"], devices=1)
        advance()
        answer_all(row)

        advance(2.0)

        assert again(row).state == "finished"

    def test_finished_with_failures_it_can_be_retried(self, account, release):
        row = started(account, release)
        advance()
        answer_all(row, ok=False)
        advance(2.0)

        operations.retry(community="hml", id=row.pk, by=account, now=when(3))
        advance(4.0)
        answer_all(row, at_s=5)
        advance(6.0)

        assert (again(row).state, states(row)) == ("finished", {"done": 10})


class TestPauseAndCancel:
    def test_paused_those_under_way_still_end(self, account, release):
        row = started(account, release, at_once=3)
        advance()
        operations.pause(community="hml", id=row.pk, by=account, now=when(1))
        answer_all(row)

        advance(2.0)
        advance(3.0)

        assert (states(row), again(row).state) == ({"done": 3, "waiting": 7}, "paused")

    def test_cancelled_nobody_else_is_told(self, account, release):
        row = started(account, release, at_once=3)
        advance()

        operations.cancel(community="hml", id=row.pk, by=account, now=when(1))
        answer_all(row, at_s=2)
        advance(3.0)

        assert (states(row), again(row).state) == ({"done": 3, "skipped": 7}, "cancelled")
        with pytest.raises(WrongState):
            operations.cancel(community="hml", id=row.pk, by=account, now=when(4))

    def test_a_draft_can_be_given_up(self, account, release):
        row = drafted(account, release)

        operations.cancel(community="hml", id=row.pk, by=account, now=NOW)

        with pytest.raises(WrongState):
            operations.start(community="hml", id=row.pk, devices=10, by=account, now=NOW)


class TestRestart:
    def test_a_worker_that_dies_half_way_leaves_nothing_half_done(
        self, account, release, monkeypatch
    ):
        row = started(account, release, at_once=3)
        known, count = operations.advancing.telling.tell, []

        def die_at_the_second(**said):
            count.append(1)
            if len(count) == 2:
                raise KeyboardInterrupt
            return known(**said)

        monkeypatch.setattr(operations.advancing.telling, "tell", die_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            advance()
        before = (states(row), len(commands()))
        monkeypatch.setattr(operations.advancing.telling, "tell", known)
        advance(1.0)

        assert before == ({"waiting": 10}, 0)
        assert (states(row), len(commands())) == ({"told": 3, "waiting": 7}, 3)

    def test_in_the_middle_of_a_stage_it_goes_on_where_it_was(self, account, release):
        row = started(account, release, stages=STAGED)
        advance()
        answer_all(row)

        fresh = again(row)
        advance(2.0)
        advance(599.0)
        waiting = again(fresh).stage
        advance(603.0)

        assert (waiting, again(row).stage, states(row)) == (
            0, 1, {"done": 1, "told": 4, "waiting": 5},
        )  # fmt: skip

    def test_the_same_moment_twice_changes_nothing(self, account, release):
        row = started(account, release, at_once=3)

        advance()
        before = facts()
        advance()

        assert (facts(), states(row)) == (before, {"told": 3, "waiting": 7})


class TestBreaks:
    """What nobody expected of one device, or campaign, is no other's trouble."""

    def test_a_device_that_cannot_be_told_fails_alone(self, account, release, monkeypatch, caplog):
        row = started(account, release)
        known = operations.advancing.telling.tell

        def breaks(*, target, **said):
            if target.device.code == "bar-03":
                raise ValueError("nobody expected this")
            return known(target=target, **said)

        monkeypatch.setattr(operations.advancing.telling, "tell", breaks)
        advance()

        assert states(row) == {"told": 9, "failed": 1}
        assert Target.rows.of("hml").get(device__code="bar-03").reason == "broke"
        assert "nobody expected this" in caplog.text

    def test_an_answer_that_cannot_be_written_holds_up_no_other(
        self, account, release, monkeypatch
    ):
        row = started(account, release)
        advance()
        answer_all(row)
        known = operations.advancing.states.progressed
        count = []

        def breaks_at_the_second(**said):
            count.append(1)
            if len(count) == 2:
                raise ValueError("nobody expected this")
            return known(**said)

        monkeypatch.setattr(operations.advancing.states, "progressed", breaks_at_the_second)
        advance(2.0)

        assert states(row) == {"done": 9, "failed": 1}

    def test_a_campaign_that_breaks_holds_up_no_other(self, account, release, monkeypatch, caplog):
        broken = started(account, release, devices=1, codes=("bar-01",))
        other = started(account, release, devices=1, codes=("bar-02",))
        known = operations.advancing.queries.tally

        def breaks(*, campaign):
            if campaign.pk == broken.pk:
                raise ValueError("nobody expected this")
            return known(campaign=campaign)

        monkeypatch.setattr(operations.advancing.queries, "tally", breaks)
        advance()

        assert (states(broken), states(other)) == ({"waiting": 1}, {"told": 1})
        assert "nobody expected this" in caplog.text

    def test_what_the_database_refuses_for_now_is_no_ones_failure(
        self, account, release, monkeypatch
    ):
        row = started(account, release)

        def locked(**_):
            raise OperationalError("database is locked")

        with monkeypatch.context() as broken:
            broken.setattr(operations.advancing.telling, "tell", locked)
            with pytest.raises(OperationalError):
                advance()
        advance(1.0)

        assert states(row) == {"told": 10}


class TestReplaced:
    def test_nobody_knows_what_the_new_unit_has(self, account, release):
        told("bar-01", at_s=-60, firmware="2.0.0")
        told("bar-02", at_s=-60, firmware="2.0.0")

        handlers.device_replaced(
            DeviceReplaced(
                id="f1", at=NOW, community="hml", device="bar-01", model="parking_barrier",
                before="parking_barrier", by=account,
            )
        )  # fmt: skip

        assert [row.device.code for row in Installed.rows.of("hml")] == ["bar-02"]


class TestChargers:
    def test_one_that_takes_an_address_alone_gets_a_ticket_in_it(self, account, barriers, settings):
        settings.DEVICE_URL = "https://linli.example"
        enter(["ev-1"], model="ev_charger")
        image = add(account, "1.4.3", model="ev_charger")
        row = started(account, image, devices=1, proof="")
        advance()

        told("ev-1", at_s=5, firmware="1.4.3")

        (command,) = commands()
        assert set(command.args) == {"location"}
        assert command.args["location"].startswith(
            f"https://linli.example/firmware/v1/hml/{image.pk}?ticket="
        )
        assert len(command.args["location"]) <= 512
        assert states(row) == {"done": 1}


class TestParts:
    def test_many_at_once_are_dealt_with_in_parts_and_failures_count_first(
        self, account, release, monkeypatch
    ):
        monkeypatch.setattr(operations.advancing, "_SETTLED_AT_ONCE", 2)
        monkeypatch.setattr(operations.advancing, "_TOLD_AT_ONCE", 3)
        row = started(
            account, release, at_once=6, stages=(Stage(share_pct=100.0, most_failures=4),)
        )

        first = operations.advance(community="hml", hour=NOON, now=when(0))
        advance(0.5)
        answer_all(row, ok=False)
        second = operations.advance(community="hml", hour=NOON, now=when(2))
        between = states(row)
        advance(3.0)

        assert (first, second, between) == (3, 2, {"told": 4, "failed": 2, "waiting": 4})
        assert (again(row).state, states(row)) == ("paused", {"failed": 6, "waiting": 4})
