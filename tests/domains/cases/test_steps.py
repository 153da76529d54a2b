"""The table of steps: everything that it allows, and everything that it refuses, by name."""

from datetime import UTC, datetime, timedelta

import pytest

from linli.contracts.cases import CaseState
from linli.domains.cases.logic import refusals, steps
from linli.domains.cases.logic.steps import Given, Hand, Standing

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
ALL = frozenset().union(*(step.may for step in steps.STEPS.values()))
REPORTER, HANDLER, FILER, STRANGER = 1, 2, 3, 4

EXPECTED = {
    "verify": {"reported": "verified"},
    "void": {"reported": "void", "verified": "void"},
    "file": {"reported": "filed", "verified": "filed"},
    "dispatch": dict.fromkeys(
        ["filed", "dispatched", "returned", "parked", "rework"], "dispatched"
    ),
    "grab": {"filed": "handling", "returned": "handling"},
    "accept": {"dispatched": "handling", "rework": "handling"},
    "hand_back": dict.fromkeys(["dispatched", "handling", "rework"], "returned"),
    "ask_delay": {"handling": "handling"},
    "grant_delay": {"handling": "delayed"},
    "refuse_delay": {"handling": "handling"},
    "park": dict.fromkeys(["returned", "handling", "delayed", "rework"], "parked"),
    "resume": {"delayed": "handling", "parked": "handling"},
    "feedback": {"handling": "feedback"},
    "recheck": {"feedback": "rechecked"},
    "close": {"rechecked": "closed"},
    "rate": {"closed": "evaluated"},
    "not_fixed": {"feedback": "rework", "rechecked": "rework"},
    "reopen": {"closed": "rework", "evaluated": "rework"},
    "note": {state: state for state in CaseState if state != "void"},
}
"""Written out a second time, so that a slip in the table is a failure here."""

RIGHT_ACCOUNT = {
    steps.Who.ANYBODY: STRANGER,
    steps.Who.HANDLER: HANDLER,
    steps.Who.NOT_HANDLER: STRANGER,
    steps.Who.NOT_FILER: STRANGER,
    steps.Who.REPORTER: REPORTER,
}
FULL = Given(
    note="done", reason="because", assignee=7, rating=4, agrees=True, until=NOON + timedelta(days=1)
)


def standing(state, *, step="", **changes):
    values = dict(
        state=CaseState(state),
        reporter=REPORTER,
        handler=HANDLER,
        filed_by=FILER,
        assigned=True,
        delay_asked=step in {"grant_delay", "refuse_delay"},
        closed_at=NOON - timedelta(days=1),
    )
    return Standing(**{**values, **changes})


def hand(step):
    return Hand(account=RIGHT_ACCOUNT[steps.STEPS[step].who], may=ALL)


def check(step, case, by, given=FULL, now=NOON):
    steps.check(step=step, case=case, hand=by, given=given, now=now)


def test_the_table_holds_the_steps_that_were_agreed():
    assert set(steps.STEPS) == set(EXPECTED)


@pytest.mark.parametrize("step", steps.STEPS)
@pytest.mark.parametrize("state", CaseState)
def test_a_step_is_taken_or_refused_by_name(state, step):
    case = standing(state, step=step)

    if state in EXPECTED[step]:
        check(step, case, hand(step))
        assert steps.after(step=step, state=state, agrees=True) == EXPECTED[step][state]
    else:
        with pytest.raises(refusals.WrongState) as refused:
            check(step, case, hand(step))
        assert refused.value.values["step"] == step
        assert refused.value.values["state"] == state


@pytest.mark.parametrize("step", steps.STEPS)
def test_a_role_that_does_not_hold_the_right_is_refused(step):
    case = standing(next(iter(steps.STEPS[step].before)), step=step)
    nobody = Hand(account=RIGHT_ACCOUNT[steps.STEPS[step].who], may=ALL - steps.STEPS[step].may)

    with pytest.raises(refusals.NotYourRole):
        check(step, case, nobody)


@pytest.mark.parametrize(
    ("step", "account", "fault"),
    [
        ("dispatch", FILER, refusals.SamePersonFilesAndDispatches),
        ("grab", FILER, refusals.SamePersonFilesAndDispatches),
        ("accept", STRANGER, refusals.NotTheHandler),
        ("hand_back", STRANGER, refusals.NotTheHandler),
        ("ask_delay", STRANGER, refusals.NotTheHandler),
        ("feedback", STRANGER, refusals.NotTheHandler),
        ("grant_delay", HANDLER, refusals.HandlerMayNotCheck),
        ("refuse_delay", HANDLER, refusals.HandlerMayNotCheck),
        ("recheck", HANDLER, refusals.HandlerMayNotCheck),
        ("close", HANDLER, refusals.HandlerMayNotCheck),
        ("rate", STRANGER, refusals.NotTheReporter),
        ("not_fixed", STRANGER, refusals.NotTheReporter),
        ("reopen", STRANGER, refusals.NotTheReporter),
    ],
)
def test_the_wrong_person_is_refused(step, account, fault):
    case = standing(sorted(steps.STEPS[step].before)[0], step=step)

    with pytest.raises(fault):
        check(step, case, Hand(account=account, may=ALL))


