"""Two decide at the same moment."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from linli.contracts import approvals as contract
from linli.contracts import outbox
from linli.foundation.approvals.models import Approval
from linli.kernel.fault import Fault
from tests.foundation.approvals.kit import actor, ask, decide

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_of_two_decides(monkeypatch):
    done = []
    monkeypatch.setattr(contract.carry_out, "_answer", done.append)
    monkeypatch.setattr(outbox.wake, "_answer", lambda: None)
    row = ask(actor("wang", "manager"))
    deciders = [actor(f"super-{n}", "supervisor") for n in range(4)]

    def one(n):
        try:
            return decide(deciders[n], row, approve=n % 2 == 0).state
        except Fault as fault:
            return fault.key
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        said = list(threads.map(one, range(4)))

    assert said.count("approvals.decided_already") == 3
    assert len(done) == (Approval.rows.of("hml").get().state == "approved")
