"""`./linli account`, from the operator's own terminal."""

import pytest
from click.testing import CliRunner

from linli.app.account import account
from linli.contracts import outbox
from linli.foundation.identity.models import Account, Grant
from linli.foundation.outbox.models import Outgoing

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
    reset = run("reset", "wang").output.split()
    run("revoke", "wang", "guard", "hml", "--place", "hml/b03")
    closed = run("close", "wang")

    assert (opened[0], reset[0], closed.exit_code) == ("wang", "wang", 0)
    assert opened[1] != reset[1]
    assert not Account.objects.get().is_active
    assert not Grant.objects.exists()
    assert topics() == ["RoleGranted", "AccountReset", "RoleTaken", "AccountClosed"]


@pytest.mark.parametrize("act", ["close", "reset"])
def test_says_so_when_there_is_no_such_account(act):
    answer = run(act, "nobody")

    assert answer.exit_code == 1
    assert "nobody" in answer.output
