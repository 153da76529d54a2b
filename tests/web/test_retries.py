"""A request that names a key is carried out once."""

import io
import json
import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test.client import encode_multipart
from PIL import Image

from linli.domains.cases.models import Case, Photo
from linli.foundation.identity.models import Account
from linli.foundation.replies import operations as replies
from linli.foundation.replies.models import Reply
from linli.foundation.replies.operations import Asked, Kept
from linli.web import retries
from tests.registry.conftest import NOW

API = "/api/v1/hml"
KEY = {"Idempotency-Key": "one-intention"}
REPORT = {"kind": "general", "place": "hml/p1", "title": "灯坏了"}
ASKED = Asked(who="account:1", key="one-intention", what=b"POST /x\n{}")


def picture(colour, side=8):
    out = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(out, "JPEG")
    return out.getvalue()


def post(client, body=REPORT, headers=KEY, path="/cases"):
    return client.post(
        f"{API}{path}", json.dumps(body), content_type="application/json", headers=headers
    )


@pytest.fixture
def guard(sign_in, estate):
    return sign_in("guard")


@pytest.mark.django_db
class TestOnce:
    def test_a_file_is_given_once_and_is_kept_nowhere(self, guard, rf):
        def door(request):
            given.append(request)
            return HttpResponse(b"PK-the-file", content_type="application/zip")

        given, once = [], retries.Once(door)
        request = rf.post("/x", "{}", content_type="application/json", headers=KEY)
        request.user = Account.objects.get(pk=guard)

        first, second = once(request), once(request)

        assert (first.status_code, first.content) == (200, b"PK-the-file")
        assert (second.status_code, json.loads(second.content)["key"]) == (
            410, "web.file_given_once",
        )  # fmt: skip
        assert len(given) == 1

    def test_tokens_are_kept_nowhere_whoever_asks(self, client, guard, db):
        token = f"{API.removesuffix('/hml')}/oauth/token"

        answer = client.post(token, {"grant_type": "client_credentials"}, headers=KEY)

        assert answer.headers["Content-Type"] == "application/json"
        assert answer.json()["error"] == "invalid_client"
        assert not Reply.objects.exists()

    def test_the_second_time_answers_as_the_first_and_does_nothing(self, client, guard, reports):
        first, second = post(client), post(client)

        assert (first.status_code, second.status_code) == (201, 201)
        assert first.json() == second.json()
        assert second.headers["Idempotency-Replayed"] == "true"
        assert "Idempotency-Replayed" not in first.headers
        assert Case.rows.of("hml").count() == 1

    def test_without_a_key_two_are_two(self, client, guard, reports):
        post(client, headers={})
        post(client, headers={})

        assert Case.rows.of("hml").count() == 2

    def test_refuses_the_key_of_another_request(self, client, guard, reports):
        post(client)

        answer = post(client, REPORT | {"title": "another"})

        assert (answer.status_code, answer.json()["key"]) == (422, "replies.other_request")
        assert Case.rows.of("hml").count() == 1

    def test_refuses_the_same_while_it_is_under_way(self, client, guard, reports, monkeypatch):
        def again_inside(*args, **kwargs):
            inside.append(post(client))
            raise RuntimeError

        inside = []
        monkeypatch.setattr("linli.domains.cases.operations.opening.report", again_inside)

        post(client)

        assert (inside[0].status_code, inside[0].json()["key"]) == (409, "replies.under_way")

    def test_what_was_refused_may_be_tried_again_under_the_same_key(self, client, guard, reports):
        wrong = post(client, REPORT | {"place": "hml/none"})
        right = post(client)

        assert (wrong.status_code, right.status_code) == (404, 201)

    def test_what_broke_left_nothing_behind(self, client, guard, reports, monkeypatch):
        def write_and_break(*args, **kwargs):
            Reply.objects.create(mark="written", asked="x", at=NOW)
            raise RuntimeError

        monkeypatch.setattr("linli.domains.cases.operations.opening.report", write_and_break)

        answer = post(client)

        assert (answer.status_code, Reply.objects.count()) == (500, 0)

    def test_a_key_is_its_owners(self, client, guard, sign_in, reports):
        post(client)
        sign_in("engineer")

        post(client)

        assert Case.rows.of("hml").count() == 2

    @pytest.mark.parametrize("key", ["short", "with space in it", "x" * 201])
    def test_refuses_an_odd_key(self, client, guard, key):
        answer = post(client, headers={"Idempotency-Key": key})

        assert (answer.status_code, answer.json()["key"]) == (422, "web.key_is_odd")

    def test_refuses_a_key_of_nobody(self, client, estate):
        answer = post(client)

        assert (answer.status_code, answer.json()["key"]) == (401, "web.key_needs_sign_in")

    def test_what_was_answered_is_not_read_from_the_table(self, client, guard, reports):
        number = post(client).json()["number"]

        assert number.encode() not in bytes(Reply.objects.get().body)


