"""A month of calls becomes a statement: once, final, put right by entries, paid with a receipt."""

import csv
import io
import threading
from datetime import UTC, date, datetime

import msgspec
import pytest
from django.db import DatabaseError, connection, transaction

from linli.app.agreed import CARRIED
from linli.contracts import approvals
from linli.contracts.approvals import LetPass
from linli.domains.openapi.logic import billing as rules
from linli.domains.openapi.models import Statement, StatementEntry, ThirdParty, Usage
from linli.domains.openapi.operations import billing, metering
from linli.foundation.approvals.models import Approval
from linli.foundation.audit.models import Line
from linli.foundation.money.models import LedgerAccount, Posting
from linli.foundation.outbox.models import Outgoing
from tests.domains.openapi.conftest import REGISTRATION, Party, Visitor, let_in
from tests.fresh import stale
from tests.registry.conftest import other_estate

__all__ = ["other_estate"]
pytestmark = pytest.mark.django_db
OVER = datetime(2026, 6, 1, 2, tzinfo=UTC)
"""Ten in the morning of the first of June in Shanghai: May is over."""


def used(party, day, calls, price_fen=1500):
    Usage.rows.create(community="hml", party_id=party.id, day=day, calls=calls, price_fen=price_fen)


@pytest.fixture
def may(party):
    """Return a third party that made 3,001 calls in May, of them one at a lower price."""
    used(party, date(2026, 5, 1), 1000)
    used(party, date(2026, 5, 30), 2000)
    used(party, date(2026, 5, 31), 1, price_fen=100)
    return party


@pytest.fixture
def closed(may):
    assert billing.close_months(community="hml", now=OVER) == 1
    return Statement.rows.of("hml").get()


@pytest.fixture
def finance(person):
    return person("finance-1", "finance")


def pay(visitor, statement, due_fen, receipt="2026-0601", **more):
    body = {"due_fen": due_fen, "receipt": receipt, **more}
    return visitor.post(f"/statements/{statement.pk}/payments", body)


def correct(visitor, statement, fen, due_fen):
    body = {"fen": fen, "due_fen": due_fen, "reason": "测试时多计"}
    return visitor.post(f"/statements/{statement.pk}/corrections", body)


def told(topic):
    return Outgoing.objects.filter(topic=topic).count()


class TestPrice:
    @pytest.mark.parametrize(
        ("days", "expected"),
        [
            ([], []),
            ([(1, 0)], [(0, 1, 0)]),
            ([(1, 100)] * 20, [(100, 20, 2)]),
            ([(999, 1000), (1, 1000)], [(1000, 1000, 1000)]),
            ([(10, 1500), (10, 100)], [(100, 10, 1), (1500, 10, 15)]),
            ([(0, 1500)], []),
        ],
    )
    def test_each_price_by_itself_rounded_up_once_a_month(self, days, expected):
        found = [(one.price_fen, one.calls, one.fen) for one in rules.priced(days)]

        assert found == expected

    def test_a_day_keeps_the_price_at_which_it_began(self, party):
        ThirdParty.rows.of("hml").update(price_fen=700)
        party.itself().get("/alarms/counts")
        ThirdParty.rows.of("hml").update(price_fen=900)
        party.itself().get("/alarms/counts")

        [day] = Usage.rows.of("hml")
        assert (day.calls, day.price_fen) == (2, 700)


