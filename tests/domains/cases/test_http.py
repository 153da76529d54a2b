"""Cases over HTTP, through the whole application."""

import io
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from linli.foundation.identity.models import Grant
from tests.adapters.scanner import EICAR, virus_scanner
from tests.domains.cases.conftest import HERE
from tests.domains.cases.telling import fresh, report, take, to_state

__all__ = ["virus_scanner"]
pytestmark = pytest.mark.django_db
BASE = f"/api/v1/{HERE}"


@pytest.fixture
def web(client, people):
    """Return a browser that signs in as somebody with roles, and asks."""

    class Web:
        def __init__(self):
            self.me = None

        def sign_in(self, name, *roles, place="", community=HERE):
            account = people.account(name)
            for role in roles:
                Grant.objects.create(account=account, role=role, community=community, place=place)
            client.force_login(account)
            return self

        def get(self, path, **query):
            return client.get(BASE + path, query)

        def post(self, path, **body):
            return client.post(BASE + path, body, content_type="application/json")

        def upload(self, path, file, **form):
            return client.post(BASE + path, {"file": file, **form})

    return Web()


def picture():
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "PNG")
    return SimpleUploadedFile("水管.png", out.getvalue(), content_type="image/png")


class TestReport:
    def test_answers_the_new_case_and_shows_it_in_the_list(self, web):
        web.sign_in("r", "resident")

        made = web.post(
            "/cases", kind="own.repair", place="hml/b01", title="漏水", contact="13800138000"
        )
        shown = web.get("/cases").json()["items"]

        assert made.status_code == 201
        assert made.json() == {"id": made.json()["id"], "number": made.json()["number"],
                               "state": "reported"}  # fmt: skip
        (line,) = shown
        assert (line["title"], line["kind_name"]["en"], line["place_name"]["zh"]) == (
            "漏水", "Repair at home", "1 幢")  # fmt: skip

    def test_takes_a_contact_of_thirty_two_chinese_signs(self, web, people, engineer):
        web.sign_in("r", "resident")

        made = web.post("/cases", kind="own.repair", place="hml/b01", title="x", contact="微" * 32)

        assert made.status_code == 201

    def test_refuses_an_unknown_kind_in_words(self, web):
        web.sign_in("r", "resident")

        answer = web.post("/cases", kind="no.such", place="hml/b01")

        assert answer.status_code == 422
        assert answer.json()["key"] == "cases.unknown_kind"
        assert "no.such" in answer.json()["message"]

    @pytest.mark.parametrize(
        "body", [{}, {"kind": "general"}, {"kind": "general", "place": "x" * 201}]
    )
    def test_refuses_a_malformed_report(self, web, body):
        web.sign_in("r", "resident")

        assert web.post("/cases", **body).status_code == 422

    def test_refuses_who_is_not_signed_in(self, web):
        assert web.get("/cases").status_code == 401

    def test_refuses_who_has_no_role_here(self, web):
        web.sign_in("r", "manager", community="elsewhere")

        assert web.get("/cases").status_code == 403


class TestCase:
    def test_shows_all_of_it_and_what_this_reader_may_do(self, web, people, engineer):
        case = to_state(people, engineer, "dispatched")
        web.sign_in("engineer", "engineer")

        shown = web.get(f"/cases/{case.pk}").json()

        assert [line["step"] for line in shown["history"]] == ["report", "file", "dispatch"]
        assert {step["step"]: step["needs"] for step in shown["allowed"]} == {
            "accept": [], "hand_back": ["reason"], "note": ["note"]}  # fmt: skip
        assert shown["assignee"] == {"id": engineer.pk, "name": "engineer"}
        assert {clock["name"] for clock in shown["clocks"]} == {"respond", "handle"}
        assert shown["history"][-1]["by_name"] == "dispatcher"

    def test_shows_the_contact_whole_only_to_who_has_it_in_hand(self, web, people, engineer):
        case = report(people.resident, contact="13800138000")
        take(people.desk, case, "file")
        take(people.dispatcher, case, "dispatch", assignee=engineer.pk)

        handler = web.sign_in("engineer", "engineer").get(f"/cases/{case.pk}").json()
        other = web.sign_in("checker", "grid_worker").get(f"/cases/{case.pk}").json()

        assert handler["reporter_contact"] == "13800138000"
        assert other["reporter_contact"] == "138****8000"

    def test_is_not_there_for_another_resident(self, web, people):
        case = report(people.resident)
        web.sign_in("neighbour", "resident")

        answer = web.get(f"/cases/{case.pk}")

        assert (answer.status_code, answer.json()["key"]) == (404, "cases.not_found")

    def test_an_auditor_reads_and_may_do_nothing(self, web, people):
        case = report(people.resident)
        web.sign_in("a", "auditor")

        assert web.get(f"/cases/{case.pk}").json()["allowed"] == []
        assert web.post(f"/cases/{case.pk}/steps/note", note="x").status_code == 403

    def test_is_not_there_outside_the_readers_area(self, web, people):
        case = report(people.resident, place="hml/b01/u1")

        assert (
            web.sign_in("a", "guard", place="hml/b02").get(f"/cases/{case.pk}").status_code == 404
        )
        assert (
            web.sign_in("b", "guard", place="hml/b01").get(f"/cases/{case.pk}").status_code == 200
        )


