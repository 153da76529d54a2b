"""Out, back, failed, again, compared: with a department that listens on loopback."""

from datetime import timedelta

import pytest
from aiohttp import web
from asgiref.sync import sync_to_async

from linli.domains.cases.models import Move
from linli.domains.exchange.logic.workorder import signed_receipt, signed_refusal
from linli.domains.exchange.models import Comparison, Message
from linli.domains.exchange.operations import daily, sending
from linli.foundation.causes import queries as causes
from linli.foundation.sending import Reply
from tests.domains.exchange.conftest import KEY
from tests.domains.exchange.department import running
from tests.domains.exchange.post import LATER, carried, in_records, row, steps, topics
from tests.registry.conftest import NOW

pytestmark = pytest.mark.django_db(transaction=True)


class TestLoop:
    async def test_a_case_goes_out_and_its_result_comes_back(self, hotline, department, desk, case):
        async with running(hotline):
            line = await sync_to_async(department)(hotline.url)
            await in_records(
                lambda: sending.send(actor=desk, department=line.pk, case=case.pk, now=NOW)
            )
            await carried()

        sent = await sync_to_async(row)()
        answer = await in_records(
            lambda: hotline.tell(
                now=NOW, number="R-1", kind="result", case=case.number, state="done",
                text="井盖已补",
            )
        )  # fmt: skip
        history = await sync_to_async(steps)(case.pk)

        assert (sent.state, sent.receipt[:1], hotline.received) == (
            "taken", "H", {sent.number: sent.digest},
        )  # fmt: skip
        assert answer.status_code == 200
        assert answer.json()["code"] == 0
        assert [step for step, _ in history] == ["report", "sent_out", "taken_there", "came_back"]
        assert "井盖已补" in history[-1][1]
        told = [one for one in await sync_to_async(topics)() if one != "DepartmentSet"]
        assert told[-3:] == ["CaseSentOut", "MessageTaken", "MessageCame"]

    async def test_each_link_has_its_cause_back_to_the_report(
        self, hotline, department, desk, case
    ):
        async with running(hotline):
            line = await sync_to_async(department)(hotline.url)
            await in_records(
                lambda: sending.send(actor=desk, department=line.pk, case=case.pk, now=NOW)
            )
            await carried()
        await in_records(
            lambda: hotline.tell(now=NOW, number="R-1", kind="result", case=case.number)
        )

        def chain():
            came = Message.rows.of("hml").get(way="in")
            return [one.kind for one in causes.chain(community="hml", id=came.fact)]

        assert await sync_to_async(chain)() == [
            "MessageCame", "MessageTaken", "CaseSentOut", "CaseMoved",
        ]  # fmt: skip

    async def test_a_refusal_is_final_until_somebody_sends_it_again(
        self, hotline, department, desk, case
    ):
        hotline.refuses = (4220, "不归我们管")
        async with running(hotline):
            line = await sync_to_async(department)(hotline.url)
            made = await in_records(
                lambda: sending.send(actor=desk, department=line.pk, case=case.pk, now=NOW)
            )
            await carried()
            refused = await sync_to_async(row)()
            assert await carried(LATER) == 0
            await in_records(lambda: sending.again(actor=desk, message=made.pk, now=LATER))
            await carried(LATER)
        taken = await sync_to_async(row)()

        assert (refused.state, "不归我们管" in refused.reason) == ("refused", True)
        assert (taken.state, taken.number) == ("taken", refused.number)

    async def test_a_receipt_that_was_not_signed_is_none(self, hotline, department, desk, case):
        forged = {"code": 0, "number": "x", "receipt": "H", "sign": "00"}
        hotline.answers = [web.json_response(forged), web.Response(text="<html>"),
                           web.Response(status=503)]  # fmt: skip
        async with running(hotline):
            line = await sync_to_async(department)(hotline.url)
            await in_records(
                lambda: sending.send(actor=desk, department=line.pk, case=case.pk, now=NOW)
            )
            found, now = [], NOW
            for _ in range(4):
                await carried(now)
                sent = await sync_to_async(row)()
                found.append((sent.state, sent.reason))
                now += timedelta(hours=1)

        assert found == [
            ("waiting", "receipt not signed"), ("waiting", "unreadable receipt"),
            ("waiting", "HTTP 503"), ("taken", ""),
        ]  # fmt: skip


