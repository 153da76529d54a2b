"""Where sessions are kept: Django's own store, each row with whose it is and what it was seen on.

Named by `SESSION_ENGINE`. What a session remembers is written with its words; the columns repeat
it, so that sessions can be listed and ended. A session that was ended comes not back: a request
that was under way finds no row to write to. Its words are sealed for this installation alone.
"""

from base64 import b64decode, b64encode
from datetime import UTC, datetime
from typing import Any

from django.apps import apps
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DjangoStore
from django.contrib.sessions.base_session import AbstractBaseSession

from linli.foundation import sealing

_USE = "identity.session"
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
        return b64encode(sealing.seal(words.encode(), use=_USE)).decode()

    def decode(self, session_data: str | bytes) -> dict[str, Any]:
        """Return what a session remembers: nothing where its words are none of ours. One from
        before they were sealed is only signed.
        """
        try:
            words: str | bytes = sealing.open_sealed(b64decode(session_data), use=_USE).decode()
        except ValueError:
            words = session_data
        found: dict[str, Any] = super().decode(words)
        return found

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        """Return the row of these words."""
        row: Any = super().create_model_instance(data)
        account = data.get(SESSION_KEY)
        row.account_id = int(account) if account else None
        row.device = str(data.get(DEVICE, ""))
        row.began_at, row.seen_at = _time(data.get(BEGAN)), _time(data.get(SEEN))
        made: AbstractBaseSession = row
        return made


def _time(epoch_s: object) -> datetime | None:
    return datetime.fromtimestamp(epoch_s, UTC) if isinstance(epoch_s, int | float) else None
