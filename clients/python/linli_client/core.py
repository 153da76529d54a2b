"""How a program speaks to Linli: tokens taken when they are wanted, requests sent again safely."""

import json
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

_TIMEOUT_S = 30.0
_TRIES = 4
_LONGEST_WAIT_S = 30.0
_AGAIN = frozenset({429, 503})


class Refused(Exception):
    """The server said no: `key` and `values` are for programs, `message` is for people."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        self.status = status
        self.key = str(body.get("key") or body.get("error") or f"http.{status}")
        self.values: dict[str, Any] = body.get("values") or {}
        self.message = str(body.get("message") or body.get("error_description") or self.key)
        super().__init__(f"{self.key}: {self.message}")


class Agreeing:
    """A resident is about to be asked: `url` is where his browser goes, `verifier` stays here."""

    def __init__(self, url: str, state: str, verifier: str) -> None:
        self.url, self.state, self.verifier = url, state, verifier


class Core:
    """A line to one community. With `client_id` and `client_secret` it takes tokens by itself; with
    `refresh_token` it acts for the resident who agreed, and `refresh_token` is always the newest.
    """

    def __init__(
        self,
        url: str,
        community: str,
        *,
        client_id: str = "",
        client_secret: str = "",
        refresh_token: str = "",
        language: str = "zh-hans",
    ) -> None:
        self.url, self.community, self.language = url.rstrip("/"), community, language
        self.client_id, self.client_secret = client_id, client_secret
        self.refresh_token = refresh_token
        self._token = ""

    def agreeing(self, *, redirect_uri: str, scopes: str) -> Agreeing:
        """Return where to send a resident's browser, so that he may agree (OAuth 2.1 with PKCE)."""
        state, verifier = secrets.token_urlsafe(16), secrets.token_urlsafe(48)
        digest = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": redirect_uri,
            "scope": scopes,
            "state": state,
            "code_challenge": digest,
            "code_challenge_method": "S256",
        }
        return Agreeing(f"{self.url}/{self.community}/agree?{urlencode(asked)}", state, verifier)

    def agreed(self, *, code: str, redirect_uri: str, verifier: str) -> "Core":
        """Return a line that acts for the resident who agreed, by the code that he brought back."""
        given = self._take_token(
            grant_type="authorization_code",
            code=code,
            redirect_uri=redirect_uri,
            code_verifier=verifier,
        )
        line = type(self)(
            self.url,
            self.community,
            client_id=self.client_id,
            client_secret=self.client_secret,
            refresh_token=given["refresh_token"],
            language=self.language,
        )
        line._token = given["access_token"]  # noqa: SLF001 - our own kind
        return line

    def pages(self, list_door: Callable[..., Any], **query: Any) -> Iterator[dict[str, Any]]:
        """Yield every item of a list, page after page."""
        cursor: Any = None
        while True:
            page = list_door(**query, **({"cursor": cursor} if cursor else {}))
            yield from page["items"]
            cursor = page.get("next")
            if not cursor:
                return

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: object = None,
    ) -> Any:
        """Send a request; return what its answer holds. A POST carries a key of its own, so that it
        is carried out once however often it is sent.

        :raises Refused: if the server says no
        """
        headers = {"Accept": "application/json", "Accept-Language": self.language}
        if method == "POST":
            headers["Idempotency-Key"] = secrets.token_hex(16)
        given = {name: value for name, value in (query or {}).items() if value is not None}
        address = f"{self.url}{path}?{urlencode(given, doseq=True)}" if given else self.url + path
        data = None if body is None else json.dumps(body).encode()
        if data is not None:
            headers["Content-Type"] = "application/json"
        return self._send(method, address, data, headers)

    def _send(self, method: str, address: str, data: bytes | None, headers: dict[str, str]) -> Any:
        known = bool(self.client_id)
        for turn in range(1, _TRIES + 1):
            if known:
                self._token = self._token or self._new_token()
                headers["Authorization"] = f"Bearer {self._token}"
            elif "Idempotency-Key" in headers:
                del headers["Idempotency-Key"]
            try:
                return _answer(Request(address, data, headers, method=method))
            except HTTPError as error:
                pause_s = self._pause(error, turn)
                if pause_s is None:
                    raise _refused(error) from None
                time.sleep(pause_s)
        raise AssertionError("the last turn answers or refuses")

    def _pause(self, error: HTTPError, turn: int) -> float | None:
        """Return how long to wait before it is sent again; None where that would not help."""
        if turn == _TRIES:
            return None
        if error.code == 401 and self.client_id and turn == 1:
            self._token = ""
            return 0.0
        if error.code not in _AGAIN:
            return None
        wanted = float(error.headers.get("Retry-After") or 2**turn)
        return wanted if wanted <= _LONGEST_WAIT_S else None

    def _new_token(self) -> str:
        if not self.refresh_token:
            return str(self._take_token(grant_type="client_credentials")["access_token"])
        given = self._take_token(grant_type="refresh_token", refresh_token=self.refresh_token)
        self.refresh_token = given["refresh_token"]
        return str(given["access_token"])

    def _take_token(self, **form: str) -> dict[str, Any]:
        form |= {"client_id": self.client_id, "client_secret": self.client_secret}
        request = Request(f"{self.url}/api/v1/oauth/token", urlencode(form).encode())
        try:
            given: dict[str, Any] = _answer(request)
        except HTTPError as error:
            raise _refused(error) from None
        return given


def _answer(request: Request) -> Any:
    with urlopen(request, timeout=_TIMEOUT_S) as answer:
        raw = answer.read()
        if "json" in answer.headers.get("Content-Type", ""):
            return json.loads(raw)
        return raw or None


def _refused(error: HTTPError) -> Refused:
    try:
        body = json.loads(error.read())
    except ValueError:
        body = {}
    return Refused(error.code, body if isinstance(body, dict) else {})


def part(value: object) -> str:
    """Return a part of a path as it is written in one; a place keeps its slashes."""
    return quote(str(value), safe="/")