class TestStep:
    def test_moves_the_case(self, web, people, engineer):
        case = to_state(people, engineer, "filed")
        web.sign_in("dispatcher", "dispatcher")

        answer = web.post(f"/cases/{case.pk}/steps/dispatch", assignee=engineer.pk)

        assert answer.json() == {"id": case.pk, "number": case.number, "state": "dispatched"}

    def test_sent_twice_is_refused_by_name_and_in_words(self, web, people, engineer):
        case = to_state(people, engineer, "dispatched")
        web.sign_in("engineer", "engineer")
        web.post(f"/cases/{case.pk}/steps/accept")

        answer = web.post(f"/cases/{case.pk}/steps/accept")

        assert (answer.status_code, answer.json()["key"]) == (409, "cases.wrong_state")
        assert "处理中" in answer.json()["message"]
        assert fresh(case).state == "handling"

    def test_says_which_field_is_missing(self, web, people, engineer):
        case = to_state(people, engineer, "filed")
        web.sign_in("dispatcher", "dispatcher")

        answer = web.post(f"/cases/{case.pk}/steps/dispatch")

        assert (answer.status_code, answer.json()["values"]["field"]) == (422, "assignee")

    def test_does_not_exist_under_another_name(self, web, people, engineer):
        case = to_state(people, engineer, "filed")
        web.sign_in("m", "manager")

        assert web.post(f"/cases/{case.pk}/steps/explode").status_code == 404


class TestList:
    @pytest.fixture
    def three(self, people, engineer):
        """Return a filed case, one being handled, one closed."""
        return [to_state(people, engineer, state) for state in ("filed", "handling", "closed")]

    @pytest.mark.parametrize(
        ("query", "states"),
        [
            ({}, ["closed", "handling", "filed"]),
            ({"open": True}, ["handling", "filed"]),
            ({"open": False}, ["closed"]),
            ({"state": "filed"}, ["filed"]),
            ({"kind": "facility.air"}, []),
            ({"matter": "own"}, ["closed", "handling", "filed"]),
            ({"place": "hml/b01"}, ["closed", "handling", "filed"]),
            ({"place": "hml/b02"}, []),
            ({"overdue": True}, ["handling", "filed"]),
            ({"mine": True}, []),
            ({"q": "漏水"}, ["closed", "handling", "filed"]),
            ({"q": "000002"}, ["handling"]),
            ({"q": "不存在"}, []),
        ],
        ids=str,
    )
    def test_is_narrowed(self, web, three, query, states):
        web.sign_in("m", "manager")

        found = web.get("/cases", **query).json()["items"]

        assert [line["state"] for line in found] == states

    def test_mine_is_what_i_reported_and_what_i_have_in_hand(self, web, three):
        web.sign_in("engineer", "engineer")

        found = web.get("/cases", mine=True).json()["items"]

        assert [line["state"] for line in found] == ["closed", "handling"]

    def test_pages_by_cursor(self, web, three):
        web.sign_in("m", "manager")

        first = web.get("/cases", limit=2).json()
        second = web.get("/cases", limit=2, cursor=first["next"]).json()

        assert [line["state"] for line in first["items"] + second["items"]] == [
            "closed", "handling", "filed"]  # fmt: skip
        assert second["next"] is None

    def test_costs_the_same_queries_for_one_and_for_many(
        self, web, three, people, engineer, django_assert_max_num_queries
    ):
        web.sign_in("m", "manager")
        with django_assert_max_num_queries(9):
            web.get("/cases", limit=1)
        with django_assert_max_num_queries(9):
            web.get("/cases", limit=500)

    @pytest.mark.parametrize("query", [{"limit": 501}, {"limit": 0}, {"cursor": "x"}])
    def test_refuses_what_is_out_of_range(self, web, three, query):
        web.sign_in("m", "manager")

        assert web.get("/cases", **query).status_code == 422


