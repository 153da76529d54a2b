"""The installation's own secret is turned over in steps: nothing is cut off, and then the one
before opens nothing.
"""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import override_settings

from linli.app import resealing, secret, two_persons
from linli.contracts import approvals
from linli.devices import credential
from linli.domains.notices.operations import pushing
from linli.domains.openapi.models import Subscription
from linli.domains.openapi.operations import subscribing
from linli.domains.tours import logic as tour_logic
from linli.domains.tours import signing as tours
from linli.foundation import sealing
from linli.foundation.approvals.models import Approval
from linli.foundation.audit.models import Line
from linli.foundation.identity.models import Account, RecoveryCode, Session, Totp
from linli.foundation.identity.operations import factors
from linli.foundation.vault.models import KeptKey
from linli.registry.fleet.models import Bulk
from linli.registry.fleet.operations import collecting
from tests.app.turning import (
    NOW,
    SHORT,
    done,
    home,
    house,
    later,
    officers,
    on_another_machine,
    papers,
    run,
    visits,
)

__all__ = ["home", "house", "officers"]
pytestmark = pytest.mark.django_db(databases=["default", "apart"])
EVERYWHERE = two_persons.everywhere


def opened_by(old):
    """Return how many things lie sealed, and what of it whoever has a secret alone opens."""
    rows = [
        (place, row) for place in resealing.PLACES for part in resealing._parts(place)
        for row in part
    ]  # fmt: skip
    with override_settings(SECRET_KEY=old, SECRET_KEY_FALLBACKS=[]):
        return len(rows), [place.column for place, row in rows if resealing._by(place, row)]


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
