from datetime import UTC, datetime

import msgspec
import pytest
from django.db import OperationalError

from linli.contracts import effects
from linli.contracts.alarms import AlarmGone
from linli.contracts.effects import DeviceSeen
from linli.foundation.outbox import operations as outbox
from linli.foundation.outbox.models import Undelivered
from linli.runtime import aside, facts, projector
from linli.runtime.worker import Wiring

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
GONE = AlarmGone(id="f1", at=NOON, community="hml", alarm=3)


def seen(number=1):
    return DeviceSeen(
        id=f"d{number}", at=1.0, community="hml", cause="r:7:1000", device="x", online=True
    )


def fail(*_, **__):
    raise ZeroDivisionError("still broken")


def locked(*_, **__):
    raise OperationalError("database is locked")


def wired(*, effect=fail, fact=fail):
    handler = facts.Handler(name="h", fact=AlarmGone, deal=fact)
    return Wiring(effects={DeviceSeen: effect}, facts={"AlarmGone": [handler]}, jobs=[])


def a_refused_effect():
    projector.project(
        community="hml", messages=[(1, effects.encode([seen()]))], table={DeviceSeen: fail},
        now=NOON,
    )  # fmt: skip
    return Undelivered.objects.get().pk


def a_refused_fact():
    told = facts.Told(
        sequence=1, community="hml", topic="AlarmGone", body=msgspec.json.encode(GONE)
    )
    facts.deliver(messages=[told], table=wired().facts, now=NOON)
    return Undelivered.objects.get().pk


class TestAgain:
    def test_deals_with_an_effect_and_lets_it_go(self):
        number, dealt = a_refused_effect(), []

        reason = aside.again(number=number, wiring=wired(effect=dealt.extend))

        assert (reason, dealt) == ("", [seen()])
        assert not Undelivered.objects.exists()

    def test_deals_with_a_fact_once_and_lets_it_go(self):
        number, dealt = a_refused_fact(), []

        def deal(*, fact):
            dealt.append(fact)

        reason = aside.again(number=number, wiring=wired(fact=deal))

        assert (reason, dealt) == ("", [GONE])
        assert not outbox.once(consumer="h", fact="f1", deal=lambda: None)
        assert not Undelivered.objects.exists()

    def test_deals_with_a_message_that_could_not_be_read_before(self):
        body, dealt = effects.encode([seen(1), seen(2)]), []
        outbox.put_aside(
            consumer=projector.consumer("hml"), fact="unread:1", community="hml", body=body,
            reason="unknown kind", now=NOON,
        )  # fmt: skip

        aside.again(number=Undelivered.objects.get().pk, wiring=wired(effect=dealt.extend))

        assert dealt == [seen(1), seen(2)]

    @pytest.mark.parametrize("put", [a_refused_effect, a_refused_fact])
    def test_what_is_refused_again_stays_with_its_new_reason(self, put):
        number = put()
        Undelivered.objects.update(reason="the first reason")

        reason = aside.again(number=number, wiring=wired())

        assert "still broken" in reason
        assert Undelivered.objects.get().reason == reason

    @pytest.mark.parametrize("put", [a_refused_effect, a_refused_fact])
    def test_keeps_its_reason_while_the_database_is_locked(self, put):
        number = put()

        with pytest.raises(OperationalError):
            aside.again(number=number, wiring=wired(effect=locked, fact=locked))

        assert "still broken" in Undelivered.objects.get().reason

    def test_a_handler_that_is_no_more_is_told(self):
        number = a_refused_fact()

        reason = aside.again(number=number, wiring=Wiring(effects={}, facts={}, jobs=[]))

        assert "Stranger" in reason

    def test_an_unknown_number_is_refused(self):
        with pytest.raises(aside.NotAside):
            aside.again(number=7, wiring=wired())


class TestForget:
    def test_lets_go_of_one_only_and_only_once(self):
        number = a_refused_effect()
        outbox.put_aside(consumer="h", fact="f2", community="hml", body=b"{}", reason="?", now=NOON)

        aside.forget(number=number)

        assert [row.fact for row in aside.waiting(limit=9)] == ["f2"]
        with pytest.raises(aside.NotAside):
            aside.forget(number=number)
