"""What is told to a third party: what it may know, in order, signed, until it is taken."""

from base64 import b64decode, b64encode
from datetime import timedelta

import pytest

from linli.contracts.alarms import AlarmGone, AlarmOpened
from linli.contracts.cases import CaseMoved, CaseState
from linli.domains.openapi.logic import sending
from linli.domains.openapi.models import Delivery, Subscription
from linli.domains.openapi.operations import telling
from linli.foundation.outbox.models import Outgoing
from linli.foundation.sending import GIVEN_UP_AFTER, Reply
from linli.registry.alarms.models import Alarm
from tests.domains.openapi.conftest import REGISTRATION, Party, Visitor, let_in
from tests.registry.conftest import NOW

pytestmark = pytest.mark.django_db
URL = "https://lifts.example/hook"
TAKEN, BUSY = Reply(status=204), Reply(status=503)


def opened(id="fact-1", place="hml/b03", scene="safety.lift.stopped"):
    return AlarmOpened(
        id=id, at=NOW, community="hml", cause="r:1:0", alarm=7, scene=scene, device="lift-1",
        place=place, severity="major", count=1,
    )  # fmt: skip


def subscribe(program, url=URL, topics=("AlarmOpened", "AlarmGone")):
    return program.post("/webhooks", {"url": url, "topics": list(topics)})


def waiting():
    return list(Delivery.rows.of("hml").filter(state="waiting").order_by("pk"))


def letters(now=NOW, busy=()):
    return telling.letters(most=10, busy=list(busy), now=now)


@pytest.fixture
def program(party):
    return party.itself()


@pytest.fixture
def hook(program):
    return subscribe(program).json()


class TestSubscribe:
    def test_tells_its_secret_once(self, program):
        made = subscribe(program)

        assert (made.status_code, made.json()["secret"][:6]) == (201, "whsec_")
        assert "secret" not in program.get("/webhooks").json()["items"][0]
        key = b64decode(made.json()["secret"].removeprefix("whsec_"))
        assert key not in bytes(Subscription.rows.of("hml").get().secret)

    @pytest.mark.parametrize(
        "url",
        ["http://lifts.example/hook", "https://127.0.0.1/x", "https://localhost/x",
         "https://[::1]/x", "https://10.0.0.8/x", "https://192.168.1.1/", "https://169.254.169.254/",
         "https://[::ffff:127.0.0.1]/x", "https://[64:ff9b::7f00:1]/", "https://0.0.0.0/",
         "https://user@lifts.example/", "https://intranet/x", "https://db.internal/x",
         "ftp://lifts.example/x", "https://lifts.example:99999/", "https://lifts.example/ x", "x"],
    )  # fmt: skip
    def test_calls_nobody_inside(self, program, url):
        answer = subscribe(program, url=url)

        assert (answer.status_code, answer.json()["key"]) == (422, "openapi.bad_target")

    def test_calls_nobody_whom_the_operator_did_not_list(self, program, settings):
        settings.OUTWARD_HOSTS = ("*.example",)

        listed = subscribe(program)
        other = subscribe(program, url="https://lifts.invalid/hook")

        assert listed.status_code == 201
        assert (other.status_code, other.json()["key"]) == (422, "openapi.bad_target")
        assert Subscription.rows.of("hml").count() == 1

    @pytest.mark.parametrize("topic", ["CaseMoved", "DeviceWentOffline", "RoleGranted", "x"])
    def test_tells_nothing_beyond_its_scopes(self, program, topic):
        answer = subscribe(program, topics=[topic])

        assert (answer.status_code, answer.json()["key"]) == (422, "openapi.untold_topics")

    def test_a_person_has_no_webhooks(self, party, manager):
        assert subscribe(manager).status_code == 403

    def test_has_ten_at_most(self, program):
        answers = [subscribe(program).status_code for _ in range(11)]

        assert (answers[:10], answers[10]) == ([201] * 10, 409)

    def test_another_partys_is_not_there(self, hook, manager, second, estate):
        other = Party(Visitor().post("/third-parties", REGISTRATION).json())
        let_in(other, manager, second)

        assert other.itself().delete(f"/webhooks/{hook['id']}").status_code == 404


