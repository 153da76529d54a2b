"""Every write to accounts, grants and looks."""

import secrets
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any

import msgspec
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from linli.contracts.identity import (
    AT_THE_TERMINAL,
    PLATFORM,
    AccountClosed,
    AccountReset,
    RoleGranted,
    RoleTaken,
    left,
)
from linli.foundation import ids
from linli.foundation.audit import operations as audit
from linli.foundation.audit.models import Act
from linli.foundation.identity import logic, queries, roles
from linli.foundation.identity.models import Account, FailedSignIn, Grant
from linli.foundation.outbox import operations as outbox
from linli.kernel.fault import Fault

_TICKET_SALT = "linli.live"


class WrongSignIn(Fault):
    """The same words whether the name or the password is wrong."""

    key = "identity.wrong_sign_in"
    status = 401


class Locked(Fault):
    key = "identity.locked"
    status = 423


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


class UnknownRole(Fault):
    key = "identity.unknown_role"
    status = 422


class UnknownLanguage(Fault):
    key = "identity.unknown_language"
    status = 422


class BadTicket(Fault):
    key = "identity.bad_ticket"
    status = 401


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A new account, and the password made for it: told here once, kept nowhere."""

    account: int
    username: str
    password: str


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """A short leave to open the live line of a community."""

    ticket: str
    expires_at: datetime


class Visitor(msgspec.Struct, frozen=True, kw_only=True):
    """Who may open the live line: account number and community; `mark` as `queries.mark_of`."""

    account: int
    community: str
    mark: str


def sign_in(*, username: str, password: str, now: datetime) -> Account:
    """Return the account of these words. A try is counted before it is judged, so that many at
    once gain nothing; names that there are not are counted, judged and locked like the others.

    :raises Locked: after five wrong passwords, for fifteen minutes
    :raises WrongSignIn: if name or password is wrong
    """
    name = _normal(username)
    tried = sha256(name.encode()).hexdigest()
    _count_try(tried, now)
    nobodys = _nobodys_password()
    account = Account.objects.filter(username=name).first()
    right = check_password(password, account.password if account else nobodys)
    if account is None or not right or not account.is_active:
        _note_sign_in(account, "identity.wrong_sign_in", now)
        raise WrongSignIn
    FailedSignIn.objects.filter(name=tried).delete()
    _note_sign_in(account, "signed_in", now)
    return account


def _note_sign_in(account: Account | None, what: str, now: datetime) -> None:
    """Remember who signed in, and whose name was tried: a name that there is not is not kept."""
    audit.note(
        community=PLATFORM,
        account=account.pk if account else 0,
        who=account.username if account else "",
        act=Act.SIGN_IN,
        what=what,
        now=now,
    )


def _count_try(tried: str, now: datetime) -> None:
    while not _counted(tried, now):
        continue


@transaction.atomic
def _counted(tried: str, now: datetime) -> bool:
    """Count a try; tell whether its row stayed long enough: who signs in takes it away."""
    FailedSignIn.objects.filter(last_at__lt=now - logic.FAILURES_KEPT).delete()
    FailedSignIn.objects.bulk_create([FailedSignIn(name=tried, last_at=now)], ignore_conflicts=True)
    row = FailedSignIn.objects.select_for_update().filter(name=tried).first()
    if row is None:
        return False
    if logic.locked(until=row.locked_until, now=now):
        raise Locked(minutes=logic.minutes_left(until=row.locked_until, now=now))
    row.failures, row.locked_until = logic.after_try(failures=row.failures, now=now)
    row.last_at = now
    row.save()
    return True


_nobody: list[str] = []


def _nobodys_password() -> str:
    """Return a hash that no password fits, so that a name that there is not takes as long."""
    if not _nobody:
        _nobody.append(make_password(secrets.token_urlsafe(24)))
    return _nobody[0]


def open_account(
    *, username: str, name: str, password: str | None = None, language: str = "zh"
) -> Opened:
    """Open an account. Without a password one is made, to be changed at the first sign-in.

    :raises BadUsername: if the name has spaces, or less than 2 or more than 64 signs
    :raises UsernameTaken: if somebody has it
    :raises WeakPassword: if the password is too easy to guess
    """
    username = _normal(username)
    if not logic.USERNAME.fullmatch(username):
        raise BadUsername(username=username[:64])
    account = Account(
        username=username,
        name=name,
        language=_language(language),
        must_change_password=password is None,
    )
    chosen = password if password is not None else secrets.token_urlsafe(12)
    _refuse_weak(chosen, account)
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
def grant(
    *,
    account: int,
    role: str,
    community: str,
    place: str = "",
    by: int = AT_THE_TERMINAL,
    now: datetime,
) -> None:
    """Give a role in a community, at a place and all below it. Given twice it is given once.

    :raises UnknownRole: if there is no such role
    """
    if role not in roles.PERMISSIONS:
        raise UnknownRole(role=role)
    _, new = Grant.objects.get_or_create(
        account_id=account, role=role, community=community, place=place
    )
    if new:
        outbox.record(
            RoleGranted(
                id=ids.new(),
                at=now,
                community=_told_to(community),
                account=account,
                role=role,
                place=place,
                by=by,
            )
        )


@transaction.atomic
def revoke(
    *,
    account: int,
    role: str,
    community: str,
    place: str = "",
    by: int = AT_THE_TERMINAL,
    now: datetime,
) -> None:
    """Take a role back. What was not given stays so."""
    rows = Grant.objects.filter(account_id=account, role=role, community=community, place=place)
    if rows.delete()[0]:
        outbox.record(
            RoleTaken(
                id=ids.new(),
                at=now,
                community=_told_to(community),
                account=account,
                role=role,
                place=place,
                by=by,
            )
        )


def _told_to(community: str) -> str:
    return PLATFORM if community == roles.EVERYWHERE else community


def place_moved(*, community: str, before: str, after: str) -> None:
    """Let grants at a place, or below it, follow it to its new path."""
    for row in Grant.objects.filter(community=community, place__startswith=before):
        if row.place == before or row.place.startswith(before + "/"):
            row.place = after + row.place[len(before) :]
            row.save(update_fields=["place"])


@transaction.atomic
def change_password(*, account: int, old: str, new: str) -> Account:
    """Change one's own password; every other session of the account ends.

    :raises WrongPassword: if the old one is not right
    :raises WeakPassword: if the new one is too easy to guess, or the old one again
    """
    row = Account.objects.select_for_update().get(pk=account)
    if not check_password(old, row.password):
        raise WrongPassword
    if old == new:
        raise WeakPassword(reasons=["same"])
    _refuse_weak(new, row)
    row.password = make_password(new)
    row.must_change_password = False
    row.save(update_fields=["password", "must_change_password"])
    transaction.on_commit(partial(left, row.pk))
    return row


@transaction.atomic
def close_account(*, account: int, by: int = AT_THE_TERMINAL, now: datetime) -> None:
    """Let an account sign in no more; its sessions end. Its row stays: what it did keeps its name.
    Closed twice it is closed once.
    """
    if Account.objects.filter(pk=account, is_active=True).update(is_active=False):
        outbox.record(
            AccountClosed(id=ids.new(), at=now, community=PLATFORM, account=account, by=by)
        )
        transaction.on_commit(partial(left, account))


@transaction.atomic
def reset_account(*, account: int, by: int = AT_THE_TERMINAL, now: datetime) -> Opened:
    """Give an account another password, to be changed at the first sign-in. Its sessions end, and
    wrong passwords are forgotten. An account that is closed stays closed.

    :raises queries.NotSignedIn: if there is no such account, or it is closed
    """
    row = Account.objects.select_for_update().filter(pk=account, is_active=True).first()
    if row is None:
        raise queries.NotSignedIn
    chosen = secrets.token_urlsafe(12)
    row.password, row.must_change_password = make_password(chosen), True
    row.save(update_fields=["password", "must_change_password"])
    FailedSignIn.objects.filter(name=sha256(row.username.encode()).hexdigest()).delete()
    outbox.record(AccountReset(id=ids.new(), at=now, community=PLATFORM, account=account, by=by))
    transaction.on_commit(partial(left, account))
    return Opened(account=row.pk, username=row.username, password=chosen)


def speak(*, account: int, language: str) -> queries.User:
    """Set the language of an account; return it as it then is.

    :raises UnknownLanguage: if it is neither `zh` nor `en`
    """
    Account.objects.filter(pk=account).update(language=_language(language))
    return queries.user(account=account)


def look(*, community: str, account: int, subject: str, purpose: str, now: datetime) -> None:
    """Remember that somebody read a single record in full. Nobody can unsay it."""
    audit.note(
        community=community,
        account=account,
        act=Act.LOOK,
        what=subject,
        purpose=purpose,
        now=now,
    )


def ticket(*, account: int, community: str, now: datetime) -> Ticket:
    """Sign a leave of a minute to open the live line of a community."""
    expires_at = now + logic.TICKET_LASTS
    words: dict[str, Any] = {
        "a": account,
        "c": community,
        "e": int(expires_at.timestamp()),
        "m": queries.mark_of(account=account),
    }
    return Ticket(ticket=signing.dumps(words, salt=_TICKET_SALT), expires_at=expires_at)


def verify_ticket(*, ticket: str, community: str, now: datetime) -> Visitor:
    """Return whose ticket it is.

    :raises BadTicket: if it is not ours, is for another community, or has run out
    """
    try:
        words = signing.loads(ticket, salt=_TICKET_SALT)
    except signing.BadSignature:
        raise BadTicket from None
    if words["c"] != community or now.timestamp() >= words["e"]:
        raise BadTicket
    return Visitor(account=words["a"], community=community, mark=words["m"])


def sign_out(*, account: int) -> None:
    """End the live lines of an account; its sessions elsewhere may open new ones."""
    left(account)


def _normal(username: str) -> str:
    return logic.normal_username(username)


def _language(language: str) -> str:
    if language not in logic.LANGUAGES:
        raise UnknownLanguage(language=language[:16])
    return language


def _refuse_weak(password: str, account: Account) -> None:
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise WeakPassword(reasons=[str(item.code) for item in error.error_list]) from None