class TestClose:
    def test_a_month_is_one_statement_of_its_calls_by_price(self, closed):
        assert (closed.month, closed.calls, closed.fen) == ("2026-05", 3001, 4501)
        assert [line["price_fen"] for line in closed.lines] == [100, 1500]
        assert told("StatementClosed") == 1

    def test_closed_again_nothing_is_counted_twice(self, closed):
        assert billing.close_months(community="hml", now=OVER) == 0
        assert Statement.rows.of("hml").get().fen == 4501
        assert told("StatementClosed") == 1

    @pytest.mark.parametrize(
        "now",
        [datetime(2026, 5, 31, 15, 59, tzinfo=UTC), datetime(2026, 5, 31, 16, 59, tzinfo=UTC)],
    )
    def test_a_month_that_is_not_over_for_an_hour_stays_open(self, may, now):
        assert billing.close_months(community="hml", now=now) == 0
        assert billing.close_months(community="hml", now=now.replace(hour=17)) == 1

    def test_of_a_while_away_each_month_has_its_own(self, may):
        used(may, date(2026, 4, 30), 10)

        assert billing.close_months(community="hml", now=OVER) == 2
        assert {row.month for row in Statement.rows.of("hml")} == {"2026-04", "2026-05"}

    def test_what_is_counted_late_is_an_entry_and_the_statement_stays(self, closed, may):
        used(may, date(2026, 5, 20), 1000)

        billing.close_months(community="hml", now=OVER)

        [entry] = StatementEntry.rows.of("hml")
        assert (entry.kind, entry.fen) == ("correction", 1500)
        assert entry.reason == "late: 1000 × 1500 fen/1000"
        fact = msgspec.json.decode(Outgoing.objects.get(topic="StatementCorrected").body)
        assert (fact["fen"], fact["reason"], fact["by"]) == (1500, entry.reason, None)
        assert Statement.rows.of("hml").get().fen == 4501
        assert billing.close_months(community="hml", now=OVER) == 0

    def test_cut_off_half_way_nothing_is_billed_and_then_all(self, may, monkeypatch):
        def cut_off(*args):
            raise RuntimeError

        with monkeypatch.context() as patch:
            patch.setattr(billing, "_say_closed", cut_off)
            with pytest.raises(RuntimeError), transaction.atomic():
                billing.close_months(community="hml", now=OVER)

        assert not Statement.rows.of("hml").exists()
        assert billing.close_months(community="hml", now=OVER) == 1

    def test_who_did_not_call_owes_nothing(self, party):
        used(party, date(2026, 5, 1), 0)

        assert billing.close_months(community="hml", now=OVER) == 0

    def test_another_community_is_not_touched(self, may):
        assert billing.close_months(community="other", now=OVER) == 0

    @pytest.mark.parametrize("change", ["UPDATE {} SET {} = 1", "DELETE FROM {}"])
    @pytest.mark.parametrize(
        ("table", "field"), [("openapi_statement", "fen"), ("openapi_statemententry", "fen")]
    )
    def test_the_database_refuses_to_change_it(self, closed, finance, change, table, field):
        correct(finance, closed, -1, 4501)

        with pytest.raises(DatabaseError, match="final"), transaction.atomic():
            connection.cursor().execute(change.format(table, field))


