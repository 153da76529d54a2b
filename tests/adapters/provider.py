"""A provider of OpenID Connect, and WeChat's exchange, on this machine: as ill-behaved as asked."""

import json
import threading
from base64 import urlsafe_b64encode
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT, SECRET = "linli", "a secret of the client"
KEY = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"})
OTHER = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"})
NEW = RSAKey.generate_key(2048, {"kid": "k2", "use": "sig"})


class Provider:
    """What it says can be changed by a test; `asked` are the requests for tokens,
    `paths` all of them."""

    def __init__(self):
        self.asked = []
        self.paths = []
        self.shown = [KEY]
        self.codes = {}
        self.says = {}
        self.claims = {}
        self.key, self.alg = KEY, "RS256"
        self.wechat = {}

    def authorize(self, address, subject, now):
        """Let somebody sign in there; return the code that he brings back."""
        wish = {name: one[0] for name, one in parse_qs(urlsplit(address).query).items()}
        code = f"code-{len(self.codes)}"
        self.codes[code] = (wish, subject, int(now.timestamp()))
        return code

    def answer(self, path, form, authorization):
        """Return status and object."""
        self.paths.append(path)
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
            } | self.says
        if path == "/keys":
            return 200, KeySet(self.shown).as_dict(private=False)
        if path == "/token":
            return self._token(form, authorization)
        if path.startswith("/jscode2session"):
            return 200, self._session(parse_qs(urlsplit(path).query))
        return 404, {}

    def _token(self, form, authorization):
        self.asked.append((form, authorization))
        wish, subject, at = self.codes.pop(form["code"], (None, None, 0))
        if wish is None or form["redirect_uri"] != wish["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        digest = sha256(form["code_verifier"].encode()).digest()
        if urlsafe_b64encode(digest).rstrip(b"=").decode() != wish["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        claims = {
            "iss": self.url, "sub": subject, "aud": CLIENT, "nonce": wish["nonce"],
            "iat": at, "exp": at + 300, "email": "li@hml.example", "email_verified": True,
        } | self.claims  # fmt: skip
        made = jwt.encode(
            {"alg": self.alg, "kid": self.key.kid or "k1"}, claims, self.key, algorithms=[self.alg]
        )
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": made}

    def _session(self, wish):
        openid = self.wechat.pop(wish["js_code"][0], None)
        if openid is None:
            return {"errcode": 40029, "errmsg": "invalid code"}
        return {"openid": openid, "session_key": "of the session", "unionid": "u1"}


@contextmanager
def running():
    """Run one; yield it."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self._answer({})

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer({name: one[0] for name, one in parse_qs(body).items()})

        def _answer(self, form):
            status, said = provider.answer(self.path, form, self.headers.get("Authorization"))
            body = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