@pytest.mark.parametrize(
    ("step", "field"), [(step, field) for step in steps.STEPS for field in steps.STEPS[step].needs]
)
def test_a_missing_field_is_named(step, field):
    case = standing(sorted(steps.STEPS[step].before)[0], step=step)
    blank = "  " if field in {"note", "reason"} else None
    values = {name: getattr(FULL, name) for name in FULL.__struct_fields__}

    with pytest.raises(refusals.FieldNeeded) as refused:
        check(step, case, hand(step), Given(**{**values, field: blank}))

    assert refused.value.values == {"step": step, "field": field}


class TestSystem:
    SYSTEM = Hand(account=None)

    @pytest.mark.parametrize("step", ["file", "dispatch", "resume"])
    def test_may_file_dispatch_and_resume(self, step):
        case = standing(sorted(steps.STEPS[step].before)[0], step=step)

        check(step, case, self.SYSTEM)

    @pytest.mark.parametrize("step", sorted(set(steps.STEPS) - {"file", "dispatch", "resume"}))
    def test_may_do_nothing_else(self, step):
        case = standing(sorted(steps.STEPS[step].before)[0], step=step)

        with pytest.raises(refusals.NotYourRole):
            check(step, case, self.SYSTEM)

    def test_is_not_the_same_person_as_itself_when_it_files_and_dispatches(self):
        check("dispatch", standing("filed", filed_by=None), self.SYSTEM)


class TestReopen:
    def test_is_open_for_seven_days_to_the_second(self):
        case = standing("closed", closed_at=NOON - timedelta(days=7))

        check("reopen", case, hand("reopen"))

    def test_is_over_after_seven_days(self):
        case = standing("closed", closed_at=NOON - timedelta(days=7, seconds=1))

        with pytest.raises(refusals.TooLateToReopen):
            check("reopen", case, hand("reopen"))


class TestDelay:
    def test_is_not_granted_when_nobody_asked(self):
        with pytest.raises(refusals.NoDelayAsked):
            check("grant_delay", standing("handling"), hand("grant_delay"))

    def test_is_not_asked_twice(self):
        with pytest.raises(refusals.DelayAlreadyAsked):
            check("ask_delay", standing("handling", delay_asked=True), hand("ask_delay"))

    def test_must_end_in_the_future(self):
        with pytest.raises(refusals.UntilMustBeAhead):
            check(
                "ask_delay", standing("handling"), hand("ask_delay"), Given(reason="x", until=NOON)
            )


class TestRate:
    @pytest.mark.parametrize("rating", [0, 6, -1, 100])
    def test_refuses_a_number_outside_one_to_five(self, rating):
        with pytest.raises(refusals.RatingOutOfRange):
            check("rate", standing("closed"), hand("rate"), Given(rating=rating))


class TestWithoutReporter:
    """A scene opened it: who checks or closes answers for the reporter, the handler never."""

    CASE = standing("closed", reporter=None)

    def test_who_closes_may_rate(self):
        check("rate", self.CASE, Hand(account=STRANGER, may=frozenset({"cases.close"})))

    def test_the_handler_may_not(self):
        with pytest.raises(refusals.NotTheReporter):
            check("rate", self.CASE, Hand(account=HANDLER, may=ALL))

    def test_an_account_that_only_reports_may_not(self):
        with pytest.raises(refusals.NotTheReporter):
            check("rate", self.CASE, Hand(account=STRANGER, may=frozenset({"cases.report"})))


class TestHandlerWithoutAccount:
    CASE = standing("dispatched", handler=None)

    def test_is_spoken_for_by_one_who_dispatches_and_handles(self):
        check("accept", self.CASE, Hand(account=STRANGER, may=ALL))

    def test_is_not_spoken_for_by_another_handler(self):
        with pytest.raises(refusals.NotTheHandler):
            check("accept", self.CASE, Hand(account=STRANGER, may=frozenset({"cases.handle"})))


def test_a_check_that_disagrees_means_rework():
    assert steps.after(step="recheck", state=CaseState.FEEDBACK, agrees=False) == "rework"


def test_an_unknown_step_is_refused_by_name():
    with pytest.raises(refusals.UnknownStep):
        check("explode", standing("filed"), Hand(account=STRANGER, may=ALL))


def test_a_parked_case_without_a_handler_cannot_be_resumed():
    with pytest.raises(refusals.NobodyToResume):
        check("resume", standing("parked", assigned=False), hand("resume"))


def test_allowed_is_exactly_what_is_not_refused():
    case = standing("feedback")

    found = steps.allowed(case=case, hand=Hand(account=STRANGER, may=ALL), now=NOON)

    assert found == ["recheck", "note"]


@pytest.mark.parametrize(
    ("contact", "shown"), [("13800138000", "138****8000"), ("", ""), ("12345", "*****")]
)
def test_a_contact_is_masked(contact, shown):
    assert steps.masked(contact) == shown
