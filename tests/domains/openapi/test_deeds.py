"""What a third party did, in words, and which case it was about."""

import pytest

from linli.domains.openapi.logic import deeds


@pytest.mark.parametrize(
    ("act", "answered", "case"),
    [
        ("POST /hml/cases", b'{"id": 4, "number": "2026-000004"}', 4),
        ("POST /hml/alarms/7/case", b'{"id": 5}', 5),
        ("POST /hml/cases/12/steps/rate", b"", 12),
        ("POST /hml/cases/12/photos", b'{"id": 99}', 12),
        ("POST /hml/cases", b"", None),
        ("POST /hml/cases", b"not JSON", None),
        ("POST /hml/cases", b'{"id": "x"}', None),
        ("POST /hml/webhooks", b'{"id": 3}', None),
        ("POST /hml/cases/" + "9" * 30 + "/photos", b"", None),
    ],
)
def test_finds_the_case(act, answered, case):
    assert deeds.case_of(act=act, answered=answered) == case


@pytest.mark.parametrize(
    ("act", "zh"),
    [
        ("POST /hml/cases", "报事"),
        ("POST /hml/cases/12/steps/rate", "推进案件"),
        ("POST /hml/open311/v2/requests.json", "报事（Open311）"),
        ("DELETE /hml/cases", "其他改动"),
        ("POST /hml/something/new", "其他改动"),
    ],
)
def test_says_it_in_words(act, zh):
    assert deeds.said(act).zh == zh
