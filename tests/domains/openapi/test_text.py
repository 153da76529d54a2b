"""What people wrote in their reports is told to programs that they agreed to, and to no other."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from linli.contracts.alarms import AlarmClosed
from linli.contracts.cases import CaseMoved, CaseState
from linli.domains.cases.models import Case
from linli.domains.openapi.models import ThirdParty
from linli.domains.openapi.operations import telling
from tests.domains.openapi.conftest import API, REGISTRATION, Party, Visitor, let_in
from tests.registry.conftest import NOW

pytestmark = pytest.mark.django_db
MARK = "王阿姨13800138000"
REPORT = {"kind": "own.repair", "place": "hml/b03/u1/f01/101", "title": MARK, "description": MARK}
READS = ["cases.read", "cases.report"]
READS_TEXT = [*READS, "cases.text"]


@pytest.fixture(autouse=True)
def files(reports, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def case(resident):
    """Return a resident's report, with a photograph, and its history with a reason."""
    made = resident.post("/cases", REPORT).json()["id"]
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG")
    photo = {"file": SimpleUploadedFile("x.jpg", out.getvalue(), "image/jpeg")}
    assert resident.client.post(f"{API}/cases/{made}/photos", photo).status_code == 201
    return Case.rows.of("hml").get(pk=made)


def given(party, manager, second, scopes):
    """Let a third party in with these scopes; return it."""
    ThirdParty.rows.of("hml").filter(pk=party.id).update(wanted=scopes)
    let_in(party, manager, second, scopes=scopes)
    return party


@pytest.fixture
def reader(waiting, manager, second):
    return given(waiting, manager, second, READS_TEXT)


def everything(visitor, case):
    """Return all that a program can ask of cases, as one text."""
    photos = visitor.get(f"/cases/{case.pk}").json()["photos"]
    asked = ["/cases", "/cases/board", f"/cases/{case.pk}", "/layers/cases"]
    asked += [f"/open311/requests.{form}" for form in ("json", "xml")]
    asked += [f"/open311/requests/{case.number}.json"]
    answers = [visitor.get(path) for path in asked]
    assert [one.status_code for one in answers] == [200] * len(asked)
    return "".join(one.content.decode() for one in answers), len(photos)


class TestProgram:
    def test_without_the_scope_learns_what_where_and_when_and_no_word(
        self, waiting, manager, second, case
    ):
        program = given(waiting, manager, second, READS).itself()

        text, photos = everything(program, case)
        [line] = program.get("/cases").json()["items"]

        assert MARK not in text
        assert photos == 0
        assert (line["kind"], line["place"], line["state"]) == (case.kind, case.place, "reported")
        assert line["title"] == "入户维修"
        assert line["created_at"]

    def test_with_the_scope_alone_reads_nobodys_words(self, reader, case):
        assert MARK not in everything(reader.itself(), case)[0]

    def test_reads_those_of_who_agreed_for_as_long_as_he_does(self, reader, resident, case):
        reader.tokens(resident, scope="cases.report cases.text")
        before = everything(reader.itself(), case)

        resident.delete(f"/agreements/{reader.id}")

        assert before[0].count(MARK) > 4
        assert before[1] == 1
        assert MARK not in everything(reader.itself(), case)[0]

    def test_an_agreement_to_something_else_opens_no_word(self, reader, resident, case):
        own = Visitor(token=reader.tokens(resident).json()["access_token"])

        assert MARK not in everything(reader.itself(), case)[0]
        assert MARK not in everything(own, case)[0]

    def test_an_agreement_with_another_program_opens_no_word(
        self, reader, manager, second, resident, case
    ):
        more = {"name": "另一家", "scopes": READS_TEXT}
        other = Party(Visitor().post("/third-parties", REGISTRATION | more).json())
        let_in(other, manager, second, scopes=READS_TEXT)
        other.tokens(resident, scope="cases.text")

        assert MARK not in everything(reader.itself(), case)[0]

    def test_a_neighbours_agreement_opens_no_word_of_mine(self, reader, person, case):
        reader.tokens(person("resident-2", "resident", "hml/b03"), scope="cases.text")

        assert MARK not in everything(reader.itself(), case)[0]

    def test_a_token_asked_for_less_reads_less(self, reader, resident, case):
        reader.tokens(resident, scope="cases.text")

        assert MARK not in everything(reader.itself(scope="cases.read"), case)[0]

    def test_that_was_given_it_no_longer_reads_nothing(self, reader, resident, case):
        reader.tokens(resident, scope="cases.text")
        ThirdParty.rows.of("hml").update(scopes=READS)

        assert MARK not in everything(reader.itself(), case)[0]

    def test_takes_no_photograph_it_is_not_told_of(self, reader, resident, case):
        [photo] = resident.get(f"/cases/{case.pk}").json()["photos"]

        refused = reader.itself().get(photo["url"])
        reader.tokens(resident, scope="cases.text")

        assert (refused.status_code, refused.json()["key"]) == (404, "cases.photo_not_found")
        assert reader.itself().get(photo["url"]).status_code == 200

    def test_learns_nothing_by_asking_for_words(self, reader, case):
        program = reader.itself()

        assert program.get("/cases", q=MARK).json()["items"] == []
        assert len(program.get("/cases", q=case.number).json()["items"]) == 1

    def test_reads_what_it_wrote_itself(self, waiting, manager, second):
        program = given(waiting, manager, second, READS).itself()
        number = program.post("/cases", REPORT).json()["id"]

        assert program.get(f"/cases/{number}").json()["description"] == MARK

    def test_people_read_as_before(self, manager, resident, case):
        for one in (manager, resident):
            assert everything(one, case)[0].count(MARK) > 4
        assert len(manager.get("/cases", q=MARK).json()["items"]) == 1


class TestWords:
    def test_the_scope_is_declared_and_asked_for_in_words(self, reader, resident):
        [offer] = resident.get("/market").json()["items"]

        found = next(one for one in offer["scopes"] if one["id"] == "cases.text")
        assert "姓名" in found["name"]["zh"]

    def test_webhooks_tell_of_a_case_and_of_an_alarm_without_anybodys_words(self, case):
        moved = CaseMoved(
            id="f1", at=NOW, community="hml", case=case.pk, kind=case.kind, place=case.place,
            step="report", before=None, after=CaseState.REPORTED, by=case.reporter_id,
        )  # fmt: skip
        closed = AlarmClosed(id="f2", at=NOW, community="hml", alarm=7, by=3, reason=MARK)

        for fact in (moved, closed):
            assert MARK not in telling._body(fact, type(fact).__name__, case.place)
