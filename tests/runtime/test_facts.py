from datetime import UTC, datetime

import msgspec
import pytest

from linli.contracts.alarms import AlarmGone
from linli.foundation.outbox import operations as outbox
from linli.foundation.outbox.models import Undelivered
from linli.runtime.facts import CONSUMER, Handler, deliver

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
BODY = msgspec.json.encode(AlarmGone(id="f1", at=NOON, community="hml", alarm=3))


def told(*handlers, sequence=4):
    return deliver(
        topic="AlarmGone", body=BODY, sequence=sequence, table={"AlarmGone": handlers}, now=NOON
    )


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

    def test_remembers_how_far_it_came_even_for_facts_that_nobody_wants(self):
        told(sequence=12)

        assert outbox.reached(consumer=CONSUMER) == 12
