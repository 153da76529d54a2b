"""Who signs in: digests of HTTP and SIP, by MD5 (RFC 2617; with and without qop).

A nonce is signed, dated and good once, so that what is overheard signs nobody in again.
"""

import hashlib
import hmac
import secrets
from collections import OrderedDict

from aiosipua import parse_auth

from linli.drivers.frames import BadFrame

_GOOD_FOR_S = 300
_MOST_USED = 20_000


def response(
    *, user: str, realm: str, password: str, method: str, uri: str, nonce: str, extra: str = ""
) -> str:
    """Return the digest; `extra` is `nc:cnonce:qop` where the client chose a qop."""
    ha1 = _md5(f"{user}:{realm}:{password}")
    ha2 = _md5(f"{method}:{uri}")
    return _md5(":".join(part for part in (ha1, nonce, extra, ha2) if part))


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def signed(challenge: str, *, user: str, password: str, method: str, uri: str) -> str:
    """Return the value of Authorization that answers a value of WWW-Authenticate.

    :raises BadFrame: if it asks for no digest, or for another than MD5
    """
    asked = _params(challenge)
    if asked.get("algorithm", "MD5").upper() != "MD5" or not asked.get("nonce"):
        raise BadFrame("another digest than MD5")
    realm, nonce = asked.get("realm", ""), asked["nonce"]
    chosen = "auth" in {one.strip() for one in asked.get("qop", "").split(",")}
    count, chance = "00000001", secrets.token_hex(8)
    extra = f"{count}:{chance}:auth" if chosen else ""
    said = {"username": user, "realm": realm, "nonce": nonce, "uri": uri}
    said["response"] = response(
        user=user, realm=realm, password=password, method=method, uri=uri, nonce=nonce, extra=extra
    )
    if "opaque" in asked:
        said["opaque"] = asked["opaque"]
    parts = [f'{name}="{_quoted(value)}"' for name, value in said.items()]
    if chosen:
        parts += ["qop=auth", f"nc={count}", f'cnonce="{chance}"']
    return f"Digest {', '.join(parts)}"


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


def _params(value: str) -> dict[str, str]:
    if not value.isascii():
        raise BadFrame("no digest: not ASCII")
    try:
        found = parse_auth(value)
    except ValueError as wrong:
        raise BadFrame(f"no digest: {wrong}") from None
    if found.scheme.lower() != "digest":
        raise BadFrame("no digest")
    return {name.lower(): said for name, said in found.params.items()}


class Registrar:
    """Asks for signatures of one realm, and reads them."""

    def __init__(self, *, realm: str) -> None:
        self._realm = realm
        self._key = secrets.token_bytes(32)
        self._used: OrderedDict[str, float] = OrderedDict()

    def challenge(self, *, now: float) -> str:
        """Return the value of WWW-Authenticate."""
        nonce = self._nonce(f"{int(now):x}", secrets.token_hex(8))
        return f'Digest realm="{self._realm}",nonce="{nonce}",algorithm=MD5'

    def _nonce(self, when: str, chance: str) -> str:
        text = f"{when}.{chance}"
        mac = hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()[:32]
        return f"{text}.{mac}"

    def signer(self, value: str) -> str:
        """Return whom a value of Authorization claims to be.

        :raises BadFrame: if it is no digest
        """
        return _params(value).get("username", "")

    def signed_for(self, value: str) -> str:
        """Return the address that a value of Authorization is signed for, as its signer wrote it.

        :raises BadFrame: if it is no digest
        """
        return _params(value).get("uri", "")

    def check(self, value: str, *, method: str, password: str, now: float) -> str:
        """Return "" if a value of Authorization is right, else why not: `stale`, `wrong_password`.

        :raises BadFrame: if it is no digest
        """
        params = _params(value)
        nonce = params.get("nonce", "")
        if not self._fresh(nonce, now):
            return "stale"
        extra = ""
        if params.get("qop"):
            extra = ":".join(params.get(name, "") for name in ("nc", "cnonce", "qop"))
        right = response(
            user=params.get("username", ""),
            realm=self._realm,
            password=password,
            method=method,
            uri=params.get("uri", ""),
            nonce=nonce,
            extra=extra,
        )
        said = params.get("response", "").lower()
        if not password or not hmac.compare_digest(right.encode(), said.encode()):
            return "wrong_password"
        self._use(nonce, now)
        return ""

    def _fresh(self, nonce: str, now: float) -> bool:
        when, _, tail = nonce.partition(".")
        made = self._nonce(when, tail.partition(".")[0])
        if not hmac.compare_digest(made.encode(), nonce.encode()) or nonce in self._used:
            return False
        return 0 <= now - int(when, 16) + 1 <= _GOOD_FOR_S

    def _use(self, nonce: str, now: float) -> None:
        self._used[nonce] = now
        while self._used and (
            len(self._used) > _MOST_USED or now - next(iter(self._used.values())) > _GOOD_FOR_S
        ):
            self._used.popitem(last=False)
