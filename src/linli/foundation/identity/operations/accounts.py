"""Accounts are opened, closed, given another password; what their owners change themselves."""

import secrets
from datetime import datetime
from functools import partial

import msgspec
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from linli.contracts.identity import (
    AT_THE_TERMINAL,
    PLATFORM,
    AccountClosed,
    AccountReset,
    Ended,
    ended,
    left,
)
from linli.foundation import ids
from linli.foundation.audit import operations as audit
from linli.foundation.audit.models import Act
from linli.foundation.identity import logic, queries, roles
from linli.foundation.identity.models import (
    Account,
    Link,
    OneTimeCode,
    Passkey,
    RecoveryCode,
    Session,
    Totp,
)
from linli.foundation.identity.operations import tries
from linli.foundation.identity.operations.rights import grant
from linli.foundation.outbox import operations as outbox
from linli.kernel.fault import Fault


class UsernameTaken(Fault):
    key = "identity.username_taken"


class BadUsername(Fault):
    key = "identity.bad_username"
    status = 422


class WeakPassword(Fault):
    key = "identity.weak_password"
    status = 422


class WrongPassword(Fault):
    key = "identity.wrong_password"
    status = 422


class UnknownLanguage(Fault):
    key = "identity.unknown_language"
    status = 422


class NotSure(Fault):
    """It was not said how one made sure who somebody is."""

    key = "identity.not_sure"
    status = 422


class NumberTold(Fault):
    """The number of a document or a telephone stands in words that are for the trail."""

    key = "identity.number_told"
    status = 422


