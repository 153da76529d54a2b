import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from linli.foundation.audit.models import Act, Line
from linli.registry.imports.models import Upload
from linli.registry.people.models import Person
from tests.adapters.scanner import EICAR, FOUND, goes_away, virus_scanner
from tests.fresh import stale
from tests.registry.imports.conftest import csv

__all__ = ["virus_scanner"]
pytestmark = pytest.mark.django_db(databases=["default", "apart"])
AT = "/api/v1/hml/imports/people"


def send(client, content, at=AT):
    return client.post(f"{at}/preview", {"file": SimpleUploadedFile("x.csv", content)})


class TestImport:
    def test_is_shown_then_confirmed(self, client, estate, sign_in, people_rows):
        sign_in("manager")

        shown = send(client, csv(*people_rows)).json()
        done = client.post(AT, {"token": shown["token"]}, content_type="application/json")

        assert (shown["rows"], shown["new"], shown["errors"]) == (3, 3, [])
        assert done.json() == {"created": 3, "changed": 0, "same": 0}
        assert Person.rows.of("hml").count() == 3

    def test_of_people_asks_for_a_factor_of_others_does_not(
        self, client, estate, sign_in, people_rows
    ):
        sign_in("manager")
        shown = send(client, csv(*people_rows)).json()

        stale(client)
        people = client.post(AT, {"token": shown["token"]}, content_type="application/json")
        places = client.post(
            AT.replace("people", "places"), {"token": "x"}, content_type="application/json"
        )

        assert (people.status_code, people.json()["key"]) == (401, "identity.step_up_wanted")
        assert (places.status_code, places.json()["key"]) == (404, "imports.upload_not_found")
        assert not Person.rows.of("hml").exists()

    def test_says_errors_in_the_readers_language(self, client, estate, sign_in, people_rows):
        sign_in("manager")
        people_rows[1][0] = "hml/zz"

        answer = send(client, csv(*people_rows)).json()

        assert answer["errors"] == [
            {"row": 2, "column": "房屋", "value": "hml/zz", "message": "没有房屋“hml/zz”。"}
        ]
        assert answer["token"] is None

    def test_refuses_what_is_no_spreadsheet_in_words(self, client, estate, sign_in):
        sign_in("manager")

        answer = send(client, b"PK\x03\x04")

        assert (answer.status_code, answer.json()["key"]) == (422, "imports.not_a_sheet")

    def test_refuses_a_hundred_megabytes_before_reading_them(self, client, estate):
        answer = client.post(f"{AT}/preview", {}, CONTENT_LENGTH=str(100 * 1024 * 1024))

        assert (answer.status_code, answer.json()["key"]) == (413, "identity.body_too_large")

    def test_only_who_may_write_imports(self, client, estate, sign_in, people_rows):
        sign_in("front_desk")

        assert send(client, csv(*people_rows)).status_code == 403

    def test_who_may_not_record_consents_is_told_what_to_do(
        self, client, estate, sign_in, people_rows
    ):
        sign_in("operator")
        head, row = people_rows[0], people_rows[1]

        refused = send(client, csv([*head, "走访同意"], [*row, "口头同意"]))
        without = send(client, csv(head, row))

        said = refused.json()
        assert (refused.status_code, said["key"]) == (403, "imports.consents_not_allowed")
        assert "consents.record" in said["message"]
        assert without.json()["token"]

    def test_a_manager_of_one_place_imports_nothing(self, client, estate, sign_in, people_rows):
        sign_in("manager", place="hml/b03")

        looked = send(client, csv(*people_rows))
        said_yes = client.post(AT, {"token": "x"}, content_type="application/json")

        assert {looked.json()["key"], said_yes.json()["key"]} == {"identity.not_everywhere"}

    def test_another_community_is_closed(self, client, estate, other_estate, sign_in, people_rows):
        sign_in("manager")

        assert send(client, csv(*people_rows), "/api/v1/other/imports/people").status_code == 403


class TestExport:
    def test_is_a_file_that_no_cache_keeps(self, client, lived_in, sign_in):
        sign_in("manager")

        answer = client.get("/api/v1/hml/exports/equipment.xlsx")

        assert answer.content.startswith(b"PK")
        assert answer["Content-Disposition"] == 'attachment; filename="hml-equipment.xlsx"'
        assert answer["Cache-Control"] == "no-store"

    def test_people_take_a_second_person(self, client, lived_in, sign_in):
        sign_in("manager")

        answer = client.get("/api/v1/hml/exports/people.xlsx")

        assert (answer.status_code, answer.json()["key"]) == (403, "approvals.wanted")

    def test_a_template(self, client, estate, sign_in):
        sign_in("guard")

        answer = client.get("/api/v1/hml/imports/vehicles/template.csv")

        assert answer.content.decode("utf-8-sig").startswith("车牌,")

    def test_refuses_who_may_not(self, client, lived_in, sign_in):
        sign_in("guard")

        assert client.get("/api/v1/hml/exports/vehicles.csv").status_code == 403


class TestVirusScanner:
    def test_lets_pass_what_it_has_seen_whole(
        self, client, estate, sign_in, people_rows, virus_scanner
    ):
        sign_in("manager")

        answer = send(client, csv(*people_rows))

        assert answer.status_code == 200
        assert virus_scanner.given == [csv(*people_rows)]

    def test_what_it_finds_is_kept_nowhere_and_noted_of_whom_it_came_from(
        self, client, estate, sign_in, people_rows, virus_scanner
    ):
        account = sign_in("manager")

        answer = send(client, csv(*people_rows) + EICAR)

        assert (answer.status_code, answer.json()["key"]) == (422, "files.infected")
        assert answer.json()["values"] == {"found": FOUND}
        assert FOUND in answer.json()["message"]
        assert not Upload.rows.of("hml").exists()
        line = Line.objects.get(act=Act.REFUSAL)
        assert (line.account, line.what, line.community) == (account, "files.infected", "hml")

    def test_where_it_says_nothing_clear_nothing_is_kept_and_it_is_to_be_tried_later(
        self, client, estate, sign_in, people_rows, virus_scanner
    ):
        sign_in("manager")
        goes_away(virus_scanner)

        answer = send(client, csv(*people_rows))

        assert (answer.status_code, answer.json()["key"]) == (503, "files.scanner_away")
        assert int(answer["Retry-After"]) > 0
        assert not Upload.rows.of("hml").exists()

    def test_is_shown_nothing_by_who_may_not_import(self, client, estate, sign_in, virus_scanner):
        sign_in("guard")

        assert send(client, EICAR).status_code == 403
        assert virus_scanner.given == []
