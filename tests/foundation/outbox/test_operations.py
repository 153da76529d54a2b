from datetime import UTC, datetime

import msgspec
import pytest
from django.db import transaction

from linli.contracts.alarms import AlarmGone
from linli.contracts.outbox import wake
from linli.foundation.causes import queries as causes
from linli.foundation.outbox import operations as outbox
from linli.foundation.outbox.models import Handled, Outgoing

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def fact(number=1, cause=None):
    return AlarmGone(id=f"f{number}", at=NOON, community="hml", cause=cause, alarm=number)


@pytest.fixture
def woken():
    calls = []
    wake.answer_with(lambda: calls.append(1))
    yield calls
    wake.answer_with(lambda: None)


class TestRecord:
    @pytest.mark.django_db(transaction=True)
    def test_refuses_to_speak_outside_a_transaction(self, woken):
        with pytest.raises(outbox.NotInTransaction):
            outbox.record(fact())

        assert not Outgoing.objects.exists()

    @pytest.mark.django_db(transaction=True)
    def test_a_fact_whose_transaction_fails_was_never_said(self, woken):
        @transaction.atomic
        def record_and_fail():
            outbox.record(fact())
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            record_and_fail()

        assert not Outgoing.objects.exists()
        assert woken == []

    @pytest.mark.django_db(transaction=True)
    def test_wakes_the_relay_after_the_commit_and_notes_the_cause(self, woken):
        with transaction.atomic():
            outbox.record(fact(cause="r:7:1000"))
            assert woken == []

        assert woken == [1]
        (row,) = outbox.waiting(limit=9)
        assert msgspec.json.decode(row.body, type=AlarmGone) == fact(cause="r:7:1000")
        assert [link.id for link in causes.chain(community="hml", id="f1")] == ["f1"]


@pytest.mark.django_db
class TestOnce:
    def test_deals_with_a_fact_once(self):
        dealt = []

        done = [outbox.once(consumer="c", fact="f", deal=lambda: dealt.append(1)) for _ in range(3)]

        assert (done, dealt) == ([True, False, False], [1])

    def test_what_fails_is_not_marked_as_done(self):
        def fail():
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            outbox.once(consumer="c", fact="f", deal=fail)

        assert not Handled.objects.exists()

    def test_two_consumers_each_have_their_turn(self):
        assert outbox.once(consumer="a", fact="f", deal=lambda: None)
        assert outbox.once(consumer="b", fact="f", deal=lambda: None)


@pytest.mark.django_db
class TestMarkSent:
    def test_sent_facts_wait_no_more_and_are_forgotten_later(self):
        for number in range(3):
            outbox.record(fact(number))
        first = outbox.waiting(limit=1)

        outbox.mark_sent(ids=[first[0].pk], now=NOON)

        assert [row.fact for row in outbox.waiting(limit=9)] == ["f1", "f2"]
        assert outbox.forget_sent(before=NOON) == 0
        assert outbox.forget_sent(before=NOON.replace(hour=13)) == 1


@pytest.mark.django_db
def test_forgets_the_oldest_marks_only():
    for number in range(10):
        outbox.once(consumer="c", fact=f"f{number}", deal=lambda: None)

    dropped = outbox.forget_handled(keep=4)

    assert dropped == 6
    assert set(Handled.objects.values_list("fact", flat=True)) == {"f6", "f7", "f8", "f9"}


@pytest.mark.django_db
class TestStart:
    """Where a reader begins, told when its stream was made and how long it is."""

    def reach(self, sequence, stream="monday"):
        outbox.start(consumer="c", stream=stream, last=0)
        with transaction.atomic():
            outbox.move_to(consumer="c", sequence=sequence)

    def test_goes_on_where_it_was_in_the_same_stream(self):
        self.reach(50)

        start = outbox.start(consumer="c", stream="monday", last=60)

        assert (start.after, start.anew) == (50, False)

    @pytest.mark.parametrize(("stream", "last"), [("tuesday", 60), ("tuesday", 3), ("monday", 3)])
    def test_begins_anew_in_another_stream_and_in_one_that_is_shorter(self, stream, last):
        self.reach(50)

        start = outbox.start(consumer="c", stream=stream, last=last)

        assert (start.after, start.anew, start.before) == (0, True, 50)
        assert outbox.reached(consumer="c") == 0
        assert not outbox.start(consumer="c", stream=stream, last=last).anew

    def test_learns_the_stream_of_a_position_that_never_knew_it(self):
        self.reach(50, stream="")

        first = outbox.start(consumer="c", stream="monday", last=60)
        then = outbox.start(consumer="c", stream="tuesday", last=60)

        assert (first.after, first.anew, then.anew) == (50, False, True)