class TestPaid:
    def test_is_taken_down_with_its_receipt_and_posted(self, closed, finance):
        said = pay(finance, closed, 4501, way="cash").json()

        assert (said["due_fen"], said["receipts"], said["fen"]) == (0, ["2026-0601"], 4501)
        fen = dict(LedgerAccount.rows.of("hml").values_list("code", "fen"))
        assert fen == {"income:third_party": 4501, "cash:desk": -4501}
        assert Posting.rows.of("hml").get().reason == "third_party"
        [line] = Line.objects.filter(what__startswith="StatementPaid")
        assert line.who == "finance-1"

    def test_sent_twice_it_is_paid_once(self, closed, finance):
        pay(finance, closed, 4501)

        again = [pay(finance, closed, 4501, receipt) for receipt in ("2026-0601", "2026-0602")]

        assert [(one.status_code, one.json()["key"]) for one in again] == [
            (409, "openapi.other_balance")
        ] * 2
        assert Posting.rows.of("hml").count() == 1

    def test_another_sum_or_a_receipt_of_another_is_refused(self, closed, finance, may):
        used(may, date(2026, 4, 30), 1000)
        billing.close_months(community="hml", now=OVER)
        april = Statement.rows.of("hml").get(month="2026-04")
        pay(finance, closed, 4501)

        refused = [
            pay(finance, april, 1499, "new"),
            pay(finance, april, 1500),
            pay(finance, april, 0),
        ]

        assert [one.json()["key"] for one in refused] == [
            "openapi.other_balance", "openapi.receipt_used", "openapi.other_balance",
        ]  # fmt: skip
        assert pay(finance, april, 1500, "").status_code == 422

    def test_a_number_taken_by_another_at_once_is_refused(self, closed, finance, may, monkeypatch):
        used(may, date(2026, 4, 30), 1000)
        billing.close_months(community="hml", now=OVER)
        pay(finance, closed, 4501)
        monkeypatch.setattr(billing, "_want_unused", lambda *args: None)  # both looked before

        refused = pay(finance, Statement.rows.of("hml").get(month="2026-04"), 1500)

        assert (refused.status_code, refused.json()["key"]) == (409, "openapi.receipt_used")
        assert Posting.rows.of("hml").count() == 1

    def test_shows_a_factor_for_it(self, closed, finance):
        stale(finance.client)

        answer = pay(finance, closed, 4501)

        assert (answer.status_code, answer.json()["key"]) == (401, "identity.step_up_wanted")
        assert not Posting.rows.of("hml").exists()

    def test_put_right_twice_by_one_click_it_is_put_right_once(self, closed, finance):
        first, second = correct(finance, closed, -1, 4501), correct(finance, closed, -1, 4501)

        assert (first.json()["due_fen"], second.json()["key"]) == (4500, "openapi.other_balance")
        assert correct(finance, closed, 0, 4500).json()["key"] == "openapi.nothing_put_right"
        assert [one["reason"] for one in first.json()["entries"]] == ["测试时多计"]

    def test_is_nobodys_but_finances(self, closed, party, resident, person, other_estate):
        elsewhere = person("finance-2", "finance", community="other")
        denied = [resident, party.itself(), elsewhere, person("sup", "supervisor"), Visitor()]

        answers = [pay(one, closed, 4501) for one in denied]

        assert [one.status_code for one in answers] == [403, 403, 403, 403, 401]
        wrong = elsewhere.post(
            f"/api/v1/other/statements/{closed.pk}/payments", {"due_fen": 1, "receipt": "x"}
        )
        assert (wrong.status_code, wrong.json()["key"]) == (404, "openapi.statement_not_found")


class TestPaidBack:
    @pytest.fixture
    def paid(self, closed, finance):
        pay(finance, closed, 4501)
        assert correct(finance, closed, -501, 0).json()["due_fen"] == -501
        return closed

    @pytest.fixture
    def colleague(self, person):
        return person("finance-2", "finance")

    @staticmethod
    def fen():
        return dict(LedgerAccount.rows.of("hml").values_list("code", "fen"))

    def test_a_little_goes_back_by_another_than_who_put_it_right(self, paid, colleague):
        back = pay(colleague, paid, -501, "back-1").json()

        assert (back["corrected_fen"], back["due_fen"], back["approval"]) == (-501, 0, None)
        assert self.fen() == {"income:third_party": 4000, "bank:main": -4000}

    def test_what_oneself_put_right_waits_for_a_second_person(self, paid, finance):
        asked = [pay(finance, paid, -501, "back-1").json() for _ in range(2)]
        row = Approval.rows.of("hml").get()
        before = self.fen()
        let_pass(row, finance)

        assert [(one["due_fen"], one["approval"]) for one in asked] == [(-501, row.pk)] * 2
        assert before["income:third_party"] == 4501
        assert self.fen() == {"income:third_party": 4000, "bank:main": -4000}
        with pytest.raises(billing.OtherBalance):
            let_pass(row, finance)

    def test_much_in_parts_too_waits_for_a_second_person(self, paid, finance, colleague, settings):
        settings.REFUND_FEN = 600
        pay(colleague, paid, -501, "back-1")
        correct(finance, paid, -100, 0)

        answer = pay(colleague, paid, -100, "back-2").json()

        assert (answer["due_fen"], bool(answer["approval"])) == (-100, True)
        assert self.fen()["income:third_party"] == 4000

    def test_let_pass_with_a_number_used_meanwhile_it_is_refused(
        self, paid, finance, colleague, may
    ):
        pay(finance, paid, -501, "back-1")
        used(may, date(2026, 4, 30), 1000)
        billing.close_months(community="hml", now=OVER)
        pay(colleague, Statement.rows.of("hml").get(month="2026-04"), 1500, "back-1")

        with pytest.raises(billing.ReceiptUsed):
            let_pass(Approval.rows.of("hml").get(), finance)


