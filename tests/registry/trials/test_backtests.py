"""Back-tests asked for over HTTP, run one at a time, kept and shown."""

import msgspec
import pytest
from django.db import IntegrityError, transaction

from linli.foundation.identity.models import Account
from linli.registry.alarms import operations as alarms
from linli.registry.trials import backtests, operations
from linli.registry.trials.comparing import Ran
from linli.registry.trials.models import BackTest
from linli.registry.trials.refusals import BackTestNotFound, TooManyWait
from linli.scenes.backtest import Firing
from tests.registry.alarms.test_desk import the_alarm
from tests.registry.conftest import NOW
from tests.registry.devices.kit import CO_SCENE, CO_TOML, NOW_S, cleared, later, raised

pytestmark = pytest.mark.django_db
API = "/api/v1/hml/scenes/backtests"


def ask_over_http(client, **more):
    body = {"toml": CO_TOML, "days": 30} | more
    return client.post(API, body, content_type="application/json")


def asked(community="hml", toml=CO_TOML, days=30, who="asker"):
    by = Account.objects.filter(username=who).first() or Account.objects.create(username=who)
    return operations.ask(community=community, toml=toml, days=days, by=by.pk, now=NOW)


def states():
    return list(BackTest.rows.across("tests").order_by("pk").values_list("state", flat=True))


class TestAsk:
    def test_is_taken_and_waits(self, client, sign_in, devices):
        sign_in("manager")

        answer = ask_over_http(client)

        found = client.get(f"{API}/{answer.json()['id']}").json()
        assert answer.status_code == 202
        assert (found["scene"], found["state"], found["progress"]) == (CO_SCENE, "waiting", 0.0)
        assert (found["report"], found["error"], found["asked_by"]["name"]) == (
            None, None, "王小和",
        )  # fmt: skip

    def test_asked_twice_is_one(self, client, sign_in, devices):
        sign_in("manager")

        first, second = ask_over_http(client), ask_over_http(client)

        assert first.json() == second.json()
        assert states() == ["waiting"]

    @pytest.mark.parametrize("days", [0, -1, 91])
    def test_refuses_a_span_that_is_none(self, client, sign_in, devices, days):
        sign_in("manager")

        refused = ask_over_http(client, days=days)

        assert (refused.status_code, refused.json()["key"]) == (422, "trials.bad_days")
        assert states() == []

    def test_refuses_what_is_no_scene_and_names_the_mistake(self, client, sign_in, devices):
        sign_in("manager")

        refused = ask_over_http(client, toml=CO_TOML.replace("co_mg_m3", "co_of_nobody"))

        assert (refused.status_code, refused.json()["key"]) == (422, "scenes.unknown_point")
        assert states() == []

    def test_a_draft_without_stories_may_be_tried(self, client, sign_in, devices):
        sign_in("manager")

        assert ask_over_http(client, toml=CO_TOML.partition("[[story]]")[0]).status_code == 202

    def test_a_guard_asks_for_none(self, client, sign_in, devices):
        sign_in("guard")

        assert ask_over_http(client).status_code == 403
        assert states() == []

    def test_a_manager_of_one_place_asks_for_none_of_all(self, client, sign_in, devices):
        sign_in("manager", place="hml/b03")

        assert ask_over_http(client).json()["key"] == "identity.not_everywhere"

    def test_refuses_a_fourth_of_one_person_and_leaves_room_for_others(self, devices):
        for days in range(1, 4):
            asked(days=days)

        with pytest.raises(TooManyWait):
            asked(days=4)
        assert asked(days=5, who="other").state == "waiting"

    def test_refuses_when_too_many_wait(self, devices):
        for n in range(20):
            asked(days=n + 1, who=f"asker-{n // 3}")

        with pytest.raises(TooManyWait):
            asked(days=50, who="new")


class TestClaim:
    def test_takes_the_oldest_and_no_second_while_it_runs(self, devices, other_estate):
        first, _ = asked(), asked(community="other")

        assert operations.claim(run="r1", now=NOW) == ("hml", first.pk)
        assert operations.claim(run="r2", now=NOW) is None
        assert states() == ["running", "waiting"]

    def test_communities_take_turns(self, devices, other_estate):
        mine = [asked(days=1), asked(days=2)]
        theirs = asked(community="other")
        taken = []

        for n in range(3):
            community, number = operations.claim(run="r1", now=later(minutes=n))
            operations.finish(community=community, id=number, run="r1", report={}, now=NOW)
            taken.append(number)

        assert taken == [mine[0].pk, theirs.pk, mine[1].pk]

    def test_who_asks_goes_before_a_search(self, devices):
        search = BackTest(
            community="hml", scene=CO_SCENE, toml=CO_TOML, purpose="proposal", days=90, at=NOW
        )
        search.save()
        row = asked()

        assert operations.claim(run="r1", now=NOW) == ("hml", row.pk)

    def test_the_records_keep_that_one_runs_at_a_time(self, devices):
        asked(days=1)
        asked(days=2)

        with pytest.raises(IntegrityError), transaction.atomic():
            BackTest.rows.of("hml").update(state="running")