class Sure(msgspec.Struct, frozen=True, kw_only=True):
    """How somebody made sure who stood before him: by which way (`logic.SURE_BY`), and in words
    what he saw. No number of it.
    """

    by: str
    words: str


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A new account, and the password made for it: told here once, kept nowhere."""

    account: int
    username: str
    password: str


def open_account(
    *, username: str, name: str, password: str | None = None, language: str = "zh"
) -> Opened:
    """Open an account. Without a password one is made, to be changed at the first sign-in.

    :raises BadUsername: if the name has spaces, or less than 2 or more than 64 signs
    :raises UsernameTaken: if somebody has it
    :raises WeakPassword: if the password is too easy to guess
    """
    username = logic.normal_username(username)
    if not logic.USERNAME.fullmatch(username):
        raise BadUsername(username=username[:64])
    account = Account(
        username=username,
        name=name,
        language=_language(language),
        must_change_password=password is None,
    )
    chosen = password if password is not None else secrets.token_urlsafe(12)
    refuse_weak(chosen, account)
    account.password = make_password(chosen)
    try:
        with transaction.atomic():
            account.save()
    except IntegrityError:
        raise UsernameTaken(username=username) from None
    return Opened(account=account.pk, username=username, password=chosen)


@transaction.atomic
def first_operator(*, now: datetime) -> Opened | None:
    """Open the operator's account where there is no account yet; None where there is one.

    Its password is made at random, and must be changed.
    """
    if Account.objects.select_for_update().exists():
        return None
    opened = open_account(username="operator", name="平台运营")
    grant(account=opened.account, role="operator", community=roles.EVERYWHERE, now=now)
    return opened


@transaction.atomic
def change_password(*, account: int, old: str, new: str, line: str | None = None) -> Account:
    """Change one's own password; every other session of the account than that of this line ends.

    :raises WrongPassword: if the old one is not right
    :raises WeakPassword: if the new one is too easy to guess, or the old one again
    """
    row = Account.objects.select_for_update().get(pk=account)
    if not check_password(old, row.password):
        raise WrongPassword
    if old == new:
        raise WeakPassword(reasons=["same"])
    refuse_weak(new, row)
    row.password = make_password(new)
    row.must_change_password = False
    row.save(update_fields=["password", "must_change_password"])
    ended(Ended(account=row.pk, but=line))
    transaction.on_commit(partial(left, row.pk))
    return row


@transaction.atomic
def close_account(*, account: int, by: int = AT_THE_TERMINAL, now: datetime) -> None:
    """Let an account sign in no more; its sessions and links end. Its row stays: what it did keeps
    its name. Closed twice it is closed once.
    """
    if Account.objects.filter(pk=account, is_active=True).update(is_active=False):
        Session.objects.filter(account=account).delete()
        ended(Ended(account=account))
        Link.objects.filter(account=account).delete()
        outbox.record(
            AccountClosed(id=ids.new(), at=now, community=PLATFORM, account=account, by=by)
        )
        transaction.on_commit(partial(left, account))


@transaction.atomic
def reset_account(
    *,
    account: int,
    sure: Sure,
    lost: bool = False,
    by: int = AT_THE_TERMINAL,
    community: str = PLATFORM,
    now: datetime,
) -> Opened:
    """Give an account another password, to be changed at the first sign-in. Its sessions end, its
    links and passkeys are gone, and wrong tries are forgotten. What is asked for beside a password
    stays, and is asked for as before, unless it is `lost`, or not his. One that is closed stays
    closed. Whose it was, how who did it made sure, and what became of the factors is a line in the
    trail of a community.

    :raises NotSure: if it is not said how
    :raises NumberTold: if a number of his stands in it
    :raises queries.NotSignedIn: if there is no such account, or it is closed
    """
    _require_sure(sure)
    row = Account.objects.select_for_update().filter(pk=account, is_active=True).first()
    if row is None:
        raise queries.NotSignedIn
    chosen = secrets.token_urlsafe(12)
    row.password, row.must_change_password = make_password(chosen), True
    row.save(update_fields=["password", "must_change_password"])
    kept = _drop_ways_in(row, lost)
    ended(Ended(account=row.pk))
    tries.forget(name=row.username)
    fact = AccountReset(id=ids.new(), at=now, community=PLATFORM, account=account, by=by)
    outbox.record(fact)
    audit.note(
        community=community,
        account=by,
        act=Act.WRITE,
        what=f"account_reset:{account}",
        cause=fact.id,
        words=_told(sure, kept),
        now=now,
    )
    transaction.on_commit(partial(left, account))
    return Opened(account=row.pk, username=row.username, password=chosen)


def _drop_ways_in(row: Account, lost: bool) -> bool:
    """Void all that signs in without the password: a passkey may be that of whom the reset is to
    keep out. Tell whether the factors beside the password are kept: no where they are `lost`, or
    where the passkeys were all that there was.
    """
    for model in (Session, Link, OneTimeCode, *((Totp, RecoveryCode) if lost else ())):
        model.objects.filter(account=row).delete()
    alone = bool(Passkey.objects.filter(account=row).delete()[0])
    return not lost and not (alone and not queries.factors(account=row.pk))


def _told(sure: Sure, kept: bool) -> str:
    said = {"sure": sure.by, "words": sure.words.strip(), "factors": "kept" if kept else "void"}
    return msgspec.json.encode(said).decode()


def _require_sure(sure: Sure) -> None:
    if sure.by not in logic.SURE_BY or not logic.says_how(sure.words):
        raise NotSure
    if logic.tells_a_number(sure.words):
        raise NumberTold


def speak(*, account: int, language: str, now: datetime) -> queries.User:
    """Set the language of an account; return it as it then is.

    :raises UnknownLanguage: if it is neither `zh` nor `en`
    """
    Account.objects.filter(pk=account).update(language=_language(language))
    return queries.user(account=account, now=now)


def _language(language: str) -> str:
    if language not in logic.LANGUAGES:
        raise UnknownLanguage(language=language[:16])
    return language


def refuse_weak(password: str, account: Account) -> None:
    """Refuse a password that is too easy to guess.

    :raises WeakPassword: if it is
    """
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise WeakPassword(reasons=[str(item.code) for item in error.error_list]) from None
