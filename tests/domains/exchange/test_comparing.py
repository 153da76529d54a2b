"""Both lists of a day compared, with a department that listens on loopback."""

from datetime import timedelta

import pytest
from aiohttp import web
from asgiref.sync import sync_to_async

from linli.adapters.outward import Caller
from linli.domains.exchange.models import Comparison, Message
from linli.domains.exchange.operations import daily, sending
from tests.domains.exchange.conftest import KEY
from tests.domains.exchange.department import Hotline, running
from tests.domains.exchange.post import LATER, carried, in_records, row, topics
from tests.registry.conftest import NOW

pytestmark = pytest.mark.django_db(transaction=True)


class TestComparing:
    async def test_mends_what_was_lost_on_either_side_and_shows_what_differs(
        self, hotline, department, desk, case
    ):
        async with running(hotline):
            line = await sync_to_async(department)(hotline.url)
            await in_records(
                lambda: sending.send(actor=desk, department=line.pk, case=case.pk, now=NOW)
            )
            await carried()
            lost = hotline.received.copy()
            hotline.received.clear()  # their disk broke
            hotline.tell(now=NOW, number="N-9", kind="notice", title="没送到的通知", lost=True)

            assert await in_records(lambda: daily.ask(community="hml", now=LATER)) == 1
            assert await in_records(lambda: daily.ask(community="hml", now=LATER)) == 0
            await carried(LATER)

        found = await in_records(lambda: Comparison.rows.of("hml").get())
        assert found.missing_there == list(lost)
        assert found.missing_here == ["N-9"]
        assert (found.unreceipted, found.differing) == ([], [])
        assert hotline.received == lost  # it went out again, under its own number
        assert hotline.asked_for == ["N-9"]
        assert "ExchangeCompared" in await sync_to_async(topics)()

    async def test_a_lost_receipt_is_found_and_a_changed_body_is_shown(
        self, hotline, department, desk, case
    ):
        async with running(hotline):
            line = await sync_to_async(department)(hotline.url)
            made = await in_records(
                lambda: sending.send(actor=desk, department=line.pk, case=case.pk, now=NOW)
            )
            hotline.received[made.number] = made.digest  # it arrived; we were never told
            await in_records(
                lambda: Message.rows.of("hml").filter(pk=made.pk).update(state="failed")
            )
            await in_records(lambda: hotline.tell(now=NOW, number="N-1", kind="notice"))
            hotline.sent["N-1"] = "another digest"
            await in_records(lambda: daily.ask(community="hml", now=LATER))
            await carried(LATER)

        found = await in_records(lambda: Comparison.rows.of("hml").get())
        assert (found.unreceipted, found.differing) == ([made.number], ["N-1"])
        assert (await sync_to_async(row)()).state == "taken"

    async def test_lists_that_agree_are_written_down_as_such(self, hotline, department):
        async with running(hotline):
            await sync_to_async(department)(hotline.url)
            await in_records(lambda: daily.ask(community="hml", now=LATER))
            await carried(LATER)

        found = await in_records(lambda: Comparison.rows.of("hml").get())
        assert found.missing_there + found.unreceipted + found.missing_here + found.differing == []

    @pytest.mark.parametrize("there_at", ["laid", "taken"])
    async def test_what_was_laid_down_before_midnight_and_taken_after_is_not_missing(
        self, hotline, department, desk, case, there_at
    ):
        midnight = NOW.replace(hour=16)  # in the estate's own time
        laid, taken = midnight - timedelta(hours=2), midnight + timedelta(hours=5)
        async with running(hotline):
            line = await sync_to_async(department)(hotline.url)
            await in_records(
                lambda: sending.send(actor=desk, department=line.pk, case=case.pk, now=laid)
            )
            await carried(taken)
            hotline.taken_at = dict.fromkeys(
                hotline.received, {"laid": laid, "taken": taken}[there_at]
            )  # where laid, its receipt was lost at first
            for days in (1, 2):
                now = midnight + timedelta(days=days - 1, minutes=5)
                await in_records(lambda now=now: daily.ask(community="hml", now=now))
                await carried(now)

        found = await in_records(lambda: list(Comparison.rows.of("hml").order_by("day")))
        assert [one.day.isoformat() for one in found] == ["2026-06-01", "2026-06-02"]
        assert not [one for one in found if one.missing_there or one.unreceipted or one.differing]
        assert hotline.lists[-1][0] <= laid

    async def test_what_is_on_its_way_just_now_is_left_to_its_own_receipt(
        self, hotline, department, desk, case
    ):
        async with running(hotline):
            line = await sync_to_async(department)(hotline.url)
            made = await in_records(
                lambda: sending.send(actor=desk, department=line.pk, case=case.pk, now=LATER)
            )
            hotline.received[made.number] = made.digest
            await in_records(lambda: daily.ask(community="hml", now=LATER))
            [_, question] = await in_records(lambda: sending.letters(most=9, busy=[], now=LATER))
            reply = await Caller(inside=True).post(
                url=question.url, headers=question.headers, body=question.body
            )
            await in_records(lambda: sending.sent(letter=question, reply=reply, now=LATER))

        assert (await sync_to_async(row)()).state == "waiting"
        assert (await in_records(lambda: Comparison.rows.of("hml").get())).unreceipted == []

    def test_lists_of_each_missed_day_are_asked_for_once_but_of_none_before_the_first(
        self, department, hotline
    ):
        department()
        hotline.tell(now=NOW, number="N-1", kind="notice")

        after_four = daily.ask(community="hml", now=NOW + timedelta(days=4))
        again = daily.ask(community="hml", now=NOW + timedelta(days=4))
        after_thirty = daily.ask(community="hml", now=NOW + timedelta(days=30))

        numbers = Message.rows.of("hml").filter(kind="comparison").order_by("pk")
        assert (after_four, again, after_thirty) == (4, 0, 7)
        assert list(numbers.values_list("number", flat=True))[:4] == [
            "comparison-2026-06-01", "comparison-2026-06-02",
            "comparison-2026-06-03", "comparison-2026-06-04",
        ]  # fmt: skip

    async def test_a_list_that_another_signed_changes_nothing(self, hotline, department):
        forger = Hotline(b"another key" * 3)
        number = {"number": "comparison-2026-06-01"}
        forger.answers = [web.Response(body=forger.dealt("/comparisons", number, b""))]
        forger.key = KEY
        async with running(forger):
            await sync_to_async(department)(forger.url)
            await in_records(lambda: daily.ask(community="hml", now=LATER))
            await carried(LATER)

        assert not await in_records(lambda: Comparison.rows.of("hml").exists())
