"""Where sessions are kept: Django's own store, each row with whose it is and what it was seen on.

Named by `SESSION_ENGINE`. What a session remembers is written with its words; the columns repeat
it, so that sessions can be listed and ended. A session that was ended comes not back: a request
that was under way finds no row to write to. Its words are sealed for this installation alone.
"""

from base64 import b64decode, b64encode
from datetime import UTC, datetime
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DjangoStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.utils.crypto import constant_time_compare

from linli.foundation import sealing

USE = "identity.session"
BEGAN, SEEN, SHOWN, DEVICE, LINE = "began", "seen", "shown", "device", "line"
"""What a session remembers: epoch seconds of its beginning, of when it was last seen, of when its
owner last showed a factor; on what he signed in, in words; and a name of its own, which stays when
its key changes and opens nothing.
"""


class SessionStore(DjangoStore):
    """The sessions of this installation."""

    @classmethod
    def get_model_class(cls) -> type[AbstractBaseSession]:
        """Return the table."""
        model: type[AbstractBaseSession] = apps.get_model("identity", "Session")
        return model

    def encode(self, session_dict: dict[str, Any]) -> str:
        """Return the words of a session, sealed."""
        words: str = super().encode(session_dict)
        return b64encode(sealing.seal(words.encode(), use=USE)).decode()

    def decode(self, session_data: str | bytes) -> dict[str, Any]:
        """Return what a session remembers: nothing where its words are none of ours. One from
        before they were sealed is only signed.
        """
        try:
            words, by = sealing.opened(b64decode(session_data), use=USE)
        except ValueError:
            before: dict[str, Any] = super().decode(session_data)
            return before
        found: dict[str, Any] = super().decode(words.decode())
        return found if by == settings.SECRET_KEY else _taken_over(found, by)

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        """Return the row of these words."""
        row: Any = super().create_model_instance(data)
        account = data.get(SESSION_KEY)
        row.account_id = int(account) if account else None
        row.device = str(data.get(DEVICE, ""))
        row.began_at, row.seen_at = _time(data.get(BEGAN)), _time(data.get(SEEN))
        made: AbstractBaseSession = row
        return made


def _taken_over(found: dict[str, Any], by: str) -> dict[str, Any]:
    """Return what a session remembers that was written under another secret of the installation,
    while that is turned over: what of it follows from the secret is put as it would be today, so
    that it goes on under its name (Django alone would give it another, and end it for who asks at
    the same moment).
    """
    told = found.get(HASH_SESSION_KEY)
    accounts = apps.get_model("identity", "Account").objects
    account = accounts.filter(pk=found.get(SESSION_KEY) or 0).first()
    if told and account and constant_time_compare(told, account.session_hash(by)):
        found[HASH_SESSION_KEY] = account.get_session_auth_hash()
    return found


def _time(epoch_s: object) -> datetime | None:
    return datetime.fromtimestamp(epoch_s, UTC) if isinstance(epoch_s, int | float) else None