class TestBoard:
    def test_counts_each_state_in_the_order_of_a_cases_life(self, web, people, engineer):
        to_state(people, engineer, "filed")
        to_state(people, engineer, "filed")
        to_state(people, engineer, "closed")
        web.sign_in("m", "manager")

        columns = web.get("/cases/board").json()["columns"]

        assert [column["state"] for column in columns][:3] == ["reported", "verified", "filed"]
        assert {c["state"]: (c["count"], c["overdue"]) for c in columns if c["count"]} == {
            "filed": (2, 2), "closed": (1, 0)}  # fmt: skip
        assert [len(column["items"]) for column in columns if column["count"]] == [2, 1]


class TestKinds:
    def test_are_listed_with_their_limits(self, web):
        web.sign_in("r", "resident")

        found = {kind["id"]: kind for kind in web.get("/case-kinds").json()["items"]}

        assert found["facility.air"] == {
            "id": "facility.air",
            "name": {"zh": "空气超标", "en": "Bad air"},
            "matter": "shared",
            "skill": "engineer",
            "respond_s": 900.0,
            "handle_s": 14400.0,
            "check_s": 86400.0,
            "calendar": "calendar",
            "event_code": "0499",
        }


class TestFromAlarm:
    def test_opens_a_case_once(self, web, alarm):
        web.sign_in("d", "dispatcher")

        first = web.post(f"/alarms/{alarm.pk}/case", kind="facility.air").json()
        second = web.post(f"/alarms/{alarm.pk}/case").json()

        assert first == second
        assert first["state"] == "reported"


class TestPhotos:
    def test_are_kept_and_shown_to_who_may_see_the_case(self, web, people):
        case = report(people.resident)
        web.sign_in("resident", "resident")

        made = web.upload(f"/cases/{case.pk}/photos", picture(), stage="before")
        shown = web.get(made.json()["url"].removeprefix(BASE))

        assert made.status_code == 201
        assert shown.status_code == 200
        assert shown["Content-Type"].startswith("image/")
        assert shown["Cache-Control"] == "no-store"
        assert web.get(f"/cases/{case.pk}").json()["photos"][0]["stage"] == "before"

    def test_are_not_shown_to_others_nor_under_another_case(self, web, people):
        case, other = report(people.resident), report(people.actor("neighbour", "resident"))
        web.sign_in("resident", "resident")
        photo = web.upload(f"/cases/{case.pk}/photos", picture()).json()["id"]
        web.sign_in("neighbour", "resident")

        assert web.get(f"/cases/{case.pk}/photos/{photo}").status_code == 404
        assert web.get(f"/cases/{other.pk}/photos/{photo}").status_code == 404

    def test_are_not_added_to_a_case_that_is_over(self, web, people, engineer):
        case = to_state(people, engineer, "closed")
        web.sign_in("engineer", "engineer")

        answer = web.upload(f"/cases/{case.pk}/photos", picture())

        assert (answer.status_code, answer.json()["key"]) == (409, "cases.wrong_state")

    def test_refuses_what_is_no_picture(self, web, people):
        case = report(people.resident)
        web.sign_in("resident", "resident")
        script = SimpleUploadedFile("x.png", b"<script>", content_type="image/png")

        answer = web.upload(f"/cases/{case.pk}/photos", script)

        assert 400 <= answer.status_code < 500
        assert web.get(f"/cases/{case.pk}").json()["photos"] == []

    def test_are_looked_through_as_they_came_before_they_are_drawn(
        self, web, people, virus_scanner
    ):
        case = report(people.resident)
        web.sign_in("resident", "resident")
        bad = SimpleUploadedFile("x.jpg", picture().read() + EICAR, content_type="image/jpeg")

        refused = web.upload(f"/cases/{case.pk}/photos", bad)
        taken = web.upload(f"/cases/{case.pk}/photos", picture())

        assert (refused.status_code, refused.json()["key"]) == (422, "files.infected")
        assert taken.status_code == 201
        assert len(web.get(f"/cases/{case.pk}").json()["photos"]) == 1


def test_times_have_their_zone(web, people):
    case = report(people.resident)
    web.sign_in("m", "manager")

    created = web.get(f"/cases/{case.pk}").json()["created_at"]

    assert datetime.fromisoformat(created).astimezone(UTC) == case.created_at
