import json
from datetime import timedelta

import pytest

from linli.contracts import approvals as contract
from linli.foundation.approvals import operations, queries
from linli.foundation.approvals.models import Approval, State
from linli.foundation.audit.models import Line
from linli.foundation.outbox.models import Outgoing
from linli.kernel.fault import Fault
from tests.foundation.approvals.kit import REQUEST, actor, ask, decide
from tests.foundation.identity.kit import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def done(monkeypatch):
    done = []
    monkeypatch.setattr(contract.carry_out, "_answer", done.append)
    return done


@pytest.fixture
def asker():
    return actor("wang", "manager")


@pytest.fixture
def second():
    return actor("li", "supervisor")


def state(row):
    return Approval.rows.of("hml").get(pk=row.pk).state


class TestAsk:
    def test_asked_again_is_one(self, asker, done):
        first, again = ask(asker), ask(asker)

        assert first.pk == again.pk
        assert Outgoing.objects.filter(topic="ApprovalAsked").count() == 1

    def test_asked_otherwise_voids_what_waited(self, asker, second, done):
        first = ask(asker)

        changed = ask(asker, request={**REQUEST, "text": "停电"})

        assert (state(first), state(changed)) == (State.CHANGED, State.WAITING)
        with pytest.raises(operations.DecidedAlready):
            decide(second, first)
        assert done == []

    def test_anothers_wish_for_the_same_thing_waits_beside_it(self, asker, done):
        other = actor("zhao", "manager")

        assert ask(asker).pk != ask(other).pk


class TestDecide:
    def test_lets_pass_and_carries_out_what_was_read(self, asker, second, done):
        row = ask(asker)

        decide(second, row)

        [passed] = done
        assert (passed.request, passed.by, passed.approved_by) == (
            REQUEST,
            asker.account,
            second.account,
        )
        assert state(row) == State.APPROVED
        [fact] = Outgoing.objects.filter(topic="ApprovalDecided")
        assert json.loads(bytes(fact.body))["id"] == passed.cause
        assert Line.objects.filter(what__startswith="ApprovalDecided").count() == 1

    def test_never_by_the_same_person(self, asker, done):
        row = ask(asker)

        with pytest.raises(operations.OwnRequest):
            decide(asker, row)

        assert (state(row), done) == (State.WAITING, [])

    def test_turned_down_does_nothing_and_says_why(self, asker, second, done):
        row = ask(asker)
        with pytest.raises(operations.ReasonNeeded):
            decide(second, row, approve=False, reason=" ")

        decided = decide(second, row, approve=False, reason="先联系水务")

        assert (decided.state, decided.decision, done) == (State.REFUSED, "先联系水务", [])

    @pytest.mark.parametrize("first", [True, False])
    def test_is_decided_once(self, asker, second, done, first):
        third = actor("zhao", "manager")
        row = ask(asker)
        decide(second, row, approve=first)

        with pytest.raises(operations.DecidedAlready):
            decide(third, row)

        assert len(done) == int(first)

    def test_what_was_read_must_be_what_is_asked(self, asker, second, done):
        row = ask(asker)

        with pytest.raises(operations.RequestChanged):
            decide(second, row, digest="0" * 64)

        assert (state(row), done) == (State.WAITING, [])

    def test_a_request_changed_behind_its_digest_does_not_pass(self, asker, second, done):
        row = ask(asker)
        Approval.rows.of("hml").filter(pk=row.pk).update(request={"place": "hml"})

        with pytest.raises(operations.RequestChanged):
            decide(second, row)

        assert done == []

    def test_lapses(self, asker, second, done):
        row = ask(asker)
        hours = contract.KINDS[contract.MASS_MESSAGE].hours

        with pytest.raises(operations.Lapsed):
            decide(second, row, now=NOW + timedelta(hours=hours))

        assert done == []

    def test_what_cannot_be_done_was_not_decided(self, asker, second, monkeypatch):
        class Gone(Fault):
            key = "approvals.not_found"

        def refuse(_):
            raise Gone

        monkeypatch.setattr(contract.carry_out, "_answer", refuse)
        row = ask(asker)

        with pytest.raises(Gone):
            decide(second, row)

        assert state(row) == State.WAITING
        assert not Outgoing.objects.filter(topic="ApprovalDecided").exists()

    @pytest.mark.parametrize(
        ("role", "place"), [("guard", ""), ("supervisor", "hml/b03"), ("auditor", "")]
    )
    def test_is_not_for_who_has_no_say_in_the_whole_community(self, asker, done, role, place):
        row = ask(asker)

        with pytest.raises(queries.ApprovalNotFound):
            decide(actor("qian", role, place=place), row)

    def test_is_not_for_another_community(self, asker, done):
        row = ask(asker)

        with pytest.raises(queries.ApprovalNotFound):
            decide(actor("sun", "manager", community="other"), row)


class TestWithdraw:
    def test_is_its_askers(self, asker, second, done):
        row = ask(asker)
        with pytest.raises(operations.NotItsAsker):
            operations.withdraw(actor=second, id=row.pk, now=NOW)

        operations.withdraw(actor=asker, id=row.pk, now=NOW)

        assert state(row) == State.WITHDRAWN
        with pytest.raises(operations.DecidedAlready):
            decide(second, row)
        assert done == []


class TestUse:
    def use(self, by, *, request=REQUEST, now=NOW):
        operations.use(
            kind=contract.MASS_MESSAGE, community="hml", about="broadcast:hml", request=request,
            by=by.account, now=now,
        )  # fmt: skip

    def test_is_good_once(self, asker, second, done):
        decide(second, ask(asker))

        self.use(asker)

        with pytest.raises(operations.ApprovalWanted):
            self.use(asker)

    def test_before_it_was_let_pass_there_is_nothing_to_use(self, asker, done):
        ask(asker)

        with pytest.raises(operations.ApprovalWanted):
            self.use(asker)

    def test_is_for_its_asker_and_its_words_and_its_time(self, asker, second, done):
        decide(second, ask(asker))

        for wrong in (
            {"by": second},
            {"by": asker, "request": {**REQUEST, "text": "停电"}},
            {"by": asker, "now": NOW + timedelta(hours=24)},
        ):
            with pytest.raises(operations.ApprovalWanted):
                self.use(**wrong)


class TestList:
    def test_shows_ones_own_and_what_one_may_decide(self, asker, second, done):
        mine, rights = ask(asker), ask(second, kind=contract.RIGHTS, about="grant:7")
        guard = actor("qian", "guard")

        def seen(by):
            found, _ = queries.approvals(actor=by, waiting=True, before=None, limit=9, now=NOW)
            return [row.pk for row in found]

        assert seen(asker) == [rights.pk, mine.pk]
        assert seen(actor("zhou", "security_officer")) == [rights.pk]
        assert seen(guard) == []

    def test_goes_on_after_the_cursor(self, asker, done):
        rows = [ask(asker, about=f"broadcast:{n}") for n in range(5)]

        first, after = queries.approvals(actor=asker, waiting=False, before=None, limit=3, now=NOW)
        rest, end = queries.approvals(actor=asker, waiting=False, before=after, limit=3, now=NOW)

        assert [row.pk for row in [*first, *rest]] == [row.pk for row in reversed(rows)]
        assert end is None
