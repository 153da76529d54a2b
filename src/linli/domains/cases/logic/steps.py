"""What may be done to a case, by whom, from which state to which: one table.

The seven steps of city management (collect, file, dispatch, handle, feed back, check and close,
evaluate) as a table of moves; modelled on GB/T 30428.8, read second-hand.
"""

from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from linli.contracts.cases import CaseState as S
from linli.domains.cases.logic import refusals
from linli.kernel.fault import Fault
from linli.kernel.words import Words

REOPEN_WITHIN = timedelta(days=7)
RATINGS = range(1, 6)
OVER = frozenset({S.CLOSED, S.VOID, S.EVALUATED})
"""States of a case that nobody has to deal with any more."""


class Who(StrEnum):
    """Whom, among those whose role allows it, a step is for."""

    ANYBODY = "anybody"
    HANDLER = "handler"
    NOT_HANDLER = "not_handler"
    NOT_FILER = "not_filer"
    REPORTER = "reporter"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that can be done. Any one permission of `may` will do.

    `after` is empty where the state stays; `otherwise` is the state after an answer of no.
    `needs` names the fields of `Given` that must be filled in.
    """

    name: Words
    before: frozenset[S]
    after: S | None
    may: frozenset[str]
    who: Who = Who.ANYBODY
    needs: tuple[str, ...] = ()
    otherwise: S | None = None


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What the actor filled in. `assignee` is a staff number, `rating` one to five."""

    note: str = ""
    reason: str = ""
    assignee: int | None = None
    rating: int | None = None
    agrees: bool | None = None
    until: datetime | None = None