class TestTell:
    def test_lays_a_fact_down_once(self, hook):
        for _ in range(2):
            telling.tell(facts=[opened()], now=NOW)

        assert [(one.topic, one.fact) for one in waiting()] == [("AlarmOpened", "fact-1")]

    def test_not_what_nobody_asked_for(self, hook):
        moved = CaseMoved(
            id="m", at=NOW, community="hml", case=1, kind="x", place="hml", step="file",
            before=None, after=CaseState.FILED, by=None,
        )  # fmt: skip
        telling.tell(facts=[moved], now=NOW)

        assert waiting() == []

    def test_not_to_who_is_suspended(self, hook, party, manager):
        manager.post(f"/third-parties/{party.id}/suspend", {"reason": "出了问题"})

        telling.tell(facts=[opened()], now=NOW)

        assert waiting() == []

    def test_not_what_happened_elsewhere(self, waiting, manager, second):
        let_in(waiting, manager, second, place="hml/b03")
        subscribe(waiting.itself())

        for number, place in enumerate(["hml/b03/u1", "hml/b030", "hml/p1", ""]):
            telling.tell(facts=[opened(f"f{number}", place=place)], now=NOW)
        gone = AlarmGone(id="gone", at=NOW, community="hml", alarm=99)
        telling.tell(facts=[gone], now=NOW)

        assert list(Delivery.rows.of("hml").values_list("fact", flat=True)) == ["f0"]

    def test_a_fact_that_names_no_place_is_where_its_alarm_is(self, waiting, manager, second):
        let_in(waiting, manager, second, place="hml/b03")
        subscribe(waiting.itself())
        row = Alarm.rows.create(
            community="hml", effect="e", scene="s", place="hml/b03/u1", target="t",
            severity="major", state="raised", first_at=NOW, last_at=NOW,
        )  # fmt: skip

        telling.tell(facts=[AlarmGone(id="gone", at=NOW, community="hml", alarm=row.pk)], now=NOW)

        assert list(Delivery.rows.of("hml").values_list("fact", flat=True)) == ["gone"]


class TestLetters:
    def test_are_signed_so_that_the_receiver_can_tell(self, hook):
        telling.tell(facts=[opened()], now=NOW)

        [letter] = letters()

        key = b64decode(hook["secret"].removeprefix("whsec_"))
        told = letter.headers
        wanted = sending.signature(
            secret=key, id=told["webhook-id"], stamp=told["webhook-timestamp"], body=letter.body
        )
        assert (letter.url, told["webhook-id"]) == (URL, "fact-1")
        assert told["webhook-signature"] == f"v1,{wanted}"
        assert b'"scene":"safety.lift.stopped"' in letter.body

    def test_go_in_order_one_at_a_time(self, hook):
        for number in range(3):
            telling.tell(facts=[opened(f"f{number}")], now=NOW)
        order = []
        while found := letters():
            order.append([one.headers["webhook-id"] for one in found])
            telling.sent(letter=found[0], reply=TAKEN, now=NOW)

        assert order == [["f0"], ["f1"], ["f2"]]

    def test_wait_while_one_is_on_its_way(self, hook):
        telling.tell(facts=[opened()], now=NOW)

        assert letters(busy=[hook["id"]]) == []

    def test_what_is_not_taken_holds_up_the_next(self, hook):
        for number in range(2):
            telling.tell(facts=[opened(f"f{number}")], now=NOW)
        telling.sent(letter=letters()[0], reply=BUSY, now=NOW)

        soon, later = letters(NOW + timedelta(seconds=4)), letters(NOW + timedelta(seconds=5))

        assert (soon, [one.headers["webhook-id"] for one in later]) == ([], ["f0"])

    def test_one_who_is_slow_holds_up_nobody_else(self, program, hook):
        other = subscribe(program, url="https://lifts.example/other").json()
        telling.tell(facts=[opened()], now=NOW)

        assert [one.line for one in letters(busy=[hook["id"]])] == [other["id"]]


