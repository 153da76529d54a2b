"""The table of decisions in the documentation is what is decided."""

from pathlib import Path

import msgspec
import pytest

from linli.contracts.doors import Way
from linli.domains.doors.logic.deciding import (
    BackRule,
    Grant,
    Holder,
    Known,
    Mode,
    Situation,
    Term,
    decide,
)
from linli.domains.doors.logic.reasons import REASONS

PAGE = Path(__file__).parents[3] / "docs" / "explanation" / "doors.md"
READ = {
    "way": Way,
    "mode": Mode,
    "credential": Known,
    "term": Term,
    "holder": Holder,
    "grant": Grant,
    "back_rule": BackRule,
    "tries": int,
    "tries_hour": int,
    "tries_day": int,
    "left": int,
    "direction": str,
    "ways": lambda text: tuple(Way(one) for one in text.split("+")),
}


def rows(part="## 判定表"):
    text = PAGE.read_text("utf-8").partition(part)[2].partition("\n## ")[0]
    cells = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| ")]
    return [tuple(one.strip() for one in row) for row in cells[1:]]


def situation(text):
    said = {}
    for part in text.split(", ") if "平日" not in text else ():
        name, _, value = part.partition("=")
        if part == "no consent":
            said["consent"] = False
        else:
            said[name] = READ[name](value) if value else True
    return msgspec.structs.replace(Situation(), **said)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_the_table_is_what_is_decided(row):
    verdict = decide(situation(row[0]))

    reason, _, alarm = row[2].partition(", ")
    assert (verdict.opens, verdict.reason) == (row[1] == "yes", reason)
    assert verdict.alarms is (alarm == "alarm")


def test_every_reason_stands_in_the_table_and_has_words():
    reasons = {row[2].partition(",")[0] for row in rows()}

    assert len(rows()) > 50
    assert set(REASONS) - reasons == {"over_used"}
    assert reasons <= set(REASONS)


def test_whoever_calls_for_help_is_heard_at_every_door_and_by_a_living_code_alone():
    cases = [situation(row[0]) for row in rows()]

    heard = {
        decide(msgspec.structs.replace(case, duress=True)).alarms
        for case in cases
        if case.credential is Known.OPEN
    }
    dead = {
        decide(msgspec.structs.replace(case, duress=True)).alarms
        for case in cases
        if case.credential is not Known.OPEN
    }

    assert (heard, dead) == ({True}, {False})


def test_only_entries_of_guests_count():
    assert decide(Situation(left=2)).counts
    assert not decide(Situation(left=2, repeat=True)).counts
    assert not decide(Situation()).counts