class TestRelease:
    def test_what_another_runner_has_is_left_to_it(self, devices):
        row = asked()
        operations.claim(run="r1", now=NOW)
        operations.beat(community="hml", id=row.pk, run="r1", now=later(seconds=50))

        released = operations.release(now=later(seconds=100))

        assert (released, states()) == (0, ["running"])

    def test_what_was_cut_off_is_begun_again_once(self, devices):
        asked()
        operations.claim(run="r1", now=NOW)

        operations.release(now=later(minutes=2))
        again = states()
        operations.claim(run="r2", now=later(minutes=2))
        operations.release(now=later(minutes=4))

        row = BackTest.rows.of("hml").get()
        assert again == ["waiting"]
        assert (row.state, row.error) == ("failed", "trials.interrupted")

    def test_who_was_given_up_for_lost_has_no_say_any_more(self, devices):
        row = asked()
        said = {"community": "hml", "id": row.pk, "run": "r1"}
        operations.claim(run="r1", now=NOW)
        operations.release(now=later(minutes=2))
        operations.claim(run="r2", now=later(minutes=2))

        operations.progress(share=0.9, **said)
        operations.finish(report={"firings": 1}, now=NOW, **said)
        operations.fail(key="trials.broke", values={}, now=NOW, **said)

        row.refresh_from_db()
        assert (row.state, row.run, row.progress, row.report) == ("running", "r2", 0.0, None)
        assert not operations.beat(now=NOW, **said)

    def test_a_report_that_comes_too_late_changes_nothing(self, devices):
        row = asked()

        operations.finish(community="hml", id=row.pk, run="", report={"firings": 1}, now=NOW)
        operations.progress(community="hml", id=row.pk, run="", share=0.5)

        row.refresh_from_db()
        assert (row.state, row.progress, row.report) == ("waiting", 0.0, None)


class TestCancel:
    def cancel(self, client, row):
        return client.post(f"{API}/{row.pk}/cancel")

    def test_one_that_waits_is_not_begun(self, client, sign_in, devices):
        row = asked()
        sign_in("manager")

        answer = self.cancel(client, row)

        assert answer.json()["state"] == "cancelled"
        assert operations.claim(run="r1", now=NOW) is None

    def test_one_that_runs_is_told_to_its_runner_and_makes_room(self, client, sign_in, devices):
        first, second = asked(days=1), asked(days=2)
        operations.claim(run="r1", now=NOW)
        sign_in("manager")

        self.cancel(client, first)

        assert not operations.beat(community="hml", id=first.pk, run="r1", now=NOW)
        assert operations.claim(run="r2", now=NOW) == ("hml", second.pk)

    def test_what_has_ended_stays_as_it_is(self, client, sign_in, devices):
        row = asked()
        operations.claim(run="r1", now=NOW)
        operations.finish(community="hml", id=row.pk, run="r1", report={}, now=NOW)
        sign_in("manager")

        refused = self.cancel(client, row)

        assert (refused.status_code, refused.json()["key"]) == (409, "trials.backtest_ended")
        assert states() == ["done"]

    def test_a_guard_cancels_none(self, client, sign_in, devices):
        row = asked()
        sign_in("guard")

        assert self.cancel(client, row).status_code == 403


def firing(at_s, device="co-1", place="hml/p1", ended_s=60.0):
    return Firing(
        began=NOW_S + at_s, ended=NOW_S + at_s + ended_s, device=device, place=place, because=None
    )


def ran(*firings):
    return Ran(
        start=NOW_S - 86_400, end=NOW_S + 86_400, readings=10, points=1, devices=1, seconds=0.1,
        firings=firings,
    )  # fmt: skip


def judge(verdict):
    row = the_alarm()
    row.verdict, row.verdict_at = verdict, NOW
    row.save()


