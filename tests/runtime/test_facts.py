from datetime import UTC, datetime

import msgspec
import pytest
from django.db import OperationalError

from linli.contracts.alarms import AlarmGone
from linli.foundation.outbox import operations as outbox
from linli.foundation.outbox.models import Undelivered
from linli.runtime.facts import CONSUMER, Handler, Told, deliver

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
BODY = msgspec.json.encode(AlarmGone(id="f1", at=NOON, community="hml", alarm=3))


def gone(number):
    return AlarmGone(id=f"f{number}", at=NOON, community="hml", alarm=number)


def message(sequence, body=BODY, topic="AlarmGone", community="hml"):
    return Told(sequence=sequence, community=community, topic=topic, body=body)


def told(*handlers, sequence=4, body=BODY):
    return told_of([message(sequence, body)], *handlers)


def told_of(messages, *handlers):
    return deliver(messages=messages, table={"AlarmGone": handlers}, now=NOON)


def together(deal):
    return Handler(name="together", fact=AlarmGone, deal=deal, together=True)


class TestDeliver:
    def test_each_handler_deals_once_however_often_it_is_told(self):
        first, second = [], []
        handlers = (
            Handler(name="first", fact=AlarmGone, deal=lambda fact: first.append(fact.alarm)),
            Handler(name="second", fact=AlarmGone, deal=lambda fact: second.append(fact.alarm)),
        )

        counts = [told(*handlers), told(*handlers)]

        assert counts == [2, 0]
        assert (first, second) == ([3], [3])

    def test_a_handler_that_fails_is_remembered_and_does_not_stop_the_next(self):
        dealt = []

        def fail(fact):
            raise ZeroDivisionError

        count = told(
            Handler(name="fails", fact=AlarmGone, deal=fail),
            Handler(name="works", fact=AlarmGone, deal=lambda fact: dealt.append(fact.id)),
        )

        assert count == 1
        assert dealt == ["f1"]
        assert Undelivered.objects.get().consumer == "fails"

    @pytest.mark.parametrize("body", [b"", b"{", b'{"id":"f1"}', b"\xff\xfe", b"[" * 5000])
    def test_what_cannot_be_read_is_put_aside_as_it_came_and_the_position_moves_on(self, body):
        count = told(
            Handler(name="reads", fact=AlarmGone, deal=lambda fact: None), sequence=7, body=body
        )

        aside = Undelivered.objects.get()
        assert count == 0
        assert (aside.consumer, aside.community, bytes(aside.body)) == ("reads", "hml", body)
        assert outbox.reached(consumer=CONSUMER) == 7

    def test_what_the_database_would_refuse_again_is_put_aside_too(self):
        def fail(fact):
            raise OperationalError("no such table: cases")

        told(Handler(name="fails", fact=AlarmGone, deal=fail))

        assert "no such table" in Undelivered.objects.get().reason

    def test_stays_where_it_is_while_the_database_is_locked(self):
        def fail(fact):
            raise OperationalError("database is locked")

        with pytest.raises(OperationalError):
            told(Handler(name="fails", fact=AlarmGone, deal=fail))

        assert outbox.reached(consumer=CONSUMER) == 0
        assert not Undelivered.objects.exists()

    def test_remembers_how_far_it_came_even_for_facts_that_nobody_wants(self):
        told(sequence=12)

        assert outbox.reached(consumer=CONSUMER) == 12

    def test_one_that_deals_together_is_given_what_came_in_a_row_in_order(self):
        runs = []
        messages = [
            message(1, msgspec.json.encode(gone(1))),
            message(2, msgspec.json.encode(gone(2))),
            message(3, topic="Unheard"),
            message(4, msgspec.json.encode(gone(3))),
            message(5, msgspec.json.encode(gone(4)), community="other"),
        ]

        count = told_of(messages, together(lambda facts: runs.append([one.id for one in facts])))

        assert runs == [["f1", "f2"], ["f3"], ["f4"]]
        assert count == 4
        assert outbox.reached(consumer=CONSUMER) == 5

    def test_of_a_run_only_the_one_that_is_refused_is_put_aside(self):
        dealt = []

        def deal(facts):
            if any(one.alarm == 2 for one in facts):
                raise ZeroDivisionError
            dealt.extend(one.id for one in facts)

        messages = [message(n, msgspec.json.encode(gone(n))) for n in (1, 2, 3)]
        count = told_of([*messages, message(4, b"{")], together(deal))

        assert (count, dealt) == (2, ["f1", "f3"])
        assert sorted(one.reason[:4] for one in Undelivered.objects.all()) == ["Deco", "Zero"]

    def test_nothing_of_a_run_stands_while_the_database_is_locked(self):
        dealt = []

        def deal(fact):
            if fact.alarm == 2:
                raise OperationalError("database is locked")
            dealt.append(fact.id)

        messages = [message(n, msgspec.json.encode(gone(n))) for n in (1, 2)]
        with pytest.raises(OperationalError):
            told_of(messages, Handler(name="h", fact=AlarmGone, deal=deal))
        told_of(messages[:1], Handler(name="h", fact=AlarmGone, deal=deal))

        assert dealt == ["f1", "f1"]
        assert outbox.reached(consumer=CONSUMER) == 1
