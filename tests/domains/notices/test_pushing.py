"""Telephones that ring when no page is open: who is rung, what is in it, what becomes of it."""

from datetime import time, timedelta

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from linli.app import privacy as whole
from linli.contracts import privacy
from linli.contracts.identity import Ended
from linli.contracts.privacy import Own
from linli.contracts.sos import SosRung
from linli.contracts.visits import CallPassedOn, CallRang, GuestCame, VisitAsked
from linli.domains.notices import handlers, logic, queries
from linli.domains.notices.models import Hearer, Ringing
from linli.domains.notices.operations import pushing
from linli.domains.notices.operations.pushing import Offered
from linli.foundation import ids, webpush
from linli.foundation.consent.models import Consent
from linli.foundation.identity import operations as identity
from linli.foundation.sending import Reply
from tests.domains.notices.conftest import HERE, NOON

BROWSER = webpush.key_of(webpush.word_of("a browser"))
SECRET = b"sixteen bytes..!"
PLACE = "hml/b01/u1/f02/201"
NIGHT = NOON + timedelta(hours=11)
"""23:00 at the place."""


def offered(endpoint="https://push.example.net/one", point="", auth=""):
    return Offered(
        endpoint=endpoint,
        point=point or webpush.packed(webpush.point_of(BROWSER)),
        auth=auth or webpush.packed(SECRET),
        device="Chrome · Android",
    )


@pytest.fixture(autouse=True)
def on(settings, monkeypatch):
    settings.PUSH, settings.PUSH_INSIDE = True, False
    people = {}
    monkeypatch.setattr(privacy.whom, "_answer", lambda c, account, today: people.get(account, []))
    monkeypatch.setattr(privacy.withdrawn, "_answer", lambda *told: None)
    return people


@pytest.fixture
def who(actor):
    return actor("zhou", "resident")


@pytest.fixture
def hearer(who):
    row = pushing.agree(actor=who, offered=offered(), agreed=True, now=NOON)
    Ringing.rows.of(HERE).delete()
    return row


def rang(*told, at=NOON):
    fact = CallRang(
        id=ids.new(), at=at, community=HERE, cause=None, call=7, door="door-b01", place=PLACE,
        told=told,
    )  # fmt: skip
    handlers.call_rang(fact)
    return fact


def came(*told, at=NOON, id="", late=False):
    fact = GuestCame(
        id=id or ids.new(), at=at, community=HERE, cause=None, visit=12, place=PLACE, door="gate-s",
        told=told, late=late,
    )  # fmt: skip
    handlers.guest_came(fact)
    return fact


def helped(*told, at=NOON):
    handlers.sos_rung(
        SosRung(
            id=ids.new(),
            at=at,
            community=HERE,
            cause=None,
            call=9,
            place=PLACE,
            step=0,
            whom="nearest",
            told=told,
            test=False,
        )
    )


def letters(now=NOON, busy=()):
    return pushing.letters(most=16, busy=list(busy), now=now)


def read(body):
    """Read a message as the browser does (RFC 8291, section 3.4)."""
    salt, point = body[:16], body[21:86]
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    shared = BROWSER.exchange(ec.ECDH(), theirs)
    both = b"WebPush: info\0" + webpush.point_of(BROWSER) + point
    start = webpush._hmac(salt, webpush._expanded(webpush._hmac(SECRET, shared), both, 32))
    key = webpush._expanded(start, b"Content-Encoding: aes128gcm\0", 16)
    nonce = webpush._expanded(start, b"Content-Encoding: nonce\0", 12)
    plain = AESGCM(key).decrypt(nonce, body[86:], None)
    return msgspec.json.decode(plain.rstrip(b"\0")[:-1])