class TestReport:
    def report(self, known_scenes, *firings):
        return backtests.report(community="hml", scene=known_scenes[CO_SCENE], ran=ran(*firings))

    def alarm(self):
        alarms.raised(effect=raised())

    def test_a_firing_near_its_alarm_is_matched(self, devices, known_scenes):
        self.alarm()

        found = self.report(known_scenes, firing(-300), firing(20_000))

        assert (found.matched, found.unmatched, found.missed) == (1, 1, 0)
        assert (found.precision, found.recall) == (0.5, 1.0)
        assert found.items[0].met.kind == "alarm"
        assert found.items[1].met is None

    def test_of_two_firings_near_one_alarm_one_is_matched(self, devices, known_scenes):
        self.alarm()

        found = self.report(known_scenes, firing(-300), firing(300))

        assert (found.matched, found.unmatched, found.missed) == (1, 1, 0)

    def test_two_alarms_are_not_found_by_one_firing(self, devices, known_scenes):
        for n, at_s in enumerate((0.0, 600.0)):
            alarms.raised(effect=raised(f"a{n}", at_s=at_s))
            alarms.cleared(effect=cleared(f"a{n}", at_s=at_s + 60))

        one = self.report(known_scenes, firing(0))
        two = self.report(known_scenes, firing(0), firing(500))

        assert (one.matched, one.missed) == (1, 1)
        assert (two.matched, two.missed) == (2, 0)

    def test_one_that_is_stuck_on_finds_what_happened_at_its_beginning_only(
        self, devices, known_scenes
    ):
        self.alarm()
        stuck = msgspec.structs.replace(firing(-80_000), ended=None)

        found = self.report(known_scenes, stuck)

        assert (found.matched, found.missed, found.recall) == (0, 1, 0.0)
        assert found.on_share == pytest.approx(166_400 / 172_800, abs=1e-3)
        assert found.long == 1

    def test_time_on_at_two_places_at_once_counts_once(self, devices, known_scenes):
        found = self.report(
            known_scenes, firing(0, ended_s=8_640.0), firing(0, device="co-2", ended_s=8_640.0)
        )

        assert (found.on_share, found.long) == (0.05, 0)

    def test_what_people_called_wrong_is_no_match(self, devices, known_scenes):
        self.alarm()
        judge("wrong")

        found = self.report(known_scenes, firing(0))

        assert (found.matched, found.missed, found.recall) == (0, 0, None)
        assert found.items[0].met.verdict == "wrong"

    def test_what_was_not_found_is_missed(self, devices, known_scenes):
        self.alarm()
        judge("right")

        found = self.report(known_scenes)

        assert (found.missed, found.recall, found.precision) == (1, 0.0, None)
        assert found.missed_items[0].device == "co-1"

    def test_another_device_is_no_match(self, devices, known_scenes):
        self.alarm()

        assert self.report(known_scenes, firing(0, device="co-2")).matched == 0

    def test_the_alarms_of_another_community_do_not_count(
        self, devices, other_estate, known_scenes
    ):
        self.alarm()

        found = backtests.report(
            community="other", scene=known_scenes[CO_SCENE], ran=ran(firing(0))
        )

        assert (found.matched, found.precision) == (0, None)


class TestShow:
    def done(self, known_scenes, *firings):
        row = asked()
        operations.claim(run="r1", now=NOW)
        report = backtests.report(community="hml", scene=known_scenes[CO_SCENE], ran=ran(*firings))
        operations.finish(
            community="hml",
            id=row.pk,
            run="r1",
            report=msgspec.to_builtins(report),
            now=later(minutes=1),
        )
        return row.pk

    def test_shows_the_report_with_names(self, client, sign_in, devices, known_scenes):
        number = self.done(known_scenes, firing(0))
        sign_in("guard")

        found = client.get(f"{API}/{number}").json()

        report = found["report"]
        assert (found["state"], report["firings"], len(report["per_day"])) == ("done", 1, 3)
        assert report["items"][0]["device_name"] == {"zh": "co-1号", "en": "No. co-1"}
        assert {"from", "to"} <= set(report)

    def test_shows_items_only_where_the_reader_may_look(
        self, client, sign_in, devices, known_scenes
    ):
        number = self.done(known_scenes, firing(0))
        sign_in("manager", place="hml/b03")

        report = client.get(f"{API}/{number}").json()["report"]

        assert (report["firings"], report["items"]) == (1, [])

    def test_lists_without_reports(self, client, sign_in, devices, known_scenes):
        self.done(known_scenes)
        sign_in("guard")

        [item] = client.get(f"{API}?scene={CO_SCENE}").json()["items"]

        assert "report" not in item
        assert client.get(f"{API}?scene=a.b.c").json()["items"] == []

    def test_of_another_community_is_not_there(self, devices, other_estate):
        row = asked(community="other")

        with pytest.raises(BackTestNotFound):
            backtests.show(community="hml", id=row.pk)

    def test_a_failed_one_says_why_in_words(self, client, sign_in, devices):
        row = asked()
        operations.claim(run="r1", now=NOW)
        operations.fail(
            community="hml", id=row.pk, run="r1", key="trials.nothing_recorded", values={}, now=NOW
        )
        sign_in("guard")

        error = client.get(f"{API}/{row.pk}").json()["error"]

        assert error["key"] == "trials.nothing_recorded"
        assert error["message"]["zh"]
