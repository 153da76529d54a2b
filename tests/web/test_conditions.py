"""What one has is not sent again; a change is made to what one saw, or not at all."""

import json

import pytest

pytestmark = pytest.mark.django_db
API = "/api/v1/hml"
ROOM = f"{API}/places/hml/p1"


@pytest.fixture
def manager(sign_in, estate):
    return sign_in("manager")


def rename(client, name, **headers):
    body = json.dumps({"name": {"zh": name, "en": ""}})
    return client.patch(ROOM, body, content_type="application/json", headers=headers)


class TestIfNoneMatch:
    def test_the_same_is_not_sent_again(self, client, manager):
        first = client.get(f"{API}/places")

        again = client.get(f"{API}/places", headers={"If-None-Match": first.headers["ETag"]})

        assert (again.status_code, again.content) == (304, b"")

    def test_another_is(self, client, manager):
        tag = client.get(f"{API}/places").headers["ETag"]
        rename(client, "新车库")

        again = client.get(f"{API}/places", headers={"If-None-Match": tag})

        assert again.status_code == 200
        assert again.headers["ETag"] != tag


class TestIfMatch:
    def test_changes_what_one_saw(self, client, manager):
        tag = client.get(ROOM).headers["ETag"]

        answer = rename(client, "新车库", **{"If-Match": tag})

        assert (answer.status_code, client.get(ROOM).json()["name"]["zh"]) == (200, "新车库")

    def test_refuses_what_another_changed_meanwhile(self, client, manager):
        tag = client.get(ROOM).headers["ETag"]
        rename(client, "别人改的")

        answer = rename(client, "我改的", **{"If-Match": tag})

        assert (answer.status_code, answer.json()["key"]) == (412, "web.changed_meanwhile")
        assert client.get(ROOM).json()["name"]["zh"] == "别人改的"

    def test_a_star_means_whatever_is_there(self, client, manager):
        assert rename(client, "新", **{"If-Match": "*"}).status_code == 200

    def test_refuses_where_there_is_nothing(self, client, manager):
        answer = client.delete(f"{API}/places/hml/none", headers={"If-Match": "*"})

        assert answer.status_code == 412

    def test_who_may_not_change_it_still_may_not(self, client, sign_in, estate):
        sign_in("guard")
        tag = client.get(ROOM).headers["ETag"]

        answer = rename(client, "我改的", **{"If-Match": tag})

        assert answer.status_code == 403
