"""A provider of OpenID Connect, asked as a client: discovery (OpenID Connect Discovery 1.0, 4),
authorization code with PKCE (RFC 7636), ID token (OpenID Connect Core 1.0, 3.1.3.7).
"""

import logging
import time
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, cast
from urllib.parse import quote, urlencode

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from linli.adapters import fetching
from linli.adapters.kept import Kept
from linli.contracts.identity import Errand

log = logging.getLogger(__name__)

_SIGNED = ["RS256", "PS256", "ES256", "EdDSA"]
"""Never `none`, and never by the client's own secret."""
_SLACK_S = 60
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class NotVouched(ValueError):
    """The provider, or somebody in its name, said what does not hold."""


class Provider:
    """One provider. `secret` gives the client's, empty for a client without; where `hosts` are
    listed, no other is asked, whatever the provider names. What it says of itself, and its keys,
    are remembered for a while.
    """

    def __init__(
        self,
        *,
        issuer: str,
        client: str,
        secret: Callable[[], str],
        hosts: Collection[str] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._issuer = issuer
        self._client = client
        self._secret = secret
        self._hosts = hosts
        self._said: Kept[Mapping[str, Any]] = Kept(clock=clock)
        self._keys: Kept[KeySet] = Kept(clock=clock)

    def address(self, errand: Errand) -> str | None:
        """Return where the browser goes to, with a code to be given to `errand.back`.

        :raises ProviderBusy: if it must be asked first, and others ask already
        """
        known = self._said.held()
        if known is None:
            with fetching.turn(hosts=self._hosts) as turn:
                known = self._metadata(turn)
        if known is None:
            return None
        wish = {
            "response_type": "code",
            "scope": "openid",
            "client_id": self._client,
            "redirect_uri": errand.back,
            "state": errand.state,
            "nonce": errand.nonce,
            "code_challenge": create_s256_code_challenge(errand.verifier),
            "code_challenge_method": "S256",
        }
        at = str(known["authorization_endpoint"])
        return f"{at}{'&' if '?' in at else '?'}{urlencode(wish)}"

    def subject(self, errand: Errand, code: str, now: datetime) -> str | None:
        """Return whom the provider vouches for by a code, in this errand.

        :raises ProviderBusy: if others ask already
        """
        with fetching.turn(hosts=self._hosts) as turn:
            known = self._metadata(turn)
            given = self._redeemed(turn, known, errand, code) if known else None
            if known is None or given is None:
                return None
            try:
                token = self._opened(turn, str(known["jwks_uri"]), given["id_token"])
                access = given.get("access_token")
                return self._vouched(token, access, errand, now) if token else None
            except (JoseError, NotVouched, ValueError, KeyError, TypeError) as error:
                log.warning("%s vouches for nobody: %s", self._issuer, error)
                return None

    def _metadata(self, turn: fetching.Turn) -> Mapping[str, Any] | None:
        return self._said.get(ask=lambda: self._ask_metadata(turn))

    def _ask_metadata(self, turn: fetching.Turn) -> Mapping[str, Any] | None:
        """Return what the provider says of itself, if it is the one that was named."""
        found = turn.ask(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        if found is None:
            return None
        plain = self._issuer.startswith("http://")  # loopback, as settings let it
        here = ("https://", "http://") if plain else ("https://",)
        if found.get("issuer") != self._issuer or not all(
            str(found.get(name, "")).startswith(here) for name in _ENDPOINTS
        ):
            log.warning("%s says that it is another, or names no safe address", self._issuer)
            return None
        return found

    def _redeemed(
        self, turn: fetching.Turn, known: Mapping[str, Any], errand: Errand, code: str
    ) -> Mapping[str, Any] | None:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": errand.back,
            "code_verifier": errand.verifier,
        }
        secret = self._secret()
        ways = known.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        basic = None
        if secret and "client_secret_basic" in ways:
            basic = (quote(self._client, safe=""), quote(secret, safe=""))  # RFC 6749, 2.3.1
        else:
            form |= {"client_id": self._client, **({"client_secret": secret} if secret else {})}
        return turn.ask(str(known["token_endpoint"]), form=form, basic=basic)

    def _opened(self, turn: fetching.Turn, url: str, said: str) -> jwt.Token | None:
        """Return a token signed by the provider. Whose key is not among those remembered is held
        against the provider's keys of today.
        """

        def ask() -> KeySet | None:
            return _key_set(turn.ask(url))

        keys = self._keys.get(ask=ask)
        if keys is None:
            return None
        try:
            return jwt.decode(said, keys, algorithms=_SIGNED)
        except (InvalidKeyIdError, BadSignatureError):
            if (newer := self._keys.anew(ask=ask)) is None:
                raise
            return jwt.decode(said, newer, algorithms=_SIGNED)

    def _vouched(self, token: jwt.Token, access: object, errand: Errand, now: datetime) -> str:
        claims = CodeIDToken(
            token.claims,
            token.header,
            options={
                "iss": {"essential": True, "value": self._issuer},
                "aud": {"essential": True, "value": self._client},
            },
            params={
                "nonce": errand.nonce,
                "client_id": self._client,
                "access_token": access,
            },
        )
        claims.validate(now=int(now.timestamp()), leeway=_SLACK_S)
        subject = claims["sub"]
        if not isinstance(subject, str) or not subject:
            raise NotVouched("no subject")
        return subject


def _key_set(said: Mapping[str, Any] | None) -> KeySet | None:
    """Return the keys that were told.

    :raises ValueError, KeyError: if what was told holds none
    """
    if said is None:
        return None
    return KeySet.import_key_set(cast("KeySetSerialization", said))
