"""Passkeys (W3C WebAuthn, level 2): made, shown, taken off. Imported by the doors alone: what reads
their words is heavy.
"""

import json
from datetime import datetime
from typing import Any, NoReturn

import msgspec
from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from linli.foundation.identity.models import Account, Passkey
from linli.foundation.identity.operations.factors import (
    drop_lonely_codes,
    first_recovery_codes,
    lock,
    note,
)
from linli.foundation.identity.operations.signing import WrongSignIn, note_sign_in
from linli.kernel.fault import Fault

_MOST = 20
_UNREADABLE = (WebAuthnException, ValueError, KeyError, TypeError)


class BadPasskey(Fault):
    key = "identity.bad_passkey"
    status = 422


class TooManyPasskeys(Fault):
    key = "identity.too_many_passkeys"


class PasskeyNotFound(Fault):
    key = "identity.passkey_not_found"
    status = 404


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """Where it is done: the name of the host, and scheme, host and port together."""

    host: str
    origin: str


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the browser is asked, as WebAuthn writes it; `challenge` (base64url) is to be kept until
    it answers, and good once.
    """

    options: dict[str, Any]
    challenge: str


def ask_new(*, account: int, site: Site) -> Asked:
    """Ask the browser to make a passkey.

    :raises TooManyPasskeys: if the account has twenty
    """
    row = Account.objects.get(pk=account)
    known = list(row.passkeys.values_list("credential", flat=True))
    if len(known) >= _MOST:
        raise TooManyPasskeys(most=_MOST)
    options = generate_registration_options(
        rp_id=site.host,
        rp_name="邻里 Linli",
        user_id=salted_hmac("linli.passkey", str(account), algorithm="sha256").digest(),
        user_name=row.username,
        user_display_name=row.name,
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in known
        ],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    return _asked(options)


def add(
    *, account: int, name: str, credential: dict[str, Any], challenge: str, site: Site,
    signed: str, now: datetime,
) -> list[str]:  # fmt: skip
    """Keep a passkey that the browser made; return codes for paper, if there were none yet.

    :param signed: as `factors.lock`
    :raises BadPasskey: if it does not answer what was asked here, or is known
    :raises queries.NotSignedIn: if the account was reset or closed since it was asked for
    """
    try:
        made = verify_registration_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except _UNREADABLE as error:
        raise BadPasskey from error
    row = Passkey(
        account_id=account,
        name=name.strip()[:64] or "passkey",
        credential=bytes_to_base64url(made.credential_id),
        public_key=made.credential_public_key,
        signs=made.sign_count,
        made_at=now,
    )
    with transaction.atomic():
        lock(account=account, signed=signed)
        _save(row)
        note(account=account, what="factor_added:passkey", now=now)
        return first_recovery_codes(account=account)


def _save(row: Passkey) -> None:
    """Save a new passkey.

    :raises BadPasskey: if it is known
    """
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise BadPasskey from None


def ask_known(*, site: Site) -> Asked:
    """Ask the browser for any passkey that it has for here: whose is not said."""
    options = generate_authentication_options(
        rp_id=site.host, user_verification=UserVerificationRequirement.REQUIRED
    )
    return _asked(options)


def show(
    *, credential: dict[str, Any], challenge: str, site: Site, account: int | None, now: datetime
) -> Account:
    """Return whose passkey it is that answered.

    :param account: whose it must be; None where nobody is signed in yet
    :raises WrongSignIn: if it does not answer what was asked here, or is nobody's
    """
    row = Passkey.objects.select_related("account").filter(credential=_id(credential)).first()
    if row is None or not row.account.is_active or account not in {None, row.account_id}:
        _refuse(None, now)
    with transaction.atomic():
        held = Passkey.objects.select_for_update().filter(pk=row.pk).first()
        signs = _signs(held, credential, challenge, site) if held else None
        if held and signs is not None:
            held.signs, held.used_at = signs, now
            held.save(update_fields=["signs", "used_at"])
    if signs is None:
        _refuse(row.account, now)
    what = "signed_in:passkey" if account is None else "factor_shown:passkey"
    note_sign_in(account=row.account, what=what, now=now)
    return row.account


def _signs(row: Passkey, credential: dict[str, Any], challenge: str, site: Site) -> int | None:
    """Return how often the key has signed by now; None if this is no signature of it."""
    try:
        return verify_authentication_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=bytes(row.public_key),
            credential_current_sign_count=row.signs,
            require_user_verification=True,
        ).new_sign_count
    except _UNREADABLE:
        return None


@transaction.atomic
def drop(*, account: int, passkey: int, signed: str, now: datetime) -> None:
    """Take a passkey off. Without any factor codes on paper are void.

    :param signed: as `factors.lock`
    :raises PasskeyNotFound: if the account has none of this number
    :raises queries.NotSignedIn: as `factors.lock`
    """
    lock(account=account, signed=signed)
    if not Passkey.objects.filter(account=account, pk=passkey).delete()[0]:
        raise PasskeyNotFound(passkey=passkey)
    note(account=account, what="factor_dropped:passkey", now=now)
    drop_lonely_codes(account=account)


def _refuse(account: Account | None, now: datetime) -> NoReturn:
    note_sign_in(account=account, what="identity.wrong_sign_in", now=now)
    raise WrongSignIn


def _id(credential: dict[str, Any]) -> str:
    try:
        return bytes_to_base64url(base64url_to_bytes(str(credential["id"])))
    except _UNREADABLE:
        return ""


def _asked(options: Any) -> Asked:
    said = json.loads(options_to_json(options))
    return Asked(options=said, challenge=said["challenge"])
