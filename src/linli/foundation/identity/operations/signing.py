"""Signing in and out; leaves to listen; looks."""

import secrets
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, NoReturn

import msgspec
from django.contrib.auth.hashers import check_password, make_password
from django.core import signing
from django.db import transaction

from linli.contracts.identity import PLATFORM, Ended, ended, left
from linli.foundation.audit import operations as audit
from linli.foundation.audit.models import Act
from linli.foundation.audit.things import Thing
from linli.foundation.identity import logic, queries
from linli.foundation.identity.models import Account
from linli.foundation.identity.operations import factors, tries
from linli.foundation.identity.operations.tries import Locked
from linli.kernel.fault import Fault

__all__ = ["Locked"]
_TICKET_SALT = "linli.live"


class WrongSignIn(Fault):
    """The same words whether the name, the password or the code is wrong."""

    key = "identity.wrong_sign_in"
    status = 401


class FactorWanted(Fault):
    """The password is right, and this account signs in with one of `factors` beside it."""

    key = "identity.factor_wanted"
    status = 401


class BadTicket(Fault):
    key = "identity.bad_ticket"
    status = 401


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """A short leave to open the live line of a community."""

    ticket: str
    expires_at: datetime


class Visitor(msgspec.Struct, frozen=True, kw_only=True):
    """Who may open the live line: account number and community; `mark` as `queries.mark_of`."""

    account: int
    community: str
    mark: str


def sign_in(*, username: str, password: str, code: str = "", now: datetime) -> Account:
    """Return the account of these words. A try is counted before it is judged, so that many at
    once gain nothing; names that there are not are counted, judged and locked like the others.

    :param code: of an authenticator app, or one on paper; empty if none is shown
    :raises Locked: after five wrong tries, for fifteen minutes
    :raises WrongSignIn: if name, password or code is wrong
    :raises FactorWanted: if all is right, and the account asks for more than a password
    """
    name = logic.normal_username(username)
    tries.count(name=name, now=now)
    nobodys = _nobodys_password()
    account = Account.objects.filter(username=name).first()
    right = check_password(password, account.password if account else nobodys)
    if account is None or not right or not account.is_active:
        _refuse(account, now)
    able = queries.factors(account=account.pk)
    if able and not code:
        raise FactorWanted(factors=able)
    if able and not factors.use(account=account.pk, code=code, now=now):
        _refuse(account, now)
    tries.forget(name=name)
    note_sign_in(account=account, what="signed_in", now=now)
    return account


def show(*, account: int, password: str = "", code: str = "", now: datetime) -> None:
    """Show again that it is oneself: by a code where the account has a factor beside the password,
    else by the password.

    :raises Locked, WrongSignIn: as `sign_in`
    """
    row = Account.objects.get(pk=account)
    tries.count(name=row.username, now=now)
    if queries.factors(account=account):
        right = factors.use(account=account, code=code, now=now)
    else:
        right = check_password(password, row.password)
    if not right:
        _refuse(row, now)
    tries.forget(name=row.username)
    note_sign_in(account=row, what="factor_shown", now=now)


def show_other(*, account: int, code: str, now: datetime) -> Account:
    """Return the account that showed one thing before, and now the other: a factor of its own.

    :raises Locked, WrongSignIn: as `sign_in`
    """
    row = Account.objects.get(pk=account)
    tries.count(name=row.username, now=now)
    if not row.is_active or not factors.use(account=account, code=code, now=now):
        _refuse(row, now)
    tries.forget(name=row.username)
    note_sign_in(account=row, what="signed_in", now=now)
    return row


def _refuse(account: Account | None, now: datetime) -> NoReturn:
    note_sign_in(account=account, what="identity.wrong_sign_in", now=now)
    raise WrongSignIn


def note_sign_in(*, account: Account | None, what: str, now: datetime) -> None:
    """Remember who signed in, and whose name was tried: a name that there is not is not kept, and
    of those without end only some have a line.
    """
    deed = audit.Deed(
        community=PLATFORM,
        account=account.pk if account else 0,
        who=account.username if account else "",
        act=Act.SIGN_IN,
        what=what,
        now=now,
    )
    if account is None:
        audit.note_of_many(deed)
    else:
        audit.note_all([deed])


_nobody: list[str] = []


def _nobodys_password() -> str:
    """Return a hash that no password fits, so that a name that there is not takes as long."""
    if not _nobody:
        _nobody.append(make_password(secrets.token_urlsafe(24)))
    return _nobody[0]


def look(
    *,
    community: str,
    account: int,
    subject: str,
    purpose: str,
    thing: Thing = Thing.DATA,
    now: datetime,
) -> None:
    """Remember that somebody read a single record in full, and what of it: whoever it is about
    reads both. Nobody can unsay it.
    """
    audit.note(
        community=community,
        account=account,
        act=Act.LOOK,
        what=subject,
        purpose=purpose,
        words=thing,
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


@transaction.atomic
def sign_out(*, account: int, line: str, leave: Callable[[], object]) -> None:
    """End the live lines of an account, what rests on this session of it, and (`leave`) the session
    itself, all or nothing; its sessions elsewhere may open new lines.
    """
    ended(Ended(account=account, line=line))
    leave()
    transaction.on_commit(partial(left, account))