class TestAgree:
    def test_is_rung_once_to_try_it(self, who):
        row = pushing.agree(actor=who, offered=offered(), agreed=True, now=NOON)

        [letter] = letters()
        assert (letter.url, read(letter.body)["title"]) == (row.endpoint, "通知已开通")

    @pytest.mark.parametrize(
        "wrong",
        [
            {"endpoint": "http://push.example.net/one"},
            {"endpoint": "https://127.0.0.1/one"},
            {"endpoint": "https://169.254.169.254/latest"},
            {"endpoint": "https://[::ffff:10.0.0.1]/"},
            {"endpoint": "https://nats.internal/"},
            {"endpoint": "@".join(("https://me:pw", "push.example.net/"))},
            {"endpoint": "file:///etc/passwd"},
            {"point": webpush.packed(b"\4" + b"\1" * 64)},
            {"auth": webpush.packed(b"short")},
            {"point": "%%%"},
        ],
    )
    def test_believes_no_address_inside_and_no_key_that_is_none(self, who, wrong):
        with pytest.raises(pushing.BadHearer):
            pushing.agree(actor=who, offered=offered(**wrong), agreed=True, now=NOON)

        assert not Hearer.rows.of(HERE).exists()

    def test_rings_nobody_who_did_not_say_yes_or_where_it_is_off(self, who, settings):
        with pytest.raises(pushing.NotAgreed):
            pushing.agree(actor=who, offered=offered(), agreed=False, now=NOON)
        settings.PUSH = False
        with pytest.raises(pushing.PushOff):
            pushing.agree(actor=who, offered=offered(), agreed=True, now=NOON)

    def test_one_browser_hears_for_whoever_signed_in_last(self, who, hearer, actor):
        other = actor("li", "resident")

        pushing.agree(actor=other, offered=offered(), agreed=True, now=NOON)

        assert Hearer.rows.of(HERE).get().account_id == other.account

    def test_said_twice_it_is_one_device_and_ten_are_enough(self, who, hearer):
        for n in range(9):
            one = offered(f"https://push.example.net/{n}")
            pushing.agree(actor=who, offered=one, agreed=True, now=NOON)
        pushing.agree(actor=who, offered=offered(), agreed=True, now=NOON)

        one = offered("https://push.example.net/11")
        with pytest.raises(pushing.TooManyHearers):
            pushing.agree(actor=who, offered=one, agreed=True, now=NOON)
        assert Hearer.rows.of(HERE).count() == 10


class TestConsent:
    @pytest.fixture(autouse=True)
    def registered(self, on, who):
        on[who.account] = [Own(subject="person:1", name="周")]

    def test_goes_with_the_first_device_and_ends_with_the_last(self, who):
        rows = [
            pushing.agree(
                actor=who, offered=offered(f"https://p.example/{n}"), agreed=True, now=NOON
            )
            for n in (1, 2)
        ]
        for row in rows:
            pushing.withdraw(actor=who, id=row.pk, now=NOON)

        said = Consent.rows.of(HERE).filter(purpose="push").order_by("pk")
        assert list(said.values_list("given", flat=True)) == [True, False]

    def test_of_who_is_nobody_here_but_a_guardian_nothing_is_said_for_his_ward(self, on, who):
        on[who.account] = [Own(subject="person:2", name="周小", guardian=True, given=True)]

        row = pushing.agree(actor=who, offered=offered(), agreed=True, now=NOON)
        pushing.withdraw(actor=who, id=row.pk, now=NOON)

        assert not Consent.rows.of(HERE).exists()

    def test_withdrawn_on_the_page_of_privacy_all_devices_are_forgotten(
        self, who, hearer, monkeypatch
    ):
        monkeypatch.setattr(whole.holdings, "account_of", lambda c, subject: who.account)

        whole._withdrawn(HERE, "person:1", "push", NOON)

        assert not Hearer.rows.of(HERE).exists()


class TestWithdraw:
    def test_nobody_touches_anothers_device(self, hearer, actor):
        other = actor("li", "resident")

        with pytest.raises(queries.NoSuchHearer):
            pushing.withdraw(actor=other, id=hearer.pk, now=NOON)
        with pytest.raises(queries.NoSuchHearer):
            pushing.hush(actor=other, id=hearer.pk, starts=time(1), ends=time(2))

    def test_what_waits_for_it_goes_with_it(self, who, hearer):
        rang(who.account)

        pushing.withdraw(actor=who, id=hearer.pk, now=NOON)

        assert letters() == []


class TestEnded:
    """A session that is ended, here or from elsewhere, takes the device that rests on it along."""

    def agreed(self, who, n, line):
        one = msgspec.structs.replace(offered(f"https://push.example.net/{n}"), line=line)
        return pushing.agree(actor=who, offered=one, agreed=True, now=NOON)

    def left(self, ended):
        pushing.ended(ended)
        return [row.line for row in Hearer.rows.of(HERE).order_by("pk")]

    @pytest.fixture(autouse=True)
    def three(self, who, actor):
        for n, line in enumerate(("one", "two", "")):
            self.agreed(who, n, line)
        self.agreed(actor("li", "resident"), 9, "one")

    @pytest.mark.parametrize(
        ("line", "but", "left"),
        [("one", None, ["two", "", "one"]), (None, "two", ["two", "one"]), (None, None, ["one"]),
         ("", None, ["one", "two", "one"]), ("three", None, ["one", "two", "", "one"]),
         (None, "", ["", "one"])],
        ids=["that session", "all others", "all", "one of before", "another", "all but of before"],
    )  # fmt: skip
    def test_takes_along_what_rests_on_it_and_nothing_else(self, who, line, but, left):
        assert self.left(Ended(account=who.account, line=line, but=but)) == left

    def test_what_waits_to_be_told_is_told_nobody(self, who):
        Ringing.rows.of(HERE).delete()
        rang(who.account)
        assert len(letters()) == 3

        pushing.ended(Ended(account=who.account))

        assert letters() == []

    def test_a_device_can_rest_on_a_later_session_of_its_owner_alone(self, who, actor):
        row = Hearer.rows.of(HERE).order_by("pk").first()
        with pytest.raises(queries.NoSuchHearer):
            pushing.stay(actor=actor("wang", "resident"), id=row.pk, line="four")

        pushing.stay(actor=who, id=row.pk, line="four")

        assert self.left(Ended(account=who.account, line="one")) == ["four", "two", "", "one"]
        assert self.left(Ended(account=who.account, line="four")) == ["two", "", "one"]


