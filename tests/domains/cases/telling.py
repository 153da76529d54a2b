"""Telling a case's story in short: report it, take steps, want one."""

from linli.contracts.effects import Because, CaseWanted, Severity
from linli.domains.cases.logic.steps import Given
from linli.domains.cases.models import Case, Move
from linli.domains.cases.operations import opening, stepping
from tests.domains.cases.conftest import HERE, NOON


def report(actor, *, now=NOON, **changes):
    given = {"kind": "own.repair", "place": "hml/b01/u1", "title": "水管漏水", **changes}
    return opening.report(actor=actor, report=opening.Report(**given), now=now)


def take(actor, case, step, *, now=NOON, **given):
    return stepping.take(actor=actor, case=case.pk, step=step, given=Given(**given), now=now)


def wanted(**changes):
    values = {
        "id": "fx1",
        "at": NOON.timestamp(),
        "community": HERE,
        "cause": "r:7:1780286400000",
        "scene": "safety.garage_air.co_over_limit",
        "kind": "facility.air",
        "alarm": None,
        "place": "hml/g1",
        "device": "co-01",
        "severity": Severity.MAJOR,
        "to": "engineer",
        "within_s": 900.0,
        "because": Because(device="co-01", point="co_mg_m3", value=41.0, limit=30.0),
        **changes,
    }
    return CaseWanted(**values)


def history(case):
    rows = Move.rows.of(case.community).filter(case=case).order_by("pk")
    return [(row.step, row.before, row.after) for row in rows]


def fresh(case):
    return Case.rows.of(case.community).get(pk=case.pk)


def to_state(people, engineer, state, *, now=NOON):
    """Bring a resident's report to a state by the steps that people would take."""
    case = report(people.resident, now=now)
    for actor, step, given in _WAY[state]:
        whom = {"assignee": engineer.pk} if step == "dispatch" else {}
        take(getattr(people, actor), case, step, now=now, **given, **whom)
    return fresh(case)


_FILED = [("desk", "file", {})]
_SENT = [*_FILED, ("dispatcher", "dispatch", {})]
_HANDLING = [*_SENT, ("engineer", "accept", {})]
_FEEDBACK = [*_HANDLING, ("engineer", "feedback", {"note": "换了水管"})]
_CHECKED = [*_FEEDBACK, ("checker", "recheck", {"agrees": True, "note": "不漏了"})]
_CLOSED = [*_CHECKED, ("supervisor", "close", {})]
_WAY = {
    "reported": [],
    "verified": [("checker", "verify", {})],
    "void": [("desk", "void", {"reason": "重复上报"})],
    "filed": _FILED,
    "dispatched": _SENT,
    "returned": [*_SENT, ("engineer", "hand_back", {"reason": "不归我管"})],
    "handling": _HANDLING,
    "delayed": [
        *_HANDLING,
        ("engineer", "ask_delay", {"reason": "等配件", "until": NOON.replace(day=3)}),
        ("dispatcher", "grant_delay", {}),
    ],
    "parked": [*_HANDLING, ("supervisor", "park", {"reason": "等开发商"})],
    "feedback": _FEEDBACK,
    "rechecked": _CHECKED,
    "rework": [*_FEEDBACK, ("checker", "recheck", {"agrees": False, "note": "还在漏"})],
    "closed": _CLOSED,
    "evaluated": [*_CLOSED, ("resident", "rate", {"rating": 5, "note": "很快"})],
}
