"""Leaked passwords, in a file as the downloader of Pwned Passwords makes it."""

from hashlib import sha1

import pytest
from django.test import Client

from linli.app import settings as ours
from linli.foundation.identity import leaked, operations
from linli.foundation.identity.models import Account
from tests.foundation.identity.kit import PASSWORD, Browser

WORDS = [f"leaked elsewhere {number}" for number in range(500)]


def digest(word):
    return sha1(word.encode()).hexdigest().upper()


def written(file, words, *, end="\r\n", last=True):
    text = end.join(f"{one}:{7 * n + 1}" for n, one in enumerate(sorted(map(digest, words))))
    file.write_bytes((text + (end if last else "")).encode())
    return file


def stands(file, word):
    with file.open("rb") as lines:
        return leaked._stands_in(lines, digest(word).encode())


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("count", [1, 2, 3, 500])
def test_each_word_of_a_list_is_found_and_no_other(tmp_path, count, last, end):
    file = written(tmp_path / "list", WORDS[:count], end=end, last=last)

    leaked.check(file)

    assert [stands(file, word) for word in WORDS[:count]] == [True] * count
    assert [stands(file, f"kept to oneself {n}") for n in range(200)] == [False] * 200


def test_a_list_without_counts_and_in_small_letters_will_do(tmp_path):
    file = tmp_path / "list"
    file.write_text("".join(f"{one.lower()}\n" for one in sorted(map(digest, WORDS))))

    leaked.check(file)

    assert all(stands(file, word) for word in WORDS)
    assert not stands(file, "kept to oneself")


@pytest.mark.parametrize(
    "text",
    ["", "\n", "password123\n", "DEADBEEF:3\n", f"{'F' * 40}:1\n{'0' * 40}:9\n", "x" * 9000],
)
def test_what_is_no_list_or_not_in_its_order_is_refused_before_the_start(tmp_path, text):
    file = tmp_path / "list"
    file.write_text(text)

    with pytest.raises(leaked.BadList):
        leaked.check(file)


def test_a_list_that_came_out_of_its_order_later_lets_nothing_pass(tmp_path):
    file = written(tmp_path / "list", WORDS)
    file.write_bytes(b"\n".join(reversed(file.read_bytes().splitlines())))

    for word in ("kept to oneself", WORDS[1]):
        with pytest.raises(leaked.BadList):
            stands(file, word)


def test_a_setting_that_names_no_list_starts_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("LINLI_LEAKED_PASSWORDS", str(tmp_path / "none"))

    with pytest.raises(SystemExit, match="LINLI_LEAKED_PASSWORDS"):
        ours._leaked_passwords()


@pytest.mark.django_db
class TestChoosing:
    @pytest.fixture(autouse=True)
    def named(self, settings, tmp_path, monkeypatch):
        file = written(tmp_path / "list", WORDS)
        monkeypatch.setenv("LINLI_LEAKED_PASSWORDS", str(file))
        settings.AUTH_PASSWORD_VALIDATORS = [
            *settings.AUTH_PASSWORD_VALIDATORS, *ours._leaked_passwords()
        ]  # fmt: skip
        return file

    def test_one_that_leaked_is_refused_and_nothing_changes(self, estates):
        operations.open_account(username="wang", name="王", password=PASSWORD)
        browser = Browser(Client(enforce_csrf_checks=True))
        browser.sign_in()
        before = Account.objects.get().password

        answer = browser.post("/session/password", {"old": PASSWORD, "new": WORDS[77]})

        assert (answer.status_code, answer.json()["key"]) == (422, "identity.weak_password")
        assert answer.json()["values"] == {"reasons": ["leaked"]}
        assert Account.objects.get().password == before

    def test_another_passes(self):
        operations.open_account(username="wang", name="王", password=PASSWORD)

        assert Account.objects.filter(username="wang").exists()

    def test_where_the_list_is_gone_no_password_is_taken(self, named):
        named.unlink()

        with pytest.raises(FileNotFoundError):
            operations.open_account(username="wang", name="王", password=PASSWORD)

        assert not Account.objects.exists()