def let_pass(row, asker):
    billing.carry(
        LetPass(
            approval=row.pk, kind=row.kind, community="hml", about=row.about, request=row.request,
            by=asker.account, approved_by=asker.account, cause="f9", now=OVER,
        )
    )  # fmt: skip


class TestShown:
    def test_manager_and_finance_see_all_the_program_its_own(
        self, closed, party, manager, second, finance
    ):
        other = Party(Visitor().post("/third-parties", REGISTRATION | {"name": "另一家"}).json())
        let_in(other, manager, second)
        used(other, date(2026, 5, 3), 10)
        billing.close_months(community="hml", now=OVER)

        own = [one.itself().get("/third-parties/own/statements").json() for one in (party, other)]

        for one in (manager, finance):
            assert len(one.get("/statements").json()["items"]) == 2
        assert len(manager.get("/statements", party=other.id).json()["items"]) == 1
        assert manager.get("/statements", month="2026-04").json()["items"] == []
        assert [[line["due_fen"] for line in said["items"]] for said in own] == [[4501], [15]]
        assert manager.get("/statements", limit=1).json()["next"]

    def test_no_resident_and_no_token_of_his_sees_any(self, closed, party, resident):
        borne = Visitor(token=party.tokens(resident).json()["access_token"])

        for path in ("/statements", "/statements.csv", "/third-parties/own/statements"):
            assert [one.get(path).status_code for one in (resident, borne)] == [403, 403]

    def test_as_csv_holds_no_formula(self, closed, party, finance, manager):
        ThirdParty.rows.of("hml").update(name="=1+1")
        pay(finance, closed, 4501, receipt="@sum")

        for answer in (
            manager.get("/statements.csv", month="2026-05"),
            party.itself().get("/third-parties/own/statements.csv"),
        ):
            rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
            assert answer["Content-Type"].startswith("text/csv")
            assert [(row["third_party"], row["receipt"], row["fen"]) for row in rows] == [
                ("'=1+1", "'@sum", "4501")
            ]


@pytest.mark.django_db(transaction=True)
def test_of_many_who_close_at_once_one_does(party):
    used(party, date(2026, 5, 1), 1000)
    start, made = threading.Barrier(4), []

    def close():
        start.wait()
        try:
            made.append(billing.close_months(community="hml", now=OVER))
        finally:
            connection.close()

    threads = [threading.Thread(target=close) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sorted(made) == [0, 0, 0, 1]
    assert Statement.rows.of("hml").get().fen == 1500
    assert not StatementEntry.rows.of("hml").exists()


def test_what_a_second_person_lets_pass_is_carried_out():
    assert CARRIED[approvals.PAY_BACK] is billing.carry


def test_the_scheduler_closes_months():
    from linli.app.handlers import JOBS  # noqa: PLC0415 - all of the worker's wiring

    assert "openapi.close_months" in {job.name for job in JOBS}


def test_metering_goes_by_the_communitys_own_day():
    assert metering.today(datetime(2026, 5, 31, 16, tzinfo=UTC)) == date(2026, 6, 1)
