"""SQLite, whose one writer is waited for in short steps.

SQLite's own wait grows to steps of 100 ms: who comes while somebody writes for 5 ms may find
others before him again and again, and a door waits for a second (three quarters of the time of a
decision, under load). Here the steps are of a millisecond at first and of ten at most.
"""

import sqlite3
import time
from collections.abc import Callable

from django.db import OperationalError
from django.db.backends.sqlite3 import base

_FIRST_S, _GROWS, _LONGEST_S = 0.001, 0.05, 0.01
_PATIENCE_S = 20.0


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's connection; a transaction that is to write waits for its turn in short steps."""

    def _start_transaction_under_autocommit(self) -> None:
        """Begin.

        :raises OperationalError: if it was not our turn within the patience of the connection
        """
        patience_s = float(self.settings_dict["OPTIONS"].get("timeout", _PATIENCE_S))
        self.ensure_connection()
        self._wait_itself(0.0)
        try:
            begin = super()._start_transaction_under_autocommit  # type: ignore[misc]
            in_short_steps(begin, patience_s=patience_s)
        finally:
            self._wait_itself(patience_s)

    def _wait_itself(self, longest_s: float) -> None:
        """Let SQLite wait so long for a lock."""
        self.connection.execute(f"PRAGMA busy_timeout = {longest_s * 1000:.0f}")


def in_short_steps(begin: Callable[[], None], *, patience_s: float) -> None:
    """Try until nobody else writes.

    :raises OperationalError: if somebody still does after so long, or for any other reason
    """
    began = time.monotonic()
    while True:
        try:
            return begin()
        except OperationalError as error:
            waited_s = time.monotonic() - began
            if not _is_busy(error) or waited_s >= patience_s:
                raise
        time.sleep(min(_FIRST_S + waited_s * _GROWS, _LONGEST_S))


def _is_busy(error: OperationalError) -> bool:
    """Tell whether somebody else writes, by SQLite's own code (its lower byte)."""
    code = getattr(error.__cause__, "sqlite_errorcode", 0)
    return code & 0xFF == sqlite3.SQLITE_BUSY
