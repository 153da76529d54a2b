"""Where the installation's own secret stands: in a file of its own, or in the environment."""

import pytest
from django.conf import settings as in_use

from linli.app import secret
from tests.app.turning import NOW, SHORT, done, home, house, officers, run

__all__ = ["home", "house", "officers"]
pytestmark = pytest.mark.django_db(databases=["default", "apart"])


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