class Hand(msgspec.Struct, frozen=True, kw_only=True):
    """Who acts: an account and its permissions; the system itself has no account."""

    account: int | None
    may: AbstractSet[str] = frozenset()

    @property
    def system(self) -> bool:
        """Tell whether nobody of flesh and blood is behind it."""
        return self.account is None


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A case as the rules see it; people are account numbers."""

    state: S
    reporter: int | None = None
    handler: int | None = None
    filed_by: int | None = None
    assigned: bool = False
    delay_asked: bool = False
    closed_at: datetime | None = None


def _step(
    zh: str, en: str, before: str, after: S | None, may: str, *,
    who: Who = Who.ANYBODY, needs: str = "", otherwise: S | None = None,
) -> Step:  # fmt: skip
    return Step(
        name=Words(zh=zh, en=en),
        before=frozenset(S(state) for state in before.split()),
        after=after,
        may=frozenset(f"cases.{verb}" for verb in may.split()),
        who=who,
        needs=tuple(needs.split()),
        otherwise=otherwise,
    )


_LIVING = " ".join(state for state in S if state is not S.VOID)

STEPS: dict[str, Step] = {
    "verify": _step("核实", "verify", "reported", S.VERIFIED, "check file"),
    "void": _step("作废", "void", "reported verified", S.VOID, "file", needs="reason"),
    "file": _step("立案", "file", "reported verified", S.FILED, "file"),
    "dispatch": _step("派遣", "dispatch", "filed dispatched returned parked rework", S.DISPATCHED,
                      "dispatch", who=Who.NOT_FILER, needs="assignee"),
    "grab": _step("抢单", "grab", "filed returned", S.HANDLING, "handle", who=Who.NOT_FILER),
    "accept": _step("接单", "accept", "dispatched rework", S.HANDLING, "handle", who=Who.HANDLER),
    "hand_back": _step("退回", "hand back", "dispatched handling rework", S.RETURNED, "handle",
                       who=Who.HANDLER, needs="reason"),
    "ask_delay": _step("申请延期", "ask for delay", "handling", None, "handle", who=Who.HANDLER,
                       needs="reason until"),
    "grant_delay": _step("同意延期", "grant delay", "handling", S.DELAYED, "dispatch close",
                         who=Who.NOT_HANDLER),
    "refuse_delay": _step("不同意延期", "refuse delay", "handling", None, "dispatch close",
                          who=Who.NOT_HANDLER, needs="reason"),
    "park": _step("挂账", "park", "returned handling delayed rework", S.PARKED, "dispatch close",
                  needs="reason"),
    "resume": _step("恢复处理", "resume", "delayed parked", S.HANDLING, "dispatch close"),
    "feedback": _step("处理反馈", "feed back", "handling", S.FEEDBACK, "handle", who=Who.HANDLER,
                      needs="note"),
    "recheck": _step("核查", "check on site", "feedback", S.RECHECKED, "check",
                     who=Who.NOT_HANDLER, needs="agrees note", otherwise=S.REWORK),
    "close": _step("结案", "close", "rechecked", S.CLOSED, "close", who=Who.NOT_HANDLER),
    "rate": _step("评价", "rate", "closed", S.EVALUATED, "report check close", who=Who.REPORTER,
                  needs="rating"),
    "not_fixed": _step("反映未解决", "say it is not fixed", "feedback rechecked", S.REWORK,
                       "report check close", who=Who.REPORTER, needs="reason"),
    "reopen": _step("重新打开", "reopen", "closed evaluated", S.REWORK, "report check close",
                    who=Who.REPORTER, needs="reason"),
    "note": _step("备注", "note", _LIVING, None, "report", needs="note"),
}  # fmt: skip
"""Every step but the first: a case comes into being by `report`."""

SAME = "same"
"""Of a case that a scene and another domain told of, each by itself."""

REMARKS: dict[str, Words] = {
    "report": Words(zh="上报", en="report"),
    "overdue": Words(zh="超时", en="overdue"),
    "waiting": Words(zh="无人值班，等待派遣", en="nobody on duty, waits"),
    "again": Words(zh="再次触发", en="happened again"),
    SAME: Words(zh="另一路也报告了同一件事", en="told of by another way too"),
    "cleared": Words(zh="险情自行解除", en="trouble cleared by itself"),
    "sent_out": Words(zh="转往部门", en="sent to a department"),
    "taken_there": Words(zh="部门签收", en="taken by a department"),
    "not_taken": Words(zh="没有送到部门", en="did not reach a department"),
    "came_back": Words(zh="部门回复", en="a department answered"),
    "car": Words(zh="车的情况", en="about the car"),
    "help_coming": Words(zh="有人赶去", en="somebody is on the way"),
    "help_there": Words(zh="救助人到场", en="help is there"),
    "help_moved": Words(zh="求助地点更正", en="the call for help is elsewhere"),
    "help_over": Words(zh="求助了结", en="the call for help is over"),
    "made_good": Words(zh="补报：按时巡到", en="visited in time, told later"),
}
"""What history may say beside the steps."""

STATES: dict[S, Words] = {
    S.REPORTED: Words(zh="已上报", en="reported"),
    S.VERIFIED: Words(zh="已核实", en="verified"),
    S.FILED: Words(zh="已立案", en="filed"),
    S.DISPATCHED: Words(zh="已派遣", en="dispatched"),
    S.RETURNED: Words(zh="已退回", en="handed back"),
    S.HANDLING: Words(zh="处理中", en="being handled"),
    S.DELAYED: Words(zh="已延期", en="delayed"),
    S.PARKED: Words(zh="已挂账", en="parked"),
    S.FEEDBACK: Words(zh="已反馈", en="fed back"),
    S.RECHECKED: Words(zh="已核查", en="checked"),
    S.REWORK: Words(zh="返工", en="rework"),
    S.CLOSED: Words(zh="已结案", en="closed"),
    S.VOID: Words(zh="已作废", en="void"),
    S.EVALUATED: Words(zh="已评价", en="evaluated"),
}

BY_THE_SYSTEM = frozenset({"file", "dispatch", "resume"})
"""What may be done without a person."""


def name(step: str) -> Words:
    """Return what a line of history is called."""
    return STEPS[step].name if step in STEPS else REMARKS[step]


def masked(contact: str) -> str:
    """Return a telephone number with its middle hidden, as `138****8000`."""
    if len(contact) < 7:  # noqa: PLR2004 - three before, four behind
        return "*" * len(contact)
    return contact[:3] + "*" * (len(contact) - 7) + contact[-4:]


def after(*, step: str, state: S, agrees: bool | None) -> S:
    """Return the state that a permitted step leads to."""
    found = STEPS[step]
    if found.otherwise is not None and not agrees:
        return found.otherwise
    return found.after or state


def check(*, step: str, case: Standing, hand: Hand, given: Given, now: datetime) -> None:
    """Let a step pass, or refuse it by name: role first, then state, person, and what is missing.

    :raises Fault: one of `refusals`, the first that applies
    """
    if step not in STEPS:
        raise refusals.UnknownStep(step=step)
    fault = _not_open(step=step, case=case, hand=hand, now=now) or _missing(
        step=step, given=given, now=now
    )
    if fault is not None:
        raise fault


def allowed(*, case: Standing, hand: Hand, now: datetime) -> list[str]:
    """Return the steps that this actor may take now, in the order of the table."""
    return [step for step in STEPS if _not_open(step=step, case=case, hand=hand, now=now) is None]


def _not_open(*, step: str, case: Standing, hand: Hand, now: datetime) -> Fault | None:
    found = STEPS[step]
    if not (step in BY_THE_SYSTEM if hand.system else found.may & hand.may):
        return refusals.NotYourRole(step=step, step_zh=found.name.zh)
    if case.state not in found.before:
        state = STATES[case.state]
        return refusals.WrongState(
            step=step, state=case.state, step_zh=found.name.zh, state_zh=state.zh
        )
    if not hand.system and (fault := _wrong_person(step=found, case=case, hand=hand)):
        return fault
    return _too_late(step=step, case=case, now=now)


def _wrong_person(*, step: Step, case: Standing, hand: Hand) -> Fault | None:
    is_handler = case.handler is not None and case.handler == hand.account
    match step.who:
        case Who.HANDLER if not is_handler and not _speaks_for_handler(case=case, hand=hand):
            return refusals.NotTheHandler()
        case Who.NOT_HANDLER if is_handler:
            return refusals.HandlerMayNotCheck()
        case Who.NOT_FILER if case.filed_by is not None and case.filed_by == hand.account:
            return refusals.SamePersonFilesAndDispatches()
        case Who.REPORTER if not _speaks_for_reporter(case=case, hand=hand):
            return refusals.NotTheReporter()
    return None


def _speaks_for_handler(*, case: Standing, hand: Hand) -> bool:
    """Whoever has no account of his own is spoken for by one who both dispatches and handles."""
    return case.assigned and case.handler is None and "cases.dispatch" in hand.may


def _speaks_for_reporter(*, case: Standing, hand: Hand) -> bool:
    """A case that a scene opened has no reporter: who checks or closes speaks in his stead."""
    if case.reporter is not None:
        return case.reporter == hand.account
    is_handler = case.handler is not None and case.handler == hand.account
    return bool(hand.may & {"cases.check", "cases.close"}) and not is_handler


def _too_late(*, step: str, case: Standing, now: datetime) -> Fault | None:
    if step == "reopen" and case.closed_at and now - case.closed_at > REOPEN_WITHIN:
        return refusals.TooLateToReopen(days=REOPEN_WITHIN.days)
    if step in {"grant_delay", "refuse_delay"} and not case.delay_asked:
        return refusals.NoDelayAsked()
    if step == "ask_delay" and case.delay_asked:
        return refusals.DelayAlreadyAsked()
    if step == "resume" and not case.assigned:
        return refusals.NobodyToResume()
    return None


def _missing(*, step: str, given: Given, now: datetime) -> Fault | None:
    for field in STEPS[step].needs:
        value = getattr(given, field)
        if value is None or (isinstance(value, str) and not value.strip()):
            return refusals.FieldNeeded(step=step, field=field)
    if given.rating is not None and given.rating not in RATINGS:
        return refusals.RatingOutOfRange(rating=given.rating)
    if given.until is not None and given.until <= now:
        return refusals.UntilMustBeAhead(until=given.until.isoformat())
    return None
