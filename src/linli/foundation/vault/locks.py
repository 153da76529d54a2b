"""Who writes under a key, and who puts another in its place, wait for each other.

Whoever writes shares a lock until his transaction ends; whoever turns a key over holds it alone. On
SQLite one transaction writes at a time, from its first statement on: there is nothing to do.
"""

from django.db import connections
from django.db.transaction import TransactionManagementError

MASTER, INDEX = 7_301, 7_302
"""Whoever takes both takes the second first."""


def share(lock: int, *, store: str) -> None:
    """Let nobody hold a lock alone until this transaction ends."""
    _take("pg_advisory_xact_lock_shared", lock, store)


def alone(lock: int, *, store: str) -> None:
    """Wait until nobody shares a lock, and hold it until this transaction ends."""
    _take("pg_advisory_xact_lock", lock, store)


def _take(how: str, lock: int, store: str) -> None:
    line = connections[store]
    if not line.in_atomic_block:
        raise TransactionManagementError("what is written under a key is written in a transaction")
    if line.vendor == "postgresql":
        with line.cursor() as cursor:
            cursor.execute(f"SELECT {how}(%s)", [lock])
