"""What was there before stays what it was: scopes that were given, days without a price."""

from datetime import timedelta

import pytest
from django.utils import timezone

from linli.domains.openapi.models import Statement
from linli.domains.openapi.operations import billing
from tests.past import NEWEST as LAST
from tests.past import migrate, standing
from tests.registry.conftest import NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]
BEFORE = ("openapi", "0002_since_when_agreed")
AFTER = ("openapi", "0003_places_are_a_scope_of_their_own")
NEWEST = ("openapi", "0006_statements_are_final")


def test_a_scope_is_renamed_and_going_back_opens_no_more_than_was_given(tmp_path):
    with standing(tmp_path, BEFORE) as apps:
        party = apps.get_model("openapi", "ThirdParty").rows.create(
            community="hml", name="快梯", client="c", secret="s", wanted=["register.read"],
            scopes=["register.read", "cases.read"], state="waiting", registered_at=NOW,
        )  # fmt: skip
        after = migrate(AFTER).get_model("openapi", "ThirdParty").rows.get(pk=party.pk)
        back = migrate(BEFORE).get_model("openapi", "ThirdParty").rows.get(pk=party.pk)

    assert (after.wanted, after.scopes) == (["places.read"], ["places.read", "cases.read"])
    assert (back.wanted, back.scopes) == ([], ["cases.read"])


def test_no_month_of_before_is_billed_and_the_one_under_way_at_the_price_of_today(tmp_path):
    first = timezone.localdate().replace(day=1)
    before = ("openapi", "0004_statements_and_a_second_secret")
    with standing(tmp_path, before, ("outbox", LAST), ("causes", LAST)) as apps:
        party = apps.get_model("openapi", "ThirdParty").rows.create(
            community="hml", name="快梯", client="c", secret="s", price_fen=1500,
            state="waiting", registered_at=NOW,
        )  # fmt: skip
        usage = apps.get_model("openapi", "Usage").rows
        for day in (first - timedelta(days=40), first - timedelta(days=1), first):
            usage.create(community="hml", party=party, day=day, calls=1000)
        after = migrate(NEWEST).get_model("openapi", "Usage").rows
        prices = list(after.order_by("day").values_list("price_fen", flat=True))
        closed = [billing.close_months(community="hml", now=_days_after(first, n)) for n in (9, 40)]
        statement = Statement.rows.of("hml").get()

    assert prices == [None, None, 1500]
    assert closed == [0, 1]
    assert (statement.month, statement.calls, statement.fen) == (f"{first:%Y-%m}", 1000, 1500)


def _days_after(first, days):
    return timezone.make_aware(timezone.datetime(first.year, first.month, 1, 12)) + timedelta(days)
