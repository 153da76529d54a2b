"""A provider is believed in what it signs for us, in this errand, and in nothing else."""

import threading
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import OctKey

from linli.adapters import fetching
from linli.adapters.oidc import Provider
from linli.adapters.wechat import WeChat
from linli.contracts.identity import Errand, ProviderBusy
from tests.adapters.provider import CLIENT, KEY, NEW, OTHER, SECRET, running

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
ERRAND = Errand(back="http://127.0.0.1/back", state="a state", nonce="a nonce", verifier="v" * 64)
ASKED_FOR = ("/.well-known/openid-configuration", "/keys")


class Clock:
    """A clock that a test turns on."""

    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def there():
    with running() as provider:
        yield provider


def client(there, secret=SECRET):
    return Provider(issuer=there.url, client=CLIENT, secret=lambda: secret)


def subject(there, errand=ERRAND, now=NOW, secret=SECRET):
    asking = client(there, secret)
    code = there.authorize(asking.address(ERRAND), "s-17", NOW)
    return asking.subject(errand, code, now)


class TestAddress:
    def test_sends_state_nonce_and_a_challenge_and_no_verifier(self, there):
        address = client(there).address(ERRAND)

        said = {name: one[0] for name, one in parse_qs(urlsplit(address).query).items()}
        assert address.startswith(f"{there.url}/authorize?")
        assert (said["state"], said["nonce"], said["scope"]) == ("a state", "a nonce", "openid")
        assert said["code_challenge_method"] == "S256"
        assert ERRAND.verifier not in address

    @pytest.mark.parametrize("says", [
        {"issuer": "https://other.example"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": ""},
        {"jwks_uri": None},
    ])  # fmt: skip
    def test_is_none_where_the_provider_says_that_it_is_another(self, there, says):
        there.says = says

        assert client(there).address(ERRAND) is None

    def test_is_none_where_nobody_answers(self):
        away = Provider(issuer="http://127.0.0.1:9", client=CLIENT, secret=str)

        assert away.address(ERRAND) is None
        assert away.subject(ERRAND, "code", NOW) is None


class TestSubject:
    def test_is_who_the_token_names(self, there):
        assert subject(there) == "s-17"

    def test_shows_the_secret_as_the_provider_wants_it(self, there):
        subject(there)
        there.says = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
        subject(there)
        subject(there, secret="")

        (basic, word), (post, nothing), (public, none) = there.asked
        assert b64decode(word.split()[1]).decode() == "linli:a%20secret%20of%20the%20client"
        assert "client_secret" not in basic
        assert (post["client_secret"], nothing) == (SECRET, None)
        assert (public["client_id"], "client_secret" in public, none) == (CLIENT, False, None)

    def test_is_nobody_by_a_code_that_was_used(self, there):
        asking = client(there)
        code = there.authorize(asking.address(ERRAND), "s-17", NOW)

        assert asking.subject(ERRAND, code, NOW) == "s-17"
        assert asking.subject(ERRAND, code, NOW) is None

    @pytest.mark.parametrize("claims", [
        {"iss": "https://other.example"},
        {"aud": "another client"},
        {"aud": ["linli", "another"], "azp": "another"},
        {"nonce": "of another errand"},
        {"nonce": None},
        {"exp": int((NOW - timedelta(hours=1)).timestamp())},
        {"iat": int((NOW + timedelta(hours=1)).timestamp())},
        {"sub": ""},
        {"sub": 17},
        {"sub": None},
    ])  # fmt: skip
    def test_is_nobody_by_a_token_for_another(self, there, claims):
        there.claims = claims

        assert subject(there) is None

    def test_is_nobody_by_another_key(self, there):
        there.key = OTHER

        assert subject(there) is None

    def test_is_nobody_by_a_token_signed_with_our_own_secret(self, there):
        there.key, there.alg = OctKey.import_key(SECRET), "HS256"

        assert subject(there) is None

    def test_is_nobody_by_another_verifier(self, there):
        other = Errand(back=ERRAND.back, state="", nonce=ERRAND.nonce, verifier="w" * 64)

        assert subject(there, other) is None

    def test_is_nobody_by_an_answer_that_is_no_object_or_has_no_end(self, there):
        asking = client(there)
        code = there.authorize(asking.address(ERRAND), "s-17", NOW)
        for said in (b"[]", b"{", b"\xff", b'{"a": "' + b"x" * 300_000 + b'"}'):
            there.answer = lambda *_, said=said: (200, said)

            assert asking.subject(ERRAND, code, NOW) is None

    def test_follows_no_redirect(self, there):
        there.answer = lambda *_: (302, {})

        assert client(there).address(ERRAND) is None


class TestMemory:
    @pytest.fixture
    def clock(self):
        return Clock()

    @pytest.fixture
    def asking(self, there, clock):
        return Provider(issuer=there.url, client=CLIENT, secret=lambda: SECRET, clock=clock)

    def sign_in(self, there, asking):
        return asking.subject(ERRAND, there.authorize(asking.address(ERRAND), "s-17", NOW), NOW)

    def test_asks_for_metadata_and_keys_once_in_ten_minutes(self, there, asking, clock):
        seen = [self.sign_in(there, asking) for _ in range(3)]
        first = [there.paths.count(one) for one in ASKED_FOR]
        clock.now += 600
        seen.append(self.sign_in(there, asking))

        assert seen == ["s-17"] * 4
        assert first == [1, 1]
        assert [there.paths.count(one) for one in ASKED_FOR] == [2, 2]

    @pytest.mark.parametrize("key", [NEW, OTHER], ids=["of another name", "of the same name"])
    def test_asks_for_the_keys_anew_when_one_is_unknown(self, there, asking, clock, key):
        self.sign_in(there, asking)
        there.key, there.shown = key, [key]
        clock.now += 30

        assert self.sign_in(there, asking) == "s-17"
        assert there.paths.count("/keys") == 2

    def test_asks_for_the_keys_anew_once_in_half_a_minute(self, there, asking, clock):
        self.sign_in(there, asking)
        there.key = NEW
        early = [self.sign_in(there, asking), there.paths.count("/keys")]
        clock.now += 30
        late = [self.sign_in(there, asking), self.sign_in(there, asking)]

        assert early == [None, 1]
        assert late == [None, None]
        assert there.paths.count("/keys") == 2

    def test_keeps_nothing_that_was_no_answer(self, there, asking):
        there.says = {"issuer": "https://other.example"}
        before = asking.address(ERRAND)
        there.says, there.shown = {}, []
        without = self.sign_in(there, asking)
        there.shown = [KEY]

        assert before is None
        assert without is None
        assert self.sign_in(there, asking) == "s-17"


class TestTurn:
    def test_is_not_had_by_a_third_and_comes_back(self, there):
        asking = client(there)
        app = WeChat(url=f"{there.url}/jscode2session", app="wx1", secret=lambda: SECRET)

        with fetching.turn(), fetching.turn():
            for ask in (
                lambda: asking.address(ERRAND),
                lambda: asking.subject(ERRAND, "code", NOW),
                lambda: app.openid("c1"),
            ):
                with pytest.raises(ProviderBusy):
                    ask()

        assert there.paths == []
        assert asking.address(ERRAND) is not None

    def test_is_not_needed_for_what_is_remembered(self, there):
        asking = client(there)
        before = asking.address(ERRAND)

        with fetching.turn(), fetching.turn():
            assert asking.address(ERRAND) == before

    def test_ends_in_time_with_all_its_questions(self, there):
        released = threading.Event()
        there.answer = lambda *_: (200, {"late": released.wait(20)})

        with fetching.turn(longest_s=0.1) as turn:
            heard = [turn.ask(f"{there.url}/a"), turn.ask(f"{there.url}/b")]
        released.set()

        assert heard == [None, None]
        assert there.paths == []


class TestWeChat:
    def test_is_who_the_code_is_for_once(self, there):
        there.wechat = {"c1": "o-88"}
        app = WeChat(url=f"{there.url}/jscode2session", app="wx1", secret=lambda: SECRET)

        assert app.openid("c1") == "o-88"
        assert app.openid("c1") is None

    def test_keeps_secret_and_code_out_of_the_log(self, there, caplog):
        app = WeChat(url=f"{there.url}/nowhere", app="wx1", secret=lambda: SECRET)

        assert app.openid("a-code") is None
        assert "a-code" not in caplog.text
        assert "secret" not in caplog.text
