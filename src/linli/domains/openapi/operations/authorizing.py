"""OAuth 2.1 by Authlib: who a client is, what a code and a refresh token are worth.

Client credentials; authorization code with PKCE (S256, always); refresh tokens that turn over at
each use: one that is shown a second time was stolen, and ends all that came of the agreement.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from authlib.integrations.django_oauth2 import AuthorizationServer
from authlib.integrations.django_oauth2.requests import DjangoOAuth2Payload
from authlib.oauth2.rfc6749 import ClientMixin, InvalidScopeError, OAuth2Request, TokenMixin, grants
from authlib.oauth2.rfc6749.authenticate_client import ClientAuthentication
from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict

from linli.domains.openapi import queries
from linli.domains.openapi.models import Agreement, Code, PartyState, ThirdParty, Token
from linli.domains.openapi.operations import agreeing

CODE_LASTS = timedelta(minutes=1)
ACCESS_LASTS_S = 3600
REFRESH_LASTS = timedelta(days=90)
"""A resident who has not been served for so long is asked again."""
AGREED_LASTS = timedelta(days=366)
"""However often a refresh token is turned over, after so long he is asked again."""
METHODS = frozenset({"client_secret_basic", "client_secret_post"})
_GRANTS = frozenset({"client_credentials", "authorization_code", "refresh_token"})


class Client(ClientMixin):  # type: ignore[misc]
    """A third party as Authlib asks about it."""

    def __init__(self, row: ThirdParty) -> None:
        self.row = row

    def get_client_id(self) -> str:
        return self.row.client

    def get_default_redirect_uri(self) -> str | None:
        redirects: list[str] = self.row.redirects
        return redirects[0] if len(redirects) == 1 else None

    def get_allowed_scope(self, scope: str) -> str | None:
        """Return these scopes, or without any all that it was given; None if one is beyond that."""
        given = frozenset(self.row.scopes)
        asked = frozenset((scope or "").split()) or given
        return " ".join(sorted(asked)) if asked and asked <= given else None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.row.redirects

    def check_client_secret(self, client_secret: str) -> bool:
        now = datetime.now(UTC)  # noqa: TID251 - Authlib hands in no clock
        shown = queries.digest(client_secret)
        return any(agreeing.same(shown, one) for one in queries.secrets(party=self.row, now=now))

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in METHODS

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in _GRANTS


class Credential(TokenMixin):  # type: ignore[misc]
    """A row of a token, as Authlib asks about it."""

    def __init__(self, row: Token) -> None:
        self.row = row

    def check_client(self, client: Client) -> bool:
        return self.row.party_id == client.row.pk

    def get_scope(self) -> str:
        return " ".join(self.row.scopes)


class Spent:
    """A row of a code, as Authlib asks about it."""

    def __init__(self, row: Code) -> None:
        self.row = row

    def get_redirect_uri(self) -> str:
        return self.row.redirect

    def get_scope(self) -> str:
        return " ".join(self.row.scopes)

    @property
    def code_challenge(self) -> str:
        return self.row.challenge

    @property
    def code_challenge_method(self) -> str:
        return "S256"


class Told(OAuth2Request):  # type: ignore[misc]
    """A request as Authlib reads it. That the line is safe is not its to judge: TLS ends before us,
    and on loopback there is none.
    """

    def __init__(self, request: HttpRequest) -> None:
        uri = f"https://{request.get_host()}{request.get_full_path()}"
        super().__init__(method=request.method, uri=uri, headers=request.headers)
        self.payload = DjangoOAuth2Payload(request)
        self._told = request

    @property
    def args(self) -> QueryDict:
        """Return what stands in the address."""
        return self._told.GET

    @property
    def form(self) -> QueryDict:
        """Return what stands in the body."""
        return self._told.POST


class Server(AuthorizationServer):  # type: ignore[misc]
    """The authorization server; its tables are ours."""

    def __init__(self) -> None:
        super().__init__(ThirdParty, Token)

    def create_oauth2_request(self, request: HttpRequest | OAuth2Request) -> OAuth2Request:
        """Return a request as Authlib reads it."""
        return request if isinstance(request, OAuth2Request) else Told(request)

    def query_client(self, client_id: str) -> Client | None:
        """Return a third party that is let in."""
        return _let_in(queries.client(client=client_id))

    def authenticate_client(
        self, request: OAuth2Request, methods: Sequence[str], endpoint: str = "token"
    ) -> Client:
        """Return the third party that shows its secret. Its row is held until the transaction ends:
        a secret that ends meanwhile finds the token that was given for it and ends it too, and one
        that ended while this waited opens nothing.

        :raises InvalidClientError: if it shows none that is valid now
        """
        shown: Client = ClientAuthentication(_held)(request, methods, endpoint)
        return shown

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        """Keep the digests of what was given out."""
        agreement = request.user if isinstance(request.user, Agreement) else None
        row: ThirdParty = request.client.row
        now = datetime.now(UTC)  # noqa: TID251 - Authlib hands in no clock
        refresh, before = token.get("refresh_token"), getattr(request, "refresh_token", None)
        agreed_at = (before.row.agreed_at or before.row.made_at) if before else now
        Token.rows.create(
            community=row.community,
            party=row,
            agreement=agreement,
            access=queries.digest(token["access_token"]),
            refresh=queries.digest(refresh) if refresh else "",
            scopes=token["scope"].split(),
            made_at=now,
            access_until=now + timedelta(seconds=token["expires_in"]),
            refresh_until=min(now + REFRESH_LASTS, agreed_at + AGREED_LASTS) if refresh else None,
            agreed_at=agreed_at,
        )

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """No signals."""


def _let_in(row: ThirdParty | None) -> Client | None:
    return Client(row) if row and row.state == PartyState.ALLOWED else None


def _held(client_id: str) -> Client | None:
    return _let_in(queries.client(client=client_id, lock=True))


class OwnGrant(grants.ClientCredentialsGrant):  # type: ignore[misc]
    """A third party acts for itself. Asked for no scopes, it has all of its own."""

    TOKEN_ENDPOINT_AUTH_METHODS = sorted(METHODS)

    def validate_requested_scope(self) -> None:
        given = self.request.client.get_allowed_scope(self.request.payload.scope)
        if given is None:
            raise InvalidScopeError
        self.request.payload.data["scope"] = given


class AgreedGrant(grants.AuthorizationCodeGrant):  # type: ignore[misc]
    """A third party acts for somebody who agreed to it."""

    TOKEN_ENDPOINT_AUTH_METHODS = sorted(METHODS)

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        agreement: Agreement = request.user
        Code.rows.create(
            community=agreement.community,
            party=request.client.row,
            agreement=agreement,
            code=queries.digest(code),
            scopes=request.scope.split(),
            redirect=request.payload.redirect_uri or request.client.get_default_redirect_uri(),
            challenge=request.payload.data["code_challenge"],
            until=datetime.now(UTC) + CODE_LASTS,  # noqa: TID251 - Authlib hands in no clock
        )

    def query_authorization_code(self, code: str, client: Client) -> Spent | None:
        """Return a code that may be used; one that was used ends what came of it."""
        now = datetime.now(UTC)  # noqa: TID251 - Authlib hands in no clock
        row = queries.code(code=code, party=client.row, now=now)
        if row is None or row.agreement.withdrawn_at is not None:
            return None
        if row.used_at is not None:
            agreeing.end_tokens(agreement=row.agreement, now=now)
            return None
        return Spent(row)

    def delete_authorization_code(self, authorization_code: Spent) -> None:
        authorization_code.row.used_at = datetime.now(UTC)  # noqa: TID251 - as above
        authorization_code.row.save(update_fields=["used_at"])

    def authenticate_user(self, authorization_code: Spent) -> Agreement | None:
        agreement = authorization_code.row.agreement
        return agreement if agreement.account.is_active else None


class TurningGrant(grants.RefreshTokenGrant):  # type: ignore[misc]
    """A refresh token is taken for the next one."""

    TOKEN_ENDPOINT_AUTH_METHODS = sorted(METHODS)
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> Credential | None:
        """Return its row if it may be used; shown twice, all that came of the agreement ends."""
        now = datetime.now(UTC)  # noqa: TID251 - Authlib hands in no clock
        row = queries.token_of_refresh(refresh=refresh_token)
        if row is None or row.agreement is None or row.party_id != self.request.client.row.pk:
            return None
        if row.ended_at is not None:
            agreeing.end_tokens(agreement=row.agreement, now=now)
            return None
        over = row.refresh_until is None or row.refresh_until <= now
        return None if over or row.agreement.withdrawn_at is not None else Credential(row)

    def authenticate_user(self, refresh_token: Credential) -> Agreement | None:
        agreement = refresh_token.row.agreement
        return agreement if agreement and agreement.account.is_active else None

    def revoke_old_credential(self, refresh_token: Credential) -> None:
        refresh_token.row.ended_at = datetime.now(UTC)  # noqa: TID251 - as above
        refresh_token.row.save(update_fields=["ended_at"])


class Proof(CodeChallenge):  # type: ignore[misc]
    """PKCE with S256 for every client, as OAuth 2.1 wants it."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]

    def validate_code_challenge(self, grant: AgreedGrant, redirect_uri: str) -> None:
        data = grant.request.payload.data
        if not data.get("code_challenge") or data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("'code_challenge' with method S256 is required")
        super().validate_code_challenge(grant, redirect_uri)


