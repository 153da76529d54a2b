"""One-time codes to somebody's telephone: made, counted, taken once."""

import secrets
from datetime import datetime
from hmac import compare_digest
from typing import NoReturn

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.crypto import salted_hmac

from linli.contracts.identity import (
    CodeToSend,
    Ended,
    account_of_phone,
    codes_by,
    ended,
    left,
    phone_of,
    send_code,
)
from linli.foundation.identity import logic, queries
from linli.foundation.identity.models import Account, CodesSent, OneTimeCode, Session
from linli.foundation.identity.operations.accounts import refuse_weak
from linli.foundation.identity.operations.factors import note
from linli.foundation.identity.operations.signing import note_sign_in, show
from linli.foundation.vault import kept
from linli.kernel.fault import Fault

SIGN_IN, RESET, BIND, SHOW = "sign_in", "reset", "bind", "show"


class NoCodes(Fault):
    """Nothing sends codes in this installation."""

    key = "identity.no_codes"
    status = 404


class TooManyCodes(Fault):
    """So many were asked for by this name, or from this address, within the hour."""

    key = "identity.too_many_codes"
    status = 429


class WrongSentCode(Fault):
    """The same words whether it is wrong, too late, used, or was never sent to anybody."""

    key = "identity.wrong_sent_code"
    status = 401


def send(*, name: str, use: str, address: str, now: datetime) -> str:
    """Send a code to the telephone of whoever has this name to sign in by, or this number; return
    what the answer is to name. For nobody, and for whom the use is not, all is the same but that
    nothing is sent.

    :raises NoCodes: if nothing sends codes here
    :raises TooManyCodes: if that was asked too often, by this name or from this address
    """
    if not codes_by():
        raise NoCodes
    sought = logic.normal_username(name)
    with transaction.atomic():
        _forget_old(now)
        _count(f"name:{sought}", logic.CODES_FOR_ONE, now)
        _count(f"address:{address}", logic.CODES_FROM_ONE, now)
        account = _reached(sought, use, now)
        asked, code = secrets.token_urlsafe(18), _digits()
        OneTimeCode.objects.filter(account=account, use=use).exclude(account=None).delete()
        OneTimeCode.objects.create(
            name=asked,
            account=account,
            use=use,
            digest=_digests(asked, code)[0],
            tries_left=logic.CODE_TRIES,
            made_at=now,
            until=now + logic.CODE_LASTS,
        )
    if account is not None:
        note_sign_in(account=account, what=f"code_sent:{use}", now=now)
        phone, language = phone_of(account.pk), account.language
        send_code(CodeToSend(phone=phone, code=code, use=use, language=language, now=now))
    return asked


def sign_in_by_code(*, asked: str, code: str, now: datetime) -> Account:
    """Return the resident whose telephone showed a code.

    :raises WrongSentCode: if it is wrong, too late, used, or was never sent
    """
    account = take(asked=asked, code=code, use=SIGN_IN, now=now)
    note_sign_in(account=account, what="signed_in:code", now=now)
    return account


def show_again(*, account: int, password: str, code: str, asked: str, now: datetime) -> None:
    """Show again that it is oneself: by what was `asked` for, or as `signing.show`.

    :raises Locked, WrongSignIn, WrongSentCode: as `signing.show`, `sign_in_by_code`
    """
    if asked:
        _show_sent(account=account, asked=asked, code=code, now=now)
    else:
        show(account=account, password=password, code=code, now=now)


def _show_sent(*, account: int, asked: str, code: str, now: datetime) -> None:
    """Show again that it is oneself by a code: who only lives here and has no factor of his own.

    :raises WrongSentCode: as `sign_in_by_code`, and if it was sent to another
    """
    found = take(asked=asked, code=code, use=SHOW, now=now)
    if found.pk != account:
        _refuse(found, now)
    note_sign_in(account=found, what="factor_shown", now=now)


def reset_password(*, asked: str, code: str, new: str, now: datetime) -> None:
    """Give oneself another password by a code. All sessions end; factors stay, and are asked for at
    the next sign-in.

    :raises WrongSentCode: as `sign_in_by_code`
    :raises WeakPassword: if the new one is too easy to guess; the code is still good
    """
    account = check(asked=asked, code=code, use=RESET, now=now)
    refuse_weak(new, account)
    with transaction.atomic():
        row = Account.objects.select_for_update().get(pk=account.pk)
        _spend(asked, now)
        row.password, row.must_change_password = make_password(new), False
        row.save(update_fields=["password", "must_change_password"])
        Session.objects.filter(account=row).delete()
        ended(Ended(account=row.pk))
        note(account=row.pk, what="password_reset:code", now=now)
        transaction.on_commit(lambda: left(row.pk))


