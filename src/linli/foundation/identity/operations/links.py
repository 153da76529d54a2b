"""Accounts are linked to who somebody is elsewhere, and signed in by it."""

from datetime import datetime

from django.db import IntegrityError, transaction

from linli.contracts import identity as contract
from linli.contracts.identity import AT_THE_TERMINAL, Errand
from linli.foundation.identity import queries
from linli.foundation.identity.models import Account, Link
from linli.foundation.identity.operations import codes
from linli.foundation.identity.operations.factors import lock, note
from linli.foundation.identity.operations.signing import note_sign_in
from linli.kernel.fault import Fault


class NoProvider(Fault):
    """No provider is set up here, or it cannot be reached."""

    key = "identity.no_provider"
    status = 503


class NotVouched(Fault):
    """The provider vouches for nobody by this code."""

    key = "identity.not_vouched"
    status = 401


class UnknownSubject(Fault):
    """He is somebody there; here no account is linked to him."""

    key = "identity.unknown_subject"
    status = 401


class SubjectTaken(Fault):
    """One of the two is linked already: otherwise."""

    key = "identity.subject_taken"


class LinkNotFound(Fault):
    key = "identity.link_not_found"
    status = 404


def address(*, errand: Errand) -> str:
    """Return where the browser goes to.

    :raises NoProvider: if there is none, or it cannot be reached
    :raises ProviderBusy: if others ask it already
    """
    found = contract.provider_address(errand) if contract.provider() else None
    if found is None:
        raise NoProvider
    return found


def vouched(*, errand: Errand, code: str, now: datetime) -> tuple[str, str]:
    """Return issuer and subject that came back from an errand.

    :raises NoProvider: if there is none
    :raises ProviderBusy: if others ask it already
    :raises NotVouched: if it vouches for nobody
    """
    known = contract.provider()
    if known is None:
        raise NoProvider
    return known.issuer, _known(contract.subject_of(errand, code, now), now)


def openid(*, code: str, now: datetime) -> tuple[str, str]:
    """Return issuer and subject of a WeChat user by a code.

    :raises NoProvider: if there is no app
    :raises ProviderBusy: if others ask it already
    :raises NotVouched: if it is nobody's code
    """
    issuer = contract.wechat()
    if issuer is None:
        raise NoProvider
    return issuer, _known(contract.openid_of(code), now)


def sign_in_as(*, issuer: str, subject: str, now: datetime) -> Account:
    """Return the account that is linked to who somebody is elsewhere. By WeChat only who lives
    here comes in: who has begun to work here since shows more.

    :raises UnknownSubject: if none is, it is closed, or WeChat is not enough for it
    """
    row = Link.objects.select_related("account").filter(issuer=issuer, subject=subject).first()
    if row is None or not row.account.is_active or _too_little(row, now):
        note_sign_in(account=row.account if row else None, what="identity.wrong_sign_in", now=now)
        raise UnknownSubject
    note_sign_in(account=row.account, what="signed_in:provider", now=now)
    return row.account


def _too_little(row: Link, now: datetime) -> bool:
    by_wechat = row.issuer == contract.wechat()
    return by_wechat and queries.employed(account=row.account_id, now=now)


@transaction.atomic
def link(
    *, account: int, issuer: str, subject: str, by: int = AT_THE_TERMINAL,
    signed: str | None = None, now: datetime,
) -> None:  # fmt: skip
    """Link an account to who somebody is elsewhere. Linked again it is linked once.

    :param signed: as `factors.lock`
    :raises SubjectTaken: if he, or the account, is linked otherwise
    :raises queries.NotSignedIn: if the account was reset or closed since it was asked for
    """
    lock(account=account, signed=signed)
    same = Link.objects.filter(account=account, issuer=issuer, subject=subject)
    if same.exists():
        return
    try:
        with transaction.atomic():
            Link.objects.create(
                account_id=account, issuer=issuer, subject=subject, made_at=now, by=by
            )
    except IntegrityError:
        raise SubjectTaken from None
    note(account=account, what="linked", now=now)


def bind(*, issuer: str, subject: str, asked: str, code: str, now: datetime) -> Account:
    """Link a resident, who shows it by a code on his telephone, to who he is elsewhere.

    :raises codes.WrongSentCode: if the code is not right
    :raises SubjectTaken: as `link`
    """
    account = codes.take(asked=asked, code=code, use=codes.BIND, now=now)
    link(account=account.pk, issuer=issuer, subject=subject, by=account.pk, now=now)
    return account


@transaction.atomic
def unlink(*, account: int, id: int, now: datetime) -> None:
    """Take one of one's own links off.

    :raises LinkNotFound: if the account has none of this number
    """
    if not Link.objects.filter(account=account, pk=id).delete()[0]:
        raise LinkNotFound(link=id)
    note(account=account, what="unlinked", now=now)


def _known(subject: str | None, now: datetime) -> str:
    if subject is None:
        note_sign_in(account=None, what="identity.wrong_sign_in", now=now)
        raise NotVouched
    return subject
