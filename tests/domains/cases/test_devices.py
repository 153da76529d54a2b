"""A fault of a device makes one case, until it is closed and found again."""

import pytest

from linli.contracts.effects import Severity
from linli.contracts.health import DeviceFaultCleared, DeviceFaultFound
from linli.domains.cases import handlers
from linli.domains.cases.models import Case, Move
from linli.kernel.words import Words
from tests.domains.cases.conftest import HERE, NOON
from tests.domains.cases.telling import wanted

pytestmark = pytest.mark.django_db


def found(id="f1", **changes):
    values = {
        "at": NOON,
        "community": HERE,
        "fault": 7,
        "device": "co-01",
        "place": "hml/g1",
        "kind": "stuck",
        "severity": Severity.MINOR,
        "case_kind": "device.repair",
        "words": Words(zh="一氧化碳 停在 6 已 8 小时", en="CO stands at 6 for 8 h"),
        **changes,
    }
    return DeviceFaultFound(id=id, **values)


def gone(id="g1", **changes):
    values = {"at": NOON, "community": HERE, "fault": 7, "device": "co-01", "kind": "stuck"}
    return DeviceFaultCleared(id=id, cause="f1", **(values | changes))


def cases():
    return list(Case.rows.of(HERE).order_by("pk"))


def steps(case):
    return list(Move.rows.of(HERE).filter(case=case).order_by("pk").values_list("step", flat=True))


class TestFaultFound:
    def test_opens_a_case_that_says_what_is_wrong(self, people):
        handlers.device_fault_found(found())

        (case,) = cases()
        assert (case.device, case.place, case.effect) == ("co-01", "hml/g1", "f1")
        assert case.description == "一氧化碳 停在 6 已 8 小时"
        assert (case.state, case.severity) == ("reported", "minor")

    def test_told_again_is_one_case(self, people):
        handlers.device_fault_found(found())
        handlers.device_fault_found(found())

        (case,) = cases()
        assert steps(case) == ["report"]

    def test_found_again_while_its_case_is_open_is_told_there_once(self, people):
        handlers.device_fault_found(found())
        for _ in range(2):
            handlers.device_fault_found(found("f2"))

        (case,) = cases()
        assert steps(case) == ["report", "again"]

    def test_found_again_after_its_case_was_closed_is_another(self, people):
        handlers.device_fault_found(found())
        Case.rows.of(HERE).update(state="closed", closed_at=NOON)

        handlers.device_fault_found(found("f2"))

        assert len(cases()) == 2

    def test_another_fault_of_the_device_is_another_case(self, people):
        handlers.device_fault_found(found())
        handlers.device_fault_found(found("f2", kind="drift"))

        assert [case.key for case in cases()] == ["health.stuck", "health.drift"]

    def test_what_a_scene_has_a_case_for_already_is_told_there(self, people):
        handlers.case_wanted(wanted(kind="facility.air", severity=Severity.MINOR))

        handlers.device_fault_found(found(kind="battery", case_kind="facility.air"))

        (case,) = cases()
        assert steps(case)[-1] == "again"

    def test_behind_a_gateway_that_is_to_blame_there_is_none(self, people):
        handlers.device_fault_found(found(case_kind=""))

        assert cases() == []

    def test_a_grave_one_is_filed_at_once(self, people):
        handlers.device_fault_found(found(severity=Severity.MAJOR))

        (case,) = cases()
        assert steps(case)[:2] == ["report", "file"]


class TestFaultCleared:
    def test_is_written_into_the_open_case_once(self, people):
        handlers.device_fault_found(found())
        for _ in range(2):
            handlers.device_fault_cleared(gone())

        (case,) = cases()
        assert steps(case) == ["report", "cleared"]
        assert case.state == "reported"

    def test_says_nothing_in_the_case_of_another_fault(self, people):
        handlers.device_fault_found(found(kind="drift"))

        handlers.device_fault_cleared(gone())

        (case,) = cases()
        assert steps(case) == ["report"]
