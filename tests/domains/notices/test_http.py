"""Notices and broadcasts over HTTP, through the whole application."""

import pytest

from linli.domains.notices.handlers import notice_wanted
from linli.foundation.identity.models import Account, Grant
from tests.domains.notices.conftest import HERE
from tests.domains.notices.test_operations import notice_wanted as wish

pytestmark = pytest.mark.django_db
BASE = f"/api/v1/{HERE}"
SAY = {
    "place": "hml/g1",
    "text": {"zh": "请有序撤离", "en": "Please leave in order"},
    "urgent": True,
}


@pytest.fixture
def sign_in(client, places):
    """Return a function that signs in as somebody with one role."""

    def as_(name, role, place=""):
        account, _ = Account.objects.get_or_create(username=name, defaults={"name": name})
        Grant.objects.create(account=account, role=role, community=HERE, place=place)
        client.force_login(account)
        return client

    return as_


def say(client, **changes):
    body = {**SAY, **changes}
    return client.post(f"{BASE}/broadcasts", body, content_type="application/json")


class TestNotices:
    def test_are_listed_and_marked_read(self, sign_in):
        notice_wanted(wish())
        guard = sign_in("g", "guard")

        (before,) = guard.get(f"{BASE}/notices").json()["items"]
        marked = guard.post(f"{BASE}/notices/{before['id']}/read")
        (after,) = guard.get(f"{BASE}/notices").json()["items"]

        assert (before["read"], marked.status_code, after["read"]) == (False, 204, True)
        assert before["text"] == {"zh": "请勿入内", "en": "Keep out"}
        assert before["place_name"]["zh"] == "地下车库"

    def test_for_others_cannot_be_marked(self, sign_in):
        notice_wanted(wish())
        (notice,) = sign_in("g", "guard").get(f"{BASE}/notices").json()["items"]

        answer = sign_in("e", "engineer").post(f"{BASE}/notices/{notice['id']}/read")

        assert (answer.status_code, answer.json()["key"]) == (404, "notices.not_found")


class TestBroadcasts:
    def test_are_spoken_and_listed(self, sign_in, spoken):
        manager = sign_in("m", "manager")

        answer = say(manager)
        listed = manager.get(f"{BASE}/broadcasts").json()["items"]

        assert answer.status_code == 201
        assert answer.json()["speakers"] == ["sp-01", "sp-02"]
        assert listed == [answer.json()]
        assert len(spoken) == 2

    def test_that_were_not_spoken_say_why_in_both_languages(self, sign_in):
        answer = say(sign_in("m", "manager"), place="hml/b01").json()

        assert answer["blocked"] == "no_speaker"
        assert "音柱" in answer["blocked_text"]["zh"]

    def test_are_refused_to_who_may_not_write_notices(self, sign_in, spoken):
        assert say(sign_in("g", "guard")).status_code == 403
        assert spoken == []

    def test_are_refused_outside_the_area(self, sign_in, spoken):
        answer = say(sign_in("m", "manager", place="hml/b01"))

        assert (answer.status_code, answer.json()["key"]) == (403, "notices.not_your_place")

    @pytest.mark.parametrize("text", [{"zh": ""}, {"zh": "长" * 201}, {}])
    def test_are_refused_without_words_or_with_too_many(self, sign_in, text):
        assert say(sign_in("m", "manager"), text=text).status_code == 422