def take(*, asked: str, code: str, use: str, now: datetime) -> Account:
    """Return whose code it is, and void it: of two at once one is right.

    :raises WrongSentCode: as `sign_in_by_code`
    """
    account = check(asked=asked, code=code, use=use, now=now)
    _spend(asked, now)
    return account


def check(*, asked: str, code: str, use: str, now: datetime) -> Account:
    """Return whose code it is. A try is counted before it is judged, and counts whatever follows.

    :raises WrongSentCode: as `sign_in_by_code`
    """
    account = _tried(asked, code, use, now)
    if account is None or not _able(account, use, now):
        _refuse(account, now)
    return account


@transaction.atomic
def _tried(asked: str, code: str, use: str, now: datetime) -> Account | None:
    row = OneTimeCode.objects.select_for_update().filter(name=asked, use=use).first()
    if row is None or not row.tries_left or now >= row.until:
        return None
    row.tries_left -= 1
    row.save(update_fields=["tries_left"])
    told = "".join(code.split())
    right = any(compare_digest(row.digest, one) for one in _digests(asked, told))
    return row.account if right else None


def _spend(asked: str, now: datetime) -> None:
    if not OneTimeCode.objects.filter(name=asked).delete()[0]:
        _refuse(None, now)


def _refuse(account: Account | None, now: datetime) -> NoReturn:
    note_sign_in(account=account, what="identity.wrong_sign_in", now=now)
    raise WrongSentCode


def _reached(sought: str, use: str, now: datetime) -> Account | None:
    """Return the account that a code is sent to; None where none is, and nobody is told."""
    number = account_of_phone(sought)
    rows = Account.objects.filter(pk=number) if number else Account.objects.filter(username=sought)
    account = rows.first()
    if account is None or not _able(account, use, now) or not phone_of(account.pk):
        return None
    return account if _within(f"account:{account.pk}", logic.CODES_FOR_ONE, now) else None


def _able(account: Account, use: str, now: datetime) -> bool:
    """Tell whether a code does this for an account. Who works here, on duty or not, signs in by
    more than a code, and gives himself a new password only where a factor is asked for after it.
    """
    works = queries.employed(account=account.pk, now=now)
    able = queries.factors(account=account.pk)
    if use == SHOW:
        return account.is_active and not works and not able
    factored = use == RESET and {"totp", "passkey"} & set(able)
    return account.is_active and (not works or bool(factored))


def _count(name: str, most: int, now: datetime) -> None:
    if not _within(name, most, now):
        raise TooManyCodes(minutes=int(logic.CODES_WITHIN.total_seconds() // 60))


def _within(name: str, most: int, now: datetime) -> bool:
    """Count one more; tell whether that is still within the hour's."""
    key = salted_hmac("linli.codes", name, algorithm="sha256").hexdigest()
    CodesSent.objects.bulk_create([CodesSent(name=key, since=now)], ignore_conflicts=True)
    row = CodesSent.objects.select_for_update().filter(name=key).first()
    if row is None:  # it was old, and somebody just took it away
        return _within(name, most, now)
    if now - row.since >= logic.CODES_WITHIN:
        row.sent, row.since = 0, now
    row.sent += 1
    row.save(update_fields=["sent", "since"])
    return row.sent <= most


def _forget_old(now: datetime) -> None:
    OneTimeCode.objects.filter(until__lt=now - logic.CODES_WITHIN).delete()
    CodesSent.objects.filter(since__lt=now - 2 * logic.CODES_WITHIN).delete()


def _digits() -> str:
    return f"{secrets.randbelow(10**logic.CODE_DIGITS):0{logic.CODE_DIGITS}}"


def _digests(asked: str, code: str) -> list[str]:
    """Return as what a code is kept, now and by a secret that opens beside the one in use."""
    use = f"linli.code:{asked}"
    return [kept.under(key, code).hex() for key in kept.passing(use=use)]
