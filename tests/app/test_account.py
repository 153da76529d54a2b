"""`./linli account`, from the operator's own terminal."""

import json
from datetime import date

import pytest
from click.testing import CliRunner

from linli.app.account import account
from linli.contracts import outbox
from linli.foundation.audit.models import Line
from linli.foundation.identity.models import Account, Grant
from linli.foundation.outbox.models import Outgoing
from linli.registry.people.models import Person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def answers():
    """Put back whoever answered before the command did."""
    before = outbox.wake._answer
    yield
    outbox.wake._answer = before


def run(*words):
    return CliRunner().invoke(account, words)


def topics():
    return list(Outgoing.objects.order_by("pk").values_list("topic", flat=True))


def test_opens_grants_resets_and_closes_and_leaves_a_trace_of_each():
    opened = run("open", "wang", "王小和").output.split()
    run("grant", "wang", "guard", "hml", "--place", "hml/b03")
    reset = run("reset", "wang", "--sure", "known", "--words", "本人在柜台").output.split()
    run("revoke", "wang", "guard", "hml", "--place", "hml/b03")
    closed = run("close", "wang")

    assert (opened[0], reset[0], closed.exit_code) == ("wang", "wang", 0)
    assert opened[1] != reset[1]
    assert not Account.objects.get().is_active
    assert not Grant.objects.exists()
    assert topics() == ["RoleGranted", "AccountReset", "RoleTaken", "AccountClosed"]
    [line] = Line.objects.filter(what__startswith="account_reset")
    assert (line.account, json.loads(line.words)["sure"]) == (0, "known")


def test_a_guardian_is_one_for_somebody_and_what_was_not_given_is_not_taken_back():
    run("open", "uncle", "周舅舅")
    boy = Person(community="hml", code="c1", name="周小宝", born_on=date(2015, 5, 6))
    boy.save()
    ward = f"person:{boy.pk}"

    refused = [
        run("grant", "uncle", "guardian", "hml"),
        run("grant", "uncle", "guardian", "hml", "--ward", "person:0"),
        run("grant", "uncle", "guardian", "other", "--ward", ward),
        run("grant", "uncle", "guard", "hml", "--ward", ward),
    ]
    none = Grant.objects.exists()
    given = run("grant", "uncle", "guardian", "hml", "--ward", ward)
    unsaid = run("revoke", "uncle", "guardian", "hml")
    held = Grant.objects.get().ward
    taken = run("revoke", "uncle", "guardian", "hml", "--ward", ward)

    assert ([one.exit_code for one in refused], none) == ([1] * 4, False)
    assert (given.exit_code, held, taken.exit_code) == (0, ward, 0)
    assert (unsaid.exit_code, "nothing was taken back" in unsaid.output) == (1, True)
    assert not Grant.objects.exists()
    assert topics() == ["RoleGranted", "RoleTaken"]


def test_second_factors_go_only_where_it_is_said_that_they_are_lost():
    run("open", "wang", "王小和")
    sure = ("--sure", "known", "--words", "本人在柜台")

    run("reset", "wang", *sure)
    run("reset", "wang", *sure, "--lost")

    lines = Line.objects.filter(what__startswith="account_reset").order_by("pk")
    assert [json.loads(line.words)["factors"] for line in lines] == ["kept", "void"]


def test_resets_nobody_of_whom_it_is_not_said_how_one_knows_that_it_is_he():
    run("open", "wang", "王小和")
    before = Account.objects.get().password

    said = [
        run("reset", "wang"),
        run("reset", "wang", "--sure", "guessed", "--words", "本人在柜台"),
        run("reset", "wang", "--sure", "known", "--words", "x"),
        run("reset", "wang", "--sure", "called", "--words", "13800138000"),
    ]

    assert [one.exit_code for one in said] == [1, 2, 1, 1]
    assert Account.objects.get().password == before


@pytest.mark.parametrize(
    "words", [["close"], ["reset", "--sure", "known", "--words", "本人在柜台"]]
)
def test_says_so_when_there_is_no_such_account(words):
    answer = run(*words, "nobody")

    assert answer.exit_code == 1
    assert "nobody" in answer.output
