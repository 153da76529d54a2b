"""What leaves: the fields that a department may have, and nothing else, whatever a row says."""

import itertools

import msgspec
import pytest

from linli.contracts.cases import CaseState, CaseTold, Matter
from linli.domains.cases.models import Case
from linli.domains.cases.operations import opening
from linli.domains.cases.operations.opening import Report
from linli.domains.exchange.logic import fields
from linli.domains.exchange.models import Department, Message
from linli.domains.exchange.operations import sending
from linli.foundation.privacy.classes import Grade, declared
from linli.kernel.words import Words
from linli.registry.places.models import Place
from tests.domains.exchange.conftest import SECRET_ID, SECRET_PHONE
from tests.registry.conftest import NOW

MARKED = CaseTold(
    id=7, number="m-number", kind="m-kind", kind_name=Words(zh="m-kind_name", en="m-en"),
    title="m-title", description="m-description", matter=Matter.PUBLIC, severity="m-severity",
    state=CaseState.FILED, place="m-place", place_name=Words(zh="m-place_name", en="m-en"),
    position=(121.25, 31.125), event_code="m-event_code", reported_at=NOW, cause="m-cause",
)  # fmt: skip
MARKS = {
    "number": '"m-number"', "kind": '"m-kind"', "kind_name": "m-kind_name", "title": "m-title",
    "description": "m-description", "matter": '"public"', "severity": "m-severity",
    "state": '"filed"', "place_name": "m-place_name", "position": "121.25",
    "event_code": "m-event_code", "reported_at": "2026-06-01T04",
}  # fmt: skip
NEVER = ['m-place"', "m-cause", "m-en"]


def left(wanted):
    return msgspec.json.encode(fields.leaving(case=MARKED, fields=wanted)).decode()


def test_every_field_that_is_offered_is_tried():
    assert set(MARKS) == set(fields.OFFERED)


@pytest.mark.parametrize("count", range(len(MARKS) + 1))
def test_what_is_not_allowed_never_leaves(count):
    """Over all: every choice of so many fields lets go of those and of nothing else."""
    for wanted in itertools.islice(itertools.combinations(sorted(MARKS), count), 200):
        text = left(wanted)

        told = {name for name, mark in MARKS.items() if mark in text}
        assert told == {*wanted, *fields.ALWAYS}
        assert not [one for one in NEVER if one in text]


@pytest.mark.parametrize("field", ["reporter_name", "reporter_contact", "reporter", "cause", "id"])
def test_what_is_never_given_cannot_be_asked_for(field):
    with pytest.raises(fields.NeverLeaves):
        fields.check(["title", field])


def test_no_field_of_a_case_about_a_person_is_offered_but_the_words():
    personal = {name for name, datum in declared(Case).items() if datum.grade is not Grade.INTERNAL}

    assert personal & set(fields.OFFERED) == {"description"}


@pytest.mark.parametrize(
    ("text", "without"),
    [
        ("打 13800138000 找我", "打 *** 找我"),
        ("138-0013-8000", "***"),
        ("+86 138 0013 8000", "***"),
        ("身份证110101199003070000。", "身份证***。"),
        ("11010119900307001X", "***"),
        ("0571-87654321", "***"),
        ("１３８００１３８０００", "***"),
        ("找我：１３８ ００１３ ８０００，谢谢", "找我：***，谢谢"),
        ("138.0013.8000", "***"),
        ("138—0013—8000", "***"),
        ("1380 013 8000", "***"),
        ("138\u200b0013\u200b8000", "***"),
        ("①③⑧00138000", "***"),
        ("1101011990 0307 0000", "***"),
        ("１１０１０１１９９００３０７０００Ｘ", "***"),
        ("（0571）8765 4321 转 2", "*** 转 2"),
        ("座机62345678", "座机***"),
        ("座机 6234-5678 或 234 5678", "座机 *** 或 ***"),
        ("写信 ａ@lifts.example", "写信 ***"),
        ("20260601，2026-06-01，2026.06.01", "20260601，2026-06-01，2026.06.01"),
        ("案件 2026-000001，电表 TS-2026000123", "案件 2026-000001，电表 TS-2026000123"),
        ("井盖（编号 118）缺失，约 3.5 米，２号楼", "井盖（编号 118）缺失，约 3.5 米，２号楼"),
        ("写信 a.b@lifts.example 吧", "写信 *** 吧"),
        ("3号楼2单元1501室，2026年", "3号楼2单元1501室，2026年"),
        ("编号 20260601000123456789012", "编号 20260601000123456789012"),
    ],
)
def test_numbers_of_people_are_blotted_out(text, without):
    assert fields.blotted(text) == without


@pytest.mark.django_db
def test_a_row_that_was_tampered_with_gives_nothing_more(department, desk, case):
    row = department()
    names = [*fields.OFFERED, "reporter_contact", "reporter_name", "*", "place", "cause"]
    Department.rows.of("hml").filter(pk=row.pk).update(fields=names)

    with pytest.raises(KeyError):
        sending.send(actor=desk, department=row.pk, case=case.pk, now=NOW)

    assert not Message.rows.of("hml").exists()


@pytest.mark.django_db
def test_of_a_room_the_building_is_told(department, desk):
    said = Report(kind="general", place="hml/b03/u1/f01/101", title="漏水", description="")
    case = opening.report(actor=desk, report=said, now=NOW)
    room = Place.rows.of("hml").get(path="hml/b03/u1/f01/101")
    room.geometry = {"type": "Point", "coordinates": [120.125, 30.125]}
    room.save()
    row = department(fields=["place_name", "position"])
    sending.send(actor=desk, department=row.pk, case=case.pk, now=NOW)

    [letter] = sending.letters(most=9, busy=[], now=NOW)
    told = msgspec.json.decode(letter.body)["case"]

    assert told["place_name"] == "3号楼"
    assert told["position"] == pytest.approx([120.4, 30.4])


@pytest.mark.django_db
def test_a_case_leaves_without_who_reported_it(department, desk, case):
    sending.send(actor=desk, department=department().pk, case=case.pk, now=NOW)

    [letter] = sending.letters(most=9, busy=[], now=NOW)
    said = letter.body.decode()

    assert set(msgspec.json.decode(said)["case"]) == {
        "number", "title", "description", "place_name",
    }  # fmt: skip
    assert "井盖缺失" in said
    for secret in (SECRET_PHONE, SECRET_ID, "王小和", "hml/b03"):
        assert secret not in said + str(letter.headers)
