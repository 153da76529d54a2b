"""The installation's own secret is turned over in steps: nothing is cut off, and then the one
before opens nothing.
"""

import ast
from datetime import UTC, datetime, timedelta
from importlib import import_module

import msgspec
import pytest
from click.testing import CliRunner
from django.conf import settings as in_use
from django.core import signing
from django.test import Client, override_settings

from linli.app import agreed as agreements
from linli.app import keys_secret, resealing, secret, two_persons, wiring
from linli.app.keys import keys
from linli.contracts import approvals, directory, outbox
from linli.contracts.directory import LINK_KEY_USE, DeviceEntry
from linli.devices import credential
from linli.domains.charging.operations import answering
from linli.domains.doors.models import SigningKey
from linli.domains.doors.operations import signing as doors
from linli.domains.exchange import queries as departments
from linli.domains.exchange.models import Department
from linli.domains.notices.operations import pushing
from linli.domains.openapi.models import PartyState, Subscription, ThirdParty
from linli.domains.openapi.operations import subscribing
from linli.domains.tours import logic as tour_logic
from linli.domains.tours import signing as tours
from linli.domains.tours.models import Point
from linli.domains.visits.models import Visit
from linli.foundation import sealing
from linli.foundation.approvals.models import Approval
from linli.foundation.audit.models import Line
from linli.foundation.copies import queries as copies
from linli.foundation.copies.models import Copy
from linli.foundation.identity import operations as identity
from linli.foundation.identity.models import Account, RecoveryCode, Session, Totp
from linli.foundation.identity.operations import factors
from linli.foundation.money import queries as money
from linli.foundation.money.models import Provider
from linli.foundation.vault import kept
from linli.foundation.vault.models import KeptKey
from linli.live.links import Links
from linli.registry.campaigns.operations import tickets
from linli.registry.devices.models import Device
from linli.registry.fleet.models import Bulk
from linli.registry.fleet.operations import collecting
from tests.laws.source import PACKAGE, modules

pytestmark = pytest.mark.django_db(databases=["default", "apart"])
visits = import_module("linli.domains.visits.queries.visits")
PASSWORD = "long enough 7"
EVERYWHERE = two_persons.everywhere
KEY = bytes(range(16))
NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
SEALS = {
    "domains/openapi/operations/subscribing.py": Subscription,
    "domains/doors/operations/signing.py": SigningKey,
    "domains/exchange/operations/setting.py": Department,
    "foundation/identity/sessions.py": Session,
    "foundation/identity/operations/factors.py": Totp,
    "foundation/money/operations/providing.py": Provider,
    "foundation/vault/kept.py": KeptKey,
    "registry/devices/operations/registering.py": Device,
    "foundation/replies/operations.py": "kept for a day, and waited for",
    "live/pictures.py": "on its way, for minutes",
    "app/resealing.py": "seals again what others sealed",
}
"""Who seals by the secret, and into which table it goes, or why it is not sealed again."""


