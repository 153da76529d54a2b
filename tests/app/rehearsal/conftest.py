"""A garage of 和睦里 to rehearse in: small enough for seconds."""

import pytest
from django.db import transaction

from linli.app import wiring
from linli.app.rehearsal import community, script
from linli.app.rehearsal.run import Rehearsal
from linli.contracts.outbox import wake
from linli.kernel.port import Port

HEAD = """
name = { zh = "车库演练", en = "Garage drill" }
start = "2026-11-23 10:00"
length = "%s"
part = ["hml/g1/z1"]
%s
"""
CO = """
[[incident]]
after = "2m"
kind = "garage-co"
expect = { scenes = ["safety.garage_air.co_over_limit"], within = "2m" }
"""


def text(*parts, length="20m", head=""):
    return HEAD % (length, head) + "".join(parts)


def read(words):
    return script.read(words, file="drill.toml", id="drill")


@pytest.fixture
def play(db, monkeypatch):
    """Return how a script is played: its text in, its report out, and the records as before."""
    monkeypatch.setattr(
        Port, "answer_with", lambda port, answer: monkeypatch.setattr(port, "_answer", answer)
    )
    wiring.wire_records()
    wake.answer_with(lambda: None)

    def run(words):
        plan = read(words)
        with transaction.atomic():
            code = community.sow(part=plan.part, now=plan.start)
            found = Rehearsal(script=plan, cast=community.cast(code)).run()
            transaction.set_rollback(True)
        return found

    return run