@pytest.mark.django_db
class TestUploads:
    """Two sendings of one form are not the same bytes: each draws a boundary of its own."""

    @pytest.fixture
    def upload(self, client, guard, reports, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        number = post(client, headers={}).json()["id"]

        def send(content, *, boundary, name="lamp.jpg", stage="before"):
            body = encode_multipart(
                boundary, {"file": SimpleUploadedFile(name, content), "stage": stage}
            )
            kind = f"multipart/form-data; boundary={boundary}"
            return client.post(f"{API}/cases/{number}/photos", body, content_type=kind, headers=KEY)

        return send

    def test_the_same_files_again_are_answered_as_before(self, upload):
        first, second = upload(picture("red"), boundary="one"), upload(picture("red"), boundary="2")

        assert (first.status_code, second.status_code) == (201, 201)
        assert first.json() == second.json()
        assert second.headers["Idempotency-Replayed"] == "true"
        assert Photo.rows.of("hml").count() == 1

    def test_what_the_door_keeps_is_the_whole_file(self, client, upload):
        made = upload(picture("red", side=900), boundary="one").json()

        assert Image.open(io.BytesIO(client.get(made["url"]).content)).size == (900, 900)

    @pytest.mark.parametrize(
        "other", [{"content": "blue"}, {"name": "other.jpg"}, {"stage": "after"}]
    )
    def test_refuses_the_key_of_another_upload(self, upload, other):
        upload(picture("red"), boundary="one")

        content = picture(other.pop("content", "red"))
        answer = upload(content, boundary="one", **other)

        assert (answer.status_code, answer.json()["key"]) == (422, "replies.other_request")
        assert Photo.rows.of("hml").count() == 1

    def test_what_was_refused_may_be_sent_anew(self, upload):
        wrong, right = upload(b"no picture", boundary="x"), upload(picture("red"), boundary="x")

        assert (wrong.status_code, right.status_code) == (422, 201)

    def test_a_form_that_cannot_be_read_is_refused_and_keeps_no_key(self, client, guard, reports):
        answer = client.post(
            f"{API}/cases/1/photos", b"--x\r\nno form", content_type="multipart/form-data",
            headers=KEY,
        )  # fmt: skip

        assert (answer.status_code, answer.json()["key"]) == (400, "web.not_readable")
        assert not Reply.objects.exists()

    def test_other_bodies_carry_no_key(self, client, guard, reports):
        answer = client.post(f"{API}/cases", b"x", content_type="text/plain", headers=KEY)

        assert (answer.status_code, answer.json()["key"]) == (422, "web.key_is_odd")


@pytest.mark.django_db
class TestFirst:
    def test_what_was_cut_off_is_begun_anew_after_a_while(self):
        assert replies.first(asked=ASKED, now=NOW) is None

        with pytest.raises(replies.UnderWay):
            replies.first(asked=ASKED, now=NOW + timedelta(seconds=119))
        assert replies.first(asked=ASKED, now=NOW + replies.LEASE) is None

    def test_who_was_too_slow_may_not_finish(self):
        replies.first(asked=ASKED, now=NOW)
        replies.first(asked=ASKED, now=NOW + replies.LEASE)

        with pytest.raises(replies.UnderWay):
            replies.keep(
                asked=ASKED, kept=Kept(status=201, content_type="", body=b"x"), begun_at=NOW
            )

    def test_is_forgotten_after_a_day(self):
        replies.first(asked=ASKED, now=NOW)
        kept = Kept(status=201, content_type="application/json", body=b"{}")
        replies.keep(asked=ASKED, kept=kept, begun_at=NOW)

        assert replies.first(asked=ASKED, now=NOW + timedelta(hours=23)) == kept
        assert replies.first(asked=ASKED, now=NOW + replies.KEPT_FOR) is None
        assert replies.forget(before=NOW + timedelta(days=3)) == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_is_first():
    taken, start = [], threading.Barrier(4)

    def knock():
        start.wait()
        try:
            taken.append(replies.first(asked=ASKED, now=NOW))
        except replies.UnderWay:
            taken.append("under way")
        finally:
            connection.close()

    threads = [threading.Thread(target=knock) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sorted(map(str, taken)) == ["None", "under way", "under way", "under way"]


def test_only_a_post_is_looked_at():
    seen = []
    request = SimpleNamespace(method="PATCH", headers=KEY)

    retries.Once(seen.append)(request)

    assert seen == [request]