class TestFailing:
    def test_is_tried_for_a_day_with_longer_and_longer_pauses_and_then_told(
        self, department, desk, case
    ):
        sending.send(actor=desk, department=department().pk, case=case.pk, now=NOW)
        now, pauses = NOW, []

        while letters := sending.letters(most=1, busy=[], now=now):
            sending.sent(letter=letters[0], reply=Reply(status=0, reason="timeout"), now=now)
            if row().state != "waiting":
                break
            pauses.append(row().next_at - now)
            now = row().next_at

        sent_out = Move.rows.of("hml").get(case=case.pk, step="sent_out")
        assert (sent_out.by_id, sent_out.automatic) == (desk.account, False)
        assert row().state == "failed"
        assert pauses == sorted(pauses)
        assert now - NOW >= timedelta(hours=24)
        assert topics()[-1] == "MessageFailed"
        assert steps(case.pk)[-1][0] == "not_taken"

    def test_what_waits_survives_a_restart_in_its_order(self, department, desk, case):
        line = department()
        sending.send(actor=desk, department=line.pk, case=case.pk, now=NOW)
        [before] = sending.letters(most=9, busy=[], now=NOW)

        [after] = sending.letters(most=9, busy=[], now=NOW)  # nobody said what came of it

        assert (after.body, after.delivery) == (before.body, before.delivery)
        assert after.headers["x-nonce"] != before.headers["x-nonce"]
        assert sending.letters(most=9, busy=[line.pk], now=NOW) == []

    def test_told_twice_what_came_of_it_the_first_counts(self, department, desk, case):
        sending.send(actor=desk, department=department().pk, case=case.pk, now=NOW)
        [letter] = sending.letters(most=9, busy=[], now=NOW)
        number = row().number
        refusal = Reply(
            status=200, body=signed_refusal(key=KEY, number=number, code=1, message="no")
        )

        for _ in range(2):
            sending.sent(letter=letter, reply=refusal, now=NOW)

        assert row().tries == 1
        assert topics().count("MessageFailed") == 1

    @pytest.mark.parametrize(
        "body",
        [
            b'{"code": 1, "message": "a\\u0000b"}',
            b'{"code": 1, "message": "' + b"x" * 5000 + b'"}',
            b'{"code": 1, "message": "\xff"}',
            b'{"code": 0, "unknown": ' + b"[" * 100_000,
            b'{"code": 4220, "number": "another", "sign": "00"}',
            signed_refusal(key=b"another key", number="x", code=1, message="no"),
        ],
    )
    def test_whatever_comes_unsigned_is_a_failed_try_and_no_more(
        self, department, desk, case, body
    ):
        sending.send(actor=desk, department=department().pk, case=case.pk, now=NOW)
        [letter] = sending.letters(most=9, busy=[], now=NOW)

        sending.sent(letter=letter, reply=Reply(status=200, body=body), now=NOW)

        assert (row().state, row().tries, row().next_at > NOW) == ("waiting", 1, True)
        assert len(row().reason) <= 300
        assert row().reason.isprintable()

    def test_a_signed_receipt_that_cannot_be_kept_is_a_failed_try(self, department, desk, case):
        sending.send(actor=desk, department=department().pk, case=case.pk, now=NOW)
        [letter] = sending.letters(most=9, busy=[], now=NOW)
        body = signed_receipt(key=KEY, number=row().number, receipt="a\0b")

        sending.sent(letter=letter, reply=Reply(status=200, body=body), now=NOW)

        assert (row().state, row().tries) == ("waiting", 1)

    def test_what_breaks_us_unforeseen_is_a_failed_try(
        self, department, desk, case, monkeypatch, caplog
    ):
        sending.send(actor=desk, department=department().pk, case=case.pk, now=NOW)
        [letter] = sending.letters(most=9, busy=[], now=NOW)
        monkeypatch.setattr(sending, "_taken", lambda *_: 1 / 0)
        body = signed_receipt(key=KEY, number=row().number, receipt="H-1")

        sending.sent(letter=letter, reply=Reply(status=200, body=body), now=NOW)

        assert (row().state, row().tries, row().next_at > NOW) == ("waiting", 1, True)
        assert "ZeroDivisionError" in caplog.text