class Ending(RevocationEndpoint):  # type: ignore[misc]
    """A third party gives a token back (RFC 7009)."""

    CLIENT_AUTH_METHODS = sorted(METHODS)

    def query_token(self, token_string: str, token_type_hint: str | None) -> Credential | None:
        row = queries.token(either=token_string)
        return Credential(row) if row else None

    def revoke_token(self, token: Credential, request: OAuth2Request) -> None:
        token.row.ended_at = datetime.now(UTC)  # noqa: TID251 - Authlib hands in no clock
        token.row.save(update_fields=["ended_at"])


@cache
def server() -> Server:
    """Return the one authorization server."""
    made = Server()
    made.load_config(
        {
            "refresh_token_generator": True,
            "token_expires_in": dict.fromkeys(sorted(_GRANTS), ACCESS_LASTS_S),
        }
    )
    made.register_grant(OwnGrant)
    made.register_grant(AgreedGrant, [Proof(required=True)])
    made.register_grant(TurningGrant)
    made.register_endpoint(Ending)
    return made


@transaction.atomic
def token_answer(request: HttpRequest) -> HttpResponse:
    """Answer a request at the token endpoint; what a stolen token ended stays ended."""
    answer: HttpResponse = server().create_token_response(request)
    return answer


@transaction.atomic
def revocation_answer(request: HttpRequest) -> HttpResponse:
    """Answer a request at the revocation endpoint."""
    answer: HttpResponse = server().create_endpoint_response(Ending.ENDPOINT_NAME, request)
    return answer
