"""Prices that are no tariff: one asks, another lets them pass, and the trail says what was."""

from datetime import timedelta

import msgspec
import pytest

from linli.app import agreed
from linli.contracts import approvals, directory, tariffs
from linli.contracts.parking import LotSet
from linli.domains.parking.logic.tariff import BadTariff
from linli.domains.parking.models import Lot, LotTariff, Permit
from linli.domains.parking.operations import prices, rights, setting
from linli.domains.parking.operations.setting import NewLot
from linli.domains.parking.queries import rights as held
from linli.foundation.approvals import operations as asking
from linli.foundation.approvals.models import Approval
from linli.foundation.audit.models import Line
from linli.foundation.identity import operations as identity
from linli.foundation.identity.queries import actor_of
from linli.foundation.money.operations import pricing
from linli.foundation.outbox.models import Outgoing
from linli.kernel.words import Words
from tests.domains.parking.conftest import CAR, MORNING, OTHER, minutes

pytestmark = pytest.mark.django_db
MONTH = timedelta(days=30)
PRICE = "month_fen = 1\nmore_fen = 0\nuntil = 2026-06-01T00:00:00Z"


@pytest.fixture(autouse=True)
def wires(monkeypatch):
    monkeypatch.setattr(approvals.carry_out, "_answer", agreed.carry_out)
    monkeypatch.setattr(tariffs.check, "_answer", agreed.check_tariff)
    monkeypatch.setattr(tariffs.put, "_answer", agreed.put_tariff)


@pytest.fixture
def second(lot):
    opened = identity.open_account(username="second", name="second", password="long enough 7")
    identity.grant(account=opened.account, role="supervisor", community="hml", now=MORNING)
    return actor_of(account=opened.account, community="hml", now=MORNING)


def decide(actor, *, approve=True):
    row = Approval.rows.of("hml").order_by("-pk").first()
    asking.decide(
        actor=actor, id=row.pk, approve=approve, digest=row.digest, reason="x", now=minutes(5)
    )


def facts():
    rows = Outgoing.objects.filter(topic="LotSet").order_by("pk")
    return [msgspec.json.decode(bytes(row.body), type=LotSet) for row in rows]


class TestOffered:
    """A lot is offered to communities that there are."""

    def put(self, manager, *offered):
        said = NewLot(
            code="p1", name=Words(zh="地下车库", en="Garage"), capacity=3, offered_to=offered
        )
        return setting.set_lot(actor=manager, lot=said, now=minutes(1)).lot.offered_to

    @pytest.fixture(autouse=True)
    def next_door(self, monkeypatch):
        monkeypatch.setattr(directory.communities, "_answer", lambda: ["hml", "qhy"])

    def test_is_kept_without_itself_and_without_what_is_said_twice(self, lot, manager):
        assert self.put(manager, "qhy", "hml", "qhy") == ["qhy"]

    @pytest.mark.parametrize("offered", [("qhx",), ("qhy", "和睦里"), ("QHY",)])
    def test_one_that_there_is_not_is_refused_and_nothing_is_changed(self, lot, manager, offered):
        self.put(manager, "qhy")

        with pytest.raises(setting.NoSuchCommunity):
            self.put(manager, *offered)

        lot.refresh_from_db()
        assert lot.offered_to == ["qhy"]


class TestResidents:
    @pytest.fixture
    def keep(self, lot, manager):
        def keep(**more):
            said = NewLot(
                code="p1",
                name=Words(zh="地下车库", en="Garage"),
                place="hml/p1",
                capacity=3,
                **more,
            )
            return setting.set_lot(actor=manager, lot=said, now=minutes(1))

        return keep

    def test_that_they_pay_nothing_waits_and_all_else_is_done(self, keep, manager, second):
        kept = keep(residents_free=True, leave_minutes=90)

        row = Approval.rows.of("hml").get()
        assert (kept.waits, row.kind, kept.lot.residents_free) == (row.pk, "tariff", False)
        assert [(one.what, one.before, one.after) for one in facts()[-1].changes] == [
            ("leave_minutes", "15", "90")
        ]
        assert Line.objects.latest("pk").words != ""
        with pytest.raises(asking.OwnRequest):
            decide(manager)
        decide(second)
        fact = facts()[-1]
        assert Lot.rows.of("hml").get().residents_free is True
        assert [(one.what, one.before, one.after) for one in fact.changes] == [
            ("residents_free", "no", "yes")
        ]
        assert (fact.by, fact.approved_by) == (manager.account, second.account)
        lines = Line.objects.filter(what="parking.Lot:p1").order_by("pk")
        assert [one.words for one in lines][-2:] == [
            "leave_minutes: 15 → 90", "residents_free: no → yes",
        ]  # fmt: skip

    def test_that_they_pay_again_waits_too_and_turned_down_nothing_changes(self, keep, second):
        Lot.rows.of("hml").update(residents_free=True)

        kept = keep(residents_free=False)
        decide(second, approve=False)

        assert kept.waits
        assert Lot.rows.of("hml").get().residents_free is True

    def test_what_stays_as_it_is_asks_nobody_and_tells_no_change(self, keep):
        again = keep()

        assert (again.waits, facts()[-1].changes) == (None, ())