class TestQuestions:
    def test_a_question_that_is_not_answered_keeps_no_case_waiting(self, department, desk, case):
        line = department()
        daily.ask(community="hml", now=LATER)
        [question] = sending.letters(most=9, busy=[], now=LATER)
        sending.sent(letter=question, reply=Reply(status=404), now=LATER)
        sending.send(actor=desk, department=line.pk, case=case.pk, now=LATER)

        [letter] = sending.letters(most=9, busy=[], now=LATER)

        assert letter.url.endswith("/orders")

    def test_a_question_and_a_case_go_side_by_side_each_on_its_line(self, department, desk, case):
        line = department()
        daily.ask(community="hml", now=LATER)
        sending.send(actor=desk, department=line.pk, case=case.pk, now=LATER)

        lines = [one.line for one in sending.letters(most=9, busy=[], now=LATER)]

        assert sorted(lines) == [-line.pk, line.pk]
        for busy in lines:
            [other] = sending.letters(most=9, busy=[busy], now=LATER)
            assert other.line == -busy

    async def test_a_receipt_with_the_lists_of_a_day_of_many_messages_is_read(
        self, hotline, department
    ):
        hotline.received = {f"{n:032}": "d" * 64 for n in range(6000)}
        async with running(hotline):
            await sync_to_async(department)(hotline.url)
            await in_records(lambda: daily.ask(community="hml", now=LATER))
            await carried(LATER)

        assert await in_records(lambda: Comparison.rows.of("hml").exists())


class TestForgetting:
    def test_drops_what_is_old_and_done_and_nothing_else(self, department, hotline, desk, case):
        line = department()
        hotline.tell(now=NOW, number="N-1", kind="notice")
        sending.send(actor=desk, department=line.pk, case=case.pk, now=NOW)

        assert daily.forget(community="hml", now=NOW + timedelta(days=399)) == 0
        assert daily.forget(community="hml", now=NOW + timedelta(days=401)) == 1
        assert row().state == "waiting"


class TestTaking:
    def test_the_same_message_twice_is_one_and_answered_alike(self, department, hotline):
        department()

        first, second = (
            hotline.tell(now=NOW, number="N-1", kind="notice", title="停水通知") for _ in range(2)
        )

        assert (first.status_code, first.content) == (200, second.content)
        assert Message.rows.of("hml").filter(way="in").count() == 1
        assert topics().count("MessageCame") == 1

    def test_another_message_under_its_number_is_refused(self, department, hotline):
        department()
        hotline.tell(now=NOW, number="N-1", kind="notice", title="停水")

        answer = hotline.tell(now=NOW, number="N-1", kind="notice", title="停电")

        assert (answer.status_code, answer.json()["key"]) == (409, "exchange.other_message")

    @pytest.mark.parametrize(
        "forged",
        [
            {"key": b"another key"},
            {"code": "nobody"},
            {"now": NOW - timedelta(minutes=6)},
            {"now": NOW + timedelta(minutes=6)},
            {"community": "other"},
        ],
    )
    def test_what_the_department_did_not_sign_now_for_us_is_not_taken(
        self, department, hotline, forged
    ):
        department()

        answer = hotline.tell(**{"now": NOW, "number": "N-1", "kind": "notice"} | forged)

        assert (answer.status_code, answer.json()["key"]) == (401, "exchange.unsigned")
        assert not Message.rows.of("hml").exists()

    def test_a_closed_line_takes_nothing(self, department, hotline, manager):
        line = department()
        line.open = False
        line.save()

        assert hotline.tell(now=NOW, number="N-1", kind="notice").status_code == 401

    @pytest.mark.parametrize(
        "said",
        [
            {"number": "", "kind": "notice"},
            {"number": "1", "kind": "order"},
            {"number": "1"},
            {"number": 1, "kind": "notice"},
            {"number": "1", "kind": "notice", "text": "x" * 4001},
            {"number": "1", "kind": "notice", "text": "a\0b"},
            {"number": "1", "kind": "result", "case": "2026-000001"},
            {"number": "1", "kind": "result"},
        ],
    )
    def test_what_cannot_be_read_or_is_no_case_of_theirs_changes_nothing(
        self, department, hotline, said
    ):
        department()

        answer = hotline.tell(now=NOW, **said)

        assert answer.status_code == 422
        assert not Message.rows.of("hml").exists()

    @pytest.mark.parametrize(
        "raw",
        [
            b'{"number": "1", "kind": "notice", "odd": "\xff"}',
            b'{"number": "1", "kind": "notice", "text": "\xff"}',
            b'{"number": "1", "kind": "notice", "odd": ' + b"[" * 100_000,
            b"\xff\xfe",
        ],
    )
    def test_bytes_that_are_no_text_are_refused(self, department, hotline, raw):
        department()

        answer = hotline.tell(now=NOW, raw=raw)

        assert (answer.status_code, answer.json()["key"]) == (422, "exchange.malformed")
        assert not Message.rows.of("hml").exists()
