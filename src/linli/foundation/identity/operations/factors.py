"""Factors beside the password: an authenticator app, codes on paper."""

import secrets
from base64 import b32encode
from datetime import datetime
from hmac import compare_digest
from urllib.parse import quote

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.twofactor.hotp import HOTP
from django.db import transaction

from linli.contracts.identity import PLATFORM
from linli.foundation import sealing
from linli.foundation.audit import operations as audit
from linli.foundation.audit.models import Act
from linli.foundation.identity import logic, queries
from linli.foundation.identity.models import Account, RecoveryCode, Totp
from linli.foundation.vault import kept
from linli.kernel.fault import Fault

_SECRET_BYTES = 20
_DIGITS = 6
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_HALF = 5


class WrongCode(Fault):
    key = "identity.wrong_code"
    status = 422


class AppProvedAlready(Fault):
    key = "identity.app_proved_already"


class Beginning(msgspec.Struct, frozen=True, kw_only=True):
    """The secret for an authenticator app, in base32, and the address that its picture holds: told
    here once.
    """

    secret: str
    address: str


@transaction.atomic
def begin_app(*, account: int, signed: str, now: datetime) -> Beginning:
    """Make a secret for an authenticator app; it counts once a code of it was shown.

    :param signed: as `lock`
    :raises AppProvedAlready: if the account has one that counts
    :raises queries.NotSignedIn: as `lock`
    """
    row = lock(account=account, signed=signed)
    if Totp.objects.filter(account=row, proved=True).exists():
        raise AppProvedAlready
    secret = secrets.token_bytes(_SECRET_BYTES)
    Totp.objects.update_or_create(
        account=row,
        defaults={
            "secret": sealing.seal(secret, use=app_use(account)),
            "used_step": 0,
            "made_at": now,
        },
    )
    text = b32encode(secret).decode()
    named = quote(f"Linli:{row.username}")
    return Beginning(secret=text, address=f"otpauth://totp/{named}?secret={text}&issuer=Linli")


@transaction.atomic
def prove_app(*, account: int, code: str, signed: str, now: datetime) -> list[str]:
    """Let the app count, by its first code; return codes for paper, if there were none yet.

    :param signed: as `lock`
    :raises WrongCode: if the code is not of the secret that was made last
    :raises queries.NotSignedIn: as `lock`
    """
    lock(account=account, signed=signed)
    row = Totp.objects.select_for_update().filter(account=account, proved=False).first()
    if row is None or not _taken(row, code, now):
        raise WrongCode
    row.proved = True
    row.save(update_fields=["proved"])
    note(account=account, what="factor_added:totp", now=now)
    return first_recovery_codes(account=account)


@transaction.atomic
def drop_app(*, account: int, signed: str, now: datetime) -> None:
    """Take the app off; done twice it is done. Without any factor codes on paper are void.

    :param signed: as `lock`
    :raises queries.NotSignedIn: as `lock`
    """
    lock(account=account, signed=signed)
    if Totp.objects.filter(account=account).delete()[0]:
        note(account=account, what="factor_dropped:totp", now=now)
    drop_lonely_codes(account=account)


@transaction.atomic
def renew_recovery_codes(*, account: int, signed: str, now: datetime) -> list[str]:
    """Return new codes for paper; the old ones are void.

    :param signed: as `lock`
    :raises WrongCode: if there is no other factor that they could stand for
    :raises queries.NotSignedIn: as `lock`
    """
    lock(account=account, signed=signed)
    if not {"totp", "passkey"} & set(queries.factors(account=account)):
        raise WrongCode
    RecoveryCode.objects.filter(account=account).delete()
    note(account=account, what="factor_added:recovery", now=now)
    return first_recovery_codes(account=account)


def first_recovery_codes(*, account: int) -> list[str]:
    """Make codes for paper where there are none; return those made: told here once."""
    if RecoveryCode.objects.filter(account=account).exists():
        return []
    codes = [_code() for _ in range(logic.RECOVERY_CODES)]
    kept.drop_of(use=recovery_use(account))
    RecoveryCode.objects.bulk_create(
        [RecoveryCode(account_id=account, digest=_digests(account, code)[0]) for code in codes]
    )
    return codes


def void_recovery_codes() -> None:
    """Void the codes on paper of everybody: whoever has others makes new ones."""
    RecoveryCode.objects.all().delete()


def drop_lonely_codes(*, account: int) -> None:
    """Void the codes on paper of an account that has no other factor."""
    if not {"totp", "passkey"} & set(queries.factors(account=account)):
        RecoveryCode.objects.filter(account=account).delete()


@transaction.atomic
def use(*, account: int, code: str, now: datetime) -> bool:
    """Tell whether a code is the app's, or one on paper; either is taken once."""
    row = Totp.objects.select_for_update().filter(account=account, proved=True).first()
    if row is not None and _taken(row, code, now):
        return True
    paper = RecoveryCode.objects.filter(account=account, digest__in=_digests(account, code))
    if not paper.delete()[0]:
        return False
    note(account=account, what="recovery_code_used", now=now)
    return True


def lock(*, account: int, signed: str | None = None) -> Account:
    """Return an account, locked: a change of its factors and a reset of them are done one after the
    other. It is locked before any factor of it: a reset does so too.

    :param signed: of whom a session asks, what it knows of the password by which it began; a reset
        that ran meanwhile has given another, and ended the session
    :raises queries.NotSignedIn: if it is another by now, or the account is closed
    """
    row: Account = Account.objects.select_for_update().get(pk=account)
    if signed is None:
        return row
    if not row.is_active or not compare_digest(signed, row.get_session_auth_hash()):
        raise queries.NotSignedIn
    return row


def note(*, account: int, what: str, now: datetime) -> None:
    """Write a change of somebody's factors into the trail."""
    audit.note(community=PLATFORM, account=account, act=Act.WRITE, what=what, now=now)


def _taken(row: Totp, code: str, now: datetime) -> bool:
    """Tell whether it is a code of now that was not taken yet, and take it. The row is locked."""
    digits = "".join(code.split())
    key = sealing.open_sealed(bytes(row.secret), use=app_use(row.account_id))
    made = HOTP(key, _DIGITS, hashes.SHA1(), enforce_key_length=False)  # noqa: S303 - RFC 6238
    for step in logic.steps(now=now):
        right = compare_digest(made.generate(step), digits.encode())
        if right and step > row.used_step:
            row.used_step = step
            row.save(update_fields=["used_step"])
            return True
    return False


def app_use(account: int) -> str:
    """Return for what the secret of an account's app is sealed."""
    return f"totp:{account}"


def _code() -> str:
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(2 * _HALF))
    return f"{letters[:_HALF]}-{letters[_HALF:]}"


def recovery_use(account: int) -> str:
    """Return for what a key is by which the codes on paper of an account are kept."""
    return f"linli.recovery:{account}"


def _digests(account: int, code: str) -> list[str]:
    """Return as what a code on paper may be kept, as it would be today first."""
    plain = "".join(code.lower().replace("-", "").split())
    return [one.hex() for one in kept.digests(use=recovery_use(account), value=plain)]
