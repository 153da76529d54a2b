"""A browser, and an authenticator app."""

from base64 import b32decode
from datetime import UTC, datetime

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP
from django.utils import timezone

from linli.foundation.identity.operations import Sure

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
PASSWORD = "a long password 7"
AT = "/api/v1"
SURE = Sure(by="known", words="本人在窗口")


class Browser:
    """A client that carries cookies and the token of forms."""

    def __init__(self, client):
        self.client = client
        client.get(f"{AT}/session")

    def send(self, method, at, body=None):
        token = self.client.cookies["csrftoken"].value
        headers = {"x-csrftoken": token, "user-agent": "Mozilla/5.0 (Linux; Android 15) Chrome/1"}
        send = getattr(self.client, method)
        return send(f"{AT}{at}", body, content_type="application/json", headers=headers)

    def post(self, at, body=None):
        return self.send("post", at, body)

    def get(self, at):
        return self.client.get(f"{AT}{at}")

    def sign_in(self, username="wang", password=PASSWORD, **more):
        return self.post("/session", {"username": username, "password": password, **more})

    def remember(self, **words):
        """Let the session remember something else."""
        session = self.client.session
        session.update(words)
        session.save()

    @property
    def session(self):
        return self.client.session


def code_of(secret, *, at=None, step=0):
    """Return what an authenticator app shows for a secret in base32."""
    moment = (at or timezone.now()).timestamp()
    app = HOTP(b32decode(secret), 6, SHA1(), enforce_key_length=False)
    return app.generate(int(moment) // 30 + step).decode()


def has_app(browser):
    """Give who is signed in an authenticator app; return its secret, and codes for paper."""
    secret = browser.post("/session/app").json()["secret"]
    codes = browser.post("/session/app/prove", {"code": code_of(secret, step=-1)}).json()["codes"]
    return secret, codes