@pytest.fixture(autouse=True)
def home(settings, tmp_path, monkeypatch):
    for name in ("LINLI_SECRET_KEY", "LINLI_SECRET_KEY_OTHER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(wiring, "wire_records", lambda: None)
    monkeypatch.setattr(outbox.wake, "_answer", lambda: None)
    monkeypatch.setattr(approvals.carry_out, "_answer", agreements.carry_out)
    monkeypatch.setattr(directory.communities, "_answer", lambda: ["hml"])
    monkeypatch.setattr(keys_secret, "sleep", lambda seconds: None)
    monkeypatch.setattr(two_persons, "everywhere", lambda *said: 1)
    settings.HOME = tmp_path
    settings.SECRET_KEY = secret.read(tmp_path).in_use
    settings.SECRET_KEY_FALLBACKS = []
    return tmp_path


@pytest.fixture
def officers(db):
    for username, role in (("head", "manager"), ("safe", "security_officer")):
        opened = identity.open_account(username=username, name=username, password=PASSWORD)
        identity.grant(account=opened.account, role=role, community="hml", now=datetime.now(UTC))


def run(command, *options):
    said = ("--by", "head", "--agreed", "safe")
    return CliRunner().invoke(keys, [command, *said, *options], input=f"{PASSWORD}\n\n" * 2)


def done(command, *options):
    answer = run(command, *options)
    assert answer.exit_code == 0, answer.output
    return answer.output


def later(home, **span):
    """Let the secret be turned over so much longer ago."""
    found = secret.read(home)
    ago = int(timedelta(**span).total_seconds())
    secret._put(home, msgspec.structs.replace(found, turned_at=found.turned_at - ago))


def opened_by(old):
    """Return how many things lie sealed, and what of it whoever has a secret alone opens."""
    rows = [
        (place, row) for place in resealing.PLACES for part in resealing._parts(place)
        for row in part
    ]  # fmt: skip
    with override_settings(SECRET_KEY=old, SECRET_KEY_FALLBACKS=[]):
        return len(rows), [place.column for place, row in rows if resealing._by(place, row)]


class House:
    """Whatever rests on the secret, made before it is turned over; `opens` tells of each whether it
    is still good.
    """

    def __init__(self, account):
        self.account, self.client = account, Client()
        self.client.force_login(Account.objects.get(pk=account))
        factors.begin_app(account=account, now=NOW)
        Totp.objects.update(proved=True)
        self.paper = factors.first_recovery_codes(account=account)
        self.ticket = identity.ticket(account=account, community="hml", now=NOW).ticket
        self.firmware = tickets.write(community="hml", device="d1", release=3)
        self.code = answering.code(community="hml", person=7)
        self.point = Point(community="hml", code="gate", edition=1)
        self.printed = tour_logic.read(tours.printed(self.point))
        self.visit = Visit(community="hml", pk=5, nonce="x" * 24)
        self.link = visits.link_of(self.visit)
        self.vapid = pushing.public_key()
        self.copy = Copy.rows.create(
            community="hml", what="people", form="csv", purpose="", by_id=account, at=NOW
        )
        self.mark = copies.mark(self.copy)
        self._sealed()

    def _sealed(self):
        sealed = sealing.seal(KEY, use=subscribing.SIGNING)
        party = ThirdParty.rows.create(
            community="hml", name="x", client="c", secret="s", state=PartyState.WAITING,
            registered_at=NOW,
        )  # fmt: skip
        Subscription.rows.create(
            community="hml", party=party, url="https://x.example", secret=sealed, made_at=NOW
        )
        doors.drawn(community="hml", number=1, now=NOW).save()
        by = {"set_at": NOW, "set_by_id": self.account}
        Department.rows.create(
            community="hml", code="d", url="https://x.example", app="a",
            key=sealing.seal(KEY, use=departments.KEY), **by,
        )  # fmt: skip
        Provider.rows.create(
            community="hml", code="p", url="https://x.example", app="a", first_day=NOW.date(),
            key=sealing.seal(KEY, use=money.KEY), **by,
        )  # fmt: skip

    def opens(self):
        """Return what is good, by its name."""
        found = {
            "session": self.client.get("/api/v1/sessions").status_code == 200,
            "app": self._is(lambda: sealing.open_sealed(
                bytes(Totp.objects.get().secret), use=factors.app_use(self.account))),
            "paper": RecoveryCode.objects.filter(
                digest__in=factors._digests(self.account, self.paper[0])
            ).exists(),
            "ticket": self._is(lambda: identity.verify_ticket(
                ticket=self.ticket, community="hml", now=NOW)),
            "firmware": tickets.read(ticket=self.firmware, community="hml", release=3) == "d1",
            "code": self._is(lambda: answering._of_code("hml", self.code)),
            "printed": tours.genuine(self.point, self.printed),
            "link": self._is(lambda: visits._said(self.link)),
            "vapid": pushing.public_key() == self.vapid,
            "copy": any(
                kept.under(key, str(self.copy.pk)) == self.mark.key
                for key in kept.keys(use=copies.ORDER)
            ),
        }  # fmt: skip
        sealed = ((Subscription, "secret", subscribing.SIGNING), (Department, "key", "exchange"),
                  (Provider, "key", money.KEY), (SigningKey, "private", doors.USE))  # fmt: skip
        for model, column, use in sealed:
            body = bytes(getattr(model.rows.of("hml").get(), column))
            opened = self._is(lambda body=body, use=use: sealing.open_sealed(body, use=use))
            found[model.__name__] = opened
        return found

    def _is(self, act):
        try:
            return act() is not None
        except (sealing.Unreadable, signing.BadSignature, identity.BadTicket, answering.BadCode):
            return False


def on_another_machine(home):
    """Return what lets this process be one of a machine that has heard of the next secret, and goes
    on using the one before.
    """
    drawn = secret.prepare(home)
    return override_settings(SECRET_KEY=drawn.in_use, SECRET_KEY_FALLBACKS=[drawn.next])


def papers(house):
    """Let somebody make codes on paper in place of those he has; return them."""
    RecoveryCode.objects.filter(account=house.account).delete()
    return factors.first_recovery_codes(account=house.account)


SHORT = {"ticket", "firmware", "code"}
"""Signed for minutes or days: waited for before the secret is retired."""


@pytest.fixture
def house(officers):
    opened = identity.open_account(username="li", name="李小和", password=PASSWORD)
    identity.grant(account=opened.account, role="resident", community="hml", place="hml/1",
                   now=NOW)  # fmt: skip
    return House(opened.account)


class TestTurn:
    def test_nothing_is_cut_off_and_then_the_old_one_opens_nothing(self, home, house):
        old = secret.read(home).in_use
        before, key = house.opens(), house.client.cookies["sessionid"].value

        done("turn-secret")
        turned = house.opens()
        later(home, days=8)
        done("retire-secret")
        after = house.opens()

        everything = dict.fromkeys(before, True)
        assert (before, turned) == (everything, everything)
        assert after == everything | dict.fromkeys(SHORT, False)
        assert house.client.cookies["sessionid"].value == key
        assert secret.read(home).others == []
        assert old not in (home / "secret.key").read_text()
        many, opens = opened_by(old)
        assert (many > len(resealing.PLACES), opens) == (True, [])

    def test_a_process_that_has_not_heard_yet_opens_what_others_made_and_they_what_it_makes(
        self, home, house
    ):
        store = Session.get_session_store_class()()
        old = secret.prepare(home)
        key = house.client.cookies["sessionid"].value

        with override_settings(SECRET_KEY=old.next, SECRET_KEY_FALLBACKS=[old.in_use]):
            there = house.client.get("/api/v1/sessions").status_code
            by_another = sealing.seal(b"x", use="u")
            words = store.encode({"seen": 1.0})
        with override_settings(SECRET_KEY=old.in_use, SECRET_KEY_FALLBACKS=[old.next]):
            here = house.client.get("/api/v1/sessions").status_code
            opened = sealing.open_sealed(by_another, use="u")
            read = store.decode(words)

        assert (there, here, opened, read) == (200, 200, b"x", {"seen": 1.0})
        assert house.client.cookies["sessionid"].value == key

    def test_where_it_leaked_what_is_printed_is_void_and_copies_are_proven_still(self, home, house):
        done("turn-secret", "--leaked")
        turned = house.opens()
        done("retire-secret", "--at-once")
        after = house.opens()

        void = {"paper", "printed", "link", "vapid"}
        assert {name for name, good in turned.items() if not good} == void
        assert {name for name, good in after.items() if not good} == void | SHORT
        assert not RecoveryCode.objects.exists()

    def test_where_it_leaked_the_next_command_is_named_and_waits_for_nothing(self, home, officers):
        said = done("turn-secret", "--leaked")

        assert "./linli keys retire-secret --at-once" in said
        assert "UTC on" not in said
        assert "is forgotten" in done("retire-secret", "--at-once")

    def test_a_machine_that_still_uses_the_one_before_believes_what_another_makes(
        self, home, house
    ):
        there = on_another_machine(home)
        done("turn-secret")
        link, paper = visits.link_of(house.visit), papers(house)
        shown = tour_logic.read(tours.shown(house.point, NOW))

        with there:
            assert visits._said(link)[1] == house.visit.pk
            assert tours.genuine(house.point, shown)
            assert factors.use(account=house.account, code=paper[0], now=NOW)

    @pytest.mark.parametrize("leaked", [False, True])
    def test_codes_on_paper_that_another_machine_makes_meanwhile_are_good_for_good(
        self, home, house, leaked
    ):
        there = on_another_machine(home)
        done("turn-secret", *(["--leaked"] if leaked else []))
        with there:
            paper = papers(house)

        def good(n):
            return factors.use(account=house.account, code=paper[n], now=NOW)

        turned = good(0)
        done("retire-secret", "--at-once")

        assert (turned, good(1)) == (not leaked, not leaked)

    def test_new_codes_on_paper_delete_no_key_that_another_machine_needs(self, home, house):
        there = on_another_machine(home)
        done("turn-secret")
        with there:
            papers(house)

        use = factors.recovery_use(house.account)
        assert KeptKey.objects.filter(use=use).count() == 1
        done("retire-secret", "--at-once")
        papers(house)
        assert not KeptKey.objects.filter(use=use).exists()

    def test_done_again_it_goes_on_and_a_second_turn_waits_for_the_first(self, home, officers):
        done("turn-secret", "--prepare")
        drawn = secret.read(home)
        done("turn-secret", "--prepare")
        done("turn-secret")
        again = run("turn-secret")

        assert secret.read(home).in_use == drawn.next
        assert secret.read(home).before == drawn.in_use
        assert "turned already" in again.output
        assert again.exit_code == 1

    def test_keys_of_two_turns_ago_are_still_believed(self, home, house):
        for _ in range(2):
            done("turn-secret")
            done("retire-secret", "--at-once")

        assert {name for name, good in house.opens().items() if not good} == SHORT
        assert KeptKey.objects.filter(use=pushing.VAPID).count() == 2

    def test_takes_two_and_stands_in_the_trail(self, home, officers, monkeypatch):
        monkeypatch.setattr(two_persons, "everywhere", EVERYWHERE)
        alone = run("turn-secret", "--agreed", "head")
        changed = secret.read(home).others

        done("turn-secret")

        assert (alone.exit_code, changed) == (1, [])
        [line] = Line.objects.filter(what__startswith="Secret:")
        assert secret.read(home).before not in line.words
        assert Approval.rows.of("hml").filter(kind="keys", state="approved").count() == 1


class TestRetire:
    def test_waits_eight_days_and_for_nothing_less(self, home, officers):
        done("turn-secret")

        early = run("retire-secret")
        later(home, days=8)

        assert "may be good until" in early.output
        assert "is forgotten" in done("retire-secret")
        assert "nothing to retire" in run("retire-secret").output

    def test_waits_for_who_is_asked_about_keys_even_at_once(self, home, officers):
        done("turn-secret")
        Approval.rows.create(
            community="hml", kind=approvals.DEPARTMENT, about="department:1", words_zh="x",
            words_en="x", digest="x", asked_by=Account.objects.get(username="head"),
            asked_at=NOW, until=datetime.now(UTC) + timedelta(days=1),
        )  # fmt: skip

        refused = run("retire-secret", "--at-once")

        assert "wait for a second person" in refused.output
        assert secret.read(home).before

    def test_secrets_that_nobody_collected_are_waited_for_and_are_those_given(self, home, officers):
        given = collecting.secret_of(nonce="n1", device="d1")
        hashed = credential.make(given, "salt")
        Bulk.rows.create(
            community="hml", key="k", action="credential", account=Account.objects.first(),
            total=1, nonce="n1", created_at=NOW, state="done",
        )  # fmt: skip

        done("turn-secret")
        later(home, days=8)
        refused = run("retire-secret")

        assert collecting._given("n1", "d1", hashed) == given
        assert collecting._given("n1", "d1", None) != given
        assert "nobody collected" in refused.output
        assert "is forgotten" in done("retire-secret", "--at-once")

    def test_what_nobody_could_open_before_stops_nothing_and_is_told(self, home, house):
        Totp.objects.update(secret=b"noise that no secret ever sealed")
        done("turn-secret")

        said = done("retire-secret", "--at-once")

        assert "Totp.secret: 0 sealed again; 1 no secret opens, as before" in said

    def test_what_changes_meanwhile_is_not_written_over(self, house, home, monkeypatch):
        done("turn-secret")
        real = sealing.seal

        def changed(plain, *, use):
            if use == subscribing.SIGNING:
                Subscription.rows.of("hml").update(secret=real(b"newer", use=use))
            return real(plain, use=use)

        monkeypatch.setattr(sealing, "seal", changed)
        done("retire-secret", "--at-once")

        row = Subscription.rows.of("hml").get()
        assert sealing.open_sealed(bytes(row.secret), use=subscribing.SIGNING) == b"newer"


class TestSealedDevice:
    def entry(self, sealed):
        return DeviceEntry(code="d1", place="hml", model="m", link_key=sealed)

    def test_its_line_goes_on_where_it_was_when_its_key_is_sealed_again(self):
        use = LINK_KEY_USE.format("hml", "d1")
        links = Links(community="hml")
        links.learn([self.entry(sealing.seal(KEY, use=use).hex())])
        links.get("d1").begin((7, 3))
        before = links.windows()

        links.learn([self.entry(sealing.seal(KEY, use=use).hex())])
        same = links.windows()
        links.learn([self.entry(sealing.seal(KEY[::-1], use=use).hex())])

        assert same == before
        assert links.windows() == {}


class TestByTheEnvironment:
    @pytest.fixture(autouse=True)
    def given(self, monkeypatch):
        monkeypatch.setenv("LINLI_SECRET_KEY", "first")

    def test_says_what_to_do_and_changes_nothing(self, home, officers):
        said = run("turn-secret")

        assert said.exit_code == 1
        assert "LINLI_SECRET_KEY_OTHER" in said.output
        assert "retire-secret" in said.output

    @pytest.fixture
    def started(self, home, settings, monkeypatch):
        def started(in_use, other):
            monkeypatch.setenv("LINLI_SECRET_KEY", in_use)
            monkeypatch.setenv("LINLI_SECRET_KEY_OTHER", other)
            found = secret.read(home)
            settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = found.in_use, found.others

        started("first", "second")
        return started

    def test_where_it_leaked_the_one_before_opens_and_is_not_believed(self, started, house):
        said = done("turn-secret", "--leaked")
        started("second", "first")
        turned = house.opens()
        done("retire-secret", "--at-once")

        assert "./linli keys retire-secret --at-once" in said
        void = {name for name, good in turned.items() if not good}
        assert void == {"paper", "printed", "link", "vapid"}

    def test_the_other_opens_and_the_steps_are_the_same(self, started, house):
        assert "now exchange the two" in done("turn-secret")
        started("second", "first")
        turned = house.opens()
        assert "take LINLI_SECRET_KEY_OTHER away" in done("retire-secret")
        started("second", "")

        assert all(turned.values())
        assert {name for name, good in house.opens().items() if not good} == SHORT


class TestFile:
    def test_one_from_before_is_read_and_is_its_owners_alone(self, tmp_path):
        (tmp_path / "secret.key").write_text("one-of-before")

        found = secret.read(tmp_path)
        secret.prepare(tmp_path)
        turned = secret.turn(tmp_path, NOW)

        assert (found.in_use, found.others) == ("one-of-before", [])
        assert secret.read(tmp_path) == turned
        assert (turned.before, turned.turned_at) == ("one-of-before", int(NOW.timestamp()))
        assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600

    @pytest.mark.parametrize("text", ["", "one\nnext", "one\nbefore two", "one\nelse two 3"])
    def test_a_file_that_nobody_understands_is_not_guessed_at(self, tmp_path, text):
        (tmp_path / "secret.key").write_text(text)

        with pytest.raises(secret.BadSecrets):
            secret.read(tmp_path)

    def test_a_process_takes_up_what_stands_there_and_forgets_what_does_not(self, home):
        first = in_use.SECRET_KEY
        secret.prepare(home)
        secret.take_up(home)
        prepared = list(in_use.SECRET_KEY_FALLBACKS)
        turned = secret.turn(home, NOW)
        secret.take_up(home)

        assert prepared == [turned.in_use]
        assert (turned.in_use, [first]) == (in_use.SECRET_KEY, in_use.SECRET_KEY_FALLBACKS)
        secret.retire(home)
        secret.take_up(home)
        assert in_use.SECRET_KEY_FALLBACKS == []

    def test_a_demo_is_not_turned(self, home, officers):
        (home / "demo.json").touch()

        assert "start anew" in run("turn-secret").output


@pytest.mark.once
def test_whoever_seals_by_the_secret_is_sealed_again_or_says_why_not():
    found = set()
    for path, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr == "seal" and (
                getattr(node.value, "id", "") == "sealing"
            ):  # fmt: skip
                found.add(str(path.relative_to(PACKAGE)))
    vaults = {one for one in found if "vault import sealed as sealing" in
              (PACKAGE / one).read_text("utf-8")}  # fmt: skip

    assert found - vaults == set(SEALS)
    assert {one for one in SEALS.values() if not isinstance(one, str)} == {
        place.model for place in resealing.PLACES
    }