class TestRing:
    def test_a_call_that_goes_on_to_the_guard_rings_him_and_names_nobody_and_no_place(
        self, who, hearer, actor
    ):
        guard = actor("guard")
        one = offered("https://push.example.net/guard")
        pushing.agree(actor=guard, offered=one, agreed=True, now=NOON)
        Ringing.rows.of(HERE).delete()
        fact = CallPassedOn(
            id=ids.new(), at=NOON, community=HERE, cause=None, call=7, door="door-b01",
            place=PLACE, told=(who.account,), guards=(guard.account,),
        )  # fmt: skip

        for _ in range(2):
            handlers.call_passed_on(fact)

        [letter] = letters()
        said = read(letter.body)
        assert (letter.url, said["title"], said["url"]) == (
            one.endpoint,
            "门口呼叫转到岗亭",
            "/hml/gate",
        )
        assert PLACE not in str(said)
        assert "door-b01" not in str(said)

    def test_a_call_for_help_rings_whom_it_rings_and_names_nobody_and_no_place(self, who, hearer):
        helped(who.account)

        [letter] = letters()

        assert read(letter.body) == {
            "title": "有人求助", "body": "正在呼叫您，打开查看并应答。", "url": "/my/help",
            "tag": "sos:/my/help",
        }  # fmt: skip

    def test_the_message_names_nobody_and_no_place(self, who, hearer):
        rang(who.account)

        [letter] = letters()

        said = read(letter.body)
        assert said == {
            "title": "门口有人呼叫", "body": "打开看看是谁，开门或不开。", "url": "/my/visitors",
            "tag": "call:/my/visitors",
        }  # fmt: skip
        assert PLACE not in str(said)
        assert letter.headers["ttl"] == "90"
        assert letter.headers["authorization"].startswith("vapid t=")

    def test_a_fact_told_again_rings_once(self, who, hearer):
        fact = rang(who.account)
        [letter] = letters()
        pushing.sent(letter=letter, reply=Reply(status=201), now=NOON)

        handlers.call_rang(fact)

        assert letters() == []

    def test_rings_those_whom_the_fact_tells_and_no_others(self, who, hearer, actor):
        rang(actor("li", "resident").account)

        assert letters() == []

    def test_an_account_that_was_closed_is_not_rung(self, who, hearer):
        hearer.account.is_active = False
        hearer.account.save()

        rang(who.account)

        assert letters() == []

    def test_who_works_here_is_led_to_the_call_and_who_lives_here_to_his_own_page(
        self, who, hearer, actor
    ):
        guard = actor("guard")
        identity.grant(account=guard.account, role="guard", community=HERE, now=NOON)
        other = offered("https://push.example.net/guard")
        pushing.agree(actor=guard, offered=other, agreed=True, now=NOON)
        Ringing.rows.of(HERE).delete()

        helped(who.account, guard.account)

        found = {letter.url: read(letter.body)["url"] for letter in letters()}
        assert found == {hearer.endpoint: "/my/help", other.endpoint: "/hml/sos/9"}

    def test_what_comes_too_late_is_told_nobody(self, who, hearer):
        rang(who.account, at=NOON - timedelta(seconds=91))

        assert letters() == []
        assert not Ringing.rows.of(HERE).exists()

    def test_speaks_the_language_of_whose_device_it_is(self, who, hearer):
        hearer.account.language = "en"
        hearer.account.save()
        fact = VisitAsked(
            id=ids.new(), at=NOON, community=HERE, cause=None, visit=3, place=PLACE,
            told=(who.account,), by=None,
        )  # fmt: skip

        handlers.visit_asked(fact)

        [letter] = letters()
        assert read(letter.body)["title"] == "Somebody is at the gate"