class TestPermit:
    @pytest.fixture
    def give(self, lot, manager):
        def give(**more):
            new = rights.NewPermit(
                lot="p1", plates=[CAR], since=MORNING, until=MORNING + MONTH, **more
            )
            return rights.give(actor=manager, permit=new, now=MORNING)

        return give

    @pytest.mark.parametrize(
        "less",
        [{"month_fen": 29_999}, {"month_fen": 0}, {"more_fen": 0}, {"kind": "free"}],
        ids=str,
    )
    def test_one_below_the_tariff_begins_once_a_second_person_lets_it_pass(
        self, give, manager, second, less
    ):
        made = give(**less)
        usual = (made.permit.month_fen, made.permit.more_fen)

        assert made.permit.until == MORNING
        assert CAR not in Approval.rows.of("hml").get(pk=made.waits).words_zh
        with pytest.raises(asking.OwnRequest):
            decide(manager)
        decide(second)
        row = Permit.rows.of("hml").get()
        wanted = (less.get("month_fen", usual[0]), less.get("more_fen", usual[1]))
        assert (row.month_fen, row.more_fen, row.until) == (*wanted, MORNING + MONTH)
        line = Line.objects.get(what=f"parking.Permit:{row.pk}")
        assert line.words.startswith(f"month_fen: {usual[0]} → {wanted[0]}")

    def test_one_at_the_tariff_or_above_it_begins_at_once(self, give):
        usual, above = give(), give(month_fen=99_000)

        assert (usual.waits, above.waits) == (None, None)
        assert usual.permit.until == above.permit.until == MORNING + MONTH

    def test_where_there_is_no_tariff_nothing_is_below_it(self, give):
        LotTariff.rows.of("hml").delete()

        assert give(kind="free").waits is None

    def test_turned_down_or_ended_meanwhile_it_never_begins(self, give, manager, second):
        refused = give(month_fen=0)
        decide(second, approve=False)
        ended = give(month_fen=0)
        rights.end(actor=manager, permit=ended.permit.pk, now=minutes(2))

        with pytest.raises(BadTariff):
            decide(second)

        assert {row.until for row in Permit.rows.of("hml")} == {MORNING}
        assert Permit.rows.of("hml").get(pk=refused.permit.pk).month_fen > 0


@pytest.mark.parametrize(
    ("of", "where", "text", "fault"),
    [
        (prices.OF_RESIDENTS, "p1", "free = 3", BadTariff),
        (prices.OF_RESIDENTS, "p1", "free = true\nmore = 1", BadTariff),
        (prices.OF_RESIDENTS, "p1", "free", BadTariff),
        (prices.OF_PERMIT, "{permit}", PRICE.replace("1", "-1", 1), BadTariff),
        (prices.OF_PERMIT, "{permit}", PRICE.removesuffix("Z"), BadTariff),
        (prices.OF_PERMIT, "9999", PRICE, held.PermitNotFound),
        (prices.OF_PERMIT, "x", PRICE, held.PermitNotFound),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_asked_of_nobody(lot, manager, of, where, text, fault):  # noqa: PLR0917
    new = rights.NewPermit(lot="p1", plates=[OTHER], since=MORNING, until=MORNING + MONTH)
    permit = rights.give(actor=manager, permit=new, now=MORNING).permit
    change = tariffs.TariffChange(
        of=of, where=where.format(permit=permit.pk), text=text, from_at=MORNING
    )

    with pytest.raises(fault):
        pricing.propose(community="hml", change=change, reason="x", by=manager.account, now=MORNING)

    assert not Approval.rows.of("hml").exists()
