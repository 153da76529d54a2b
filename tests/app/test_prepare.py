"""What a start prepares: the records and what is kept apart are a pair where nothing is lost."""

from datetime import timedelta

import pytest
from django.db import InterfaceError, OperationalError

from linli.app import prepare
from linli.contracts import directory
from linli.foundation.apart import jobs, pairing
from linli.foundation.apart.models import Mark
from linli.foundation.identity import operations as identity
from linli.foundation.vault import operations as vault
from tests.foundation.apart.conftest import NOW, TOLD, borne, folders, keep, own, paired

__all__ = ["borne", "folders"]

pytestmark = pytest.mark.django_db(databases=["default", "apart"])


@pytest.fixture
def there():
    """Return the communities of the records."""
    return ["hml"]


@pytest.fixture
def start(monkeypatch, settings, tmp_path, there):
    """Return what prepares a start, its tables and demo left out; and what it did, in order."""
    did = []
    settings.HOME = tmp_path

    def step(name):
        return lambda *_, **__: did.append(name)

    monkeypatch.setattr(prepare, "bring_up_to_date", step("tables"))
    monkeypatch.setattr(prepare.wiring, "wire_records", step("wired"))
    monkeypatch.setattr(vault, "destroy_again", step("destroyed again"))
    monkeypatch.setattr(prepare.devices, "grow_points", step("points"))
    monkeypatch.setattr(prepare.identity, "first_operator", lambda **_: None)
    monkeypatch.setattr(prepare.wake, "answer_with", step("wake"))
    monkeypatch.setattr(directory.communities, "_answer", lambda: list(there))
    settle = pairing.settle

    def settled(*, now):
        did.append("settled")
        return settle(now=now)

    monkeypatch.setattr(pairing, "settle", settled)

    monkeypatch.setattr(prepare, "seed", step("sown"))

    def run(*, demo=False):
        prepare._prepare(demo=demo)
        return did

    return run


class TestStart:
    def test_the_first_one_makes_a_pair_before_any_sweep(self, start):
        before = pairing.state()

        start()

        assert (before, pairing.state()) == ("differs", "pair")

    def test_it_is_settled_after_what_came_back_with_a_copy_was_destroyed(self, start):
        did = start()

        assert did.index("wired") < did.index("destroyed again") < did.index("settled")

    def test_a_pair_stays_as_it_is_and_its_hour_does_not_begin_anew(self, start):
        paired()

        start()

        assert pairing.paired_at() == NOW

    def test_what_a_new_pair_holds_is_left_alone_for_an_hour_as_ever(self, start):
        start()
        since, token = pairing.paired_at(), keep()

        assert jobs.sweep(since + timedelta(minutes=59)) == 0
        assert own(token) == {token: TOLD}
        assert jobs.sweep(since + timedelta(minutes=60)) == 1

    def test_older_records_beside_a_newer_store_stay_no_pair_and_the_start_goes_on(
        self, start, caplog
    ):
        paired()
        token = keep()
        Mark.objects.using("default").all().delete()

        did = start()

        assert did[-1] == "points"
        assert pairing.state() == "differs"
        assert own(token) == {token: TOLD}
        assert "are no pair now" in caplog.text

    @pytest.mark.parametrize("trouble", [OperationalError, InterfaceError])
    def test_one_that_is_away_does_not_stop_the_start(self, start, monkeypatch, caplog, trouble):
        def away(**_):
            raise trouble("connection refused")

        monkeypatch.setattr(pairing.queries, "mark", away)

        did = start()

        assert did[-1] == "points"
        assert "connection refused" in caplog.text

    def test_what_is_wrong_otherwise_stops_it(self, start, monkeypatch):
        def wrong(**_):
            raise ValueError("not of a database")

        monkeypatch.setattr(pairing.queries, "mark", wrong)

        with pytest.raises(ValueError, match="not of a database"):
            start()


class TestErased:
    def test_who_came_back_is_erased_again_after_the_pair_is_settled(self, start, monkeypatch):
        did = start()
        did.clear()
        monkeypatch.setattr(prepare.privacy, "erase_again", lambda **_: did.append("erased again"))

        start()

        assert did[-3:] == ["settled", "erased again", "points"]


class TestDemo:
    @pytest.fixture
    def account(self):
        return identity.open_account(username="wang", name="王", password="camphor and 7 tea")

    def test_is_not_sown_among_records_that_are_real(self, start, there, account, tmp_path):
        there[:] = ["jade-court"]
        start()

        with pytest.raises(prepare.RealRecords):
            start(demo=True)

        assert "sown" not in start()
        assert (tmp_path / prepare.NO_DEMO).is_file()

    def test_is_not_sown_where_there_is_an_account_and_no_community_yet(
        self, start, there, account
    ):
        there.clear()

        with pytest.raises(prepare.RealRecords):
            start(demo=True)

    @pytest.mark.parametrize("known", [[], ["hml"], ["hml", "sandbox-1"]])
    def test_is_sown_in_new_records_and_in_its_own(self, start, there, known, tmp_path):
        there[:] = known

        assert start(demo=True)[-1] == "sown"
        assert not (tmp_path / prepare.NO_DEMO).exists()

    def test_may_come_back_where_it_was_left_out_for_once(self, start, account, tmp_path):
        start()

        assert start(demo=True)[-1] == "sown"
        assert not (tmp_path / prepare.NO_DEMO).exists()