class TestGuestCame:
    def test_his_host_alone_reads_it_once_and_is_rung_once(self, who, hearer, actor):
        fact = came(who.account)
        handlers.guest_came(fact)

        [notice], _ = queries.notices(actor=who, cursor="", limit=9)
        [letter] = letters()
        assert (notice.text_zh, notice.link) == ("您的访客到了", "/my/visitors/12")
        assert (read(letter.body)["title"], read(letter.body)["url"]) == (
            "您的访客到了", "/my/visitors/12",
        )  # fmt: skip
        assert queries.notices(actor=actor("other", "manager"), cursor="", limit=9)[0] == []

    def test_keeps_quiet_hours_and_what_is_told_late_rings_nobody(self, who, hearer):
        pushing.hush(actor=who, id=hearer.pk, starts=time(22), ends=time(7))

        came(who.account, at=NIGHT)
        came(who.account, at=NOON - timedelta(hours=96))

        assert letters(NIGHT) == letters() == []
        assert len(queries.notices(actor=who, cursor="", limit=9)[0]) == 2

    def test_what_a_door_tells_late_is_posted_with_its_time_and_rings_nobody(self, who, hearer):
        came(who.account, at=NOON - timedelta(minutes=5), late=True)

        [notice], _ = queries.notices(actor=who, cursor="", limit=9)
        assert (notice.at, letters()) == (NOON - timedelta(minutes=5), [])

    def test_who_wants_to_hear_nothing_of_it_is_told_nothing(self, who, hearer):
        came()

        assert letters() == []
        assert queries.notices(actor=who, cursor="", limit=9)[0] == []


class TestHush:
    def test_at_night_it_rings_for_help_only(self, who, hearer):
        pushing.hush(actor=who, id=hearer.pk, starts=time(22), ends=time(7))

        rang(who.account, at=NIGHT)
        helped(who.account, at=NIGHT)

        assert [read(one.body)["title"] for one in letters(NIGHT)] == ["有人求助"]

    @pytest.mark.parametrize(
        ("starts", "ends", "at", "quiet"),
        [
            (time(22), time(7), time(22), True),
            (time(22), time(7), time(6, 59), True),
            (time(22), time(7), time(7), False),
            (time(22), time(7), time(12), False),
            (time(13), time(14), time(13, 30), True),
            (time(13), time(14), time(14), False),
            (None, None, time(3), False),
            (time(8), time(8), time(8), False),
        ],
    )
    def test_hours(self, starts, ends, at, quiet):
        assert logic.hushed(kind=logic.CALL, starts=starts, ends=ends, at=at) is quiet
        assert not logic.hushed(kind=logic.SOS, starts=starts, ends=ends, at=at)

    def test_takes_both_hours_or_none(self, who, hearer):
        with pytest.raises(pushing.BadHearer):
            pushing.hush(actor=who, id=hearer.pk, starts=time(22), ends=None)


class TestSent:
    @pytest.fixture
    def letter(self, who, hearer):
        rang(who.account)
        return letters()[0]

    @pytest.mark.parametrize("status", [404, 410])
    def test_a_device_that_is_gone_is_forgotten(self, letter, status):
        pushing.sent(letter=letter, reply=Reply(status=status), now=NOON)

        assert not Hearer.rows.of(HERE).exists()

    @pytest.mark.parametrize("status", [0, 429, 500, 503])
    def test_is_told_again_until_it_is_of_no_use(self, letter, status):
        now, tries = NOON, 0
        while Ringing.rows.of(HERE).exists():
            tries += 1
            pushing.sent(letter=letter, reply=Reply(status=status), now=now)
            waiting = Ringing.rows.of(HERE).first()
            now = waiting.next_at if waiting else now

        assert (tries, now - NOON) == (6, timedelta(seconds=77))
        assert Hearer.rows.of(HERE).exists()

    @pytest.mark.parametrize("status", [200, 201, 400, 401, 403, 413, 302])
    def test_what_was_told_or_is_refused_for_good_is_not_told_again(self, letter, status):
        pushing.sent(letter=letter, reply=Reply(status=status), now=NOON)

        assert not Ringing.rows.of(HERE).exists()
        assert Hearer.rows.of(HERE).exists()

    def test_what_is_on_its_way_is_not_sent_beside(self, letter):
        assert letters(busy=[letter.line]) == []
        pushing.sent(letter=letter, reply=Reply(status=201), now=NOON)
        pushing.sent(letter=letter, reply=Reply(status=410), now=NOON)
        assert Hearer.rows.of(HERE).exists()