class TestSent:
    def test_is_counted_and_not_sent_again(self, hook, party, manager):
        telling.tell(facts=[opened()], now=NOW)
        [letter] = letters()

        for _ in range(2):
            telling.sent(letter=letter, reply=TAKEN, now=NOW)

        assert (letters(), waiting()) == ([], [])
        row = Delivery.rows.of("hml").get()
        assert (row.state, row.status, row.tries) == ("told", 204, 1)

    def test_a_redirect_is_not_taken(self, hook):
        telling.tell(facts=[opened()], now=NOW)

        telling.sent(letter=letters()[0], reply=Reply(status=302), now=NOW)

        assert [one.tries for one in waiting()] == [1]

    def test_after_a_day_it_pauses_and_says_so(self, hook, program):
        for number in range(2):
            telling.tell(facts=[opened(f"f{number}")], now=NOW)
        now, tries = NOW, 0
        while found := letters(now):
            telling.sent(letter=found[0], reply=BUSY, now=now)
            tries += 1
            now = Delivery.rows.of("hml").order_by("pk").first().next_at

        [shown] = program.get("/webhooks").json()["items"]
        assert (tries, shown["waiting"], shown["reason"]) == (31, 2, "HTTP 503")
        assert now - NOW >= GIVEN_UP_AFTER
        assert Outgoing.objects.order_by("-id").first().topic == "WebhookPaused"

    def test_resumed_it_goes_on_with_what_failed(self, hook, program):
        telling.tell(facts=[opened()], now=NOW)
        Subscription.rows.of("hml").update(paused_at=NOW, reason="HTTP 503")
        assert letters() == []

        program.post(f"/webhooks/{hook['id']}/resume")

        found = letters(NOW + timedelta(days=9999))
        assert [one.headers["webhook-id"] for one in found] == ["fact-1"]

    def test_a_manager_may_resume_it(self, hook, party, manager):
        Subscription.rows.of("hml").update(paused_at=NOW, reason="HTTP 503")

        said = manager.post(f"/third-parties/{party.id}/webhooks/{hook['id']}/resume")

        assert (said.status_code, said.json()["paused_at"]) == (200, None)

    def test_is_told_again_when_it_asks(self, hook, program):
        telling.tell(facts=[opened()], now=NOW)
        telling.sent(letter=letters()[0], reply=TAKEN, now=NOW)
        [shown] = program.get(f"/webhooks/{hook['id']}/deliveries").json()["items"]

        said = program.post(f"/webhooks/{hook['id']}/deliveries/{shown['id']}/replay")

        assert (said.status_code, said.json()["state"]) == (200, "waiting")
        again = letters(NOW + timedelta(days=9999))
        assert [one.headers["webhook-id"] for one in again] == ["fact-1"]

    def test_a_manager_sees_what_was_told_and_has_it_told_again(self, hook, party, manager):
        telling.tell(facts=[opened()], now=NOW)
        telling.sent(letter=letters()[0], reply=TAKEN, now=NOW)
        at = f"/third-parties/{party.id}/webhooks/{hook['id']}/deliveries"
        [shown] = manager.get(at).json()["items"]

        said = manager.post(f"{at}/{shown['id']}/replay")

        assert (shown["topic"], shown["state"], shown["status"]) == ("AlarmOpened", "told", 204)
        assert (said.status_code, said.json()["state"]) == (200, "waiting")
        assert [one.fact for one in waiting()] == ["fact-1"]

    def test_an_auditor_sees_it_and_has_nothing_told_again(self, hook, party, person):
        telling.tell(facts=[opened()], now=NOW)
        auditor = person("auditor-1", "auditor")
        at = f"/third-parties/{party.id}/webhooks/{hook['id']}/deliveries"
        [shown] = auditor.get(at).json()["items"]

        said = auditor.post(f"{at}/{shown['id']}/replay")

        assert (said.status_code, said.json()["key"]) == (403, "identity.not_allowed")
        assert person("guard-1", "guard").get(at).status_code == 403

    def test_a_program_reaches_the_deliveries_of_no_party_by_its_number(self, hook, party, program):
        at = f"/third-parties/{party.id}/webhooks/{hook['id']}/deliveries"

        assert program.get(at).status_code == 403

    def test_another_partys_deliveries_are_not_under_this_one(
        self, hook, party, manager, person, estate
    ):
        other = Party(Visitor().post("/third-parties", REGISTRATION).json())
        at = f"/third-parties/{other.id}/webhooks/{hook['id']}/deliveries"
        stranger = person("stranger", "manager", community="other")
        there = f"/api/v1/other/third-parties/{party.id}/webhooks/{hook['id']}/deliveries"

        assert (manager.get(at).status_code, stranger.get(there).status_code) == (404, 404)

    def test_what_is_unsubscribed_meanwhile_is_let_be(self, hook, program):
        telling.tell(facts=[opened()], now=NOW)
        [letter] = letters()
        program.delete(f"/webhooks/{hook['id']}")

        telling.sent(letter=letter, reply=TAKEN, now=NOW)

        assert not Delivery.rows.of("hml").exists()


def test_the_signature_is_as_standard_webhooks_has_it():
    """The example of its specification: msg_p5jXN8AQM9LWM0D4loKWxJek."""
    secret = b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    said = sending.signature(
        secret=secret,
        id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        stamp="1614265330",
        body=b'{"test": 2432232314}',
    )

    assert said == "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert b64encode(b64decode(said)).decode() == said
