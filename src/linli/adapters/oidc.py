"""A provider of OpenID Connect, asked as a client: discovery (OpenID Connect Discovery 1.0, 4),
authorization code with PKCE (RFC 7636), ID token (OpenID Connect Core 1.0, 3.1.3.7).
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast
from urllib.parse import quote, urlencode

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from linli.adapters import fetching
from linli.contracts.identity import Errand

log = logging.getLogger(__name__)

_SIGNED = ["RS256", "PS256", "ES256", "EdDSA"]
"""Never `none`, and never by the client's own secret."""
_SLACK_S = 60
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class NotVouched(ValueError):
    """The provider, or somebody in its name, said what does not hold."""


class Provider:
    """One provider. `secret` gives the client's, empty for a client without."""

    def __init__(self, *, issuer: str, client: str, secret: Callable[[], str]) -> None:
        self._issuer = issuer
        self._client = client
        self._secret = secret

    def address(self, errand: Errand) -> str | None:
        """Return where the browser goes to, with a code to be given to `errand.back`."""
        known = self._metadata()
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
        """Return whom the provider vouches for by a code, in this errand."""
        known = self._metadata()
        given = self._redeemed(known, errand, code) if known else None
        keys = fetching.ask(str(known["jwks_uri"])) if known and given else None
        if given is None or keys is None:
            return None
        try:
            return self._vouched(given, keys, errand, now)
        except (JoseError, NotVouched, ValueError, KeyError, TypeError) as error:
            log.warning("%s vouches for nobody: %s", self._issuer, error)
            return None

    def _metadata(self) -> Mapping[str, Any] | None:
        """Return what the provider says of itself, if it is the one that was named."""
        found = fetching.ask(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
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
        self, known: Mapping[str, Any], errand: Errand, code: str
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
        return fetching.ask(str(known["token_endpoint"]), form=form, basic=basic)

    def _vouched(
        self, given: Mapping[str, Any], keys: Mapping[str, Any], errand: Errand, now: datetime
    ) -> str:
        token = jwt.decode(
            given["id_token"],
            KeySet.import_key_set(cast("KeySetSerialization", keys)),
            algorithms=_SIGNED,
        )
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
                "access_token": given.get("access_token"),
            },
        )
        claims.validate(now=int(now.timestamp()), leeway=_SLACK_S)
        subject = claims["sub"]
        if not isinstance(subject, str) or not subject:
            raise NotVouched("no subject")
        return subject
